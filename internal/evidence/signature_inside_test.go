package evidence

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/archive"
	"touchstone/internal/artifact"
	"touchstone/internal/fault"
	"touchstone/internal/registry"
)

// enclosing is an exam of a package with signatures inside that ended so.
func enclosing(errs ...error) *exam {
	return released(func(_ *registry.Release, art *artifact.Artifact) {
		in := &registry.Enclosed{}
		for _, err := range errs {
			in.Each = append(in.Each, registry.EnclosedSignature{Document: "META-INF/A.SF", Holder: "Goldleaf", Issuer: "An authority", Hash: "SHA-256", Whole: err == nil, Err: err})
		}
		art.Inside.Enclosed = in
	})
}

func TestSignatureInside(t *testing.T) {
	but := func(bend func(in *registry.Enclosed, art *artifact.Artifact)) *exam {
		e := enclosing(nil)
		bend(e.Artifact.Inside.Enclosed, e.Artifact)
		return e
	}
	wrong, weak, other := fault.New(fault.Wrong, "other bytes"), fault.New(fault.Weak, "SHA-1"), fault.New(fault.NotUnderstood, "a new kind")
	table{
		"a part of it each": {but(func(in *registry.Enclosed, _ *artifact.Artifact) {
			in.Each[0].Whole = false
			in.Each = append(in.Each, in.Each[0])
		}), Absent},
		"of no such kind":     {released(nil), NotApplicable},
		"none":                {enclosing(), Absent},
		"one":                 {enclosing(nil), Pass},
		"two":                 {enclosing(nil, nil), Pass},
		"wrong":               {enclosing(wrong), Fail},
		"one of two is wrong": {enclosing(nil, wrong), Fail},
		"the other one":       {enclosing(wrong, nil), Fail},
		"weak":                {enclosing(weak), Absent},
		"one is weak":         {enclosing(nil, weak), Absent},
		"not known":           {enclosing(other), NotUnderstood},
		"weak, and not known": {enclosing(weak, other), NotUnderstood},
		"no block":            {enclosing(fault.New(fault.Missing, "none")), Absent},
		"a file more":         {but(func(in *registry.Enclosed, _ *artifact.Artifact) { in.Uncovered = []string{"b"} }), Absent},
		"a file less":         {but(func(in *registry.Enclosed, _ *artifact.Artifact) { in.Missing = []string{"b"} }), Absent},
		"read in two ways":    {but(func(_ *registry.Enclosed, art *artifact.Artifact) { art.Contents.Problems = []archive.Problem{{}} }), NotUnderstood},
		"not read to its end": {but(func(_ *registry.Enclosed, art *artifact.Artifact) { art.Contents.Complete = false }), NotUnderstood},
		"stamped in its time": {stampedAt(0), Pass},
		"stamped after it":    {stampedAt(400), Pass},
		"an error of no kind": {enclosing(assert.AnError), NotUnderstood},
	}.run(t, signatureInside)
	assert.Contains(t, signatureInside(stampedAt(0)).Reason, "which is not anchored here either, says 2026-01-01")
	assert.Contains(t, signatureInside(stampedAt(400)).Reason, "which is not in that time")
	assert.Contains(t, signatureInside(enclosing(nil)).Reason, "Nothing proves when it signed")
	assert.Contains(t, signatureInside(enclosing(nil)).Reason, "revoked is not checked by this version")
}

// stampedAt has a timestamp so many days into the year of its certificate.
func stampedAt(days int) *exam {
	e := enclosing(nil)
	s := &e.Artifact.Inside.Enclosed.Each[0]
	s.From = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	s.Until, s.Stamped, s.Stamper = s.From.AddDate(1, 0, 0), s.From.AddDate(0, 0, days), "A clock"
	return e
}
