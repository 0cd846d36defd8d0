package purl

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

func TestRefusedForms(t *testing.T) {
	for text, kind := range map[string]Kind{
		"":                              Empty,
		`""`:                            Empty,
		`"`:                             BadName,
		" \n\t":                         Empty,
		strings.Repeat("a", MaxInput+1): Malformed,
		"pkg:npm/x@1.0.0 " + strings.Repeat("a", MaxInput): Malformed,
		"pkg:npm/" + strings.Repeat("a", MaxReference):     Malformed,
		"\xff":                               Malformed,
		"a\x00b":                             Malformed,
		"a\x1bb":                             Malformed,
		"pkg:":                               Malformed,
		"pkg:npm":                            Malformed,
		"pkg:lodash@1.0.0":                   Malformed,
		"pkg:n&g?inx/x":                      Malformed,
		"pkg:3x/x":                           Malformed,
		"ftp://registry.npmjs.org/lodash":    Malformed,
		"https://example.com/lodash":         Malformed,
		"https://[::1":                       Malformed,
		"javascript://registry.npmjs.org/%0": Malformed,
		"-":                                  BadName,
		"!!":                                 Ambiguous, // npm's old names allow it
		"lodash":                             Ambiguous,
		"socket.io":                          Ambiguous,
		"go4.org@v0.0.0-20240501181205-ae6ca9944745": Ambiguous,
		"pkg:julia/x@1.0":                        UnsupportedType,
		"pkg:novel/x@1.0":                        UnsupportedType,
		"https://rubygems.org/gems/rails":        UnsupportedType,
		"www.nuget.org/packages/x":               UnsupportedType,
		"npx --loglevel silly cowsay":            Malformed,
		"uvx --index-url https://evil.example x": RefusedQualifier,
		"gem install rails":                      UnsupportedType,
	} {
		t.Run(shown(text), func(t *testing.T) {
			e := requireKind(t, kind, text)
			assert.Less(t, len(e.Error()), 1000)
		})
	}
}

// TestUnsupportedTypeIsNamed: what is only named is refused by its name, with
// the page about it, whatever its qualifiers are.
func TestUnsupportedTypeIsNamed(t *testing.T) {
	for _, d := range namedDialects() {
		e := requireKind(t, UnsupportedType, "pkg:"+d.typ+"/a/x@1.0?repository_url=x")
		assert.Equal(t, strings.ToUpper(d.many[:1])+d.many[1:]+" can't be checked here yet.", e.Error())
		if d.page == "" {
			assert.Nil(t, e.Page)
		} else {
			assert.Equal(t, &Page{"/registries/" + d.page + "/", "How " + d.name + " does by the principles"}, e.Page)
		}
	}
}

// TestTable holds what must be so of every row: no type, host or program
// stands twice, so there is no second list; a page that is linked exists; what
// purl-spec lists is named.
func TestTable(t *testing.T) {
	seen := map[string]string{}
	once := func(what, typ string) {
		assert.Empty(t, seen[what], "%s of %s", what, typ)
		seen[what] = typ
	}
	for _, d := range table() {
		once("type "+d.typ, d.typ)
		for host := range d.hosts {
			once("host "+host, d.typ)
			assert.Equal(t, strings.ToLower(host), host)
			assert.Nil(t, sites()[host], host)
		}
		for program := range d.tools {
			once("program "+program, d.typ)
		}
		assert.NotEmpty(t, d.many)
		assert.Equal(t, d.read != nil, d.one != "", d.typ)
		if d.page != "" {
			assert.FileExists(t, filepath.Join("..", "..", "principles", "registries", d.page+".json"))
		}
	}
	definitions, err := filepath.Glob(filepath.Join(corpus.Path(t, "purl-spec", "types"), "*-definition.json"))
	require.NoError(t, err)
	require.NotEmpty(t, definitions)
	for _, file := range definitions {
		assert.NotNil(t, dialectOf(strings.TrimSuffix(filepath.Base(file), "-definition.json")), file)
	}
}

