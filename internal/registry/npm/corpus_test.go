package npm

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	return raw
}

// corpusKeys are npm's keys by id, as the corpus has them.
func corpusKeys(t testing.TB) map[string]*ecdsa.PublicKey {
	t.Helper()
	var list struct {
		Keys []struct {
			KeyID     string
			PublicKey struct{ RawBytes []byte }
		}
	}
	require.NoError(t, json.Unmarshal(read(t, corpus.Path(t, "npm-signatures", "keys.json")), &list))
	out := map[string]*ecdsa.PublicKey{}
	for _, k := range list.Keys {
		key, err := x509.ParsePKIXPublicKey(k.PublicKey.RawBytes)
		require.NoError(t, err)
		out[k.KeyID] = key.(*ecdsa.PublicKey)
	}
	return out
}

func verifies(keys map[string]*ecdsa.PublicKey, s registry.Signature) bool {
	key, sum := keys[s.KeyID], sha256.Sum256(s.Message)
	return key != nil && ecdsa.VerifyASN1(key, sum[:], s.Bytes)
}

// TestCorpusSignatures rebuilds what npm signed: every genuine signature
// verifies over the message that the adapter makes, and no other does.
func TestCorpusSignatures(t *testing.T) {
	keys := corpusKeys(t)
	valid, invalid := map[string]bool{}, 0
	lines := bufio.NewScanner(bytes.NewReader(read(t, corpus.Path(t, "npm-signatures", "signatures.jsonl"))))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c struct {
			Name, Version, Integrity, Verdict string
			Signatures                        json.RawMessage
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		document, err := json.Marshal(map[string]any{"name": c.Name, "version": c.Version,
			"dist": map[string]any{"integrity": c.Integrity, "signatures": c.Signatures}})
		require.NoError(t, err)
		rec, err := readRecord(document, c.Name, c.Version)
		require.NoError(t, err, c.Name)
		claims := rec.claims(located{c.Name, c.Version})
		require.NotEmpty(t, claims)
		all := true
		for _, s := range claims {
			all = all && verifies(keys, s)
			require.Len(t, s.Binds, 1)
			require.Equal(t, "sha512", s.Binds[0].Algorithm)
		}
		require.Equal(t, c.Verdict == "valid", all, "%s@%s", c.Name, c.Version)
		if all {
			valid[c.Name+"@"+c.Version] = true
		} else {
			invalid++
		}
	}
	require.NoError(t, lines.Err())
	assert.Len(t, valid, 318, "some are there twice")
	assert.Positive(t, invalid)
}

