package audit_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/evidencefile"
	"touchstone/internal/fetch"
)

// saved is what an evidence file of an audit holds, read again. Two files of one
// audit are the same bytes.
func saved(t testing.TB, r *result, withPackage bool) *evidencefile.Saved {
	t.Helper()
	read, err := evidencefile.Read(zipped(t, r, withPackage))
	require.NoError(t, err)
	require.Equal(t, r.Pasted, read.Reference)
	require.Equal(t, r.Report.Time, read.Time.Format("2006-01-02T15:04:05Z"))
	return read
}

func zipped(t testing.TB, r *result, withPackage bool) []byte {
	t.Helper()
	e := evidencefile.Evidence{Pasted: r.Pasted, Seen: r.Seen, Record: r.Record, Report: r.Report}
	var one, two bytes.Buffer
	require.NoError(t, e.Write(&one, withPackage))
	require.NoError(t, e.Write(&two, withPackage))
	require.True(t, bytes.Equal(one.Bytes(), two.Bytes()))
	return one.Bytes()
}

// checked audits what an evidence file says, with a package file beside it or
// none.
func checked(t testing.TB, s *evidencefile.Saved, file []byte) *result {
	t.Helper()
	o := options(nil)
	o.Replay, o.File = s.Record, s.File
	if file != nil {
		o.File = file
	}
	r, err := ask(context.Background(), s.Reference, o)
	require.NoError(t, err)
	return r
}

func verdictOf(t testing.TB, r *result) string {
	t.Helper()
	told := *r.Report
	told.Sources, told.Came = nil, "" // by which way and how much
	raw, err := told.JSON()
	require.NoError(t, err)
	return string(raw)
}

// An evidence file answers as the recording of the same audit does, whatever of
// the package is in it.
func TestEvidenceFiles(t *testing.T) {
	w := snapshot(t)
	live := run(t, w, errorsRef)
	zip := w[proxy+"github.com/pkg/errors/@v/v0.9.1.zip"].Body
	o := options(nil)
	o.Replay = live.Record
	plain, err := ask(t.Context(), errorsRef, o)
	require.NoError(t, err)
	with, without := saved(t, live, true), saved(t, live, false)
	require.Equal(t, verdictOf(t, plain), verdictOf(t, checked(t, with, nil)))
	require.Less(t, len(zipped(t, live, false))+len(zip)/2, len(zipped(t, live, true)))

	open := checked(t, without, nil)
	require.Contains(t, open.Report.Artifact.Missing, "left out when this was saved")
	require.Equal(t, [2]int{0, 2}, levels(open)["integrity"])
	require.False(t, open.Report.Verdict.Failed)

	require.Equal(t, [2]int{2, 2}, levels(checked(t, without, zip))["integrity"])
	other := w[proxy+"github.com/google/uuid/@v/v1.6.0.zip"].Body
	require.True(t, checked(t, without, other).Report.Verdict.Failed, "the file of another package")
	require.True(t, checked(t, with, other).Report.Verdict.Failed)

	t.Run("the package was brought", func(t *testing.T) {
		o := options(w)
		o.File = zip
		brought, err := ask(t.Context(), errorsRef, o)
		require.NoError(t, err)
		require.Equal(t, zip, saved(t, brought, true).File)
		require.Equal(t, [2]int{2, 2}, levels(checked(t, saved(t, brought, true), nil))["integrity"])
		require.Nil(t, saved(t, brought, false).File)
		require.Equal(t, [2]int{0, 2}, levels(checked(t, saved(t, brought, false), nil))["integrity"])
	})
	t.Run("two runs", func(t *testing.T) {
		require.True(t, bytes.Equal(zipped(t, live, true), zipped(t, run(t, w, errorsRef), true)))
	})
	t.Run("answers that are shared with an earlier audit are in it too", func(t *testing.T) {
		require.Equal(t, len(live.Record.Exchanges()), len(with.Record.Exchanges()))
	})
}

// Every file of the zip is changed, and left out: what is for people changes
// nothing, and what is an answer gives what the same change in the recording
// gives. The level never rises.
func TestEvidenceFilesMutated(t *testing.T) {
	bendEvidence(t, errorsRef, options, run(t, snapshot(t), errorsRef), 1)
}

