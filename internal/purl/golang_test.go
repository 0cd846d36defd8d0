package purl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

// form is one text that must be read, and as what. Guess tells that the
// reading must be said to be one.
type form struct {
	text, path, version string
	tag, subpath, file  string
	guess               bool
	candidates          string // separated by spaces
}

func testForms(t *testing.T, typ string, forms []form) {
	for _, f := range forms {
		t.Run(f.text, func(t *testing.T) {
			ref, err := Parse(" " + f.text + "\n")
			require.NoError(t, err)
			assert.Equal(t, typ, ref.Type)
			assert.Equal(t, f.path, ref.Path(), "path")
			assert.Equal(t, f.version, ref.Version, "version")
			assert.Equal(t, f.tag, ref.Tag, "tag")
			assert.Equal(t, f.subpath, ref.Subpath, "subpath")
			assert.Equal(t, f.file, ref.File, "file")
			assert.Equal(t, f.candidates, strings.Join(ref.Candidates, " "), "candidates")
			assert.Equal(t, f.guess, hasNote(ref, "guess"), "guess: %v", ref.Notes)
			assert.Equal(t, f.tag != "", hasNote(ref, "moving"), "moving: %v", ref.Notes)
			assert.False(t, hasNote(ref, "characters"))
			assert.Equal(t, f.text, ref.Pasted)

			again, err := Parse(ref.String())
			require.NoError(t, err, "%s", ref)
			assert.Equal(t, ref.Version, again.Version)
			assert.Equal(t, ref.String(), again.String())
		})
	}
}

func hasNote(ref Ref, kind string) bool {
	for _, n := range ref.Notes {
		if n.Kind == kind && n.Text != "" {
			return true
		}
	}
	return false
}

