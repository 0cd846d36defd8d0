package sigstore

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type corpusCase struct {
	ID, Mechanism, Subject, Expected, Trust string
	Files                                   []string
}

func readCases(t testing.TB, dir string) []corpusCase {
	t.Helper()
	var cases []corpusCase
	for _, line := range bytes.Split(bytes.TrimSpace(mustRead(t, dir, "CASES.jsonl")), []byte("\n")) {
		var c corpusCase
		require.NoError(t, json.Unmarshal(line, &c))
		cases = append(cases, c)
	}
	return cases
}

func mustRead(t testing.TB, parts ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(parts...))
	require.NoError(t, err)
	return content
}

func mustRoot(t testing.TB, parts ...string) *Root {
	t.Helper()
	r, err := ParseRoot(mustRead(t, parts...))
	require.NoError(t, err)
	return r
}

// registryKeys are the managed keys of a registry for one use.
func registryKeys(t testing.TB, dir string) []Key {
	t.Helper()
	var doc struct {
		Keys []struct {
			KeyID, KeyUsage string
			PublicKey       struct {
				RawBytes []byte
				ValidFor struct{ Start, End time.Time }
			}
		}
	}
	require.NoError(t, json.Unmarshal(mustRead(t, dir, "sigstore-trust/public-good/npm-keys.json"), &doc))
	var keys []Key
	for _, k := range doc.Keys {
		if k.KeyUsage == "npm:attestations" {
			keys = append(keys, Key{Hint: k.KeyID, SPKI: k.PublicKey.RawBytes, Start: k.PublicKey.ValidFor.Start, End: k.PublicKey.ValidFor.End})
		}
	}
	require.Len(t, keys, 2)
	return keys
}

// bundlesIn takes a document of any of the forms in which bundles travel apart.
func bundlesIn(t testing.TB, doc []byte) [][]byte {
	t.Helper()
	var wrapped struct {
		Attestations []struct{ Bundle json.RawMessage }
		Bundles      []struct {
			Attestations []json.RawMessage
		} `json:"attestation_bundles"`
		Envelope struct{ Statement, Signature string }
	}
	if json.Unmarshal(doc, &wrapped) != nil {
		var all [][]byte
		for _, line := range bytes.Split(bytes.TrimSpace(doc), []byte("\n")) {
			all = append(all, bundlesIn(t, line)...)
		}
		return all
	}
	var all [][]byte
	for _, a := range wrapped.Attestations {
		all = append(all, a.Bundle)
	}
	for _, b := range wrapped.Bundles {
		for _, a := range b.Attestations {
			all = append(all, translateIndexAttestation(t, a))
		}
	}
	switch {
	case len(all) > 0:
		return all
	case wrapped.Envelope.Statement != "":
		return [][]byte{translateIndexAttestation(t, doc)}
	}
	return [][]byte{doc}
}

// translateIndexAttestation writes a PEP 740 attestation as a bundle 0.3.
func translateIndexAttestation(t testing.TB, doc []byte) []byte {
	t.Helper()
	var a struct {
		Envelope             struct{ Statement, Signature string }
		VerificationMaterial struct {
			Certificate string
			Entries     json.RawMessage `json:"transparency_entries"`
		} `json:"verification_material"`
	}
	require.NoError(t, json.Unmarshal(doc, &a))
	translated, err := json.Marshal(map[string]any{
		"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
		"verificationMaterial": map[string]any{
			"certificate": map[string]any{"rawBytes": a.VerificationMaterial.Certificate},
			"tlogEntries": a.VerificationMaterial.Entries,
		},
		"dsseEnvelope": map[string]any{
			"payload": a.Envelope.Statement, "payloadType": PayloadType,
			"signatures": []any{map[string]any{"sig": a.Envelope.Signature}},
		},
	})
	require.NoError(t, err)
	return translated
}
