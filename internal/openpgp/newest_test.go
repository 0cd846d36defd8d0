package openpgp

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	pgppacket "github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What an owner said last is what holds: a key that might sign once and may no longer
// is no signing key, however good the older word for it is, and in whatever order the
// two stand. Only the owner's word counts.
func TestTheOwnersLastWord(t *testing.T) {
	c := kinds["EdDSA"]
	e, stranger := makeOwner(t, c), makeOwner(t, c)
	require.NoError(t, e.AddSigningSubkey(c))
	whole := public(t, e)
	sub := e.Subkeys[len(e.Subkeys)-1].PublicKey
	word := func(kind pgppacket.SignatureType, after time.Duration, flags, sign bool, lifetime uint32) *pgppacket.Signature {
		s := &pgppacket.Signature{Version: 4, SigType: kind, PubKeyAlgo: e.PrimaryKey.PubKeyAlgo, Hash: c.DefaultHash, CreationTime: made.Add(after),
			IssuerKeyId: &e.PrimaryKey.KeyId, FlagsValid: flags, FlagSign: sign}
		if lifetime > 0 {
			s.KeyLifetimeSecs = &lifetime
		}
		return s
	}
	written := func(s *pgppacket.Signature, err error) []byte {
		t.Helper()
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, s.Serialize(&b))
		return b.Bytes()
	}
	binding := func(after time.Duration, flags, sign bool, lifetime uint32, by *pgp.Entity) []byte {
		s := word(pgppacket.SigTypeSubkeyBinding, after, flags, sign, lifetime)
		return written(s, s.SignKey(sub, by.PrivateKey, c))
	}
	direct := func(after time.Duration, sign bool, lifetime uint32) []byte {
		s := word(pgppacket.SigTypeDirectSignature, after, true, sign, lifetime)
		return written(s, s.SignDirectKeyBinding(e.PrimaryKey, e.PrivateKey, c))
	}
	packetsOf := func(b []byte) [][]byte {
		all, err := packets(b)
		require.NoError(t, err)
		var out [][]byte
		for _, p := range all {
			out = append(out, p.raw)
		}
		return out
	}
	// put stands some packets behind the packet at a place.
	put := func(at int, more ...[]byte) []byte {
		return bytes.Join(slices.Insert(packetsOf(whole), at, more...), nil)
	}
	last := len(packetsOf(whole)) - 1 // the binding of the subkey that signs
	primary, second := e.PrimaryKey.Fingerprint, sub.Fingerprint
	for name, c := range map[string]struct {
		ring          []byte
		primary, also bool // which of the two may sign a day later
	}{
		"as it was made":                         {whole, true, true},
		"a newer binding without the flag":       {put(last+1, binding(time.Hour, true, false, 0, e)), true, false},
		"the same, before the older one":         {put(last, binding(time.Hour, true, false, 0, e)), true, false},
		"an older binding without the flag":      {put(last+1, binding(-time.Hour, true, false, 0, e)), true, true},
		"a newer one without a back signature":   {put(last+1, binding(time.Hour, true, true, 0, e)), true, false},
		"a stranger's newer binding":             {put(last+1, binding(time.Hour, true, false, 0, stranger)), true, true},
		"a newer word that the key ends":         {put(1, direct(time.Hour, true, 7200)), false, false},
		"an older word that it ends":             {put(1, direct(-time.Hour, true, 7200)), true, true},
		"a newer word that it signs no more":     {put(1, direct(time.Hour, false, 0)), false, true},
		"only a direct word, and no user's name": {bytes.Join(slices.Concat(packetsOf(whole)[:1], [][]byte{direct(time.Hour, true, 0)}, packetsOf(whole)[last-1:]), nil), true, true},
		"no word of the owner at all":            {bytes.Join(slices.Concat(packetsOf(whole)[:1], packetsOf(whole)[last-1:]), nil), false, false},
	} {
		all, err := ReadKeys(c.ring)
		require.NoError(t, err, name)
		require.Len(t, all, 1, name)
		may := func(fingerprint []byte) bool {
			return slices.ContainsFunc(all[0].Signing, func(k SigningKey) bool {
				return k.Fingerprint == fmt.Sprintf("%X", fingerprint) && k.ValidAt(made.Add(24*time.Hour))
			})
		}
		assert.Equal(t, [2]bool{c.primary, c.also}, [2]bool{may(primary), may(second)}, "%s: primary key, subkey", name)
	}
}
