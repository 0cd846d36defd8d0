package evidence

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
)

// nameInside compares the names and versions written inside the package, and
// the manifest served beside it, with what was asked for (manifest confusion).
func nameInside(e *exam) Finding {
	art := e.Artifact
	if e.Release.File.Attestations.Subject.ByDigest {
		return nameSigned(e)
	}
	for _, other := range e.Release.Others {
		for _, d := range other.Digests {
			if got := art.Digests[d.Algorithm]; got != "" && got == d.Value {
				return because(Fail, fmt.Sprintf("What arrived has the %s of another file of this version (%s). It is not the file that was asked for.", d.Algorithm, other.What))
			}
		}
	}
	if art.Contents == nil {
		unread := e.sound
		unread.Outcome = Unknown
		return unread
	}
	for _, n := range art.Inside.Names {
		if n.Stated != n.Asked {
			return because(Fail, differs(n)).by(Maintainer)
		}
	}
	if m := e.Release.File.Manifest; m.Answer.State == fetch.Found {
		root := e.Release.File.Rules.Prefix
		if art.Inside.Manifest != "" {
			m.Path, root = art.Inside.Manifest, ""
		}
		if same, found := sameBytes(m, art.Contents.Files, root); found && !same {
			return because(Fail, fmt.Sprintf("The %s inside the package is not the one that the repository serves beside it.", m.Path))
		}
	}
	switch {
	case len(art.Inside.Names) > 0 && art.Inside.Unbound != "":
		return because(Absent, art.Inside.Unbound).by(Maintainer)
	case len(art.Inside.Names) > 0:
	case art.Inside.Unread != "":
		return because(NotUnderstood, "What the package says of itself could not be read. "+sentence(art.Inside.Unread))
	default:
		return because(Absent, "The package states its name nowhere inside, so a signature over it binds these bytes to no name.").by(Maintainer)
	}
	stated := map[string]string{}
	for _, n := range art.Inside.Names {
		stated[n.Document+" "+n.Field] = n.Stated
	}
	return pass(strings.TrimSpace("The name and version written inside the package are those that were asked for. "+art.Inside.Reserved), stated)
}

// sameBytes tells whether a served manifest is the one inside the package.
func sameBytes(m registry.Manifest, files []archive.File, root string) (same, found bool) {
	want := archive.Describe(root+m.Path, m.Answer.Body)
	for _, f := range files {
		if f.Path == want.Path {
			return bytes.Equal(f.SHA256[:], want.SHA256[:]), true
		}
	}
	return false, false
}

// differs says what a name inside is, and what it should be.
func differs(n registry.NameInside) string {
	reason := fmt.Sprintf("%s inside the package says %s %s; asked for was %s.", n.Document, n.Field, quoted(n.Stated), quoted(n.Asked))
	switch {
	case n.Stated == n.Asked || !strings.EqualFold(n.Stated, n.Asked):
	case n.Asked == strings.ToLower(n.Stated):
		reason += fmt.Sprintf(" Package URLs are often written in lower case; likely %s is meant.", quoted(n.Stated))
	default:
		reason += fmt.Sprintf(" Only upper and lower case differ, which are two names here. It calls itself %s.", quoted(n.Stated))
	}
	return reason
}

// nameSigned asks, of a package in which its name cannot stand, whether a
// statement of whoever may speak for it says that name beside its digest.
func nameSigned(e *exam) Finding {
	subject := e.Release.File.Attestations.Subject
	if i := slices.IndexFunc(e.keyedNames, subject.Is); i >= 0 && e.keyed.Outcome == Pass {
		return pass("What is signed names this package beside its digest.", map[string]string{"signed name": e.keyedNames[i]})
	}
	if e.signer.Outcome != Pass {
		if e.keyed.Outcome == Pass {
			return because(Absent, "What is signed is these bytes, without this name. The signature holds for a copy of them under any name.").by(Maintainer)
		}
		return e.signer
	}
	other := ""
	for _, a := range e.attested {
		if a.speaks.Outcome != Pass {
			continue
		}
		if aboutName(a.verified.Statement, subject) {
			return pass("The signed statement names this package beside its digest.", map[string]string{"signed name": namedIn(a.verified.Statement, subject)})
		}
		other = subjectNames(a.verified.Statement)
	}
	return because(Absent, fmt.Sprintf("What is signed is these bytes under another name, %s. The signature holds for a copy of them under any name.", other)).by(Maintainer)
}

// namedIn is the spelling in which a statement names the package.
func namedIn(st *sigstore.Statement, want registry.Expected) string {
	for _, s := range st.Subjects {
		if want.Is(s.Name) {
			return s.Name
		}
	}
	return ""
}
