package maven

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
)

// zipped is an archive of these files.
func zipped(t testing.TB, files map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, files[name])
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.String()
}

func sumOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

func describing(g, a, v string) (string, string) {
	return "META-INF/maven/" + g + "/" + a + "/pom.properties", "groupId=" + g + "\nartifactId=" + a + "\nversion=" + v + "\n"
}

// looked is what an archive of these files says of itself.
func looked(t testing.TB, at coordinates, files map[string]string) registry.Inside {
	t.Helper()
	i := newInspector(at, &model{})
	contents, err := archive.Read(archive.Zip, []byte(zipped(t, files)), archive.Options{Inspect: i.Open})
	require.NoError(t, err)
	return i.Inside(t.Context(), contents.Files)
}

// TestNested: archives inside are opened, as deep as is read; each is named by what is
// written in it where it is called after that, with its digest, else by path and digest.
func TestNested(t *testing.T) {
	lib := func(g, a, v string, more map[string]string) string {
		files := map[string]string{}
		for name, body := range more {
			files[name] = body
		}
		name, body := describing(g, a, v)
		files[name] = body
		return zipped(t, files)
	}
	shadedName, shadedBody := describing("org.shaded", "inner", "5")
	deepest := lib("g", "deepest", "1", nil)
	deep := lib("g", "deep", "1", map[string]string{"lib/deepest-1.jar": deepest})
	plain := lib("g", "plain", "1.0", map[string]string{shadedName: shadedBody, "META-INF/services/a.B": "x", "native/x.so": "x", "deep-1.jar": deep})
	classified := lib("g", "native", "2", nil)
	other := zipped(t, map[string]string{"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\nPremain-Class: a.B\r\n\r\n"})
	renamed := lib("g", "renamed", "3", nil)
	broken := plain[:len(plain)-1]
	in := looked(t, coordinates{"g", "app", "1", "", "war"}, map[string]string{
		"WEB-INF/lib/plain-1.0.jar": plain, "WEB-INF/lib/native-2-linux.jar": classified, "WEB-INF/lib/agent.jar": other, "WEB-INF/lib/it.jar": renamed, "z/broken.jar": broken,
	})
	named := map[string][]string{}
	for _, i := range in.Ingredients {
		named[i.Kind] = append(named[i.Kind], i.Ref)
	}
	require.ElementsMatch(t, []string{
		"pkg:maven/g/plain@1.0?checksum=sha256:" + sumOf(plain), "pkg:maven/g/deep@1?checksum=sha256:" + sumOf(deep), "pkg:maven/g/deepest@1?checksum=sha256:" + sumOf(deepest),
		"pkg:maven/g/native@2?checksum=sha256:" + sumOf(classified) + "&classifier=linux&type=jar",
	}, named["holds"])
	require.ElementsMatch(t, []string{"pkg:maven/org.shaded/inner@5", "pkg:maven/g/renamed@3"}, named["bundles"])
	require.ElementsMatch(t, []string{"sha256:" + sumOf(other) + " WEB-INF/lib/agent.jar", "sha256:" + sumOf(renamed) + " WEB-INF/lib/it.jar", "sha256:" + sumOf(broken) + " z/broken.jar"}, named["unnamed"])
	require.Equal(t, "It holds archives that could not be opened here: z/broken.jar.", in.Undeclared)
	where := map[string][]string{}
	for _, r := range in.Runs {
		where[r.What[:12]] = r.Files
	}
	require.Equal(t, []string{"WEB-INF/lib/agent.jar!/META-INF/MANIFEST.MF"}, where["It is a Java"])
	require.Equal(t, []string{"WEB-INF/lib/plain-1.0.jar!/META-INF/services/a.B"}, where["Programs tha"])
	require.Equal(t, []string{"WEB-INF/lib/plain-1.0.jar!/native/x.so"}, where["It holds mac"])
}

