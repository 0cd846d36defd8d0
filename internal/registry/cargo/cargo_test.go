package cargo

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
)

func TestAddresses(t *testing.T) {
	require.NoError(t, fetch.CheckHosts(Registry{}.Hosts()))
	for name, want := range map[string]string{
		"a": "1/a", "Ab": "2/ab", "Hex": "3/h/hex", "cfg-if": "cf/g-/cfg-if", "zstd-sys": "zs/td/zstd-sys", "a_-9": "a_/-9/a_-9",
	} {
		assert.Equal(t, "https://index.crates.io/"+want, indexURL(name))
		at := located{name, "1.2.3-rc.1+b.7"}
		for _, address := range []string{indexURL(name), siteRequest(at).URL, at.request().URL} {
			u, err := url.Parse(address)
			require.NoError(t, err)
			assert.NoError(t, fetch.Allowed(Registry{}.Hosts(), u), address)
		}
	}
	for _, address := range []string{
		"https://index.crates.io/config.json", "https://crates.io/api/v1/me", "https://crates.io/api/v1/crates/serde/1.0.0/download",
		"https://static.crates.io/crates/a/b", "https://static.crates.io/db-dump.tar.gz", "https://index.crates.io/1/A",
	} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		assert.Error(t, fetch.Allowed(Registry{}.Hosts(), u), address)
	}
}

func TestNewest(t *testing.T) {
	for _, c := range []struct {
		want     string
		versions []entry
	}{
		{"", nil},
		{"1.10.0", []entry{{version: "1.10.0"}, {version: "1.9.0"}}},
		{"1.0.0", []entry{{version: "1.0.0"}, {version: "2.0.0-rc.1"}, {version: "3.0.0", yanked: true}}},
		{"2.0.0-rc.2", []entry{{version: "2.0.0-rc.2"}, {version: "2.0.0-rc.1"}, {version: "1.0.0", yanked: true}}},
		{"1.0.1", []entry{{version: "1.0.0", yanked: true}, {version: "1.0.1", yanked: true}}},
		{"1.0.0+b", []entry{{version: "1.0.0+a"}, {version: "1.0.0+b"}}},
	} {
		assert.Equal(t, c.want, newest(c.versions))
	}
}

// TestManifest: what compiling runs and pulls.
func TestManifest(t *testing.T) {
	const head = "[package]\nname = \"a\"\nversion = \" 1.0.0 \"\n"
	for name, c := range map[string]struct {
		doc                string
		script             string // build.rs, where it is there
		runs               []string
		required, optional map[string][]string
	}{
		"nothing":                  {doc: head},
		"found by itself":          {doc: head, script: "build.rs", runs: []string{"build.rs"}},
		"switched off":             {doc: head + "build = false\n", script: "build.rs"},
		"another file":             {doc: head + "build = \"make/it.rs\"\n", script: "build.rs", runs: []string{"make/it.rs"}},
		"several":                  {doc: head + "build = [\"a.rs\", \"b.rs\"]\n", runs: []string{"a.rs", "b.rs"}},
		"a procedural macro":       {doc: head + "[lib]\nproc-macro = true\n", runs: []string{"Cargo.toml"}},
		"a procedural macro, old":  {doc: head + "[lib]\nproc_macro = true\n", runs: []string{"Cargo.toml"}},
		"a procedural macro, type": {doc: head + "[lib]\ncrate-type = [\"proc-macro\"]\n", runs: []string{"Cargo.toml"}},
		"a native library":         {doc: head + "links = \"z\"\n", runs: []string{"Cargo.toml"}},
		"an old package":           {doc: "[project]\nname = \"a\"\nversion = \"1.0.0\"\nbuild = \"x.rs\"\n", runs: []string{"x.rs"}},
		"dependencies": {doc: head + `
[dependencies]
one = "1"
two = { version = "2", package = "deux" }
[build-dependencies]
one = "1.1"
[dev-dependencies]
no = "1"
[target.'cfg(unix)'.dependencies.three]
version = "3"
`, required: map[string][]string{"one": {"1", "1.1"}, "deux": {"2"}, "three": {"3"}}},
		"features": {doc: head + `
[features]
default = ["a", "b/x", "c?/x", "implicit"]
a = ["dep:d", "a"]
other = ["dep:e"]
[dependencies]
b = { version = "1", optional = true }
c = { version = "1", optional = true }
d = { version = "1", optional = true }
e = { version = "1", optional = true }
implicit = { version = "1", optional = true }
`, required: map[string][]string{"b": {"1"}, "d": {"1"}, "implicit": {"1"}}, optional: map[string][]string{"c": {"1"}, "e": {"1"}}},
	} {
		m, err := readManifest([]byte(c.doc))
		require.NoError(t, err, name)
		assert.Equal(t, "a 1.0.0", m.name+" "+m.version, name)
		var files []string
		for _, r := range m.runs(c.script) {
			files = append(files, r.Files...)
		}
		assert.Equal(t, c.runs, files, name)
		if c.required != nil {
			assert.Equal(t, c.required, m.required, name)
		}
		if c.optional != nil {
			assert.Equal(t, c.optional, m.optional, name)
		}
	}
	for _, broken := range []string{"[package", "a = 1\na = 2", "\x00", "[package]\nname = \"a\"\n[package]\n",
		strings.Repeat("a.", 1000) + "a = 1", "a = " + strings.Repeat("[", 1000)} {
		_, err := readManifest([]byte(broken))
		assert.Error(t, err, broken)
	}
}

