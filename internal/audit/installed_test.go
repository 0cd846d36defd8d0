package audit_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/audit"
	"touchstone/internal/corpus"
	"touchstone/internal/installed"
	"touchstone/internal/mint"
	"touchstone/internal/registry"
)

// unpacked is the folder that an installer makes of a package.
func unpacked(t *testing.T, r *result, strip string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, f := range r.Seen.Artifact.Contents.Files {
		data, err := archive.Open(r.Seen.Release.File.Contents, r.Seen.Artifact.Answer.Body, f, 1<<30)
		require.NoError(t, err)
		out[strings.TrimPrefix(f.Path, strip)] = data
	}
	return out
}

func compareWith(r *result, folder map[string][]byte, partial string) installed.Comparison {
	var found []installed.File
	for _, path := range slices.Sorted(maps.Keys(folder)) {
		f := archive.Describe(path, folder[path])
		found = append(found, installed.File{Path: path, Size: f.Size, SHA256: sumOf(f)})
	}
	p := installed.Package{
		Contents: r.Seen.Artifact.Contents, Bytes: r.Seen.Artifact.Answer.Body, Read: r.Seen.Release.File.Contents,
		Rules: r.Seen.Release.File.Rules, Finder: audit.FinderOf(r.Report.Type),
	}
	return p.Compare(found, partial, folder)
}

// One changed, one missing and one extra file are each found; what is whole is
// said to be.
func TestInstalledFolders(t *testing.T) {
	for name, c := range map[string]struct {
		r             *result
		strip, change string
	}{
		"a module": {run(t, snapshot(t), errorsRef), "github.com/pkg/errors@v0.9.1/", "errors.go"},
		"npm":      {run(t, npmWorld(t, "1.0.0", ""), "npm:sigstore@1.0.0"), "package/", "package.json"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := unpacked(t, c.r, c.strip)
			whole := compareWith(c.r, folder, "")
			require.True(t, whole.As())
			require.Empty(t, whole.Differences)
			require.Equal(t, len(folder), whole.Same)
			for path := range folder {
				changed := maps.Clone(folder)
				changed[path] = append([]byte("x"), folder[path]...)
				require.Equal(t, []installed.Difference{{Path: path, State: installed.Changed}}, compareWith(c.r, changed, "").Differences)
				missing := maps.Clone(folder)
				delete(missing, path)
				require.Equal(t, []installed.Difference{{Path: path, State: installed.Missing}}, compareWith(c.r, missing, "").Differences)
				require.True(t, compareWith(c.r, missing, "only a part is copied").As())
			}
			extra := maps.Clone(folder)
			extra["evil.js"] = []byte("x")
			require.Equal(t, []installed.Difference{{Path: "evil.js", State: installed.Extra}}, compareWith(c.r, extra, "").Differences)
			require.False(t, compareWith(c.r, extra, "only a part is copied").As())
		})
	}
	t.Run("what old versions of npm write into package.json", func(t *testing.T) {
		r := run(t, npmWorld(t, "1.0.0", ""), "npm:sigstore@1.0.0")
		folder := unpacked(t, r, "package/")
		noted := maps.Clone(folder)
		noted["package.json"] = []byte(strings.Replace(string(folder["package.json"]), "{", `{"_from":"sigstore@1.0.0",`, 1))
		c := compareWith(r, noted, "")
		require.True(t, c.As())
		require.Contains(t, c.Differences[0].Known, "before version 7")
		noted["package.json"] = []byte(strings.Replace(string(folder["package.json"]), "{", `{"_from":"sigstore@1.0.0","gypfile":true,`, 1))
		require.False(t, compareWith(r, noted, "").As())
	})
	t.Run("a compiled cache is open", func(t *testing.T) {
		wheel := mint.Wheel{Name: "gold", Version: "1.0", Files: map[string]string{"gold/__init__.py": "x = 1\n"}}
		r := fresh(t, pypiServed{name: "gold", version: "1.0"}.one(wheel.File(), wheel.Bytes()).world(t), "pkg:pypi/gold@1.0")
		folder := unpacked(t, r, "")
		require.True(t, compareWith(r, folder, "").As())
		cached := maps.Clone(folder)
		cached["gold/__pycache__/__init__.cpython-312.pyc"] = []byte("code")
		c := compareWith(r, cached, "")
		require.False(t, c.As())
		require.True(t, c.Open())
		require.Contains(t, c.Differences[0].Known, "so it was not compared")
		for _, more := range []string{"gold/__pycache__/evil.cpython-312.pyc", "gold/evil.py", "gold/__init__.pyc"} {
			worse := maps.Clone(cached)
			worse[more] = []byte("code")
			require.False(t, compareWith(r, worse, "").Open(), more)
			require.False(t, compareWith(r, worse, "").As(), more)
		}
	})
	t.Run("nothing arrived", func(t *testing.T) {
		c := installed.Package{}.Compare([]installed.File{{Path: "a"}}, "", nil)
		require.False(t, c.As())
		require.True(t, c.Open())
		require.NotEmpty(t, c.Unread)
	})
}

