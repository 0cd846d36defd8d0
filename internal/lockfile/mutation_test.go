package lockfile

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/lockfile/lockfiletest"
)

// made are digests of nothing, of their right forms.
func made(_, name string) lockfiletest.Sums {
	sum := strings.Repeat(fmt.Sprintf("%02x", name[0]), 32)
	return lockfiletest.Sums{SHA1: sum[:40], SHA256: sum, SHA512: sum + sum,
		SRI: "sha512-" + strings.Repeat(string(name[0]-32), 86-len("Cg")) + "Cg==", H1: "h1:" + strings.Repeat(strings.ToUpper(name), 42) + "A="}
}

// said are the pins, each as it is without its place in the file.
func said(t *testing.T, name, text string) map[string]Pin {
	t.Helper()
	f, err := Read(name, []byte(text))
	require.NoError(t, err, "%s: %s", name, text)
	require.Equal(t, f.Entries, len(f.Pins)+f.Repeated)
	out := map[string]Pin{}
	for _, p := range f.Pins {
		require.NotZero(t, p.Line, "%s: %+v", name, p)
		out[p.Name] = p
		p.Line, p.Key = 0, ""
		out[p.Name] = p
	}
	require.Len(t, out, len(f.Pins))
	return out
}

var (
	anyDigest  = regexp.MustCompile(`[0-9a-f]{64,128}|sha512-[A-Z]{84}Cg==|h1:[A-Z]{42}A=`)
	anyAddress = regexp.MustCompile(`https://(registry\.npmjs\.org/[a-c]|files\.pythonhosted\.org|pypi\.org/simple|github\.com/rust-lang)`)
)

// TestOneChange: of each format, one digest flipped changes that pin and no other;
// one address changed raises a voice there and nowhere else; one entry removed
// leaves the others as they are.
func TestOneChange(t *testing.T) {
	for _, s := range lockfiletest.All(made) {
		before := said(t, s.Name, s.Text)
		require.Len(t, before, 3, s.Name)
		differ := func(text string) (names []string) {
			for name, p := range said(t, s.Name, text) {
				if fmt.Sprintf("%+v", p) != fmt.Sprintf("%+v", before[name]) {
					names = append(names, name)
				}
			}
			return names
		}
		for _, at := range anyDigest.FindAllStringIndex(s.Text, -1) {
			i := at[0] + 9
			flipped := s.Text[:i] + map[bool]string{true: "7", false: "8"}[s.Text[i] == '8'] + s.Text[i+1:]
			if s.NoDigest {
				require.Empty(t, differ(flipped), s.Name)
				continue
			}
			changed := differ(flipped)
			require.Len(t, changed, 1, "%s: %s", s.Name, flipped)
			now := said(t, s.Name, flipped)[changed[0]]
			require.Equal(t, Package, now.Kind, "%s: %s", s.Name, now.Why)
			require.NotEqual(t, before[changed[0]].Ref.Digests, now.Ref.Digests, s.Name)
		}
		addresses := anyAddress.FindAllStringIndex(s.Text, -1)
		for _, at := range addresses {
			moved := s.Text[:at[0]] + "https://evil.example/x" + s.Text[at[1]:]
			changed := differ(moved)
			if s.Name == "Pipfile.lock" { // one index serves all
				require.Len(t, changed, 3)
				continue
			}
			require.Len(t, changed, 1, "%s: %s", s.Name, moved)
			now := said(t, s.Name, moved)[changed[0]]
			require.Contains(t, now.Outside+now.Why, "evil.example", s.Name)
		}
		for _, n := range []string{"a", "b", "c"} {
			entry := s.Entry(n)
			require.Equal(t, 1, strings.Count(s.Text, entry), s.Name)
			less := lockfiletest.Without(s, n)
			left := said(t, s.Name, less)
			require.Len(t, left, 2, "%s: %s", s.Name, less)
			for name, p := range left {
				require.Equal(t, before[name], p, s.Name)
			}
		}
	}
}
