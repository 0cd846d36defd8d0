package evidence

import (
	"fmt"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/registry"
)

// pinAgrees stands in the place of the bytes where none were asked for: it
// compares the digest that the reference pins with the published one. Where a
// usual client refuses other bytes unasked, the pin is as good as they are for
// what the digest decides, and for nothing else.
//
//  1. Of several digests of one kind one must be published, as clients read it.
//  2. A strong one must be among them; a weak one that differs is a difference.
//  3. The client must hold to it: where any of several is enough for it, each must
//     have been compared.
func pinAgrees(e *exam) Finding {
	switch {
	case len(e.Release.Ref.Digests) == 0:
		return because(NotApplicable, "The reference carries no digest of its own.")
	case !e.Artifact.Unwanted:
		return because(NotApplicable, "The package itself was asked for: its bytes are compared, and not a pin in their place.")
	case len(e.Release.Record().States) == 0:
		f := unfetched(e.Release.Record().Answer, "the record", "The record states no digest that the pinned one could be compared with.")
		f.Check = "digest-published" // nothing was compared
		return f
	}
	// 1. and 2.
	facts, other := map[string]string{}, map[string]string{}
	agrees, open := map[string]bool{}, ""
	for _, d := range e.Release.Ref.Digests {
		name := d.Algorithm + " of " + d.Of
		published, known := publishedAs(e, referenceSubject(d), d.Algorithm, d.Value)
		switch {
		case !known:
			open = fmt.Sprintf("The record states no %s of %s, so the pinned one could not be compared.", d.Algorithm, the(referenceSubject(d)))
		case published != d.Value:
			other[name] = fmt.Sprintf("Pinned is %s with %s. Published is %s. A client that holds to the pin installs something else, or nothing.", the(referenceSubject(d)), spelled(d.Algorithm, d.Value), spelled(d.Algorithm, published)) + e.another(d)
		default:
			agrees[name] = true
			if digest.Strong(d.Algorithm) {
				facts[name] = d.Value
			}
		}
	}
	for _, d := range e.Release.Ref.Digests {
		if name := d.Algorithm + " of " + d.Of; other[name] != "" && !agrees[name] {
			return because(Fail, other[name])
		}
	}
	_, manifest := facts["h1 of go.mod"]
	switch {
	case len(facts) == 0 && open != "":
		return because(Unknown, open)
	case len(facts) == 0:
		return because(Absent, "Only a weak digest is pinned. It is the published one, and proves nothing: two different packages can be made to share it.")
	case manifest && len(facts) == 1:
		return because(NotApplicable, "The pinned digest is that of the manifest alone. It is the published one, and says nothing about the other files.")
	}
	if e.lent(facts) {
		return because(Unknown, "The pinned digest is the published one, but both came from the evidence file: whoever made it could choose them. Ask with a reference of your own.")
	}
	// 3.
	client := e.Release.Installer
	if open != "" && client.TakesAnyDigest {
		return because(Unknown, fmt.Sprintf("%s What has only that one %s takes all the same: pin digests of one kind.", open, client.Name))
	}
	if client.Name == "" || !client.RefusesWrongDigest {
		return because(Absent, "The pinned digest is the published one. That a usual client refuses other bytes is not established.").by(Repository)
	}
	return pass(strings.TrimSpace(fmt.Sprintf("The pinned digest is the published one, and by default %s refuses other bytes. %s", client.Name, client.Caveat)), facts)
}

// publishedAs is the digest of a kind that the record states: the given one
// where it is among several.
func publishedAs(e *exam, of registry.Subject, algorithm, value string) (published string, known bool) {
	for _, d := range e.Release.Record().States {
		if d.Of != of || digest.Name(d.Algorithm) != digest.Name(algorithm) {
			continue
		}
		if d.Value == value {
			return value, true
		}
		published, known = d.Value, true
	}
	return published, known
}

// digests are those of what arrived; where nothing was asked for, the pinned
// ones that are also published stand in their place.
func (e *exam) digests() map[string]string {
	if !e.Artifact.Unwanted {
		return e.Artifact.Digests
	}
	pinned := map[string]string{}
	for _, d := range e.Release.Ref.Digests {
		if referenceSubject(d) != registry.OfArtifact || !digest.Strong(d.Algorithm) {
			continue
		}
		if published, known := publishedAs(e, registry.OfArtifact, d.Algorithm, d.Value); known && published == d.Value {
			pinned[digest.Name(d.Algorithm)] = d.Value
		}
	}
	return pinned
}
