package report_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/report"
)

func TestShell(t *testing.T) {
	cases := []struct {
		name string
		env  [][2]string
		argv []string
		want string
		ok   bool
	}{
		{"plain", nil, []string{"go", "mod", "download", "example.com/m@v1.0.0"}, "go mod download example.com/m@v1.0.0", true},
		{"spaces and quotes", nil, []string{"echo", "it's here"}, `echo 'it'\''s here'`, true},
		{"substitution", nil, []string{"echo", "$(rm -rf /)`x`"}, "echo '$(rm -rf /)`x`'", true},
		{"empty argument", nil, []string{"echo", ""}, "echo ''", true},
		{"variable", [][2]string{{"A_1", "x y"}}, []string{"env"}, "A_1='x y' env", true},
		{"bad variable", [][2]string{{"A;B", "x"}}, []string{"env"}, "", false},
		{"newline", nil, []string{"echo", "a\nb"}, "", false},
		{"escape", nil, []string{"echo", "a\x1b[1m"}, "", false},
		{"not ASCII", nil, []string{"echo", "a\u202eb"}, "", false},
		{"assignment as command", nil, []string{"PATH=x", "go"}, "", false},
		{"nothing", nil, nil, "", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, ok := report.Shell(c.env, c.argv)
			require.Equal(t, c.ok, ok)
			require.Equal(t, c.want, got)
		})
	}
}

// FuzzShell asks a real shell what it makes of a quoted word.
func FuzzShell(f *testing.F) {
	for _, s := range []string{"", "a", "'", `"`, `\`, "$x", "`x`", "!!", "~", "a b", "*", "-n", "#x", "a;b", "{a,b}", "\t"} {
		f.Add(s)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("there is no POSIX shell here")
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, ok := report.Shell(nil, []string{"printf", "%s", s})
		if !ok {
			require.True(t, strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e }))
			return
		}
		out, err := exec.Command(sh, "-c", text).Output()
		require.NoError(t, err)
		require.Equal(t, s, string(out))
	})
}
