package auditor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/badge"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/report"
)

// run audits, and keeps what was found.
func (a *Auditor) run(ref purl.Ref, basis badge.Basis) (Answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), a.patience())
	defer cancel()
	now := a.Now()
	auditor, err := audit.New(audit.Options{Transport: limit(a.Transport, Requests), Anchors: a.Anchors, Memory: a.held().memory, Heads: a.heads()})
	if err != nil {
		return Answer{}, err
	}
	r, err := auditor.Audit(ctx, audit.Question{Pasted: ref.String(), Time: now})
	var refused *purl.Refused
	switch {
	case errors.As(err, &refused) && refused.Kind == purl.Missing:
		return a.keep(ref, Answer{Verdict: without(ref, badge.NotThere, basis, now)})
	case errors.Is(err, context.DeadlineExceeded): // kept, so that it is not asked again at once
		return a.keep(ref, Answer{Verdict: without(ref, badge.Open, basis, now)})
	case err != nil:
		return Answer{}, err
	}
	a.hold(auditor.Memory())
	heads, err := json.Marshal(auditor.Heads())
	if err != nil {
		return Answer{}, err
	}
	a.keepOwn(headsKey, heads)
	raw, err := r.JSON()
	if err != nil {
		return Answer{}, err
	}
	if basis, err = a.basis(); err != nil { // a refresh may have changed it
		return Answer{}, err
	}
	v, err := verdict(r, basis, now)
	if err != nil {
		return Answer{}, err
	}
	return a.keep(ref, Answer{v, raw})
}

// without is the verdict of an audit that made no report.
func without(ref purl.Ref, state badge.State, basis badge.Basis, now time.Time) badge.Verdict {
	return badge.Verdict{Reference: ref.Bare().String(), Type: ref.Type, Name: ref.Path(), Version: ref.Version, State: state, At: now, Basis: basis}
}

// verdict is what is left of a report.
func verdict(r *report.Report, basis badge.Basis, now time.Time) (badge.Verdict, error) {
	ref, err := purl.Parse(r.Reference)
	if err != nil {
		return badge.Verdict{}, fmt.Errorf("reading the report's own reference: %w", err)
	}
	t := r.Verdict.Tracks[0] // the one that the page shows as its answer
	v := badge.Verdict{
		Reference: ref.Bare().String(), Type: ref.Type, Name: ref.Path(), Version: ref.Version,
		State: badge.Open, Track: t.Name, Of: t.Top, At: now, Basis: basis,
		Withdrawn: slices.ContainsFunc(r.Topics, func(f evidence.Topic) bool { return f.ID == "withdrawn" }),
	}
	switch {
	case r.Verdict.Failed:
		v.State = badge.Failed
	case t.Level == t.AtMost:
		v.State, v.Level, v.LevelName = badge.Settled, t.Level, t.LevelName
	}
	return v, nil
}

// keep stores an answer for what was asked, and for the exact version that it is
// about, and gives it with its end.
func (a *Auditor) keep(asked purl.Ref, answer Answer) (Answer, error) {
	about, err := purl.Parse(answer.Verdict.Reference)
	if err != nil {
		return Answer{}, fmt.Errorf("reading the verdict's own reference: %w", err)
	}
	for _, ref := range []purl.Ref{about, asked} { // what was asked last: it is what is given
		life := answer.Verdict.Lifetime(ref.Version != "")
		answer.Verdict.Until = answer.Verdict.At.Add(life)
		raw, err := json.Marshal(answer.Verdict)
		if err != nil {
			return Answer{}, fmt.Errorf("keeping a verdict: %w", err)
		}
		key := answer.Verdict.Key(ref)
		if answer.Report != nil {
			err = a.Verdicts.Put(badge.ReportKey(key), answer.Report, life)
		}
		if err == nil { // never a verdict without its report
			err = a.Verdicts.Put(key, raw, life)
		}
		if err != nil {
			a.Complain(fmt.Errorf("keeping a verdict: %w", err)) // the next one audits again
		}
		if about.String() == asked.String() {
			break
		}
	}
	return answer, nil
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
