package trust

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	gobuild "go/build"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"touchstone/internal/corpus"
)

func TestEmbeddedAnchorsAreWhole(t *testing.T) {
	a, err := build(committed())
	require.NoError(t, err)
	assert.Equal(t, a, Embedded())

	var ids []ID
	for _, anchor := range a.Sets() {
		ids = append(ids, anchor.ID)
		assert.NotEmpty(t, anchor.Name)
		assert.NotEmpty(t, anchor.Source)
		assert.NotEmpty(t, anchor.Kind)
		assert.False(t, anchor.Taken.IsZero())
		assert.True(t, anchor.RefreshedAt.IsZero())
		if anchor.Kind != KindArchiveKeys { // of some no way is known
			assert.Equal(t, anchor.ID != GoChecksumDatabase, anchor.Refresh != "")
		}
		assert.Equal(t, anchor.ID != SigstoreRoot, anchor.Closed)
	}
	assert.Equal(t, []ID{SigstoreRoot, NPMKeys, TUFRoot, GoChecksumDatabase}, ids[:4])

	root, err := readRootHead(a.Set(TUFRoot).Document)
	require.NoError(t, err)
	assert.EqualValues(t, 16, root.version)
	described, ok := a.Anchor(TUFRoot)
	require.True(t, ok)
	assert.Equal(t, root.expires, *described.ValidUntil)

	key, ok := a.LogKey("sum.golang.org")
	require.True(t, ok)
	verifier, err := note.NewVerifier(key)
	require.NoError(t, err, "the key hash follows from name and key")
	assert.Equal(t, "sum.golang.org", verifier.Name())
	_, ok = a.LogKey("sum.golang.org.example")
	assert.False(t, ok)
}

// The committed root follows from the newest one of the shared corpus, and the
// committed documents are those that its snapshot vouches for.
func TestEmbeddedAnchorsFollowFromThePublishedOnes(t *testing.T) {
	dir := corpus.Path(t, "sigstore-trust", "tuf-public-good")
	a := Embedded()
	c := &client{get: &shelf{files: map[string][]byte{"/16.root.json": a.Set(TUFRoot).Document}}}
	err := c.walk(string(read(t, dir, "metadata", "root_history", "15.root.json")), now)
	require.ErrorIs(t, err, ErrUnreachable, "there is nothing but the root")
	assert.EqualValues(t, 16, c.versions().Root)

	assert.Equal(t, read(t, dir, "targets", "trusted_root.json"), a.Set(SigstoreRoot).Document)
	assert.Equal(t, read(t, dir, "targets", "registry.npmjs.org", "keys.json"), a.Set(NPMKeys).Document)
}

func TestSourcesNameEveryCommittedFile(t *testing.T) {
	sources, err := os.ReadFile("anchors/SOURCES.md")
	require.NoError(t, err)
	files, err := os.ReadDir("anchors")
	require.NoError(t, err)
	archives, err := os.ReadDir("anchors/archive")
	require.NoError(t, err)
	for i, file := range append(files, archives...) {
		if file.Name() == "SOURCES.md" || file.IsDir() {
			continue
		}
		folder := "anchors/"
		if i >= len(files) {
			folder += "archive/"
		}
		doc, err := os.ReadFile(folder + file.Name())
		require.NoError(t, err)
		assert.Contains(t, string(sources), file.Name()+"`")
		assert.Contains(t, string(sources), hexSum(doc), "the digest of %s", file.Name())
	}
	assert.Contains(t, string(sources), committedLogKey)
	assert.Contains(t, string(sources), committed().taken.Format(time.DateOnly))
}

func TestZeroAnchorsProveNothing(t *testing.T) {
	var a Anchors
	assert.Empty(t, a.Sets())
	assert.Empty(t, a.Set(SigstoreRoot).Document)
	assert.Empty(t, a.Set(NPMKeys).Keys)
	_, ok := a.LogKey("sum.golang.org")
	assert.False(t, ok)
	for _, network := range []bool{true, false} {
		s := a.Standing(NPMKeys, now, network)
		assert.False(t, s.Counts)
		assert.Equal(t, "this program has no such anchor", s.Reason)
	}
	_, err := Refresh(a, Memory{}, offline{}, now)
	assert.ErrorIs(t, err, ErrRefused)
}

