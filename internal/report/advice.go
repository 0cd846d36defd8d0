package report

// advice is what to do about a failed verdict, by what failed: the bytes, the digest
// in the reference, the reader's own file or expectation, or what is served beside
// the bytes.
func (r *Report) advice(s Subject) []Pointer {
	out := []Pointer{}
	say := func(sentences ...string) {
		for _, text := range sentences {
			out = append(out, Pointer{Text: text})
		}
	}
	switch gravest := r.gravest(s.Rules).ID; {
	case r.brought():
		say("Fetch the package again from the repository, and check that instead of your file.",
			"Keep your file if it should have been this package: it shows what was changed.")
		return out
	case gravest == "reference-digest" && r.passed("digest-matches"):
		say("What arrived is what the repository records. The digest in the reference is of other bytes.",
			"Ask whoever wrote the digest where those bytes came from, before you replace it.",
			"If you have a file with that digest, keep it: it is the proof.")
	case gravest == "source-expected":
		say("Compare the name with the one on the project's own page, letter by letter.",
			"If the name is right, ask the project whether its source has moved.")
		return out
	case gravest == "digest-matches" || gravest == "reference-digest":
		say("Try again on another network and with an empty cache: something on the way may have changed it.",
			"If it fails again, keep what arrived: it is the proof.",
			"If you have a copy from elsewhere, check that file: it can then be compared with this one, file by file.")
	default:
		say("Try again on another network: something on the way may have changed what is served.",
			"If it fails again, save the evidence: it is the proof.")
	}
	if s.Release.Report != "" {
		out = append(out, Pointer{"Tell the repository: " + r.Repository + ".", "How to report it", s.Release.Report})
	}
	return out
}
