package page

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/report"
)

// A saved page loads and runs nothing, and its title is text.
func TestAlone(t *testing.T) {
	html, err := Alone(&report.Report{Verdict: report.Verdict{Title: "</title><script>alert(1)</script>"}})
	require.NoError(t, err)
	require.Contains(t, html, "default-src 'none'")
	for _, loads := range []string{"<script", "<link", "src=", "@import", "url(", "http-equiv=\"refresh\""} {
		require.NotContains(t, strings.ReplaceAll(html, "</title>&lt;script", ""), loads)
	}
	require.Contains(t, html, "&lt;/title&gt;")
}
