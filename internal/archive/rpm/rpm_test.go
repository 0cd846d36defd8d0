package rpm

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/corpus"
	"touchstone/internal/mint"
)

// real are the corpus' packages, by file name.
func real(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, pattern := range []string{"rpm/*.rpm", "rpm/*/*.rpm", "eco/rpm/*.rpm", "eco/rpm/*/*/*/*.rpm", "eco/rpm/*/*/*/*/*.rpm"} {
		found, err := filepath.Glob(filepath.Join(corpus.Path(t), pattern))
		require.NoError(t, err)
		for _, name := range found {
			b, err := os.ReadFile(name)
			require.NoError(t, err)
			out[name] = b
		}
	}
	require.GreaterOrEqual(t, len(out), 25)
	return out
}

// wrong are those of them in which something is not in order.
var wrong = map[string]archive.ProblemKind{
	"hello-2.0-1.x86_64-signed-zero-at-7777-6.rpm": archive.Corrupt,
	"hello-2.0-1.x86_64-zero-at-4750-4.rpm":        archive.Directory,
	"hello-2.0-1.x86_64-signed-zero-at-5555-6.rpm": archive.Mismatch, // the SHA-256 of the header
}

// TestCorpus reads every real package to its end, and compares each file with the
// digest that the header states of it.
func TestCorpus(t *testing.T) {
	for name, b := range real(t) {
		p, err := Open(b)
		require.NoError(t, err, name)
		c, err := Read(b, archive.Options{})
		require.NoError(t, err, name)
		if kind := wrong[filepath.Base(name)]; kind != "" {
			require.NotEmpty(t, c.Problems, name)
			assert.Equal(t, kind, c.Problems[0].Kind, name)
			continue
		}
		require.Empty(t, c.Problems, name)
		require.True(t, c.Complete, name)
		files, err := p.Files()
		require.NoError(t, err, name)
		listed := 0
		for _, f := range files {
			if f.Regular() && !f.Ghost {
				listed++
			}
		}
		assert.Len(t, c.Files, listed, name)
	}
}

// TestAgainstRPM compares with rpm itself, where it is installed: name, version,
// release, architecture, digest of the payload, and every path with its digest.
func TestAgainstRPM(t *testing.T) {
	if _, err := exec.LookPath("rpm"); err != nil {
		t.Skip("rpm is not installed")
	}
	db := t.TempDir()
	query := func(args ...string) string {
		out, err := exec.Command("rpm", append([]string{"--dbpath", db, "-qp", "--nosignature", "--nodigest"}, args...)...).Output()
		require.NoError(t, err, args)
		return string(out)
	}
	for name, b := range real(t) {
		if strings.Contains(name, "v6") || strings.Contains(name, "derived") || strings.Contains(name, "hlinktest") {
			continue // newer than the rpm that is installed may be, or broken
		}
		p, err := Open(b)
		require.NoError(t, err)
		has := p.NEVRA()
		digest := ""
		if all := p.PayloadDigests(); len(all) > 0 {
			digest = all[0].Value
		}
		want := query("--qf", "%{NAME} %{EPOCHNUM} %{VERSION} %{RELEASE} %{ARCH} %|PAYLOADDIGEST?{%{PAYLOADDIGEST}}:{}|\n[%{FILENAMES} %{FILEDIGESTS} %{FILESIZES}\n]", name)
		got := strings.Join([]string{has.Name, has.Epoch, has.Version, has.Release, p.Header.Text(tagArch), digest}, " ") + "\n"
		files, err := p.Files()
		require.NoError(t, err)
		var lines strings.Builder
		for _, f := range files {
			lines.WriteString("/" + f.Path + " " + f.Digest + " " + strconv.FormatInt(f.Size, 10) + "\n")
		}
		assert.Equal(t, want, got+lines.String(), name)
	}
}

// TestMutants: whatever is changed, nothing panics, and what is read whole was in
// order.
func TestMutants(t *testing.T) {
	random := rand.New(rand.NewPCG(20261126, 1))
	file, _ := mint.NewRPM("gold", "1", "2", nil).Packed()
	for range 4000 {
		b := bytes.Clone(file)
		for range 1 + random.IntN(3) {
			b[random.IntN(len(b))] = byte(random.IntN(256))
		}
		c, err := Read(b[:len(b)-random.IntN(2)*random.IntN(len(b))], archive.Options{Limits: archive.Limits{Total: 1 << 20}})
		require.True(t, err != nil || c.Complete || len(c.Problems) > 0 || c.Left != "")
	}
}

