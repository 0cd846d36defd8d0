package evidence

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/artifact"
	"touchstone/internal/registry"
)

func TestIndexCurrent(t *testing.T) {
	now := time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)
	const name = registry.IndexName + "archive.example stable"
	indexed := func(bend func(e *exam, i *registry.SignedIndex)) *exam {
		e := released(func(rel *registry.Release, _ *artifact.Artifact) {
			rel.Index.Signed = registry.SignedIndex{Name: name, Made: now.Add(-time.Hour), ValidUntil: now.Add(time.Hour)}
		})
		e.signed, e.Time, e.Network = pass("signed", nil), now, true
		if bend != nil {
			bend(e, &e.Release.Index.Signed)
		}
		return e
	}
	seen := func(at time.Time) func(*exam, *registry.SignedIndex) {
		return func(_ *exam, i *registry.SignedIndex) {
			i.Known = registry.SignedIndex{Name: name, Made: at}.Keep()
		}
	}
	unsigned := func(e *exam, _ *registry.SignedIndex) { e.signed = because(Fail, "wrong") }
	future := func(_ *exam, i *registry.SignedIndex) { i.Made = now.Add(25 * time.Hour) }
	out := func(_ *exam, i *registry.SignedIndex) { i.ValidUntil = now.Add(-time.Second) }
	damaged := func(_ *exam, i *registry.SignedIndex) {
		i.Known = []byte("2030-01-01T00:00:00Z 0123")
	}
	for what, c := range map[string]struct {
		exam *exam
		want Outcome
		kept bool
	}{
		"none":               {released(nil), NotApplicable, false},
		"the first":          {indexed(nil), Pass, true},
		"newer":              {indexed(seen(now.Add(-2 * time.Hour))), Pass, true},
		"the same":           {indexed(seen(now.Add(-time.Hour))), Pass, false},
		"older":              {indexed(seen(now.Add(-time.Minute))), Fail, false},
		"what is damaged":    {indexed(damaged), Pass, true},
		"unsigned":           {indexed(unsigned), Unknown, false},
		"of days to come":    {indexed(future), Pass, false},
		"ran out":            {indexed(out), Fail, true},
		"ran out, recorded":  {indexed(func(e *exam, i *registry.SignedIndex) { out(e, i); e.Network = false }), Pass, true},
		"never runs out":     {indexed(func(_ *exam, i *registry.SignedIndex) { i.ValidUntil = time.Time{} }), Pass, true},
		"older and unsigned": {indexed(func(e *exam, i *registry.SignedIndex) { seen(now)(e, i); unsigned(e, i) }), Unknown, false},
	} {
		f := indexCurrent(c.exam)
		assert.Equal(t, c.want, f.Outcome, "%s: %s", what, f.Reason)
		heads := map[string][]byte{}
		keepIndex(c.exam, heads)
		assert.Equal(t, c.kept, len(heads) == 1, what)
	}
}
