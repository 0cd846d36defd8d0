package evidence

import (
	"testing"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/slsa"

	"github.com/stretchr/testify/assert"
)

// TestSourceAgrees: package, record and provenance, each silent, equal,
// different or not understood.
func TestSourceAgrees(t *testing.T) {
	const other, page = "https://github.com/victim/famous", thing + "/issues"
	for _, c := range []struct {
		name, inside, recorded string
		route                  fetch.Route
		kind                   string // of the statement; empty for none
		want                   Outcome
	}{
		{"all agree", thing, thing, fetch.Direct, slsa.V1, Pass},
		{"other spelling", "git@github.com:Example/Thing.git", "", fetch.Direct, slsa.V1, Pass},
		{"the record alone, direct", "", thing, fetch.Direct, slsa.V1, Pass},
		{"the record alone, replayed", "", thing, fetch.Replay, slsa.V1, Unknown},
		{"silence", "", "", fetch.Direct, slsa.V1, Absent},
		{"the package differs", other, "", fetch.Direct, slsa.V1, Fail},
		{"the record differs", thing, other, fetch.Direct, slsa.V1, Fail},
		{"the record differs, replayed", thing, other, fetch.Replay, slsa.V1, Fail},
		{"only the record, and it differs", "", other, fetch.Replay, slsa.V1, Fail},
		{"nothing attested, and they differ", thing, other, fetch.Direct, "", Fail},
		{"nothing attested", thing, thing, fetch.Direct, "", NotApplicable},
		{"a page of the repository", page, "", fetch.Direct, slsa.V1, Absent},
		{"a short form that is none", "example/thing/", "", fetch.Direct, slsa.V1, Absent},
		{"a query", thing + "?x=1", "", fetch.Direct, slsa.V1, Absent},
		{"the record is not understood", thing, page, fetch.Direct, slsa.V1, Pass},
		{"a scan from elsewhere", other, other, fetch.Direct, "https://in-toto.io/attestation/vulns/v0.2", NotApplicable},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &exam{Case: Case{Artifact: &artifact.Artifact{Inside: registry.Inside{Repository: c.inside}},
				Release: &registry.Release{Source: registry.Source{Repository: c.recorded, Route: c.route}}}}
			if c.kind != "" {
				in.attested = []attested{verified(bentBy(c.kind))}
			}
			f := sourceAgrees(in)
			assert.Equal(t, c.want, f.Outcome, f.Reason)
			if c.want != Fail {
				assert.NotContains(t, f.Reason, "impostor")
			}
		})
	}
}
