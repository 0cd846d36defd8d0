//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// A minted log has the checksum database's name and a key of the test's own.
type minted struct{ *mint.SumDB }

func newLog() *minted { return &minted{mint.NewSumDB("sum.golang.org", "a log")} }

// anchors pin the minted log's key.
func (m *minted) anchors(t testing.TB) trust.Anchors {
	t.Helper()
	a, err := trust.WithTestAnchors(trust.TestAnchors{LogKeys: []string{m.Key}, Taken: at})
	require.NoError(t, err)
	return a
}

// publish serves a module and the log that holds it.
func (m *minted) publish(w world, one mint.Module) {
	m.Add(one.Path, one.Version, one.Lines())
	one.Serve(w, proxy)
	m.Serve(w, database)
}

func hello() mint.Module {
	return mint.Module{Path: "example.com/hello", Version: "v1.0.0", Files: map[string]string{
		"go.mod":      "module example.com/hello\n\ngo 1.26\n\nrequire example.com/other v1.2.3\n",
		"hello.go":    "package hello\n\n// #include <stdio.h>\nimport \"C\"\n",
		"add_amd64.s": "TEXT ·add(SB)\n",
		"SECURITY.md": "Write to security@example.com\n",
	}}
}

func mintedRun(t testing.TB, w world, log *minted, heads map[string][]byte) *result {
	t.Helper()
	o := options(w)
	o.Anchors, o.Heads = log.anchors(t), heads
	r, err := ask(context.Background(), "example.com/hello@v1.0.0", o)
	require.NoError(t, err)
	return r
}

func TestMintedModule(t *testing.T) {
	log, w := newLog(), world{}
	log.publish(w, hello())
	r := mintedRun(t, w, log, nil)
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
	texts := map[string]string{}
	for _, f := range r.Report.Topics {
		texts[f.Text] = strings.Join(f.Items, " ")
	}
	require.Contains(t, fmt.Sprint(texts), "hello.go")
	require.Contains(t, fmt.Sprint(texts), "add_amd64.s")
	require.Contains(t, fmt.Sprint(texts), "pkg:golang/example.com/other@v1.2.3")
	require.Contains(t, fmt.Sprint(texts), "SECURITY.md")
}

// TestTheCommittedKeyRefusesAMintedLog: a log with the right name and another
// key fails.
func TestTheCommittedKeyRefusesAMintedLog(t *testing.T) {
	log, w := newLog(), world{}
	log.publish(w, hello())
	r, err := try(w, "example.com/hello@v1.0.0")
	require.NoError(t, err)
	require.True(t, r.Report.Verdict.Failed)
}

