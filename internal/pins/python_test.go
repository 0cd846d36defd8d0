//go:build touchstone_testanchors

package pins

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/lockfile"
	"touchstone/internal/mint"
	"touchstone/internal/purl"
	"touchstone/internal/trust"
)

// A shelf is an index with files, each attested by its publisher.
type shelf struct {
	store *mint.Sigstore
	files []*mint.PyPIFile
}

func newShelf() *shelf {
	return &shelf{store: mint.NewSigstore("pins", "rekor.sigstore.dev", at.AddDate(0, -1, 0))}
}

// wheel adds one of a version, by OWNER/NAME; empty for nobody's attestation.
func (s *shelf) wheel(version, publisher string) *mint.PyPIFile {
	f := mint.NewPyPIFile(s.store, mint.Wheel{Name: "thing", Version: version, Files: map[string]string{}}, "example/thing", strings.Repeat("01", 20))
	if publisher != "example/thing" {
		f = mint.NewPyPIFile(s.store, mint.Wheel{Name: "thing", Version: version, Files: map[string]string{}}, publisher, strings.Repeat("01", 20))
	}
	if publisher == "" {
		f.Attestations = nil
	}
	s.files = append(s.files, f)
	return f
}

func (s *shelf) source(version string) *mint.PyPIFile {
	f := mint.NewPyPIFile(s.store, mint.Wheel{Name: "thing", Version: version, Files: map[string]string{}}, "example/thing", strings.Repeat("01", 20))
	f.File, f.Raw, f.Metadata, f.Attestations = "thing-"+version+".tar.gz", []byte("source of "+version), "", nil
	s.files = append(s.files, f)
	return f
}

func hashOf(f *mint.PyPIFile) string {
	sum := sha256.Sum256(f.Raw)
	return " --hash=sha256:" + hex.EncodeToString(sum[:])
}