func sumOf(f archive.File) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for _, c := range f.SHA256 {
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

// The packages of a folder are found wherever installers put them.
func TestFindPackages(t *testing.T) {
	manifest := func(name, version string) []byte {
		return []byte(`{"name":"` + name + `","version":"` + version + `"}`)
	}
	for name, c := range map[string]struct {
		root  string
		texts map[string][]byte
		paths []string // those that begin with ">" are links that lead out, with "<" others
		want  []string // reference, folder; of strays their paths
	}{
		"one package":         {"x/node_modules/a", map[string][]byte{"package.json": manifest("a", "1.0.0")}, nil, []string{"pkg:npm/a@1.0.0", ""}},
		"its inner manifests": {"x/node_modules/a", map[string][]byte{"package.json": manifest("a", "1.0.0"), "esm/package.json": manifest("b", "1.0.0")}, nil, []string{"pkg:npm/a@1.0.0", ""}},
		"node_modules":        {"x/node_modules", map[string][]byte{"a/package.json": manifest("a", "1.0.0"), "@s/b/package.json": manifest("@s/b", "2.0.0"), "a/node_modules/c/package.json": manifest("c", "3.0.0"), "a/lib/package.json": manifest("d", "1.0.0")}, nil, []string{"pkg:npm/%40s/b@2.0.0", "@s/b", "pkg:npm/a@1.0.0", "a", "pkg:npm/c@3.0.0", "a/node_modules/c"}},
		"no version":          {"a", map[string][]byte{"package.json": []byte(`{"name":"a"}`)}, nil, nil},
		"a module":            {"/home/me/go/pkg/mod/github.com/pkg/errors@v0.9.1", nil, []string{"errors.go", "a/b.go"}, []string{"pkg:golang/github.com/pkg/errors@v0.9.1", ""}},
		"the module cache":    {"/home/me/go/pkg/mod", nil, []string{"cache/download/x@v1.0.0/a", "github.com/!burnt!sushi/toml@v1.6.0/toml.go", "golang.org/x/mod@v0.42.0/LICENSE"}, []string{"pkg:golang/github.com/BurntSushi/toml@v1.6.0", "github.com/!burnt!sushi/toml@v1.6.0", "pkg:golang/golang.org/x/mod@v0.42.0", "golang.org/x/mod@v0.42.0"}},
		"a host of the cache": {"github.com", nil, []string{"pkg/errors@v0.9.1/errors.go"}, []string{"pkg:golang/github.com/pkg/errors@v0.9.1", "pkg/errors@v0.9.1"}},
		"the cache by name":   {"mod", nil, []string{"github.com/pkg/errors@v0.9.1/errors.go"}, []string{"pkg:golang/github.com/pkg/errors@v0.9.1", "github.com/pkg/errors@v0.9.1"}},
		"vendor":              {"vendor", map[string][]byte{"modules.txt": []byte("# github.com/pkg/errors v0.9.1\n## explicit\ngithub.com/pkg/errors\n# a.b/c v1.0.0 => ../c\n")}, nil, []string{"pkg:golang/github.com/pkg/errors@v0.9.1", "github.com/pkg/errors"}},
		"crates":              {"index.crates.io-1949cf8c6b5b557f", nil, []string{"serde-1.0.200/Cargo.toml", "serde-1.0.200/src/lib.rs", "x-2-1.0.0/Cargo.toml"}, []string{"pkg:cargo/serde@1.0.200", "serde-1.0.200", "pkg:cargo/x-2@1.0.0", "x-2-1.0.0"}},
		"what Node would load of no package": {"x/node_modules", map[string][]byte{"a/package.json": manifest("a", "1.0.0"), "evil/package.json": []byte(`{"name":"evil"}`), "c/package.json": manifest("c", "none")},
			[]string{"a/x.js", "b.js", "@s/d/index.mjs", "evil/run", "a/node_modules/e.node", ".bin/a", "<.bin/c", "<f", ".pnpm/lock.yaml", ".prisma/client/index.js", ".vite/deps/_metadata.json", ".package-lock.json", ".evil.js", ">linked", ">.bin/b", "lodash", "@s/socket.io"},
			[]string{"pkg:npm/a@1.0.0", "a", "b.js", "@s/d/index.mjs", "evil/run", ".evil.js", "linked", ".bin/b", "lodash", "@s/socket.io", "c/package.json", "evil/package.json", "open", ".bin/a", ".prisma/client/index.js", ".vite/deps/_metadata.json"}},
		"a replaced module in vendor": {"vendor", map[string][]byte{"modules.txt": []byte("# github.com/pkg/errors v0.9.1\n# a.b/c v1.0.0 => ../c\n")}, []string{"github.com/pkg/errors/errors.go", "a.b/c/c.go"}, []string{"pkg:golang/github.com/pkg/errors@v0.9.1", "github.com/pkg/errors", "a.b/c/c.go"}},
		"crates, vendored":            {"vendor", nil, []string{"serde-1.0.200/Cargo.toml", "serde-1.0.200/x/Cargo.toml", "evil/Cargo.toml", "evil/build.rs"}, []string{"pkg:cargo/serde@1.0.200", "serde-1.0.200", "evil/Cargo.toml"}},
		"a place with nothing":        {"/tmp", nil, []string{"a", "b/c"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			f := registry.Folder{Root: c.root, Texts: c.texts}
			for _, p := range append(c.paths, slices.Sorted(maps.Keys(c.texts))...) {
				p, out := strings.CutPrefix(p, ">")
				p, link := strings.CutPrefix(p, "<")
				f.Paths = append(f.Paths, p)
				if out {
					f.Out = append(f.Out, p)
				}
				if link {
					f.Links = append(f.Links, p)
				}
			}
			for _, p := range audit.Find(f) {
				if p.Open != "" {
					got = append(got, "open")
				}
				if p.Reference == "" {
					got = append(got, p.Files...)
				} else {
					got = append(got, p.Reference, p.Folder)
				}
			}
			require.Equal(t, c.want, got)
		})
	}
}

// TestInstalledByTheGoCommand compares what the go command unpacked here.
func TestInstalledByTheGoCommand(t *testing.T) {
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	require.NoError(t, err)
	dir := filepath.Join(strings.TrimSpace(string(out)), "github.com", "pkg", "errors@v0.9.1")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("this module is not in the module cache here")
	}
	_ = corpus.Path(t)
	folder := map[string][]byte{}
	require.NoError(t, filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		require.NoError(t, err)
		folder[filepath.ToSlash(rel)], err = os.ReadFile(p)
		return err
	}))
	require.Empty(t, compareWith(run(t, snapshot(t), errorsRef), folder, "").Differences)
}
