package evidence

import (
	"fmt"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/source"
)

// archiveSound asks whether the archive can be read in one way only.
func archiveSound(in *Input) Finding {
	art := in.Artifact
	switch {
	case art.Answer.State != fetch.Found:
		return unfetched(art.Answer, "the package", "the repository does not have the package's bytes")
	case art.Contents == nil:
		return because(Fail, "What arrived is no package: "+art.Unreadable+".")
	case len(art.Contents.Problems) > 0:
		return because(Fail, "The archive is not in order"+firstProblem(in)+".").by(Maintainer)
	}
	return pass(fmt.Sprintf("The archive is in order: %d files, each read in full, no entry doubled, hidden or leading out of its folder.", len(art.Contents.Files)), nil)
}

// firstProblem names an archive's first problem and how many more there are.
func firstProblem(in *Input) string {
	if in.Artifact.Contents == nil || len(in.Artifact.Contents.Problems) == 0 {
		return ""
	}
	ps := in.Artifact.Contents.Problems
	text := ": "
	if ps[0].Path != "" {
		text += quoted(ps[0].Path) + ": "
	}
	text += strings.TrimSuffix(ps[0].Detail, ".")
	if len(ps) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(ps)-1)
	}
	return text
}

// nameInside compares the names and versions written inside the package, and
// the manifest served beside it, with what was asked for (manifest confusion).
func nameInside(in *Input) Finding {
	art := in.Artifact
	if art.Contents == nil {
		unread := in.once("archive-sound", archiveSound)
		unread.Outcome = Unknown
		return unread
	}
	for _, n := range art.Inside.Names {
		if n.Stated != n.Asked {
			return because(Fail, fmt.Sprintf("%s inside the package says %s %s; asked for was %s.", n.Document, n.Field, quoted(n.Stated), quoted(n.Asked))).by(Maintainer)
		}
	}
	if m := in.Release.File.Manifest; m.Answer.State == fetch.Found {
		if same, found := sameBytes(m, art.Contents.Files, in.Release.File.Rules.Prefix); found && !same {
			return because(Fail, fmt.Sprintf("The %s inside the package is not the one that the repository serves beside it.", m.Path))
		}
	}
	if len(art.Inside.Names) == 0 {
		return because(Absent, "Nothing inside the package states its name.").by(Maintainer)
	}
	stated := map[string]string{}
	for _, n := range art.Inside.Names {
		stated[n.Document+" "+n.Field] = n.Stated
	}
	return pass("The name and version written inside the package are those that were asked for.", stated)
}

// filesCovered asks whether each file is covered by a verified list, or by the
// archive that a verified signature covers.
func filesCovered(in *Input) Finding {
	if f := in.once("archive-sound", archiveSound); f.Outcome != Pass {
		f.Facts = nil
		return f
	}
	if in.once("log-record", logRecord).Outcome == Pass && in.once("digest-matches", digestMatches).Outcome == Pass {
		return pass(fmt.Sprintf("Each of the %d files is in the list whose digest is in the signed log. The list is a few kilobytes of text; with it any single file can be checked later without the archive.", len(in.Artifact.Contents.Files)),
			map[string]string{"files": fmt.Sprint(len(in.Artifact.Contents.Files)), "list": "signed", "h1 of files": in.Artifact.ListDigest})
	}
	if cover := covering(in); cover.Outcome != Pass {
		return cover
	}
	return pass(fmt.Sprintf("Each of the %d files is in the archive that is signed. The list of files is derived from that archive. It proves a file only beside the archive, or beside a digest of the list kept elsewhere.", len(in.Artifact.Contents.Files)),
		map[string]string{"files": fmt.Sprint(len(in.Artifact.Contents.Files)), "list": "derived"})
}

// covering is the best finding under which a signature of somebody entitled
// covers the bytes that arrived, through their digest.
func covering(in *Input) Finding {
	matches := in.once("digest-matches", digestMatches)
	if matches.Outcome != Pass {
		return matches
	}
	best := Finding{Outcome: NotApplicable}
	for _, f := range []Finding{in.once("log-record", logRecord), in.once("registry-signature", registrySignature), in.once("repository-attestation", repositoryAttestation), in.once("signer-identity", signerIdentity)} {
		switch {
		case f.Outcome == Pass:
			return f
		case best.Outcome == NotApplicable:
			best = f
		default:
			best = better(best, f)
		}
	}
	if best.Outcome == NotApplicable {
		return because(Absent, "This repository signs nothing that states the digest of its packages.").by(Repository)
	}
	best.Facts = nil
	return best
}

