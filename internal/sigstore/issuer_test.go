package sigstore

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/mint"
)

// anAuthority is one with an intermediate, which bend may change before it is signed,
// and what issues certificates by it.
func anAuthority(t *testing.T, bend func(*x509.Certificate)) (*root.FulcioCertificateAuthority, func(func(*x509.Certificate)) *x509.Certificate) {
	rootKey, key := newKey(t), newKey(t)
	top := mint.Authority("the root", rootKey, signedAt)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "the intermediate"},
		NotBefore: signedAt.Add(-3 * time.Hour), NotAfter: signedAt.Add(3 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: []byte{4, 5},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}
	if bend != nil {
		bend(template)
	}
	between := mint.Certify(template, top, key, rootKey)
	ca := &root.FulcioCertificateAuthority{
		Root: top, Intermediates: []*x509.Certificate{between}, URI: "https://fulcio.example.org",
		ValidityPeriodStart: signedAt.Add(-2 * time.Hour), ValidityPeriodEnd: signedAt.Add(4 * time.Hour),
	}
	return ca, func(bend func(*x509.Certificate)) *x509.Certificate {
		leaf := mint.SigningCertificate(theSAN, nil, signedAt)
		leaf.NotBefore, leaf.NotAfter = signedAt.Add(-5*time.Hour), signedAt.Add(5*time.Hour)
		if bend != nil {
			bend(leaf)
		}
		return mint.Certify(leaf, between, newKey(t), key)
	}
}

// An issuer that knows its chain answers to every certificate at every time as the
// authority itself, which verifies all of it anew.
func TestIssuerAnswersAsItsAuthority(t *testing.T) {
	ca, issue := anAuthority(t, nil)
	_, others := anAuthority(t, nil)
	wrong := issue(nil)
	wrong.Signature[len(wrong.Signature)-1] ^= 1
	long := &root.FulcioCertificateAuthority{Root: ca.Root, Intermediates: ca.Intermediates}
	leaves := map[string]*x509.Certificate{
		"its own": issue(nil), "another": issue(nil), "of a stranger with the same names": others(nil), "changed": wrong,
		"soon over":       issue(func(c *x509.Certificate) { c.NotAfter = signedAt }),
		"not begun":       issue(func(c *x509.Certificate) { c.NotBefore = signedAt.Add(time.Second) }),
		"for another use": issue(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }),
		"critical": issue(func(c *x509.Certificate) {
			c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}})
		}),
		"the intermediate": ca.Intermediates[0], "the root": ca.Root,
	}
	accepted := 0
	for _, authority := range []*root.FulcioCertificateAuthority{ca, long} {
		i := &issuer{FulcioCertificateAuthority: authority}
		_, err := i.Verify(issue(nil), signedAt)
		require.NoError(t, err)
		require.NotNil(t, i.above.Load(), "the chain is known")
		for name, leaf := range leaves {
			for hours := -6; hours <= 6; hours++ {
				for _, off := range []time.Duration{-time.Second, 0, time.Second} {
					at := signedAt.Add(time.Duration(hours)*time.Hour + off)
					want, refused := authority.Verify(leaf, at)
					got, err := i.Verify(leaf, at)
					assert.Equal(t, refused, err, "%s at %s", name, at)
					require.Len(t, got, len(want), "%s at %s", name, at)
					for k, chain := range want {
						accepted++
						require.Len(t, got[k], len(chain))
						for n, c := range chain {
							assert.True(t, c.Equal(got[k][n]), "%s at %s: certificate %d", name, at, n)
						}
					}
					short := i.shortly(leaf, at)
					assert.Equal(t, refused == nil && len(want[0]) == 3, short != nil, "%s at %s: the short way is taken where it may", name, at)
				}
			}
		}
	}
	assert.Positive(t, accepted)
	// At no time, which x509 takes for now.
	i := &issuer{FulcioCertificateAuthority: long}
	_, err := i.Verify(issue(nil), signedAt)
	require.NoError(t, err)
	assert.Nil(t, i.shortly(issue(nil), time.Time{}))
}

// An intermediate that constrains what is below it is verified with it every time.
func TestIssuerKeepsNoChainThatConstrains(t *testing.T) {
	policy, err := x509.OIDFromInts([]uint64{1, 2, 3})
	require.NoError(t, err)
	for name, bend := range map[string]func(*x509.Certificate){
		"names":    func(c *x509.Certificate) { c.PermittedURIDomains = []string{"example.org"} },
		"policies": func(c *x509.Certificate) { c.Policies = []x509.OID{policy} },
		"something that is not known": func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: []byte{5, 0}}}
		},
	} {
		ca, issue := anAuthority(t, bend)
		i := &issuer{FulcioCertificateAuthority: ca}
		_, err = i.Verify(issue(nil), signedAt)
		require.NoError(t, err, name)
		assert.Nil(t, i.above.Load(), name)
	}
}

