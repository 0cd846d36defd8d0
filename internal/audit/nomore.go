//go:build js && !touchstone_whole

package audit

import (
	"touchstone/internal/evidence"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// more is empty in the page's first program (see more.go).
var more []registry.Registry

// moreMechanisms is empty in the page's first program (see more.go).
func moreMechanisms() map[registry.Form]evidence.Mechanism { return nil }

// Keyrings is nil in that program, too.
func Keyrings() trust.Keyrings { return nil }