// TestCorpusPackages reads real package documents and the packages they name:
// what stands inside agrees with what the registry recorded.
func TestCorpusPackages(t *testing.T) {
	keys := corpusKeys(t)
	files, err := filepath.Glob(filepath.Join(corpus.Path(t, "npm-signatures", "packuments"), "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	versions, packages := 0, 0
	for _, file := range files {
		raw := read(t, file)
		all := strictjson.Fields(raw)
		name := all.Text("name")
		l := &listing{}
		require.NoError(t, l.parse(raw, name, true), file)
		assert.NotEmpty(t, l.tags["latest"], file)
		for version, document := range all.Object("versions") {
			at := located{name, version}
			rec, err := readRecord(document, name, version)
			require.NoError(t, err, at)
			require.Contains(t, l.versions, version)
			date, err := dateOf(raw, at)
			require.NoError(t, err)
			require.NotEmpty(t, date)
			address, note := rec.place(at)
			require.Equal(t, at.tarball(), address)
			require.Empty(t, note, at)
			digests, notes := rec.digests()
			require.NotEmpty(t, digests)
			require.Equal(t, rec.dist.Has("integrity"), digests[0].Algorithm == "sha512", "old versions have a SHA-1 only")
			require.Empty(t, notes)
			for _, s := range rec.claims(at) {
				require.True(t, verifies(keys, s), at)
			}
			require.NotEmpty(t, statedSource(rec.fields["repository"]), at)
			versions++
			packed := filepath.Join(corpus.Path(t, "npm-signatures", "tarballs"), strings.ReplaceAll(name, "/", "__")+"-"+version+".tgz")
			body, err := os.ReadFile(packed)
			if err != nil {
				continue
			}
			sum := sha512.Sum512(body)
			require.Equal(t, digests[0].Value, hex.EncodeToString(sum[:]))
			in, problems := inspect(t, at, rec, body)
			assert.Empty(t, differing(in), at)
			assert.Empty(t, problems, at)
			packages++
		}
	}
	assert.Greater(t, versions, 50)
	assert.GreaterOrEqual(t, packages, 4)
}

// TestCorpusTarballs: names and versions stand where they should in all of
// them.
func TestCorpusTarballs(t *testing.T) {
	for _, folder := range []string{"npm-signatures", "npm-attestations"} {
		files, err := filepath.Glob(filepath.Join(corpus.Path(t, folder, "tarballs"), "*.tgz"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			spec := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".tgz"), "__", "/")
			i := strings.LastIndexByte(spec, '-')
			at := located{spec[:i], spec[i+1:]}
			if filepath.Base(file) == "sigstore-2.3.1.tgz" {
				at = located{"sigstore", "2.3.1"}
			}
			in, problems := inspect(t, at, nil, read(t, file))
			assert.Empty(t, differing(in), file)
			assert.Empty(t, problems, file)
		}
	}
}

// TestCorpusAttestations: real answers translate, every label is the signed
// one, and every subject is spelled in one of the expected ways.
func TestCorpusAttestations(t *testing.T) {
	seen, published := 0, 0
	for spec, file := range map[string]string{
		"sigstore@0.4.0": "sigstore-0.4.0.json",
		"sigstore@1.0.0": "sigstore-1.0.0.json",
		"@laurentsimon/provenance-npm-test@1.0.0":  "provenance-npm-test-1.0.0.json",
		"@laurentsimon/provenance-npm-test@1.0.3":  "provenance-npm-test-cli-v02-prega.json",
		"@trishankatdatadog/supreme-goggles@1.0.5": "supreme-googles-cli-v02-tag.json",
		"sigstore@2.3.1": "sigstore-2.3.1.json",
	} {
		body := read(t, corpus.Path(t, "npm-attestations", "valid", file))
		i := strings.LastIndexByte(spec, '@')
		at := located{spec[:i], spec[i+1:]}
		each, err := readAttestations(body)
		require.NoError(t, err, file)
		require.Len(t, each, 2, file)
		for _, a := range each {
			var bundle struct{ DSSEEnvelope struct{ Payload string } }
			require.NoError(t, json.Unmarshal(a.Bundle, &bundle))
			payload, err := base64.StdEncoding.DecodeString(bundle.DSSEEnvelope.Payload)
			require.NoError(t, err)
			var statement struct {
				PredicateType string
				Subject       []struct{ Name string }
				Predicate     json.RawMessage
			}
			require.NoError(t, json.Unmarshal(payload, &statement))
			assert.Equal(t, a.Label, statement.PredicateType, file)
			require.Len(t, statement.Subject, 1)
			assert.Contains(t, at.purls(), statement.Subject[0].Name, file)
			assert.True(t, bytes.Contains(body, a.Bundle), "kept as served")
			own := expected(at, nil)
			if slices.ContainsFunc(own.OwnTypes, func(p string) bool { return strings.HasPrefix(a.Label, p) }) {
				var said map[string]string
				require.NoError(t, json.Unmarshal(statement.Predicate, &said), file)
				assert.Equal(t, own.OwnPredicate, said, file)
				published++
			}
			seen++
		}
	}
	assert.Equal(t, 12, seen)
	assert.Equal(t, 6, published)
	invalid, err := filepath.Glob(filepath.Join(corpus.Path(t, "npm-attestations", "invalid"), "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, invalid)
	for _, file := range invalid {
		each, err := readAttestations(read(t, file))
		require.NoError(t, err, "%s is wrong in what is signed, not in its form", file)
		require.NotEmpty(t, each, file)
	}
}
