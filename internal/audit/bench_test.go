package audit_test

import (
	"context"
	"strings"
	"testing"

	"touchstone/internal/audit"
)

// BenchmarkAuditAfterLastByte is everything that an audit of a small module
// (18 kB) does once its bytes are there: the time from last byte to report.
func BenchmarkAuditAfterLastByte(b *testing.B) {
	o := options(nil)
	o.Replay, o.Pasted = run(b, snapshot(b), errorsRef).Record, errorsRef
	a, err := audit.New(o.Options)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r, err := a.Audit(context.Background(), o.Question)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.JSON(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLookupCost counts what one audit asks of the checksum database, and
// of everybody. The counts are asserted in TestRequestCounts.
func BenchmarkLookupCost(b *testing.B) {
	var requests, logRequests, logBytes int
	for b.Loop() {
		requests, logRequests, logBytes = cost(run(b, snapshot(b), errorsRef))
	}
	b.ReportMetric(float64(requests), "requests/audit")
	b.ReportMetric(float64(logRequests), "requests/lookup")
	b.ReportMetric(float64(logBytes), "bytes/lookup")
}

func cost(r *result) (requests, logRequests, logBytes int) {
	for _, s := range r.Report.Sources {
		requests++
		if strings.Contains(s.URL, "/sumdb/") {
			logRequests++
			logBytes += s.Size
		}
	}
	return requests, logRequests, logBytes
}

// TestRequestCounts keeps an audit from asking more than it must.
func TestRequestCounts(t *testing.T) {
	w := snapshot(t).But(proxy+"github.com/pkg/errors/@v/list", ok([]byte("v0.9.1\n")))
	requests, logRequests, logBytes := cost(run(t, w, errorsRef))
	if requests > 16 || logRequests > 12 || logBytes > 80_000 {
		t.Errorf("an audit asks %d times, the log %d times for %d bytes: more than 16, 12 and 80 kB", requests, logRequests, logBytes)
	}
}
