package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/fault"
	"touchstone/internal/registry"
)

// signatureInside asks whether the signatures that a package carries over its own
// files verify, and cover all of them. Who made them is the word of a certificate
// that comes with them: no authority for such certificates is anchored.
//
//  1. The archive can be read in one way only.
//  2. None of them is wrong, weak or of an unknown form.
//  3. Every file is covered by one of them alone, and none that is covered is gone:
//     else anybody could sign what another left out.
func signatureInside(e *exam) Finding {
	in := e.Artifact.Inside.Enclosed
	switch {
	case in == nil && e.Artifact.Contents == nil:
		return because(NotApplicable, "No package was read in which a signature could stand.")
	case in == nil:
		return because(NotApplicable, "No signatures inside packages of this kind are known here.")
	case len(in.Each) == 0:
		return because(Absent, "The package carries no signature of its own inside.").by(Maintainer)
	}
	// 1.
	if f := archiveSound(e); f.Outcome != Pass || !e.Artifact.Contents.Complete {
		return because(NotUnderstood, "The package is signed inside. Its archive is not in order, so what that covers could not be judged.")
	}
	// 2.
	answers := make([]Finding, len(in.Each))
	for i, s := range in.Each {
		answers[i] = judgeEnclosed(s)
	}
	best := answers[0]
	for _, f := range answers[1:] {
		if weight(f) > weight(best) && f.Outcome != Pass || best.Outcome == Pass {
			best = f
		}
	}
	if best.Outcome != Pass {
		return best
	}
	// 3.
	if len(in.Missing) > 0 {
		return because(Absent, fmt.Sprintf("A signature inside the package covers %s, which is not there: it was taken out after signing.", quoted(in.Missing[0]))).by(Maintainer)
	}
	if len(in.Uncovered) > 0 {
		return because(Absent, fmt.Sprintf("The signature inside the package verifies, but does not cover every file. Anybody could have added %s.", listed(in.Uncovered, in.More))).by(Maintainer)
	}
	whole := slices.IndexFunc(in.Each, func(s registry.EnclosedSignature) bool { return s.Whole })
	if whole < 0 {
		return because(Absent, fmt.Sprintf("The package carries %d signatures inside, and none of them covers every file. Anybody could have added files, and a signature over those.", len(in.Each))).by(Maintainer)
	}
	best = answers[whole]
	best.Facts["files"] = fmt.Sprint(len(e.Artifact.Contents.Files))
	return best
}

// judgeEnclosed says what one signature inside is worth.
func judgeEnclosed(s registry.EnclosedSignature) Finding {
	where := "The signature inside the package (" + quoted(s.Document) + ")"
	because := func(o Outcome, what string) Finding {
		return because(o, where+" "+what+": "+sentence(faultReason(s.Err)))
	}
	switch fault.Of(s.Err) {
	case "":
		if s.Err != nil {
			return because(NotUnderstood, "could not be judged")
		}
	case fault.Wrong:
		return because(Fail, "is not over these files")
	case fault.Weak:
		return because(Absent, "can be forged, so it proves nothing").by(Maintainer)
	case fault.Missing:
		return because(Absent, "is none").by(Maintainer)
	default:
		return because(NotUnderstood, "cannot be judged here")
	}
	return pass(strings.Join([]string{
		fmt.Sprintf("A signature inside covers every file (%s).", s.Hash),
		fmt.Sprintf("Its certificate calls its holder %s, and its issuer %s. That is the signer's own word: no such issuer is anchored here.", quoted(s.Holder), quoted(s.Issuer)),
		stamped(s),
		"Whether the certificate was revoked is not checked by this version.",
	}, " "), map[string]string{"signing certificate": "sha256:" + s.Certificate, "digest of the signature": s.Hash})
}

// stamped says what is known of when a signature inside was made.
func stamped(s registry.EnclosedSignature) string {
	day := func(t time.Time) string { return t.UTC().Format(time.DateOnly) }
	validity := fmt.Sprintf("The certificate is for %s to %s", day(s.From), day(s.Until))
	switch {
	case s.Stamped.IsZero():
		return validity + ". Nothing proves when it signed."
	case s.Stamped.Before(s.From) || s.Stamped.After(s.Until):
		return fmt.Sprintf("%s. A timestamp by %s says %s, which is not in that time.", validity, quoted(s.Stamper), day(s.Stamped))
	}
	return fmt.Sprintf("%s, and a timestamp by %s, which is not anchored here either, says %s.", validity, quoted(s.Stamper), day(s.Stamped))
}

// faultReason is a fault's reason without the name of its kind.
func faultReason(err error) string {
	return strings.TrimPrefix(err.Error(), string(fault.Of(err))+": ")
}

// listed names some files, and how many others there are.
func listed(files []string, more int) string {
	const shown = 3
	var names []string
	for _, f := range files[:min(len(files), shown)] {
		names = append(names, quoted(f))
	}
	if more += len(files) - len(names); more > 0 {
		return fmt.Sprintf("%s and %d others", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}
