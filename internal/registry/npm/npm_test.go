package npm

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
	"touchstone/internal/trust"
)

func TestHosts(t *testing.T) {
	require.NoError(t, fetch.CheckHosts(Registry{}.Hosts()))
	for path, want := range map[string]bool{
		"/lodash":                                       true,
		"/lodash/4.17.21":                               true,
		"/lodash/latest":                                true,
		"/JSONStream/1.3.5":                             true,
		"/@types/node/22.0.0":                           true,
		"/@types/node":                                  true,
		"/@types/node/-/node-22.0.0.tgz":                true,
		"/lodash/-/lodash-4.17.21.tgz":                  true,
		"/-/npm/v1/attestations/lodash@4.17.21":         true,
		"/-/npm/v1/attestations/@types%2fnode@22.0.0":   true,
		"/-/npm/v1/attestations/@types/node@22.0.0":     true,
		"/@types%2fnode/22.0.0":                         true,
		"/-/npm/v1/keys":                                false,
		"/-/v1/search":                                  true,
		"/-/whoami":                                     false,
		"/-/user/org.couchdb.user:x":                    false,
		"/lodash/-/lodash-4.17.21.tgz/x":                false,
		"/lodash/-/lodash-4.17.21.zip":                  false,
		"/lodash/../x":                                  false,
		"/lodash/%2e%2e":                                false,
		"/":                                             false,
		"/_all_docs":                                    false,
		"/.well-known/x":                                false,
		"/a/b/c/d":                                      false,
		"/-/npm/v1/attestations/@a%2fb%2fc@1.0.0":       false,
		"/-/npm/v1/attestations/lodash@4.17.21/../../x": false,
		"/-/npm/v1/attestations/lodash@4.17.21%2fx":     false,
	} {
		u, err := url.Parse("https://registry.npmjs.org" + path)
		require.NoError(t, err, path)
		assert.Equal(t, want, fetch.Allowed(Registry{}.Hosts(), u) == nil, path)
	}
}

// FuzzAddresses: whatever npm name the person's text may mean, every address
// built from it is one that was declared, and names no other host.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"lodash@4.17.21", "@a/b@1.0.0", "@-/_x@next", "!'()*~@1.0.0-a+b", "JSONStream", "@a/-@1.0.0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ref, err := purl.Parse("npm:" + text)
		if err != nil || ref.Type != "npm" {
			return
		}
		at := located{ref.Path(), ref.Version}
		addresses := []string{base + at.name}
		if at.version != "" {
			addresses = append(addresses, recordURL(at.name, at.version), at.tarball(), at.attestations())
		}
		if ref.Tag != "" {
			addresses = append(addresses, recordURL(at.name, ref.Tag))
		}
		for _, a := range addresses {
			u, err := url.Parse(a)
			require.NoError(t, err)
			require.NoError(t, fetch.Allowed(Registry{}.Hosts(), u), a)
			require.Equal(t, Host, u.Host)
		}
	})
}

func TestResolve(t *testing.T) {
	rel := mustResolve(t, plain(t), "pkg:npm/pkg@1.2.3")
	assert.Equal(t, "pkg:npm/pkg@1.2.3", rel.Ref.String())
	assert.Equal(t, "npm registry", rel.Repository)
	assert.Equal(t, tarballAt, rel.File.Request.URL)
	assert.Equal(t, fetch.Found, rel.Record().Answer.State)
	assert.Equal(t, recordAt, rel.Record().Answer.URL)
	assert.Equal(t, []registry.Stated{
		{Of: registry.OfArtifact, Algorithm: "sha512", Value: sha512In, Choice: true},
		{Of: registry.OfArtifact, Algorithm: "sha1", Value: sha1In},
	}, rel.Record().States)
	assert.Equal(t, []registry.Signature{{
		Form: registry.ECDSAP256, Anchors: trust.NPMKeys, KeyID: keyID, Message: []byte("pkg@1.2.3:" + sha512Of), Bytes: []byte{1, 2, 3},
		Binds: rel.Record().States[:1],
	}}, rel.Signatures())
	assert.Equal(t, registry.Source{
		Repository: "https://github.com/o/r", Revision: "0123456789012345678901234567890123456789",
		Route: fetch.Direct, InRecord: true, Asked: fetch.Found,
	}, rel.Source)
	assert.Equal(t, registry.Index{Latest: "2.0.0", State: fetch.Found}, rel.Index)
	assert.Empty(t, rel.Notes)
	assert.NotNil(t, rel.File.Inspector)
	assert.True(t, rel.Installer.RefusesWrongDigest)
	assert.False(t, rel.Installer.ChecksSignature)
	assert.Equal(t, fetch.NotThere, rel.File.Attestations.Answer.State)
	assert.Equal(t, fetch.Direct, rel.File.Attestations.Answer.Route)
	assert.Equal(t, registry.Earlier{State: fetch.Found}, rel.Earlier)
}

