package trust

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The usages of npm's registry keys.
const (
	UsageSignatures   = "npm:signatures"   // of package records
	UsageAttestations = "npm:attestations" // of publish attestations
)

// detailsP256 is the one form of key that this program verifies with: ECDSA
// on P-256 over SHA-256, the key as PKIX SubjectPublicKeyInfo.
const detailsP256 = "PKIX_ECDSA_P256_SHA_256"

// maxKeys bounds the entries of a key document.
const maxKeys = 256

// A Key is one entry of npm's key document, or one archive key.
type Key struct {
	// ID of an entry is "SHA256:" and the unpadded base64 of the SHA-256 of the key's
	// OpenSSH encoding. For every key with a Public it was computed from it.
	ID string
	// Usage is what the key may sign: UsageSignatures, UsageAttestations, or
	// one that this program does not know.
	Usage string
	// Details names the form of the key as the document does.
	Details string
	// Public is nil where Details is a form that this program does not know:
	// the key exists, and its signatures cannot be judged here.
	Public *ecdsa.PublicKey
	// SPKI is the key as DER of its SubjectPublicKeyInfo, where Public is set.
	SPKI []byte
	// Packet is the body of an OpenPGP public-key packet (RFC 9580, section
	// 5.5.2), for a key of that form; ID is its fingerprint then.
	Packet []byte
	// Algorithm is for people ("RSA, 4096 bits"). Only of a key that is returned by a
	// mechanism which read it; empty where that does not say.
	Algorithm string
	// Start and End bound the validity: Start is in it, End is not; nil is
	// "until further notice".
	Start time.Time
	End   *time.Time
	// Withdrawn is the version of the keyring's package that no longer holds the key,
	// which ended with it; empty for none.
	Withdrawn string
}

// ValidAt tells whether t lies in the key's validity.
func (k Key) ValidAt(t time.Time) bool {
	return !t.Before(k.Start) && (k.End == nil || t.Before(*k.End))
}

// parseKeys reads the document registry.npmjs.org/keys.json
// (github.com/sigstore/root-signing, targets/registry.npmjs.org/keys.json).
// It is read whole or not at all.
func parseKeys(doc []byte) ([]Key, error) {
	var list struct {
		Keys []keyEntry `json:"keys"`
	}
	if err := json.Unmarshal(doc, &list); err != nil {
		return nil, fmt.Errorf("parsing JSON: %w", err)
	}
	if n := len(list.Keys); n == 0 || n > maxKeys {
		return nil, fmt.Errorf("it lists %d keys; 1 to %d are read", n, maxKeys)
	}
	type entry struct{ id, usage string }
	seen := map[entry]bool{}
	keys := make([]Key, 0, len(list.Keys))
	for i, e := range list.Keys {
		k, err := e.key()
		if err != nil {
			return nil, fmt.Errorf("reading key %d (%q): %w", i+1, e.KeyID, err)
		}
		if seen[entry{k.ID, k.Usage}] {
			return nil, fmt.Errorf("reading key %d (%q): it is listed twice for usage %q", i+1, k.ID, k.Usage)
		}
		seen[entry{k.ID, k.Usage}] = true
		keys = append(keys, k)
	}
	return keys, nil
}

// keyEntry is one key as the document writes it.
type keyEntry struct {
	KeyID     string `json:"keyId"`
	KeyUsage  string `json:"keyUsage"`
	PublicKey struct {
		RawBytes   []byte `json:"rawBytes"`
		KeyDetails string `json:"keyDetails"`
		ValidFor   struct {
			Start *time.Time `json:"start"`
			End   *time.Time `json:"end"`
		} `json:"validFor"`
	} `json:"publicKey"`
}

// key checks one entry.
//
//  1. It has an id, a usage and a beginning, and ends after that.
//  2. A key of the form that this program knows is a point on P-256.
//  3. Its id is the one that follows from it.
func (e keyEntry) key() (Key, error) {
	p := e.PublicKey
	// 1.
	switch {
	case e.KeyID == "" || e.KeyUsage == "":
		return Key{}, errors.New("it has no id or no usage")
	case p.ValidFor.Start == nil:
		return Key{}, errors.New("it has no beginning of validity")
	case p.ValidFor.End != nil && !p.ValidFor.Start.Before(*p.ValidFor.End):
		return Key{}, errors.New("its validity ends before it begins")
	}
	k := Key{ID: e.KeyID, Usage: e.KeyUsage, Details: p.KeyDetails, Start: *p.ValidFor.Start, End: p.ValidFor.End}
	if p.KeyDetails != detailsP256 {
		return k, nil
	}
	// 2.
	parsed, err := x509.ParsePKIXPublicKey(p.RawBytes)
	if err != nil {
		return Key{}, fmt.Errorf("parsing the public key: %w", err)
	}
	public, ok := parsed.(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return Key{}, fmt.Errorf("it is stated as %s and is another kind of key", detailsP256)
	}
	// 3.
	id, err := KeyID(public)
	if err != nil {
		return Key{}, err
	}
	if id != e.KeyID {
		return Key{}, fmt.Errorf("its id does not follow from it: computed %q", id)
	}
	k.Public, k.SPKI = public, p.RawBytes
	return k, nil
}

// KeyID computes the id of a P-256 key as npm and OpenSSH do: "SHA256:" and
// the unpadded base64 of the SHA-256 of its wire encoding (RFC 5656, section
// 3.1).
func KeyID(public *ecdsa.PublicKey) (string, error) {
	if public == nil || public.Curve != elliptic.P256() {
		return "", errors.New("computing the key's id: it is not on P-256")
	}
	point, err := public.Bytes()
	if err != nil {
		return "", fmt.Errorf("computing the key's id: encoding its point: %w", err)
	}
	var wire []byte
	for _, part := range [][]byte{[]byte("ecdsa-sha2-nistp256"), []byte("nistp256"), point} {
		wire = binary.BigEndian.AppendUint32(wire, uint32(len(part)))
		wire = append(wire, part...)
	}
	sum := sha256.Sum256(wire)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:]), nil
}

// Keys are the keys of an anchored set for one usage; none where the set holds
// no keys.
func (a Anchors) Keys(set ID, usage string) []Key {
	var out []Key
	for i := range a.sets {
		if a.sets[i].ID == set {
			for _, k := range a.sets[i].Keys {
				if k.Usage == usage {
					out = append(out, k)
				}
			}
			break
		}
	}
	return out
}

// Key finds one key of a set by its ID and usage.
func (a Anchors) Key(set ID, id, usage string) (Key, bool) {
	for _, k := range a.Keys(set, usage) {
		if k.ID == id {
			return k, true
		}
	}
	return Key{}, false
}
