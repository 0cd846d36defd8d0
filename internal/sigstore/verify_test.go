package sigstore

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"net/url"
	"sync"
	"testing"
	"time"

	"touchstone/internal/fault"
	"touchstone/internal/mint"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/testing/ca"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func query(v *virtual, b *protobundle.Bundle) Query {
	return Query{Bundle: toJSON(v.t, b), Root: v.root(), Artifact: Artifact{Bytes: theArtifact}}
}

func TestVerifyCertificate(t *testing.T) {
	v := newVirtual(t)
	s := v.signing(aStatement(""))
	got, err := Verify(query(v, v.sign(s)))
	require.NoError(t, err)

	assert.Equal(t, "https://example.org/predicate", got.Statement.PredicateType)
	assert.JSONEq(t, `{"n":1}`, string(got.Statement.Predicate))
	assert.Equal(t, "pkg:generic/thing@1", got.Subject.Name)
	assert.Equal(t, "sha256", got.By.Algorithm)
	assert.Nil(t, got.Key)
	id := got.Certificate
	assert.Equal(t, theSAN, id.SAN)
	assert.Equal(t, SANURI, id.SANKind)
	assert.Equal(t, theIssuer, id.Issuer)
	assert.Equal(t, "production", id.Claims.DeploymentEnvironment)
	assert.Equal(t, "https://fulcio.example.org", id.Authority)
	assert.Equal(t, []string{"CN=the authority"}, id.Chain)
	assert.False(t, id.Logged, "no certificate transparency log was asked for")
	assert.Equal(t, []ProvenTime{{Source: FromLog, Who: theLog, Time: signedAt}}, got.Times)
	require.Len(t, got.Log, 1)
	assert.True(t, got.Log[0].Proven())
	assert.Equal(t, Log{Name: theLog, ID: hex.EncodeToString(v.logID())}, got.Log[0].Log)
	assert.Equal(t, int64(1), got.Log[0].Proof.Index)
	assert.Equal(t, int64(2), got.Log[0].Proof.Checkpoint.Size)
	assert.Equal(t, int64(101), got.Log[0].Promise.Index)
	assert.Empty(t, got.Ignored)
}

func TestVerifyForms(t *testing.T) {
	v := newVirtual(t)
	keys := func(s signing) []Key { return []Key{{Hint: s.hint, SPKI: mint.SPKI(s.key)}} }
	promised := v.signing(aStatement(""))
	promised.proof, promised.mediaType = false, understood[0]
	artifact := v.signing(nil)
	artifact.artifact, artifact.kind = theArtifact, "hashedrekord"
	overEncoding := v.signing(aStatement(""))
	overEncoding.kind = "hashedrekord"
	byKey := v.byKey(aStatement(""))
	plain := v.byKey(aStatement(""))
	plain.promise, plain.origin = false, "rekor.example.org"
	plainArtifact := plain
	plainArtifact.payload, plainArtifact.artifact, plainArtifact.kind = nil, theArtifact, "hashedrekord"

	for _, c := range []struct {
		name   string
		s      signing
		proven bool
		times  int
	}{
		{"promise-only", promised, false, 1},
		{"artifact", artifact, true, 1},
		{"envelope-logged-as-hashedrekord", overEncoding, true, 1},
		{"key", byKey, true, 1},
		{"head-without-tree", plain, true, 0},
		{"head-without-tree-artifact", plainArtifact, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := query(v, v.sign(c.s))
			if c.s.cert == nil {
				q.Keys = keys(c.s)
			}
			got, err := Verify(q)
			require.NoError(t, err)
			require.Len(t, got.Log, 1)
			assert.Equal(t, c.proven, got.Log[0].Proven())
			assert.Len(t, got.Times, c.times)
			assert.Equal(t, c.s.payload == nil, got.Statement == nil)
			assert.Equal(t, c.s.cert == nil, got.Certificate == nil)
			sum := sha256.Sum256(theArtifact)
			assert.Equal(t, Digest{"sha256", hex.EncodeToString(sum[:])}, got.By)

			// The same with the digest alone, and never with another artifact.
			q.Artifact = Artifact{Digests: []Digest{got.By}}
			_, err = Verify(q)
			require.NoError(t, err)
			q.Artifact = Artifact{Bytes: []byte("another")}
			_, err = Verify(q)
			assert.Equal(t, StepArtifact, requireFailure(t, err, fault.Wrong).Step)
		})
	}
}

func rawExtension(number int, value string) pkix.Extension {
	return pkix.Extension{Id: append(append(asn1.ObjectIdentifier{}, oidFulcio...), number), Value: []byte(value)}
}