func TestTags(t *testing.T) {
	w := plain(t).but(world{
		latestAt:                              ok(doc(t, map[string]any{"version": "2.0.0"}, nil)),
		"https://registry.npmjs.org/pkg/next": ok(doc(t, nil, nil)),
	})
	newest := mustResolve(t, w, "npm:pkg")
	assert.Equal(t, "pkg:npm/pkg@2.0.0", newest.Ref.String())
	assert.Equal(t, []string{"You gave no version. This checks 2.0.0, which the npm registry names as the newest. That answer is not signed."}, noted(newest, "moving"))
	next := mustResolve(t, w, "npm:pkg@next")
	assert.Equal(t, "1.2.3", next.Ref.Version)
	assert.Empty(t, next.Ref.Tag)
	assert.Contains(t, noted(next, "moving")[0], "next is a moving name. This checks 1.2.3")

	t.Run("by the list where the document is not to be had", func(t *testing.T) {
		rel := mustResolve(t, w.but(world{latestAt: {status: 500}, recordAt: ok(doc(t, nil, nil)),
			"https://registry.npmjs.org/pkg/2.0.0": ok(doc(t, map[string]any{"version": "2.0.0"}, nil))}), "npm:pkg")
		assert.Equal(t, "2.0.0", rel.Ref.Version)
		assert.Equal(t, fetch.Found, rel.Record().Answer.State)
	})
	t.Run("a document about no exact version", func(t *testing.T) {
		rel := mustResolve(t, w.but(world{latestAt: ok(doc(t, map[string]any{"version": "../x"}, nil))}), "npm:pkg")
		assert.Equal(t, "2.0.0", rel.Ref.Version)
		assert.Contains(t, noted(rel, "record")[0], "no exact version")
	})
}