func TestAmbiguousListsMeanings(t *testing.T) {
	e := requireKind(t, Ambiguous, "lodash")
	assert.Equal(t, []Choice{{"pkg:npm/lodash", "npm package"}, {"pkg:pypi/lodash", "PyPI package"}, {"pkg:cargo/lodash", "Rust crate"}}, e.Choices)
	e = requireKind(t, Ambiguous, "socket.io")
	assert.Equal(t, []Choice{{"pkg:golang/socket.io", "Go module"}, {"pkg:npm/socket.io", "npm package"}, {"pkg:pypi/socket.io", "PyPI package"}}, e.Choices)
}

func TestStringAndPath(t *testing.T) {
	for _, test := range []struct {
		ref        Ref
		want, path string
	}{
		{Ref{Type: Golang, Namespace: "github.com/Azure", Name: "X", Version: "v2.0.0+incompatible", Subpath: "a b/c"}, "pkg:golang/github.com/Azure/X@v2.0.0%2Bincompatible#a%20b/c", "github.com/Azure/X"},
		{Ref{Type: Golang, Name: "go4.org"}, "pkg:golang/go4.org", "go4.org"},
		{Ref{Type: NPM, Namespace: "@scope", Name: "name", Tag: "latest"}, "pkg:npm/%40scope/name", "@scope/name"},
		{Ref{Type: PyPI, Name: "Foo_Bar.baz", Version: "1!2", File: "x-1.tar.gz"}, "pkg:pypi/foo-bar.baz@1%212?file_name=x-1.tar.gz", "Foo_Bar.baz"},
	} {
		assert.Equal(t, test.want, test.ref.String())
		assert.Equal(t, test.path, test.ref.Path())
	}
}

// TestDigestsStay holds that a reference asks again what was asked: every kind
// of digest that can be pasted is in its canonical form.
func TestDigestsStay(t *testing.T) {
	const h1 = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	zero, sha1 := strings.Repeat("0", 64), strings.Repeat("0", 40)
	for text, want := range map[string]string{
		"golang.org/x/mod v0.20.0 " + h1:                                                             "pkg:golang/golang.org/x/mod@v0.20.0?checksum=h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D",
		"golang.org/x/mod v0.20.0/go.mod " + h1:                                                      "pkg:golang/golang.org/x/mod@v0.20.0?checksum=go.mod-h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D",
		"golang.org/x/mod v0.20.0 h1:++++++++++++++++++++++++++++++++++++++++++8=":                   "pkg:golang/golang.org/x/mod@v0.20.0?checksum=h1:%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B8%3D",
		"lodash@4.17.21 npm:x":                                                                       "",
		"pkg:npm/lodash@4.17.21 sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA= sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=": "pkg:npm/lodash@4.17.21?checksum=sha1:" + sha1,
		"pkg:npm/lodash@4.17.21?checksum=sha256:" + strings.ToUpper(zero) + ",sha1:" + sha1:          "pkg:npm/lodash@4.17.21?checksum=sha256:" + zero + "%2Csha1:" + sha1,
		"requests==2.31.0 --hash=sha256:" + zero + " --hash=sha256:" + strings.Repeat("1", 64):       "pkg:pypi/requests@2.31.0?checksum=sha256:" + zero + "%2Csha256:" + strings.Repeat("1", 64),
		"https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#" + sha1:                                       "pkg:npm/a@1.0.0?checksum=sha1:" + sha1,
		"https://files.pythonhosted.org/packages/00/00/" + zero[4:] + "/a-1.0.tar.gz#sha256=" + zero: "pkg:pypi/a@1.0?checksum=blake2b-256:" + zero + "%2Csha256:" + zero + "&file_name=a-1.0.tar.gz",
	} {
		ref, err := Parse(text)
		if want == "" {
			assert.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, want, ref.String())
		again, err := Parse(ref.String())
		require.NoError(t, err)
		assert.Equal(t, ref.Digests, again.Digests)
		assert.NotContains(t, ref.Bare().String(), "checksum")
	}
	many := "pkg:npm/a@1.0.0"
	for i := range 60 {
		many += " sha512-" + base64.StdEncoding.EncodeToString(append(make([]byte, 63), byte(i)))
	}
	ref, err := Parse(many)
	require.NoError(t, err)
	again, err := Parse(ref.String())
	require.NoError(t, err, "a package URL may be longer than what else is pasted")
	assert.Equal(t, ref.Digests, again.Digests)
	var sums []string
	for i := range 478 {
		sums = append(sums, fmt.Sprintf("sha512:%0128x", i))
	}
	many = "pkg:npm/a@1.0.0?checksum=" + strings.Join(sums, ",")
	require.LessOrEqual(t, len(many), MaxReference)
	requireKind(t, Malformed, many) // its canonical form would be too long to ask again
}

