package registry_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/registry"
)

func TestKeptIndex(t *testing.T) {
	made := time.Date(2026, time.March, 1, 12, 30, 0, 0, time.UTC)
	i := registry.SignedIndex{Name: registry.IndexName + "deb.example trixie", Made: made}
	kept := i.Keep()
	got, ok := registry.KeptIndex(i.Name, kept)
	require.True(t, ok)
	assert.Equal(t, made, got)
	_, ok = registry.KeptIndex(registry.IndexName+"deb.example sid", kept)
	assert.False(t, ok, "of another index")
	for at := range kept {
		mutant := bytes.Clone(kept)
		mutant[at] ^= 1
		_, ok := registry.KeptIndex(i.Name, mutant)
		assert.False(t, ok, "byte %d", at)
	}
	_, ok = registry.KeptIndex(i.Name, nil)
	assert.False(t, ok)
}
