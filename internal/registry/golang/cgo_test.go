package golang

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
)

// cgoFiles are sources, hostile ones among them, and whether they import "C".
var cgoFiles = []struct {
	name, source string
	cgo          bool
}{
	{"alone", "package a\nimport \"C\"\n", true},
	{"without a last line end", "package a\nimport \"C\"", true},
	{"named", "package a\nimport _ \"C\"\n", true},
	{"in a group", "package a\nimport (\n\t\"fmt\"\n\t\"C\" // x\n)\n", true},
	{"in one line", "package a; import (\"fmt\"; \"C\")\n", true},
	{"behind a comment", "package a\n/* a ** */ import /*b*/ \"C\"\n", true},
	{"a preamble before it", "package a\n\n// #cgo LDFLAGS: -lm\n/* \" */\nimport \"C\"\n", true},
	{"escaped", "package a\nimport \"\\x43\"\n", true},
	{"raw", "package a\nimport `C`\n", true},
	{"raw with a carriage return", "package a\nimport `\rC`\r\n", true},
	{"a second import", "package a\nimport \"fmt\"\nimport \"C\"\n", true},
	{"a byte order mark", "\uFEFFpackage a\nimport \"C\"\n", true},
	{"a byte order mark before a comment", "\uFEFF// Copyright\npackage a\nimport \"C\"\n", true},
	{"a byte order mark alone", "\uFEFF\tpackage a\nimport \"C\"\n", true},
	{"in a comment", "package a\n// import \"C\"\n/*\nimport \"C\"\n*/\nfunc f() {}\n", false},
	{"in a string", "package a\nconst s = `\nimport \"C\"\n`\n", false},
	{"behind the imports", "package a\nvar x = \"C\"\n", false},
	{"another path", "package a\nimport \"C/D\"\n", false},
	{"no Go", "import \"C\"\n", false},
	{"empty", "", false},
}

func scan(source string, chunk int) bool {
	s := &cgoScanner{}
	for rest := source; rest != ""; {
		n := min(chunk, len(rest))
		_, _ = s.Write([]byte(rest[:n]))
		rest = rest[n:]
	}
	return s.found
}

func TestCgoIsFoundHoweverItIsWritten(t *testing.T) {
	for _, c := range cgoFiles {
		t.Run(c.name, func(t *testing.T) {
			for _, chunk := range []int{1, 2, 7, 1 << 20} {
				require.Equal(t, c.cgo, scan(c.source, chunk))
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), "a.go", c.source, parser.ImportsOnly)
			if err != nil {
				return
			}
			require.Equal(t, c.cgo, imports(parsed.Imports, "C"), "the Go parser must agree with this table")
		})
	}
}

// FuzzCgo: what the Go parser takes for a file that imports "C" is found.
func FuzzCgo(f *testing.F) {
	for _, c := range cgoFiles {
		f.Add(c.source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		parsed, err := parser.ParseFile(token.NewFileSet(), "a.go", source, parser.ImportsOnly)
		if err == nil && imports(parsed.Imports, "C") {
			require.True(t, scan(source, 3), "%q", source)
		}
	})
}

func imports(specs []*ast.ImportSpec, path string) bool {
	for _, s := range specs {
		if p, err := strconv.Unquote(s.Path.Value); err == nil && p == path {
			return true
		}
	}
	return false
}

func retracts(mod string) []*modfile.Retract {
	f, err := modfile.ParseLax("go.mod", []byte(mod), nil)
	if err != nil {
		return nil
	}
	return f.Retract
}

func TestToolchainIsRead(t *testing.T) {
	in := newInspector("example.com/m", "v1.0.0")
	in.goMod.WriteString("module example.com/m\ngo 1.26\ntoolchain go1.99.2\nrequire example.com/n v1.2.3\nrequire example.com/o v1.0.0 // indirect\n")
	inside := in.Inside(t.Context(), []archive.File{archive.Describe("example.com/m@v1.0.0/go.mod", in.goMod.Bytes())})
	require.Len(t, inside.Runs, 1)
	require.Contains(t, inside.Runs[0].What, `"go1.99.2"`)
	require.Equal(t, "GOTOOLCHAIN=local", inside.Runs[0].Stop)
	require.Equal(t, []registry.Ingredient{{Ref: "pkg:golang/example.com/n@v1.2.3", Kind: "requires"}, {Ref: "pkg:golang/example.com/o@v1.0.0", Kind: "indirect"}}, inside.Ingredients)
}

