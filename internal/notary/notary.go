package notary

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/digest"
	"touchstone/internal/fault"
	"touchstone/internal/strictjson"
)

// The media types of envelopes (specs/signature-envelope-jws.md,
// specs/signature-envelope-cose.md).
const (
	JWS  = "application/jose+json"
	COSE = "application/cose"
)

// payloadType is the type of what is signed (specs/signature-specification.md,
// "Payload").
const payloadType = "application/vnd.cncf.notary.payload.v1+json"

// The names of attributes.
const (
	attributeScheme    = "io.cncf.notary.signingScheme"
	attributeTime      = "io.cncf.notary.signingTime"
	attributeAuthentic = "io.cncf.notary.authenticSigningTime"
	attributeExpiry    = "io.cncf.notary.expiry"
	attributeStamp     = "io.cncf.notary.timestampSignature"
)

// The signing schemes (specs/signing-scheme.md).
const (
	schemeX509      = "notary.x509"
	schemeAuthority = "notary.x509.signingAuthority"
)

// A Signature is one that verifies by its own certificates.
type Signature struct {
	// Target is the artifact that is signed.
	Target Target
	// Made is when its signer says that it was made.
	Made time.Time
	// Ends is until when the signer wants it to count; zero for always.
	Ends time.Time
	// Chain are the certificates: the signer's, then each one's issuer.
	Chain []*x509.Certificate
	// Hash is the usual name of the digest that was signed ("SHA-256").
	Hash string

	signature []byte
	stamp     []byte // a TimeStampToken (RFC 3161); nil for none
}

// A Target is the descriptor of an artifact (OCI image-spec, descriptor.md).
type Target struct {
	MediaType string
	Digest    string // "sha256:…"
	Size      int64  // bytes
}

// An envelope is what was read of one, before anything is verified.
type envelope struct {
	attributes
	payload   []byte
	signed    []byte // the bytes that the signature is over
	signature []byte
	chain     [][]byte // DER
	stamp     []byte
}

// attributes are the signed ones that are understood here.
type attributes struct {
	algorithm, contentType, scheme string
	made, authentic, ends          time.Time
	critical                       []string
}

// Verify reads an envelope and verifies it by its own certificates:
//
//  1. Read it, in the form that its media type names.
//  2. Understand all attributes that are critical; those that must be are.
//  3. The certificates are a chain that may sign, up to one that signs itself.
//  4. The signature verifies with the first of them, by the algorithm that belongs
//     to its key.
//  5. Read what is signed.
//
// The errors are faults: Malformed, NotUnderstood, Weak, Wrong.
func Verify(mediaType string, doc []byte) (*Signature, error) {
	// 1.
	var e *envelope
	var err error
	switch mediaType {
	case JWS:
		e, err = readJWS(doc)
	case COSE:
		e, err = readCOSE(doc)
	default:
		return nil, fault.New(fault.Malformed, fmt.Sprintf("its envelope is of the type %.80q; known are JWS and COSE", mediaType))
	}
	if err != nil {
		return nil, err
	}
	// 2.
	if err := e.understood(); err != nil {
		return nil, err
	}
	// 3.
	chain, err := readChain(e.chain)
	if err != nil {
		return nil, err
	}
	// 4.
	hash, err := verifyBy(chain[0], e.algorithm, e.signed, e.signature)
	if err != nil {
		return nil, err
	}
	// 5.
	target, err := readTarget(e.payload)
	if err != nil {
		return nil, err
	}
	made := e.made
	if e.scheme == schemeAuthority {
		made = e.authentic
	}
	return &Signature{Target: target, Made: made, Ends: e.ends, Chain: chain, Hash: hash, signature: e.signature, stamp: e.stamp}, nil
}

// understood tells why attributes are not in order (specs/signature-specification.md,
// "Signed Attributes").
func (a attributes) understood() error {
	must := map[string]bool{attributeScheme: true}
	switch a.scheme {
	case schemeX509:
		if !a.authentic.IsZero() || a.made.IsZero() {
			return malformed("its signing time is not the one of its scheme")
		}
	case schemeAuthority:
		if !a.made.IsZero() || a.authentic.IsZero() {
			return malformed("its signing time is not the one of its scheme")
		}
		must[attributeAuthentic] = true
	default:
		return fault.New(fault.NotUnderstood, fmt.Sprintf("its signing scheme is %.80q", a.scheme))
	}
	made := a.made
	if made.IsZero() {
		made = a.authentic
	}
	if !a.ends.IsZero() {
		must[attributeExpiry] = true
		if !a.ends.After(made) {
			return malformed("it ends before it was made")
		}
	}
	for _, name := range a.critical {
		switch name {
		case attributeScheme, attributeAuthentic, attributeExpiry:
			if !must[name] {
				return malformed(fmt.Sprintf("its critical attribute %s is not there, or there twice", name))
			}
			delete(must, name)
		default:
			return fault.New(fault.NotUnderstood, fmt.Sprintf("its attribute %.80q is critical, and not known here", name))
		}
	}
	if len(must) > 0 {
		return malformed("an attribute that must be critical is not")
	}
	if a.contentType != payloadType {
		return fault.New(fault.NotUnderstood, fmt.Sprintf("what it signs is of the type %.80q", a.contentType))
	}
	return nil
}

func readTarget(payload []byte) (Target, error) {
	doc, err := strictjson.Parse(payload)
	if err != nil {
		return Target{}, malformed("what is signed is no JSON that all read alike")
	}
	o := doc.Object("targetArtifact")
	t := Target{MediaType: o.Text("mediaType"), Digest: o.Text("digest"), Size: -1}
	if o.Into("size", &t.Size) != nil || t.Size < 0 {
		return t, malformed("what is signed states no size of its artifact")
	}
	algorithm, value, _ := strings.Cut(t.Digest, ":")
	if d, err := digest.Hex(algorithm, value); err != nil || d.Sum != value || !digest.Strong(algorithm) {
		return t, malformed("what is signed states no strong digest of its artifact")
	}
	return t, nil
}

// TrustedBy is the first certificate of the chain that is among those brought; nil
// where none is.
func (s *Signature) TrustedBy(brought []*x509.Certificate) *x509.Certificate {
	for _, c := range s.Chain {
		if slices.ContainsFunc(brought, c.Equal) {
			return c
		}
	}
	return nil
}

// Validity is the time in which every certificate of the chain is valid.
func (s *Signature) Validity() (from, until time.Time) {
	from, until = s.Chain[0].NotBefore, s.Chain[0].NotAfter
	for _, c := range s.Chain[1:] {
		if c.NotBefore.After(from) {
			from = c.NotBefore
		}
		if c.NotAfter.Before(until) {
			until = c.NotAfter
		}
	}
	return from, until
}

func malformed(reason string) error { return fault.New(fault.Malformed, reason) }
