package pypi

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	other "deps.dev/util/semver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSpecifiers(t *testing.T) {
	for _, c := range []struct{ text, in, out string }{
		{">=1.0,<2", "1.0 1.9.post1 1.5+local", "0.9 2.0 1.5rc1 2.0.dev1"},
		{"~=1.4.2", "1.4.2 1.4.10", "1.5 1.4.1"},
		{"~=1.4", "1.4 1.9", "2.0 1.3"},
		{"~=1.4.2rc1", "1.4.2rc1 1.4.2 1.4.9", "1.5"},
		{"==1.2.*", "1.2 1.2.9 1.2.0.1", "1.3 1.20"},
		{"!=1.2.*", "1.3 1.1", "1.2.1"},
		{"==1.0", "1.0 1.0.0 1.0+local v1", "1.0.1 1.0.post1"},
		{"==1.0+a", "1.0+a", "1.0 1.0+b"},
		{"<2.0", "1.9", "2.0 2.0rc1"},
		{"<2.0rc2", "2.0rc1 1.0", "2.0rc2 2.0"},
		{">1.0", "1.1", "1.0 1.0.post1 1.0+x"},
		{">1.0.post1", "1.0.post2", "1.0.post1"},
		{"===1.0-weird", "1.0-weird", "1.0"},
		{"", "1.0 2.0", "2.0rc1 nonsense"},
		{"<=1.0", "1.0 1.0+x", "1.0.1"},
		{">=1!0", "1!1.0", "2.0"},
	} {
		s, ok := parseSpecifiers(c.text)
		require.True(t, ok, c.text)
		for _, v := range strings.Fields(c.in) {
			require.True(t, s.has(v), "%s has %s", c.text, v)
		}
		for _, v := range strings.Fields(c.out) {
			require.False(t, s.has(v), "%s has %s", c.text, v)
		}
	}
	for _, text := range []string{"1.0", "^1.0", "~=1", ">=1.*", ">=", "<script>", strings.Repeat(">=1,", 100) + ">=1"} {
		_, ok := parseSpecifiers(text)
		require.False(t, ok, text)
	}
}

// Google's deps.dev orders versions too. (Its ranges are not PyPA's: to it, "!=0" has
// 0.)
func TestOrderAgainstDepsDev(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		a, b := invented(r, false), invented(r, false)
		require.Equal(t, other.PyPI.Compare(a, b), compareVersions(a, b), "%s and %s", a, b)
	}
}

// invented is a version, perhaps with a local part.
func invented(r *rand.Rand, local bool) string {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	v := pick("", "", "", "", "1!") + fmt.Sprint(r.IntN(3))
	for range r.IntN(3) {
		v += fmt.Sprintf(".%d", r.IntN(3))
	}
	if v += pick("", "", "", "", "a1", "b2", "rc1", ".post1", ".dev1", "rc1.dev2", ".post2.dev1"); local && r.IntN(6) == 0 {
		v += "+l.1"
	}
	return v
}

// PyPA's packaging is what pip itself asks.
func TestAgainstPackaging(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import packaging.specifiers").Run() != nil {
		t.Skip("python3 with the module packaging is not here")
	}
	r := rand.New(rand.NewPCG(5, 6))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	var asked strings.Builder
	var ours []string
	for range 20_000 {
		text := pick("==", "!=", "<=", ">=", "<", ">", "~=") + invented(r, false)
		if strings.HasPrefix(text, "==") && r.IntN(3) == 0 {
			text = fmt.Sprintf("%s%d.%d.*", pick("==", "!="), r.IntN(3), r.IntN(3))
		}
		if r.IntN(3) == 0 {
			text += "," + pick("!=", "<", "<=", "==") + invented(r, true)
		}
		s, ok := parseSpecifiers(text)
		v := invented(r, true)
		answer := "None"
		if ok {
			answer = map[bool]string{true: "True", false: "False"}[s.has(v)]
		}
		fmt.Fprintf(&asked, "%s\t%s\n", text, v)
		ours = append(ours, answer+"\t"+text+"\t"+v)
	}
	run := exec.Command(python, "-c", `
import sys
from packaging.specifiers import SpecifierSet, InvalidSpecifier
for line in sys.stdin:
    text, version = line.rstrip("\n").split("\t")
    try:
        s = SpecifierSet(text)
        print(s.contains(version, prereleases=bool(s.prereleases)), text, version, sep="\t")
    except InvalidSpecifier:
        print(None, text, version, sep="\t")
`)
	run.Stdin = strings.NewReader(asked.String())
	out, err := run.Output()
	require.NoError(t, err)
	theirs := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, theirs, len(ours))
	for i := range ours {
		assert.Equal(t, theirs[i], ours[i])
	}
}
