//go:build touchstone_testanchors

package audit_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"touchstone/internal/archive"
	"touchstone/internal/trust"
)

// A minted log has the checksum database's name and a key of the test's own.
type minted struct {
	signer  note.Signer
	key     string
	hashes  []tlog.Hash // stored hashes
	records int64
}

func mint(t testing.TB) *minted {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "sum.golang.org")
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	return &minted{signer: signer, key: public}
}

// anchors pin the minted log's key.
func (m *minted) anchors(t testing.TB) trust.Anchors {
	t.Helper()
	a, err := trust.WithTestAnchors(trust.TestAnchors{LogKeys: []string{m.key}, Taken: at})
	require.NoError(t, err)
	return a
}

func (m *minted) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = m.hashes[x]
		}
		return out, nil
	})
}

// add logs a record and returns its number.
func (m *minted) add(t testing.TB, record string) int64 {
	t.Helper()
	hashes, err := tlog.StoredHashes(m.records, []byte(record), m.reader())
	require.NoError(t, err)
	m.hashes = append(m.hashes, hashes...)
	m.records++
	return m.records - 1
}

// head is the signed head of the log as it is now.
func (m *minted) head(t testing.TB) []byte {
	t.Helper()
	hash, err := tlog.TreeHash(m.records, m.reader())
	require.NoError(t, err)
	text := tlog.FormatTree(tlog.Tree{N: m.records, Hash: hash})
	signed, err := note.Sign(&note.Note{Text: string(text)}, m.signer)
	require.NoError(t, err)
	return signed
}

// serve puts the log, as it is now, into a world.
func (m *minted) serve(t testing.TB, w world) {
	t.Helper()
	w[database+"latest"] = ok(m.head(t))
	for level := range 3 {
		n := m.records >> (8 * level)
		for i := int64(0); i<<8 < n; i++ {
			tile := tlog.Tile{H: 8, L: level, N: i, W: int(min(n-i<<8, 256))}
			data, err := tlog.ReadTileData(tile, m.reader())
			require.NoError(t, err)
			w[database+tile.Path()] = ok(data)
		}
	}
}

// A module is a minted module version.
type module struct {
	path, version string
	files         map[string]string
}

// zip writes the module zip; mod is its go.mod.
func (m module) zip(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range sortedKeys(m.files) {
		f, err := w.Create(m.path + "@" + m.version + "/" + name)
		require.NoError(t, err)
		_, err = f.Write([]byte(m.files[name]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return buf.Bytes()
}

// publish serves the module's documents and logs its digests.
func (m module) publish(t testing.TB, w world, log *minted) {
	t.Helper()
	raw := m.zip(t)
	contents, err := archive.Read(archive.Zip, raw, archive.Options{})
	require.NoError(t, err)
	h1 := func(files []archive.File) string {
		sum, err := archive.Hash1(files)
		require.NoError(t, err)
		return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
	}
	mod := []byte(m.files["go.mod"])
	record := fmt.Sprintf("%s %s %s\n%s %s/go.mod %s\n", m.path, m.version, h1(contents.Files), m.path, m.version, h1([]archive.File{archive.Describe("go.mod", mod)}))
	id := log.add(t, record)
	base := proxy + m.path + "/@v/" + m.version
	w[base+".zip"], w[base+".mod"] = ok(raw), ok(mod)
	w[base+".info"] = ok([]byte(`{"Version":"` + m.version + `"}`))
	w[database+"lookup/"+m.path+"@"+m.version] = ok([]byte(fmt.Sprintf("%d\n%s\n%s", id, record, log.head(t))))
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	for i := range keys {
		for j := i; j > 0 && keys[j] < keys[j-1]; j-- {
			keys[j], keys[j-1] = keys[j-1], keys[j]
		}
	}
	return keys
}

func hello() module {
	return module{"example.com/hello", "v1.0.0", map[string]string{
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
	log, w := mint(t), world{}
	hello().publish(t, w, log)
	log.serve(t, w)
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
	log, w := mint(t), world{}
	hello().publish(t, w, log)
	log.serve(t, w)
	r, err := try(w, "example.com/hello@v1.0.0")
	require.NoError(t, err)
	require.True(t, r.Report.Verdict.Failed)
}

func TestAForkIsAFailedVerdictWithBothHeads(t *testing.T) {
	log, w := mint(t), world{}
	other := &minted{signer: log.signer, key: log.key}
	hello().publish(t, w, log)
	other.add(t, "example.com/elsewhere v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	log.add(t, "example.com/more v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	log.serve(t, w)

	kept := map[string][]byte{"sum.golang.org": other.head(t)}
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
	log, w := mint(t), world{}
	hello().publish(t, w, log)
	log.serve(t, w)
	first := mintedRun(t, w, log, nil)
	require.Contains(t, string(first.Heads["sum.golang.org"]), "\n1\n")

	log.add(t, "example.com/more v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	grown := world{}
	for k, v := range w {
		grown[k] = v
	}
	log.serve(t, grown)
	second := mintedRun(t, grown, log, first.Heads)
	require.False(t, second.Report.Verdict.Failed)
	require.Contains(t, string(second.Heads["sum.golang.org"]), "\n2\n")

	// The old world again, as from a cache: consistent, and not a step back.
	third := mintedRun(t, grown.but(database+"latest", w[database+"latest"]), log, second.Heads)
	require.False(t, third.Report.Verdict.Failed)
	require.Equal(t, second.Heads, third.Heads)
}

func TestManifestConfusionIsAnAlarm(t *testing.T) {
	m := hello()
	m.files["go.mod"] = "module example.com/other\n"
	log, w := mint(t), world{}
	m.publish(t, w, log)
	log.serve(t, w)
	r := mintedRun(t, w, log, nil)
	require.False(t, r.Report.Verdict.Failed)
	require.Equal(t, [2]int{1, 1}, levels(r)["integrity"])
	require.NotEmpty(t, r.Report.Verdict.Alarms)
}

// TestServedManifestIsTheOneInside: both go.mod digests are logged, and yet
// they differ.
func TestServedManifestIsTheOneInside(t *testing.T) {
	m := hello()
	log, w := mint(t), world{}
	raw := m.zip(t)
	m.files["go.mod"] = "module example.com/hello\n\ngo 1.25\n"
	m.publish(t, w, log)
	// Log a record whose zip holds another go.mod than the one served.
	contents, err := archive.Read(archive.Zip, raw, archive.Options{})
	require.NoError(t, err)
	sum, err := archive.Hash1(contents.Files)
	require.NoError(t, err)
	modSum, err := archive.Hash1([]archive.File{archive.Describe("go.mod", []byte(m.files["go.mod"]))})
	require.NoError(t, err)
	record := fmt.Sprintf("example.com/hello v1.0.0 h1:%s\nexample.com/hello v1.0.0/go.mod h1:%s\n",
		base64.StdEncoding.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(modSum[:]))
	id := log.add(t, record)
	w[proxy+"example.com/hello/@v/v1.0.0.zip"] = ok(raw)
	w[database+"lookup/example.com/hello@v1.0.0"] = ok([]byte(fmt.Sprintf("%d\n%s\n%s", id, record, log.head(t))))
	log.serve(t, w)
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
			m.files[name] = "x"
			log, w := mint(t), world{}
			m.publish(t, w, log)
			log.serve(t, w)
			r := mintedRun(t, w, log, nil)
			require.True(t, strings.HasPrefix(outcome(t, r, "archive-sound"), "fail"), outcome(t, r, "archive-sound"))
			require.NotEqual(t, "met", string(status(t, r, "integrity-files").Status))
		})
	}
}
