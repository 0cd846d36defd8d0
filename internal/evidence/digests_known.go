package evidence

import (
	"fmt"
	"slices"

	"touchstone/internal/digest"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// digestsKnown asks of a reference that lists several digests of one kind, of
// which its client takes any, whether each is of a file of this version: one that
// is of none would let the client take what nobody published.
//
//  1. The digests that the record states: of the file that is audited, and of the
//     version's others.
//  2. Each listed one must be among them.
func digestsKnown(e *exam) Finding {
	listed := several(e.Release.Ref.Digests)
	switch {
	case len(listed) == 0:
		return because(NotApplicable, "The reference lists no several digests of one kind.")
	case len(e.Release.Record().States) == 0:
		return unfetched(e.Release.Record().Answer, "the record", "The record states no digest that the listed ones could be compared with.")
	}
	// 1. and 2.
	var files, unread []string
	for _, d := range listed {
		file, known := e.fileOf(d)
		switch {
		case known && !slices.Contains(files, file):
			files = append(files, file)
		case !known:
			unread = append(unread, spelled(d.Algorithm, d.Value))
		}
	}
	if len(unread) > 0 && !e.Release.Siblings.Whole {
		return because(Unknown, fmt.Sprintf("Listed are %d digests, of which one must match. Not every other file of this version is known, so %d could not be compared.", len(listed), len(unread)))
	}
	if len(unread) > 0 {
		return because(Fail, fmt.Sprintf("Listed are %d digests, of which one must match. No file of this version has: %s. A client would take a file with it all the same.", len(listed), purl.Some(unread)))
	}
	return pass(fmt.Sprintf("Each of the %d listed digests is that of a file of this version: %s. What else is said here is of the file that was audited.", len(listed), purl.Some(files)), nil)
}

// several are the digests of which there is another of the same kind.
func several(digests []purl.Digest) []purl.Digest {
	kinds := map[string]int{}
	for _, d := range digests {
		kinds[d.Algorithm+" "+d.Of]++
	}
	return slices.DeleteFunc(slices.Clone(digests), func(d purl.Digest) bool {
		return kinds[d.Algorithm+" "+d.Of] < 2
	})
}

// fileOf names the file of this version that has a digest, by the record's word.
func (e *exam) fileOf(d purl.Digest) (name string, known bool) {
	has := func(states []registry.Stated) bool {
		return slices.ContainsFunc(states, func(s registry.Stated) bool {
			return s.Of == referenceSubject(d) && digest.Name(s.Algorithm) == digest.Name(d.Algorithm) && s.Value == d.Value
		})
	}
	if has(e.Release.Record().States) {
		name = e.Release.Ref.File
		if name == "" {
			name = the(referenceSubject(d))
		}
		return name, true
	}
	for _, s := range e.Release.Siblings.Each {
		if has(s.States) {
			return s.Name, true
		}
	}
	return "", false
}

// another says which other file of this version has a digest that is not that of
// the one that was asked for; empty where none is known to.
func (e *exam) another(d purl.Digest) string {
	name, known := e.fileOf(d)
	if !known {
		return ""
	}
	return fmt.Sprintf(" It is the digest of another file of the same version: %s.", quoted(name))
}