// TestReached: imports reach folders that "./..." does not.
func TestReached(t *testing.T) {
	const root = "example.com/m@v1.0.0/"
	var files []archive.File
	in := newInspector("example.com/m", "v1.0.0")
	for _, p := range []string{
		"a.s", "testdata/evil/x.syso", "_hid/h.go", "a/.b/c/x.swig", "x.swigcxx", "a/vendor/x.S",
		"a/vendor/b/x.syso", "vendor/b/x.go", "vendor/b/x.s", "a_test.go", "SECURITY.md", "go.mod",
	} {
		if w := in.Open(root+p, 10); w != nil && strings.HasSuffix(p, ".go") {
			_, err := io.WriteString(w, "package p\nimport \"C\"\n")
			require.NoError(t, err)
		}
		files = append(files, archive.File{Path: root + p})
	}
	in.goMod.WriteString("module example.com/m\n")
	inside := in.Inside(t.Context(), files)
	require.True(t, inside.Read)
	var got [][]string
	for _, r := range inside.Runs {
		require.Equal(t, "build", r.When)
		got = append(got, r.Files)
	}
	require.Equal(t, [][]string{{"_hid/h.go"}, {"a/.b/c/x.swig", "x.swigcxx"}, {"testdata/evil/x.syso"}, {"a.s", "a/vendor/x.S"}}, got)
	require.Equal(t, []string{"SECURITY.md"}, inside.Contact)
	require.Empty(t, inside.Undeclared)
}

// TestGoModNotRead: where go.mod cannot be read, or is not there, nothing is
// said to be absent.
func TestGoModNotRead(t *testing.T) {
	mod := []archive.File{{Path: "example.com/m@v1.0.0/go.mod"}}
	large := newInspector("example.com/m", "v1.0.0")
	require.Nil(t, large.Open(mod[0].Path, maxGoMod+1))
	require.False(t, large.Inside(t.Context(), mod).Read)

	broken := newInspector("example.com/m", "v1.0.0")
	broken.goMod.WriteString("require (")
	in := broken.Inside(t.Context(), mod)
	require.False(t, in.Read)
	require.NotEmpty(t, in.Unread)

	none := newInspector("example.com/m", "v1.0.0").Inside(t.Context(), []archive.File{{Path: "example.com/m@v1.0.0/a.go"}})
	require.True(t, none.Read)
	require.NotEmpty(t, none.Undeclared)

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	require.False(t, newInspector("example.com/m", "v1.0.0").Inside(cancelled, mod).Read)
}

// FuzzLookupLines: whatever stands in a lookup answer, each line read is one of
// its lines, word for word, and its digest has 32 bytes.
func FuzzLookupLines(f *testing.F) {
	f.Add("1\nexample.com/m v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\nnote")
	f.Add("\n\n")
	f.Fuzz(func(t *testing.T, answer string) {
		for _, l := range lines([]byte(answer)) {
			require.Contains(t, strings.Split(answer, "\n"), l.text)
			require.Len(t, l.value, 64)
		}
	})
}

// FuzzRetractions: the ordered intervals hold what a plain search finds.
func FuzzRetractions(f *testing.F) {
	f.Add("module m\nretract v1.0.0\nretract [v1.1.0, v1.3.0]\nretract [v1.2.0, v1.5.0]\n", "v1.4.0")
	f.Add("module m\nretract [v1.0.0, v1.9.0]\nretract v1.1.0\n", "v1.5.0")
	f.Fuzz(func(t *testing.T, mod, version string) {
		rs := retracts(mod)
		plain := false
		for _, r := range rs {
			plain = plain || semver.Compare(r.Low, version) <= 0 && semver.Compare(version, r.High) <= 0
		}
		require.Equal(t, plain, retractions(rs).hold(version), strconv.Quote(mod))
	})
}