// A certificate that was verified in a question is so at another time if all of its
// chain is valid then, and only that very one.
func TestChainAtAnotherTime(t *testing.T) {
	ca, issue := anAuthority(t, nil)
	m := &material{Root: &Root{issuers: []*issuer{{FulcioCertificateAuthority: ca}}}}
	leaf := issue(func(c *x509.Certificate) { c.NotBefore, c.NotAfter = signedAt, signedAt.Add(time.Hour) })
	verify := func(leaf *x509.Certificate, at time.Time) error {
		_, err := m.FulcioCertificateAuthorities()[0].Verify(leaf, at)
		return err
	}
	require.NoError(t, verify(leaf, signedAt))
	require.NoError(t, verify(leaf, signedAt.Add(time.Hour)))
	require.Len(t, m.chains, 2)
	assert.Same(t, m.chains[0].chain[0], m.chains[1].chain[0])
	require.Error(t, verify(leaf, signedAt.Add(time.Hour+time.Second)))
	require.Error(t, verify(leaf, signedAt.Add(-time.Second)))
	changed := issue(nil)
	changed.Signature[9] ^= 1
	require.Error(t, verify(changed, signedAt))
	require.Len(t, m.chains, 2)
}

// A timestamp that was verified in a question is so for that signature alone.
func TestStampForAnotherSignature(t *testing.T) {
	dir := corpus.Path(t)
	b := mustRead(t, dir, "sigstore-bundles/sigstore-rust/bundles/cosign-v3-blob.sigstore.json")
	r, err := readBundle(b)
	require.NoError(t, err)
	stamps, err := r.Timestamps()
	require.NoError(t, err)
	require.NotEmpty(t, stamps)
	m := &material{Root: mustRoot(t, dir, "sigstore-trust/public-good/trusted_root.json")}
	signature := r.entity.content.Signature()
	verify := func(signature []byte) error {
		_, err := m.TimestampingAuthorities()[0].Verify(stamps[0], signature)
		return err
	}
	other := bytes.Clone(signature)
	other[0] ^= 1
	require.Error(t, verify(other))
	require.NoError(t, verify(signature))
	require.Error(t, verify(other))
	require.NoError(t, verify(signature))
	require.Len(t, m.stamps, 2)
	assert.Same(t, m.stamps[0].Timestamp, m.stamps[1].Timestamp)
}

// The same bytes are parsed once, and no others are taken for them.
func TestParseRootOnce(t *testing.T) {
	doc := mustRead(t, corpus.Path(t), "sigstore-trust/public-good/trusted_root.json")
	first, err := ParseRoot(doc)
	require.NoError(t, err)
	again, err := ParseRoot(bytes.Clone(doc))
	require.NoError(t, err)
	assert.Same(t, first, again)
	doc[bytes.IndexByte(doc, '{')] = '['
	_, err = ParseRoot(doc)
	require.Error(t, err)
	doc[bytes.IndexByte(doc, '[')] = ' '
	_, err = ParseRoot(doc)
	require.Error(t, err)
}

// A timestamp authority that knows its chain answers to every timestamp as it does
// when it verifies all of it anew.
func TestStamperAnswersAsItsAuthority(t *testing.T) {
	v := newVirtual(t)
	authority, stamp := v.withTSA()
	top := *v.ca.Root
	top.NotBefore, top.NotAfter = signedAt.AddDate(0, -3, 0), signedAt.AddDate(0, 3, 0) // x509 goes by these
	authority.Root = &top
	authority.ValidityPeriodStart, authority.ValidityPeriodEnd = signedAt.AddDate(0, -5, 0), signedAt.AddDate(0, 2, 0)
	signature, other := []byte("a signature"), []byte("another")
	s, ok := v.root().stampers[0].(*stamper)
	require.True(t, ok)
	_, err := s.Verify(stamp(signature, signedAt), signature)
	require.NoError(t, err)
	require.NotNil(t, s.above.Load(), "the chain is known")
	accepted := 0
	for months := -14; months <= 14; months++ {
		for _, off := range []time.Duration{-time.Second, 0, time.Second} {
			response := stamp(signature, signedAt.AddDate(0, months, 0).Add(off))
			changed := bytes.Clone(response)
			changed[len(changed)-1] ^= 1
			for _, try := range []struct{ stamp, signature []byte }{{response, signature}, {response, other}, {changed, signature}, {nil, signature}} {
				want, refused := authority.Verify(try.stamp, try.signature)
				got, err := s.Verify(try.stamp, try.signature)
				assert.Equal(t, want, got)
				if refused == nil {
					accepted++
					require.NoError(t, err)
					continue
				}
				require.EqualError(t, err, refused.Error())
			}
		}
	}
	assert.Equal(t, 16, accepted, "from three months before to two after, both in")
	// What it answers by is the chain that it knows.
	authority.Root = mint.Authority("another root", newKey(t), signedAt)
	_, err = s.Verify(stamp(signature, signedAt.Add(time.Hour)), signature)
	require.NoError(t, err)
	_, err = (&stamper{SigstoreTimestampingAuthority: authority}).Verify(stamp(signature, signedAt), signature)
	require.Error(t, err)
}
