//go:build touchstone_testanchors

package audit_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	layout "touchstone/internal/report/page"
)

var (
	// token is a tag or a run of text.
	token = regexp.MustCompile(`<(/?)([a-z0-9]+)([^>]*)>|[^<]+`)
	// unseen are parts that the eye never sees, or that make one word of two.
	unseen = regexp.MustCompile(`class="rest"|\shidden`)
)

// seen is what stands on a page before anything is opened.
func seen(page string) []string {
	var text strings.Builder
	type element struct {
		name           string
		hidden, closed bool
	}
	var open []element
	hides := func() bool {
		for i, e := range open {
			if e.hidden || e.closed && (i+1 == len(open) || open[i+1].name != "summary") {
				return true
			}
		}
		return false
	}
	for _, m := range token.FindAllStringSubmatch(page, -1) {
		end, name, attributes := m[1], m[2], m[3]
		switch {
		case name == "":
			if !hides() {
				text.WriteString(html.UnescapeString(m[0]) + " ")
			}
		case end == "/":
			open = open[:len(open)-1]
		case name != "br" && name != "input" && !strings.HasSuffix(attributes, "/"):
			open = append(open, element{name, unseen.MatchString(attributes), name == "details" && !regexp.MustCompile(`\sopen\b`).MatchString(attributes)})
		}
	}
	return strings.Fields(text.String())
}

// TestAReportIsShortEnoughToRead: what is seen, or heard, before anything is
// opened of a package of level 2 that says of itself what packages say.
func TestAReportIsShortEnoughToRead(t *testing.T) {
	p := package123(t)
	p.Attestations = nil
	for field, value := range map[string]any{"description": "What an invented thing does, in the twelve words that its maker chose.", "license": "Apache-2.0", "homepage": "https://example.com/thing",
		"dependencies": map[string]any{"a": "^1.0.0", "b": "^2.0.0", "c": "~3.1.0", "d": "4.0.0", "e": ">=5", "f": "^6.0.0", "g": "^7.0.0", "h": "^8.0.0", "i": "^9.0.0"}} {
		p.Manifest[field] = value
	}
	r := p.audit(p.world())
	shown, err := layout.Render(r.Report)
	require.NoError(t, err)
	for _, m := range token.FindAllString(shown, -1) {
		for _, s := range ends.Split(repeated.ReplaceAllString(html.UnescapeString(m), "X"), -1) {
			require.False(t, m[0] != '<' && len(strings.Fields(s)) > longest, "a sentence of the page is too long: %s", s)
		}
	}
	words := seen(shown)
	require.LessOrEqual(t, len(words), 450, strings.Join(words, " "))
}
