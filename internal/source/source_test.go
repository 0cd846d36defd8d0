package source

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParse(t *testing.T) {
	r := Repository{"github.com", "o/r"}
	for text, want := range map[string]Address{
		"https://github.com/o/r":                         {Repository: r},
		"https://github.com/o/r/":                        {Repository: r},
		"https://github.com/o/r.git/":                    {Repository: r},
		" https://github.com/o/r.git ":                   {Repository: r},
		"git+https://github.com/o/r.git":                 {Repository: r},
		"git://github.com/o/r.git":                       {Repository: r},
		"http://www.github.com/o/r":                      {Repository: r},
		"https://GitHub.com/O/R.git#v1":                  {Repository: Repository{"github.com", "O/R"}, Reference: "v1"},
		"git@github.com:o/r.git":                         {Repository: r},
		"git+ssh://git@github.com/o/r.git":               {Repository: r},
		"ssh://git@github.com:o/r.git":                   {Repository: r},
		"ssh://git@github.com:22/o/r":                    {Repository: r},
		"ssh://git@git.example.org:2222/o/r":             {Repository: Repository{"git.example.org", "o/r"}},
		"https://git.example.org:8443/o/r":               {Repository: Repository{"git.example.org:8443", "o/r"}},
		"https://github.com:443/o/r":                     {Repository: r},
		"https://user:pw@github.com/o/r":                 {Repository: r},
		"https://github.com/o/r/tree/main/a/b":           {Repository: r, Reference: "main", Folder: "a/b"},
		"https://github.com/o/r/blob/v1/a.go":            {Repository: r, Reference: "v1", Folder: "a.go"},
		"https://gitlab.com/g/s/r/-/tree/main":           {Repository: Repository{"gitlab.com", "g/s/r"}},
		"git+https://github.com/o/r@refs/heads/main":     {Repository: r, Reference: "refs/heads/main"},
		"https://go.googlesource.com/mod":                {Repository: Repository{"go.googlesource.com", "mod"}},
		"https://git.example.org/a/b/c.git":              {Repository: Repository{"git.example.org", "a/b/c"}},
		"https://github.com@evil.example/o/r":            {Repository: Repository{"evil.example", "o/r"}},
		"https://github.com.evil.example/o/r":            {Repository: Repository{"github.com.evil.example", "o/r"}},
		"https://evil.example/@github.com/o/r":           {Repository: Repository{"evil.example", "@github.com/o/r"}},
		"https://g\u0456thub.com/o/r":                    {Repository: Repository{"g\u0456thub.com", "o/r"}},
		"https://www.git.example.org/o/r":                {Repository: Repository{"www.git.example.org", "o/r"}},
		"https://codeberg.org/o/r":                       {Repository: Repository{"codeberg.org", "o/r"}},
		"https://bitbucket.org/o/r/src/main/x":           {Repository: Repository{"bitbucket.org", "o/r"}, Reference: "main", Folder: "x"},
		"git+https://github.com/o/r.git#0123456789abcde": {Repository: r, Reference: "0123456789abcde"},
	} {
		got, ok := Parse(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
}

// TestNotUnderstood: what names no repository, or could be read as two places.
func TestNotUnderstood(t *testing.T) {
	for _, text := range []string{
		"", " ", "none", "x", "TODO", "o/r", "github:o/r", "gist:123", "github.com/o/r", "//github.com/o/r", "javascript:alert(1)", "file:///o/r",
		"git+file:///github.com/o/r", "data:,x", "https://", "https://github.com", "https://github.com/", "https://github.com/o", "https://localhost/o/r",
		"https://github.com/o/r/issues", "https://github.com/o/r/archive/x.zip", "https://github.com/o/r/releases/tag/v1", "https://github.com/o/r/tree",
		"https://github.com/o/r?x=1", "https://github.com/o/r%2F..", "https://github.com/o/../r", "https://github.com/./r", "https://github.com//o/r", "https://github.com/o//r",
		`https://evil.example\@github.com/o/r`, `https://github.com/o/r\`, "https://[::1]/o/r", "https://github.com./o/r", "https://.github.com/o/r", "https:/github.com/o/r",
		"https://github.com/o/r x", "https://github.com/o\t/r", "https://github.com/o/\x00", "https://github.com/\xff/r", "https://github.com:x:y/o", "GIT@github.com:o/r",
		"git@github.com:", "git@:o/r", "https://git.example.org/", "https://git.example.org/.git",
	} {
		_, ok := Parse(text)
		assert.False(t, ok, text)
		assert.Equal(t, NotComparable, Compare("https://github.com/o/r", text), text)
		assert.Equal(t, NotComparable, Compare(text, text), "what is not understood is not even the same as itself: "+text)
	}
}

func TestCompare(t *testing.T) {
	const thing = "https://github.com/example/thing"
	for other, want := range map[string]Relation{
		thing: Same, thing + ".git": Same, "https://GitHub.com/Example/THING": Same, "git@github.com:example/thing": Same,
		"https://github.com/example/thing-evil":           Different,
		"https://github.com/example/thing.git.evil":       Different,
		"https://github.com:8443/example/thing":           Different,
		"https://github.com.evil.example/example/thing":   Different,
		"https://github.com@evil.example/example/thing":   Different,
		"https://gitlab.com/example/thing":                Different,
		"https://raw.githubusercontent.com/example/thing": Different,
		"https://github.com/example/th\u0131ng":           Different, // dotless i
		"https://github.com/example/thing\u200b":          Different,
		"https://github.com/e\u0445ample/thing":           Different,
		"https://github.com/example/\u212Aing":            Different,
		thing + "/issues":                                 NotComparable,
	} {
		assert.Equal(t, want, Compare(thing, other), other)
		assert.Equal(t, want, Compare(other, thing), other)
	}
	assert.Equal(t, Different, Compare("https://github.com/example/kit", "https://github.com/example/\u212Ait"), "the Kelvin sign is no k")
	assert.Equal(t, Different, Compare("https://git.example.org/o/R", "https://git.example.org/o/r"), "elsewhere case counts")
	assert.Equal(t, Same, Compare("https://gitlab.com/group/sub/r", "https://gitlab.com/Group/Sub/R.git"))
}

func TestIsRevision(t *testing.T) {
	for text, want := range map[string]bool{
		strings.Repeat("a0", 20): true, strings.Repeat("F9", 32): true, strings.Repeat("a", 39): false, strings.Repeat("a", 41): false,
		strings.Repeat("g", 40): false, "main": false, "": false, "v1.0.0": false, " " + strings.Repeat("a", 39): false, "0123456789ab": false,
	} {
		assert.Equal(t, want, IsRevision(text), text)
	}
}

func TestPages(t *testing.T) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	hub, lab := Repository{"github.com", "o/r"}, Repository{"gitlab.com", "o/g/r"}
	assert.Equal(t, "https://github.com/o/r/commit/"+commit, hub.Commit(commit))
	assert.Equal(t, "https://gitlab.com/o/g/r/-/commit/"+commit, lab.Commit(commit))
	assert.Equal(t, "https://github.com/o/r/blob/"+commit+"/.github/a.yml", hub.File(commit, ".github/a.yml"))
	assert.Equal(t, "https://gitlab.com/o/g/r/-/blob/"+commit+"/.gitlab-ci.yml", lab.File(commit, ".gitlab-ci.yml"))
	assert.Empty(t, hub.Commit("main"), "a branch is no commit")
	assert.Empty(t, hub.File(commit, ""))
	assert.Empty(t, Repository{"git.example.org", "o/r"}.Commit(commit))
	assert.Empty(t, Repository{}.Commit(commit))

	for file, want := range map[string]string{
		"https://github.com/o/r/.github/workflows/a.yml@refs/tags/v1": ".github/workflows/a.yml",
		"https://github.com/O/R/a.yml@main":                           "a.yml",
		"https://github.com/o/r/a.yml@b.yml@refs/heads/main":          "a.yml@b.yml",
		"https://github.com/o/r/a.yml@refs/heads/a@b":                 "a.yml",
		"https://github.com/o/r/a.yml@b.yml@0123456789abcdef":         "a.yml@b.yml",
		"https://github.com/o/other/a.yml@main":                       "",
		"https://github.com/o/r2/a.yml":                               "",
		"https://github.com/o/r":                                      "", "https://github.com/o/r/": "", "": "",
	} {
		path, ok := hub.Below(file)
		assert.Equal(t, want, path, file)
		assert.Equal(t, want != "", ok, file)
	}
	path, _ := lab.Below("https://gitlab.com/o/g/r//.gitlab-ci.yml@refs/heads/main")
	assert.Equal(t, ".gitlab-ci.yml", path)
}
