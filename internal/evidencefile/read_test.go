package evidencefile_test

import (
	stdzip "archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/evidencefile"
)

const (
	headDoc = `{"format":"touchstone-evidence/1","reference":"npm:a@1.0.0","time":"2026-01-31T12:00:00Z","package":""}`
	harDoc  = `{"log":{"version":"1.2","entries":[]}}`
)

func members(more ...archive.Member) []archive.Member {
	return append([]archive.Member{{Path: "evidence.json", Data: []byte(headDoc)}, {Path: "requests.har", Data: []byte(harDoc)}}, more...)
}

func packed(t testing.TB, all []archive.Member) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, archive.WriteZip(&out, all))
	return out.Bytes()
}

// deflated is a zip of another tool.
func deflated(t testing.TB, name string, write func(io.Writer)) []byte {
	t.Helper()
	var out bytes.Buffer
	z := stdzip.NewWriter(&out)
	for _, m := range members() {
		w, err := z.Create(m.Path)
		require.NoError(t, err)
		_, err = w.Write(m.Data)
		require.NoError(t, err)
	}
	w, err := z.Create(name)
	require.NoError(t, err)
	write(w)
	require.NoError(t, z.Close())
	return out.Bytes()
}

func TestRead(t *testing.T) {
	s, err := evidencefile.Read(packed(t, members()))
	require.NoError(t, err)
	require.Equal(t, "npm:a@1.0.0", s.Reference)
	require.Empty(t, s.Record.Exchanges())
	_, err = evidencefile.Read(deflated(t, "notes.txt", func(io.Writer) {}))
	require.NoError(t, err, "a person may have packed it again")
	descriptors := deflated(t, "answers/001.json", func(w io.Writer) { _, _ = io.WriteString(w, "{}") })
	require.Contains(t, string(descriptors), "PK\x07\x08", "sizes and sums stand behind the members")
	_, err = evidencefile.Read(descriptors)
	require.NoError(t, err)
	at := strings.LastIndex(string(descriptors), "PK\x07\x08")
	descriptors[at+4] ^= 1
	_, err = evidencefile.Read(descriptors)
	require.ErrorContains(t, err, "reading the evidence file: ", "and are held to")
}

// A file of each form that there ever was is read.
func TestReadEveryForm(t *testing.T) {
	raw, err := os.ReadFile("testdata/form-1.zip")
	require.NoError(t, err)
	s, err := evidencefile.Read(raw)
	require.NoError(t, err)
	require.Equal(t, "npm:thing@1.0.0", s.Reference)
	require.Equal(t, "thing-1.0.0.tgz", s.Name)
	require.Equal(t, "the bytes of a package\n", string(s.File))
	exchanges := s.Record.Exchanges()
	require.Len(t, exchanges, 3)
	for _, x := range exchanges {
		switch path.Base(x.URL) {
		case "1.0.0":
			require.Equal(t, `{"name":"thing","version":"1.0.0"}`, string(x.Body))
		case "empty":
			require.Empty(t, x.Body)
			require.Empty(t, x.Broken)
		case "thing.tgz":
			require.Equal(t, "the package was left out when this was saved", x.Broken)
		}
	}
}

