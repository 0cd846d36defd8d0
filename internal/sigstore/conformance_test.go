package sigstore

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	prototrust "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	"touchstone/internal/corpus"
	"touchstone/internal/mint"
)

// rootJSON writes an instance's log as a trusted root.
func (v *virtual) rootJSON(t testing.TB) []byte {
	spki, err := x509.MarshalPKIXPublicKey(v.logKey.Public())
	require.NoError(t, err)
	doc, err := protojson.Marshal(&prototrust.TrustedRoot{
		MediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		Tlogs: []*prototrust.TransparencyLogInstance{{
			BaseUrl: theLog, HashAlgorithm: protocommon.HashAlgorithm_SHA2_256, LogId: &protocommon.LogId{KeyId: v.logID()},
			PublicKey: &protocommon.PublicKey{
				RawBytes: spki, KeyDetails: protocommon.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256,
				ValidFor: &protocommon.TimeRange{Start: timestamppb.New(signedAt.AddDate(-1, 0, 0))},
			},
		}},
	})
	require.NoError(t, err)
	return doc
}

type files map[string][]byte

func (f files) read(name string) ([]byte, error) {
	content, ok := f[name]
	if !ok {
		return nil, fmt.Errorf("reading %q: %w", name, fs.ErrNotExist)
	}
	return content, nil
}

func TestVerifyBundleByKey(t *testing.T) {
	v := newVirtual(t)
	s := v.byKey(aStatement(""))
	s.keyID = "whatever it likes"
	undated := v.byKey(nil)
	undated.artifact, undated.kind, undated.hint = theArtifact, "", "some hint"
	unlogged := undated
	unlogged.payload, unlogged.artifact = aStatement(""), nil
	block := func(s signing) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: mint.SPKI(s.key)})
	}
	f := files{
		"b": toJSON(t, v.sign(s)), "k": block(s), "k2": block(undated), "a": theArtifact, "root": v.rootJSON(t), "empty": {},
		"undated": toJSON(t, v.sign(undated)), "unlogged": toJSON(t, v.sign(unlogged)),
		"bare":    []byte(`{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`),
		"no.json": []byte("{"),
	}
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(theArtifact))
	for _, c := range []struct {
		name string
		args []string
		say  string // empty: accepted
	}{
		{"file", []string{"--bundle", "b", "--key", "k", "--trusted-root", "root", "a"}, ""},
		{"digest", []string{"--bundle", "b", "--key", "k", "--trusted-root", "root", digest}, ""},
		{"staging-with-root", []string{"--staging", "--bundle", "b", "--key", "k", "--trusted-root", "root", "a"}, ""},
		{"instance-without-log", []string{"--bundle", "undated", "--key", "k2", "--trusted-root", "bare", "a"}, ""},
		{"instance-without-log-digest", []string{"--bundle", "unlogged", "--key", "k2", "--trusted-root", "bare", digest}, ""},
		{"instance-with-log", []string{"--bundle", "undated", "--key", "k2", "--trusted-root", "root", "a"}, "0 verified log entries"},
		{"other-key", []string{"--bundle", "b", "--key", "k2", "--trusted-root", "root", "a"}, "transparency log certificate does not match"},
		{"other-artifact", []string{"--bundle", "b", "--key", "k", "--trusted-root", "root", "k"}, "about something else"},
		{"empty-artifact", []string{"--bundle", "b", "--key", "k", "--trusted-root", "root", "empty"}, "about something else"},
		{"other-root", []string{"--bundle", "b", "--key", "k", "--trusted-root", "bare", "a"}, ""},
		{"short-digest", []string{"--bundle", "b", "--key", "k", "--trusted-root", "root", "sha256:abcd"}, "reading the artifact"},
		{"weak-digest", []string{"--bundle", "b", "--key", "k", "--trusted-root", "root", "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"}, "reading the artifact"},
		{"staging", []string{"--staging", "--bundle", "b", "--key", "k", "a"}, "does not trust"},
		{"key-and-identity", []string{"--bundle", "b", "--key", "k", "--certificate-identity", "x", "--certificate-oidc-issuer", "y", "a"}, "give one of them"},
		{"nobody", []string{"--bundle", "b", "a"}, "who should have signed"},
		{"half-an-identity", []string{"--bundle", "b", "--certificate-identity", "x", "a"}, "who should have signed"},
		{"identity-of-a-key", []string{"--bundle", "b", "--certificate-identity", "x", "--certificate-oidc-issuer", "y", "--trusted-root", "root", "a"}, "not among the anchors"},
		{"no-bundle", []string{"--key", "k", "a"}, "no bundle"},
		{"no-artifact", []string{"--bundle", "b", "--key", "k"}, "no bundle or no artifact"},
		{"bundle-twice", []string{"--bundle", "b", "--bundle", "b", "--key", "k", "a"}, "not expected"},
		{"unknown-flag", []string{"--novel", "--bundle", "b", "--key", "k", "a"}, "not expected"},
		{"two-artifacts", []string{"--bundle", "b", "--key", "k", "a", "a"}, "not expected"},
		{"value-missing", []string{"--bundle"}, "not expected"},
		{"bundle-absent", []string{"--bundle", "x", "--key", "k", "--trusted-root", "root", "a"}, "reading the bundle"},
		{"root-absent", []string{"--bundle", "b", "--key", "k", "--trusted-root", "x", "a"}, "reading the trusted root"},
		{"root-garbage", []string{"--bundle", "b", "--key", "k", "--trusted-root", "no.json", "a"}, "trusted root"},
		{"key-garbage", []string{"--bundle", "b", "--key", "a", "--trusted-root", "root", "a"}, "no PEM"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"verify-bundle"}, c.args...)
			_, err := VerifyBundle(args, f.read, f["bare"])
			line, marshalErr := json.Marshal(args)
			require.NoError(t, marshalErr)
			accepted, reason, _ := Batch(line, f.read, f["bare"])
			assert.Equal(t, err == nil, accepted)
			if c.say == "" {
				require.NoError(t, err)
				assert.Empty(t, reason)
				return
			}
			require.ErrorContains(t, err, c.say)
			assert.Contains(t, reason, c.say)
		})
	}
	for _, line := range []string{"", "{}", `["sign-bundle"]`, `[]`, `["verify-bundle"] x`, `[1]`} {
		accepted, reason, _ := Batch([]byte(line), f.read, f["bare"])
		assert.False(t, accepted)
		assert.Contains(t, reason, "reading the")
	}
}

