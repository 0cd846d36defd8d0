package registry

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"lodash", "lodash", 0}, {"lodahs", "lodash", 1}, {"lodas", "lodash", 1}, {"lodassh", "lodash", 1}, {"lodqsh", "lodash", 1},
		{"loda", "lodash", 2}, {"lod", "lodash", 3}, {"a", "b", 1}, {"ab", "ba", 1}, {"react", "lodash", 6},
	} {
		require.Equal(t, min(c.want, farthest+1), min(distance(c.a, c.b), farthest+1), c.a+" "+c.b)
		require.Equal(t, distance(c.a, c.b), distance(c.b, c.a))
	}
}