func TestGo(t *testing.T) {
	const mod = "golang.org/x/mod"
	note := mod + "/sumdb/note " + mod + "/sumdb " + mod
	testForms(t, Golang, []form{
		{text: "pkg:golang/golang.org/x/text@v0.30.0", path: "golang.org/x/text", version: "v0.30.0"},
		{text: "pkg:golang/golang.org/x/text@v0.30.0#unicode/norm", path: "golang.org/x/text", version: "v0.30.0", subpath: "unicode/norm"},
		{text: "PKG:Golang/golang.org/x/text", path: "golang.org/x/text"},
		{text: "pkg://golang/golang.org/x/text@0.30.0", path: "golang.org/x/text", version: "v0.30.0", guess: true},
		{text: "pkg:golang/github.com/Azure/azure-sdk-for-go@v68.0.0%2Bincompatible", path: "github.com/Azure/azure-sdk-for-go", version: "v68.0.0+incompatible"},
		{text: "pkg:golang/github.com/Azure/azure-sdk-for-go@v68.0.0+incompatible", path: "github.com/Azure/azure-sdk-for-go", version: "v68.0.0+incompatible"},
		{text: "pkg:golang/gopkg.in/yaml.v3@v3.0.1", path: "gopkg.in/yaml.v3", version: "v3.0.1"},
		{text: "pkg:golang/github.com/foo/bar/v2@v2.1.0", path: "github.com/foo/bar/v2", version: "v2.1.0"},
		{text: "pkg:golang/golang.org/x/mod@latest", path: mod, tag: "latest"},

		{text: "https://pkg.go.dev/golang.org/x/mod@v0.30.0/sumdb/note", path: mod, version: "v0.30.0", subpath: "sumdb/note"},
		{text: "https://pkg.go.dev/golang.org/x/mod/sumdb/note", path: mod + "/sumdb/note", candidates: note},
		{text: "https://pkg.go.dev/golang.org/x/mod?tab=versions", path: mod},
		{text: "https://pkg.go.dev/golang.org/x/mod@v0.30.0?tab=licenses#section", path: mod, version: "v0.30.0"},
		{text: "https://pkg.go.dev/golang.org/x/mod@v0.30.0#section-readme", path: mod, version: "v0.30.0"},
		{text: "http://pkg.go.dev/mod/golang.org/x/mod@v0.30.0/", path: mod, version: "v0.30.0"},
		{text: "pkg.go.dev/golang.org/x/mod@v0.30.0", path: mod, version: "v0.30.0"},
		{text: "https://pkg.geomys.dev/filippo.io/age@v1.2.1", path: "filippo.io/age", version: "v1.2.1", candidates: "filippo.io/age filippo.io"},
		{text: "https://pkg.go.dev/golang.org/x/mod/sumdb/note@v0.30.0", path: mod + "/sumdb/note", version: "v0.30.0", candidates: note},

		{text: "https://github.com/gorilla/mux", path: "github.com/gorilla/mux", guess: true},
		{text: "https://github.com/Gorilla/mux.git", path: "github.com/Gorilla/mux", guess: true},
		{text: "https://github.com/o/r/v2", path: "github.com/o/r/v2", guess: true},
		{text: "https://github.com/o/r/releases/tag/v1.2.3", path: "github.com/o/r", version: "v1.2.3", guess: true},
		{text: "https://github.com/o/r/releases/tag/v2.1.3", path: "github.com/o/r/v2", version: "v2.1.3", guess: true},
		{text: "https://github.com/o/r/releases/tag/sub%2Fdir%2Fv1.2.3", path: "github.com/o/r/sub/dir", version: "v1.2.3", guess: true},
		{text: "https://github.com/o/r/releases/tag/sub/v1.2.3", path: "github.com/o/r/sub", version: "v1.2.3", guess: true},
		{text: "https://github.com/o/r/releases/tag/nightly", path: "github.com/o/r", guess: true},
		{text: "https://github.com/o/r/tree/v1.2.3/cmd/x", path: "github.com/o/r", version: "v1.2.3", subpath: "cmd/x", guess: true},
		{text: "https://github.com/o/r/blob/main/README.md#usage", path: "github.com/o/r", subpath: "README.md", guess: true},
		{text: "https://github.com/o/r/commit/0123456789", path: "github.com/o/r", guess: true},
		{text: "https://github.com/o/r/issues", path: "github.com/o/r", guess: true},
		{text: "github.com/o/r/releases/tag/v1.2.3", path: "github.com/o/r", version: "v1.2.3", guess: true},
		{text: "https://gopkg.in/yaml.v3", path: "gopkg.in/yaml.v3"},

		{text: "https://proxy.golang.org/github.com/!azure/go-!x/@v/v1.2.3.info", path: "github.com/Azure/go-X", version: "v1.2.3"},
		{text: "https://proxy.golang.org/cached-only/golang.org/x/mod/@v/v0.30.0.zip", path: mod, version: "v0.30.0"},
		{text: "https://proxy.golang.org/golang.org/x/mod/@v/v0.30.0.mod", path: mod, version: "v0.30.0"},
		{text: "https://proxy.golang.org/o.org/x/@v/v1.0.0-!r!c1.mod", path: "o.org/x", version: "v1.0.0-RC1"},
		{text: "https://proxy.golang.org/golang.org/x/mod/@v/list", path: mod},
		{text: "https://proxy.golang.org/golang.org/x/mod/@latest", path: mod},
		{text: "https://sum.golang.org/lookup/github.com/!burnt!sushi/toml@v1.5.0", path: "github.com/BurntSushi/toml", version: "v1.5.0"},
		{text: "https://proxy.golang.org/sumdb/sum.golang.org/lookup/golang.org/x/mod@v0.30.0", path: mod, version: "v0.30.0"},

		{text: "golang.org/x/mod@v0.30.0", path: mod, version: "v0.30.0"},
		{text: "golang.org/x/mod@0.30.0", path: mod, version: "v0.30.0", guess: true},
		{text: "golang.org/x/mod@latest", path: mod, tag: "latest"},
		{text: "golang.org/x/text", path: "golang.org/x/text"},
		{text: "golang.org/x/mod/sumdb/note@v0.30.0", path: mod + "/sumdb/note", version: "v0.30.0", candidates: note},
		{text: "github.com/foo/bar/v2/cmd/x@v2.1.0", path: "github.com/foo/bar/v2", version: "v2.1.0", subpath: "cmd/x"},
		{text: "gopkg.in/yaml.v3/sub", path: "gopkg.in/yaml.v3", subpath: "sub"},
		{text: "go4.org/mem@v0.0.0-20240501181205-ae6ca9944745", path: "go4.org/mem", version: "v0.0.0-20240501181205-ae6ca9944745", candidates: "go4.org/mem go4.org"},
		{text: "github.com/docker/docker@v28.0.0+incompatible", path: "github.com/docker/docker", version: "v28.0.0+incompatible"},
		{text: "github.com/o/r/...", path: "github.com/o/r", guess: true},

		{text: "go get -u golang.org/x/mod@v0.30.0", path: mod, version: "v0.30.0"},
		{text: "$ go get golang.org/x/mod@latest", path: mod, tag: "latest"},
		{text: "go install golang.org/x/tools/cmd/stringer@v0.30.0", path: "golang.org/x/tools/cmd/stringer", version: "v0.30.0", candidates: "golang.org/x/tools/cmd/stringer golang.org/x/tools/cmd golang.org/x/tools"},
		{text: "go install github.com/o/r/cmd/x@v1", path: "github.com/o/r/cmd/x", tag: "v1", candidates: "github.com/o/r/cmd/x github.com/o/r/cmd github.com/o/r"},
		{text: "go run -tags x github.com/o/r@v1.0.0 arg -flag", path: "github.com/o/r", version: "v1.0.0"},
		{text: "go mod download -json golang.org/x/mod@v0.30.0", path: mod, version: "v0.30.0"},
		{text: "require golang.org/x/mod v0.30.0 // indirect", path: mod, version: "v0.30.0"},
		{text: "require (\n\tgolang.org/x/mod v0.30.0\n)", path: mod, version: "v0.30.0"},
		{text: "golang.org/x/mod v0.30.0", path: mod, version: "v0.30.0"},
		{text: "\"golang.org/x/mod\" v0.30.0 // indirect", path: mod, version: "v0.30.0"},
	})
}

