package sigstore

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"time"

	"touchstone/internal/fault"
	"touchstone/internal/keysize"

	"github.com/sigstore/sigstore/pkg/signature"
)

// A Key is a managed key: an anchor of its own, without a certificate.
type Key struct {
	// Hint is the name by which bundles and envelopes refer to it.
	Hint string
	// SPKI is the key as DER of its SubjectPublicKeyInfo (RFC 5280, 4.1):
	// ECDSA on P-256, P-384 or P-521, Ed25519, or RSA of 2048 bits or more.
	SPKI []byte
	// Start and End bound the times at which its signatures count: Start is
	// in, End is not. The zero time is no bound.
	Start, End time.Time
}

// ParsePEM reads the first block of a PEM file as a public key.
func ParsePEM(doc []byte) (spki []byte, err error) {
	block, _ := pem.Decode(doc)
	if block == nil {
		return nil, fail(fault.Malformed, StepKey, "the file holds no PEM block")
	}
	if _, err := readKey(block.Bytes); err != nil {
		return nil, fail(fault.Malformed, StepKey, err.Error())
	}
	return block.Bytes, nil
}

// fingerprintOf is the lower-case hexadecimal SHA-256 of a key's
// SubjectPublicKeyInfo.
func fingerprintOf(spki []byte) string {
	sum := sha256.Sum256(spki)
	return hex.EncodeToString(sum[:])
}

// readKey parses a public key and refuses the kinds that are too weak.
func readKey(spki []byte) (crypto.PublicKey, error) {
	public, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil, fmt.Errorf("parsing the public key: %w", err)
	}
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256(), elliptic.P384(), elliptic.P521():
			return key, nil
		}
	case ed25519.PublicKey:
		return key, nil
	case *rsa.PublicKey:
		if keysize.TooShort(key)+keysize.TooLong(key) == "" {
			return key, nil
		}
	}
	return nil, errors.New("parsing the public key: it is of a kind or a size that this program does not use")
}

// signingKey is a Key ready to verify with.
type signingKey struct {
	anyOf
	key         Key
	fingerprint string
}

// ValidAtTime tells whether the key's signatures count at t.
func (k *signingKey) ValidAtTime(t time.Time) bool {
	return !(!k.key.Start.IsZero() && t.Before(k.key.Start)) &&
		!(!k.key.End.IsZero() && !t.Before(k.key.End))
}

// bounded tells whether the key's signatures need a proven time.
func (k *signingKey) bounded() bool { return !k.key.Start.IsZero() || !k.key.End.IsZero() }

// loadKeys makes the keys ready.
func loadKeys(keys []Key, envelope bool) ([]*signingKey, error) {
	var loaded []*signingKey
	for _, key := range keys {
		verifiers, err := loadKey(key, envelope)
		if err != nil {
			return nil, fail(fault.Malformed, StepQuestion, fmt.Sprintf("the key %q: %v", key.Hint, err))
		}
		if _, twice := findKey(loaded, key.Hint); twice {
			return nil, fail(fault.Malformed, StepQuestion, fmt.Sprintf("two keys go by the name %q", key.Hint))
		}
		loaded = append(loaded, &signingKey{anyOf: verifiers, key: key, fingerprint: fingerprintOf(key.SPKI)})
	}
	return loaded, nil
}

// loadKey lists the ways in which a key may have signed, the usual one first.
//
// Over an envelope Ed25519 signs the bytes; over an artifact it signs their
// digest (Ed25519ph), all that a log of digests can hold, or with older tools
// the bytes. Older tools also sign SHA-256 with the longer curves.
func loadKey(key Key, envelope bool) (anyOf, error) {
	public, err := readKey(key.SPKI)
	if err != nil {
		return nil, err
	}
	usual, err := signature.LoadDefaultVerifier(public)
	if err != nil {
		return nil, fmt.Errorf("loading it: %w", err)
	}
	all := anyOf{usual}
	switch k := public.(type) {
	case ed25519.PublicKey:
		if !envelope {
			prehashed, err := signature.LoadED25519phVerifier(k)
			if err != nil {
				return nil, fmt.Errorf("loading it: %w", err)
			}
			all = anyOf{prehashed, usual}
		}
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			short, err := signature.LoadECDSAVerifier(k, crypto.SHA256)
			if err != nil {
				return nil, fmt.Errorf("loading it: %w", err)
			}
			all = append(all, short)
		}
	}
	return all, nil
}

// anyOf verifies with the first of several ways that fits, of one key.
type anyOf []signature.Verifier

func (a anyOf) PublicKey(opts ...signature.PublicKeyOption) (crypto.PublicKey, error) {
	return a[0].PublicKey(opts...)
}

func (a anyOf) VerifySignature(sig, message io.Reader, opts ...signature.VerifyOption) error {
	s, err := io.ReadAll(sig)
	if err != nil {
		return fmt.Errorf("reading the signature: %w", err)
	}
	m, err := io.ReadAll(message)
	if err != nil {
		return fmt.Errorf("reading the message: %w", err)
	}
	for _, way := range a {
		if err = way.VerifySignature(bytes.NewReader(s), bytes.NewReader(m), opts...); err == nil {
			return nil
		}
	}
	return err
}

func findKey(keys []*signingKey, hint string) (*signingKey, bool) {
	for _, key := range keys {
		if key.key.Hint == hint {
			return key, true
		}
	}
	return nil, false
}

func unknownKey(hint string) string {
	return fmt.Sprintf("it is signed by the key %q, which is not among the anchors", hint)
}
