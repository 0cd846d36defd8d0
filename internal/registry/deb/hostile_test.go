package deb

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/mint"
)

// What a signed index says in two ways it does not say, whoever signed it.
func TestHostileIndexes(t *testing.T) {
	key := mint.NewArchiveKey("archive", made)
	sum, other := strings.Repeat("0a", 32), strings.Repeat("0b", 32)
	line := " " + sum + " 10 main/binary-amd64/Packages.xz\n"
	good := "Codename: trixie\nDate: Sun, 01 Mar 2026 12:00:00 UTC\nSHA256:\n" + line
	read := func(text string) *inRelease {
		in := &inRelease{of: distributions[0].suite("trixie"), answer: fetch.Answer{State: fetch.Found, Body: key.Clearsign(text, made)}}
		in.read()
		return in
	}
	require.Empty(t, read(good).broken)
	require.Len(t, read(good).places([]string{"main"}, "amd64"), 1)
	for name, text := range map[string]string{
		"its digests twice":                 good + "SHA256:\n" + strings.Replace(line, sum, other, 1),
		"twice in other letters":            good + "sha256:\n" + strings.Replace(line, sum, other, 1),
		"one list twice":                    good + strings.Replace(line, sum, other, 1),
		"one list of two sizes":             good + strings.Replace(line, " 10 ", " 11 ", 1),
		"a second paragraph":                good + "\nSHA256:\n" + line,
		"another suite":                     strings.Replace(good, "trixie", "sid", 1),
		"no suite":                          strings.Replace(good, "Codename: trixie\n", "", 1),
		"two suites":                        "Codename: sid\n" + good,
		"a weaker digest alone":             strings.Replace(good, "SHA256:", "MD5Sum:", 1),
		"no list":                           strings.Replace(good, line, "", 1),
		"a line of four parts":              strings.Replace(good, "Packages.xz", "Packages.xz more", 1),
		"a digest that is too short":        strings.Replace(good, sum, sum[2:], 1),
		"a date that is none":               strings.Replace(good, "Sun, 01 Mar", "Sun, 32 Mar", 1),
		"a date in another zone":            strings.Replace(good, " UTC", " EST", 1),
		"an end that is none":               "Valid-Until: never\n" + good,
		"a size below nothing":              strings.Replace(good, " 10 ", " -1 ", 1),
		"a field that begins with a hyphen": "-SHA256: x\n" + good,
		"a line that begins inside a field": " " + good,
	} {
		in := read(text)
		assert.NotEmpty(t, in.broken, name)
		assert.NotEmpty(t, in.signatures, "%s: what cannot be read keeps its signature", name)
	}
	// Where a list stands comes of its digest, or of a place below the suite's folder: no
	// path that an index states is asked for otherwise.
	for _, path := range []string{"../../evil/binary-amd64/Packages.xz", "/main/binary-amd64/Packages.xz", "main/../binary-amd64/Packages.xz", "http://example.com/Packages.xz"} {
		assert.Empty(t, read(strings.Replace(good, "main/binary-amd64/Packages.xz", path, 1)).places([]string{"main"}, "amd64"), path)
	}
	in := read(strings.Replace(good, "Packages.xz", "Packages", 1))
	assert.Empty(t, in.broken)
	assert.Equal(t, "main/binary-amd64/Packages", in.unusual([]string{"main"}, "amd64"), "a list that is not read is not empty")
}

// What a list says in two ways, or of a file elsewhere, is refused.
func TestHostileEntries(t *testing.T) {
	gold := mint.NewDeb("gold-leaf", "1.2.3-4")
	entry := gold.EntryOf(gold.Packed())
	other := strings.ReplaceAll(entry, "gold-leaf", "iron-leaf")
	read := func(text string) (out []entryOf) {
		found, err := find(strings.NewReader(text), "gold-leaf")
		if err != nil {
			return []entryOf{{err: err}}
		}
		for _, s := range found {
			e, err := readEntry(s)
			out = append(out, entryOf{e, err})
		}
		return out
	}
	for name, text := range map[string]string{"as it is": other + "\n" + entry + "\n" + other, "CR LF": strings.ReplaceAll(entry+"\n"+other, "\n", "\r\n"), "no line end": strings.TrimSuffix(entry, "\n")} {
		got := read(text)
		require.Len(t, got, 1, name)
		require.NoError(t, got[0].err, name)
		require.Equal(t, gold.Pool(), got[0].file, name)
	}
	pool := "Filename: " + gold.Pool()
	for name, text := range map[string]string{
		"a field twice":                 entry + "Filename: pool/main/e/evil.deb\n",
		"a field twice, in small":       entry + "filename: pool/main/e/evil.deb\n",
		"a path out":                    strings.Replace(entry, pool, "Filename: pool/../../evil.deb", 1),
		"a path from the root":          strings.Replace(entry, pool, "Filename: /pool/main/evil.deb", 1),
		"a path of another place":       strings.Replace(entry, pool, "Filename: dists/trixie/evil.deb", 1),
		"an address":                    strings.Replace(entry, pool, "Filename: https://example.com/evil.deb", 1),
		"a path that is escaped":        strings.Replace(entry, pool, "Filename: pool/%2e%2e/evil.deb", 1),
		"a path on two lines":           strings.Replace(entry, pool, pool+"\n .deb", 1),
		"a path with a query":           strings.Replace(entry, pool, "Filename: pool/main/evil.deb?x=.deb", 1),
		"no package of Debian's":        strings.Replace(entry, pool, "Filename: pool/main/e/evil.rpm", 1),
		"a digest that is continued":    strings.Replace(entry, "SHA256: ", "SHA256: "+strings.Repeat("0", 32)+"\n ", 1),
		"no size":                       strings.Replace(entry, "Size:", "Sise:", 1),
		"a line of blanks":              strings.Replace(entry, "Filename:", " \nFilename:", 1),
		"a name that is not first":      "Version: 1\n" + entry,
		"a name on two lines":           strings.Replace(entry, "Version:", " Version:", 1),
		"another name inside":           strings.Replace(other, "Version:", "Package: gold-leaf\nVersion:", 1) + "\n",
		"a comment":                     strings.Replace(entry, "Filename:", "# Filename:", 1),
		"a carriage return in its name": strings.Replace(entry, "Filename:", "File\rname:", 1),
	} {
		got := read(text)
		require.NotEmpty(t, got, name)
		assert.Error(t, got[0].err, name)
	}
}

type entryOf struct {
	entry
	err error
}
