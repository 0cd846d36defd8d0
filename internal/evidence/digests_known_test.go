package evidence

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// withDigests is an exam of a reference with digests of a version with two files, of
// which all others are known where whole tells so.
func withDigests(whole bool, digests ...purl.Digest) *exam {
	return released(func(rel *registry.Release, art *artifact.Artifact) {
		state := func(value string) []registry.Stated {
			return []registry.Stated{{Of: registry.OfArtifact, Algorithm: "sha256", Value: value}}
		}
		rel.Ref.Digests, rel.Ref.File = digests, "thing.whl"
		rel.Chain[0].States = state("aa")
		rel.Siblings = registry.Siblings{Whole: whole, Each: []registry.Sibling{{Name: "thing.tar.gz", States: state("bb")}}}
		art.Unwanted = true
	})
}

func sha256Of(value string) purl.Digest {
	return purl.Digest{Of: "artifact", Algorithm: "sha256", Value: value}
}

func TestDigestsKnown(t *testing.T) {
	silent := withDigests(true, sha256Of("aa"), sha256Of("bb"))
	silent.Release.Chain[0] = registry.Link{Answer: fetch.Answer{State: fetch.Unknown}}
	table{
		"one":                        {withDigests(true, sha256Of("00")), NotApplicable},
		"one of each kind":           {withDigests(true, sha256Of("aa"), purl.Digest{Of: "artifact", Algorithm: "sha512", Value: "00"}), NotApplicable},
		"each of a file":             {withDigests(true, sha256Of("aa"), sha256Of("bb")), Pass},
		"one of none":                {withDigests(true, sha256Of("aa"), sha256Of("00")), Fail},
		"one of none that are known": {withDigests(false, sha256Of("aa"), sha256Of("00")), Unknown},
		"each known, others unknown": {withDigests(false, sha256Of("aa"), sha256Of("bb")), Pass},
		"of a list of files":         {withDigests(true, purl.Digest{Of: "artifact", Algorithm: "h1", Value: "aa"}, purl.Digest{Of: "artifact", Algorithm: "h1", Value: "bb"}), Fail},
		"no record":                  {silent, Unknown},
	}.run(t, digestsKnown)
}

// TestAnotherFile: a digest that is not this file's is said to be that of which.
func TestAnotherFile(t *testing.T) {
	f := pinAgrees(withDigests(true, sha256Of("bb")))
	assert.Equal(t, Fail, f.Outcome)
	assert.Contains(t, f.Reason, "thing.tar.gz")
	assert.NotContains(t, pinAgrees(withDigests(true, sha256Of("00"))).Reason, "another file")
}
