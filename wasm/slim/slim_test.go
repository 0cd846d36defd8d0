package main

import (
	"bytes"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadList(t *testing.T) {
	const good = `{"toolchain":"go1.26.8","absent":[],"modules":[{"path":"example.com/m","version":"v1.0.0","why":"w","files":[FILE]}]}`
	for name, tt := range map[string]struct{ file, want string }{
		"drop":                  {`{"path":"a/b.go","sha256":"","action":"drop"}`, ""},
		"keep":                  {`{"path":"a/b.go","sha256":"","action":"keep"}`, ""},
		"stub":                  {`{"path":"b.go","sha256":"","action":"stub","stub":"b.go.txt"}`, ""},
		"imports":               {`{"path":"b.go","sha256":"","action":"imports","imports":{"net/http":"x/http"}}`, ""},
		"without":               {`{"path":"b.go","sha256":"","action":"without","without":["f"]}`, ""},
		"faster":                {`{"path":"b.go","sha256":"","action":"faster","stub":"b.go.txt","without":["f"]}`, ""},
		"faster-without-file":   {`{"path":"b.go","sha256":"","action":"faster","without":["f"]}`, `action "faster" and stub "" do not go together`},
		"faster-without-any":    {`{"path":"b.go","sha256":"","action":"faster","stub":"b.go.txt"}`, `action "faster" and without [] do not go together`},
		"without-any-function":  {`{"path":"b.go","sha256":"","action":"without"}`, `action "without" and without [] do not go together`},
		"drop-without":          {`{"path":"b.go","sha256":"","action":"drop","without":["f"]}`, `action "drop" and without [f] do not go together`},
		"stub-without-file":     {`{"path":"b.go","sha256":"","action":"stub"}`, `action "stub" and stub "" do not go together`},
		"drop-with-stub":        {`{"path":"b.go","sha256":"","action":"drop","stub":"x"}`, `action "drop" and stub "x" do not go together`},
		"imports-without-any":   {`{"path":"b.go","sha256":"","action":"imports"}`, `action "imports" and imports map[] do not go together`},
		"unknown-action":        {`{"path":"b.go","sha256":"","action":"patch"}`, `unknown action "patch"`},
		"unknown-field":         {`{"path":"b.go","sha1":"","action":"drop"}`, `unknown field "sha1"`},
		"path-out-of-module":    {`{"path":"../b.go","sha256":"","action":"drop"}`, "not a clean one beneath the module's root"},
		"absolute-path":         {`{"path":"/b.go","sha256":"","action":"drop"}`, "not a clean one beneath the module's root"},
		"path-that-is-no-clean": {`{"path":"a//b.go","sha256":"","action":"drop"}`, "not a clean one beneath the module's root"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "list.json")
			require.NoError(t, os.WriteFile(file, []byte(strings.Replace(good, "FILE", tt.file, 1)), 0o644))
			_, err := readList(file)
			if tt.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestNewBuilderWantsAFolderInside(t *testing.T) {
	for _, out := range []string{"/tmp/x", "../x", ".", "", "build/../.."} {
		_, err := newBuilder(out)
		assert.ErrorContains(t, err, "is not a folder inside the module", out)
	}
}

// Every listed file says why it may go, through its module, and has the hash
// that was reviewed.
func TestListIsComplete(t *testing.T) {
	b, err := newBuilder("build/slim")
	require.NoError(t, err)
	assert.NotEmpty(t, b.list.Absent)
	for _, m := range b.list.Modules {
		assert.NotEmpty(t, m.Why, m.Path)
		for _, f := range m.Files {
			assert.Len(t, f.SHA256, 64, "%s: %s: run -relist", m.Path, f.Path)
			if f.Stub != "" {
				src, err := os.ReadFile(b.stubFile(f))
				require.NoError(t, err)
				formatted, err := format.Source(src)
				require.NoError(t, err)
				assert.Equal(t, string(formatted), string(src), "%s is not formatted", f.Stub)
			}
		}
	}
}

func TestPrune(t *testing.T) {
	m := Module{Path: "example.com/m", Version: "v1.0.0", Files: []File{
		{Path: "gone.go", Action: Drop, SHA256: hash([]byte("package m // gone"))},
		{Path: "http.go", Action: Imports, SHA256: hash([]byte("package m\n\nimport \"net/http\"\n")), Imports: map[string]string{"net/http": "x/http"}},
		{Path: "stays.go", Action: Keep, SHA256: hash([]byte("package m // stays"))},
		{Path: "stub.go", Action: Stub, SHA256: hash([]byte("package m // large")), Stub: "stub.go.txt"},
	}}
	files := func() map[string][]byte {
		return map[string][]byte{
			"gone.go":       []byte("package m // gone"),
			"http.go":       []byte("package m\n\nimport \"net/http\"\n"),
			"stays.go":      []byte("package m // stays"),
			"stub.go":       []byte("package m // large"),
			"unlisted.go":   []byte("package m // unlisted"),
			"m_test.go":     []byte("package m"),
			"testdata/a.go": []byte("package a"),
		}
	}
	b := &builder{root: t.TempDir(), list: &List{Modules: []Module{m}}}
	require.NoError(t, writeFile(b.stubFile(m.Files[3]), []byte("package m // stub")))

	t.Run("as-reviewed", func(t *testing.T) {
		got, err := b.prune(m, files())
		require.NoError(t, err)
		assert.Equal(t, map[string][]byte{
			"http.go":     []byte("package m\n\nimport \"x/http\"\n"),
			"stays.go":    []byte("package m // stays"),
			"stub.go":     []byte("package m // stub"),
			"unlisted.go": []byte("package m // unlisted"),
		}, got)
	})
	for _, f := range m.Files {
		t.Run("changed/"+f.Path, func(t *testing.T) {
			changed := files()
			for i := range changed[f.Path] {
				changed[f.Path][i] ^= 1
				_, err := b.prune(m, changed)
				require.ErrorContains(t, err, "pruning example.com/m@v1.0.0: "+f.Path+" hashes to")
				require.ErrorContains(t, err, "a version bump is a review")
				changed[f.Path][i] ^= 1
			}
		})
		t.Run("missing/"+f.Path, func(t *testing.T) {
			missing := files()
			delete(missing, f.Path)
			_, err := b.prune(m, missing)
			assert.ErrorContains(t, err, f.Path+" is listed and not there: a version bump is a review")
		})
	}
	t.Run("stub-not-there", func(t *testing.T) {
		_, err := (&builder{root: t.TempDir()}).prune(m, files())
		assert.ErrorIs(t, err, os.ErrNotExist)
	})
}

func TestRedirect(t *testing.T) {
	const src = "package m\n\nimport (\n\t\"fmt\"\n\t\"html/template\"\n\t\"net/http\"\n)\n\nvar text = \"net/http\" // \"net/http\"\n"
	both := map[string]string{"net/http": "s/http", "html/template": "s/template"}
	got, err := redirect("m.go", []byte(src), both)
	require.NoError(t, err)
	assert.Equal(t, "package m\n\nimport (\n\t\"fmt\"\n\t\"s/template\"\n\t\"s/http\"\n)\n\nvar text = \"net/http\" // \"net/http\"\n", string(got))

	for name, tt := range map[string]struct {
		src     string
		imports map[string]string
		want    string
	}{
		"not-imported":  {"package m\n\nimport \"fmt\"\n", both, "0 of 2 found"},
		"named":         {"package m\n\nimport h \"net/http\"\n", both, "only an import without a name"},
		"other-name":    {src, map[string]string{"net/http": "s/web"}, "one that ends alike"},
		"no-go-at-all":  {"<html>", both, "reading the imports of m.go"},
		"one-is-absent": {"package m\n\nimport \"net/http\"\n", both, "1 of 2 found"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := redirect("m.go", []byte(tt.src), tt.imports)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestDisable(t *testing.T) {
	const src = "package m\n\nvar table = []func() int{f, g}\n\nfunc f() int { return 1 }\n\nfunc g() int {\n\treturn f()\n}\n\nfunc (t T) f() int { return 2 }\n"
	const f, g = ` panic("f is left out: see wasm/slim/list.json");`, ` panic("g is left out: see wasm/slim/list.json");`
	got, err := disable("m.go", []byte(src), []string{"f"})
	require.NoError(t, err)
	want := strings.Replace(src, "{ return 1 }", "{"+f+" return 1 }", 1)
	assert.Equal(t, want, string(got))
	got, err = disable("m.go", []byte(src), []string{"g", "f"})
	require.NoError(t, err)
	assert.Equal(t, strings.Replace(want, "g() int {", "g() int {"+g, 1), string(got))

	_, err = disable("m.go", []byte(src), []string{"f", "h"})
	assert.ErrorContains(t, err, "1 of 2 found")
	_, err = disable("m.go", []byte("<html>"), []string{"f"})
	assert.ErrorContains(t, err, "reading the functions of m.go")
}

func TestHasten(t *testing.T) {
	const src = "package m\n\n// f is slow.\nfunc f() int { return 1 }\n\nfunc g() int {\n\treturn f()\n}\n\nfunc (t T) f() int { return 2 }\n"
	b := &builder{root: t.TempDir(), list: &List{}}
	f := File{Path: "p/m.go", Action: Faster, Stub: "m/fast.go.txt", Without: []string{"f"}}
	require.NoError(t, writeFile(b.stubFile(f), []byte("package m // ours")))
	pruned := map[string][]byte{"p/m.go": []byte(src)}
	require.NoError(t, b.hasten(f, []byte(src), pruned))
	assert.Equal(t, map[string][]byte{"p/m.go": []byte(strings.Replace(src, "func f() int { return 1 }", "", 1)), "p/fast.go": []byte("package m // ours")}, pruned)

	assert.ErrorContains(t, b.hasten(f, []byte(src), pruned), "the module has a file of that name")
	delete(pruned, "p/fast.go")
	f.Without = []string{"f", "h"}
	require.ErrorContains(t, b.hasten(f, []byte(src), pruned), "1 of 2 found")
	delete(pruned, "p/fast.go")
	f.Stub = "m/other.go.txt"
	assert.ErrorIs(t, b.hasten(f, []byte(src), pruned), os.ErrNotExist)
}

func TestReadModuleProvesTheZip(t *testing.T) {
	m := Module{Path: "example.com/m", Version: "v1.0.0"}
	file, h1 := zipOf(t, "example.com/m@v1.0.0/", map[string]string{"go.mod": "module example.com/m\n", "a/a.go": "package a\n"})
	got, err := readModule(m, file, h1)
	require.NoError(t, err)
	assert.Equal(t, map[string][]byte{"go.mod": []byte("module example.com/m\n"), "a/a.go": []byte("package a\n")}, got)

	_, err = readModule(m, file, "")
	assert.ErrorContains(t, err, "go.sum has no line for it")

	other, _ := zipOf(t, "example.com/m@v1.0.0/", map[string]string{"go.mod": "module example.com/m\n", "a/a.go": "package b\n"})
	_, err = readModule(m, other, h1)
	assert.ErrorContains(t, err, "the module cache is corrupt or was tampered with")

	foreign, foreignH1 := zipOf(t, "example.com/n@v1.0.0/", map[string]string{"go.mod": "module example.com/n\n"})
	_, err = readModule(m, foreign, foreignH1)
	assert.ErrorContains(t, err, `the zip holds "example.com/n@v1.0.0/go.mod"`)
}

func TestRehash(t *testing.T) {
	files := map[string][]byte{"a.go": []byte("a"), "b.go": []byte("b"), "c/c.go": []byte("c"), "a_test.go": []byte("t"), "README.md": []byte("r")}
	m := Module{Path: "example.com/m", Version: "v2.0.0", Files: []File{
		{Path: "a.go", Action: Keep, SHA256: hash([]byte("a"))},
		{Path: "old.go", Action: Drop, SHA256: hash([]byte("old"))},
		{Path: "*", Action: Drop},
	}}
	var said bytes.Buffer
	got, err := rehash(&said, m, files)
	require.NoError(t, err)
	assert.Equal(t, []File{
		{Path: "a.go", Action: Keep, SHA256: hash([]byte("a"))},
		{Path: "b.go", Action: Drop, SHA256: hash([]byte("b"))},
	}, got)
	assert.Equal(t, "example.com/m@v2.0.0: b.go is new or changed: review it\nexample.com/m@v2.0.0: old.go is gone\n", said.String())

	m.Files = []File{{Path: "*.go", Action: Stub, Stub: "x"}}
	_, err = rehash(&said, m, files)
	assert.ErrorContains(t, err, "the pattern *.go can only drop")
}

func TestInspect(t *testing.T) {
	stubs := map[string]bool{"example.com/m.Stub": true}
	const good = "# touchstone/wasm\n_rt0_wasm_js -> runtime.main\nruntime.main -> main.main\nmain.main -> example.com/m.Stubborn\nmain.main -> type:example.com/m.Stub <UsedInIface>\n"
	assert.NoError(t, inspect([]byte(good), stubs))

	for name, tt := range map[string]struct{ dump, want string }{
		"stub":                {good + "main.main -> example.com/m.Stub\n", "the stand-in example.com/m.Stub is (needed by main.main)"},
		"stub-in-interface":   {good + "main.main -> example.com/m.Stub <UsedInIface>\n", "the stand-in example.com/m.Stub is"},
		"reflection":          {good + "main.main -> reflect.Value.X <ReflectMethod>\n", "reflect.Value.X calls methods by name (needed by main.main)"},
		"reflection-and-more": {good + "main.main -> a.B <UsedInIface ReflectMethod>\n", "a.B calls methods by name"},
		"reflection-at-left":  {good + "a.B <UsedInIface> <ReflectMethod> -> fmt.Print\n", "a.B calls methods by name"},
		"nothing-said":        {"", "main.main is not among it"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorContains(t, inspect([]byte(tt.dump), stubs), tt.want)
		})
	}
}

func TestStubFunctions(t *testing.T) {
	b, err := newBuilder("build/slim")
	require.NoError(t, err)
	names, err := b.stubFunctions()
	require.NoError(t, err)
	for _, want := range []string{
		"github.com/in-toto/in-toto-golang/in_toto.isWritable",
		"github.com/go-openapi/validate.valueHelper.asInt64",
		"github.com/sigstore/rekor/pkg/generated/client/tlog.NewGetLogProofParamsWithContext",
		"github.com/sigstore/rekor/pkg/generated/client/tlog.(*GetLogInfoOK).GetPayload",
		"touchstone/wasm/slim/standin/http.(*Client).Do",
		"touchstone/wasm/slim/standin/http.NewRequest",
		"touchstone/wasm/slim/standin/idna.(*Profile).ToASCII",
		"touchstone/wasm/slim/standin/mail.ParseAddress",
		"touchstone/wasm/slim/standin/template.(*Template).Execute",
	} {
		assert.True(t, names[want], want)
	}
	for _, may := range []string{"idna.New", "regexp.MustCompile", "regexp.(*Regexp).Find"} {
		assert.False(t, names["touchstone/wasm/slim/standin/"+may], "it says that it may be linked")
	}
}

func TestRemoveOthers(t *testing.T) {
	dir := t.TempDir()
	stays, goes := filepath.Join(dir, "a", "stays.go"), filepath.Join(dir, "a", "goes.go")
	require.NoError(t, writeFile(stays, []byte("package a")))
	require.NoError(t, writeFile(goes, []byte("package a")))
	require.NoError(t, removeOthers(dir, map[string]bool{stays: true}))
	assert.FileExists(t, stays)
	assert.NoFileExists(t, goes)
}