// TestVerifyBundleCorpus runs real bundles as the suite does.
func TestVerifyBundleCorpus(t *testing.T) {
	dir := corpus.Path(t)
	read := func(name string) ([]byte, error) {
		if filepath.IsLocal(name) {
			return os.ReadFile(filepath.Join(dir, name))
		}
		return nil, errors.New("no such file")
	}
	production, err := read("sigstore-trust/public-good/trusted_root.json")
	require.NoError(t, err)
	const rust = "sigstore-bundles/sigstore-rust/"
	const githubIssuer, repository = "https://token.actions.githubusercontent.com", "https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main"
	by := func(san, issuer string) []string {
		return []string{"--certificate-identity", san, "--certificate-oidc-issuer", issuer}
	}
	for _, c := range []struct {
		name, bundle string
		who          []string
		artifact     string
		say          string
	}{
		{"managed-key", rust + "managed-key/bundle.sigstore.json", []string{"--key", rust + "managed-key/key.pub"}, rust + "managed-key/artifact.txt", ""},
		{"managed-key-other-artifact", rust + "managed-key/bundle.sigstore.json", []string{"--key", rust + "managed-key/key.pub"}, rust + "managed-key/key.pub", "something else"},
		{"identity", "npm-attestations/valid/sigstore-2.0.0-provenance.bundle.json", by(repository, githubIssuer), "npm-attestations/tarballs/sigstore-2.0.0.tgz", ""},
		{"other-identity", "npm-attestations/valid/sigstore-2.0.0-provenance.bundle.json", by(repository+"x", githubIssuer), "npm-attestations/tarballs/sigstore-2.0.0.tgz", "subject alternative name"},
		{"other-issuer", "npm-attestations/valid/sigstore-2.0.0-provenance.bundle.json", by(repository, "https://accounts.google.com"), "npm-attestations/tarballs/sigstore-2.0.0.tgz", "issuer"},
		{"invalid-ct-key", rust + "invalid-ct-key_fail/bundle.sigstore.json", append(by("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main", githubIssuer), "--trusted-root", rust+"invalid-ct-key_fail/trusted_root.json"), "sha256:" + sampleSHA256, "not among the anchors"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"verify-bundle", "--bundle", c.bundle}, c.who...)
			_, err := VerifyBundle(append(args, c.artifact), read, production)
			if c.say == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.say)
		})
	}
}
