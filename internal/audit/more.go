//go:build !js || touchstone_whole

package audit

import (
	"touchstone/internal/bare"
	"touchstone/internal/evidence"
	"touchstone/internal/openpgp"
	"touchstone/internal/registry"
	"touchstone/internal/registry/deb"
	"touchstone/internal/registry/freebsd"
	"touchstone/internal/registry/maven"
	"touchstone/internal/registry/oci"
	"touchstone/internal/registry/rpm"
	"touchstone/internal/trust"
)

// more are the ecosystems that only the whole program serves: what they read
// weighs more than a page's first visit should. One line each.
var more = []registry.Registry{
	deb.Registry{},
	maven.Registry{},
	oci.Registry{},
	freebsd.Registry{},
	rpm.Registry{},
}

// moreMechanisms verify the signatures that only they carry.
func moreMechanisms() map[registry.Form]evidence.Mechanism {
	return map[registry.Form]evidence.Mechanism{
		registry.OpenPGP:          openpgp.Anchored{},
		registry.RSAFingerprint:   bare.RSAFingerprint{},
		registry.ECDSAFingerprint: bare.ECDSAFingerprint{},
	}
}

// Keyrings reads what a refresh of archive keys meets; nil where no archive is served.
func Keyrings() trust.Keyrings { return deb.Keyrings{} }