func TestAnchorsAreNotSharedByTheirCopies(t *testing.T) {
	a := Embedded()
	a.Set(NPMKeys).Keys[0].ID = "changed"
	a.Sets()[0].Name = "changed"
	a.Set(SigstoreRoot).Document[0] = 'x'
	read, err := build(committed())
	require.NoError(t, err)
	assert.Equal(t, read, a)
	assert.Equal(t, read, Embedded())
}

func TestTestAnchorsAreAbsentFromOrdinaryBuilds(t *testing.T) {
	ordinary := gobuild.Default
	ordinary.BuildTags = nil
	in, err := ordinary.MatchFile(".", "testanchors.go")
	require.NoError(t, err)
	assert.False(t, in)
	ordinary.BuildTags = []string{"touchstone_testanchors"}
	in, err = ordinary.MatchFile(".", "testanchors.go")
	require.NoError(t, err)
	assert.True(t, in)
}

func TestNPMKeys(t *testing.T) {
	const retired = "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA"
	const current = "SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U"
	keys := Embedded().Set(NPMKeys).Keys
	require.Len(t, keys, 4)
	for i, want := range []struct {
		id, usage, start, end string
	}{
		{retired, UsageSignatures, "1999-01-01T00:00:00Z", "2025-01-29T00:00:00Z"},
		{retired, UsageAttestations, "2022-12-01T00:00:00Z", "2025-01-29T00:00:00Z"},
		{current, UsageSignatures, "2025-01-13T00:00:00Z", ""},
		{current, UsageAttestations, "2025-01-13T00:00:00Z", ""},
	} {
		k := keys[i]
		assert.Equal(t, want.id, k.ID)
		assert.Equal(t, want.usage, k.Usage)
		assert.Equal(t, detailsP256, k.Details)
		require.NotNil(t, k.Public)
		assert.Equal(t, elliptic.P256(), k.Public.Curve)
		assert.Equal(t, want.start, k.Start.Format(time.RFC3339))
		assert.True(t, k.ValidAt(k.Start))
		assert.False(t, k.ValidAt(k.Start.Add(-time.Nanosecond)))
		if want.end == "" {
			assert.Nil(t, k.End)
			assert.True(t, k.ValidAt(now))
			continue
		}
		assert.Equal(t, want.end, k.End.Format(time.RFC3339))
		assert.True(t, k.ValidAt(k.End.Add(-time.Nanosecond)))
		assert.False(t, k.ValidAt(*k.End), "the end is not in the validity")
	}
}

func TestKeysRefused(t *testing.T) {
	p384 := spki(t, elliptic.P384())
	other := spki(t, elliptic.P256())
	for name, c := range map[string]struct{ from, to, want string }{
		"id of another key":    {"SHA256:jl3bws", "SHA256:jl3bwS", "its id does not follow from it"},
		"id without prefix":    {"SHA256:jl3", "jl3", "its id does not follow from it"},
		"other curve":          {firstKey(t), p384, "stated as PKIX_ECDSA_P256_SHA_256 and is another kind"},
		"other key":            {firstKey(t), other, "its id does not follow from it"},
		"no key":               {firstKey(t), "", "parsing the public key"},
		"no base64":            {firstKey(t), "***", "parsing JSON"},
		"no usage":             {`"npm:signatures"`, `""`, "it has no id or no usage"},
		"twice":                {`"npm:attestations"`, `"npm:signatures"`, "listed twice"},
		"no beginning":         {`"start": "1999-01-01T00:00:00.000Z",`, ``, "no beginning of validity"},
		"ends before it began": {`"end": "2025-01-29T00:00:00.000Z"`, `"end": "1998-01-29T00:00:00.000Z"`, "ends before it begins"},
		"bad time":             {"1999-01-01T00:00:00.000Z", "1999", "parsing JSON"},
		"no keys":              {`"keys":`, `"key":`, "it lists 0 keys"},
		"cut short":            {"]\n}", "]", "parsing JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := strings.Replace(committedNPMKeys, c.from, c.to, 1)
			require.NotEqual(t, committedNPMKeys, doc)
			keys, err := parseKeys([]byte(doc))
			require.ErrorContains(t, err, c.want)
			assert.Nil(t, keys)
		})
	}
}

