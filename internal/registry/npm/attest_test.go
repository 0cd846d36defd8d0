package npm

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
	"touchstone/internal/trust"
)

const (
	slsa        = "https://slsa.dev/provenance/v1"
	attestation = `{"predicateType":"` + slsa + `","bundle":{"mediaType":"x",  "a":1.50}}`
)

func attested(t testing.TB, dist map[string]any) world {
	d := map[string]any{"attestations": map[string]any{"url": attestAt, "provenance": map[string]any{"predicateType": slsa}}}
	change(d, dist)
	return plain(t).but(world{recordAt: ok(doc(t, nil, d)), attestAt: ok(`{"attestations":[` + attestation + `]}`)})
}

func TestAttestations(t *testing.T) {
	rel := mustResolve(t, attested(t, nil), "npm:pkg@1.2.3")
	assert.Equal(t, fetch.Found, rel.File.Attestations.Answer.State)
	assert.True(t, rel.File.Attestations.Promised)
	assert.Equal(t, []string{slsa}, rel.File.Attestations.Labels)
	assert.Equal(t, trust.NPMKeys, rel.File.Attestations.Keys)
	assert.Equal(t, registry.Expected{Names: []string{"pkg:npm/pkg@1.2.3"}, Algorithm: "sha512"}, rel.File.Attestations.Subject)
	require.Len(t, rel.File.Attestations.Each, 1)
	assert.Equal(t, slsa, rel.File.Attestations.Each[0].Label)
	assert.Equal(t, `{"mediaType":"x",  "a":1.50}`, string(rel.File.Attestations.Each[0].Bundle), "kept as served")
	assert.Empty(t, rel.File.Attestations.Broken)
	assert.Empty(t, noted(rel, "record"))
	assert.Equal(t, []string{"pkg:npm/%40s/pkg@1.0.0", "pkg:npm/@s/pkg@1.0.0"}, located{"@s/pkg", "1.0.0"}.purls())
}

func TestBadAttestations(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"no bundle":        {`{"attestations":[{"predicateType":"x"}]}`, "attestation 1 has no bundle"},
		"a text as bundle": {`{"attestations":[` + attestation + `,{"bundle":"x"}]}`, "attestation 2 has no bundle"},
		"not an object":    {`{"attestations":[7]}`, "attestation 1 has no bundle"},
		"101":              {`{"attestations":[` + strings.Repeat(attestation+",", 100) + attestation + `]}`, "it holds 101 attestations; at most 100 are read"},
		"two lists":        {`{"attestations":[],"attestations":[` + attestation + `]}`, `"attestations" stands twice`},
		"bundle twice":     {`{"attestations":[{"bundle":{},"bundle":{}}]}`, `"bundle" stands twice`},
		"twice in bundle":  {`{"attestations":[{"bundle":{"a":{"b":1,"b":2}}}]}`, `"b" stands twice`},
	} {
		t.Run(name, func(t *testing.T) {
			rel := mustResolve(t, attested(t, nil).but(world{attestAt: ok(c.body)}), "npm:pkg@1.2.3")
			assert.Contains(t, rel.File.Attestations.Broken, c.want)
			assert.Empty(t, rel.File.Attestations.Each)
			assert.True(t, rel.File.Attestations.Promised)
			assert.Equal(t, fetch.Found, rel.File.Attestations.Answer.State)
		})
	}
	t.Run("huge", func(t *testing.T) {
		rel := mustResolve(t, attested(t, nil).but(world{attestAt: {status: 200, reader: func() io.Reader { return spaces{} }}}), "npm:pkg@1.2.3")
		assert.Equal(t, fetch.Unknown, rel.File.Attestations.Answer.State)
		assert.Contains(t, rel.File.Attestations.Broken, "larger than")
	})
	for name, body := range map[string]string{"web page": "<html>", "nothing": "", "not JSON": "nope", "a list": "[]", "no list": "{}", "null": `{"attestations":null}`, "other case": `{"Attestations":[]}`} {
		t.Run("another kind: "+name, func(t *testing.T) {
			rel := mustResolve(t, attested(t, nil).but(world{attestAt: ok(body)}), "npm:pkg@1.2.3")
			assert.Equal(t, fetch.Unknown, rel.File.Attestations.Answer.State, "no answer")
			assert.Contains(t, rel.File.Attestations.Answer.Reason, "and not with a list of attestations")
			assert.Empty(t, rel.File.Attestations.Broken)
			assert.True(t, rel.File.Attestations.Promised)
		})
	}
	t.Run("none, though promised", func(t *testing.T) {
		rel := mustResolve(t, attested(t, nil).but(world{attestAt: {status: 404}}), "npm:pkg@1.2.3")
		assert.True(t, rel.File.Attestations.Promised)
		assert.Equal(t, fetch.NotThere, rel.File.Attestations.Answer.State)
		assert.Empty(t, rel.File.Attestations.Broken)
	})
	t.Run("of a future version", func(t *testing.T) {
		rel := mustResolve(t, attested(t, nil).but(world{attestAt: ok(`{"attestations":[{"predicateType":"https://slsa.dev/provenance/v9","new":1,"bundle":{"mediaType":"application/vnd.dev.sigstore.bundle.v9+json"}}],"v":9}`)}), "npm:pkg@1.2.3")
		require.Len(t, rel.File.Attestations.Each, 1)
		assert.Equal(t, "https://slsa.dev/provenance/v9", rel.File.Attestations.Each[0].Label)
	})
}

