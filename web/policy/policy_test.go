package policy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
)

func TestContentSecurityPolicy(t *testing.T) {
	directives := map[string]string{}
	for _, d := range strings.Split(ContentSecurity(audit.Hosts()), "; ") {
		name, value, _ := strings.Cut(d, " ")
		require.NotContains(t, directives, name, "the second would be ignored")
		directives[name] = value
	}
	assert.Equal(t, "'self' "+strings.Join(fetch.ConnectSources(audit.Hosts()), " "), directives["connect-src"])
	assert.NotContains(t, directives["connect-src"], "google", "hosts that refuse browsers are not a way out")
	delete(directives, "connect-src")
	assert.Equal(t, map[string]string{
		"default-src": "'none'", "script-src": "'self' 'wasm-unsafe-eval'", "worker-src": "'self'", "style-src": "'self'",
		"img-src": "'self' data:", "font-src": "'self'", "manifest-src": "'self'", "base-uri": "'none'", "form-action": "'none'",
		"frame-ancestors": "'none'", "object-src": "'none'", "require-trusted-types-for": "'script'", "trusted-types": "auditor-loader",
	}, directives)
}

func TestSecurityFieldsAreOneLineEach(t *testing.T) {
	for name, value := range Header(audit.Hosts()) {
		assert.Equal(t, strings.ToLower(name), name)
		assert.NotContains(t, value, "\n", name)
		assert.NotEmpty(t, value, name)
	}
}
