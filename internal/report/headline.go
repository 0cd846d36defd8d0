package report

import (
	"fmt"
	"strings"

	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/principles"
)

// headline is the answer in two or three short sentences: what is wrong, else
// what is odd, and who did what. It says only what findings of this audit say.
func (r *Report) headline(s Subject) string {
	if r.Verdict.Failed {
		return r.failure(s)
	}
	out := r.odd(s.Rules)
	if r.brought() && r.passed("digest-matches") {
		out = append(out, fmt.Sprintf("Your file has the recorded digest of %s.", r.fullName()))
	}
	return strings.Join(append(out, r.found(s)), " ")
}

// title names the answer and what it is about, for a window's title and for
// who hears the page.
func (r *Report) title() string {
	about := r.fullName()
	if r.brought() {
		about = r.file() + " as " + about
	}
	if r.Verdict.Failed {
		return "FAILED: " + about
	}
	out := ""
	if n := len(r.Verdict.Alarms); n == 1 {
		out = "1 alarm, "
	} else if n > 1 {
		out = fmt.Sprintf("%d alarms, ", n)
	}
	if len(r.Verdict.Tracks) == 0 {
		return out + about
	}
	t := r.Verdict.Tracks[0]
	out += fmt.Sprintf("%s %d of %d", t.Name, t.Level, t.Top)
	if t.AtMost > t.Level {
		out += fmt.Sprintf(", at most %d", t.AtMost)
	}
	return out + ": " + about
}

// failure is what the gravest failed check means.
func (r *Report) failure(s Subject) string {
	says := r.gravest(s.Rules).Says
	if r.brought() {
		return strings.TrimSpace(fmt.Sprintf("Do not use %s as %s. %s %s", r.file(), r.fullName(), says, r.whatItIs(s)))
	}
	return strings.TrimSpace("Do not use it. " + says)
}

// gravest is the failed check that weighs most: the rules list them by weight.
func (r *Report) gravest(rules *principles.Document) principles.Check {
	for _, c := range rules.Checks {
		if c.OnFail == principles.Failed && r.Finding(c.ID).Outcome == evidence.Fail {
			return c
		}
	}
	return principles.Check{}
}

// whatItIs says what a file of the reader's own is instead, where that is known.
func (r *Report) whatItIs(s Subject) string {
	if s.Artifact.Contents == nil {
		return "It cannot be read as a package."
	}
	for _, n := range s.Artifact.Inside.Names {
		if n.Stated != n.Asked && n.Stated != "" {
			return fmt.Sprintf("Its %s says %s %q.", n.Document, n.Field, clipped(n.Stated))
		}
	}
	return ""
}

// odd is what failed checks mean that are worth an alarm, the first two.
func (r *Report) odd(rules *principles.Document) []string {
	var out []string
	for _, c := range rules.Checks {
		if c.OnFail == principles.Alarm && r.Finding(c.ID).Outcome == evidence.Fail && len(out) < 2 {
			out = append(out, c.Says)
		}
	}
	if len(out) > 0 {
		out[0] = "Careful: " + out[0]
	}
	return out
}

// found is who did what, by the strongest that was found.
func (r *Report) found(s Subject) string {
	p := s.Examined.Proven
	matches := r.Finding("digest-matches").Outcome
	switch {
	case matches == evidence.Pass && p.Signer != nil:
		return r.built(p.Signer)
	case matches == evidence.Pass && (r.passed("registry-signature") || r.passed("repository-attestation")):
		return fmt.Sprintf("The %s signed these bytes. Who built them is not proven.", r.Repository)
	case matches == evidence.Pass && p.Logged != nil:
		return fmt.Sprintf("The same bytes for everyone: the public log %s has them. Nobody proves who made them.", p.Logged.Log)
	case r.passed("reference-digest"):
		return "These bytes have the digest that the reference carries. " + r.unsigned(s)
	case matches == evidence.Pass && r.passed("record-direct") && r.Finding("signature-served").Outcome == evidence.Fail:
		return "The bytes match the record as it was served, which proves no more."
	case matches == evidence.Pass && r.passed("record-direct"):
		return "The bytes arrived undamaged. " + r.unsigned(s)
	case matches == evidence.Pass:
		return "These bytes match their record. Whether that is the repository's own record could not be checked."
	case nowhere(s):
		return fmt.Sprintf("There seems to be no %s: nobody who was asked has it.", r.fullName())
	case matches == evidence.Unknown && p.Logged != nil:
		return fmt.Sprintf("The public log %s knows this version. Its bytes could not be checked.", p.Logged.Log)
	case s.Artifact.Sealed != nil && s.Artifact.Sealed.Missing && r.passed("registry-signature"):
		return fmt.Sprintf("The %s signed this package's %s. Its %s was not fetched.", r.Repository, s.Artifact.Sealed.Name, s.Artifact.Sealed.Parted)
	case matches == evidence.Unknown:
		return "Not enough could be fetched to say."
	}
	return "Nothing shows that these are the published bytes."
}