// TestAnnouncements: what is asked is this version's address on the registry's
// own host, whatever the record says.
func TestAnnouncements(t *testing.T) {
	for name, c := range map[string]struct {
		stated any
		labels int
		noted  bool
	}{
		"another host, same path": {map[string]any{"url": "https://mirror.example/-/npm/v1/attestations/pkg@1.2.3"}, 0, false},
		"another package":         {map[string]any{"url": "https://registry.npmjs.org/-/npm/v1/attestations/evil@1.2.3"}, 0, true},
		"another path":            {map[string]any{"url": "https://registry.npmjs.org/evil"}, 0, true},
		"no address":              {map[string]any{"provenance": map[string]any{"predicateType": slsa}}, 1, false},
		"another form":            {"yes", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			rel := mustResolve(t, attested(t, map[string]any{"attestations": c.stated}), "npm:pkg@1.2.3")
			assert.True(t, rel.File.Attestations.Promised)
			assert.Equal(t, attestAt, rel.File.Attestations.Answer.URL)
			assert.Len(t, rel.File.Attestations.Labels, c.labels)
			assert.Len(t, rel.File.Attestations.Each, 1)
			assert.Equal(t, c.noted, len(noted(rel, "record")) == 1)
		})
	}
	announced, notes := announcement(strictjson.Object{"attestations": []byte(`{"url":"https://registry.npmjs.org/-/npm/v1/attestations/@s%2fpkg@1.0.0"}`)}, located{"@s/pkg", "1.0.0"})
	assert.NotNil(t, announced)
	assert.Empty(t, notes)
}

func TestEarlier(t *testing.T) {
	run := func(version string, versions ...string) registry.Earlier {
		w := world{
			"https://registry.npmjs.org/pkg/" + version: ok(doc(t, map[string]any{"version": version}, nil)),
			listAt: ok(listed(versions...)),
		}
		for _, v := range versions {
			w["https://registry.npmjs.org/-/npm/v1/attestations/pkg@"+strings.TrimPrefix(v, "+")] = ok(`{"attestations":[` + attestation + `]}`)
		}
		return mustResolve(t, w, "npm:pkg@"+version).Earlier
	}
	e := run("1.10.0", "+0.9.0", "+1.2.0", "1.3.0", "+1.9.0", "+1.10.0", "+1.11.0", "+1.10.0-rc.1", "2.0.0", "bad", "+1.8.0")
	assert.Equal(t, fetch.Found, e.State)
	assert.Equal(t, []string{"1.9.0", "1.8.0", "1.2.0"}, e.Attested)
	assert.Equal(t, "https://registry.npmjs.org/-/npm/v1/attestations/pkg@1.9.0", e.Previous.Answer.URL)
	assert.Equal(t, []string{"pkg:npm/pkg@1.9.0"}, e.Previous.Subject.Names)
	assert.True(t, e.Previous.Promised)
	assert.Equal(t, []string{slsa}, e.Previous.Labels)
	assert.Len(t, e.Previous.Each, 1)

	assert.Equal(t, []string{"0.3.1"}, run("0.3.2", "+0.2.9", "+0.3.1", "0.3.0").Attested, "below 1.0.0 the minor version is the line")
	assert.Equal(t, []string{"1.0.0-rc.1"}, run("1.0.0-rc.2", "+1.0.0-rc.1", "+0.9.0").Attested)
	none := run("1.1.0", "1.0.0", "+2.0.0")
	assert.Empty(t, none.Attested)
	assert.Empty(t, none.Previous.Answer.URL, "nothing is fetched where nothing can be compared")

	for name, c := range map[string]struct {
		page page
		want string
	}{
		"100 MB":         {page{status: 200, reader: func() io.Reader { return io.LimitReader(spaces{}, 100<<20) }}, "larger than"},
		"web page":       {ok("<html>"), "web page"},
		"other package":  {ok(strings.Replace(listed("1.0.0"), `"pkg"`, `"evil"`, 1)), `it is about "evil"`},
		"two versions":   {ok(strings.Replace(listed("1.0.0"), `"versions"`, `"versions":{},"versions"`, 1)), `"versions" stands twice`},
		"a list":         {ok(`[]`), "an object should stand"},
		"versions: list": {ok(`{"name":"pkg","versions":[]}`), "an object should stand"},
		"fault":          {page{status: 500}, "500"},
	} {
		t.Run(name, func(t *testing.T) {
			rel := mustResolve(t, plain(t).but(world{listAt: c.page}), "npm:pkg@1.2.3")
			assert.Equal(t, fetch.Unknown, rel.Earlier.State)
			assert.Contains(t, rel.Earlier.Reason, c.want)
			assert.Equal(t, fetch.Unknown, rel.Index.State)
			assert.Empty(t, rel.Index.Latest)
			assert.Len(t, rel.Record().States, 2)
		})
	}
}

