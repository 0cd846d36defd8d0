package evidence

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// referenceDigest compares the digest that the person brought with the
// package: it is looked at before anything a server says.
func referenceDigest(in *Input) Finding {
	if len(in.Release.Ref.Digests) == 0 {
		return because(NotApplicable, "The reference carries no digest of its own.")
	}
	facts := map[string]string{}
	weak, open := "", ""
	// A lock file may list one digest for each file of a version: of several
	// of one kind, one must match.
	wrong := map[string]string{}
	for _, d := range in.Release.Ref.Digests {
		name := d.Algorithm + " of " + d.Of
		got, ok, why := computed(in, referenceSubject(d), d.Algorithm)
		switch {
		case !registry.Strong(d.Algorithm):
			weak = d.Algorithm
		case !ok && why.failed:
			wrong[name] = fmt.Sprintf("The reference expects %s %s, and %s.", name, d.Value, why.text)
		case !ok:
			open = why.text
		case got != d.Value:
			wrong[name] = fmt.Sprintf("The reference expects %s %s; what arrived has %s. These are not the same bytes.", name, d.Value, got)
		default:
			facts[name] = got
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		if _, matched := facts[name]; !matched {
			return because(Fail, wrong[name])
		}
	}
	switch {
	case open != "":
		return because(Unknown, "The digest in the reference could not be compared: "+open)
	case len(facts) == 0:
		return because(Unknown, "The reference carries only a "+weak+" digest, which is too weak to prove anything.")
	}
	if _, manifestOnly := facts["h1 of go.mod"]; manifestOnly && len(facts) == 1 {
		return because(NotApplicable, "The digest in the reference is that of the manifest alone; it agrees, and says nothing about the other files.")
	}
	return pass("What arrived has exactly the digest that the reference carries.", facts)
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

// digestPublished asks for a strong digest stated apart from the bytes.
func digestPublished(in *Input) Finding {
	weak := map[string]bool{}
	for _, d := range in.Release.Digests {
		if d.Of == registry.OfManifest {
			continue
		}
		if registry.Strong(d.Algorithm) {
			return pass("The repository publishes a digest of this package, apart from the package itself.", nil)
		}
		weak[d.Algorithm] = true
	}
	if len(weak) > 0 {
		return because(Absent, "The only digest published is "+strings.Join(sorted(weak), ", ")+", which is too weak: two different packages can be made to share it.")
	}
	return unfetched(in.Release.Record, "a digest of this package", "the repository publishes no digest of this package")
}

// digestMatches recomputes every strong digest that the repository states.
func digestMatches(in *Input) Finding {
	facts := map[string]string{}
	open, compared := "", 0
	for _, d := range in.Release.Digests {
		if !registry.Strong(d.Algorithm) {
			continue
		}
		got, ok, why := computed(in, d.Of, d.Algorithm)
		switch {
		case !ok && why.failed:
			return because(Fail, fmt.Sprintf("%s is recorded with %s %s, but %s", title(d.Of), d.Algorithm, d.Value, why.text))
		case !ok:
			open = why.text
		case got != d.Value:
			return because(Fail, fmt.Sprintf("%s is recorded with %s %s; what arrived has %s. These are not the same bytes.", title(d.Of), d.Algorithm, d.Value, got))
		default:
			facts[d.Algorithm+" of "+string(d.Of)] = got
			if d.Of != registry.OfManifest {
				compared++
			}
		}
	}
	switch {
	case open != "":
		return because(Unknown, "Not every digest could be recomputed: "+open)
	case compared > 0:
		return pass("Every digest was recomputed here from what arrived, and is the one recorded.", facts)
	}
	return unfetched(in.Release.Record, "a digest to compare with", "there is no digest to compare with")
}

// recordDirect asks whether the record is the repository's own word.
func recordDirect(in *Input) Finding {
	a := in.Release.Record
	if a.State != fetch.Found {
		return unfetched(a, "the repository's record", "the repository has no record of this version")
	}
	if a.Route != fetch.Direct {
		return because(Unknown, "The record came "+byRoute(a.Route)+", not from the repository's own host, so by itself it is only somebody's word.")
	}
	return pass("The record came over TLS from the repository's own host to this client.", nil)
}

// A reasonOpen says why a digest could not be computed, and whether that is
// itself wrong.
type reasonOpen struct {
	text   string
	failed bool
}

// computed recomputes one digest of what arrived.
func computed(in *Input, of registry.Subject, algorithm string) (value string, ok bool, why reasonOpen) {
	art := in.Artifact
	if of == registry.OfManifest {
		m := in.Release.Manifest
		if m.Answer.State != fetch.Found {
			return "", false, reasonOpen{text: "the manifest could not be had: " + m.Answer.Reason}
		}
		sum, err := manifestDigest(m)
		if err != nil {
			return "", false, reasonOpen{text: err.Error(), failed: true}
		}
		return sum, true, reasonOpen{}
	}
	if art.Answer.State != fetch.Found {
		return "", false, reasonOpen{text: "the package could not be had: " + art.Answer.Reason}
	}
	if of == registry.OfArtifact {
		got, ok := art.Digests[algorithm]
		if !ok {
			return "", false, reasonOpen{text: "this version does not compute " + algorithm}
		}
		return got, true, reasonOpen{}
	}
	if art.Unreadable != "" {
		return "", false, reasonOpen{text: "what arrived is no package: " + art.Unreadable, failed: true}
	}
	if art.ListDigest == "" {
		return "", false, reasonOpen{text: "what arrived cannot be read to its end, and in one way only" + firstProblem(in), failed: true}
	}
	return art.ListDigest, true, reasonOpen{}
}

// unfetched tells "could not be had" from "not there" for a missing document.
func unfetched(a fetch.Answer, what, absent string) Finding {
	switch a.State {
	case fetch.Unknown:
		return because(Unknown, "Could not get "+what+": "+a.Reason)
	case fetch.NotThere:
		return because(Absent, upper(absent)+": its own host says that it is not there.")
	}
	return because(Absent, upper(absent)+".")
}

func title(s registry.Subject) string {
	switch s {
	case registry.OfFiles:
		return "The list of all files"
	case registry.OfManifest:
		return "The manifest"
	}
	return "The package file"
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