// check checks a requirements file or a pylock.toml, against an older file where that
// is not empty.
func (s *shelf) check(t *testing.T, text, older string, o Options) *Result {
	t.Helper()
	w := mint.World{}
	mint.ServePyPI(w, "https://pypi.org/", "https://files.pythonhosted.org/", s.files...)
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: s.store.TrustedRoot(), Taken: at})
	require.NoError(t, err)
	a, err := audit.New(audit.Options{Transport: w, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	name := "requirements.txt"
	if strings.HasPrefix(text, "lock-version") {
		name = "pylock.toml"
	}
	f, err := lockfile.ReadAll(one(name, []byte(text)))
	require.NoError(t, err)
	var base *lockfile.File
	if older != "" {
		base, err = lockfile.ReadAll(one("requirements.txt", []byte(older)))
		require.NoError(t, err)
	}
	o.Time = at
	if o.Depth == "" {
		o.Depth = Records
	}
	r, err := Check(t.Context(), a, f, base, o, nil)
	require.NoError(t, err)
	return r
}

// TestDigestsOfFiles: each of several digests is that of a file of the version;
// one of no file is an alarm at its line, whether others are right or not.
func TestDigestsOfFiles(t *testing.T) {
	s := newShelf()
	wheel, source := s.wheel("1.0.0", "example/thing"), s.source("1.0.0")
	other := s.wheel("2.0.0", "example/thing")
	const nobodys = " --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000"
	for name, c := range map[string]struct{ text, want string }{
		"each a file's":                 {"thing==1.0.0" + hashOf(wheel) + hashOf(source), "alarm lineage-kept"}, // the wheel alone has provenance
		"the source's alone":            {"thing==1.0.0" + hashOf(source), "alarm lineage-kept"},
		"one nobody's":                  {"thing==1.0.0" + hashOf(wheel) + nobodys + hashOf(source), "alarm digests-known lineage-kept"},
		"one of another version":        {"thing==1.0.0" + hashOf(wheel) + hashOf(other), "alarm digests-known"},
		"one nobody's, of another kind": {"thing==1.0.0" + hashOf(wheel) + " --hash=sha512:" + strings.Repeat("00", 64), "open not-answered"},
		"one nobody's, of a weak kind":  {"thing==1.0.0" + hashOf(wheel) + " --hash=md5:" + strings.Repeat("00", 16), "open not-answered"},
		"nobody's alone":                {"thing==1.0.0" + nobodys, "failed pin-agrees"},
		"two pins of two files":         {"thing==1.0.0" + hashOf(wheel) + "\nthing==1.0.0" + hashOf(source), "ok; alarm lineage-kept"},
		"two pins, one is nobody's":     {"thing==1.0.0" + hashOf(wheel) + "\nthing==1.0.0" + nobodys, "ok; failed pin-agrees digest-conflict"},
	} {
		require.Equal(t, c.want, states(s.check(t, c.text, "", Options{})), name)
	}
	// With the bytes each file is fetched: what the source's digest is of is no archive.
	for text, want := range map[string]string{
		hashOf(wheel) + " --hash=sha512:" + strings.Repeat("00", 64): "failed reference-digest", hashOf(wheel) + " --hash=md5:" + strings.Repeat("00", 16): "failed reference-digest",
		hashOf(wheel): "ok", hashOf(wheel) + hashOf(source): "alarm archive-sound lineage-kept", hashOf(wheel) + nobodys: "alarm digests-known", nobodys: "failed reference-digest",
	} {
		require.Equal(t, want, states(s.check(t, "thing==1.0.0"+text, "", Options{Depth: Bytes})), text)
	}
	r := s.check(t, "thing==1.0.0"+hashOf(wheel)+hashOf(source), "", Options{})
	require.Contains(t, strings.Join(r.Lines[0].Notes, " "), "thing-1.0.0.tar.gz")
	// Some versions have hundreds of files, and a lock file lists them all.
	many := "thing==1.0.0" + hashOf(wheel)
	for i := range 400 {
		many += fmt.Sprintf(" --hash=sha256:%064x", i)
	}
	r = s.check(t, many, "", Options{})
	require.Equal(t, "alarm digests-known", states(r), "%+v", r.Lines[0].Findings)
	again, err := purl.Parse(r.Lines[0].Reference)
	require.NoError(t, err, "its own report can be asked for")
	require.Len(t, again.Digests, 401)
}

// TestWeakestFile: a pin of several files is worth what the weakest of them is, in
// whatever order they stand, and what is wrong with any of them is found.
func TestWeakestFile(t *testing.T) {
	s := newShelf()
	wheel, source := s.wheel("1.0.0", "example/thing"), s.source("1.0.0")
	levels := func(text string, o Options) (Line, map[string]Level) {
		r := s.check(t, "thing==1.0.0"+text, "", o)
		require.Len(t, r.Lines, 1)
		return r.Lines[0], r.Lines[0].Levels
	}
	_, strong := levels(hashOf(wheel), Options{})
	_, weak := levels(hashOf(source), Options{})
	require.Greater(t, strong["accountability"].Level, weak["accountability"].Level)
	for _, both := range []string{hashOf(wheel) + hashOf(source), hashOf(source) + hashOf(wheel)} {
		line, got := levels(both, Options{})
		require.Equal(t, weak, got)
		require.Contains(t, strings.Join(line.Notes, " "), "2 files of this version. Each was checked")
		line, _ = levels(both, Options{Require: map[string]int{"accountability": strong["accountability"].Level}})
		require.Equal(t, "below-required", line.Findings[0].Rule)
	}
	// A track that does not exist is no requirement that everything meets.
	f, err := lockfile.ReadAll(one("requirements.txt", []byte("thing==1.0.0"+hashOf(wheel))))
	require.NoError(t, err)
	_, err = Check(t.Context(), nil, f, nil, Options{Require: map[string]int{"integrty": 1}}, nil)
	require.ErrorContains(t, err, `"integrty": there is no such track`)
	// A file that was attested before and is not now is found beside one that is.
	now, lost := s.wheel("1.1.0", "example/thing"), s.source("1.1.0")
	r := s.check(t, "thing==1.1.0"+hashOf(now)+hashOf(lost), "thing==1.0.0"+hashOf(wheel), Options{})
	require.Equal(t, "alarm lineage-kept", states(r))
	require.Contains(t, r.Lines[0].Findings[0].Text, "thing-1.1.0.tar.gz")
	r = s.check(t, "thing==1.1.0"+hashOf(now), "thing==1.0.0"+hashOf(wheel), Options{})
	require.Equal(t, "ok", states(r))
	// What could not be audited of one file leaves nothing of the others' levels.
	l := Line{Levels: map[string]Level{"integrity": {2, 3}}}
	l.weakest([]fileAnswer{{"a.whl", Line{Findings: []Finding{{Text: "No answer."}}}}, {"b.whl", Line{Levels: map[string]Level{"integrity": {3, 3}}, Findings: []Finding{{Text: "No answer."}}}}}, []Track{{ID: "integrity"}})
	require.Equal(t, Level{0, 3}, l.Levels["integrity"])
	require.Len(t, l.Findings, 1)
	require.Contains(t, l.Findings[0].Text, "a.whl")
	require.Contains(t, l.Findings[0].Text, "b.whl")
}

// TestLoosePins: what does not say which bytes are installed reaches no level, whatever
// was found of those that were audited.
func TestLoosePins(t *testing.T) {
	s := newShelf()
	wheel := s.wheel("1.0.0", "example/thing")
	address := "thing @ " + wheel.FileAt("https://files.pythonhosted.org/")
	zero := func(r *Result) {
		t.Helper()
		require.Equal(t, "warning digest-missing", states(r), "%+v", r.Lines[0].Findings)
		for id, at := range r.Lines[0].Levels {
			require.Zero(t, at.Level, id)
		}
	}
	// A digest in an address, which pip does not compare; one behind it, which it does.
	zero(s.check(t, address, "", Options{}))
	r := s.check(t, address+"#"+strings.Replace(strings.TrimPrefix(hashOf(wheel), " --hash="), ":", "=", 1), "", Options{})
	require.Equal(t, "ok", states(r))
	require.NotZero(t, r.Lines[0].Levels["accountability"].Level)
	r = s.check(t, address, "", Options{Depth: Bytes})
	require.Equal(t, "warning digest-missing", states(r))
	require.NotZero(t, r.Lines[0].Levels["integrity"].Level, "its bytes were fetched")
	other := strings.Replace(address, "/packages/", "/packages/00/00/"+strings.Repeat("0", 60)+"?", 1)
	other = other[:strings.IndexByte(other, '?')] + "/" + wheel.File
	r = s.check(t, other, "", Options{})
	require.Equal(t, "failed pin-agrees digest-missing", states(r), "an address of other bytes is told all the same")
	// A file that is listed without a digest, beside one that has it.
	listed := "lock-version = '1.0'\n[[packages]]\nname = 'thing'\nversion = '1.0.0'\nwheels = [{ name = '" + wheel.File + "', hashes = { sha256 = '" + strings.TrimPrefix(hashOf(wheel), " --hash=sha256:") + "' } }"
	require.Equal(t, "ok", states(s.check(t, listed+"]\n", "", Options{})))
	bare := listed + ", { name = 'thing-1.0.0-py2-none-any.whl' }]\n"
	zero(s.check(t, bare, "", Options{}))
	zero(s.check(t, bare, "", Options{Depth: Bytes}))
	// One file of a version that has no others is all that can be installed.
	r = s.check(t, "thing==1.0.0", "", Options{Depth: Bytes})
	require.NotZero(t, r.Lines[0].Levels["integrity"].Level)
	s.source("1.0.0")
	r = s.check(t, "thing==1.0.0", "", Options{Depth: Bytes})
	zero(r)
	require.Contains(t, strings.Join(r.Lines[0].Notes, " "), "which of its 2 files is installed")
}

// TestSinceBefore: what a version has lost against the one that was pinned before,
// also across release lines.
func TestSinceBefore(t *testing.T) {
	for name, c := range map[string]struct {
		before, now string // who attests: OWNER/NAME, or nobody
		want        string
	}{
		"kept":           {"example/thing", "example/thing", "ok"},
		"lost":           {"example/thing", "", "alarm provenance-lost"},
		"from elsewhere": {"example/thing", "other/thing", "alarm source-changed"},
		"never had any":  {"", "", "ok"},
		"attested since": {"", "example/thing", "ok"},
	} {
		s := newShelf()
		before, now := s.wheel("1.0.0", c.before), s.wheel("2.0.0", c.now)
		r := s.check(t, "thing==2.0.0"+hashOf(now), "thing==1.0.0"+hashOf(before), Options{})
		require.Equal(t, c.want, states(r), "%s: %+v", name, r.Lines[0].Findings)
		require.Equal(t, "1.0.0", r.Lines[0].Before)
		if strings.HasPrefix(c.want, "alarm") {
			require.True(t, r.Lines[0].Findings[0].First, name)
			require.Contains(t, r.Lines[0].Findings[0].Text, "1.0.0")
		}
		require.Equal(t, "ok", states(s.check(t, "thing==2.0.0"+hashOf(now), "", Options{})), "without the older file nothing is compared")
	}
	s := newShelf()
	before, now := s.wheel("1.0.0", "example/thing"), s.wheel("1.0.1", "")
	r := s.check(t, "thing==1.0.1"+hashOf(now), "thing==1.0.0"+hashOf(before), Options{})
	require.Equal(t, "alarm lineage-kept", states(r), "the audit itself says it: it is said once")
}

// TestEachFinding: withdrawn, young, of unknown age, weak, without a digest.
func TestEachFinding(t *testing.T) {
	s := newShelf()
	f := s.wheel("1.0.0", "example/thing")
	plain := f.Entry
	bend := func(key string, value any) {
		f.Entry = func(entry map[string]any) {
			if plain != nil {
				plain(entry)
			}
			entry[key] = value
		}
	}
	pin := "thing==1.0.0" + hashOf(f)
	bend("yanked", "it was broken")
	require.Equal(t, "warning withdrawn", states(s.check(t, pin, "", Options{})))
	bend("upload-time", at.AddDate(0, 0, -3).Format("2006-01-02T15:04:05Z"))
	require.Equal(t, "alarm too-young", states(s.check(t, pin, "", Options{MinAge: 7})))
	require.Equal(t, "ok", states(s.check(t, pin, "", Options{MinAge: 2})))
	bend("upload-time", "soon")
	require.Equal(t, "open age-unknown", states(s.check(t, pin, "", Options{MinAge: 7})))
	bend("size", 1)
	require.Equal(t, "warning digest-missing", states(s.check(t, "thing==1.0.0", "", Options{})))
	require.Contains(t, states(s.check(t, "thing==1.0.0 --hash=md5:"+strings.Repeat("0", 32), "", Options{})), "digest-weak")
	require.Contains(t, states(s.check(t, "thing==9.9.9"+hashOf(f), "", Options{})), "alarm missing")
	for _, l := range []string{"thing==1.0.0" + hashOf(f), "thing>=1", "-r gone.txt", "a @ https://x.example/a.whl", "--index-url https://user:secret@index.example/simple\nthing==1.0.0"} {
		r := s.check(t, l, "", Options{})
		raw, err := r.Write("json", "")
		require.NoError(t, err)
		require.NotContains(t, string(raw), "secret", "what an address carries beside its host is nobody's to show")
		for _, line := range r.Lines {
			for _, f := range line.Findings {
				require.NotEmpty(t, f.Text, fmt.Sprint(f))
				require.NotEmpty(t, f.Do, fmt.Sprint(f))
			}
		}
	}
}
