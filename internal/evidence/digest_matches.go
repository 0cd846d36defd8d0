package evidence

import (
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// digestMatches recomputes every strong digest that the repository states.
func digestMatches(e *exam) Finding {
	for _, p := range e.Artifact.Parts {
		if p.Wrong() {
			return because(Fail, fmt.Sprintf("The %s is stated with %s; what arrived has %s. These are not the same bytes.", p.Name, spelled(p.Algorithm, p.Value), spelled(p.Algorithm, p.Digest)))
		}
	}
	if e.Artifact.Other {
		return because(Fail, upper(sentence(e.Artifact.Unreadable)))
	}
	facts := map[string]string{}
	var open reasonOpen
	without, compared := "", 0
	for _, d := range recorded(e) {
		if !digest.Strong(d.Algorithm) {
			// It proves no sameness, but a difference is a difference.
			if got, ok := e.Artifact.Digests[d.Algorithm]; ok && d.Of == registry.OfArtifact && got != d.Value {
				return because(Fail, fmt.Sprintf("%s is recorded with %s; what arrived has %s.%s", upper(the(d.Of)), spelled(d.Algorithm, d.Value), spelled(d.Algorithm, got), beside(e)))
			}
			continue
		}
		got, ok, why := computed(e, d.Of, d.Algorithm)
		switch {
		case !ok && why.failed:
			return because(Fail, fmt.Sprintf("%s is recorded with %s, but %s.", upper(the(d.Of)), spelled(d.Algorithm, d.Value), strings.TrimSuffix(why.text, ".")))
		case !ok && d.Of == registry.OfManifest:
			// A copy served beside the package: that it could not be fetched says
			// nothing about the package.
			without = " " + upper(sentence(why.text))
		case !ok:
			open = why
		case got != d.Value:
			return because(Fail, fmt.Sprintf("%s is recorded with %s; what arrived has %s. These are not the same bytes.", upper(the(d.Of)), spelled(d.Algorithm, d.Value), spelled(d.Algorithm, got)))
		default:
			facts[d.Algorithm+" of "+string(d.Of)] = got
			if d.Of != registry.OfManifest && (d.Of != registry.OfPart || len(e.Artifact.Sealed.Signatures) > 0) {
				compared++
			}
		}
	}
	if arrived := e.Artifact.Answer; open.text != "" && arrived.State != fetch.Found {
		open.text = unfetched(arrived, "the package", "").Reason
		if open.absent {
			return because(Absent, open.text)
		}
		return because(Unknown, open.text)
	}
	switch {
	case open.text != "":
		return because(Unknown, "Not every digest could be recomputed: "+sentence(open.text))
	case compared > 0 && without != "":
		return pass("Every digest of the package was recomputed here from what arrived, and is the one recorded."+without, facts)
	case compared > 0:
		return pass("Every digest was recomputed here from what arrived, and is the one recorded.", facts)
	}
	if own := e.own; own.Outcome == Pass {
		algorithm := e.Release.File.Attestations.Subject.Algorithm
		return pass("The digest in the statement that the repository signed was recomputed here from what arrived, and is the same.",
			map[string]string{algorithm + " of " + string(registry.OfArtifact): e.Artifact.Digests[algorithm]})
	}
	for _, a := range e.attested {
		if a.finding.Outcome == Pass && a.verified.By.Hex != "" {
			return pass("The digest that is signed was recomputed here from what arrived, and is the same.", map[string]string{a.verified.By.Algorithm + " of " + string(registry.OfArtifact): a.verified.By.Hex})
		}
	}
	if e.enclosedBrought().Outcome == Pass {
		return pass("The digest of every file was recomputed here, and is the one in the signed list inside.", nil)
	}
	if unread := e.Release.Record().Unread; unread != "" {
		return because(Unknown, unread)
	}
	return unfetched(e.Release.Record().Answer, "the record", "The record states no strong digest of this package.")
}

// recorded are the digests that the repository states, and those that a document
// inside the file states of the rest, without those beside
// which another of the same choice is the right one.
func recorded(e *exam) []registry.Stated {
	all := slices.Clone(e.Release.Record().States)
	if in := e.sealed(); in != nil {
		all = append(all, in.States...)
	}
	right := func(d registry.Stated) bool {
		got, ok, _ := computed(e, d.Of, d.Algorithm)
		return ok && got == d.Value
	}
	return slices.DeleteFunc(slices.Clone(all), func(d registry.Stated) bool {
		return d.Choice && !right(d) && slices.ContainsFunc(all, func(other registry.Stated) bool {
			return other.Choice && other.Of == d.Of && other.Algorithm == d.Algorithm && right(other)
		})
	})
}

// beside says, of a weak digest that differs, what clients make of that which
// compare only the strongest one recorded.
func beside(e *exam) string {
	for _, d := range recorded(e) {
		if got, ok, _ := computed(e, d.Of, d.Algorithm); ok && digest.Strong(d.Algorithm) && d.Of == registry.OfArtifact && got == d.Value {
			return fmt.Sprintf(" The %s agrees: a client that compares only that one would install it.", d.Algorithm)
		}
	}
	return " These are not the same bytes."
}
