package npm

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/strictjson"
)

func TestBadRecords(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"not UTF-8":          {"{\"name\":\"\xff\"}", "not valid UTF-8"},
		"other name":         {doc(t, map[string]any{"name": "evil"}, nil), `it is about "evil@1.2.3", and asked for was "pkg@1.2.3"`},
		"other case":         {doc(t, map[string]any{"name": "Pkg"}, nil), `it is about "Pkg@1.2.3"`},
		"other version":      {doc(t, map[string]any{"version": "1.2.4"}, nil), `it is about "pkg@1.2.4"`},
		"name of wrong type": {doc(t, map[string]any{"name": 1}, nil), "it is about"},
		"case of a key":      {strings.Replace(doc(t, nil, nil), `"name"`, `"Name"`, 1), "it is about"},
		"two dists":          {strings.Replace(doc(t, nil, nil), `"dist":`, `"dist":{},"dist":`, 1), `the key "dist" stands twice`},
		"two, one escaped":   {strings.Replace(doc(t, nil, nil), `"dist":`, `"\u0064ist":{},"dist":`, 1), `the key "dist" stands twice`},
		"twice, deep":        {strings.Replace(doc(t, nil, nil), `"integrity":`, `"integrity":"","integrity":`, 1), `the key "integrity" stands twice`},
		"dist is a text":     {doc(t, map[string]any{"dist": "x"}, nil), `its "dist" is no object`},
		"signatures a text":  {doc(t, nil, map[string]any{"signatures": "x"}), "no list of at most 100 signatures"},
		"signatures mixed":   {doc(t, nil, map[string]any{"signatures": []any{1}}), "holds something that is no signature"},
		"many signatures":    {doc(t, nil, map[string]any{"signatures": make([]any, 101)}), "no list of at most 100 signatures"},
	} {
		t.Run(name, func(t *testing.T) {
			rel := mustResolve(t, plain(t).but(world{recordAt: ok(c.body), attestAt: ok(`{"attestations":[]}`)}), "npm:pkg@1.2.3")
			assert.Equal(t, fetch.Unknown, rel.Record().Answer.State)
			assert.Contains(t, rel.Record().Answer.Reason, c.want)
			assert.Equal(t, c.body, string(rel.Record().Answer.Body))
			require.Len(t, noted(rel, "record"), 1)
			assert.Contains(t, noted(rel, "record")[0], c.want)
			assert.Empty(t, rel.Record().States)
			assert.Empty(t, rel.Signatures())
			assert.Empty(t, rel.Source.Repository)
			assert.Equal(t, fetch.Unknown, rel.Source.Asked)
			assert.Equal(t, tarballAt, rel.File.Request.URL)
			assert.Equal(t, "1.2.3", rel.Ref.Version)
			assert.Equal(t, fetch.Found, rel.File.Attestations.Answer.State, "nothing announced that there are none, so they were asked for")
		})
	}
}

// TestRecordsOfAnotherKind: what is no record at all is no answer.
func TestRecordsOfAnotherKind(t *testing.T) {
	for name, body := range map[string]string{
		"a web page": "<!DOCTYPE html><html></html>", "nothing": "", "something else": "\xff\xfe", "another JSON document": "[]",
		"a text of another form": strings.Repeat("[", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			rel := mustResolve(t, plain(t).but(world{recordAt: ok(body), attestAt: ok(`{"attestations":[]}`)}), "npm:pkg@1.2.3")
			assert.Equal(t, fetch.Unknown, rel.Record().Answer.State)
			assert.Equal(t, fetch.OtherKind, rel.Record().Answer.Err.Kind)
			assert.Equal(t, Host+" answers with "+name+", and not with a version record", rel.Record().Answer.Reason)
			assert.Empty(t, rel.Record().States)
			assert.Equal(t, fetch.Found, rel.File.Attestations.Answer.State, "nothing announced that there are none, so they were asked for")
		})
	}
}

func TestPlaces(t *testing.T) {
	for name, c := range map[string]struct {
		stated any
		want   string
		noted  bool
	}{
		"its own":        {tarballAt, tarballAt, false},
		"http":           {"http://registry.npmjs.org/pkg/-/pkg-1.2.3.tgz", tarballAt, false},
		"another file":   {"https://registry.npmjs.org/pkg/-/pkg-v1.2.3.tgz", "https://registry.npmjs.org/pkg/-/pkg-v1.2.3.tgz", false},
		"none":           {nil, tarballAt, true},
		"foreign host":   {"https://evil.example/pkg/-/pkg-1.2.3.tgz", tarballAt, true},
		"host with port": {"https://registry.npmjs.org:444/pkg/-/pkg-1.2.3.tgz", tarballAt, true},
		"user":           {"https://u@registry.npmjs.org/pkg/-/pkg-1.2.3.tgz", tarballAt, true},
		"query":          {tarballAt + "?x", tarballAt, true},
		"fragment":       {tarballAt + "#x", tarballAt, true},
		"look-alike":     {"https://registry.npmjs.org.evil.example/pkg/-/pkg-1.2.3.tgz", tarballAt, true},
		"other package":  {"https://registry.npmjs.org/evil/-/evil-1.2.3.tgz", tarballAt, true},
		"dots":           {"https://registry.npmjs.org/pkg/-/../../evil/-/x.tgz", tarballAt, true},
		"ftp":            {"ftp://registry.npmjs.org/pkg/-/pkg-1.2.3.tgz", tarballAt, true},
		"a number":       {7, tarballAt, true},
		"control":        {"https://registry.npmjs.org/pkg/-/a\u0000.tgz", tarballAt, true},
	} {
		t.Run(name, func(t *testing.T) {
			rel := mustResolve(t, plain(t).but(world{recordAt: ok(doc(t, nil, map[string]any{"tarball": c.stated}))}), "npm:pkg@1.2.3")
			assert.Equal(t, c.want, rel.File.Request.URL)
			assert.Equal(t, c.noted, len(noted(rel, "record")) == 1, rel.Notes)
			assert.Len(t, rel.Record().States, 2, "what else the record says still counts")
		})
	}
	t.Run("encoded scope", func(t *testing.T) {
		r := &record{dist: strictjson.Object{"tarball": []byte(`"https://registry.npmjs.org/@s%2fpkg/-/pkg-1.0.0.tgz"`)}}
		address, note := r.place(located{"@s/pkg", "1.0.0"})
		assert.Equal(t, "https://registry.npmjs.org/@s/pkg/-/pkg-1.0.0.tgz", address)
		assert.Empty(t, note)
	})
}