func TestNotFound(t *testing.T) {
	for name, c := range map[string]struct {
		world world
		ref   string
		want  string
	}{
		"no package":           {world{}, "npm:pkg@1.2.3", "has no package pkg"},
		"no package, no tag":   {world{}, "npm:pkg", "has no package pkg"},
		"unpublished version":  {world{listAt: ok(listed("1.0.0", "2.0.0"))}, "npm:pkg@1.2.3", "has no pkg@1.2.3. It may have been unpublished, or never published. The newest version is 2.0.0. The nearest before it is 1.0.0."},
		"404 and no list":      {world{listAt: {status: 500}}, "npm:pkg@1.2.3", "has no pkg@1.2.3"},
		"opaque, but the list": {world{recordAt: {err: io.ErrUnexpectedEOF}, listAt: ok(listed("1.0.0"))}, "npm:pkg@1.2.3", "has no pkg@1.2.3"},
		"build metadata":       {world{listAt: ok(listed("1.2.3"))}, "npm:pkg@1.2.3+b", "npm drops what follows a plus sign when publishing: try 1.2.3."},
		"unknown tag":          {world{listAt: ok(listed("1.2.3"))}, "npm:pkg@beta", `knows no tag "beta" of pkg. Its tags are latest, next.`},
		"tag, nothing answers": {world{latestAt: {status: 503}, listAt: {status: 503}}, "npm:pkg", "did not say which version pkg@latest is"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := resolve(t, c.world, c.ref)
			var notFound *purl.Refused
			require.ErrorAs(t, err, &notFound)
			assert.Contains(t, notFound.Detail, c.want)
			assert.Equal(t, map[bool]purl.Kind{false: purl.Missing, true: purl.Unlearned}[strings.Contains(c.want, "did not say")], notFound.Kind)
			for _, choice := range notFound.Choices {
				assert.True(t, strings.HasPrefix(choice.Reference, "pkg:npm/pkg@"), choice.Reference)
			}
		})
	}
	t.Run("another case", func(t *testing.T) {
		_, err := resolve(t, world{}, "pkg:npm/%40Scope/Pkg@1.2.3")
		var notFound *purl.Refused
		require.ErrorAs(t, err, &notFound)
		assert.Equal(t, []purl.Choice{{Reference: "pkg:npm/%40scope/pkg@1.2.3", Why: "in lower case"}}, notFound.Choices)
	})
	t.Run("an unreachable record is not a missing one", func(t *testing.T) {
		rel := mustResolve(t, world{recordAt: {status: 500}, listAt: {status: 500}}, "npm:pkg@1.2.3")
		assert.Equal(t, fetch.Unknown, rel.Record().Answer.State)
		assert.Equal(t, tarballAt, rel.File.Request.URL)
		assert.Empty(t, rel.Record().States)
		assert.Equal(t, fetch.NotThere, rel.File.Attestations.Answer.State, "asked all the same")
		assert.Equal(t, fetch.Unknown, rel.Earlier.State)
		assert.Equal(t, fetch.Unknown, rel.Index.State)
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := Registry{}.Resolve(ctx, client(plain(t)), parse(t, "npm:pkg@1.2.3"), registry.Visit{})
		require.ErrorIs(t, err, context.Canceled)
	})
}

