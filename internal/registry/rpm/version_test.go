package rpm

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCompareVersions: each version is older than the next (rpm's
// docs/manual/dependencies.md; Fedora's Packaging Guidelines, "Versioning").
func TestCompareVersions(t *testing.T) {
	sorted := []string{"1.0~rc1", "1.0~rc1^1", "1.0", "1.0^", "1.0^20160101", "1.0^20160102", "1.0a", "1.0b", "1.0.1", "1.9", "1.10", "1.010.1", "10", "99999999999999999999", "100000000000000000000"}
	for i, a := range sorted {
		for j, b := range sorted {
			assert.Equal(t, cmp.Compare(i, j), compareVersions(a, b), "%s and %s", a, b)
		}
	}
	for _, same := range [][2]string{{"1.0", "1_0"}, {"1.0", "1.00"}, {"1..0+", "1.0"}, {"", ""}, {"1.a1", "1a1"}} {
		assert.Zero(t, compareVersions(same[0], same[1]), same)
	}
}

// TestAgainstRPM: rpm orders versions so.
func TestAgainstRPM(t *testing.T) {
	rpm, err := exec.LookPath("rpm")
	if err != nil {
		t.Skip("rpm is not here")
	}
	r := rand.New(rand.NewPCG(7, 8))
	invented := func() string {
		const of = "~~^^..019aAbz+_0"
		b := make([]byte, 1+r.IntN(7))
		for i := range b {
			b[i] = of[r.IntN(len(of))]
		}
		return string(b)
	}
	var asked strings.Builder
	var ours []string
	for range 20_000 {
		a, b := invented(), invented()
		if r.IntN(2) == 0 {
			b = a[:r.IntN(len(a)+1)] + b
		}
		fmt.Fprintln(&asked, a, b)
		ours = append(ours, fmt.Sprint(compareVersions(a, b), " ", a, " ", b))
	}
	run := exec.Command(rpm, "--eval", `%{lua: for line in io.lines("/dev/stdin") do
		local a, b = line:match("(%S+) (%S+)")
		print(rpm.vercmp(a, b) .. " " .. line .. "\n")
	end}`)
	run.Stdin = strings.NewReader(asked.String())
	out, err := run.Output()
	require.NoError(t, err)
	theirs := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, theirs, len(ours))
	for i := range ours {
		require.Equal(t, theirs[i], ours[i])
	}
}
