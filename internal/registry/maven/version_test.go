package maven

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestVersionOrder: each comes before the next.
func TestVersionOrder(t *testing.T) {
	sorted := []string{"0.9", "1-alpha-1", "1-alpha-2", "1.0-beta1", "1-milestone-3", "1.0-rc1", "1.0-SNAPSHOT", "1.0", "1-sp", "1-foo", "1-1", "1.0.1", "1.1", "1.2", "1.9", "1.10", "2.0-jre", "2.1"}
	for i := range sorted[1:] {
		require.Negative(t, orderOf(sorted[i]).compare(orderOf(sorted[i+1])), "%s before %s", sorted[i], sorted[i+1])
		require.Positive(t, orderOf(sorted[i+1]).compare(orderOf(sorted[i])), "%s after %s", sorted[i+1], sorted[i])
	}
	for _, same := range [][2]string{{"1", "1.0.0"}, {"1.0-ga", "1"}, {"1-final", "1.0"}, {"1.0-cr1", "1-rc1"}, {"1a1", "1-alpha-1"}, {"1.0.RELEASE", "1"}, {"01.02", "1.2"}} {
		require.Zero(t, orderOf(same[0]).compare(orderOf(same[1])), "%v", same)
	}
}

func TestNewest(t *testing.T) {
	for _, c := range []struct {
		list, newest, before string // before the last in its release line
	}{
		{"1.0 1.1 2.0-beta1", "1.1", ""},
		{"1.0-alpha1 1.0-rc2", "1.0-rc2", "1.0-alpha1"},
		{"31.1-android 31.1-jre 9.0", "31.1-jre", ""},
		{"1.0 1.1 1.10 1.9", "1.10", "1.1"},
		{"0.1.0 0.2.0 0.2.1", "0.2.1", "0.2.0"},
		{"26 27-ea+11", "26", ""},
		{"1.0 1.1.0.Beta2 1.1-M1 1.2-alpha.1", "1.0", "1.1-M1"},
	} {
		var doc strings.Builder
		doc.WriteString("<metadata><groupId>g</groupId><artifactId>a</artifactId><versioning><versions>")
		all := strings.Fields(c.list)
		for _, v := range all {
			doc.WriteString("<version>" + v + "</version>")
		}
		doc.WriteString("</versions></versioning></metadata>")
		sorted, err := readVersions([]byte(doc.String()), coordinates{group: "g", artifact: "a"})
		require.NoError(t, err)
		require.Len(t, sorted, len(all))
		require.Equal(t, c.newest, newestOf(sorted), c.list)
		if last := all[len(all)-1]; last != "9.0" && last != "1.9" && last != "2.0-beta1" {
			require.Equal(t, c.before, versions{all: sorted}.before(last), c.list)
		}
	}
}

// compared is a line of what Maven's own class prints of two neighbours.
var compared = regexp.MustCompile(`(?m)^   (\S+) (<|>|==) (\S+)$`)

// TestVersionOrderOfMaven asks Maven's own class, where it is installed.
func TestVersionOrderOfMaven(t *testing.T) {
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		t.Skip("Maven is not installed here, so the order was not compared with its own")
	}
	if mvn, err = filepath.EvalSymlinks(mvn); err != nil {
		t.Skip(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{"1", "0", "10", "2", "00", "alpha", "a", "b", "beta", "m", "rc", "cr", "sp", "ga", "final", "snapshot", "foo", "x", "jre", "Final"}
	var list []string
	for range 4000 {
		v := fmt.Sprint(r.IntN(3))
		for range r.IntN(5) {
			v += []string{".", "-", ""}[r.IntN(3)] + parts[r.IntN(len(parts))]
		}
		list = append(list, v)
	}
	out, err := exec.Command("java", append([]string{"-cp", filepath.Join(filepath.Dir(mvn), "..", "lib", "*"), "org.apache.maven.artifact.versioning.ComparableVersion"}, list...)...).Output()
	if err != nil {
		t.Skipf("Maven's class could not be run here: %v", err)
	}
	lines := compared.FindAllStringSubmatch(string(out), -1)
	require.Greater(t, len(lines), 3000)
	wrong := 0
	for _, m := range lines {
		want := slices.Index([]string{"<", "==", ">"}, m[2]) - 1
		got := orderOf(m[1]).compare(orderOf(m[3]))
		if got = min(max(got, -1), 1); got != want {
			if wrong++; wrong < 12 {
				t.Errorf("%s %s %s by Maven; here %d (%v, %v)", m[1], m[2], m[3], got, orderOf(m[1]), orderOf(m[3]))
			}
		}
	}
	t.Logf("%d pairs, %d differ", len(lines), wrong)
}
