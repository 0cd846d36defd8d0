package audit_test

import (
	"context"
	"errors"
	"fmt"

	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/report"
)

// circumstances are those of one question to an auditor of its own.
type circumstances struct {
	audit.Options
	audit.Question
}

// A result is the answer to it, and what the auditor keeps.
type result struct {
	Report *report.Report
	Record *fetch.Record
	Heads  map[string][]byte
	Memory []byte
	Pasted string
	Seen   evidence.Case
}

func ask(ctx context.Context, pasted string, o circumstances) (*result, error) {
	a, err := audit.New(o.Options)
	if err != nil {
		return nil, err
	}
	var seen evidence.Case
	o.Pasted, o.Question.Record = pasted, new(fetch.Record)
	o.Seen = func(c evidence.Case) { seen = c }
	r, err := a.Audit(ctx, o.Question)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(untrue(r), legible(r)); err != nil {
		return nil, fmt.Errorf("the report is not true: %w", err)
	}
	if err := exceeds(ctx, o, r); err != nil {
		return nil, fmt.Errorf("the pin's audit says more than the whole: %w", err)
	}
	out := &result{r, o.Question.Record, a.Heads(), a.Memory(), pasted, seen}
	if err := comesBack(ctx, o, out); err != nil {
		return nil, fmt.Errorf("the evidence does not come back: %w", err)
	}
	return out, nil
}
