package evidence

import (
	"fmt"
	"strings"

	"touchstone/internal/fetch"
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
		return because(Fail, "The archive is not in order"+firstProblem(in)+".")
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
		return because(Unknown, "The package could not be read, so what it calls itself is not known.")
	}
	for _, n := range art.Inside.Names {
		if n.Stated != n.Asked {
			return because(Fail, fmt.Sprintf("%s inside the package says %s %s; asked for was %s.", n.Document, n.Field, quoted(n.Stated), quoted(n.Asked)))
		}
	}
	if m := in.Release.File.Manifest; m.Answer.State == fetch.Found {
		if same, found := sameBytes(m, art.Contents.Files, in.Release.File.Rules.Prefix); found && !same {
			return because(Fail, fmt.Sprintf("The %s inside the package is not the one that the repository serves beside it.", m.Path))
		}
	}
	if len(art.Inside.Names) == 0 {
		return because(Absent, "Nothing inside the package states its name.")
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
	cover := covering(in)
	if cover.Outcome != Pass {
		cover.Reason = lead(cover, "No signature covers the files: ", "Whether a signature covers the files is not known: ") + cover.Reason
		return cover
	}
	return pass(fmt.Sprintf("Each of the %d files is in the archive that is signed. The list of files is derived from that archive: it proves a file only beside the archive, or beside a digest of the list that you keep elsewhere.", len(in.Artifact.Contents.Files)),
		map[string]string{"files": fmt.Sprint(len(in.Artifact.Contents.Files)), "list": "derived"})
}

// covering is the best finding under which a signature of somebody entitled
// covers the bytes that arrived, through their digest.
func covering(in *Input) Finding {
	matches := in.once("digest-matches", digestMatches)
	if matches.Outcome != Pass {
		return because(worse(matches.Outcome), matches.Reason)
	}
	best := because(Absent, "Nothing that is signed states the digest of this package.")
	for _, f := range []Finding{in.once("log-record", logRecord), in.once("registry-signature", registrySignature), in.once("repository-attestation", repositoryAttestation), in.once("signer-identity", signerIdentity)} {
		switch {
		case f.Outcome == Pass:
			return f
		case f.Outcome == Absent && best.Outcome == Absent:
			best = f
		case f.Outcome != NotApplicable:
			best = better(best, f)
		}
	}
	best.Facts = nil
	return best
}

// worse maps the outcome of what a check rests on to its own.
func worse(o Outcome) Outcome {
	if o == NotApplicable {
		return Absent
	}
	return o
}

// offlineComplete asks whether everything can be verified again from what was
// saved, by somebody who brings the anchors. What rests on a date that only
// the host's connection vouched for cannot.
func offlineComplete(in *Input) Finding {
	if in.once("log-record", logRecord).Outcome == Pass && in.once("digest-matches", digestMatches).Outcome == Pass {
		return pass("The package, the record, the signed head and every tile of the proof are saved in this audit. Whoever brings the log's public key can verify all of it again without a network.", nil)
	}
	cover := covering(in)
	if cover.Outcome != Pass {
		cover.Reason = lead(cover, "There is no complete signed proof to save: ", "Whether the signed proof is complete is not known: ") + cover.Reason
		return cover
	}
	signature := in.once("registry-signature", registrySignature)
	lasting := in.once("repository-attestation", repositoryAttestation).Outcome == Pass || in.once("signer-identity", signerIdentity).Outcome == Pass
	if !lasting && signature.Facts["dated by"] != "" {
		return because(Absent, "The signature was made with a key that is retired by now, and only the repository's host dates it. That word cannot be saved as proof.")
	}
	return pass("The package and every signature over it are saved in this audit, with what proves their time. Whoever brings the repository's keys and Sigstore's root can verify all of it again without a network.", nil)
}

// installerRefuses states what the usual client does, with its source.
func installerRefuses(in *Input) Finding {
	i := in.Release.Installer
	if !i.RefusesWrongDigest {
		return because(Absent, fmt.Sprintf("By itself, %s does not refuse a package whose digest is wrong (%s).", i.Name, i.Source))
	}
	text := fmt.Sprintf("Unasked, %s refuses a package whose digest is wrong (%s).", i.Name, i.Source)
	if i.ChecksSignature {
		text += " It also verifies the signature."
	} else {
		text += " The signature was checked here, at query time; your installer does not look at it."
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
			return because(Unknown, fmt.Sprintf("A record that came %s names %s at %s. Only the repository's own host can say that this is its record.", byRoute(s.Route), quoted(s.Repository), quoted(s.Revision)))
		}
		return pass("The repository's record names where the code comes from. That is a statement: nobody signed it.", map[string]string{
			"stated repository": s.Repository, "stated revision": s.Revision})
	}
	if s.Asked == fetch.Unknown {
		return because(Unknown, "The document that would name the source could not be had.")
	}
	if s.Route != fetch.Direct {
		return because(Unknown, "The record names no source repository and revision, but it came "+byRoute(s.Route)+", which could have left them out: only the repository's own host can say that there are none.")
	}
	if open, found := openAttestation(in); found {
		return because(Unknown, "The record names no source repository and revision; an attestation may. "+open.Reason)
	}
	if s.Repository != "" && s.Revision != "" {
		return because(Absent, fmt.Sprintf("The repository's record names %s at %s: that is no address of a repository with a commit.", quoted(s.Repository), quoted(s.Revision)))
	}
	return because(Absent, "The repository's record names no source repository and revision.")
}

// shortRevision tells whether a shortened commit is the one that the version
// itself ends with, as Go's pseudo-versions do (go.dev/ref/mod#pseudo-versions).
func shortRevision(revision, version string) bool {
	return len(revision) == 12 && strings.Trim(revision, "0123456789abcdef") == "" && strings.HasSuffix(version, "-"+revision)
}

// quoted shows text from outside inside a sentence.
func quoted(s string) string { return fmt.Sprintf("%q", s) }
