package evidence

import (
	"fmt"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/source"
)

// sourceStated asks whether repository and revision are named, each in a form by
// which it can be found:
//
//  1. by the verified statement of whoever may speak for the package that tells of the
//     build, or would;
//  2. by the repository's own record;
//  3. by the package itself, in bytes that are the repository's.
func sourceStated(e *exam) Finding {
	// 1.
	if e.builder != nil {
		repository, commit := e.builder.verified.Certificate.Source()
		if _, ok := source.Parse(repository); ok && source.IsRevision(commit) {
			e.proven.Source = &Source{repository, commit, true}
			return pass("A verified statement names where the code comes from: "+repository+" at commit "+commit+".", map[string]string{
				"repository": repository, "commit": commit})
		}
	}
	// 2. and 3.
	record, inside := e.Release.Source, e.Artifact.Inside
	record.Dirty = record.Dirty || inside.Dirty // the files are the same ones
	own := e.ownWord(record.Route, record.InRecord)
	best := statedBy(e, theRecord, record, own, "It came "+byRoute(record.Route)+", so the repository's own record may say otherwise.")
	if inside.Repository != "" || inside.Revision != "" {
		genuine := e.matches.Outcome == Pass && (recordDirect(e).Outcome == Pass || covering(e).Outcome == Pass)
		its := registry.Source{Repository: inside.Repository, Revision: inside.Revision, Folder: inside.Folder, Dirty: inside.Dirty}
		if within := statedBy(e, "package", its, genuine, "That these are the repository's bytes is not known."); record.Repository == "" || inside.Revision != "" {
			best = better(within, best)
		}
	}
	if best.Outcome == Pass && e.Artifact.Unwanted {
		e.proven.Source = nil // the package may say that its files are no commit's
		return because(Unknown, best.Reason+" What the package itself says was not read.")
	}
	if best.Outcome == Pass || best.Outcome == Unknown {
		return best
	}
	// Named by none: by whose word?
	switch open, found := openAttestation(e); {
	case inside.Dirty && e.matches.Outcome == Pass && recordDirect(e).Outcome == Pass:
		return best // whoever names a commit: these files are not its
	case record.Asked == fetch.Unknown:
		return because(Unknown, "The document that would name the source could not be fetched.")
	case e.Release.File.NamesRevision && e.unreadInside():
		return because(Unknown, best.Reason+" What the package itself says was not read.")
	case !own:
		return because(Unknown, fmt.Sprintf("%s The record came %s, so the repository's own may say otherwise.", best.Reason, byRoute(record.Route)))
	case found:
		return open
	}
	return best
}

// unreadInside tells that nothing of what the package says of itself was read, and that
// it could be: it was not asked for, or did not come.
func (e *exam) unreadInside() bool {
	art := e.Artifact
	return art.Contents == nil && art.Answer.State == fetch.Unknown
}

// theRecord is who says what stands in the record.
const theRecord = "record"

// statedBy judges one statement of where the code comes from; who says it. It
// counts where it is known that they do, else otherwise says why not.
func statedBy(e *exam, who string, s registry.Source, known bool, otherwise string) Finding {
	_, addressed := source.Parse(s.Repository)
	revision := source.IsRevision(s.Revision) || shortRevision(s.Revision, e.Release.Ref.Version)
	switch {
	case addressed && revision && s.Dirty:
		return because(Absent, fmt.Sprintf("The %s names %s at %s, but it was made from files with changes that no commit has.", who, s.Repository, s.Revision)).by(Maintainer)
	case addressed && revision && !known:
		return because(Unknown, fmt.Sprintf("The %s names %s at %s. %s", who, s.Repository, s.Revision, otherwise))
	case addressed && revision:
		if e.proven.Source == nil {
			e.proven.Source = &Source{s.Repository, s.Revision, false}
		}
		facts := map[string]string{"stated repository": s.Repository, "stated revision": s.Revision}
		if s.Folder != "" {
			facts["stated folder"] = s.Folder
		}
		word := "Nobody signed that."
		if who == theRecord && s.InRecord && e.recordCovered() {
			word = "The repository's own key signed the record."
		}
		return pass(fmt.Sprintf("The %s names where the code comes from. %s", who, word), facts)
	case addressed && s.Revision == "":
		return because(Absent, fmt.Sprintf("The %s names the repository %s, but not the revision that this version was made from.", who, s.Repository)).by(Maintainer)
	case addressed:
		return because(Absent, fmt.Sprintf("The %s names the repository %s, and as revision %s, which is no commit.", who, s.Repository, quoted(s.Revision))).by(Maintainer)
	case s.Repository != "":
		return because(Absent, fmt.Sprintf("The %s names %s as its source, which is no address of a repository.", who, quoted(s.Repository))).by(Maintainer)
	case s.Revision != "":
		return because(Absent, fmt.Sprintf("The %s names the revision %s, but no source repository.", who, quoted(s.Revision))).by(Maintainer)
	}
	return because(Absent, fmt.Sprintf("The %s names no source repository and no revision.", who)).by(Maintainer)
}

// shortRevision tells whether a shortened commit is the one that the version
// itself ends with, as Go's pseudo-versions do (go.dev/ref/mod#pseudo-versions).
// With zeros alone they stand for no version at all.
func shortRevision(revision, version string) bool {
	return len(revision) == 12 && strings.Trim(revision, "0") != "" && strings.Trim(revision, "0123456789abcdef") == "" && strings.HasSuffix(version, "-"+revision)
}
