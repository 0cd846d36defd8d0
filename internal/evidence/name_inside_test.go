package evidence

import (
	"testing"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

func TestNameInside(t *testing.T) {
	named := func(stated ...string) func(*registry.Release, *artifact.Artifact) {
		return func(_ *registry.Release, art *artifact.Artifact) {
			for _, s := range stated {
				art.Inside.Names = append(art.Inside.Names, registry.NameInside{Document: "m", Field: "name", Stated: s, Asked: "thing"})
			}
		}
	}
	beside := func(body string) *exam {
		return released(func(rel *registry.Release, art *artifact.Artifact) {
			named("thing")(rel, art)
			rel.File.Rules.Prefix = "p/"
			rel.File.Manifest = registry.Manifest{Path: "a", Answer: fetch.Answer{State: fetch.Found, Body: []byte(body)}}
		})
	}
	table{
		"the one asked for":     {released(named("thing")), Pass},
		"another":               {released(named("other")), Fail},
		"one of two is another": {released(named("thing", "other")), Fail},
		"another case":          {released(named("Thing")), Fail},
		"empty":                 {released(named("")), Fail},
		"none":                  {released(nil), Absent},
		"no package":            {released(func(_ *registry.Release, art *artifact.Artifact) { art.Contents = nil }), Unknown},
		"the same beside":       {beside("a"), Pass},
		"another beside":        {beside("b"), Fail},
	}.run(t, func(e *exam) Finding {
		e.sound = archiveSound(e)
		return nameInside(e)
	})
}