// FuzzAttestations: an answer is read whole or not at all, and what is read is
// what any other reader of JSON would see.
func FuzzAttestations(f *testing.F) {
	f.Add([]byte(`{"attestations":[` + attestation + `]}`))
	f.Add([]byte(`{"attestations":[{"bundle":{"\u0061":1,"a":2}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		each, err := readAttestations(body)
		if err != nil {
			require.Nil(t, each)
			return
		}
		var other struct {
			Attestations []struct{ Bundle map[string]any }
		}
		require.NoError(t, json.Unmarshal(body, &other))
		for _, a := range each {
			require.True(t, json.Valid(a.Bundle))
		}
	})
}

// FuzzRecord: whatever the bytes, a record that is read is about what was asked
// and its claims are made of it.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(doc(f, nil, nil)))
	f.Add([]byte(`{"name":"pkg","version":"1.2.3","dist":{"signatures":[{}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := readRecord(body, "pkg", "1.2.3")
		if err != nil {
			return
		}
		at := located{"pkg", "1.2.3"}
		require.Equal(t, at, located{r.fields.Text("name"), r.fields.Text("version")})
		digests, _ := r.digests()
		for _, d := range digests {
			require.Len(t, d.Value, 2*digest.Size(d.Algorithm))
		}
		for _, s := range r.claims(at) {
			require.True(t, strings.HasPrefix(string(s.Message), "pkg@1.2.3:"))
		}
		address, _ := r.place(at)
		require.True(t, strings.HasPrefix(address, "https://registry.npmjs.org/pkg/-/"), address)
		announcement(r.dist, at)
		statedSource(r.fields["repository"])
	})
}

// FuzzDocuments: the walk over large documents never fails to end.
func FuzzDocuments(f *testing.F) {
	f.Add([]byte(listed("1.0.0", "+1.2.2")))
	f.Add([]byte(`{"name":"pkg","time":{"1.2.3":"2020-02-02T02:02:02.222Z"}}`))
	f.Add([]byte(`{"name":"pkg","versions":{"1.0.0":[{"\"":"\\"}]}} `))
	f.Fuzz(func(t *testing.T, body []byte) {
		l := &listing{}
		if l.parse(body, "pkg", true) == nil {
			var other map[string]any
			require.NoError(t, json.Unmarshal(body, &other))
			require.Equal(t, "pkg", other["name"])
			l.line("1.2.3")
		}
		_, _ = dateOf(body, located{"pkg", "1.2.3"})
	})
}

// TestEveryBit flips every bit of a record: what is read is about the version
// asked, and no other digest stands under the text that was signed.
func TestEveryBit(t *testing.T) {
	record := doc(t, nil, nil)
	good, err := readRecord([]byte(record), "pkg", "1.2.3")
	require.NoError(t, err)
	want := good.claims(located{"pkg", "1.2.3"})
	read := 0
	for n := range 8 * len(record) {
		i := n / 8
		bad := []byte(record)
		bad[i] ^= 1 << (n % 8)
		r, err := readRecord(bad, "pkg", "1.2.3")
		if err != nil {
			continue
		}
		read++
		got := r.claims(located{"pkg", "1.2.3"})
		before, _ := good.digests()
		after, _ := r.digests()
		if len(got) == 1 && string(got[0].Message) == string(want[0].Message) {
			require.Equal(t, want[0].Binds, got[0].Binds, "byte %d", i)
			require.Equal(t, before[0], after[0], "byte %d", i)
		}
	}
	assert.Positive(t, read)
}

func ExampleRegistry() {
	fmt.Println(Registry{}.Type(), Registry{}.Name(), Registry{}.Hosts()[0].Name)
	// Output: npm npm registry registry.npmjs.org
}
