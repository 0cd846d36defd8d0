package report

import (
	"encoding/json"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/artifact"
	"touchstone/internal/purl"
)

// TestNothingReachesATerminalThatItObeys: names in a package are hostile, and
// JSON goes to terminals too.
func TestNothingReachesATerminalThatItObeys(t *testing.T) {
	const evil = "a\x1b[31mred\u009b31m\x7f\u202e\u200b\u061c\U000e0041\ufe0f\u2800\U0001bca0\r\n"
	r := &Report{
		Reference: evil, Notes: []string{evil}, Artifact: Artifact{URL: evil, Missing: evil},
		Files: []File{{Path: evil}}, Verdict: Verdict{Sentence: evil, Alarms: []string{evil}, Failures: []string{evil}},
	}
	raw, err := r.JSON()
	require.NoError(t, err)
	for _, text := range []string{string(raw), r.Text(false)} {
		require.Equal(t, -1, strings.IndexFunc(text, func(c rune) bool { return c != '\n' && purl.Hidden(c) }), "%q", text)
	}
	var back struct{ Files []File }
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Equal(t, evil, back.Files[0].Path, "the escapes mean the same characters")
}

func TestTheListsDigestIsSpelledAsInGoSum(t *testing.T) {
	a := artifactOf(&artifact.Artifact{ListDigest: strings.Repeat("00", 32)})
	require.Equal(t, "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", a.listSum())
	require.Empty(t, artifactOf(&artifact.Artifact{}).listSum())
}

// TestThePageHidesTheSame: what the page's script shows by itself, file names
// above all, follows the same rule as what is shown from here.
func TestThePageHidesTheSame(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node is not installed")
	}
	out, err := exec.Command(node, "--input-type=module", "-e", `
		import { visible } from "../../web/static/question.js";
		for (let c = 0; c < 0x110000; c++) {
			if (c >= 0xd800 && c < 0xe000) continue; // no characters by themselves
			const text = String.fromCodePoint(c);
			if (visible(text) !== text) console.log(c);
		}`).CombinedOutput()
	require.NoError(t, err, "%s", out)
	var page, here []string
	page = strings.Fields(string(out))
	for c := rune(0); c < 0x110000; c++ {
		if purl.Hidden(c) && (c < 0xd800 || c >= 0xe000) {
			here = append(here, strconv.Itoa(int(c)))
		}
	}
	require.Equal(t, here, page)
}
