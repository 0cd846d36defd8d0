package auditor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/badge"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/level"
	"touchstone/internal/purl"
	"touchstone/internal/report"
	"touchstone/principles"
)

// mostBytes is how large a package may be to be hashed here: an instance of Go
// keeps its largest memory, and four of them may share 128 MB.
const mostBytes = 5 << 20

// run audits, and keeps what was found.
//
//  1. Learn which version exactly it is about; its answer may be at hand.
//  2. Audit that one.
//  3. Keep what the next audits need: log heads, anchors.
//  4. Keep the verdict on what it is about, and on what was asked.
func (a *Auditor) run(ref purl.Ref, basis badge.Basis) (Answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), a.patience())
	defer cancel()
	now := a.Now()
	auditor, err := audit.New(audit.Options{Transport: limit(a.Transport, Requests), Anchors: a.Anchors, Memory: a.held().memory, Heads: a.heads()})
	if err != nil {
		return Answer{}, err
	}
	resolved, err := auditor.Resolve(ctx, audit.Question{Pasted: ref.String(), Time: now, Most: mostBytes}) // 1
	if err != nil {
		return a.unaudited(ref, ref, err, basis, now)
	}
	defer resolved.Close()
	about := resolved.Ref().Bare()
	if answer, ok := a.kept(badge.Key(basis.Build, about), basis); ok {
		answer.Verdict.Until = earlier(answer.Verdict.Until, now.Add(answer.Verdict.Lifetime(ref.Version != "")))
		return answer, a.put(ref, answer.Verdict)
	}
	r, err := resolved.Audit() // 2
	if err != nil {
		return a.unaudited(ref, about, err, basis, now)
	}
	a.hold(auditor.Memory()) // 3
	a.keepHeads(auditor.Heads())
	if basis, err = a.basis(); err != nil { // a refresh may have changed it
		return Answer{}, err
	}
	rules, err := principles.LoadWeighed()
	if err != nil {
		return Answer{}, err
	}
	raw, err := r.JSON() // 4
	if err != nil {
		return Answer{}, err
	}
	return a.keep(ref, about, Answer{verdict(rules, r, about, basis, now), raw})
}

// unaudited keeps why no report was made, so that it is not asked again at once;
// any other error is given back.
func (a *Auditor) unaudited(asked, about purl.Ref, err error, basis badge.Basis, now time.Time) (Answer, error) {
	state := badge.Open
	var refused *purl.Refused
	switch {
	case errors.As(err, &refused) && refused.Kind == purl.Missing:
		state = badge.NotThere
	case errors.As(err, &refused) && refused.Kind == purl.Unlearned:
	case !errors.Is(err, context.DeadlineExceeded):
		return Answer{}, err
	}
	return a.keep(asked, about, Answer{Verdict: badge.On(about, state, basis, now)})
}

// recordSigned is the requirement of the rules that a signature covers the record.
const recordSigned = "integrity-record-signed"

// verdict is what is left of a report.
func verdict(rules *principles.Document, r *report.Report, about purl.Ref, basis badge.Basis, now time.Time) badge.Verdict {
	t := r.Verdict.Tracks[0] // the one that the page shows as its answer
	v := badge.On(about, badge.Open, basis, now)
	v.Track, v.Of, v.Withdrawn, v.Alarms = t.Name, t.Top, r.About.Withdrawn != "", len(r.Verdict.Alarms) > 0
	v.Files = 1 + beside(r)
	switch {
	case r.Verdict.Failed:
		v.State = badge.Failed
	case r.Artifact.TooLarge:
		v.State = badge.Unhashed
		v.RecordSigned = signedRecord(rules, r)
	case r.Artifact.Apart != nil && t.Level < t.AtMost && met(r, recordSigned): // its layers were not fetched
		v.State, v.RecordSigned = badge.Unhashed, true
	case t.Level == t.AtMost:
		v.State, v.Level, v.LevelName = badge.Settled, t.Level, t.LevelName
	}
	return v
}

// beside is how many files the version has beside the one that was audited.
func beside(r *report.Report) int {
	for _, t := range r.Topics {
		if t.ID == evidence.OtherFiles {
			return len(t.Items)
		}
	}
	return 0
}

// met tells whether a report finds a requirement met.
func met(r *report.Report, requirement string) bool {
	return slices.ContainsFunc(r.Requirements, func(q report.Requirement) bool { return q.ID == requirement && q.Status == level.Met })
}

// signedRecord tells whether a signature covers the record, where the bytes did not
// arrive: of one way to meet the requirement, what could be checked passed, and
// nothing speaks against the rest.
func signedRecord(rules *principles.Document, r *report.Report) bool {
	outcomes := map[string]evidence.Outcome{}
	for _, f := range r.Findings {
		outcomes[f.Check] = f.Outcome
	}
	for _, way := range ways(rules, recordSigned) {
		passed := 0
		for _, check := range way.All {
			switch outcomes[check] {
			case evidence.Pass:
				passed++
			case evidence.Unknown:
			default:
				passed = math.MinInt
			}
		}
		if passed > 0 {
			return true
		}
	}
	return false
}

// ways are those to meet a requirement.
func ways(rules *principles.Document, requirement string) []principles.Way {
	for _, t := range rules.Tracks {
		for _, l := range t.Levels {
			for _, q := range l.Requirements {
				if q.ID == requirement {
					return q.MetBy
				}
			}
		}
	}
	return nil
}

// keep stores an answer: the report, then the verdict on what it is about, then
// that on what was asked, which is given.
func (a *Auditor) keep(asked, about purl.Ref, answer Answer) (Answer, error) {
	v := &answer.Verdict
	if answer.Report != nil {
		err := a.Verdicts.Put(badge.ReportKey(badge.Key(v.Build, about)), answer.Report, v.Lifetime(about.Version != ""))
		if err != nil {
			a.Complain(fmt.Errorf("keeping a report: %w", err))
			return answer, nil // never a verdict without its report; the next one audits again
		}
	}
	for _, ref := range []purl.Ref{about, asked} {
		v.Until = v.At.Add(v.Lifetime(ref.Version != ""))
		if err := a.put(ref, *v); err != nil {
			return Answer{}, err
		}
	}
	return answer, nil
}

// put stores a verdict. A store that is down is no reason to be silent.
func (a *Auditor) put(ref purl.Ref, v badge.Verdict) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keeping a verdict: %w", err)
	}
	if err := a.Verdicts.Put(badge.Key(v.Build, ref), raw, v.Until.Sub(a.Now())); err != nil {
		a.Complain(fmt.Errorf("keeping a verdict: %w", err))
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// limited sends so many requests and no more.
type limited struct {
	fetch.Transport
	most int64
	sent atomic.Int64
}

func limit(t fetch.Transport, most int64) *limited { return &limited{Transport: t, most: most} }

func (l *limited) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	if l.sent.Add(1) > l.most {
		return nil, &fetch.Error{Kind: fetch.Unreachable, URL: r.URL, Detail: fmt.Sprintf("an audit at the edge sends at most %d requests", l.most)}
	}
	return l.Transport.Do(ctx, r)
}
