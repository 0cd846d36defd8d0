package evidence

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// signedIndex is a repository whose signed index states a list, which states the
// package's digest.
func signedIndex(bend func(chain []registry.Link)) *exam {
	return released(func(rel *registry.Release, art *artifact.Artifact) {
		list := []byte("thing 1.0.0 sha256 …")
		direct := func(doc string) fetch.Answer {
			return fetch.Answer{State: fetch.Found, Route: fetch.Relay, Body: []byte(doc)}
		}
		art.Digests = map[string]string{"sha256": sum("sha256", []byte("package"))}
		rel.Chain = []registry.Link{
			{Name: "index", Answer: direct("the index"), States: []registry.Stated{{Of: registry.OfNext, Algorithm: "sha256", Value: sum("sha256", list)}}},
			{Name: "list", Answer: direct(string(list)), States: []registry.Stated{{Of: registry.OfArtifact, Algorithm: "sha256", Value: art.Digests["sha256"]}}},
		}
		if bend != nil {
			bend(rel.Chain)
		}
	})
}

func TestChainWhole(t *testing.T) {
	table{
		"one document":   {released(nil), NotApplicable},
		"whole":          {signedIndex(nil), Pass},
		"another list":   {signedIndex(func(c []registry.Link) { c[1].Answer.Body = []byte("thing 6.6.6") }), Fail},
		"nothing stated": {signedIndex(func(c []registry.Link) { c[0].States = nil }), Absent},
		"a weak digest alone": {signedIndex(func(c []registry.Link) {
			c[0].States[0] = registry.Stated{Of: registry.OfNext, Algorithm: "sha1", Value: sum("sha1", c[1].Answer.Body)}
		}), Absent},
		"a weak one differs": {signedIndex(func(c []registry.Link) {
			c[0].States = append(c[0].States, registry.Stated{Of: registry.OfNext, Algorithm: "sha1", Value: "00"})
		}), Fail},
		"not computed here": {signedIndex(func(c []registry.Link) { c[0].States[0].Algorithm = "blake3" }), Absent},
		"not fetched":       {signedIndex(func(c []registry.Link) { c[1].Answer = fetch.Answer{State: fetch.Unknown} }), Unknown},
		"not there":         {signedIndex(func(c []registry.Link) { c[1].Answer = fetch.Answer{State: fetch.NotThere} }), Absent},
	}.run(t, chainWhole)
}

// A pinned mechanism knows one key, whoever asks.
type pinned struct{ key *ecdsa.PublicKey }

func (p pinned) Verify(message, signature []byte, keyID string, _ []trust.Key) (trust.Key, error) {
	return mechanisms[registry.ECDSAP256].Verify(message, signature, keyID, []trust.Key{{ID: "archive", Public: p.key}})
}

// TestSignedChain: a signature over the first document covers the package
// through the digests that lead to it.
func TestSignedChain(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	examine := func(bend func(chain []registry.Link)) Examined {
		e := signedIndex(func(chain []registry.Link) {
			digest := sha256.Sum256(chain[0].Answer.Body)
			signature, err := ecdsa.SignASN1(rand.Reader, private, digest[:])
			require.NoError(t, err)
			chain[0].Signatures = []registry.Signature{{Form: "archive", Anchors: trust.NPMKeys, KeyID: "archive", Bytes: signature}}
			if bend != nil {
				bend(chain)
			}
		})
		e.Mechanisms = map[registry.Form]Mechanism{"archive": pinned{&private.PublicKey}}
		e.Proofs.Anchors, e.Time = trust.Embedded(), trust.Embedded().Sets()[0].AsOf()
		return Examine(e.Case)
	}
	outcomes := func(x Examined) map[string]Outcome {
		out := map[string]Outcome{}
		for _, f := range x.Findings {
			out[f.Check] = f.Outcome
		}
		return out
	}
	good := examine(nil)
	for _, check := range []string{"digest-published", "digest-matches", "chain-whole", "registry-signature", "files-covered", "offline-complete"} {
		assert.Equal(t, Pass, outcomes(good)[check], check)
	}
	assert.Equal(t, Unknown, outcomes(good)["record-direct"], "it came by a relay")
	assert.Equal(t, "archive", good.Proven.RecordKey)

	for name, c := range map[string]struct {
		bend func(chain []registry.Link)
		want Outcome
	}{
		"another list":       {func(c []registry.Link) { c[1].Answer.Body = []byte("thing 6.6.6") }, Fail},
		"another index":      {func(c []registry.Link) { c[0].Answer.Body = []byte("another") }, Fail},
		"a digest added":     {func(c []registry.Link) { c[0].States[0].Algorithm = "sha1" }, Absent},
		"an unknown form":    {func(c []registry.Link) { c[0].Signatures[0].Form = "future" }, NotUnderstood},
		"an unknown key":     {func(c []registry.Link) { c[0].Signatures[0].KeyID = "stranger" }, Unknown},
		"the list not there": {func(c []registry.Link) { c[1].Answer = fetch.Answer{State: fetch.Unknown} }, Unknown},
	} {
		got := outcomes(examine(c.bend))
		assert.Equal(t, c.want, got["registry-signature"], name)
		assert.NotEqual(t, Pass, got["files-covered"], name)
	}
}
