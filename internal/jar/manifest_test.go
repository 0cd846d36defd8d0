package jar

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadManifest(t *testing.T) {
	for name, c := range map[string]struct{ doc, want, err string }{
		"lines of each kind":   {"Manifest-Version: 1.0\r\nA: 1\rB: 2\n\n", "2", ""},
		"continued":            {"B: long\r\n er\r\n\r\n", "longer", ""},
		"another case":         {"b: x\n", "x", ""},
		"sections":             {"B: x\n\nName: a\nB: y\n\n\nName: b\n\n", "x", ""},
		"nothing":              {"", "", ""},
		"no end":               {"B: x", "x", ""},
		"a header twice":       {"B: x\nb: y\n", "", "twice"},
		"a section twice":      {"B: x\n\nName: a\n\nName: a\n", "", "two sections"},
		"a section unnamed":    {"B: x\n\nC: a\n", "", "name of its entry"},
		"continues nothing":    {" x\n", "", "continues"},
		"no header":            {"B\n", "", "no header"},
		"a name that is none":  {"B b: x\n", "", "no header"},
		"no text":              {"B: \xff\n", "", "no text"},
		"endless":              {"B: x\n" + strings.Repeat(" "+strings.Repeat("x", 70)+"\n", 70_000), "", "longer"},
		"long":                 {"B: 2\nA: x\n" + strings.Repeat(" "+strings.Repeat("x", 70)+"\n", 2000), "2", ""},
		"broken in characters": {"B: \xc3\n \xa9\n", "é", ""},
		"a NUL":                {"B: a\x00b\n", "", "no text"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := ReadManifest([]byte(c.doc))
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, m.Main.Headers.Get("B"))
		})
	}
}

func FuzzReadManifest(f *testing.F) {
	f.Add([]byte("Manifest-Version: 1.0\r\nB: 2\r\n er\r\n\r\nName: a\r\n\r\n"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		m, err := ReadManifest(doc)
		if err != nil {
			return
		}
		whole := len(m.Main.Raw)
		for _, section := range append(m.Entries, m.Main) {
			for name, value := range section.Headers {
				require.Equal(t, strings.ToLower(name), name)
				require.NotContains(t, value, "\n")
			}
			whole += len(section.Raw)
		}
		require.LessOrEqual(t, whole-len(m.Main.Raw), len(doc), "sections are apart from one another")
	})
}