// nowhere tells that neither record nor package came, and that whoever answered
// in their place says that there is none.
func nowhere(s Subject) bool {
	gone := func(a fetch.Answer) bool { return a.State != fetch.Found && a.Gone() }
	return gone(s.Release.Record().Answer) && gone(s.Artifact.Answer)
}

// signers are the checks that verify a signature over the record.
var signers = []string{"log-record", "registry-signature", "repository-attestation", "signer-identity"}

// unsigned says that nobody signed, where that is known of everybody who could
// have.
func (r *Report) unsigned(s Subject) string {
	for _, check := range signers {
		switch f := r.Finding(check); {
		case f.Outcome == evidence.Pass: // and yet not of these bytes
			return "No signature covers them."
		case f.Outcome == evidence.Unknown:
			return "Whether somebody signed them could not be checked."
		case f.Outcome == evidence.NotUnderstood:
			return "What is served as their signature is not understood here."
		}
	}
	switch {
	case r.passed("key-signature"):
		return "The key that you brought signed them."
	case r.passed("signature-inside"):
		return "They are signed inside, by a certificate for which nobody vouches here."
	case s.Artifact.Inside.Enclosed != nil && len(s.Artifact.Inside.Enclosed.Each) > 0:
		return "A signature inside them counts for nothing here."
	}
	switch s.Release.File.Detached.Answer.State {
	case fetch.Found:
		return "A signature is served with them, but nobody vouches for its key."
	case fetch.Unknown:
		return "Whether somebody signed them could not be checked."
	}
	return "Nobody signed them."
}

// built says who built the package, as the verified certificate names them.
func (r *Report) built(s *evidence.Signer) string {
	repository, commit := s.Source()
	where := strings.TrimPrefix(strings.TrimPrefix(repository, "https://github.com/"), "https://")
	if commit != "" {
		where += " at " + commit[:min(len(commit), 7)]
	}
	by := provider(s.Issuer)
	attested := r.Finding("build-attested").Outcome
	switch {
	case repository == "":
		return fmt.Sprintf("Signed by %s.", s.SAN)
	case s.Provenance && attested == evidence.Pass:
		return fmt.Sprintf("Built by %s from %s, signed, publicly logged.", by, where)
	case s.Provenance && attested == evidence.Unknown:
		return fmt.Sprintf("Built by %s from %s, and signed. The public log's proof is missing here.", by, where)
	}
	return fmt.Sprintf("Signed in a run of %s from %s. That proves no build.", by, where)
}

// provider is what people call an identity provider of builds.
func provider(issuer string) string {
	switch {
	case strings.HasPrefix(issuer, "https://token.actions.githubusercontent.com"):
		return "GitHub Actions"
	case issuer == "https://gitlab.com":
		return "GitLab CI"
	}
	return strings.TrimPrefix(issuer, "https://")
}

func (r *Report) passed(check string) bool { return r.Finding(check).Outcome == evidence.Pass }

// brought tells that the report is about a file of the reader's own.
func (r *Report) brought() bool { return r.Artifact.Route == fetch.File }

// file is what a file of the reader's own is called.
func (r *Report) file() string {
	if r.Artifact.Name == "" {
		return "your file"
	}
	return "your file “" + clipped(r.Artifact.Name) + "”"
}

// fullName is name and version as people write them.
func (r *Report) fullName() string { return strings.TrimSuffix(r.Name+" "+r.ShownVersion(), " ") }

// ShownVersion is the version as headings have it: of one that is a digest the
// beginning, as sentences have digests. The whole stands in the reference.
func (r *Report) ShownVersion() string {
	algorithm, value, _ := strings.Cut(r.Version, ":")
	if strings.HasPrefix(algorithm, "sha") && len(value) >= 64 && strings.Trim(value, "0123456789abcdef") == "" {
		return algorithm + ":" + value[:24] + "…"
	}
	return r.Version
}