func TestKeyOfUnknownFormIsKeptAndCannotVerify(t *testing.T) {
	doc := strings.Replace(committedNPMKeys, detailsP256, "PKIX_ML_DSA_65", 1)
	keys, err := parseKeys([]byte(doc))
	require.NoError(t, err)
	assert.Equal(t, "PKIX_ML_DSA_65", keys[0].Details)
	assert.Nil(t, keys[0].Public)
	assert.Nil(t, keys[0].SPKI)
	assert.NotNil(t, keys[1].Public)
}

func TestKeyIDOfAnotherCurve(t *testing.T) {
	_, err := KeyID(nil)
	require.ErrorContains(t, err, "not on P-256")
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	_, err = KeyID(&key.PublicKey)
	require.ErrorContains(t, err, "not on P-256")
}

func TestTrustedRootOfAnotherForm(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"newer form":  {"version=0.1", "version=0.9", `its form is "application/vnd.dev.sigstore.trustedroot+json;version=0.9"`},
		"no logs":     {`"tlogs"`, `"logs"`, "lists no transparency log"},
		"no CA":       {`"certificateAuthorities"`, `"cas"`, "no certificate authority"},
		"no CT":       {`"ctlogs"`, `"cts"`, "no certificate log"},
		"not JSON":    {`{`, `[`, "parsing JSON"},
		"another one": {"trustedroot", "bundle", "its form is"},
	} {
		t.Run(name, func(t *testing.T) {
			m := committed()
			m.sigstoreRoot = strings.Replace(m.sigstoreRoot, c.from, c.to, 1)
			_, err := build(m)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestMaterialRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*material)
		want  string
	}{
		"keys":              {func(m *material) { m.npmKeys = "{}" }, "reading npm's registry keys"},
		"root not JSON":     {func(m *material) { m.tufRoot = "" }, "reading the TUF root: parsing JSON"},
		"root of no type":   {func(m *material) { m.tufRoot = "{}" }, "not a root of version 1 or later"},
		"log key, no name":  {func(m *material) { m.logKeys = []string{"+033de0ae+x"} }, "does not begin with a name"},
		"log key, no parts": {func(m *material) { m.logKeys = []string{"sum"} }, "does not begin with a name"},
	} {
		t.Run(name, func(t *testing.T) {
			m := committed()
			c.spoil(&m)
			a, err := build(m)
			require.ErrorContains(t, err, c.want)
			assert.Equal(t, Anchors{}, a)
		})
	}
}

func FuzzParseKeys(f *testing.F) {
	f.Add([]byte(committedNPMKeys))
	f.Add([]byte(`{"keys":[null]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		keys, err := parseKeys(doc)
		if err != nil {
			require.Nil(t, keys)
			return
		}
		for _, k := range keys {
			if k.Public == nil {
				require.NotEqual(t, detailsP256, k.Details)
				continue
			}
			id, err := KeyID(k.Public)
			require.NoError(t, err)
			require.Equal(t, id, k.ID)
		}
	})
}

func spki(t *testing.T, curve elliptic.Curve) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	return base64.StdEncoding.EncodeToString(der)
}

// firstKey is the base64 of the first committed key.
func firstKey(t *testing.T) string {
	t.Helper()
	var doc struct {
		Keys []struct {
			PublicKey struct {
				RawBytes string `json:"rawBytes"`
			} `json:"publicKey"`
		} `json:"keys"`
	}
	require.NoError(t, json.Unmarshal([]byte(committedNPMKeys), &doc))
	return doc.Keys[0].PublicKey.RawBytes
}
