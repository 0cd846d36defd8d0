package evidence

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"touchstone/internal/digest"
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
	facts, agrees := map[string]string{}, map[string]bool{}
	weak, open := "", ""
	// A lock file may list one digest for each file of a version: of several
	// of one kind, one must match.
	wrong := map[string]string{}
	for _, d := range in.Release.Ref.Digests {
		name := d.Algorithm + " of " + d.Of
		of := referenceSubject(d)
		got, ok, why := computed(in, of, d.Algorithm)
		switch {
		case !digest.Strong(d.Algorithm) && (!ok || got == d.Value):
			// It proves no sameness, but a difference is a difference.
			weak, agrees[name] = d.Algorithm, true
		case !ok && why.failed:
			wrong[name] = fmt.Sprintf("The reference expects %s with %s, but %s.", the(of), spelled(d.Algorithm, d.Value), why.text)
		case !ok:
			// What did not arrive may be known all the same: the log says so.
			if logged := provenDigest(in, of, d.Algorithm); logged != "" && logged != d.Value {
				wrong[name] = fmt.Sprintf("The reference expects %s with %s; the signed log records %s.", the(of), spelled(d.Algorithm, d.Value), spelled(d.Algorithm, logged))
			}
			open = why.text
		case got != d.Value:
			wrong[name] = fmt.Sprintf("The reference expects %s with %s; what arrived has %s. These are not the same bytes.", the(of), spelled(d.Algorithm, d.Value), spelled(d.Algorithm, got))
		default:
			facts[name], agrees[name] = got, true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		if !agrees[name] {
			return because(Fail, wrong[name])
		}
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
	for _, d := range in.Release.Record().States {
		if d.Of == registry.OfManifest {
			continue
		}
		if digest.Strong(d.Algorithm) {
			return pass("The repository publishes a digest of this package, apart from the package itself.", nil)
		}
		weak[d.Algorithm] = true
	}
	if in.once("repository-attestation", repositoryAttestation).Outcome == Pass {
		return pass("A statement that the repository signed states a digest of this package.", nil)
	}
	if len(weak) > 0 {
		return because(Absent, "The only digest published is "+strings.Join(sorted(weak), ", ")+", which is too weak: two different packages can be made to share it.").by(Maintainer)
	}
	return unfetched(in.Release.Record().Answer, "a digest of this package", "the repository publishes no digest of this package")
}

// digestMatches recomputes every strong digest that the repository states.
func digestMatches(in *Input) Finding {
	facts := map[string]string{}
	var open reasonOpen
	without, compared := "", 0
	for _, d := range recorded(in) {
		if !digest.Strong(d.Algorithm) {
			// It proves no sameness, but a difference is a difference.
			if got, ok := in.Artifact.Digests[d.Algorithm]; ok && d.Of == registry.OfArtifact && got != d.Value {
				return because(Fail, fmt.Sprintf("%s is recorded with %s; what arrived has %s. These are not the same bytes.", upper(the(d.Of)), spelled(d.Algorithm, d.Value), spelled(d.Algorithm, got)))
			}
			continue
		}
		got, ok, why := computed(in, d.Of, d.Algorithm)
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
			if d.Of != registry.OfManifest {
				compared++
			}
		}
	}
	switch {
	case open.absent:
		return because(Absent, "There is nothing to compare with the recorded digest: "+sentence(open.text))
	case open.text != "":
		return because(Unknown, "Not every digest could be recomputed: "+sentence(open.text))
	case compared > 0 && without != "":
		return pass("Every digest of the package was recomputed here from what arrived, and is the one recorded."+without, facts)
	case compared > 0:
		return pass("Every digest was recomputed here from what arrived, and is the one recorded.", facts)
	}
	if own := in.once("repository-attestation", repositoryAttestation); own.Outcome == Pass {
		algorithm := in.Release.File.Attestations.Subject.Algorithm
		return pass("The digest in the statement that the repository signed was recomputed here from what arrived, and is the same.",
			map[string]string{algorithm + " of " + string(registry.OfArtifact): in.Artifact.Digests[algorithm]})
	}
	return unfetched(in.Release.Record().Answer, "a digest to compare with", "there is no digest to compare with")
}