// TestNestedBounds: what is too deep, too large or too many is named, and not opened.
func TestNestedBounds(t *testing.T) {
	at := coordinates{"g", "app", "1", "", "jar"}
	body := "x"
	for range 5 {
		body = zipped(t, map[string]string{"x.jar": body})
	}
	in := looked(t, at, map[string]string{"x.jar": body})
	require.Equal(t, "It holds archives that could not be opened here: x.jar!/x.jar!/x.jar!/x.jar.", in.Undeclared)
	bomb := zipped(t, map[string]string{"zeros": strings.Repeat("\x00", 1<<20)})
	i := newInspector(at, &model{})
	i.nest.left = 3 << 19
	contents, err := archive.Read(archive.Zip, []byte(zipped(t, map[string]string{"a.jar": bomb, "b.jar": bomb, "c.jar": bomb})), archive.Options{Inspect: i.Open})
	require.NoError(t, err)
	require.Equal(t, "It holds archives that could not be opened here: b.jar, c.jar.", i.Inside(t.Context(), contents.Files).Undeclared)
	require.Nil(t, i.nest.begin("large.jar", maxNestedArchive+1))
	i = newInspector(at, &model{})
	i.nest.entries = 3
	many := zipped(t, map[string]string{"META-INF/services/a": "", "META-INF/services/b": ""})
	contents, err = archive.Read(archive.Zip, []byte(zipped(t, map[string]string{"a.jar": many, "b.jar": many, "c.jar": many})), archive.Options{Inspect: i.Open})
	require.NoError(t, err)
	in = i.Inside(t.Context(), contents.Files)
	require.Equal(t, "It holds archives that could not be opened here: b.jar, c.jar.", in.Undeclared)
	require.Len(t, in.Runs[0].Files, 2)
}

// TestNestedDamaged: what is damaged costs as much as what is in order, and counts.
func TestNestedDamaged(t *testing.T) {
	// The checksum of the one file stands in its descriptor and in the directory.
	sum := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(make([]byte, 1<<20)))
	bomb := strings.ReplaceAll(zipped(t, map[string]string{"zeros": strings.Repeat("\x00", 1<<20)}), string(sum), "none")
	files := map[string]string{}
	for n := range 9 {
		files[string(rune('a'+n))+".jar"] = bomb
	}
	i := newInspector(coordinates{"g", "app", "1", "", "jar"}, &model{})
	i.nest.left = 5 << 19
	contents, err := archive.Read(archive.Zip, []byte(zipped(t, files)), archive.Options{Inspect: i.Open})
	require.NoError(t, err)
	require.Contains(t, i.Inside(t.Context(), contents.Files).Undeclared, "and 6 more")
	require.Equal(t, int64(1<<19), i.nest.left, "two were inflated")
	// Entries without files in the list: names that lead out.
	i = newInspector(coordinates{"g", "app", "1", "", "jar"}, &model{})
	i.nest.entries = 5
	astray := zipped(t, map[string]string{"../a": "", "../b": ""})
	contents, err = archive.Read(archive.Zip, []byte(zipped(t, map[string]string{"a.jar": astray, "b.jar": astray, "c.jar": astray, "d.jar": astray})), archive.Options{Inspect: i.Open})
	require.NoError(t, err)
	i.Inside(t.Context(), contents.Files)
	require.Equal(t, 1, i.nest.entries, "two were read")
}

// TestSources: a file of sources needs nothing, as long as there is no program in it.
func TestSources(t *testing.T) {
	at := coordinates{"g", "a", "1", "sources", "jar"}
	require.Equal(t, "It holds no program, so it needs no other package.", looked(t, at, map[string]string{"A.java": "class A {}"}).Needless)
	require.NotContains(t, looked(t, at, map[string]string{"A.class": "x"}).Needless, "no program")
}

// TestSingle: a file that is a program is told by its name.
func TestSingle(t *testing.T) {
	for extension, runs := range map[string]int{"exe": 1, "so": 1, "pom": 0, "json": 0} {
		require.Len(t, newInspector(coordinates{"g", "a", "1", "linux", extension}, &model{}).Inside(t.Context(), nil).Runs, runs, extension)
	}
}

// TestClassPath: what a manifest lets Java load with an archive is named.
func TestClassPath(t *testing.T) {
	in := looked(t, coordinates{"g", "a", "1", "", "jar"}, map[string]string{"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\nClass-Path: lib/b.jar http://example.com/\r\n c.jar\r\n\r\n"})
	require.Len(t, in.Runs, 1)
	require.Equal(t, []string{"Class-Path: lib/b.jar", "Class-Path: http://example.com/c.jar"}, in.Runs[0].Files)
}
