package npm

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStatedSource(t *testing.T) {
	const r = "https://github.com/o/r"
	for stated, want := range map[string]string{
		`"o/r"`:                                   r,
		`"github:o/r"`:                            r,
		`"gitlab:g/s/r"`:                          "https://gitlab.com/g/s/r",
		`"bitbucket:o/r"`:                         "https://bitbucket.org/o/r",
		`"git+https://github.com/o/r.git"`:        r,
		`"git://github.com/o/r.git"`:              r,
		`"http://www.github.com/o/r"`:             r,
		`"https://GitHub.com/O/R.git#v1"`:         "https://github.com/O/R",
		`"git@github.com:o/r.git"`:                r,
		`"git+ssh://git@github.com/o/r.git"`:      r,
		`"ssh://git@github.com:o/r.git"`:          r,
		`"https://user:pw@github.com/o/r"`:        r,
		`"https://github.com/o/r/"`:               r,
		`"https://github.com/o/r/tree/main/a/b"`:  r,
		`"https://gitlab.com/g/r/-/tree/main"`:    "https://gitlab.com/g/r",
		`{"type":"git","url":"o/r"}`:              r,
		`{"url":"o/r","directory":"packages/x"}`:  r,
		`[{"url":"o/r"},{"url":"x/y"}]`:           r,
		`["o/r"]`:                                 r,
		`"https://git.example.org/o/r.git"`:       "https://git.example.org/o/r",
		`"git+https://git.example.org/o/r"`:       "https://git.example.org/o/r",
		`"https://github.com.evil.example/o/r"`:   "https://github.com.evil.example/o/r",
		`"https://github.com/o/r/archive/x.zip"`:  "https://github.com/o/r/archive/x.zip",
		`"https://github.com/o/../r"`:             "https://github.com/o/../r",
		`"github:../r"`:                           "github:../r",
		`"https://github.com/o"`:                  "https://github.com/o",
		`"o/r/"`:                                  "o/r/",
		`"GITHUB:o/r"`:                            "GITHUB:o/r",
		`"https://evil.example\\@github.com/o/r"`: `https://evil.example\@github.com/o/r`,
		`"https://github.com/o/r/issues"`:         "https://github.com/o/r/issues",
		`"javascript:alert(1)"`:                   "javascript:alert(1)",
		`"gist:abc"`:                              "gist:abc",
		`""`:                                      "", `7`: "", `null`: "", `[]`: "", `{}`: "", `{"url":7}`: "", `[[["o/r"]]]`: "", ``: "",
	} {
		assert.Equal(t, want, statedSource([]byte(stated)), stated)
	}
}

func TestDependencyRef(t *testing.T) {
	for _, c := range []struct{ name, wanted, want string }{
		{"a", "^1.0.0", "pkg:npm/a"},
		{"@s/a", "*", "pkg:npm/%40s/a"},
		{"a", "npm:@s/b@^2", "pkg:npm/%40s/b"},
		{"a", "npm:b", "pkg:npm/b"},
		{"a", "github:o/r#v1", "pkg:github/o/r"},
		{"a", "o/r", "pkg:github/o/r"},
		{"a", "git+ssh://git@bitbucket.org/o/r.git", "pkg:bitbucket/o/r"},
		{"a", "https://evil.example/a.tgz", "pkg:generic/a?download_url=https:%2F%2Fevil.example%2Fa.tgz"},
		{"a", "file:../b", "pkg:generic/a?download_url=file:..%2Fb"},
		{"a", "workspace:*", "pkg:npm/a"},
		{"JSONStream", "1", "pkg:npm/JSONStream"},
		{"a b/\u202e", "1", "pkg:npm/a%20b%2F%E2%80%AE"},
	} {
		assert.Equal(t, c.want, dependencyRef(c.name, c.wanted), c)
	}
}