// TestNotDirect: by the relay or a recording, a missing version and a missing
// announcement are nobody's word.
func TestNotDirect(t *testing.T) {
	const relay = "https://relay.example"
	relayed := world{}
	for k, v := range plain(t) {
		relayed[relay+"/"+strings.TrimPrefix(k, "https://")] = v
	}
	run := func(text string, w world) (*registry.Release, error) {
		c := fetch.New(fetch.Options{Hosts: Registry{}.Hosts(), Transport: unreachable{w, relay}, Relay: relay, Retries: -1}).Session(fetch.SessionOptions{})
		return Registry{}.Resolve(context.Background(), c, parse(t, text), registry.Visit{})
	}
	rel, err := run("npm:pkg@1.2.3", relayed)
	require.NoError(t, err)
	assert.Equal(t, fetch.Relay, rel.Record().Answer.Route)
	assert.Equal(t, fetch.Unknown, rel.File.Attestations.Answer.State)
	assert.Equal(t, fetch.Relay, rel.File.Attestations.Answer.Route)
	assert.NotEmpty(t, rel.File.Attestations.Answer.Reason)

	// A 404 of the relay is no 404: of a pin, and where the package itself came.
	const asked = "Is pkg@1.2.3 spelled right? Nothing was found under this name. Only a direct answer of the npm registry could settle that, and it gave none."
	for pasted, w := range map[string]world{
		"npm:pkg@1.2.3 sha512-" + strings.Repeat("A", 86) + "==": {},
		"npm:pkg@1.2.3": {relay + "/registry.npmjs.org/pkg/-/pkg-1.2.3.tgz": ok("bytes")},
	} {
		rel, err = run(pasted, w)
		require.NoError(t, err, pasted)
		assert.Equal(t, fetch.Unknown, rel.Record().Answer.State)
		assert.Equal(t, []string{asked}, noted(rel, "spelling"))
	}

	// The name is asked about first, with a version as without, also where the search
	// does not answer.
	_, err = run("npm:pkg", world{})
	require.ErrorContains(t, err, "Is pkg spelled right? Nothing was found under this name.")
	assert.NotContains(t, err.Error(), "relay")
	_, err = run("npm:pkg@1.2.3", world{})
	require.ErrorContains(t, err, asked+" If name and version are right, try again later.")
	_, err = run("npm:pkg@1.2.3", world{relay + "/registry.npmjs.org/-/v1/search?size=8&text=pkg": ok(`{"objects":[{"package":{"name":"pkgs"}}]}`)})
	require.ErrorContains(t, err, "finds names that are written nearly alike")

	rel, err = run("npm:pkg@1.2.3", relayed.but(world{relay + "/registry.npmjs.org/pkg/1.2.3": {status: 404}, relay + "/registry.npmjs.org/pkg" + listMark: ok(listed("1.0.0"))}))
	require.NoError(t, err, "nor is the relay's list")
	assert.Empty(t, noted(rel, "spelling"))
	assert.Equal(t, fetch.Unknown, rel.Record().Answer.State)

	record := new(fetch.Record)
	live := fetch.New(fetch.Options{Hosts: Registry{}.Hosts(), Transport: plain(t), Retries: -1}).Session(fetch.SessionOptions{Record: record})
	first, err := Registry{}.Resolve(context.Background(), live, parse(t, "npm:pkg@1.2.3"), registry.Visit{FileInHand: true})
	require.NoError(t, err)
	again := fetch.NewReplay(record, fetch.Options{Hosts: Registry{}.Hosts()}).Session(fetch.SessionOptions{})
	rel, err = Registry{}.Resolve(context.Background(), again, parse(t, "npm:pkg@1.2.3"), registry.Visit{FileInHand: true})
	require.NoError(t, err)
	assert.Equal(t, fetch.Replay, rel.Record().Answer.Route)
	assert.Equal(t, fetch.Unknown, rel.File.Attestations.Answer.State)
	assert.Equal(t, first.Earlier, rel.Earlier)
	assert.Equal(t, first.Record().States[0].Value, rel.Record().States[0].Value)
}

// unreachable refuses every address outside the relay, as a browser does.
type unreachable struct {
	world
	relay string
}

func (u unreachable) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	if !strings.HasPrefix(r.URL, u.relay) {
		return nil, io.ErrUnexpectedEOF
	}
	res, err := u.world.Do(ctx, r)
	if err == nil {
		res.Header = map[string]string{fetch.RelayMark: fetch.RelayAnswer}
	}
	return res, err
}

// TestRetiredKey: the large document is asked only where a date decides.
func TestRetiredKey(t *testing.T) {
	const full = `{"name":"pkg","versions":{"1.2.3":{}},"time":{"created":"2015-01-01T00:00:00.000Z","1.2.3":"2020-02-02T02:02:02.222Z"}}`
	retired := func(set trust.ID, key string) bool { return set == trust.NPMKeys && key == keyID }
	run := func(p page, v registry.Visit) *registry.Release {
		rel, err := Registry{}.Resolve(context.Background(), client(plain(t).but(world{packageAt: p})), parse(t, "npm:pkg@1.2.3"), v)
		require.NoError(t, err)
		return rel
	}
	rel := run(ok(full), registry.Visit{Retired: retired})
	assert.Equal(t, "2020-02-02T02:02:02.222Z", rel.Index.Published)
	assert.Equal(t, fetch.Direct, rel.Index.PublishedRoute)
	assert.Equal(t, "2.0.0", rel.Index.Latest)
	assert.Empty(t, run(ok(full), registry.Visit{Retired: func(trust.ID, string) bool { return false }}).Index.Published)
	assert.Empty(t, run(ok(full), registry.Visit{}).Index.Published)

	for name, c := range map[string]struct {
		page page
		want string
	}{
		"100 MB":        {page{status: 200, reader: func() io.Reader { return io.LimitReader(spaces{}, 100<<20) }}, "larger than"},
		"no such time":  {ok(`{"name":"pkg","time":{"1.2.4":"2020-02-02T02:02:02.222Z"}}`), "states none for this version"},
		"no date":       {ok(strings.Replace(full, "2020-02-02T", "yesterday", 1)), "states none for this version"},
		"other package": {ok(strings.Replace(full, "pkg", "evil", 1)), `it is about "evil"`},
		"two times":     {ok(strings.Replace(full, `"time"`, `"time":{},"time"`, 1)), `"time" stands twice`},
		"web page":      {ok("<html>"), "web page"},
		"fault":         {page{status: 500}, "500"},
	} {
		t.Run(name, func(t *testing.T) {
			rel := run(c.page, registry.Visit{Retired: retired})
			assert.Empty(t, rel.Index.Published)
			assert.Empty(t, rel.Index.PublishedRoute)
			require.Len(t, noted(rel, "record"), 1)
			assert.Contains(t, noted(rel, "record")[0], c.want)
		})
	}
}

