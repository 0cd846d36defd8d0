package sigstore

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhoKnowsARepository(t *testing.T) {
	for _, c := range []struct {
		issuer, repository string
		want               bool
	}{
		{GitHubIssuer, "https://github.com/o/r", true},
		{GitHubIssuer + "/acme", "https://github.com/o/r", true},
		{GitHubIssuer + ".evil.example", "https://github.com/o/r", false},
		{GitHubIssuer, "https://gitlab.com/o/r", false},
		{"https://github.com", "https://github.com/o/r", false},
		{"https://gitlab.com", "https://gitlab.com/o/r", true},
		{"https://gitlab.com", "https://github.com/o/r", false},
		{"https://git.example.org", "https://git.example.org/o/r", true},
		{"https://oidc.builds.example.org", "https://github.com/o/r", false},
		{"", "https://github.com/o/r", false},
		{GitHubIssuer, "github.com/o/r", false},
		{"https://", "", false},
	} {
		assert.Equal(t, c.want, (&Identity{Issuer: c.issuer}).Knows(c.repository), c)
	}
}
