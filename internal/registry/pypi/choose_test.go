package pypi

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// listing is an index of these files; "!" before one yanks it.
func listing(t *testing.T, files ...string) *project {
	t.Helper()
	var all []string
	for i, f := range files {
		name := strings.TrimPrefix(f, "!")
		all = append(all, fmt.Sprintf(`{"filename":%q,"yanked":%t,"hashes":{"sha256":"%064d"},"url":"https://files.pythonhosted.org/packages/00/00/%060d/%s"}`, name, name != f, i, i, name))
	}
	p := &project{answer: fetch.Answer{State: fetch.Found, Body: []byte(`{"name":"thing","files":[` + strings.Join(all, ",") + `]}`)}}
	require.NoError(t, p.read("thing"))
	return p
}

func TestChoose(t *testing.T) {
	files := []string{"thing-0.9.tar.gz", "thing-1.0.tar.gz", "thing-1.0-py3-none-any.whl", "thing-1.0-cp313-cp313-win_amd64.whl", "!thing-1.1.tar.gz", "thing-2.0rc1.tar.gz", "thing-1.0.tar.bz2", "thing-1.0.egg"}
	for name, c := range map[string]struct {
		ref     purl.Ref
		visit   registry.Visit
		want    string
		refused string
	}{
		"the newest":        {ref: purl.Ref{}, want: "thing-1.0-py3-none-any.whl"},
		"another spelling":  {ref: purl.Ref{Version: "1.0.0"}, want: "thing-1.0-py3-none-any.whl"},
		"yanked":            {ref: purl.Ref{Version: "1.1"}, want: "thing-1.1.tar.gz"},
		"a pre-release":     {ref: purl.Ref{Version: "2.0.rc1"}, want: "thing-2.0rc1.tar.gz"},
		"its file":          {ref: purl.Ref{Version: "1.0", File: "thing-1.0.tar.gz"}, want: "thing-1.0.tar.gz"},
		"by a digest":       {ref: purl.Ref{Version: "1.0", Digests: []purl.Digest{{Algorithm: "sha256", Value: strings.Repeat("9", 64)}, {Algorithm: "sha256", Value: fmt.Sprintf("%064d", 1)}}}, want: "thing-1.0.tar.gz"},
		"by another digest": {ref: purl.Ref{Version: "1.0", Digests: []purl.Digest{{Algorithm: "sha256", Value: strings.Repeat("9", 64)}}}, want: "thing-1.0-py3-none-any.whl"},
		"brought":           {ref: purl.Ref{Version: "1.0"}, visit: registry.Visit{FileName: "thing-1.0-cp313-cp313-win_amd64.whl"}, want: "thing-1.0-cp313-cp313-win_amd64.whl"},
		"no such version":   {ref: purl.Ref{Version: "1.5"}, refused: "lists no version 1.5"},
		"no such file":      {ref: purl.Ref{Version: "1.0", File: "thing-1.0-py2-none-any.whl"}, refused: "lists no file"},
		"of another form":   {ref: purl.Ref{Version: "1.0", File: "thing-1.0.tar.bz2"}, refused: "kind that is not read"},
	} {
		t.Run(name, func(t *testing.T) {
			c.ref.Type, c.ref.Name = "pypi", "Thing"
			got, err := choose(c.ref, listing(t, files...), c.visit)
			var refused *purl.Refused
			if c.refused != "" {
				require.True(t, errors.As(err, &refused), err)
				require.Contains(t, refused.Detail, c.refused)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got.at.file)
			require.NotEmpty(t, got.place)
			for _, o := range got.others {
				require.NotEqual(t, c.want, o.Ref.File)
			}
		})
	}
	got, err := choose(purl.Ref{Name: "thing", Version: "1.0"}, listing(t, files...), registry.Visit{})
	require.NoError(t, err)
	require.Len(t, got.others, 2, "what is not read has no audit")
}

// TestUnindexed: what is known where the index could not be had.
func TestUnindexed(t *testing.T) {
	open := fetch.Answer{State: fetch.Unknown, Reason: "no network"}
	got, err := unindexed(purl.Ref{Name: "thing", Version: "1.0"}, open)
	require.NoError(t, err)
	require.Empty(t, got.place)
	got, err = unindexed(purl.Ref{Name: "thing", Version: "1.0", File: "thing-1.0.tar.gz", Digests: []purl.Digest{{Algorithm: "blake2b-256", Value: strings.Repeat("ab", 32)}}}, open)
	require.NoError(t, err)
	require.Equal(t, "https://files.pythonhosted.org/packages/ab/ab/"+strings.Repeat("ab", 30)+"/thing-1.0.tar.gz", got.place)
	_, err = unindexed(purl.Ref{Name: "thing"}, open)
	require.ErrorContains(t, err, "which version")
	_, err = unindexed(purl.Ref{Name: "thing", Version: "1.0"}, fetch.Answer{State: fetch.NotThere})
	require.ErrorContains(t, err, "no project thing")
}

func TestBrokenIndexes(t *testing.T) {
	for bad, why := range map[string]string{
		`[]`: "not an object", `{"name":"other","files":[]}`: "about", `{"name":"thing"}`: "no list of files", `{"name":"thing","files":[{}]}`: "has no name",
		`{"name":"thing","files":[{"filename":"a"},{"filename":"a"}]}`: "twice", `{"name":"thing","meta":{"api-version":"2.0"},"files":[]}`: "version",
	} {
		p := &project{answer: fetch.Answer{Body: []byte(bad)}}
		require.ErrorContains(t, p.read("thing"), why, bad)
	}
	e := entry{file: "thing-1.0.tar.gz"}
	for _, elsewhere := range []string{"", "https://evil.example/packages/00/00/" + strings.Repeat("0", 60) + "/thing-1.0.tar.gz", "http://files.pythonhosted.org/packages/00/00/" + strings.Repeat("0", 60) + "/thing-1.0.tar.gz",
		"https://files.pythonhosted.org/packages/00/00/" + strings.Repeat("0", 60) + "/other-1.0.tar.gz", "https://files.pythonhosted.org/packages/source/t/thing/thing-1.0.tar.gz"} {
		require.Empty(t, ownPlace(elsewhere, e.file), elsewhere)
	}
	require.NotEmpty(t, ownPlace("https://files.pythonhosted.org/packages/00/00/"+strings.Repeat("0", 60)+"/thing-1.0.tar.gz#sha256=00", e.file))
}

func TestWithdrawn(t *testing.T) {
	require.Empty(t, withdrawn(entry{}, &project{status: "active"}))
	require.Contains(t, withdrawn(entry{yanked: true, withdrew: "broken"}, &project{}), `yanked this file: "broken"`)
	require.Contains(t, withdrawn(entry{yanked: true}, &project{status: "quarantined", reason: "malware"}), `in quarantine: it may be harmful, and should not be installed. Its reason: "malware".`)
	require.Contains(t, withdrawn(entry{}, &project{status: "archived"}), "archived")
	require.Contains(t, withdrawn(entry{}, &project{status: "new"}), `"new"`)
	empty := &project{answer: fetch.Answer{State: fetch.Found}, status: "quarantined"}
	for _, version := range []string{"", "1.0"} {
		_, err := choose(purl.Ref{Type: "pypi", Name: "thing", Version: version}, empty, registry.Visit{})
		require.ErrorContains(t, err, "in quarantine", "whose files the index leaves out")
	}
}
