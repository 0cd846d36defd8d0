package evidence

import "fmt"

// filesCovered asks whether each file is covered by a verified list, or by the
// archive that a verified signature covers.
func filesCovered(e *exam) Finding {
	if in, own := e.sealed(), e.Artifact.Inside.List; in != nil && in.Missing && in.Lists && len(in.Signatures) > 0 && own != nil && own.Broken == "" && e.signed.Outcome == Pass {
		e.proven.List = ListSigned
		return pass(fmt.Sprintf("The signed %s lists every file with its digest. With it any single file can be checked; the %s was not fetched.", in.Name, in.Parted),
			map[string]string{"files": fmt.Sprint(len(own.Files)), "list": string(ListSigned), "list inside": own.Path})
	}
	if f := e.sound; f.Outcome != Pass {
		f.Facts = nil
		return f
	}
	if e.logged.Outcome == Pass && e.matches.Outcome == Pass {
		e.proven.List = ListSigned
		return pass("Every file is in the list whose digest is in the signed log. With that list any single file can be checked later, without the archive.",
			map[string]string{"files": fmt.Sprint(len(e.Artifact.Contents.Files)), "list": string(ListSigned), "h1 of files": e.Artifact.ListDigest})
	}
	if e.listed.Outcome == Fail {
		return e.listed
	}
	if cover := covering(e); cover.Outcome != Pass {
		return cover
	}
	if own := e.Artifact.Inside.List; e.listed.Outcome == Pass {
		e.proven.List = ListSigned
		return pass(fmt.Sprintf("Every file is in the package's own list, %s, which is inside the signed archive. Beside a digest of that list, any single file can be checked later.", own.Path),
			map[string]string{"files": fmt.Sprint(len(e.Artifact.Contents.Files)), "list": string(ListSigned), "list inside": own.Path})
	}
	if e.enclosed.Outcome == Pass {
		e.proven.List = ListSigned
		return pass("Every file is in the signed list inside the signed package. Beside a digest of that list, any single file can be checked later.",
			map[string]string{"files": fmt.Sprint(len(e.Artifact.Contents.Files)), "list": string(ListSigned)})
	}
	if e.Artifact.Contents.Format == "file" {
		e.proven.List = ListDerived
		return pass("The package is one file, which is signed itself.", map[string]string{"files": "1", "list": string(ListDerived)})
	}
	e.proven.List = ListDerived
	return pass("Every file is in the archive that is signed. The list of files is derived from that archive. It proves a file only beside the archive, or beside a digest of the list kept elsewhere.",
		map[string]string{"files": fmt.Sprint(len(e.Artifact.Contents.Files)), "list": string(ListDerived)})
}

// covering is the best finding under which a signature of somebody entitled
// covers the bytes that arrived, through their digest.
func covering(e *exam) Finding {
	matches := e.matches
	if matches.Outcome != Pass {
		return matches
	}
	if e.keyed.Outcome == Pass {
		return e.keyed
	}
	best := Finding{Outcome: NotApplicable}
	for _, f := range []Finding{e.logged, e.signed, e.own, e.signer} {
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
