package sigstore

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"sync/atomic"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
)

// An issuer is a certificate authority of a root. Its intermediate is signed by its
// own certificate once and for all: where a whole chain was verified, another
// certificate needs its own link alone, and both of the others valid at its time.
type issuer struct {
	*root.FulcioCertificateAuthority
	above atomic.Pointer[[2]*x509.Certificate] // the intermediate and the root's own; nil until a chain was verified
}

// Verify answers as the authority does, whose answer it is wherever the short way
// gives none: each refusal is in its words.
func (i *issuer) Verify(leaf *x509.Certificate, at time.Time) ([][]*x509.Certificate, error) {
	if chain := i.shortly(leaf, at); chain != nil {
		return [][]*x509.Certificate{chain}, nil
	}
	chains, err := i.FulcioCertificateAuthority.Verify(leaf, at)
	if err == nil && len(chains) == 1 && len(chains[0]) == 3 && plainAuthority(chains[0][1]) && plainAuthority(chains[0][2]) {
		i.above.Store(&[2]*x509.Certificate{chains[0][1], chains[0][2]})
	}
	return chains, err
}

// shortly is the chain of a certificate that the intermediate signed; nil for any
// other. All that RFC 5280 (section 6) asks of the two certificates above held when
// they were verified, but for the time: neither has what constrains the others.
func (i *issuer) shortly(leaf *x509.Certificate, at time.Time) []*x509.Certificate {
	above := i.above.Load()
	if above == nil || !i.valid(above[1:], at) {
		return nil
	}
	signer := x509.NewCertPool()
	signer.AddCert(above[0])
	chains, err := leaf.Verify(x509.VerifyOptions{CurrentTime: at, Roots: signer, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}})
	if err != nil || len(chains) != 1 || len(chains[0]) != 2 {
		return nil
	}
	return append(chains[0], above[1])
}

// valid tells whether a time is one of the authority's and of certificates that it
// verified at another.
func (i *issuer) valid(chain []*x509.Certificate, at time.Time) bool {
	return during(at, i.ValidityPeriodStart, i.ValidityPeriodEnd) && validAt(chain, at)
}

// validAt tells whether all certificates are valid at a time; none is at no time, which
// x509 takes for now.
func validAt(chain []*x509.Certificate, at time.Time) bool {
	return !at.IsZero() && !slices.ContainsFunc(chain, func(c *x509.Certificate) bool { return !during(at, c.NotBefore, c.NotAfter) })
}

// during tells whether a time is within bounds, both in. A zero one is none.
func during(at, start, end time.Time) bool {
	return !(!start.IsZero() && at.Before(start)) && !(!end.IsZero() && at.After(end))
}

// A stamper is a timestamp authority whose certificate the root names: its chain is the
// same for all timestamps, and only the time is another.
type stamper struct {
	*root.SigstoreTimestampingAuthority
	above atomic.Pointer[[]*x509.Certificate] // its certificate's chain, without it; nil until a timestamp was verified
}

// Verify answers as the authority does. Once the chain was verified, a timestamp is
// held to its certificate alone, and the others to its time; what that refuses is
// verified with all of them, and refused in the authority's words.
func (s *stamper) Verify(stamp, signature []byte) (*root.Timestamp, error) {
	if above := s.above.Load(); above != nil {
		pinned := *s.SigstoreTimestampingAuthority
		pinned.Root, pinned.Intermediates = s.Leaf, nil
		if proven, err := pinned.Verify(stamp, signature); err == nil && validAt(*above, proven.Time) {
			return proven, nil
		}
	}
	proven, err := s.SigstoreTimestampingAuthority.Verify(stamp, signature)
	if err == nil {
		roots, between := x509.NewCertPool(), x509.NewCertPool()
		roots.AddCert(s.Root)
		for _, c := range s.Intermediates {
			between.AddCert(c)
		}
		chains, unverified := s.Leaf.Verify(x509.VerifyOptions{CurrentTime: proven.Time, Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
		if unverified == nil {
			above := chains[0][1:]
			s.above.Store(&above)
		}
	}
	return proven, err
}

// plainExtensions are those that say of other certificates no more than how long a
// chain is and what its end is for, which is the same of all chains here: the names of
// keys (2.5.29.14 and .35), their usage (.15 and .37), basic constraints (.19).
var plainExtensions = []int{14, 15, 19, 35, 37}

// plainAuthority tells whether a certificate has no other: no constraints of names, no
// policies.
func plainAuthority(c *x509.Certificate) bool {
	return !slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool {
		return !slices.ContainsFunc(plainExtensions, func(n int) bool { return e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, n}) })
	})
}
