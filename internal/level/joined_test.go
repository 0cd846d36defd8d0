package level

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJoined(t *testing.T) {
	for _, c := range []struct {
		reasons []string
		want    string
	}{
		{nil, ""},
		{[]string{"One."}, "One."},
		{[]string{"One.", "Two."}, "One. Two."},
		{[]string{"One.", "Two.", "One."}, "One. Two."},
		{[]string{"One.", "Two. One."}, "Two. One."},
		{[]string{"Two. One.", "One."}, "Two. One."},
	} {
		require.Equal(t, c.want, Joined(c.reasons))
	}
}
