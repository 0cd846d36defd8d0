package evidence

import (
	"maps"
	"slices"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/registry"
)

// digestPublished asks for a strong digest stated apart from the bytes.
func digestPublished(e *exam) Finding {
	weak := map[string]bool{}
	for _, d := range e.Release.Record().States {
		if d.Of == registry.OfManifest {
			continue
		}
		if digest.Strong(d.Algorithm) {
			return pass("The repository publishes a digest of this package, apart from the package itself.", nil)
		}
		weak[d.Algorithm] = true
	}
	if in := e.sealed(); in != nil && !in.Bare && len(in.Signatures) > 0 && e.signed.Outcome == Pass {
		return pass("The signed "+in.Name+" inside the package states a digest of its "+in.Parted+".", nil)
	}
	if e.own.Outcome == Pass {
		return pass("A statement that the repository signed states a digest of this package.", nil)
	}
	for _, a := range e.attested {
		if a.finding.Outcome == Pass && len(a.verified.Log) > 0 {
			return pass("A public log holds a signature over this package, with its digest in clear.", nil)
		}
	}
	if e.enclosedBrought().Outcome == Pass {
		return pass("The list inside the package states a digest of every file, and is signed with the certificate that you brought.", nil)
	}
	if open := e.Release.Record().Unread; open != "" {
		return because(Unknown, open)
	}
	if len(weak) > 0 {
		published, share := "The only digest published is "+strings.Join(slices.Sorted(maps.Keys(weak)), " and ")+", which is too weak", "it"
		if len(weak) > 1 {
			published, share = "The only digests published are "+strings.Join(slices.Sorted(maps.Keys(weak)), " and ")+", which are too weak", "them"
		}
		return because(Absent, published+": two different packages can be made to share "+share+"."+unvouchedList(e)).by(Maintainer)
	}
	return unfetched(e.Release.Record().Answer, "the record", "The record states no digest of this package.")
}

// unvouchedList says why the signed list inside a package publishes no digest where
// nobody vouches for its signer (a key that no anchor knows is absent where the world
// is open); empty where there is no such list.
func unvouchedList(e *exam) string {
	if e.enclosed.Outcome != Pass {
		return ""
	}
	return " The list inside is signed with a certificate for which nobody vouches here: whoever changes a file could sign it anew."
}
