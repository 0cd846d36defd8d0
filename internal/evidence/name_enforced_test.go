package evidence

import (
	"testing"

	"touchstone/internal/artifact"
	"touchstone/internal/registry"
)

func TestNameEnforced(t *testing.T) {
	named := func(stated string, enforced bool) *exam {
		return released(func(_ *registry.Release, art *artifact.Artifact) {
			art.Inside.Names = []registry.NameInside{
				{Document: "m", Field: "name", Stated: "thing", Asked: "thing", Enforced: true},
				{Document: "m", Field: "version", Stated: stated, Asked: "1.0.0", Enforced: enforced},
			}
		})
	}
	table{
		"the one asked for":        {named("1.0.0", true), Pass},
		"another":                  {named("1.0.1", true), Fail},
		"another, which may be so": {named("1.0.1", false), Pass},
		"none":                     {released(nil), NotApplicable},
		"no package":               {released(func(_ *registry.Release, art *artifact.Artifact) { art.Contents = nil }), NotApplicable},
	}.run(t, nameEnforced)
}