// bendEvidence bends the evidence file of one audit, member by member, of which one
// in so many is taken.
func bendEvidence(t *testing.T, reference string, o func(world) circumstances, live *result, one int) {
	packed := zipped(t, live, true)
	again := func(record *fetch.Record, file []byte) (*result, error) {
		q := o(nil)
		q.Replay, q.File = record, file
		return ask(t.Context(), reference, q)
	}
	whole, err := again(saved(t, live, true).Record, nil)
	require.NoError(t, err)
	files := membersOf(t, packed)
	for i, m := range files {
		if rand.IntN(one) != 0 {
			continue
		}
		for what, data := range map[string][]byte{
			"a byte is changed": flipped(m.Data), "nothing is in it": {}, "it is cut short": m.Data[:len(m.Data)/2],
		} {
			t.Run(m.Path+", "+what, func(t *testing.T) {
				bent := append([]archive.Member{}, files...)
				bent[i].Data = data
				got := compareBent(t, bent, m.Path, whole, again)
				if what != "a byte is changed" || !strings.HasPrefix(m.Path, "answers/") {
					return
				}
				recording := live.Record.Exchanges()
				for i := range recording {
					if bytes.Equal(recording[i].Body, m.Data) {
						recording[i].Body = data
					}
				}
				want, err := again(fetch.NewRecord(recording), nil)
				if err != nil {
					require.Empty(t, got)
					return
				}
				require.Equal(t, verdictOf(t, want), got)
			})
		}
		t.Run(m.Path+", left out", func(t *testing.T) {
			compareBent(t, append(append([]archive.Member{}, files[:i]...), files[i+1:]...), m.Path, whole, again)
		})
	}
}

// compareBent checks a zip of which one member was bent.
func compareBent(t *testing.T, members []archive.Member, path string, whole *result, again func(*fetch.Record, []byte) (*result, error)) string {
	var out bytes.Buffer
	require.NoError(t, archive.WriteZip(&out, members))
	read, err := evidencefile.Read(out.Bytes())
	if path == "evidence.json" || path == "requests.har" {
		if err != nil {
			require.ErrorContains(t, err, "reading the evidence file: ")
			return ""
		}
	}
	require.NoError(t, err)
	r, err := again(read.Record, read.File)
	if err != nil {
		return "" // the answer says which version there is, and does not now
	}
	for track, most := range levels(whole) {
		require.LessOrEqual(t, levels(r)[track][0], most[0])
	}
	isPackage := strings.HasPrefix(path, "package/")
	if !strings.HasPrefix(path, "answers/") && !isPackage && path != "evidence.json" && path != "requests.har" {
		require.Equal(t, verdictOf(t, whole), verdictOf(t, r))
	}
	require.NotEqual(t, fetch.Direct, r.Report.Route)
	if isPackage {
		require.Equal(t, 0, levels(r)["integrity"][0], r.Report.Text(false))
	}
	return verdictOf(t, r)
}

func flipped(data []byte) []byte {
	out := bytes.Clone(data)
	if len(out) > 0 {
		out[len(out)/3] ^= 1
	}
	return out
}

// membersOf are the files of a zip, with their bytes.
func membersOf(t testing.TB, packed []byte) []archive.Member {
	t.Helper()
	c, err := archive.Read(archive.Zip, packed, archive.Options{})
	require.NoError(t, err)
	require.Empty(t, c.Problems)
	var out []archive.Member
	for _, f := range c.Files {
		data, err := archive.Open(archive.Zip.Read, packed, f, 1<<30)
		require.NoError(t, err)
		out = append(out, archive.Member{Path: f.Path, Data: data})
	}
	return out
}

// What an earlier audit of the same auditor fetched, and the heads that it kept,
// are not missing in the evidence of the next: the file stands alone.
func TestEvidenceOfALaterAuditIsWhole(t *testing.T) {
	o := options(snapshot(t))
	a, err := audit.New(o.Options)
	require.NoError(t, err)
	for range 3 {
		r := &result{Pasted: errorsRef, Record: new(fetch.Record)}
		r.Report, err = a.Audit(t.Context(), audit.Question{Pasted: errorsRef, Time: at, Record: r.Record, Seen: func(c evidence.Case) { r.Seen = c }})
		require.NoError(t, err)
		again := checked(t, saved(t, r, true), nil)
		require.Equal(t, map[string][2]int{"integrity": {2, 2}, "accountability": {0, 1}}, levels(again))
		for _, f := range again.Report.Findings {
			require.NotContains(t, f.Reason, "not asked for while recording", f.Check)
		}
	}
}