// TestHostileHeaders: what a header claims costs no more than it has.
func TestHostileHeaders(t *testing.T) {
	file, _ := mint.NewRPM("gold", "1", "2", nil).Packed()
	at, main := bytes.Index(file, magic), bytes.LastIndex(file, magic)
	for name, change := range map[string]func(b []byte){
		"entries without end":    func(b []byte) { copy(b[at+8:], "\xff\xff\xff\xff") },
		"a store without end":    func(b []byte) { copy(b[at+12:], "\xff\xff\xff\xff") },
		"no entry":               func(b []byte) { copy(b[at+8:], "\x00\x00\x00\x00") },
		"an unknown type":        func(b []byte) { copy(b[at+20:], "\x00\x00\x00\x0a") },
		"values outside":         func(b []byte) { copy(b[at+24:], "\x00\xff\xff\xff") },
		"more values than bytes": func(b []byte) { copy(b[at+28:], "\x00\xff\xff\xff") },
		"a tag twice":            func(b []byte) { copy(b[main+introLen+entryLen:], b[main+introLen:main+introLen+4]) },
		"values that share bytes": func(b []byte) {
			copy(b[main+introLen+entryLen+8:], b[main+introLen+8:main+introLen+12])
		},
		"another magic number": func(b []byte) { b[at] = 0 },
	} {
		b := bytes.Clone(file)
		change(b)
		_, err := Open(b)
		assert.Error(t, err, name)
	}
	twice, _ := mint.RPM{Name: "gold", Tags: map[uint32]mint.RPMValue{1116: {Type: 4, Nums: []uint32{7}}, 1117: {Type: 8, Texts: []string{"a"}}}}.Packed()
	c, err := Read(twice, archive.Options{})
	require.NoError(t, err)
	require.Equal(t, archive.Directory, c.Problems[0].Kind)
}

// TestScripts: moments and triggers.
func TestScripts(t *testing.T) {
	file, _ := mint.RPM{Name: "gold", Script: "true\n", Tags: map[uint32]mint.RPMValue{
		1065: {Type: 8, Texts: []string{"one", "two"}}, 1092: {Type: 8, Texts: []string{"/bin/sh", "<lua>"}},
		1066: {Type: 8, Texts: []string{"a", "b", "c"}}, 1069: {Type: 4, Nums: []uint32{0, 1, 1}},
		1048: {Type: 4, Nums: []uint32{12, 8, 0, 1 << 24}}, 1049: {Type: 8, Texts: []string{"bash", "libc.so.6()(64bit)", "/bin/sh", "rpmlib(X)"}}, 1050: {Type: 8, Texts: []string{"5", "", "", "1"}},
	}}.Packed()
	p, err := Open(file)
	require.NoError(t, err)
	assert.Equal(t, []Script{
		{When: "after installing", Program: "/bin/sh", Text: "true\n"},
		{When: "when another package is installed or removed", Program: "/bin/sh", Text: "one", On: []string{"a"}},
		{When: "when another package is installed or removed", Program: "<lua>", Text: "two", On: []string{"b", "c"}},
	}, p.Scripts())
	assert.Equal(t, []Need{{Name: "bash", Asked: ">= 5", Literal: true}, {Name: "libc.so.6()(64bit)"}, {Name: "/bin/sh"}, {Name: "rpmlib(X)", Asked: " 1", OfRPM: true}}, p.Needs())
}

func FuzzRead(f *testing.F) {
	file, _ := mint.NewRPM("gold", "1", "2", nil).Packed()
	f.Add(file)
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Read(b, archive.Options{Limits: archive.Limits{Total: 1 << 20, Entries: 200}})
		if err != nil {
			return
		}
		require.True(t, c.Complete || len(c.Problems) > 0 || c.Left != "")
		p, err := Open(b)
		require.NoError(t, err)
		p.Scripts()
		p.Needs()
		p.About()
		p.NEVRA()
	})
}
