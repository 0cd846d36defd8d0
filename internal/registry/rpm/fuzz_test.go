package rpm

import (
	"bytes"
	"compress/gzip"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/registry"
)

// FuzzDocuments: of an index and a list of packages nothing is read that leads out of
// the repository, and of a package nothing panics.
func FuzzDocuments(f *testing.F) {
	w := mint.World{}
	rpm := mint.NewRPM("gold-leaf", "1.2.3", "4", nil)
	mint.ServeRPMs(w, "", nil, rpm)
	for url, p := range w {
		body := p.Body
		if z, err := gzip.NewReader(bytes.NewReader(body)); err == nil {
			var text bytes.Buffer
			if _, err := text.ReadFrom(z); err == nil {
				body = text.Bytes()
			}
		}
		f.Add(body)
		_ = url
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := readRepomd(b); err == nil {
			require.True(t, beside(p.href) && len(p.states) == 1, p.href)
		}
		found, err := readPrimary(context.Background(), b, wanted{name: "gold-leaf", arch: "x86_64"}) // not compressed
		for _, e := range found {
			require.True(t, err != nil || e.name == "gold-leaf" && registry.Below(e.href, inPaths) && e.sum != "" && e.header >= 0 && e.header <= maxHeader)
		}
		if s := sealed(b, releases[0]); s != nil {
			require.True(t, bytes.HasSuffix(b, s.Part))
		}
	})
}

// TestHostileIndexes: what an index states is bounded, and stays inside.
func TestHostileIndexes(t *testing.T) {
	repomd := func(data string) []byte { return []byte("<repomd>" + data + "</repomd>") }
	const sum = "<checksum type=\"sha256\">0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a</checksum>"
	good := "<data type=\"primary\">" + sum + "<location href=\"repodata/primary.xml.gz\"/></data>"
	_, err := readRepomd(repomd(good))
	require.NoError(t, err)
	for name, data := range map[string]string{
		"two lists": good + good, "none": "", "a weak digest": "<data type=\"primary\"><checksum type=\"sha\">00</checksum><location href=\"repodata/primary.xml.gz\"/></data>",
		"a place outside": "<data type=\"primary\">" + sum + "<location href=\"../repodata/primary.xml.gz\"/></data>", "a place below": "<data type=\"primary\">" + sum + "<location href=\"repodata/x/primary.xml.gz\"/></data>",
		"another file": "<data type=\"primary\">" + sum + "<location href=\"repodata/filelists.xml.gz\"/></data>", "another host": "<data type=\"primary\">" + sum + "<location base=\"https://example.com/\" href=\"repodata/primary.xml.gz\"/></data>",
		"an entity": "<!DOCTYPE x [<!ENTITY a \"b\">]>" + good,
	} {
		_, err := readRepomd(repomd(data))
		assert.Error(t, err, name)
	}
	_, err = readRepomd(append(repomd(good), repomd(good)...))
	require.Error(t, err, "a second document")
	// A list that inflates without end is left at its bound; an entry without end too.
	var z bytes.Buffer
	g := gzip.NewWriter(&z)
	_, _ = g.Write([]byte("<metadata>"))
	for range 10 {
		_, _ = g.Write(bytes.Repeat([]byte("<package "), 1<<17))
	}
	require.NoError(t, g.Close())
	_, err = readPrimary(context.Background(), z.Bytes(), wanted{name: "gold-leaf"})
	require.ErrorContains(t, err, "reading the list of packages")
}

func TestOffers(t *testing.T) {
	for _, c := range []struct {
		asked, version string
		want           bool
	}{
		{">= 5", "5.2-3.fc43", true}, {">= 5.3", "5.2-3.fc43", false}, {"= 5.2", "5.2-9", true}, {"= 5.2-3", "5.2-9", false}, {"< 1:1", "9-1", true}, {"<= 1:1", "1:1-7", true}, {"> 1:1", "1:1-7", false}, {">= 1.0~rc1", "1.0-1", true},
	} {
		fits := Registry{}.Fits(c.asked)
		require.NotNil(t, fits, c.asked)
		assert.Equal(t, c.want, fits(c.version), c)
	}
	for _, none := range []string{"", "5", "^1.0 x", "(a if b)", ">= 5 6"} {
		assert.Nil(t, Registry{}.Fits(none), none)
	}
	assert.Negative(t, Registry{}.CompareVersions("9-1", "1:0-1"))
	assert.Negative(t, Registry{}.CompareVersions("5.2-3.fc43", "5.2-10.fc43"))
}
