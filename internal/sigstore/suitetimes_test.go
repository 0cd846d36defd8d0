package sigstore

import (
	"crypto/x509"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	prototrust "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"
)

var suiteTimes = []suiteCase{
	{"rekor2-no-timestamp", second, func(m *minted) { m.bundle.VerificationMaterial.TimestampVerificationData = nil }, "time"},
	{"rekor2-timestamp-payload-mismatch", second, stamps(func(m *minted) [][]byte { return [][]byte{m.stamp([]byte("another"), signedAt)} }), "time"},
	{"rekor2-timestamp-with-incorrect-time", second, stamps(func(m *minted) [][]byte { return [][]byte{m.stamp(m.signature(), signedAt.Add(time.Hour))} }), "time"},
	{"rekor2-multiple-timestamps-one-outside-cert-validity", second, stamps(func(m *minted) [][]byte {
		return [][]byte{m.stamp(m.signature(), signedAt), m.stamp(m.signature(), signedAt.Add(time.Hour))}
	}), "time"},
	{"rekor2-multiple-timestamps", second, stamps(func(m *minted) [][]byte {
		return [][]byte{m.stamp(m.signature(), signedAt), m.stamp(m.signature(), signedAt.Add(time.Minute))}
	}), ""},
	{"rekor2-timestamp-corrupted", second, stamps(func(m *minted) [][]byte {
		s := m.stamp(m.signature(), signedAt)
		s[len(s)-5] ^= 1
		return [][]byte{s}
	}), "time"},
	{"rekor2-timestamp-untrusted-tsa-with-embedded-cert", second, stamps(func(m *minted) [][]byte {
		_, stamp := newVirtual(m.t).withTSA()
		return [][]byte{stamp(m.signature(), signedAt)}
	}), "time"},
	{"rekor2-timestamp-outside-trust-root-tsa-validity", second, func(m *minted) {
		m.root.TimestampAuthorities[0].ValidFor.End = timestamppb.New(signedAt.Add(-time.Second))
	}, "time"},
	{"rekor2-timestamp-wrong-tsa-validity-borrow", second, func(m *minted) {
		m.root.TimestampAuthorities[0].ValidFor.End = timestamppb.New(signedAt.Add(-time.Second))
		m.root.TimestampAuthorities = append(m.root.TimestampAuthorities, &prototrust.CertificateAuthority{
			Uri: "https://other.example.org", CertChain: &protocommon.X509CertificateChain{}, ValidFor: period(signedAt.AddDate(-1, 0, 0)),
		})
	}, "verifying"},
	{"rekor2-timestamp-validity-borrowed-from-another", second, func(m *minted) {
		m.root.TimestampAuthorities[0].ValidFor.End = timestamppb.New(signedAt.Add(-time.Second))
		m.root.TimestampAuthorities = append(m.root.TimestampAuthorities, newOther(m.t).TimestampAuthorities...)
	}, "time"},
	{"rekor2-timestamp-outside-tsa-cert-validity", func(m *minted) {
		second(m)
		m.sign.time = signedAt
	}, func(m *minted) {
		late := signedAt.AddDate(3, 0, 0) // after the authority's certificate
		m.sign.cert = m.leaf(m.sign.key, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = late.Add(-time.Minute), late.Add(time.Minute) })
		m.bundle.VerificationMaterial.Content = &protobundle.VerificationMaterial_Certificate{Certificate: &protocommon.X509Certificate{RawBytes: m.sign.cert}}
		m.logAgain()
		addStamps(m.bundle, m.stamp(m.signature(), late))
	}, "time"},
	{"trust-root-tsa-validity-end-inclusive", second, func(m *minted) {
		m.root.TimestampAuthorities[0].ValidFor.End = timestamppb.New(signedAt)
	}, ""},
	{"trust-root-tsa-missing-validity-start", second, func(m *minted) { m.root.TimestampAuthorities[0].ValidFor.Start = nil }, "trusted root"},
	{"trust-root-tsa-missing-validity", second, func(m *minted) { m.root.TimestampAuthorities[0].ValidFor = nil }, "trusted root"},
	{"intoto-tsa-timestamp-outside-cert-validity", statement, stamps(func(m *minted) [][]byte { return [][]byte{m.stamp(m.signature(), signedAt.Add(time.Hour))} }), "time"},
}

