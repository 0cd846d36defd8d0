package archive_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"

	"touchstone/internal/archive"
)

// moduleRules are those of Go's module zips.
func moduleRules(prefix string) archive.Rules {
	return archive.Rules{
		Prefix:     prefix,
		OnlyAtRoot: []string{"go.mod"},
		MaxSizes:   map[string]int64{"go.mod": 16 << 20, "LICENSE": 16 << 20},
		CheckPath:  module.CheckFilePath,
	}
}

// TestRules compares with golang.org/x/mod/zip.CheckZip, case by case.
func TestRules(t *testing.T) {
	const p = "example.com/m@v1.0.0/"
	big := string(make([]byte, 16<<20+1))
	tests := map[string]struct {
		names   []string
		content string
		want    []archive.ProblemKind // of the rules and of reading
	}{
		"good":              {names: []string{p + "go.mod", p + "a.go", p + "b/c.go", p + "b/LICENSE"}},
		"good-folders":      {names: []string{p, p + "b/", p + "b/c.go"}},
		"good-folder-twice": {names: []string{p + "b/", p + "b/", p + "b/c.go"}},
		"good-vendor":       {names: []string{p + "vendor/x/y.go"}},
		"good-big":          {names: []string{p + "b/LICENSE"}, content: big},
		"prefix-none":       {names: []string{"a.go"}, want: of(archive.RulePrefix)},
		"prefix-version":    {names: []string{"example.com/m@v1.0.1/a.go"}, want: of(archive.RulePrefix)},
		"prefix-case":       {names: []string{"example.com/M@v1.0.0/a.go"}, want: of(archive.RulePrefix)},
		"prefix-folder":     {names: []string{"example.com/", p + "a.go"}, want: of(archive.RulePrefix)},
		"go-mod-nested":     {names: []string{p + "go.mod", p + "b/go.mod"}, want: of(archive.RuleRoot)},
		"go-mod-case":       {names: []string{p + "GO.MOD"}, want: of(archive.RuleRoot)},
		"go-mod-both":       {names: []string{p + "b/Go.mod"}, want: of(archive.RuleRoot)},
		"go-mod-big":        {names: []string{p + "go.mod"}, content: big, want: of(archive.RuleSize)},
		"license-big":       {names: []string{p + "LICENSE"}, content: big, want: of(archive.RuleSize)},
		"path-reserved":     {names: []string{p + "con.txt"}, want: of(archive.NameReserved, archive.RulePath)},
		"path-character":    {names: []string{p + "a*.go"}, want: of(archive.NameReserved, archive.RulePath)},
		"path-folder":       {names: []string{p + "aux/"}, want: of(archive.NameReserved, archive.RulePath)},
		"path-dot":          {names: []string{p + "./a.go"}, want: of(archive.NameDot, archive.RulePath)},
		"path-dot-dot":      {names: []string{p + "../a.go"}, want: of(archive.NameDotDot, archive.RulePath)},
		"path-empty-part":   {names: []string{p + "b//a.go"}, want: of(archive.NameEmptyPart, archive.RulePath)},
		"case-fold":         {names: []string{p + "a.go", p + "A.go"}, want: of(archive.CaseFold)},
		"case-fold-dir":     {names: []string{p + "a/x.go", p + "A/y.go"}, want: of(archive.CaseFold)},
		"duplicate":         {names: []string{p + "a.go", p + "a.go"}, want: of(archive.Duplicate)},
		"file-and-folder":   {names: []string{p + "a", p + "a/b"}, want: of(archive.FileAndFolder)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			for _, n := range tt.names {
				f, err := w.Create(n)
				require.NoError(t, err)
				if n[len(n)-1] != '/' {
					_, err = io.WriteString(f, tt.content)
					require.NoError(t, err)
				}
			}
			require.NoError(t, w.Close())

			c, err := archive.Read(archive.Zip, b.Bytes(), archive.Options{})
			require.NoError(t, err)
			require.True(t, c.Complete)
			c.Problems = append(c.Problems, moduleRules(p).Check(c)...)
			assert.Equal(t, tt.want, kinds(c), "%v", c.Problems)
			assertPlain(t, c)

			file := filepath.Join(t.TempDir(), "m.zip")
			require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
			_, err = modzip.CheckZip(module.Version{Path: "example.com/m", Version: "v1.0.0"}, file)
			assert.Equal(t, tt.want != nil, err != nil, "golang.org/x/mod/zip says %v", err)
			if sum, err := archive.Hash1(c.Listed()); err == nil {
				want, err := dirhash.HashZip(file, dirhash.Hash1)
				require.NoError(t, err)
				assert.Equal(t, want, "h1:"+base64.StdEncoding.EncodeToString(sum[:]))
			}
		})
	}
}

