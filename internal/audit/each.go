package audit

import (
	"context"
	"fmt"
	"iter"
	"time"

	"touchstone/internal/report"
)

// A Set says how many questions are asked as one.
type Set struct {
	// Parallel is how many audits are under way at a time; 0 is 8.
	Parallel int
	// Time is that of every question which has none of its own; zero is now.
	Time time.Time
	// Then, where not nil, is told how the question at a place ended before that
	// outcome is given, and names what is to be asked because of it, such as other
	// files of the same version. Those are asked next, one after another, and it is
	// told how each ended; nobody else is. It is called for many places at a time,
	// and for one place by one at a time.
	Then func(i int, out Outcome) []Question
}

// An Outcome is how one question of many ended: with what the report of
// [Auditor.Audit] comes to, or with the error that it would have given.
type Outcome struct {
	Question Question
	Brief    *report.Brief
	Err      error
}

// Each answers many questions as one audit: what may change is asked once for
// all of them, and they share one time, so that the anchors are refreshed once.
// Outcomes come in the order of the questions, each as soon as it and those
// before it are there, at most 4 × Parallel ahead of who takes them: memory does
// not grow with their number. A question that cannot be asked, or that breaks
// the auditor, is one outcome with an error. When ctx is cancelled, or the caller
// takes no more, no further outcome comes.
func (a *Auditor) Each(ctx context.Context, questions []Question, s Set) iter.Seq2[int, Outcome] {
	if s.Parallel <= 0 {
		s.Parallel = 8
	}
	if s.Time.IsZero() {
		s.Time = time.Now()
	}
	return func(yield func(int, Outcome) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		moment := a.client.Moment()
		defer moment.End()
		ahead := make(chan chan Outcome, 4*s.Parallel)
		go func() {
			defer close(ahead)
			running := make(chan struct{}, s.Parallel)
			for i, q := range questions {
				one := make(chan Outcome, 1)
				if !put(ctx, ahead, one) || !put(ctx, running, struct{}{}) {
					return
				}
				go func() {
					defer func() { <-running }()
					one <- a.outcomes(ctx, moment.Session, i, q, s)
				}()
			}
		}()
		i := 0
		for one := range ahead {
			select {
			case out := <-one:
				if ctx.Err() != nil || !yield(i, out) {
					return
				}
			case <-ctx.Done():
				return
			}
			i++
		}
	}
}

// outcomes answers the question at a place, and what follows from it.
func (a *Auditor) outcomes(ctx context.Context, ask asking, i int, q Question, s Set) Outcome {
	first, done := a.outcome(ctx, ask, q, s)
	defer done() // what it was given stays at hand for what follows
	if s.Then == nil {
		return first
	}
	for more := s.Then(i, first); len(more) > 0 && ctx.Err() == nil; {
		out, done := a.outcome(ctx, ask, more[0], s)
		done()
		more = append(more[1:], s.Then(i, out)...)
	}
	return first
}

// outcome answers one question of many; a panic is its error. Done lets go of what
// it was given.
func (a *Auditor) outcome(ctx context.Context, ask asking, q Question, s Set) (out Outcome, done func()) {
	if q.Time.IsZero() {
		q.Time = s.Time
	}
	out.Question, done = q, func() {}
	defer func() {
		if v := recover(); v != nil {
			out.Brief, out.Err = nil, fmt.Errorf("auditing %s: this program failed at it (%v); please report that", q.Pasted, v)
		}
	}()
	r, err := a.resolve(ctx, ask, q)
	if err != nil {
		out.Err = err
		return out, done
	}
	done = r.Close
	subject, err := r.subject()
	if err != nil {
		out.Err = err
		return out, done
	}
	out.Brief = report.InBrief(subject)
	return out, done
}

// put sends unless ctx ends before.
func put[T any](ctx context.Context, to chan<- T, v T) bool {
	select {
	case to <- v:
		return true
	case <-ctx.Done():
		return false
	}
}
