package lockfile

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/lockfile/lockfiletest"
)

// TestOddTexts: a mark of byte order and lines that end as on Windows change no
// pin; what is no text in UTF-8 is refused with a word.
func TestOddTexts(t *testing.T) {
	for _, s := range lockfiletest.All(made) {
		plain := said(t, s.Name, s.Text)
		require.Equal(t, plain, said(t, s.Name, "\ufeff"+strings.ReplaceAll(s.Text, "\n", "\r\n")), s.Name)
		utf16 := func(mark string, at int) string {
			var b strings.Builder
			b.WriteString(mark)
			for i := range len(s.Text) {
				two := [2]byte{}
				two[at] = s.Text[i]
				b.Write(two[:])
			}
			return b.String()
		}
		middle := strings.Index(s.Text, "\n") + 1
		for text, say := range map[string]string{
			utf16("\xff\xfe", 0): "UTF-16", utf16("\xfe\xff", 1): "UTF-16",
			s.Text[:middle] + "\x00" + s.Text[middle:]:                               "zero byte",
			s.Text[:middle] + "\xc3(" + s.Text[middle:]:                              "not a text in UTF-8",
			s.Text[:middle] + "<<<<<<< ours\n=======\n>>>>>>> x\n" + s.Text[middle:]: "merge conflict",
		} {
			_, err := Read(s.Name, []byte(text))
			require.ErrorContains(t, err, say, s.Name)
		}
	}
}

// TestKeyTwice: in no notation does the second take the first's place in silence.
func TestKeyTwice(t *testing.T) {
	for name, text := range map[string]string{
		"package-lock.json": `{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0","integrity":"x","integrity":"y"}}}`,
		"bun.lock":          `{"lockfileVersion":1,"workspaces":{},"packages":{"a":[],"a":[]}}`,
		"deno.lock":         `{"version":"5","npm":{"a@1.0.0":{},"a@1.0.0":{}}}`,
		"Pipfile.lock":      `{"_meta":{"pipfile-spec":6},"default":{"a":{},"a":{}}}`,
		"x.cdx.json":        `{"bomFormat":"CycloneDX","components":[],"components":[]}`,
		"x.spdx.json":       `{"spdxVersion":"SPDX-2.3","packages":[{"name":"a","name":"b"}]}`,
		"pnpm-lock.yaml":    "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: x}\n  a@1.0.0:\n    resolution: {integrity: y}\n",
		"yarn.lock":         "# yarn lockfile v1\na@1:\n  version \"1.0.0\"\n  integrity x\n  integrity y\n",
		"Cargo.lock":        "[[package]]\nname = 'a'\nname = 'b'\n",
		"uv.lock":           "version = 1\n[[package]]\nname = 'a'\nversion = '1'\nversion = '2'\n",
		"poetry.lock":       "[metadata]\ncontent-hash = \"x\"\ncontent-hash = \"y\"\n",
		"pdm.lock":          "[[package]]\nname = 'a'\nfiles = []\nfiles = []\n",
		"pylock.toml":       "lock-version = \"1.0\"\nlock-version = \"1.0\"\n",
	} {
		_, err := Read(name, []byte(text))
		require.Error(t, err, name)
	}
}

// TestHostileSizes: as much as is read is read; more, or what would take far more
// memory than its bytes, is refused, and in neither case is the memory unbounded.
func TestHostileSizes(t *testing.T) {
	line := func(i int) string {
		return fmt.Sprintf("example.org/m v0.0.%d h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg=\n", i)
	}
	var all strings.Builder
	for i := range Most {
		all.WriteString(line(i))
	}
	f, err := Read("go.sum", []byte(all.String()))
	require.NoError(t, err)
	require.Len(t, f.Pins, Most)

	wide := strings.Repeat("1,", mostValues)
	laughs := "lockfileVersion: '9.0'\na: &a {x: *a}\n"
	deep := strings.Repeat(`{"a":`, 1<<15)
	for say, doc := range map[string][2]string{
		"more than 3145728 values":   {"package-lock.json", `{"lockfileVersion":3,"packages":{},"x":[` + wide + `1]}`},
		"more than 3145728 values ":  {"bun.lock", `{"lockfileVersion":1,"workspaces":{},"x":[` + wide + `1]}`},
		"more than 3145728 values  ": {"Cargo.lock", "x = [" + wide + "1]\n"},
		"it holds more than":         {"pnpm-lock.yaml", "lockfileVersion: '9.0'\nx: [" + wide + "1]\n"},
		"at most":                    {"package-lock.json", `{"lockfileVersion":3,"packages":{"a":"` + strings.Repeat("x", 50<<20) + `"}}`},
		"anchor":                     {"pnpm-lock.yaml", laughs},
		"max depth":                  {"package-lock.json", `{"lockfileVersion":3,"packages":` + deep},
		"max depth ":                 {"x.cdx.json", `{"bomFormat":"CycloneDX","components":` + strings.Repeat(`[{"components":`, 1<<15)},
		"line 2: it nests deeper":    {"x.cdx.json", `{"bomFormat":"CycloneDX",` + "\n" + `"components":` + strings.Repeat(`[{"components":`, 101) + "[]" + strings.Repeat("}]", 101) + "}"},
	} {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Read(doc[0], []byte(doc[1]))
		runtime.ReadMemStats(&after)
		require.ErrorContains(t, err, strings.TrimSpace(say), doc[0])
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<30), "%s: %d MB", doc[0], (after.TotalAlloc-before.TotalAlloc)>>20)
	}

	// An entry with more digests than any version has files is not compared, and
	// said so.
	f, err = Read("requirements.txt", []byte("a==1"+strings.Repeat(" --hash=sha256:"+strings.Repeat("0", 64), mostDigests+1)+"\n"))
	require.NoError(t, err)
	require.Equal(t, NotRead, f.Pins[0].Kind)
	require.Contains(t, f.Pins[0].Why, "It lists 801 digests")

	// What would take ever longer with its size ends.
	folder := strings.Repeat("a/", 1<<20)
	for name, text := range map[string]string{
		"requirements.txt":  "a==1 \\\n" + strings.Repeat("\\\n", 1<<20) + "\n",
		"package-lock.json": `{"lockfileVersion":3,"packages":{"` + folder + `":{"dependencies":{"b":"1"}}}}`,
		"bun.lock":          `{"lockfileVersion":1,"workspaces":{"":{}},"packages":{"` + folder + `":["b@1.0.0","",{"dependencies":{"c":"1"}},"` + sri512 + `"]}}`,
	} {
		f, err := Read(name, []byte(text))
		require.NoError(t, err, name)
		require.Len(t, f.Pins, 1, name)
	}
}
