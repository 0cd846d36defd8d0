package report

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/registry"
)

// TestNothingReachesATerminalThatItObeys: names in a package are hostile, and
// JSON goes to terminals too.
func TestNothingReachesATerminalThatItObeys(t *testing.T) {
	const evil = "a\x1b[31mred\u009b31m\x7f\u202e\u200b\u061c\U000e0041\r\n"
	r := &Report{
		Reference: evil, Notes: []string{evil}, Artifact: Artifact{URL: evil, Missing: evil},
		Files: []File{{Path: evil}}, Verdict: Verdict{Sentence: evil, Alarms: []string{evil}, Failures: []string{evil}},
	}
	raw, err := r.JSON()
	require.NoError(t, err)
	for _, text := range []string{string(raw), r.Text(false)} {
		require.Equal(t, -1, strings.IndexFunc(text, func(c rune) bool { return c != '\n' && hidden(c) }), "%q", text)
	}
	var back struct{ Files []File }
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Equal(t, evil, back.Files[0].Path, "the escapes mean the same characters")
}

func TestTheListsDigestIsSpelledAsInGoSum(t *testing.T) {
	a := artifact(&registry.Artifact{ListDigest: strings.Repeat("00", 32)})
	require.Equal(t, "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", a.listSum())
	require.Empty(t, artifact(&registry.Artifact{}).listSum())
}