func TestGoSum(t *testing.T) {
	const zero, ones = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "h1://////////////////////////////////////////8="
	ref, err := Parse("golang.org/x/text v0.3.0 " + zero)
	require.NoError(t, err)
	assert.Equal(t, []Digest{{"h1", strings.Repeat("00", 32), "artifact"}}, ref.Digests)

	both := "golang.org/x/text v0.3.0 " + zero + "\ngolang.org/x/text v0.3.0/go.mod " + zero
	ref, err = Parse(both)
	require.NoError(t, err)
	assert.Equal(t, []Digest{{"h1", strings.Repeat("00", 32), "artifact"}, {"h1", strings.Repeat("00", 32), "go.mod"}}, ref.Digests)
	assert.Equal(t, "v0.3.0", ref.Version)

	// A hash may hold slashes, which begin no comment there.
	ref, err = Parse("golang.org/x/text v0.3.0 " + ones)
	require.NoError(t, err)
	assert.Equal(t, []Digest{{"h1", strings.Repeat("ff", 32), "artifact"}}, ref.Digests)

	// A spelling of the same bytes that no tool writes is a digest that equals
	// nothing: wrong, not unreadable.
	const loose = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="
	ref, err = Parse("golang.org/x/text v0.3.0 h1:" + loose)
	require.NoError(t, err)
	assert.Equal(t, []Digest{{"h1", loose, "artifact"}}, ref.Digests)

	for name, text := range map[string]string{
		"two modules":  both + "\ngolang.org/x/mod v0.3.0 " + zero,
		"two versions": both + "\ngolang.org/x/text v0.3.1 " + zero,
		"short hash":   "golang.org/x/text v0.3.0 h1:AAAA",
		"other hash":   "golang.org/x/text v0.3.0 h2:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"four words":   "golang.org/x/text v0.3.0 " + zero + " x",
		"replace":      "replace golang.org/x/text => golang.org/x/mod v0.1.0",
		"file digest":  "golang.org/x/text@v0.3.0 sha256:" + strings.Repeat("0", 64),
	} {
		t.Run(name, func(t *testing.T) {
			kind := Malformed
			if strings.HasPrefix(name, "two") || name == "replace" {
				kind = Several
			}
			requireKind(t, kind, text)
		})
	}
}

// TestGoSumFiles reads every line of real files.
func TestGoSumFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus.Path(t, "lockfiles", "go.sum"), "*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(data)) {
			if strings.TrimSpace(line) == "" {
				continue
			}
			ref, err := Parse(line)
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(line, ref.Path()+" "+ref.Version), line)
			require.Len(t, ref.Digests, 1)
			assert.Equal(t, strings.Contains(line, "/go.mod "), ref.Digests[0].Of == "go.mod")
		}
	}
}

