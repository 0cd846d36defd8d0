package jar_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/corpus"
	"touchstone/internal/digest"
	"touchstone/internal/jar"
	"touchstone/internal/mint"
)

// A member is one entry of an archive that is put together as it is.
type member struct{ name, body string }

func packed(t *testing.T, members []member) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, m := range members {
		w, err := z.Create(m.name)
		require.NoError(t, err)
		_, err = io.WriteString(w, m.body)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

// accepted tells how many files a signature of an archive covers that can be read in
// one way only; below zero where nothing does.
func accepted(raw []byte) int {
	docs, bodies := map[string]*bytes.Buffer{}, map[string][]byte{}
	contents, err := archive.Read(archive.Zip, raw, archive.Options{Inspect: func(name string, _ int64) io.Writer {
		docs[name] = &bytes.Buffer{}
		return docs[name]
	}})
	if err != nil || !contents.Complete || len(contents.Problems) > 0 {
		return -1
	}
	var files []string
	for _, f := range contents.Files {
		files = append(files, f.Path)
		bodies[f.Path] = docs[f.Path].Bytes()
	}
	covered := map[string]bool{}
	all := jar.Verify(bodies, files, func(file, kind string) (string, bool) {
		h := digest.NewHasher(kind)
		_, _ = h.Write(bodies[file])
		return h.Sums()[kind], h.Sums()[kind] != ""
	})
	for _, s := range all {
		if s.Err != nil {
			return -1
		}
		for _, f := range s.Covers {
			covered[f] = true
		}
	}
	if len(all) == 0 {
		return -1
	}
	return len(covered)
}

// bent is an archive with one thing changed, of the many ways there are.
func bent(random *rand.Rand, from []member) []member {
	out := slices.Clone(from)
	i := random.IntN(len(out))
	flip := func(s string) string {
		raw := []byte(s)
		if len(raw) > 0 {
			raw[random.IntN(len(raw))] ^= 1 << random.IntN(8)
		}
		return string(raw)
	}
	line := func(s string) string { // one line of a document goes, comes twice, or moves
		lines := strings.SplitAfter(s, "\n")
		at, to := random.IntN(len(lines)), random.IntN(len(lines))
		switch random.IntN(4) {
		case 0:
			return strings.Join(slices.Delete(lines, at, at+1), "")
		case 1:
			return strings.Join(slices.Insert(lines, to, lines[at]), "")
		case 2:
			return strings.Join(slices.Insert(lines, to, []string{"\r\n", "\n", " x\r\n", "X: y\r\n", "Name: b\r\n", "SHA-256-Digest: AAAA\r\n", "\r", "X: " + strings.Repeat("y", 506+random.IntN(6)) + "\r\n", "X: \x00\r\n", "X: \xc3\r\n \xa9\r\n", "Magic: x\r\n", "Multi-Release: true\r\n"}[random.IntN(12)]), "")
		}
		lines[at], lines[to] = lines[to], lines[at]
		return strings.Join(lines, "")
	}
	switch random.IntN(9) {
	case 0, 1:
		out[i].body = flip(out[i].body)
	case 2, 3, 4:
		for !strings.HasSuffix(out[i].name, "F") { // manifest and signature file
			i = random.IntN(len(out))
		}
		out[i].body = line(out[i].body)
	case 5:
		out = slices.Delete(out, i, i+1)
	case 6:
		out = append(out, member{[]string{"b", "META-INF/B.SF", "META-INF/SIG-B.EC", out[i].name, strings.ToLower(out[i].name), "./" + out[i].name, "META-INF/services/b", "META-INF/versions/9/a/One.class", "meta-inf/MANIFEST.MF", "META-INF/Manifest.mf", "META-INF/MINT.DSA", out[i].name + "\x00", "/" + out[i].name}[random.IntN(13)], out[i].body})
	case 7:
		j := random.IntN(len(out))
		out[i].body, out[j].body = out[j].body, out[i].body
	case 8:
		out[i].name = []string{strings.ToLower(out[i].name), out[i].name + "x", "a/" + out[i].name, flip(out[i].name)}[random.IntN(4)]
	}
	return out
}

// TestJava: no archive counts as signed here that Java refuses, or of which Java
// finds fewer files signed. The archives are signed by Java's own tool and by our
// fixture, and bent: 150 of them, TOUCHSTONE_ALL=1 tries 6,000, SEED=N the same again.
func TestJava(t *testing.T) {
	for _, tool := range []string{"java", "keytool", "jarsigner"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed here (a JDK has it), so nothing was compared with Java", tool)
		}
	}
	seed, count := corpus.Seed(t), 150
	if corpus.Whole() {
		count = 6000
	}
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	inside := map[string]string{"a/One.class": strings.Repeat("one", 400), "a/Two.class": "two", "META-INF/services/a": "a.One\n"}
	whole := [][]member{byTool(t, dir, "EC", inside), byTool(t, dir, "DSA", inside)}
	for _, digests := range [][]string{{"SHA-256"}, {"SHA-384"}, {"SHA1", "SHA-512"}, {"SHA1"}} {
		s := mint.NewJarSigner("Goldleaf", time.Now())
		s.Digests, s.OfFiles = digests, digests
		whole = append(whole, ordered(s.Sign(inside)))
	}
	var names []string
	var ours []int
	for i := range count + len(whole) {
		members := whole[i%len(whole)]
		for range min(i/len(whole), 1) + random.IntN(2)*min(i/len(whole), 1) {
			members = bent(random, members)
		}
		raw := packed(t, members)
		if i >= len(whole) && random.IntN(10) == 0 { // the container itself, too
			raw[random.IntN(len(raw))] ^= 1 << random.IntN(8)
		}
		names = append(names, filepath.Join(dir, fmt.Sprintf("%d.jar", i)))
		require.NoError(t, os.WriteFile(names[i], raw, 0o600))
		ours = append(ours, accepted(raw))
	}
	list := filepath.Join(dir, "list")
	require.NoError(t, os.WriteFile(list, []byte(strings.Join(names, "\n")+"\n"), 0o600))
	said, err := exec.Command("java", "-XX:TieredStopAtLevel=1", filepath.Join("testdata", "Verify.java"), list).Output()
	require.NoError(t, err)
	theirs := strings.Fields(string(said))
	require.Len(t, theirs, len(ours))
	both, stricter := 0, 0
	for i := range ours {
		java, err := strconv.Atoi(theirs[i])
		require.NoError(t, err)
		require.LessOrEqual(t, ours[i], max(java, 0), "archive %d: covered here, and not for Java (%d)", i, java)
		switch {
		case ours[i] > 0:
			both++
		case java > 0:
			stricter++
		}
	}
	for i := range len(whole) - 1 {
		require.Equal(t, len(inside), ours[i], "archive %d is in order", i)
	}
	t.Logf("%d archives: %d count for both, %d for Java alone", len(ours), both, stricter)
}

