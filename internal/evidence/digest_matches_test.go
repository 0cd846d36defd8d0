package evidence

import (
	"testing"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"

	"github.com/stretchr/testify/assert"
)

func TestWeakDigests(t *testing.T) {
	digest := func(algorithm, value string) registry.Stated {
		return registry.Stated{Of: registry.OfArtifact, Algorithm: algorithm, Value: value}
	}
	choice := func(algorithm, value string) registry.Stated {
		d := digest(algorithm, value)
		d.Choice = true
		return d
	}
	have := map[string]string{"sha1": "aa", "sha256": "bb", "sha384": "cc", "sha512": "dd"}
	for name, c := range map[string]struct {
		stated             []registry.Stated
		published, matches Outcome
	}{
		"strong":                   {[]registry.Stated{digest("sha512", "dd"), digest("sha1", "aa")}, Pass, Pass},
		"sha1 only":                {[]registry.Stated{digest("sha1", "aa")}, Absent, Absent},
		"md5 only":                 {[]registry.Stated{digest("md5", "ee")}, Absent, Absent},
		"sha384 only":              {[]registry.Stated{digest("sha384", "cc")}, Pass, Pass},
		"sha1 differs":             {[]registry.Stated{digest("sha1", "ab")}, Absent, Fail},
		"sha1 differs, sha512 not": {[]registry.Stated{digest("sha512", "dd"), digest("sha1", "ab")}, Pass, Fail},
		"one of two differs":       {[]registry.Stated{digest("sha512", "dd"), digest("sha256", "ab")}, Pass, Fail},
		"a choice":                 {[]registry.Stated{choice("sha512", "00"), choice("sha512", "dd"), choice("sha512", "ff")}, Pass, Pass},
		"a choice, none right":     {[]registry.Stated{choice("sha512", "00"), choice("sha512", "ff")}, Pass, Fail},
		"a choice, others wrong":   {[]registry.Stated{choice("sha512", "dd"), choice("sha256", "ff")}, Pass, Fail},
		"no choice":                {[]registry.Stated{digest("sha512", "dd"), digest("sha512", "ff")}, Pass, Fail},
		"none":                     {nil, Absent, Absent},
	} {
		t.Run(name, func(t *testing.T) {
			in := &exam{Case: Case{Release: &registry.Release{Chain: []registry.Link{{States: c.stated, Answer: fetch.Answer{State: fetch.Found, Route: fetch.Direct}}}},
				Artifact: &artifact.Artifact{Answer: fetch.Answer{State: fetch.Found}, Digests: have}}}
			assert.Equal(t, c.published, digestPublished(in).Outcome)
			assert.Equal(t, c.matches, digestMatches(in).Outcome)
		})
	}
}