// stamps puts timestamps into the bundle.
func stamps(of func(*minted) [][]byte) func(*minted) {
	return func(m *minted) { addStamps(m.bundle, of(m)...) }
}

var suiteCertificates = []suiteCase{
	{"intermediate", func(m *minted) {
		key := newKey(m.t)
		m.issuer, m.issuerKey = m.intermediate(key, m.v.ca.Root, m.v.caKey, 5), key
	}, nil, ""},
	{"sct-duplicate-intermediate-name", func(m *minted) {
		key := newKey(m.t)
		m.issuer, m.issuerKey = m.intermediate(key, m.v.ca.Root, m.v.caKey, 5), key
	}, func(m *minted) {
		other := newVirtual(m.t)
		decoy := authorityOf("https://decoy.example.org", m.intermediate(newKey(m.t), other.ca.Root, other.caKey, 6), other.ca.Root)
		m.root.CertificateAuthorities = append([]*prototrust.CertificateAuthority{decoy}, m.root.CertificateAuthorities...)
	}, ""},
	{"bundle-with-sct-with-extensions", func(m *minted) { m.sctExtra = []byte("an extension") }, nil, ""},
	{"invalid-ct-key", nil, func(m *minted) { m.root.Ctlogs = newOther(m.t).Ctlogs }, "certificate"},
	{"invalid-ct-key-of-the-same-name", nil, func(m *minted) {
		id := m.root.Ctlogs[0].LogId
		m.root.Ctlogs = newOther(m.t).Ctlogs
		m.root.Ctlogs[0].LogId = id
	}, "verifying"},
	{"sct-missing", nil, func(m *minted) {
		m.sign.cert = m.v.leaf(m.sign.key, nil)
		m.bundle = m.v.sign(m.sign)
	}, "promised to hold it"},
	{"sct-missing-and-no-log-to-ask", nil, func(m *minted) {
		m.sign.cert = m.v.leaf(m.sign.key, nil)
		m.bundle, m.root.Ctlogs = m.v.sign(m.sign), nil
	}, "promised to hold it"},
	{"sct-of-another-certificate", nil, func(m *minted) {
		other, err := x509.ParseCertificate(m.leaf(newKey(m.t), nil))
		require.NoError(m.t, err)
		m.sign.cert = m.v.leaf(m.sign.key, func(c *x509.Certificate) {
			c.ExtraExtensions = append(c.ExtraExtensions, other.Extensions[len(other.Extensions)-1])
		})
		m.bundle = m.v.sign(m.sign)
	}, "certificate"},
	{"intoto-expired-certificate", statement, func(m *minted) {
		m.root.CertificateAuthorities[0].ValidFor.End = timestamppb.New(signedAt.Add(-time.Second))
	}, "certificate"},
	{"authority-not-yet-valid", nil, func(m *minted) {
		m.root.CertificateAuthorities[0].ValidFor.Start = timestamppb.New(signedAt.Add(time.Second))
	}, "certificate"},
	{"trust-root-ca-missing-validity-start", nil, func(m *minted) { m.root.CertificateAuthorities[0].ValidFor.Start = nil }, "trusted root"},
	{"trust-root-ctlog-missing-validity-start", nil, func(m *minted) { m.root.Ctlogs[0].PublicKey.ValidFor.Start = nil }, "trusted root"},
	{"not-for-code-signing", nil, func(m *minted) {
		m.sign.cert = m.leaf(m.sign.key, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
		m.bundle = m.v.sign(m.sign)
	}, "certificate"},
	{"instance-without-logs", func(m *minted) { second(m); statement(m) }, func(m *minted) {
		m.sign.cert = m.v.leaf(m.sign.key, nil)
		m.bundle = m.v.sign(m.sign)
		m.bundle.VerificationMaterial.TlogEntries, m.root.Tlogs, m.root.Ctlogs = nil, nil, nil
		addStamps(m.bundle, m.stamp(m.signature(), signedAt))
	}, ""},
	{"instance-without-logs-and-no-time", statement, func(m *minted) {
		m.bundle.VerificationMaterial.TlogEntries, m.root.Tlogs, m.root.Ctlogs = nil, nil, nil
	}, "time"},
}
