package evidence

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// referenceDigest compares the digest that the person brought with the
// package: it is looked at before anything a server says.
func referenceDigest(e *exam) Finding {
	if len(e.Release.Ref.Digests) == 0 {
		return because(NotApplicable, "The reference carries no digest of its own.")
	}
	facts, agrees := map[string]string{}, map[string]bool{}
	weak, open := "", ""
	// A lock file may list one digest for each file of a version: of several
	// of one kind, one must match.
	wrong := map[string]string{}
	var others []string // what differs, spelled
	for _, d := range e.Release.Ref.Digests {
		name := d.Algorithm + " of " + d.Of
		of := referenceSubject(d)
		got, ok, why := computed(e, of, d.Algorithm)
		switch {
		case !digest.Strong(d.Algorithm) && (!ok || got == d.Value):
			// It proves no sameness, but a difference is a difference.
			weak, agrees[name] = d.Algorithm, true
		case !ok && why.failed:
			wrong[name] = fmt.Sprintf("The reference's digest of %s is %s, but %s.", the(of), spelled(d.Algorithm, d.Value), why.text)
		case !ok:
			// What did not arrive may be known all the same: the log says so.
			if logged := provenDigest(e, of, d.Algorithm); logged != "" && logged != d.Value {
				wrong[name] = fmt.Sprintf("The reference's digest of %s is %s; the signed log records %s.", the(of), spelled(d.Algorithm, d.Value), spelled(d.Algorithm, logged))
			}
			open = why.text
		case got != d.Value:
			others = append(others, spelled(d.Algorithm, d.Value))
			wrong[name] = fmt.Sprintf("The reference's digest of %s is %s; what arrived has %s. These are not the same bytes.", the(of), spelled(d.Algorithm, d.Value), spelled(d.Algorithm, got)) + e.another(d)
		default:
			facts[name], agrees[name] = got, true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		if agrees[name] {
			continue
		}
		if strong := slices.Sorted(maps.Keys(facts)); len(strong) > 0 {
			wrong[name] += fmt.Sprintf(" The %s agrees: a client that compares only that one would install it.", strong[0])
		}
		return because(Fail, wrong[name]+since(e))
	}
	switch {
	case open != "":
		return because(Unknown, "The digest in the reference could not be compared: "+sentence(open))
	case len(facts) == 0:
		return because(Absent, "The reference carries only a "+weak+" digest, which is too weak to prove anything.")
	}
	if _, manifestOnly := facts["h1 of go.mod"]; manifestOnly && len(facts) == 1 {
		return because(NotApplicable, "The digest in the reference is that of the manifest alone; it agrees, and says nothing about the other files.")
	}
	if e.lent(facts) {
		return because(Unknown, "What arrived has the digest that the reference carries, but both came from the evidence file: whoever made it could choose them. Ask with a reference of your own.")
	}
	if len(others) > 0 {
		return pass(fmt.Sprintf("What arrived has one of the digests that the reference carries. Of other bytes is: %s.", strings.Join(others, ", "))+since(e), facts)
	}
	return pass("What arrived has exactly the digest that the reference carries.", facts)
}

// lent tells that digests which agree are no word of the reader's: they came with
// what they agree with. One that is the version itself is read with its name.
func (e *exam) lent(agreeing map[string]string) bool {
	if !e.Lent {
		return false
	}
	for name, value := range agreeing {
		algorithm, _, _ := strings.Cut(name, " ")
		if algorithm+":"+value == e.Release.Ref.Version {
			return false
		}
	}
	return true
}

// since says where the log holds the recorded digest, to who holds another one:
// which of the two is right, and since when. A place is proven, a time is not.
func since(e *exam) string {
	at := e.proven.Logged
	if at == nil {
		return ""
	}
	return fmt.Sprintf(" The log %s holds the recorded one as its entry %d of %d. It proves no time, so since when is not known.", at.Log, at.ID, e.log.result.Head.N)
}

// referenceSubject says what a pasted digest is of, in common terms.
func referenceSubject(d purl.Digest) registry.Subject {
	switch {
	case d.Of != "artifact":
		return registry.OfManifest
	case d.Algorithm == "h1":
		return registry.OfFiles
	}
	return registry.OfArtifact
}