// Whatever else is given, the answer says what it is and what to do.
func TestReadRefuses(t *testing.T) {
	whole := packed(t, members(archive.Member{Path: "answers/001.json", Data: []byte(strings.Repeat("{}", 500))}))
	first := func(doc string) []byte {
		return packed(t, []archive.Member{{Path: "evidence.json", Data: []byte(doc)}, {Path: "requests.har", Data: []byte(harDoc)}})
	}
	zeros := func(n int) func(io.Writer) {
		return func(w io.Writer) { _, _ = io.CopyN(w, zero{}, int64(n)) }
	}
	flip := bytes.Clone(whole)
	flip[bytes.Index(flip, []byte("{}{}"))] ^= 1
	// huge says in every header of a file that it has nearly 4 GB, or, in the form
	// for more, 5 GB; neither is there.
	huge := func(size uint32) []byte {
		out := bytes.Clone(whole)
		at := bytes.Index(out, []byte("answers/001.json")) - 30
		binary.LittleEndian.PutUint32(out[at+18:], size)
		binary.LittleEndian.PutUint32(out[at+22:], size)
		at = bytes.LastIndex(out, []byte("answers/001.json")) - 46
		binary.LittleEndian.PutUint32(out[at+20:], size)
		binary.LittleEndian.PutUint32(out[at+24:], size)
		return out
	}
	bigger := huge(0xffffffff)
	extra := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64([]byte{1, 0, 16, 0}, 5<<30), 5<<30)
	at := bytes.LastIndex(bigger, []byte("answers/001.json"))
	binary.LittleEndian.PutUint16(bigger[at-46+30:], uint16(len(extra)))
	bigger = slices.Insert(bigger, at+len("answers/001.json"), extra...)
	end := bigger[len(bigger)-22:]
	binary.LittleEndian.PutUint32(end[12:], binary.LittleEndian.Uint32(end[12:])+uint32(len(extra)))
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"one of 4 GB that are not there": {huge(0xfffffffe), "reaches into the directory"},
		"one of 5 GB that are not there": {bigger, "reaches into the directory"},
		"nothing":                        {nil, "reading a zip archive"},
		"an HTTP Archive":                {[]byte(harDoc), "reading a zip archive"},
		"another zip":                    {packed(t, []archive.Member{{Path: "a", Data: []byte("b")}}), "holds no evidence.json"},
		"in another zip":                 {packed(t, []archive.Member{{Path: "evidence.zip", Data: whole}}), "a zip inside another is unpacked first"},
		"of another version":             {first(strings.Replace(headDoc, "evidence/1", "evidence/2", 1)), `its form is "touchstone-evidence/2", and this version reads "touchstone-evidence/1"`},
		"of no version":                  {first(`{}`), `its form is ""`},
		"no head":                        {first(`[]`), "evidence.json: "},
		"a name twice":                   {first(strings.Replace(headDoc, `"time"`, `"reference":"npm:b@1.0.0","time"`, 1)), "evidence.json: "},
		"no question":                    {first(strings.Replace(headDoc, `npm:a@1.0.0`, ``, 1)), "names no package"},
		"no time":                        {first(strings.Replace(headDoc, `2026-01`, `soon`, 1)), "is none"},
		"a package from nowhere":         {first(strings.Replace(headDoc, `"package":""`, `"package":"package/a.tgz"`, 1)), "which is not there"},
		"a package from outside":         {first(strings.Replace(headDoc, `"package":""`, `"package":"requests.har"`, 1)), "which is not there"},
		"no answers":                     {packed(t, members()[:1]), "holds no requests.har"},
		"answers that are none":          {packed(t, []archive.Member{{Path: "evidence.json", Data: []byte(headDoc)}, {Path: "requests.har", Data: []byte("{")}}), "reading the HTTP Archive"},
		"a name twice in the zip":        {packed(t, members(members()[0])), "evidence.json"},
		"a name twice, by case":          {packed(t, members(archive.Member{Path: "Evidence.JSON", Data: []byte(headDoc)})), "vidence.JSON"},
		"a folder twice, by case":        {packed(t, members(archive.Member{Path: "answers/001.json"}, archive.Member{Path: "ANSWERS/002.json"})), "ANSWERS"},
		"names of another case":          {packed(t, []archive.Member{{Path: "EVIDENCE.JSON", Data: []byte(headDoc)}, {Path: "REQUESTS.HAR", Data: []byte(harDoc)}}), "holds no evidence.json"},
		"a name twice, by a descriptor":  {deflated(t, "evidence.json", func(w io.Writer) { _, _ = io.WriteString(w, headDoc) }), "evidence.json"},
		"a name with a backslash":        {packed(t, members(archive.Member{Path: `answers\001.json`})), "has a backslash"},
		"a file as a folder":             {packed(t, members(archive.Member{Path: "evidence.json/x"})), "evidence.json"},
		"a path out of it":               {packed(t, members(archive.Member{Path: "../a"})), "../a"},
		"a byte changed":                 {flip, "CRC-32"},
		"a bomb":                         {deflated(t, "answers/001.bin", zeros(64<<20)), "inflates"},
		"too much":                       {packed(t, members(archive.Member{Path: "a", Data: make([]byte, evidencefile.Most+2<<20)})), "the limit is"},
		"something behind":               {append(bytes.Clone(whole), "more"...), ""},
		"something before":               {append([]byte("#!/bin/sh\n"), whole...), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := evidencefile.Read(c.data)
			require.ErrorContains(t, err, "reading the evidence file: ")
			require.ErrorContains(t, err, c.says)
		})
	}
	t.Run("cut short anywhere", func(t *testing.T) {
		for n := range len(whole) {
			_, err := evidencefile.Read(whole[:n])
			require.ErrorContains(t, err, "reading the evidence file: ", "after %d bytes", n)
		}
	})
}

// TestEveryByte changes each byte of a zip, of what is saved and of the zip's own
// headers: it is refused, or says the very same.
func TestEveryByte(t *testing.T) {
	whole, err := os.ReadFile("testdata/form-1.zip")
	require.NoError(t, err)
	want, err := evidencefile.Read(whole)
	require.NoError(t, err)
	same := 0
	for i := range whole {
		bent := bytes.Clone(whole)
		bent[i] ^= 1 << rand.IntN(8)
		got, err := evidencefile.Read(bent)
		if err != nil {
			require.ErrorContains(t, err, "reading the evidence file: ")
			continue
		}
		same++
		require.Equal(t, want.Record.Exchanges(), got.Record.Exchanges(), "byte %d", i)
		one, two := *want, *got
		one.Record, two.Record = nil, nil
		require.Equal(t, one, two, "byte %d", i)
	}
	t.Logf("%d of %d bytes are for nobody, as a file's date", same, len(whole))
}

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func FuzzRead(f *testing.F) {
	f.Add(packed(f, members()))
	f.Add(packed(f, members(archive.Member{Path: "package/a.tgz", Data: []byte("x")})))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := evidencefile.Read(data); err == nil && (s.Reference == "" || s.Record == nil) {
			t.Fatal("a file without a question was read")
		}
	})
}
