package fetch

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTogether(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	gate := make(chan struct{})
	err := Together(
		func() error { return nil },
		func() error { <-gate; return first },
		func() error { defer close(gate); return second },
	)
	assert.Equal(t, first, err, "in the order of the functions, not of the failures")
	assert.NoError(t, Together())
	assert.PanicsWithValue(t, "a fault", func() {
		_ = Together(func() error { return first }, func() error { panic("a fault") })
	})
}
