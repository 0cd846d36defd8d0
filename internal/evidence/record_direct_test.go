package evidence

import (
	"testing"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

func TestRecordDirect(t *testing.T) {
	answered := func(a fetch.Answer) *exam {
		return released(func(rel *registry.Release, _ *artifact.Artifact) { rel.Chain[0].Answer = a })
	}
	unusable := &fetch.Error{Kind: fetch.Unusable}
	table{
		"direct":             {answered(fetch.Answer{State: fetch.Found, Route: fetch.Direct}), Pass},
		"relay":              {answered(fetch.Answer{State: fetch.Found, Route: fetch.Relay}), Unknown},
		"replay":             {answered(fetch.Answer{State: fetch.Found, Route: fetch.Replay}), Unknown},
		"no way":             {answered(fetch.Answer{State: fetch.Found}), Unknown},
		"not there":          {answered(fetch.Answer{State: fetch.NotThere, Route: fetch.Direct}), Absent},
		"silence":            {answered(fetch.Answer{State: fetch.Unknown}), Unknown},
		"unusable, direct":   {answered(fetch.Answer{State: fetch.Unknown, Route: fetch.Direct, Err: unusable}), NotUnderstood},
		"unusable, by relay": {answered(fetch.Answer{State: fetch.Unknown, Route: fetch.Relay, Err: unusable}), Unknown},
		"never asked":        {answered(fetch.Answer{}), Unknown},
		"no chain":           {released(func(rel *registry.Release, _ *artifact.Artifact) { rel.Chain = nil }), Unknown},
	}.run(t, recordDirect)
}
