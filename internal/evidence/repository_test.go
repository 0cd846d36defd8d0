package evidence

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSameRepository(t *testing.T) {
	const thing = "https://github.com/example/thing"
	for other, want := range map[string]bool{
		thing: true, thing + "/": true, thing + ".git": true, thing + ".git/": true,
		"https://GitHub.com/Example/THING":              true,
		"http://github.com/example/thing":               false,
		"git+https://github.com/example/thing":          false, // the adapters take that off
		"https://github.com/example/thing/tree/main":    false,
		"https://github.com/example/thing-evil":         false,
		"https://github.com/example/thing?x":            false,
		"https://github.com/example/thing#x":            false,
		"https://github.com/example//thing":             false,
		"https://github.com/x/../example/thing":         false,
		"https://github.com/example":                    false,
		"https://github.com:444/example/thing":          false,
		"https://user@github.com/example/thing":         false,
		"https://github.com.evil.example/example/thing": false,
		"https://github.com@evil.example/example/thing": false,
		"https://www.github.com/example/thing":          false,
		"https://gitlab.com/example/thing":              false,
		"https://github.com/example/th\u0131ng":         false, // dotless i
		"https://github.com/example/thing\u200b":        false,
		"https://github.com/e\u0445ample/thing":         false,
		"https://github.com/example/thing\\":            false,
		"":                                              false, "thing": false, "https://": false, "\x00": false,
	} {
		assert.Equal(t, want, sameRepository(thing, other), other)
		assert.Equal(t, want, sameRepository(other, thing), other)
	}
	assert.False(t, sameRepository("https://github.com/example/kit", "https://github.com/example/\u212Ait"), "the Kelvin sign is no k")
	assert.False(t, sameRepository("https://git.example.org/o/R", "https://git.example.org/o/r"), "elsewhere case counts")
	assert.True(t, sameRepository("https://gitlab.com/group/sub/r", "https://gitlab.com/Group/Sub/R.git"))
	assert.False(t, sameRepository("", ""), "nothing is the same as nothing")
}

func TestWhoKnowsARepository(t *testing.T) {
	for _, c := range []struct {
		issuer, repository string
		want               bool
	}{
		{githubIssuer, "https://github.com/o/r", true},
		{githubIssuer + "/acme", "https://github.com/o/r", true},
		{githubIssuer + ".evil.example", "https://github.com/o/r", false},
		{githubIssuer, "https://gitlab.com/o/r", false},
		{"https://github.com", "https://github.com/o/r", false},
		{"https://gitlab.com", "https://gitlab.com/o/r", true},
		{"https://gitlab.com", "https://github.com/o/r", false},
		{"https://git.example.org", "https://git.example.org/o/r", true},
		{"https://oidc.builds.example.org", "https://github.com/o/r", false},
		{"", "https://github.com/o/r", false},
		{githubIssuer, "github.com/o/r", false},
		{"https://", "", false},
	} {
		assert.Equal(t, c.want, knows(c.issuer, c.repository), c)
	}
}
