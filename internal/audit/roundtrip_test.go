package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"

	"touchstone/internal/audit"
	"touchstone/internal/corpus"
	"touchstone/internal/evidencefile"
	"touchstone/internal/fetch"
	"touchstone/internal/report"
)

// comesBack saves the evidence of an audit of any test and checks it again: the
// file is the same bytes twice, it answers as the recording of the audit does, and
// no level is above what that audit could reach, nor is anything failed that was
// not. (Without a network anchors are judged as of their date, so that a level may
// stand that was open.)
// One audit in 100 is taken by default; TOUCHSTONE_ALL=1 takes all.
func comesBack(ctx context.Context, o circumstances, r *result) error {
	taken := corpus.Whole() || crc32.ChecksumIEEE([]byte(r.Pasted+r.Report.Verdict.Headline+r.Report.Came))%100 == 0
	if o.Replay != nil || !taken {
		return nil
	}
	e := evidencefile.Evidence{Pasted: r.Pasted, Seen: r.Seen, Record: r.Record, Report: r.Report}
	var one, two bytes.Buffer
	if err := errors.Join(e.Write(&one, true), e.Write(&two, true)); err != nil {
		return err
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		return errors.New("the same evidence is other bytes")
	}
	saved, err := evidencefile.Read(one.Bytes())
	if err != nil {
		return err
	}
	again := func(record *fetch.Record, file []byte) (*report.Report, string, error) {
		a, err := audit.New(o.Options)
		if err != nil {
			return nil, "", err
		}
		q := o.Question
		q.Pasted, q.Replay, q.File, q.Record, q.Progress, q.Seen = r.Pasted, record, file, nil, nil, nil
		got, err := a.Audit(ctx, q)
		if err != nil {
			return nil, "", err
		}
		told := *got
		told.Sources, told.Came = nil, "" // by which way and how much
		raw, err := told.JSON()
		return got, string(raw), err
	}
	_, plain, err := again(r.Record, o.File)
	got, zipped, zipErr := again(saved.Record, saved.File)
	switch {
	case errors.Is(err, context.Canceled):
		return nil
	case fmt.Sprint(err) != fmt.Sprint(zipErr):
		return fmt.Errorf("the recording ends with %v, the file with %v", err, zipErr)
	case err != nil:
		return nil // which version is meant may rest on what no recording has
	case plain != zipped:
		return fmt.Errorf("the recording and the file differ:\n%s\n%s", plain, zipped)
	case got.Verdict.Failed && !r.Report.Verdict.Failed:
		return fmt.Errorf("failed only in the file: %v", got.Verdict.Failures)
	}
	for i, t := range got.Verdict.Tracks {
		if live := r.Report.Verdict.Tracks[i]; t.Level > live.AtMost {
			return fmt.Errorf("%s %d in the file, of the audit at most %d", t.ID, t.Level, live.AtMost)
		}
	}
	return nil
}