func TestGoRefused(t *testing.T) {
	for text, kind := range map[string]Kind{
		"pkg:golang/std@v1.21.0":                NoPackage,
		"https://pkg.go.dev/net/http":           NoPackage,
		"https://pkg.go.dev/std@go1.21":         NoPackage,
		"pkg:golang/golang.org/x/../y":          BadName,
		"pkg:golang/golang.org%2Fx%2Fmod":       BadName,
		"golang.org/x/te xt":                    Malformed,
		"golang.org/x/te%00xt":                  BadName,
		"golang.org/x/a?b":                      BadName,
		"golang.org/x/a#b":                      BadName,
		"golang.org/x/а":                        BadName, // Cyrillic
		"github.com/o":                          BadName,
		"a.b/" + strings.Repeat("x/", 40) + "y": BadName,
		"pkg:golang/github.com/gorilla/context@234fd47e07d1004f0aed9c": BadVersion,
		"golang.org/x/mod@main":                                      BadVersion,
		"golang.org/x/mod@":                                          BadVersion,
		"golang.org/x/mod@upgrade":                                   BadVersion,
		"golang.org/x/mod@v1.2.3+meta":                               BadVersion,
		"golang.org/x/mod@v1.2.3-":                                   BadVersion,
		"golang.org/x/mod@v01.2.3":                                   BadVersion,
		"golang.org/x/mod@v1.2.3 v1.2.4":                             Malformed,
		"github.com/foo/bar@v2.1.0":                                  BadVersion,
		"github.com/foo/bar/v2@v3.1.0":                               BadVersion,
		"gopkg.in/yaml.v3@v2.0.0":                                    BadVersion,
		"github.com/foo/bar@v1.0.0+incompatible":                     BadVersion,
		"pkg:golang/golang.org/x/mod@v1.0.0?type=binary":             RefusedQualifier,
		"https://proxy.golang.org/github.com/Azure/x/@v/v1.0.0.info": BadName,
		"https://proxy.golang.org/golang.org/x/mod/@v/master.info":   BadVersion,
		"https://proxy.golang.org/golang.org/x/mod":                  Malformed,
		"https://proxy.golang.org/golang.org/x/mod/@v/v1.0.0.exe":    Malformed,
		"https://sum.golang.org/latest":                              Malformed,
		"https://sum.golang.org/lookup/golang.org/x/mod":             Malformed,
		"https://github.com/o":                                       Malformed,
		"https://github.com/o%2Fp/r":                                 BadName,
		"https://github.com/o/..":                                    BadName,
		"https://pkg.go.dev/golang.org/x%2Fmod":                      Malformed,
		"https://pkg.go.dev/golang.org/x/mod@v0.30.0/a/%2E%2E/b":     Malformed,
		"https://pkg.go.dev/golang.org//x/mod":                       Malformed,
		"https://user@pkg.go.dev/golang.org/x/mod":                   Malformed,
		"https://pkg.go.dev:8443/golang.org/x/mod":                   Malformed,
		"https://pkg.go.dev.evil.example/golang.org/x/mod":           Malformed,
		"go get -modfile=x golang.org/x/mod@v0.30.0":                 RefusedQualifier,
		"go get golang.org/x/mod@v0.30.0 golang.org/x/text":          Several,
		"go build ./...":                                             Malformed,
		"go 1.26":                                                    Malformed,
	} {
		t.Run(text, func(t *testing.T) { requireKind(t, kind, text) })
	}
}

func requireKind(t *testing.T, kind Kind, text string) *Refused {
	t.Helper()
	ref, err := Parse(text)
	require.Error(t, err, "read as %s", ref)
	assert.Equal(t, Ref{}, ref)
	var e *Refused
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind, e.Kind, "%v", e)
	require.NotEmpty(t, e.Detail)
	return e
}

func TestUnfittingVersionSaysWhatFits(t *testing.T) {
	e := requireKind(t, BadVersion, "github.com/foo/bar@v2.1.0")
	assert.Equal(t, []Choice{
		{"pkg:golang/github.com/foo/bar/v2@v2.1.0", "with the ending"},
		{"pkg:golang/github.com/foo/bar@v2.1.0%2Bincompatible", "without it"},
	}, e.Choices)
}
