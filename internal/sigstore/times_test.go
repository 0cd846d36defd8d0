package sigstore

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"touchstone/internal/fault"

	"github.com/digitorus/timestamp"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// forgeable is a time that the authority stamps over SHA-1.
var forgeable = signedAt.Add(30 * time.Second)

// withTSA gives an instance a timestamp authority, and returns what stamps.
func (v *virtual) withTSA() (authority *root.SigstoreTimestampingAuthority, stamp func(sig []byte, at time.Time) []byte) {
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	require.NoError(v.t, err)
	key := newKey(v.t)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(77), Subject: pkix.Name{CommonName: "the clock"},
		NotBefore: signedAt.AddDate(-1, 0, 0), NotAfter: signedAt.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}},
	}, v.ca.Root, key.Public(), v.caKey)
	require.NoError(v.t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(v.t, err)
	authority = &root.SigstoreTimestampingAuthority{Root: v.ca.Root, Leaf: leaf, URI: "https://clock.example.org"}
	v.stamps = append(v.stamps, authority)
	return authority, func(sig []byte, at time.Time) []byte {
		hash := crypto.SHA256
		if at.Equal(forgeable) {
			hash = crypto.SHA1
		}
		sum := sha256.Sum256(sig)
		t := timestamp.Timestamp{
			HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Time: at, Policy: asn1.ObjectIdentifier{1, 2, 3},
			SerialNumber: big.NewInt(1), AddTSACertificate: true,
		}
		response, err := t.CreateResponseWithOpts(leaf, key, hash)
		require.NoError(v.t, err)
		return response
	}
}

func addStamps(b *protobundle.Bundle, stamps ...[]byte) {
	data := &protobundle.TimestampVerificationData{}
	for _, s := range stamps {
		data.Rfc3161Timestamps = append(data.Rfc3161Timestamps, &protocommon.RFC3161SignedTimestamp{SignedTimestamp: s})
	}
	b.VerificationMaterial.TimestampVerificationData = data
}

func TestTimestamps(t *testing.T) {
	within, outside := signedAt.Add(time.Minute), signedAt.Add(time.Hour)
	for _, c := range []struct {
		name    string
		stamps  func(stamp func([]byte, time.Time) []byte, sig []byte) [][]byte
		bend    func(*virtual, *root.SigstoreTimestampingAuthority)
		promise bool
		times   int // proven; 0: refused
		kind    fault.Kind
		ignored int
	}{
		{"one", func(s func([]byte, time.Time) []byte, sig []byte) [][]byte { return [][]byte{s(sig, within)} }, nil, false, 1, "", 0},
		{"beside-the-log", func(s func([]byte, time.Time) []byte, sig []byte) [][]byte { return [][]byte{s(sig, within)} }, nil, true, 2, "", 0},
		{"two-of-one-authority", func(s func([]byte, time.Time) []byte, sig []byte) [][]byte {
			return [][]byte{s(sig, within), s(sig, signedAt)}
		}, nil, false, 2, "", 0},
		{"second-outside-certificate", func(s func([]byte, time.Time) []byte, sig []byte) [][]byte {
			return [][]byte{s(sig, within), s(sig, outside)}
		}, nil, false, 0, fault.Wrong, 0},
		{"outside-certificate", func(s func([]byte, time.Time) []byte, sig []byte) [][]byte { return [][]byte{s(sig, outside)} }, nil, false, 0, fault.Wrong, 0},
		{"of-another-signature", func(s func([]byte, time.Time) []byte, _ []byte) [][]byte { return [][]byte{s([]byte("x"), within)} }, nil, true, 0, fault.Wrong, 0},
		{"authority-ended", func(s func([]byte, time.Time) []byte, sig []byte) [][]byte { return [][]byte{s(sig, within)} },
			func(_ *virtual, a *root.SigstoreTimestampingAuthority) {
				a.ValidityPeriodEnd = within.Add(-time.Second)
			}, false, 0, fault.Wrong, 0},
		{"authority-ends-then", func(s func([]byte, time.Time) []byte, sig []byte) [][]byte { return [][]byte{s(sig, within)} },
			func(_ *virtual, a *root.SigstoreTimestampingAuthority) { a.ValidityPeriodEnd = within }, false, 1, "", 0},
		{"signed-over-a-weak-digest", func(s func([]byte, time.Time) []byte, sig []byte) [][]byte { return [][]byte{s(sig, forgeable)} }, nil, true, 0, fault.Weak, 0},
		{"authority-unknown", func(s func([]byte, time.Time) []byte, sig []byte) [][]byte { return [][]byte{s(sig, within)} },
			func(v *virtual, _ *root.SigstoreTimestampingAuthority) { v.stamps = nil }, false, 0, fault.NoAnchor, 0},
		{"authority-unknown-beside-the-log", func(s func([]byte, time.Time) []byte, sig []byte) [][]byte { return [][]byte{s(sig, within)} },
			func(v *virtual, _ *root.SigstoreTimestampingAuthority) { v.stamps = nil }, true, 1, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newVirtual(t)
			authority, stamp := v.withTSA()
			s := v.signing(aStatement(""))
			s.promise = c.promise
			b := v.sign(s)
			addStamps(b, c.stamps(stamp, b.GetDsseEnvelope().Signatures[0].Sig)...)
			if c.bend != nil {
				c.bend(v, authority)
			}
			got, err := Verify(query(v, b))
			if c.times == 0 {
				assert.Equal(t, StepTime, requireFailure(t, err, c.kind).Step)
				return
			}
			require.NoError(t, err)
			require.Len(t, got.Times, c.times)
			assert.Len(t, got.Ignored, c.ignored)
			if c.ignored == 0 {
				last := got.Times[len(got.Times)-1]
				assert.Equal(t, FromAuthority, last.Source)
				assert.Equal(t, "CN=the clock", last.Signer)
				assert.Equal(t, time.UTC, last.Time.Location())
			}
		})
	}
}
