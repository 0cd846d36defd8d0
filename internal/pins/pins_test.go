//go:build touchstone_testanchors

package pins

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/lockfile"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

var at = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

const (
	proxy    = "https://proxy.golang.org/"
	database = "https://sum.golang.org/"
)

// project is a go.sum of n invented modules, and who answers for them.
func project(t *testing.T, n int) (*audit.Auditor, []string) {
	t.Helper()
	w, log := mint.World{}, mint.NewSumDB("sum.golang.org", "pins")
	var lines []string
	for i := range n {
		m := mint.Module{Path: fmt.Sprintf("example.com/m%d", i), Version: "v1.0.0",
			Files: map[string]string{"go.mod": fmt.Sprintf("module example.com/m%d\n", i), "a.go": "package m\n"}}
		m.Serve(w, proxy)
		log.Add(m.Path, m.Version, m.Lines())
		lines = append(lines, strings.Split(strings.TrimSpace(m.Lines()), "\n")...)
	}
	log.Serve(w, database)
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{LogKeys: []string{log.Key}, Taken: at})
	require.NoError(t, err)
	a, err := audit.New(audit.Options{Transport: w, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	return a, lines
}

func check(t *testing.T, a *audit.Auditor, lines, base []string, o Options) *Result {
	t.Helper()
	read := func(lines []string) *lockfile.File {
		if lines == nil {
			return nil
		}
		f, err := lockfile.ReadAll(one("go.sum", []byte(strings.Join(lines, "\n")+"\n")))
		require.NoError(t, err)
		return f
	}
	o.Time = at
	seen := map[int]bool{}
	r, err := Check(t.Context(), a, read(lines), read(base), o, func(i, of int, l Line) {
		require.False(t, seen[i], "each line once")
		seen[i] = true
		require.NotEmpty(t, l.State)
	})
	require.NoError(t, err)
	require.Len(t, seen, len(r.Lines))
	return r
}

func states(r *Result) string {
	var out []string
	for _, l := range r.Lines {
		s := string(l.State)
		for _, f := range l.Findings {
			s += " " + f.Rule
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// TestOneDigestFlipped: it fails at its line and nowhere else, at both depths.
func TestOneDigestFlipped(t *testing.T) {
	a, lines := project(t, 3)
	for _, depth := range []Depth{Records, Bytes} {
		r := check(t, a, lines, nil, Options{Depth: depth, Require: map[string]int{"integrity": 0}})
		require.Equal(t, "ok; ok; ok; ok; ok; ok", states(r), depth)
		require.False(t, r.Fails())
		for i := range lines {
			flipped := append([]string{}, lines...)
			at := strings.Index(flipped[i], "h1:") + 5
			flipped[i] = flipped[i][:at] + map[bool]string{true: "B", false: "A"}[flipped[i][at] == 'A'] + flipped[i][at+1:]
			r := check(t, a, flipped, nil, Options{Depth: depth})
			require.True(t, r.Fails())
			for j, l := range r.Lines {
				require.Equal(t, j == i, l.State == Failed, "%s: line %d flipped, line %d: %+v", depth, i+1, j+1, l)
			}
			require.Equal(t, i+1, r.Lines[i].Line)
		}
	}
}

func TestLevelsByDepth(t *testing.T) {
	a, lines := project(t, 1)
	require.Equal(t, Level{1, 2}, check(t, a, lines, nil, Options{Depth: Records}).Lines[0].Levels["integrity"])
	require.Equal(t, Level{2, 2}, check(t, a, lines, nil, Options{Depth: Bytes}).Lines[0].Levels["integrity"])
	r := check(t, a, lines, nil, Options{Depth: Records, Require: map[string]int{"integrity": 2}})
	require.Contains(t, states(r), "below-required")
	require.True(t, r.Fails())
}

// TestBase: only what was added or changed is audited.
func TestBase(t *testing.T) {
	a, lines := project(t, 3)
	old := append([]string{"example.com/gone v1.0.0 h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg="}, lines[:4]...)
	old[1] = strings.Replace(old[1], "v1.0.0", "v0.9.0", 1)
	r := check(t, a, lines, old, Options{Depth: Records})
	require.Equal(t, 3, r.Unchanged)
	require.Len(t, r.Lines, 3)
	require.Equal(t, []string{"example.com/gone v1.0.0"}, r.Removed)
	require.Equal(t, 1, r.Lines[0].Line)
}

// TestBaseSeesHow: an entry that is there already, under another name, changed by a
// patch, or with a file more that has no digest, is a new one.
func TestBaseSeesHow(t *testing.T) {
	const sri = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
	npm := func(more string) string {
		return `{"lockfileVersion":3,"packages":{"node_modules/evil":{"version":"1.0.0","integrity":"` + sri + `"}` + more + `}}`
	}
	pnpm := "lockfileVersion: '9.0'\npackages:\n  evil@1.0.0:\n    resolution: {integrity: " + sri + "}\n"
	uv := func(more string) string {
		return "version = 1\n[[package]]\nname = 'a'\nversion = '1.0'\nsource = { registry = 'https://pypi.org/simple' }\nwheels = [{ url = 'https://files.pythonhosted.org/packages/0a/0a/0a0a/a-1.0-py3-none-any.whl', hash = 'sha256:" + strings.Repeat("0a", 32) + "' }" + more + "]\n"
	}
	for _, c := range [][3]string{
		{"package-lock.json", npm(""), npm(`,"node_modules/lodash":{"name":"evil","version":"1.0.0","integrity":"` + sri + `"}`)},
		{"package-lock.json", npm(""), npm(`,"node_modules/x/node_modules/evil":{"version":"1.0.0","hasInstallScript":true,"integrity":"` + sri + `"}`)},
		{"pnpm-lock.yaml", pnpm, pnpm + "patchedDependencies:\n  evil@1.0.0: x.patch\n"},
		{"uv.lock", uv(""), uv(", { url = 'https://files.pythonhosted.org/packages/0a/0a/0a0a/a-1.0-py2-none-any.whl' }")},
	} {
		read := func(text string) *lockfile.File {
			f, err := lockfile.ReadAll(one(c[0], []byte(text)))
			require.NoError(t, err)
			return f
		}
		pins, _ := changed(read(c[2]), read(c[1]), &Result{})
		require.Len(t, pins, 1, c[2])
		pins, _ = changed(read(c[1]), read(c[1]), &Result{})
		require.Empty(t, pins, c[1])
	}
}

// TestAllow: an exception holds for its package and rule, until its day, and one
// that holds for nothing is told.
func TestAllow(t *testing.T) {
	a, lines := project(t, 1)
	lines = append(lines, "example.com/private v1.0.0 h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg=")
	for name, c := range map[string]struct {
		allow string
		fails bool
		note  string
	}{
		"none":            {`[]`, true, ""},
		"exact":           {`[{"purl":"pkg:golang/example.com/private@v1.0.0","check":"missing","reason":"ours"}]`, false, ""},
		"any version":     {`[{"purl":"pkg:golang/example.com/private","check":"missing","reason":"ours","until":"2026-11-01"}]`, false, ""},
		"ran out":         {`[{"purl":"pkg:golang/example.com/private","check":"missing","reason":"ours","until":"2026-10-31"}]`, true, "ran out"},
		"another package": {`[{"purl":"pkg:golang/example.com/other","check":"missing","reason":"ours"}]`, true, "matched nothing"},
		"another rule":    {`[{"purl":"pkg:golang/example.com/private","check":"too-young","reason":"ours"}]`, true, "matched nothing"},
	} {
		exceptions, err := ReadAllow([]byte(c.allow))
		require.NoError(t, err, name)
		r := check(t, a, lines, nil, Options{Depth: Records, Allow: exceptions})
		require.Equal(t, c.fails, r.Fails(), "%s: %s", name, states(r))
		require.Contains(t, strings.Join(r.Notes, " "), c.note, name)
	}
	for bad, say := range map[string]string{
		`{}`: "no list", `[{"purl":"x","check":"missing"}]`: "needs", `[{"purl":"x","check":"y","reason":"z"}]`: "which is none",
		`[{"purl":"x","check":"missing","reason":"z","until":"soon"}]`: "write a day", `[{"purl":"x","check":"missing","reason":"z","if":1}]`: `"if"`, `[`: "not JSON",
	} {
		_, err := ReadAllow([]byte(bad))
		require.ErrorContains(t, err, say)
	}
}

// TestStatic: what the file alone says, without asking anybody.
func TestStatic(t *testing.T) {
	a, _ := project(t, 0)
	f, err := lockfile.ReadAll(one("package-lock.json", []byte(`{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0","resolved":"git+https://x.example/a.git#1"},
"node_modules/b":{"resolved":"b","link":true,"dependencies":{"f":"1"},"dev":true,"optional":true},"node_modules/c":{"version":"1.0.0","resolved":"https://x.example/c.tgz"},"node_modules/d":{"version":"x y"},"node_modules/b/node_modules/f":{"version":"1.0.0","inBundle":true}}}`)))
	require.NoError(t, err)
	r, err := Check(t.Context(), a, f, nil, Options{Depth: Records, Time: at}, nil)
	require.NoError(t, err)
	require.Equal(t, []lockfile.Flag{lockfile.Development, lockfile.Optional}, r.Lines[1].Flags)
	require.Equal(t, "alarm source-git; ok; alarm source-address; open not-understood; note bundled", states(r))
	require.True(t, r.Fails())
}

// TestReplacedEntry is the case of a lock file in which one entry's digest and
// address were replaced by those of another tarball of the same name and version
// (openai/openai-cli 95): the registry's own signature over the version is right,
// and says nothing of it.
func TestReplacedEntry(t *testing.T) {
	repo := mint.NewNPM("pins", at.AddDate(0, -1, 0))
	p := mint.NewNPMPackage(repo, "gold", "1.0.0", "https://github.com/example/gold", "0123456789012345678901234567890123456789")
	w := mint.World{}
	p.Serve(w, "https://registry.npmjs.org/")
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: repo.TrustedRoot(), NPMKeys: repo.Keys(), Taken: at})
	require.NoError(t, err)
	a, err := audit.New(audit.Options{Transport: w, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	sum := sha512.Sum512(p.Tgz())
	integrity := "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	for name, c := range map[string]struct{ integrity, resolved, want string }{
		"as published": {integrity, "https://registry.npmjs.org/gold/-/gold-1.0.0.tgz", "ok"},
		"replaced":     {"sha512-" + strings.Repeat("A", 86) + "==", "https://hostile.example/gold/-/gold-1.0.0.tgz", "failed pin-agrees address-outside"},
	} {
		f, err := lockfile.ReadAll(one("package-lock.json", []byte(fmt.Sprintf(`{"lockfileVersion":3,"packages":{"node_modules/gold":{"version":"1.0.0","resolved":%q,"integrity":%q}}}`, c.resolved, c.integrity))))
		require.NoError(t, err)
		r, err := Check(t.Context(), a, f, nil, Options{Depth: Records, Time: at}, nil)
		require.NoError(t, err)
		require.Equal(t, c.want, states(r), name)
	}
}

// TestSeveralDigests: one that agrees does not answer for the others.
func TestSeveralDigests(t *testing.T) {
	a, lines := project(t, 1)
	f, err := lockfile.ReadAll(one("go.sum", []byte(lines[0]+"\n")))
	require.NoError(t, err)
	more := f.Pins[0].Ref.Digests[0]
	more.Value = strings.Repeat("00", 32)
	f.Pins[0].Ref.Digests = append(f.Pins[0].Ref.Digests, more)
	r, err := Check(t.Context(), a, f, nil, Options{Depth: Bytes, Time: at}, nil)
	require.NoError(t, err)
	require.Equal(t, "open not-answered", states(r))
	require.True(t, r.Fails())
}

// TestEnded: what an earlier check answered is taken as it is, unless it was not
// answered; what was not reached is open, in every form.
func TestEnded(t *testing.T) {
	a, lines := project(t, 2)
	full := check(t, a, lines, nil, Options{Depth: Records})
	var before []Line
	for i, l := range full.Lines {
		l.At = "2026-10-31T00:00:00Z"
		l.Findings = append(l.Findings, Finding{Rule: "bundled", State: Note, Text: "Said before."})
		switch i {
		case 1:
			l.State = Open
		case 2:
			l.Reference = "pkg:golang/example.com/other@v1.0.0"
		}
		before = append(before, l)
	}
	waiting := 0
	r := check(t, a, lines, nil, Options{Depth: Records, Answered: before, Begun: func(r *Result) {
		for _, l := range r.Lines {
			require.Empty(t, l.State)
			waiting++
		}
	}})
	require.Equal(t, 4, waiting)
	for i, l := range r.Lines {
		require.Equal(t, i == 0 || i == 3, l.At != "" && l.has("Said before."), i)
	}
	require.Contains(t, strings.Join(r.Notes, " "), "earlier check, each at the time beside it: 2 lines")

	raw, err := json.Marshal(r)
	require.NoError(t, err)
	var part Result
	require.NoError(t, json.Unmarshal(raw, &part))
	part.Lines[1].State = ""
	part.End()
	require.Equal(t, 1, part.Counts[Open])
	require.True(t, part.Fails())
	require.Equal(t, r.Levels, part.Levels)
	part.Lines[0].Name = "<script>x</script>"
	page, err := part.Write("html", "https://stone.example")
	require.NoError(t, err)
	require.NotContains(t, string(page), "<script")
	require.Contains(t, string(page), `href="https://stone.example/#pkg:golang/`)
	require.Contains(t, string(page), "1 not answered")
}

// TestFormats: each is read again by a reader of its kind, and hostile names
// stay data.
func TestFormats(t *testing.T) {
	a, lines := project(t, 1)
	r := check(t, a, append(lines, "example.com/private v1.0.0 h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg="), nil, Options{Depth: Records})
	r.Lines[0].Name, r.Lines[0].Key = "=cmd|'<b>\x1b[31m\"&", "a[0]"
	r.Lines[1].Name, r.Lines[1].Version = "a;=b;\uff1dc", "[see](https://evil.example)\\[\u3164"
	for _, format := range Formats {
		raw, err := r.Write(format, "https://stone.example")
		require.NoError(t, err)
		require.NotContains(t, string(raw), "\x1b", format)
		again, err := r.Write(format, "https://stone.example")
		require.NoError(t, err)
		require.True(t, bytes.Equal(raw, again), format)
	}
	_, err := r.Write("pdf", "")
	require.ErrorContains(t, err, "known are")

	raw, err := r.CSV()
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	require.Equal(t, []string{"state", "file", "line", "name"}, rows[0][:4])
	require.Equal(t, []string{"integrity", "accountability", "rules", "text"}, rows[0][9:])
	require.True(t, strings.HasPrefix(rows[1][3], "'="), "no formula")
	require.Equal(t, "a;'=b;'\uff1dc", rows[2][3], "nor where semicolons part cells")
	require.Equal(t, `[see](https://evil.example)\[\u3164`, rows[2][4])
	raw, err = r.JUnit()
	require.NoError(t, err)
	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
			} `xml:"failure"`
		} `xml:"testcase"`
	}
	require.NoError(t, xml.Unmarshal(raw, &suite))
	require.Equal(t, 3, suite.Tests)
	require.Equal(t, 1, suite.Failures)
	require.NotNil(t, suite.Cases[2].Failure)
	require.Contains(t, suite.Cases[0].Name, "<b>")

	raw, err = r.SARIF()
	require.NoError(t, err)
	var sarif struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Locations []struct {
					PhysicalLocation struct{ Region struct{ StartLine int } }
				}
				PartialFingerprints map[string]string
			}
		}
	}
	require.NoError(t, json.Unmarshal(raw, &sarif))
	require.Equal(t, "2.1.0", sarif.Version)
	result := sarif.Runs[0].Results[0]
	require.Len(t, sarif.Runs[0].Results, 1)
	require.Equal(t, result.RuleID, sarif.Runs[0].Tool.Driver.Rules[result.RuleIndex].ID)
	require.Equal(t, 3, result.Locations[0].PhysicalLocation.Region.StartLine)
	// Lines move, the finding stays the same one.
	r.Lines[2].Line = 99
	moved, err := r.SARIF()
	require.NoError(t, err)
	require.Contains(t, string(moved), result.PartialFingerprints["pin/v1"])
}

// TestRulesAreKnown: a finding's rule is described, and says what to do.
func TestRulesAreKnown(t *testing.T) {
	rules, err := Rules()
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, r := range rules {
		require.False(t, seen[r.ID], r.ID)
		seen[r.ID] = true
		require.NotEmpty(t, r.Means, r.ID)
		require.NotEmpty(t, r.Do, r.ID)
		require.Contains(t, States, r.State)
	}
	for _, rule := range byKind {
		require.True(t, seen[rule], rule)
	}
	for _, rule := range first {
		require.True(t, seen[rule], rule)
	}
	require.True(t, seen["pin-agrees"])
}

// one is a document alone.
func one(name string, doc []byte) []lockfile.Document {
	return []lockfile.Document{{Name: name, Text: doc}}
}