// spaces never end.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestCommands(t *testing.T) {
	all := fmt.Sprint(commands(located{"@s/pkg", "1.0.0"}, nil))
	assert.Contains(t, all, "@s/pkg@1.0.0 dist --json")
	assert.Contains(t, all, "[sha512sum s-pkg-1.0.0.tgz]")
	assert.Contains(t, all, "[npm audit signatures --registry=https://registry.npmjs.org/]")
}

// TestTelling: a list's versions are passed over only where they hold nothing that
// is looked for, however it is spelled.
func TestTelling(t *testing.T) {
	sri := "sha512-" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 64))
	pinned := []purl.Digest{{Algorithm: "sha512", Value: strings.Repeat("07", 64), Of: "artifact"}}
	own := &record{dist: strictjson.Fields([]byte(`{"integrity":"` + sri + `"}`))}
	other := &record{dist: strictjson.Fields([]byte(`{"integrity":"sha512-AAAA"}`))}
	entry := func(integrity, more string) string {
		return `{"name":"pkg","versions":{"1.0.0":{"dist":{"integrity":"` + integrity + `"` + more + `}}}}`
	}
	for name, c := range map[string]struct {
		of   *record
		doc  string
		want bool
	}{
		"its own digest, once":       {own, entry(sri, ""), false},
		"its own digest, twice":      {own, entry(sri+" "+sri, ""), true},
		"another's digest":           {other, entry(sri, ""), true},
		"no digest of these":         {other, entry("sha512-BBBB", ""), false},
		"attested":                   {own, entry(sri, `,"attestations":{}`), true},
		"attested, spelled in code":  {own, entry(sri, `,"\u0061ttestations":{}`), true},
		"a digest, spelled in code":  {other, entry("sha512-\\/", ""), true},
		"a version that is not here": {nil, entry(sri, ""), true},
	} {
		require.Equal(t, c.want, find{record: c.of}.telling(pinned)([]byte(c.doc)), name)
	}
}

// TestDigestOfAnotherVersion: a lock file's entry that was mixed up with
// another version's is told whose digest it holds.
func TestDigestOfAnotherVersion(t *testing.T) {
	l := &listing{}
	require.NoError(t, l.parse([]byte(`{"name":"pkg","versions":{"1.2.2":{"dist":{"integrity":"`+sha512Of+`"}},"1.2.3":{"dist":{"integrity":"sha1-AAAA"}},"1.2.4":{"dist":{}}}}`), "pkg", true))
	digests := []purl.Digest{{Algorithm: "sha512", Value: sha512In, Of: "artifact"}}
	notes := l.whose(digests, located{"pkg", "1.2.3"})
	require.Len(t, notes, 1)
	assert.Contains(t, notes[0].Text, "another version, 1.2.2.")
	assert.Empty(t, l.whose(digests, located{"pkg", "1.2.2"}))
	assert.Empty(t, l.whose([]purl.Digest{{Algorithm: "sha512", Value: "00", Of: "artifact"}}, located{"pkg", "1.2.3"}))
}
