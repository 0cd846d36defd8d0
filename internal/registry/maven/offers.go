package maven

import (
	"context"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

var _ registry.Lister = Registry{}

// Offers asks for the package's list of versions. Nothing at Central is taken back.
// A range takes the highest in it, a pre-release too.
func (Registry) Offers(ctx context.Context, c *fetch.Session, ref purl.Ref) (registry.Offers, error) {
	v, err := versionsOf(ctx, c, coordinates{group: ref.Namespace, artifact: ref.Name})
	if err != nil {
		return registry.Offers{}, err
	}
	o := registry.Offers{Answer: v.answer, Newest: v.newest, Highest: true}
	for _, version := range v.all {
		o.All = append(o.All, registry.Offer{Version: version})
	}
	return o, nil
}

// CompareVersions is Maven's order.
func (Registry) CompareVersions(a, b string) int { return orderOf(a).compare(orderOf(b)) }

// mostRanges bounds how many ranges one requirement joins.
const mostRanges = 32

// Fits reads a requirement of a POM (maven.apache.org/pom.html, "Dependency Version
// Requirement Specification"): ranges, of which one must hold; or a version, which
// Maven takes where no other package asks for another.
func (Registry) Fits(asked string) func(version string) bool {
	asked = strings.TrimSpace(asked)
	switch {
	case len(asked) > registry.MostAsked || asked == "":
		return nil
	case asked == "LATEST":
		return func(string) bool { return true }
	case asked == "RELEASE":
		return func(version string) bool { return !strings.HasSuffix(version, "-SNAPSHOT") }
	case asked[0] != '[' && asked[0] != '(':
		if !(coordinates{group: "g", artifact: "a", version: asked}).plain() {
			return nil
		}
		return func(version string) bool { return version == asked }
	}
	ranges := readRanges(asked)
	if ranges == nil {
		return nil
	}
	return func(version string) bool {
		o := orderOf(version)
		for _, r := range ranges {
			if r.holds(o) {
				return true
			}
		}
		return false
	}
}

// A span is one range; an end that is not there is nil.
type span struct {
	low, high   *order
	lowIn, upIn bool // whether the ends belong to it
}

// readRanges reads ranges, whole or not at all: nil.
//
//  1. Each begins with a bracket, and ends with one; square ones include their end.
//  2. Inside are two ends with a comma, of which each may be left out; or one version
//     between square brackets. A prefix with a star stands for what begins so, and is
//     not read here.
//  3. The lower end is not above the upper one.
//  4. Commas join them.
func readRanges(asked string) []span {
	var all []span
	for rest := asked; rest != ""; {
		end := strings.IndexAny(rest, ")]")
		if end < 1 || rest[0] != '[' && rest[0] != '(' || len(all) == mostRanges { // 1.
			return nil
		}
		s := span{lowIn: rest[0] == '[', upIn: rest[end] == ']'}
		low, high, two := strings.Cut(rest[1:end], ",") // 2.
		if !two {
			high = low
		}
		if !two && !(s.lowIn && s.upIn) || !two && strings.TrimSpace(low) == "" {
			return nil
		}
		for _, e := range []struct {
			text string
			at   **order
		}{{low, &s.low}, {high, &s.high}} {
			text := strings.TrimSpace(e.text)
			if text == "" {
				continue
			}
			if !(coordinates{group: "g", artifact: "a", version: text}).plain() {
				return nil
			}
			o := orderOf(text)
			*e.at = &o
		}
		if s.low != nil && s.high != nil && s.low.compare(*s.high) > 0 { // 3.
			return nil
		}
		all = append(all, s)
		rest = strings.TrimSpace(rest[end+1:])
		if rest == "" {
			break
		}
		if rest[0] != ',' { // 4.
			return nil
		}
		if rest = strings.TrimSpace(rest[1:]); rest == "" {
			return nil
		}
	}
	return all
}

func (s span) holds(o order) bool {
	if s.low != nil {
		if c := o.compare(*s.low); c < 0 || c == 0 && !s.lowIn {
			return false
		}
	}
	if s.high != nil {
		if c := o.compare(*s.high); c > 0 || c == 0 && !s.upIn {
			return false
		}
	}
	return true
}
