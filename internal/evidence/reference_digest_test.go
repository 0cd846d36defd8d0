package evidence

import (
	"testing"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

func TestReferenceDigest(t *testing.T) {
	brought := func(bend func(art *artifact.Artifact), digests ...purl.Digest) *exam {
		return released(func(rel *registry.Release, art *artifact.Artifact) {
			rel.Ref.Digests = digests
			art.Digests, art.ListDigest = map[string]string{"sha1": "aa", "sha256": "bb"}, "cc"
			if bend != nil {
				bend(art)
			}
		})
	}
	of := func(algorithm, value string) purl.Digest {
		return purl.Digest{Of: "artifact", Algorithm: algorithm, Value: value}
	}
	silent := func(art *artifact.Artifact) { *art = artifact.Artifact{Answer: fetch.Answer{State: fetch.Unknown}} }
	ambiguous := func(art *artifact.Artifact) { art.ListDigest = "" }
	table{
		"none":                        {brought(nil), NotApplicable},
		"right":                       {brought(nil, of("sha256", "bb")), Pass},
		"wrong":                       {brought(nil, of("sha256", "00")), Fail},
		"one of a file's several":     {brought(nil, of("sha256", "00"), of("sha256", "bb")), Pass},
		"none of several":             {brought(nil, of("sha256", "00"), of("sha256", "11")), Fail},
		"right, and another wrong":    {brought(nil, of("sha256", "bb"), of("h1", "00")), Fail},
		"weak and right":              {brought(nil, of("sha1", "aa")), Absent},
		"weak and wrong":              {brought(nil, of("sha1", "00")), Fail},
		"of the files":                {brought(nil, of("h1", "cc")), Pass},
		"of files read in two ways":   {brought(ambiguous, of("h1", "cc")), Fail},
		"nothing arrived":             {brought(silent, of("sha256", "bb")), Unknown},
		"not computed by the program": {brought(nil, of("blake3", "bb")), Unknown},
	}.run(t, referenceDigest)
}