// offlineComplete asks whether everything can be verified again from what was
// saved, by somebody who brings the anchors. What rests on a date that only
// the host's connection vouched for cannot.
func offlineComplete(in *Input) Finding {
	if in.once("log-record", logRecord).Outcome == Pass && in.once("digest-matches", digestMatches).Outcome == Pass {
		return pass("A recording of this audit holds the package, the record, the log's signed head and the proof. With the log's public key they verify again without a network.", nil)
	}
	if cover := covering(in); cover.Outcome != Pass {
		return cover
	}
	signature := in.once("registry-signature", registrySignature)
	lasting := in.once("repository-attestation", repositoryAttestation).Outcome == Pass || in.once("signer-identity", signerIdentity).Outcome == Pass
	if !lasting && signature.Facts["dated by"] != "" {
		return because(Absent, "The signing key is retired by now, and only the repository's host dates the signature. That word cannot be kept as proof.").by(Maintainer)
	}
	return pass("A recording of this audit holds the package, its signatures and what proves their time. With the repository's keys and Sigstore's root they verify again without a network.", nil)
}

// installerRefuses states what the usual client does, with its source, and what
// was found here of that which the client does not look at.
func installerRefuses(in *Input) Finding {
	i := in.Release.Installer
	if !i.RefusesWrongDigest {
		return because(Absent, fmt.Sprintf("By default, %s does not refuse a package whose digest is wrong.", i.Name)).by(Repository)
	}
	text := fmt.Sprintf("By default, %s refuses a package whose digest is wrong.", i.Name)
	switch {
	case i.ChecksSignature:
		text = fmt.Sprintf("By default, %s verifies the signature and refuses a package whose digest is wrong.", i.Name)
	case covering(in).Outcome == Pass:
		text += " The signature was checked here."
	}
	if i.Caveat != "" {
		text += " " + i.Caveat
	}
	return pass(text, map[string]string{"client": i.Name, "source": i.Source})
}

// sourceStated asks whether repository and revision are named.
//
// A verified statement says it best, then bytes that a key of the repository
// covers, then the repository's own record.
func sourceStated(in *Input) Finding {
	build := in.once("build-attested", buildAttested)
	promised := build.Outcome == Unknown && !build.Unreadable && in.once("signer-identity", signerIdentity).Outcome == Pass
	if build.Outcome == Pass || promised {
		repository, commit := sourceOf(entitledCertificate(in))
		if _, ok := source.Parse(repository); ok && source.IsRevision(commit) {
			return pass("A verified statement names where the code comes from: "+repository+" at commit "+commit+".", map[string]string{
				"repository": repository, "commit": commit})
		}
	}
	s := in.Release.Source
	_, addressed := source.Parse(s.Repository)
	revision := source.IsRevision(s.Revision) || shortRevision(s.Revision, in.Release.Ref.Version)
	if addressed && revision {
		if s.Route != fetch.Direct {
			return because(Unknown, fmt.Sprintf("The record names %s at %s. It came %s, so the repository's own record may say otherwise.", s.Repository, s.Revision, byRoute(s.Route)))
		}
		return pass("The repository's record names where the code comes from. Nobody signed that.", map[string]string{
			"stated repository": s.Repository, "stated revision": s.Revision})
	}
	if s.Asked == fetch.Unknown {
		return because(Unknown, "The document that would name the source could not be fetched.")
	}
	states := sourceWords(s, addressed, revision)
	if s.Route != fetch.Direct {
		return because(Unknown, fmt.Sprintf("%s It came %s, so the repository's own record may say otherwise.", states, byRoute(s.Route)))
	}
	if open, found := openAttestation(in); found {
		return open
	}
	return because(Absent, states).by(Maintainer)
}

// sourceWords says what a record that does not state its source is lacking.
func sourceWords(s registry.Source, addressed, revision bool) string {
	switch {
	case addressed && s.Revision == "":
		return fmt.Sprintf("The record names the repository %s, but not the revision that this version was made from.", s.Repository)
	case addressed && !revision:
		return fmt.Sprintf("The record names the repository %s, and as revision %s, which is no commit.", s.Repository, quoted(s.Revision))
	case s.Repository != "":
		return fmt.Sprintf("The record names %s as its source, which is no address of a repository.", quoted(s.Repository))
	case s.Revision != "":
		return fmt.Sprintf("The record names the revision %s, but no source repository.", quoted(s.Revision))
	}
	return "The record names no source repository and no revision."
}

// shortRevision tells whether a shortened commit is the one that the version
// itself ends with, as Go's pseudo-versions do (go.dev/ref/mod#pseudo-versions).
func shortRevision(revision, version string) bool {
	return len(revision) == 12 && strings.Trim(revision, "0123456789abcdef") == "" && strings.HasSuffix(version, "-"+revision)
}

// quoted shows text from outside inside a sentence.
func quoted(s string) string { return fmt.Sprintf("%q", s) }