// FuzzInside: whatever stands in the two documents, it is read without harm, and
// what is stated as read has a name.
func FuzzInside(f *testing.F) {
	f.Add([]byte("[package]\nname = \"a\"\nversion = \"1.0.0\"\n[features]\ndefault = [\"x\"]\n"), []byte(`{"git":{"sha1":"00"},"path_in_vcs":""}`))
	f.Add([]byte("a.b = [{}]"), []byte("[]"))
	at := located{"a", "1.0.0"}
	f.Fuzz(func(t *testing.T, manifest, vcs []byte) {
		i := newInspector(at, true)
		for name, doc := range map[string][]byte{"a-1.0.0/Cargo.toml": manifest, "a-1.0.0/.cargo_vcs_info.json": vcs} {
			if w := i.Open(name, int64(len(doc))); w != nil {
				_, err := w.Write(doc)
				require.NoError(t, err)
			}
		}
		in := i.Inside(context.Background(), []archive.File{{Path: "a-1.0.0/Cargo.toml"}, {Path: "a-1.0.0/.cargo_vcs_info.json"}})
		require.Len(t, in.Names, 3)
		require.Equal(t, in.Read, in.Unread == "")
		for _, each := range in.Ingredients {
			require.NotEmpty(t, each.Ref)
		}
	})
}

// FuzzIndex: a hostile index names no version of its own making.
func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"name":"a","vers":"1.0.0","cksum":"00","yanked":false}` + "\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		in := index{answer: fetch.Answer{State: fetch.Found, Body: body}}
		in.read("a")
		require.Equal(t, in.newest == "", len(in.entries) == 0)
		for _, e := range in.entries {
			require.True(t, exact(e.version))
			in.about(located{"a", e.version})
			in.recorded(located{"a", e.version})
		}
	})
}

// TestBuildScriptInAnotherCase: a disk that ignores case shows cargo its script.
func TestBuildScriptInAnotherCase(t *testing.T) {
	at := located{name: "a", version: "1.0.0"}
	for name, want := range map[string][]string{"build.rs": {"build.rs"}, "Build.RS": {"Build.RS"}, "src/build.rs": nil, "build.rs.txt": nil} {
		in := newInspector(at, true).Inside(t.Context(), []archive.File{{Path: at.root() + name}})
		var files []string
		for _, r := range in.Runs {
			files = append(files, r.Files...)
		}
		assert.Equal(t, want, files, name)
	}
}
