package evidence

import (
	"testing"

	"touchstone/internal/archive"
	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

func TestArchiveSound(t *testing.T) {
	with := func(bend func(art *artifact.Artifact)) *exam {
		return released(func(_ *registry.Release, art *artifact.Artifact) { bend(art) })
	}
	table{
		"sound":       {released(nil), Pass},
		"a problem":   {with(func(a *artifact.Artifact) { a.Contents.Problems = []archive.Problem{{Path: "a", Detail: "twice."}} }), Fail},
		"no package":  {with(func(a *artifact.Artifact) { a.Contents, a.Unreadable = nil, "text" }), Fail},
		"silence":     {with(func(a *artifact.Artifact) { *a = artifact.Artifact{Answer: fetch.Answer{State: fetch.Unknown}} }), Unknown},
		"not there":   {with(func(a *artifact.Artifact) { *a = artifact.Artifact{Answer: fetch.Answer{State: fetch.NotThere}} }), Absent},
		"never asked": {with(func(a *artifact.Artifact) { *a = artifact.Artifact{} }), Unknown},
	}.run(t, archiveSound)
}