func TestVerifyKey(t *testing.T) {
	v := newVirtual(t)
	s := v.byKey(aStatement(""))
	b := v.sign(s)
	key := Key{Hint: s.hint, SPKI: mint.SPKI(s.key)}
	within := func(start, end time.Time) []Key {
		k := key
		k.Start, k.End = start, end
		return []Key{k}
	}
	for _, c := range []struct {
		name string
		keys []Key
		kind fault.Kind
		step Step
	}{
		{"no-bounds", []Key{key}, "", ""},
		{"starts-now", within(signedAt, time.Time{}), "", ""},
		{"starts-after", within(signedAt.Add(time.Second), time.Time{}), fault.Wrong, StepLog},
		{"ends-after", within(time.Time{}, signedAt.Add(time.Second)), "", ""},
		{"ends-now", within(time.Time{}, signedAt), fault.Wrong, StepLog},
		{"unknown", []Key{{Hint: "other", SPKI: key.SPKI}}, fault.NoAnchor, StepKey},
		{"none", nil, fault.NoAnchor, StepKey},
		{"same-name-other-key", []Key{{Hint: s.hint, SPKI: mint.SPKI(newKey(t))}}, fault.Wrong, StepLog},
		{"same-name-twice", []Key{key, key}, fault.Malformed, StepQuestion},
		{"garbage", []Key{{Hint: s.hint, SPKI: []byte("no")}}, fault.Malformed, StepQuestion},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := query(v, b)
			q.Keys = c.keys
			got, err := Verify(q)
			if c.kind == "" {
				require.NoError(t, err)
				assert.Equal(t, &SigningKey{Hint: s.hint}, got.Key)
				return
			}
			assert.Equal(t, c.step, requireFailure(t, err, c.kind).Step)
		})
	}
	t.Run("key-id", func(t *testing.T) {
		for id, kind := range map[string]fault.Kind{s.hint: "", "second name": "", "other": fault.NoAnchor} {
			named := s
			named.keyID = id
			q := query(v, v.sign(named))
			q.Keys = []Key{key, {Hint: "second name", SPKI: key.SPKI}}
			_, err := Verify(q)
			if kind == "" {
				require.NoError(t, err, id)
				continue
			}
			requireFailure(t, err, kind)
		}
	})
	t.Run("artifact-without-log", func(t *testing.T) {
		unlogged := s
		unlogged.payload, unlogged.artifact, unlogged.kind = nil, theArtifact, ""
		b := v.sign(unlogged)
		q := query(v, b)
		q.Keys, q.Policy = []Key{key}, &Policy{}
		got, err := Verify(q)
		require.NoError(t, err)
		assert.Empty(t, got.Times)
		b.GetMessageSignature().Signature = mint.Sign(newKey(t), theArtifact)
		q.Bundle = toJSON(t, b)
		_, err = Verify(q)
		assert.Equal(t, StepSignature, requireFailure(t, err, fault.Wrong).Step)
	})
	t.Run("bounded-without-time", func(t *testing.T) {
		undated := s
		undated.promise = false
		q := query(v, v.sign(undated))
		q.Keys = []Key{key}
		_, err := Verify(q)
		require.NoError(t, err)
		q.Keys = within(signedAt.AddDate(-1, 0, 0), time.Time{})
		_, err = Verify(q)
		assert.Equal(t, StepTime, requireFailure(t, err, fault.Missing).Step)
	})
}

func TestVerifySANKinds(t *testing.T) {
	v := newVirtual(t)
	other, err := asn1.MarshalWithParams(struct {
		ID    asn1.ObjectIdentifier
		Value string `asn1:"utf8,explicit,tag:0"`
	}{oidUserName, "user!example.org"}, "tag:0")
	require.NoError(t, err)
	names, err := asn1.Marshal([]asn1.RawValue{{FullBytes: other}})
	require.NoError(t, err)
	for _, c := range []struct {
		kind SANKind
		san  string
		bend func(*x509.Certificate)
	}{
		{SANEmail, "someone@example.org", func(c *x509.Certificate) { c.URIs, c.EmailAddresses = nil, []string{"someone@example.org"} }},
		{SANURI, "https://example.org/a%20b", func(c *x509.Certificate) {
			c.URIs = []*url.URL{{Scheme: "https", Host: "example.org", Path: "/a b"}}
		}},
		{SANOther, "user!example.org", func(c *x509.Certificate) {
			c.URIs = nil
			c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: oidSAN, Critical: true, Value: names})
		}},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			s := v.signing(aStatement(""))
			s.cert = v.leaf(s.key, c.bend)
			got, err := Verify(query(v, v.sign(s)))
			require.NoError(t, err)
			assert.Equal(t, c.kind, got.Certificate.SANKind)
			assert.Equal(t, c.san, got.Certificate.SAN)
		})
	}
}

