package report

import (
	"time"

	"touchstone/internal/fetch"
	"touchstone/internal/source"
)

// About is what a package is, by its own word and its repository's: none of it
// is verified, none of it counts. What is empty was not said.
type About struct {
	Description string `json:"description,omitempty"`
	License     string `json:"license,omitempty"`
	Homepage    string `json:"homepage,omitempty"`
	// Source is the address of its source repository; ByName tells that the
	// package's name says so.
	Source string `json:"source,omitempty"`
	ByName bool   `json:"byName,omitempty"`
	// Published is the repository's date of this version, RFC 3339.
	Published string `json:"published,omitempty"`
	// Newest is the version that the index calls the newest, where that is
	// another; NewestReference is its purl.
	Newest          string `json:"newest,omitempty"`
	NewestReference string `json:"newestReference,omitempty"`
	// Withdrawn says that the publisher took this version back.
	Withdrawn string `json:"withdrawn,omitempty"`
}

// longestClaim bounds what is repeated of a package's own words, in characters.
const longestClaim = 300

// about gathers what is said of a package.
func about(s Subject) About {
	rel := s.Release
	a := About{
		Description: clipped(rel.About.Description), License: clipped(rel.About.License), Homepage: clipped(rel.About.Homepage),
		Withdrawn: rel.Index.Withdrawn,
	}
	for _, address := range []string{rel.Source.Repository, s.Artifact.Inside.Repository, rel.About.Source} {
		if place, ok := source.Parse(address); ok && a.Source == "" {
			a.Source, a.ByName = place.String(), address == rel.About.Source && address != rel.Source.Repository
		}
	}
	if t, err := time.Parse(time.RFC3339, rel.Index.Published); err == nil {
		a.Published = t.UTC().Format(time.RFC3339)
	}
	if newest := rel.Index.Latest; rel.Index.State == fetch.Found && newest != "" && newest != rel.Ref.Version {
		ref := rel.Ref
		ref.Version, ref.Tag, ref.Digests, ref.File = newest, "", nil, ""
		a.Newest, a.NewestReference = newest, ref.String()
	}
	return a
}

// clipped cuts what a package says of itself.
func clipped(s string) string {
	if r := []rune(s); len(r) > longestClaim {
		return string(r[:longestClaim]) + "…"
	}
	return s
}