func TestDigests(t *testing.T) {
	for name, c := range map[string]struct {
		dist    map[string]any
		want    []string
		message string
		binds   int
		notes   int
	}{
		"several":       {map[string]any{"integrity": "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= " + sha512Of + "?opt"}, []string{"sha1", "sha512", "sha1"}, "pkg@1.2.3:sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= " + sha512Of + "?opt", 2, 0},
		"old":           {map[string]any{"integrity": nil}, []string{"sha1"}, "pkg@1.2.3:sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", 1, 0},
		"nothing":       {map[string]any{"integrity": nil, "shasum": nil}, nil, "pkg@1.2.3:", 0, 0},
		"short":         {map[string]any{"integrity": "sha512-AAAA"}, []string{"sha1"}, "pkg@1.2.3:sha512-AAAA", 0, 1},
		"no base64":     {map[string]any{"integrity": "sha512-!"}, []string{"sha1"}, "pkg@1.2.3:sha512-!", 0, 1},
		"no algorithm":  {map[string]any{"integrity": "crc-AAAA"}, []string{"sha1"}, "pkg@1.2.3:crc-AAAA", 0, 1},
		"loose padding": {map[string]any{"integrity": strings.Replace(sha512Of, "Pg==", "Ph==", 1)}, []string{"sha1"}, "pkg@1.2.3:" + strings.Replace(sha512Of, "Pg==", "Ph==", 1), 0, 1},
		"a number":      {map[string]any{"integrity": 7}, []string{"sha1"}, "pkg@1.2.3:sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", 1, 1},
		"bad shasum":    {map[string]any{"shasum": "xyz"}, []string{"sha512"}, "pkg@1.2.3:" + sha512Of, 1, 1},
		"upper shasum":  {map[string]any{"shasum": strings.ToUpper(sha1In)}, []string{"sha512", "sha1"}, "pkg@1.2.3:" + sha512Of, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			rel := mustResolve(t, plain(t).but(world{recordAt: ok(doc(t, nil, c.dist))}), "npm:pkg@1.2.3")
			var got []string
			for _, d := range rel.Record().States {
				got = append(got, d.Algorithm)
				assert.Equal(t, strings.ToLower(d.Value), d.Value)
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.message, string(rel.Signatures()[0].Message))
			assert.Len(t, rel.Signatures()[0].Binds, c.binds)
			assert.Len(t, noted(rel, "record"), c.notes)
		})
	}
}

func TestSignaturesNeverVanish(t *testing.T) {
	rel := mustResolve(t, plain(t).but(world{recordAt: ok(doc(t, nil, map[string]any{"signatures": []any{
		map[string]any{"keyid": "SHA256:unknown", "sig": "AQID"},
		map[string]any{"keyid": keyID, "sig": "not base64"},
		map[string]any{"sig": 7},
	}}))}), "npm:pkg@1.2.3")
	require.Len(t, rel.Signatures(), 3)
	assert.Equal(t, "SHA256:unknown", rel.Signatures()[0].KeyID)
	assert.Empty(t, rel.Signatures()[1].Bytes)
	assert.Empty(t, rel.Signatures()[2].KeyID)
	assert.Empty(t, mustResolve(t, plain(t).but(world{recordAt: ok(doc(t, nil, map[string]any{"signatures": nil}))}), "npm:pkg@1.2.3").Signatures())
}

func TestDeprecated(t *testing.T) {
	for stated, want := range map[any]string{
		strings.Repeat("x", 1000): `The publisher has deprecated this version: "` + strings.Repeat("x", 500) + `…". That word is not signed.`,

		"use x": `The publisher has deprecated this version: "use x". That word is not signed.`,
		true:    "The publisher has deprecated this version. That word is not signed.",
		false:   "",
		"":      "",
		7:       "",
	} {
		rel := mustResolve(t, plain(t).but(world{recordAt: ok(doc(t, map[string]any{"deprecated": stated}, nil))}), "npm:pkg@1.2.3")
		assert.Equal(t, want, rel.Index.Withdrawn, "%v", stated)
	}
}
