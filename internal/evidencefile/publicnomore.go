//go:build js && !touchstone_whole

package evidencefile

import (
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// byFingerprint finds none: only ecosystems of the whole program sign so (see
// publicmore.go).
func byFingerprint(registry.Signature, []byte, []trust.Key) (signed, bool) { return signed{}, false }