func TestCharacters(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want string
	}{
		"invisible":  {"lod\u200bash@1.0.0", "character 4 is U+200B (invisible)"},
		"direction":  {"lod\u202eash@1.0.0", "character 4 is U+202E (it changes the direction"},
		"look-alike": {"l\u043edash@1.0.0", "character 2 is U+043E (a Cyrillic letter"},
		"greek":      {"pkg:npm/l\u03bfdash", "character 2 is U+03BF (a Greek letter"},
		"wide":       {"pkg:cargo/\uff53erde", `character 1 is U+FF53 (a wide form that looks like 's'`},
		"mark":       {"golang.org/x/te\u0301xt", "character 16 is U+0301 (a mark"},
		"space":      {"pkg:npm/a%C2%A0b", "character 2 is U+00A0 (a space"},
		"encoded":    {"pkg:npm/a%E2%80%8Bb", "character 2 is U+200B"},
		"ascii":      {"pkg:npm/a%09b", "character 2 is U+0009"},
		"null":       {"pkg:npm/a%00b", "character 2 is U+0000 (a control character)"},
		"no text":    {"pkg:npm/a%FFb", "character 2 is U+FFFD"},
	} {
		t.Run(name, func(t *testing.T) {
			e := requireKind(t, BadName, test.text)
			assert.Contains(t, e.Detail, test.want)
			assert.NotContains(t, e.Error(), "\u202e", "the message shows no such character itself")
		})
	}
	e := requireKind(t, BadVersion, "lodash@1.0.\u0661")
	assert.Contains(t, e.Detail, "U+0661")

	// Where such characters change nothing they are still pointed out.
	ref, err := Parse("https://pkg.go.dev/golang.org/x/mod@v0.30.0#\u202e\u202e\u0430")
	require.NoError(t, err)
	require.Len(t, ref.Notes, 2)
	assert.Equal(t, Note{"characters", "Character 45 of what you pasted is U+202E (it changes the direction of the text around it)."}, ref.Notes[0])
	assert.Equal(t, "characters", ref.Notes[1].Kind)
	assert.Contains(t, ref.Notes[1].Text, "Character 47 of what you pasted is U+0430")

	ref, err = Parse("pkg:golang/golang.org/x/mod#\u00fc")
	require.NoError(t, err)
	assert.True(t, hasNote(ref, "characters"))
	for _, subpath := range []string{"\u202ea", "a%00", "a%5Cb", "a%20b", "a%E2%80%8B", "..", "a/%2E%2E/b", "%FF"} {
		requireKind(t, Malformed, "pkg:golang/golang.org/x/mod#"+subpath)
	}
	assert.Len(t, oddities("äöüßéèêàáâãå"), maxOddities+1)
}

// TestFlippedBytes changes every byte of good texts: whatever is still read
// obeys the grammar of its ecosystem and can be read again.
func TestFlippedBytes(t *testing.T) {
	for _, text := range goodTexts() {
		for i := range len(text) {
			for _, flip := range []byte{1, 0x20, 0x80, 0xFF} {
				b := []byte(text)
				b[i] ^= flip
				checkParse(t, string(b))
			}
			checkParse(t, text[:i])
		}
	}
}

