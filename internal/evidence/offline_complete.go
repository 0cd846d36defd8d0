package evidence

import "fmt"

// offlineComplete asks whether everything can be verified again from what was
// saved, by somebody who brings the anchors. What rests on a date that only
// the host's connection vouched for cannot.
func offlineComplete(e *exam) Finding {
	if e.logged.Outcome == Pass && e.matches.Outcome == Pass {
		return pass("A recording of this audit holds the package, the record, the log's signed head and the proof. With the log's public key they verify again without a network.", nil)
	}
	if cover := covering(e); cover.Outcome != Pass {
		return cover
	}
	lasting := e.own.Outcome == Pass || e.signer.Outcome == Pass
	if !lasting && e.hostDated {
		return because(Absent, "The signing key is retired, and only the repository's host dates the signature. That word cannot be kept as proof.").by(Maintainer)
	}
	if !lasting && e.keyed.Outcome == Pass && e.signed.Outcome != Pass {
		return pass("A recording of this audit holds the package and its signature. With the key that you brought they verify again without a network."+unkept(e), nil)
	}
	if !lasting && e.signed.Outcome == Pass {
		return pass("A recording of this audit holds the package, and the signed record that leads to it. With the repository's keys they verify again without a network.", nil)
	}
	anchors := "the repository's keys and Sigstore's root"
	if e.own.Outcome != Pass && e.signed.Outcome != Pass {
		anchors = "Sigstore's root"
	}
	return pass("A recording of this audit holds the package, its signatures and what proves their time. With "+anchors+" they verify again without a network."+unkept(e), nil)
}

// unkept says that pieces of the package are in no recording, because they were read as
// they came; empty where none was.
func unkept(e *exam) string {
	for _, p := range e.Artifact.Parts {
		if p.Answer.Passed != nil {
			return fmt.Sprintf(" Its %s were too large to be kept: only beside a copy of your own is the list of files proven again.", e.Release.File.Pieces)
		}
	}
	return ""
}