// recorded are the digests that the repository states, without those beside
// which another of the same choice is the right one.
func recorded(in *Input) []registry.Stated {
	right := func(d registry.Stated) bool {
		got, ok, _ := computed(in, d.Of, d.Algorithm)
		return ok && got == d.Value
	}
	return slices.DeleteFunc(slices.Clone(in.Release.Record().States), func(d registry.Stated) bool {
		return d.Choice && !right(d) && slices.ContainsFunc(in.Release.Record().States, func(other registry.Stated) bool {
			return other.Choice && other.Of == d.Of && other.Algorithm == d.Algorithm && right(other)
		})
	})
}

// recordDirect asks whether the record is the repository's own word.
func recordDirect(in *Input) Finding {
	a := in.Release.Record().Answer
	if a.State != fetch.Found {
		return unfetched(a, "the repository's record", "the repository has no record of this version")
	}
	if a.Route != fetch.Direct {
		return because(Unknown, "The record came "+byRoute(a.Route)+", not from the repository's own host, so it is only somebody's word.")
	}
	return pass("The record came over TLS from the repository's own host to this client.", nil)
}

// A reasonOpen says why a digest could not be computed, whether that is itself
// wrong, and whether the repository's own host says that nothing is there.
type reasonOpen struct {
	text           string
	failed, absent bool
}

// provenDigest is the one digest of its kind that the verified log states;
// empty where it states none, or nothing is verified.
func provenDigest(in *Input, of registry.Subject, algorithm string) string {
	if in.Release.Record().Log == nil || in.once("log-record", logRecord).Outcome != Pass {
		return ""
	}
	for _, d := range in.Release.Record().States {
		if d.Line != "" && d.Of == of && d.Algorithm == algorithm {
			return d.Value
		}
	}
	return ""
}

// spelled writes a digest as people know it: Go's as in a go.sum file.
func spelled(algorithm, value string) string {
	if d, err := digest.Hex(algorithm, value); err == nil && algorithm == digest.H1 {
		return d.String()
	}
	return algorithm + " " + value
}

// sentence ends a text from elsewhere as a sentence ends.
func sentence(text string) string { return strings.TrimSuffix(text, ".") + "." }

// computed recomputes one digest of what arrived.
func computed(in *Input, of registry.Subject, algorithm string) (value string, ok bool, why reasonOpen) {
	art := in.Artifact
	if of == registry.OfManifest {
		m := in.Release.File.Manifest
		if m.Answer.State != fetch.Found {
			return "", false, reasonOpen{text: "the manifest could not be fetched: " + m.Answer.Reason, absent: m.Answer.State == fetch.NotThere}
		}
		sum, err := manifestDigest(m)
		if err != nil {
			return "", false, reasonOpen{text: err.Error(), failed: true}
		}
		return sum, true, reasonOpen{}
	}
	if art.Answer.State != fetch.Found {
		return "", false, reasonOpen{text: "the package could not be fetched: " + art.Answer.Reason, absent: art.Answer.State == fetch.NotThere}
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

// unfetched tells "could not be fetched" from "not there" for a missing document.
func unfetched(a fetch.Answer, what, absent string) Finding {
	switch a.State {
	case fetch.Unknown:
		// What a host itself says and we cannot use leaves nothing open; a relay
		// or a recording may have spoilt it.
		if a.Err != nil && a.Err.Kind == fetch.Unusable && a.Route == fetch.Direct {
			return unreadable("There is no usable answer that would hold " + what + ": " + sentence(a.Reason))
		}
		return because(Unknown, "Could not get "+what+": "+sentence(a.Reason))
	case fetch.NotThere:
		return because(Absent, upper(absent)+": its own host says that it is not there.")
	}
	return because(Absent, upper(absent)+".")
}

// the names what a digest is of, inside a sentence.
func the(s registry.Subject) string {
	switch s {
	case registry.OfFiles:
		return "the list of all files"
	case registry.OfManifest:
		return "the manifest"
	}
	return "the package file"
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

// lead begins a reason: what is not known must not read like what is not there.
func lead(f Finding, otherwise, unknown string) string {
	if f.Outcome == Unknown {
		return unknown
	}
	return otherwise
}
