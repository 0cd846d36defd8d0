package pins

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/purl"
	"touchstone/internal/report"
)

// audited adds what an audit found.
func (l *Line) audited(out audit.Outcome, o Options) {
	if out.Err != nil {
		refused, ok := errors.AsType[*purl.Refused](out.Err)
		if ok && refused.Kind == purl.Missing {
			l.find("missing", refused.Detail)
		} else if ok && refused.Kind == purl.UnsupportedType {
			l.find("not-served", refused.Detail)
		} else {
			l.find("not-answered", out.Err.Error())
		}
		return
	}
	rep := out.Brief
	l.Levels = map[string]Level{}
	for _, t := range rep.Verdict.Tracks {
		l.Levels[t.ID] = Level{t.Level, t.AtMost}
	}
	l.checked(rep)
	if rep.About.Withdrawn != "" {
		l.find("withdrawn", rep.About.Withdrawn)
	}
	for _, t := range rep.Topics {
		if t.ID == "runs-at-install" && !l.hasRule(t.ID) {
			l.find("runs-at-install", t.Text)
		}
	}
	published, err := time.Parse(time.RFC3339, rep.About.Published)
	switch age := o.Time.Sub(published); {
	case o.MinAge == 0:
	case err != nil:
		l.find("age-unknown", "When this version appeared is not known.")
	case age < time.Duration(o.MinAge)*24*time.Hour:
		l.find("too-young", fmt.Sprintf("This version appeared on %s, less than %d days ago.", published.Format(time.DateOnly), o.MinAge))
	}
}

// checked adds the checks that failed, as the audit weighs them, and whether the
// pin itself could be compared.
func (l *Line) checked(rep *report.Brief) {
	for _, f := range rep.Findings {
		switch {
		case f.Outcome != evidence.Fail || l.has(f.Reason):
		case slices.Contains(rep.Verdict.Failures, f.Reason):
			l.Findings = append(l.Findings, Finding{Rule: f.Check, State: Failed, Text: f.Reason, Do: "Do not install it. Find out who changed the lock file, or tell the repository."})
		case slices.Contains(rep.Verdict.Alarms, f.Reason):
			l.Findings = append(l.Findings, Finding{Rule: f.Check, State: Alarm, Text: f.Reason, Do: "Open its report and decide; allow it with a reason if it is right."})
		}
	}
	switch known := rep.Finding("digests-known"); known.Outcome {
	case evidence.Pass:
		l.Notes = append(slices.Clip(l.Notes), known.Reason)
	case evidence.Unknown, evidence.NotUnderstood:
		l.find("not-answered", known.Reason)
	}
	compared := rep.Finding("pin-agrees")
	for _, other := range []string{"reference-digest", "digest-published"} {
		if compared.Outcome == evidence.NotApplicable && !strings.Contains(compared.Reason, "manifest") {
			compared = rep.Finding(other)
		}
	}
	switch {
	case compared.Outcome == evidence.Unknown || compared.Outcome == evidence.NotUnderstood:
		l.find("not-answered", compared.Reason)
	case compared.Outcome == evidence.Absent && compared.Cause == "digest-published":
		l.find("digest-unpublished", compared.Reason)
	}
	// What agrees with somebody's word alone meets no level, and nothing else would say why.
	if direct := rep.Finding("record-direct"); compared.Outcome == evidence.Pass && direct.Outcome == evidence.Unknown && l.Levels["integrity"].Level == 0 {
		l.find("record-relayed", direct.Reason)
	}
	// Where a version has several files, two pins may be of two of them.
	if compared.Outcome != evidence.Pass || !l.hasRule("digest-conflict") {
		return
	}
	if ref, err := purl.Parse(rep.Reference); err == nil && ref.File != "" {
		l.Findings = slices.DeleteFunc(l.Findings, func(f Finding) bool { return f.Rule == "digest-conflict" })
	}
}

func (l *Line) has(text string) bool {
	return slices.ContainsFunc(l.Findings, func(f Finding) bool { return f.Text == text })
}

func (l *Line) hasRule(rule string) bool {
	return slices.ContainsFunc(l.Findings, func(f Finding) bool { return f.Rule == rule })
}
