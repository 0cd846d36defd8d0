//go:build !js || touchstone_whole

package trust

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheWholeProgramHoldsArchiveKeys(t *testing.T) {
	keyrings := map[ID]string{}
	for _, anchor := range Embedded().Sets() {
		if anchor.Kind == KindArchiveKeys {
			keyrings[anchor.ID] = anchor.Keyring
			assert.Equal(t, anchor.Keyring != "", anchor.Refresh != "", anchor.ID)
			assert.Contains(t, anchor.Refresh, anchor.Keyring)
			assert.Equal(t, anchor.Keyring != "", Embedded().HasKeyring(anchor.Keyring), "a keyring is one that can be asked for")
		}
	}
	assert.Equal(t, map[ID]string{
		"debian-archive": "debian-archive-keyring", "debian-security": "debian-archive-keyring", "ubuntu-archive": "ubuntu-keyring",
		"fedora-31": "", "fedora-43": "", "fedora-44": "", "epel-7": "", "epel-9": "", "epel-10": "",
		"redhat": "", "redhat-8": "", "centos": "", "opensuse": "", "freebsd": "",
	}, keyrings)
}
