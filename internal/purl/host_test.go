package purl

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRegistryHosts: an image's registry is a host by its name alone; what merely looks
// like a known host is not one.
func TestRegistryHosts(t *testing.T) {
	for host, want := range map[string]bool{
		"ghcr.io": true, "GHCR.io": true, "a-1.example.org": true, "xn--bcher-kva.example": true,
		"ghcr..io": false, "ghcr.io.": false, ".ghcr.io": false, "-ghcr.io": false, "ghcr-.io": false, "127.0.0.1": false, "0x7f.1": false, "gh_cr.io": false, "qua\u212A.io": false,
	} {
		ref, err := readImage(host + "/owner/name:1")
		assert.Equal(t, want, err == nil, host)
		if want {
			_, err = Parse(ref.String())
			assert.NoError(t, err, host)
		}
		_, err = Parse("pkg:oci/name?repository_url=" + host + "/owner/name")
		assert.Equal(t, want, err == nil, host)
	}
	assert.True(t, IsOrigin(NPM, "Registry.YarnPkg.com"))
	assert.False(t, IsOrigin(NPM, "registry.yarnp\u212Ag.com"), "the Kelvin sign is no k")
	_, err := Parse("https://p\u212Ag.go.dev/example.com/gold")
	assert.Error(t, err, "nor is the host a site's")
}