// TestVerifyVirtual runs sigstore-go's own virtual instance: a log of the second
// version and a timestamp authority.
func TestVerifyVirtual(t *testing.T) {
	instance, err := ca.NewVirtualSigstore()
	require.NoError(t, err)
	entity, err := instance.AttestHashedRekordV2("someone@example.org", theIssuer, aStatement(""))
	require.NoError(t, err)
	b := bundleOf(t, entity)
	policy := &Policy{LogEntries: 1, Times: 1}
	q := Query{Bundle: toJSON(t, b), Root: newRoot(instance), Artifact: Artifact{Bytes: theArtifact}, Policy: policy}
	got, err := Verify(q)
	require.NoError(t, err)
	require.Len(t, got.Times, 1)
	assert.Equal(t, FromAuthority, got.Times[0].Source)
	assert.Equal(t, "https://virtual.tsa.sigstore.dev", got.Times[0].Who)
	require.Len(t, got.Log, 1)
	assert.True(t, got.Log[0].Proven())
	assert.Nil(t, got.Log[0].Promise, "the time beside the entry is nobody's word")
	assert.Equal(t, "0.0.2", got.Log[0].Version)

	t.Run("timestamp-of-another-signature", func(t *testing.T) {
		stamp, err := instance.TimestampResponse([]byte("another"))
		require.NoError(t, err)
		data := b.VerificationMaterial.TimestampVerificationData
		data.Rfc3161Timestamps = append(data.Rfc3161Timestamps, &protocommon.RFC3161SignedTimestamp{SignedTimestamp: stamp})
		q := q
		q.Bundle = toJSON(t, b)
		_, err = Verify(q)
		assert.Equal(t, StepTime, requireFailure(t, err, fault.Wrong).Step)
		data.Rfc3161Timestamps = data.Rfc3161Timestamps[:1]
	})
	t.Run("timestamp-of-an-unknown-authority", func(t *testing.T) {
		q := q
		q.Root = newRoot(&withoutTSA{instance})
		_, err := Verify(q)
		assert.Equal(t, StepTime, requireFailure(t, err, fault.NoAnchor).Step)
	})
	t.Run("body-not-the-leaf", func(t *testing.T) {
		e := b.VerificationMaterial.TlogEntries[0]
		kept := e.CanonicalizedBody
		defer func() { e.CanonicalizedBody = kept }()
		e.CanonicalizedBody = append([]byte(" "), kept...)
		q := q
		q.Bundle = toJSON(t, b)
		_, err := Verify(q)
		assert.Equal(t, StepLog, requireFailure(t, err, fault.Wrong).Step)
	})
	t.Run("log-not-in-use", func(t *testing.T) {
		q := q
		q.Root = newRoot(&endedLog{instance})
		_, err := Verify(q)
		assert.Contains(t, requireFailure(t, err, fault.Wrong).Reason, "not in use")
	})
}

type withoutTSA struct{ root.TrustedMaterial }

func (*withoutTSA) TimestampingAuthorities() []root.TimestampingAuthority { return nil }

type endedLog struct{ root.TrustedMaterial }

func (e *endedLog) RekorLogs() map[string]*root.TransparencyLog {
	logs := e.TrustedMaterial.RekorLogs()
	for _, l := range logs {
		l.ValidityPeriodStart, l.ValidityPeriodEnd = signedAt.AddDate(-9, 0, 0), signedAt.AddDate(-8, 0, 0)
	}
	return logs
}

// bundleOf writes an entity of the virtual instance as a bundle.
func bundleOf(t testing.TB, e *ca.TestEntity) *protobundle.Bundle {
	content, err := e.SignatureContent()
	require.NoError(t, err)
	signer, err := e.VerificationContent()
	require.NoError(t, err)
	payload, err := content.EnvelopeContent().RawEnvelope().DecodeB64Payload()
	require.NoError(t, err)
	stamps, err := e.Timestamps()
	require.NoError(t, err)
	entries, err := e.TlogEntries()
	require.NoError(t, err)
	m := &protobundle.VerificationMaterial{
		Content:                   &protobundle.VerificationMaterial_Certificate{Certificate: &protocommon.X509Certificate{RawBytes: signer.Certificate().Raw}},
		TimestampVerificationData: &protobundle.TimestampVerificationData{},
	}
	for _, stamp := range stamps {
		m.TimestampVerificationData.Rfc3161Timestamps = append(m.TimestampVerificationData.Rfc3161Timestamps, &protocommon.RFC3161SignedTimestamp{SignedTimestamp: stamp})
	}
	for _, entry := range entries {
		m.TlogEntries = append(m.TlogEntries, entry.TransparencyLogEntry())
	}
	return &protobundle.Bundle{
		MediaType: understood[5], VerificationMaterial: m,
		Content: &protobundle.Bundle_DsseEnvelope{DsseEnvelope: &protodsse.Envelope{
			Payload: payload, PayloadType: PayloadType, Signatures: []*protodsse.Signature{{Sig: content.Signature()}},
		}},
	}
}

func TestVerifyConcurrently(t *testing.T) {
	v := newVirtual(t)
	q := query(v, v.sign(v.signing(aStatement(""))))
	first, err := Verify(q)
	require.NoError(t, err)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			again, err := Verify(q)
			assert.NoError(t, err)
			assert.Equal(t, first, again)
		})
	}
	wait.Wait()
}

func TestRead(t *testing.T) {
	v := newVirtual(t)
	s := v.byKey(aStatement(""))
	s.proof, s.mediaType = false, understood[0]
	c, err := Read(toJSON(t, v.sign(s)))
	require.NoError(t, err)
	assert.Equal(t, s.hint, c.KeyHint)
	assert.Equal(t, "https://example.org/predicate", c.Statement.PredicateType)
	require.Len(t, c.Log, 1)
	assert.True(t, c.Log[0].Promised)
	assert.False(t, c.Log[0].Proven)
}