func TestNoRules(t *testing.T) {
	c := &archive.Contents{Files: []archive.File{{Path: "b/go.mod"}}, Folders: []string{"b/"}}
	assert.Empty(t, archive.Rules{}.Check(c))
}

// TestWritten: what the installer makes of paths is a tree of its own.
func TestWritten(t *testing.T) {
	rules := archive.Rules{Written: func(path string, folder bool) (string, error) {
		_, rest, _ := strings.Cut(path, "/")
		if rest == "x" {
			return "y", errors.New("x is y")
		}
		return rest, nil
	}}
	c := &archive.Contents{Files: []archive.File{{Path: "a/x"}, {Path: "a/B"}, {Path: "b/b"}, {Path: "c/d"}}, Folders: []string{"a/", "z/d/", "z/B/"}}
	c.Problems = rules.Check(c)
	assert.Equal(t, of(archive.CaseFold, archive.FileAndFolder, archive.RuleWritten), kinds(c))
	assert.Equal(t, archive.Problem{Kind: archive.RuleWritten, Path: "a/x", Detail: "What is installed is not what is listed: x is y."}, c.Problems[0])
	assert.Equal(t, []string{"y", "B", "b", "d"}, []string{c.Files[0].Installed, c.Files[1].Installed, c.Files[2].Installed, c.Files[3].Installed})
	assert.True(t, c.Files[0].Renamed())
	assert.False(t, c.Files[1].Renamed())
	assert.False(t, archive.File{Path: "a"}.Renamed(), "nobody said where it is installed")
	assert.Equal(t, `The installer writes "a/B" and "b/b" to one place ("b").`, c.Problems[1].Detail)
	assert.Empty(t, rules.Check(&archive.Contents{Files: c.Files[1:3], Problems: []archive.Problem{{Kind: archive.CaseFold, Path: "b/b"}}}), "told already")
}

func TestList(t *testing.T) {
	files := []archive.File{archive.Describe("p/b", []byte("beta")), archive.Describe("p/a/x", nil), archive.Describe("p/a", []byte("alpha"))}
	tests := map[string]struct {
		files      []archive.File
		strip, add string
		want, err  string
	}{
		"sorted": {files: files, want: fmt.Sprintf("%x  p/a\n%x  p/a/x\n%x  p/b\n", sha256.Sum256([]byte("alpha")), sha256.Sum256(nil), sha256.Sum256([]byte("beta")))},
		"moved":  {files: files[:1], strip: "p/", add: "m@v1/", want: fmt.Sprintf("%x  m@v1/b\n", sha256.Sum256([]byte("beta")))},
		"sorted-by-what-is-written": {files: []archive.File{archive.Describe("a!", nil), archive.Describe("a/b", nil), archive.Describe("a", nil)},
			want: fmt.Sprintf("%[1]x  a\n%[1]x  a!\n%[1]x  a/b\n", sha256.Sum256(nil))},
		"empty":          {want: ""},
		"prefix":         {files: files, strip: "q/", err: `does not start with "q/"`},
		"newline":        {files: []archive.File{{Path: "a\nb"}}, err: "has a line break"},
		"return":         {files: []archive.File{{Path: "a\rb"}}, err: "has a line break"},
		"duplicate":      {files: []archive.File{{Path: "a"}, {Path: "b"}, archive.Describe("a", nil), {Path: "a"}}, err: `there are two different "a"`},
		"the same twice": {files: []archive.File{archive.Describe("a/", nil), archive.Describe("a/", nil)}, want: fmt.Sprintf("%[1]x  a/\n%[1]x  a/\n", sha256.Sum256(nil))},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := archive.List(tt.files, tt.strip, tt.add)
			if tt.err != "" {
				assert.ErrorContains(t, err, tt.err)
				assert.Nil(t, got)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(got))
		})
	}
	_, err := archive.Hash1([]archive.File{{Path: "a\nb"}})
	assert.ErrorContains(t, err, "has a line break")
}
