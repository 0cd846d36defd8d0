//go:build !js || touchstone_whole

package trust

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheWholeProgramHoldsArchiveKeys(t *testing.T) {
	var ids []ID
	for _, anchor := range Embedded().Sets() {
		if anchor.Kind == KindArchiveKeys {
			ids = append(ids, anchor.ID)
		}
	}
	assert.Subset(t, ids, []ID{"debian-archive", "debian-security", "ubuntu-archive"})
}
