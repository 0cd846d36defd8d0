package lockfile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/lockfile/lockfiletest"
)

// notations are how the files of each format are written.
var notations = map[string]string{
	"package-lock.json": "JSON", "npm-shrinkwrap.json": "JSON", "deno.lock": "JSON", "Pipfile.lock": "JSON", "x.cdx.json": "JSON", "x.spdx.json": "JSON", "bun.lock": "JSON",
	"Cargo.lock": "TOML", "uv.lock": "TOML", "poetry.lock": "TOML", "pdm.lock": "TOML", "pylock.toml": "TOML",
	"pnpm-lock.yaml": "YAML", "verification-metadata.xml": "XML",
	"yarn.lock": "lines", "go.sum": "lines", "requirements.txt": "lines",
}

// TestEachReaderIsBounded: for each format, a file that is too large, one with more
// pins than are read, and one that nests without end, which is none that its clients
// write, is an error with a reason.
func TestEachReaderIsBounded(t *testing.T) {
	huge := []byte(strings.Repeat("x", Largest+1))
	deep := func(from, to string) string { return strings.Repeat(from, 100_000) + strings.Repeat(to, 100_000) }
	defer func(before int) { most = before }(most)
	most = 2
	for _, s := range lockfiletest.All(made) {
		_, err := Read(s.Name, huge)
		require.ErrorContains(t, err, "at most 33554432 are read", s.Name)

		_, err = Read(s.Name, []byte(s.Text))
		require.ErrorContains(t, err, "more than 2 pins", s.Name)

		kind := notations[s.Name]
		if strings.Contains(s.Text, "__metadata") {
			kind = "YAML"
		}
		end := strings.LastIndexByte(s.Text, '}')
		hostile := map[string][]string{
			"JSON": {s.Text[:max(end, 0)] + `,"x":` + deep("[", "]") + "}", s.Text[:max(end, 0)] + `,"x":` + deep(`{"a":`, "}") + "}"},
			"TOML": {s.Text + "\n[x]\ny = " + deep("[", "]") + "\n", s.Text + "\n[" + strings.Repeat("a.", 100_000) + "a]\n", s.Text + "\n[x]\ny = " + deep("{a=", "}") + "\n"},
			"YAML": {s.Text + "\nx: " + deep("[", "]") + "\n", s.Text + "\nx: " + deep("{a: ", "}") + "\n",
				s.Text + "\nx: &x [*x]\n", s.Text + "\nx: &x {<<: *x}\n", s.Text + "\nx: *y\n",
				s.Text + "\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"},
			"XML": {strings.Replace(s.Text, "<components>", deep("<components>", "</components>")+"<components>", 1),
				`<!DOCTYPE x [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>` + s.Text, strings.Replace(s.Text, "1.0", "&b;", 1)},
			"lines": {s.Text + strings.Repeat(" ", 100_000) + "x: [[[[\n" + deep("[", "]")},
		}[kind]
		require.NotEmpty(t, hostile, s.Name)
		most = Most
		for _, text := range hostile {
			f, err := Read(s.Name, []byte(text))
			if s.Name == "requirements.txt" && err == nil { // every line is an option to pip, or a package
				require.NotEqual(t, Package, f.Pins[len(f.Pins)-1].Kind)
				continue
			}
			require.Error(t, err, "%s: %.300s", s.Name, text[max(0, len(text)-300):])
			require.NotEmpty(t, err.Error())
		}
		most = 2
	}
}

// TestIncludesInARing: requirements files that include each other are read once each.
func TestIncludesInARing(t *testing.T) {
	f, err := ReadAll([]Document{{"requirements.txt", []byte("a==1.0\n-r b.txt\n-r requirements.txt\n")}, {"b.txt", []byte("-r requirements.txt\nb==1.0\n")}})
	require.NoError(t, err)
	require.Equal(t, 5, len(f.Pins))
}