func goodTexts() []string {
	return []string{
		"pkg:golang/golang.org/x/text@v0.30.0#unicode/norm",
		"pkg:npm/%40scope/name@1.2.3?checksum=sha1:0000000000000000000000000000000000000000",
		"pkg:pypi/Django@1.11.1?file_name=Django-1.11.1.tar.gz",
		"pkg:cargo/zstd-sys@2.0.9%2Bzstd.1.5.5",
		"https://pkg.go.dev/golang.org/x/mod@v0.30.0/sumdb/note?tab=x#y",
		"https://proxy.golang.org/github.com/!azure/go-!x/@v/v1.2.3.info",
		"https://github.com/o/r/releases/tag/sub%2Fv2.2.3",
		"https://registry.npmjs.org/@scope/name/-/name-1.2.3-rc.1.tgz",
		"https://files.pythonhosted.org/packages/source/r/requests/requests-2.31.0.tar.gz",
		"https://static.crates.io/crates/serde/serde-1.0.0.crate",
		"golang.org/x/text v0.3.0/go.mod h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"require golang.org/x/text v0.3.0 // indirect",
		"requests[socks]==2.31.0 ; x --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000",
		`"node_modules/a": { "version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz", "integrity": "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=" }`,
		"a@^1.0.0:\n  version \"1.0.0\"\n  resolved \"https://registry.yarnpkg.com/a/-/a-1.0.0.tgz\"",
		"/a@1.0.0(b@1.0.0):\n  resolution: {integrity: sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=}",
		"npx -p a@1.0.0 b", "go install a.b/c/...@v1", "cargo add a --vers 1.0.0", "serde = \"1.0.0\"", "lodash", "socket.io@v1.0.0",
	}
}

func FuzzParse(f *testing.F) {
	pastes, err := os.ReadFile("testdata/pastes.txt")
	require.NoError(f, err)
	for line := range strings.Lines(string(pastes)) {
		text, _, _ := strings.Cut(line, " → ")
		f.Add(text)
	}
	for _, text := range goodTexts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkParse(t, text) })
}

func FuzzParsePURL(f *testing.F) {
	for _, text := range goodTexts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parsed(text)
		if err != nil || !slices.Contains(Types(), c.Type) {
			return
		}
		whole, err := built(c)
		require.NoError(t, err)
		again, err := parsed(whole)
		require.NoError(t, err, whole)
		assert.Equal(t, c.Type, again.Type)
		assert.Equal(t, c.Version, again.Version)
		assert.Equal(t, c.Qualifiers, again.Qualifiers)
	})
}

// checkParse holds what must be so of any text.
func checkParse(t *testing.T, text string) {
	t.Helper()
	ref, err := Parse(text)
	if err != nil {
		var e *Refused
		require.ErrorAs(t, err, &e)
		require.NotEmpty(t, e.Kind)
		require.NotEmpty(t, e.Detail)
		return
	}
	require.Contains(t, Types(), ref.Type)
	require.NotEmpty(t, ref.Name)
	require.True(t, ref.Version == "" || ref.Tag == "")
	for _, s := range append([]string{ref.Path(), ref.Version, ref.Tag, ref.File}, ref.Candidates...) {
		for _, r := range s {
			require.True(t, r > ' ' && r < 0x7F && !strings.ContainsRune(`?#%\"`, r), "%q of %q", s, text)
		}
		for part := range strings.SplitSeq(s, "/") {
			require.NotContains(t, []string{".", ".."}, part, "%q of %q", s, text)
		}
	}
	for _, d := range ref.Digests {
		require.Contains(t, []string{"artifact", "go.mod"}, d.Of)
		require.NotEmpty(t, d.Value)
		if strings.HasSuffix(d.Value, "=") && d.Algorithm == "h1" {
			continue // a spelling that equals nothing: see goHash
		}
		require.Empty(t, strings.Trim(d.Value, "0123456789abcdef"))
	}
	if len(ref.Candidates) > 0 {
		require.Greater(t, len(ref.Candidates), 1)
		require.Equal(t, ref.Path(), ref.Candidates[0])
	}
	again, err := Parse(ref.String())
	require.NoError(t, err, "%q read as %s", text, ref)
	require.Equal(t, ref.Type, again.Type)
	require.Equal(t, ref.Version, again.Version)
	require.Equal(t, ref.String(), again.String())
	require.Equal(t, ref.Digests, again.Digests)
	if ref.Type == PyPI {
		require.Equal(t, canonicalPyPIName(ref.Name), again.Name)
		return
	}
	require.Equal(t, ref.Path(), again.Path())
}
