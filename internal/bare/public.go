package bare

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	_ "crypto/sha512" // the digests of larger curves
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"

	"touchstone/internal/keysize"
)

// maxPublic bounds the keys read of one file.
const maxPublic = 100

// A Public is a public key that somebody brought: ECDSA on P-256, P-384 or P-521,
// Ed25519, or RSA of 2048 to 16384 bits.
type Public struct {
	key crypto.PublicKey
	// ID is the SHA-256 of its SubjectPublicKeyInfo (RFC 5280, section 4.1), in
	// lower-case hexadecimal.
	ID string
}

// ReadPublic reads the public keys of a file in PEM (RFC 7468, section 13). What is
// something else, too weak or too long, is passed over.
func ReadPublic(doc []byte) []Public {
	var out []Public
	for len(out) < maxPublic {
		var block *pem.Block
		if block, doc = pem.Decode(doc); block == nil {
			return out
		}
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if block.Type != "PUBLIC KEY" || err != nil {
			continue
		}
		switch key.(type) {
		case *ecdsa.PublicKey, *rsa.PublicKey, ed25519.PublicKey:
		default:
			continue
		}
		if keysize.TooShort(key)+keysize.TooLong(key) != "" {
			continue
		}
		id := sha256.Sum256(block.Bytes)
		out = append(out, Public{key, hex.EncodeToString(id[:])})
	}
	return out
}

// Made tells whether the key made a signature over message, and the usual name of
// the digest: SHA-256 whatever the key, as cosign signs, or the one that belongs to
// a larger curve.
func (p Public) Made(message, signature []byte) (hash string, made bool) {
	hashes := []crypto.Hash{crypto.SHA256}
	switch k := p.key.(type) {
	case ed25519.PublicKey:
		return crypto.SHA512.String(), ed25519.Verify(k, message, signature)
	case *ecdsa.PublicKey:
		if k.Params().BitSize == 384 {
			hashes = append(hashes, crypto.SHA384)
		} else if k.Params().BitSize == 521 {
			hashes = append(hashes, crypto.SHA512)
		}
		for _, h := range hashes {
			if ecdsa.VerifyASN1(k, summed(h, message), signature) {
				return h.String(), true
			}
		}
	case *rsa.PublicKey:
		return crypto.SHA256.String(), rsa.VerifyPKCS1v15(k, crypto.SHA256, summed(crypto.SHA256, message), signature) == nil
	}
	return "", false
}

func summed(h crypto.Hash, message []byte) []byte {
	digest := h.New()
	digest.Write(message)
	return digest.Sum(nil)
}
