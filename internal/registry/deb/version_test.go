package deb

import (
	"cmp"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestCompare: each version is older than the next (deb-version(7)).
func TestCompare(t *testing.T) {
	sorted := []string{"1.0~~", "1.0~~a", "1.0~", "1.0", "1.0-1~bpo12+1", "1.0-1", "1.0-1+b1", "1.0-2", "1.0-10", "1.0a", "1.0+dfsg", "1.0.1", "1.9", "1.10",
		"99999999999999999999", "100000000000000000000", "1:0.1", "2:0.1~rc1", "2:0.1"}
	for i, a := range sorted {
		for j, b := range sorted {
			assert.Equal(t, cmp.Compare(i, j), cmp.Compare(Compare(a, b), 0), "%s and %s", a, b)
		}
	}
	for _, same := range [][2]string{{"1.0", "0:1.0"}, {"1.0", "1.00"}, {"1.0", "1.0-0"}, {"01", "1"}} {
		assert.Zero(t, Compare(same[0], same[1]), same)
	}
}