// ordered has the manifest first, then what signs it.
func ordered(inside map[string]string) []member {
	var out []member
	for _, name := range slices.SortedFunc(maps.Keys(inside), func(a, b string) int {
		first := func(name string) int {
			return slices.Index([]string{"META-INF/MINT.EC", "META-INF/MINT.SF", jar.ManifestPath}, name)
		}
		return (first(b)-first(a))*100 + strings.Compare(a, b)
	}) {
		out = append(out, member{name, inside[name]})
	}
	return out
}

// byTool is an archive that Java's own tools signed.
func byTool(t *testing.T, dir, kind string, inside map[string]string) []member {
	t.Helper()
	store, file := filepath.Join(dir, "store"+kind), filepath.Join(dir, kind+".jar")
	require.NoError(t, os.WriteFile(file, packed(t, ordered(inside)), 0o600))
	for _, argv := range [][]string{
		{"keytool", "-genkeypair", "-keystore", store, "-storepass", "changeit", "-alias", "a", "-keyalg", kind, "-dname", "CN=Goldleaf", "-ext", "KU=digitalSignature"},
		{"jarsigner", "-keystore", store, "-storepass", "changeit", file, "a"},
	} {
		said, err := exec.Command(argv[0], append([]string{"-J-XX:TieredStopAtLevel=1"}, argv[1:]...)...).CombinedOutput()
		require.NoError(t, err, string(said))
	}
	z, err := zip.OpenReader(file)
	require.NoError(t, err)
	defer func() { _ = z.Close() }()
	var out []member
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		require.NoError(t, err)
		body, err := io.ReadAll(r)
		require.NoError(t, err)
		out = append(out, member{f.Name, string(body)})
	}
	return out
}