func TestAForkIsAFailedVerdictWithBothHeads(t *testing.T) {
	log, w := newLog(), world{}
	other := newLog()
	log.publish(w, hello())
	other.Add("example.com/elsewhere", "v1.0.0", "example.com/elsewhere v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	log.Add("example.com/more", "v1.0.0", "example.com/more v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	log.Serve(w, database)

	kept := map[string][]byte{"sum.golang.org": other.Head()}
	r := mintedRun(t, w, log, kept)
	require.True(t, r.Report.Verdict.Failed)
	require.Equal(t, [2]int{0, 0}, levels(r)["integrity"])
	for _, f := range r.Report.Findings {
		if f.Check == "log-history" {
			require.Equal(t, "fail", string(f.Outcome))
			require.Contains(t, f.Facts["older head"], "go.sum database tree")
			require.Contains(t, f.Facts["newer head"], "go.sum database tree")
		}
	}
	require.Equal(t, kept, r.Heads, "a failed verdict moves no head forward")
}

func TestHeadsMoveForwardAndNeverBack(t *testing.T) {
	log, w := newLog(), world{}
	log.publish(w, hello())
	first := mintedRun(t, w, log, nil)
	require.Contains(t, string(first.Heads["sum.golang.org"]), "\n1\n")

	log.Add("example.com/more", "v1.0.0", "example.com/more v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	grown := world{}
	for k, v := range w {
		grown[k] = v
	}
	log.Serve(grown, database)
	second := mintedRun(t, grown, log, first.Heads)
	require.False(t, second.Report.Verdict.Failed)
	require.Contains(t, string(second.Heads["sum.golang.org"]), "\n2\n")

	// The old world again, as from a cache: consistent, and not a step back.
	third := mintedRun(t, grown.But(database+"latest", w[database+"latest"]), log, second.Heads)
	require.False(t, third.Report.Verdict.Failed)
	require.Equal(t, second.Heads, third.Heads)
}

func TestManifestConfusionIsAnAlarm(t *testing.T) {
	m := hello()
	m.Files["go.mod"] = "module example.com/other\n"
	log, w := newLog(), world{}
	log.publish(w, m)
	r := mintedRun(t, w, log, nil)
	require.False(t, r.Report.Verdict.Failed)
	require.Equal(t, [2]int{1, 1}, levels(r)["integrity"])
	require.NotEmpty(t, r.Report.Verdict.Alarms)
}

// TestServedManifestIsTheOneInside: both go.mod digests are logged, and yet
// they differ.
func TestServedManifestIsTheOneInside(t *testing.T) {
	m := hello()
	log, w := newLog(), world{}
	inside, _, _ := strings.Cut(m.Lines(), "\n")
	raw := m.Zip()
	m.Files["go.mod"] = "module example.com/hello\n\ngo 1.25\n"
	_, served, _ := strings.Cut(m.Lines(), "\n")
	m.Serve(w, proxy)
	w[proxy+"example.com/hello/@v/v1.0.0.zip"] = ok(raw)
	log.Add(m.Path, m.Version, inside+"\n"+served)
	log.Serve(w, database)
	r := mintedRun(t, w, log, nil)
	require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
	require.True(t, strings.HasPrefix(outcome(t, r, "name-inside"), "fail"), outcome(t, r, "name-inside"))
}

// TestHostileZips: each is logged, so only the archive itself is wrong.
func TestHostileZips(t *testing.T) {
	cases := map[string]string{
		"../../etc/passwd": "leads out", "HELLO.GO": "differs only in case", "sub/go.mod": "go.mod not at the root",
		"/abs": "absolute", `back\slash`: "backslash", "aux": "reserved name",
	}
	for name, why := range cases {
		t.Run(why, func(t *testing.T) {
			m := hello()
			m.Files[name] = "x"
			log, w := newLog(), world{}
			log.publish(w, m)
			r := mintedRun(t, w, log, nil)
			require.True(t, strings.HasPrefix(outcome(t, r, "archive-sound"), "fail"), outcome(t, r, "archive-sound"))
			require.NotEqual(t, "met", string(status(t, r, "integrity-files").Status))
		})
	}
}

// TestMintedMutants damages every byte of what is served of an invented module,
// and some of a log that fills more than one tile.
func TestMintedMutants(t *testing.T) {
	t.Parallel()
	log, w := newLog(), world{}
	log.publish(w, hello())
	for i := range 300 {
		log.Add("example.com/more", fmt.Sprint("v1.0.", i), fmt.Sprintf("example.com/more v1.0.%d %s", i, filler))
	}
	log.Serve(w, database)
	anchors := log.anchors(t)
	audit := func(w world) (*result, error) {
		o := options(w)
		o.Anchors = anchors
		return ask(t.Context(), "example.com/hello@v1.0.0", o)
	}
	base, err := audit(w)
	require.NoError(t, err)
	require.Equal(t, [2]int{2, 2}, levels(base)["integrity"])
	tiles := tilesRead(base, 100)
	require.GreaterOrEqual(t, len(tiles), 3)
	mutate(t, w, append(tiles,
		target{url: proxy + "example.com/hello/@v/v1.0.0.info"},
		target{url: proxy + "example.com/hello/@v/v1.0.0.mod", covered: true},
		target{url: proxy + "example.com/hello/@v/v1.0.0.zip"},
		target{url: database + "lookup/example.com/hello@v1.0.0"},
		target{url: database + "latest"},
	), audit)
}

// TestNativeAndWasmAgreeOnInventedPackages: the program that is served knows no
// invented key, and says so in the same words.
func TestNativeAndWasmAgreeOnInventedPackages(t *testing.T) {
	log, w := newLog(), world{}
	log.publish(w, hello())
	agree(t, w, "example.com/hello@v1.0.0")
	agree(t, w.But(database+"latest", page{Status: 500}), "example.com/hello@v1.0.0")
	p := package123(t)
	agree(t, p.world(), mintedRef)
	p.Attestations, p.Signers = nil, nil
	agree(t, p.world(), mintedRef)
	agree(t, wheel123(t).world(), mintedWheelRef)
}
