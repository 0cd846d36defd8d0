package openpgp

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloudflare/circl/sign/ed448"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/mldsa/mldsa87"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fault"
	"touchstone/internal/trust"
)

// A signer makes signatures of version 6 in packets that this test writes, part
// by part: one part for each of its algorithm's schemes.
type signer struct {
	algorithm Algorithm
	public    [][]byte
	sign      []func(digest []byte) []byte
}

func (s *signer) add(public []byte, sign func(digest []byte) []byte) {
	s.public, s.sign = append(s.public, public), append(s.sign, sign)
}

// makeSigner makes the keys of an algorithm.
func makeSigner(t testing.TB, a Algorithm) *signer {
	t.Helper()
	s := &signer{algorithm: a}
	switch a {
	case ed25519Native, mldsa65Ed25519:
		public, private, err := ed25519.GenerateKey(rand.Reader)
		require.NoError(t, err)
		s.add(public, func(digest []byte) []byte { return ed25519.Sign(private, digest) })
	default:
		public, private, err := ed448.GenerateKey(rand.Reader)
		require.NoError(t, err)
		s.add(public, func(digest []byte) []byte { return ed448.Sign(private, digest, "") })
	}
	switch a {
	case mldsa65Ed25519:
		public, private, err := mldsa65.GenerateKey(rand.Reader)
		require.NoError(t, err)
		s.add(public.Bytes(), func(digest []byte) []byte {
			out := make([]byte, mldsa65.SignatureSize)
			require.NoError(t, mldsa65.SignTo(private, digest, nil, true, out))
			return out
		})
	case mldsa87Ed448:
		public, private, err := mldsa87.GenerateKey(rand.Reader)
		require.NoError(t, err)
		s.add(public.Bytes(), func(digest []byte) []byte {
			out := make([]byte, mldsa87.SignatureSize)
			require.NoError(t, mldsa87.SignTo(private, digest, nil, true, out))
			return out
		})
	}
	return s
}

// key is the body of its public-key packet, of some version and with some numbers.
func (s *signer) key(version byte, numbers []byte) []byte {
	body := append(binary.BigEndian.AppendUint32([]byte{version}, uint32(made.Unix())), byte(s.algorithm))
	if version == 6 {
		body = binary.BigEndian.AppendUint32(body, uint32(len(numbers)))
	}
	return append(body, numbers...)
}

// packet is a signature packet, whose numbers are made of its parts by join.
func (s *signer) packet(t testing.TB, version byte, h hash, message []byte, join func(parts [][]byte) []byte) []byte {
	t.Helper()
	key, err := ParseKey(s.key(6, bytes.Join(s.public, nil)))
	require.NoError(t, err)
	body := []byte{version, byte(TypeBinary), byte(s.algorithm), byte(h)}
	area := append(binary.BigEndian.AppendUint32([]byte{5, subCreated}, uint32(made.Unix())), 34, subFingerprint, 6)
	for i := 0; i < len(key.Fingerprint); i += 2 {
		var b byte
		_, err := fmt.Sscanf(key.Fingerprint[i:i+2], "%X", &b)
		require.NoError(t, err)
		area = append(area, b)
	}
	length := func(n int) []byte {
		if version == 6 {
			return binary.BigEndian.AppendUint32(nil, uint32(n))
		}
		return binary.BigEndian.AppendUint16(nil, uint16(n))
	}
	body = append(append(body, length(len(area))...), area...)
	covered := len(body)
	d := hashes[h].hash.New()
	salt := []byte(nil)
	if version == 6 {
		salt = make([]byte, saltSizes[h])
		_, _ = rand.Read(salt)
		d.Write(salt)
	}
	d.Write(message)
	d.Write(binary.BigEndian.AppendUint32(append(bytes.Clone(body), version, 0xff), uint32(covered)))
	digest := d.Sum(nil)
	body = append(append(body, length(0)...), digest[:2]...)
	if version == 6 {
		body = append(append(body, byte(len(salt))), salt...)
	}
	var parts [][]byte
	for _, sign := range s.sign {
		parts = append(parts, sign(digest))
	}
	body = append(body, join(parts)...)
	return append(binary.BigEndian.AppendUint32([]byte{0xc2, 0xff}, uint32(len(body))), body...)
}

// verify asks this package of a signature by a key packet, as an anchor and as a
// certificate that was brought.
func (s *signer) verify(t testing.TB, key, message, packet []byte) error {
	t.Helper()
	k, err := ParseKey(key)
	if err != nil {
		return err
	}
	_, err = Anchored{}.Verify(message, packet, k.Fingerprint, []trust.Key{{ID: k.Fingerprint, Packet: key, Start: made}})
	all, unread := ReadSignatures(packet)
	require.NoError(t, unread)
	_, brought := Verify(message, all[0], []Certificate{{Primary: k, Signing: []SigningKey{{Key: k, From: made}}}})
	require.Equal(t, fault.Of(err), fault.Of(brought), "%v, %v", err, brought)
	return err
}

func whole(parts [][]byte) []byte { return bytes.Join(parts, nil) }

var native = []Algorithm{ed25519Native, ed448Native, mldsa65Ed25519, mldsa87Ed448}

// Each digest with each algorithm: of those that can be forged a signature that is
// right is Weak, of Ed448 alone one that is shorter than RFC 9580 demands is none
// (section 5.2.3.5), and over other bytes each is Wrong.
func TestDigestsOfVersion6(t *testing.T) {
	message := []byte("a header")
	for _, a := range native {
		s := makeSigner(t, a)
		key := s.key(6, whole(s.public))
		for h, how := range hashes {
			if how.hash == 0 || saltSizes[h] == 0 { // RIPEMD-160; MD5 and SHA-1, of which no salt has a length
				continue
			}
			want := fault.Kind("")
			switch {
			case !how.strong:
				want = fault.Weak
			case a == ed448Native && how.hash.Size() < 64:
				want = fault.Malformed
			}
			packet := s.packet(t, 6, h, message, whole)
			err := s.verify(t, key, message, packet)
			assert.Equal(t, want, fault.Of(err), "%s over %s: %v", a, h, err)
			err = s.verify(t, key, []byte("a leader"), packet)
			assert.Equal(t, fault.Wrong, fault.Of(err), "%s over %s: %v", a, h, err)
		}
	}
}

// A composite's signature is right where both of its parts are, each in its place
// and over this digest (RFC 9980, section 5.2.3).
func TestBothHalvesAreAsked(t *testing.T) {
	message := []byte("a header")
	zeros := func(b []byte) []byte { return make([]byte, len(b)) }
	for _, a := range []Algorithm{mldsa65Ed25519, mldsa87Ed448} {
		s, stranger := makeSigner(t, a), makeSigner(t, a)
		key := s.key(6, whole(s.public))
		digest := []byte(strings.Repeat("another digest, ", 4))
		for name, c := range map[string]struct {
			join func([][]byte) []byte
			want fault.Kind
		}{
			"both":                         {whole, ""},
			"none":                         {func([][]byte) []byte { return nil }, fault.Malformed},
			"the first alone":              {func(p [][]byte) []byte { return p[0] }, fault.Malformed},
			"the second alone":             {func(p [][]byte) []byte { return p[1] }, fault.Malformed},
			"swapped":                      {func(p [][]byte) []byte { return slices.Concat(p[1], p[0]) }, fault.Wrong},
			"the first twice":              {func(p [][]byte) []byte { return slices.Concat(p[0], p[0]) }, fault.Malformed},
			"the second twice":             {func(p [][]byte) []byte { return slices.Concat(p[1], p[1]) }, fault.Malformed},
			"the first and zeros":          {func(p [][]byte) []byte { return slices.Concat(p[0], zeros(p[1])) }, fault.Wrong},
			"zeros and the second":         {func(p [][]byte) []byte { return slices.Concat(zeros(p[0]), p[1]) }, fault.Wrong},
			"zeros":                        {func(p [][]byte) []byte { return zeros(whole(p)) }, fault.Wrong},
			"the first a byte short":       {func(p [][]byte) []byte { return slices.Concat(p[0][1:], p[1]) }, fault.Malformed},
			"the second a byte short":      {func(p [][]byte) []byte { return slices.Concat(p[0], p[1][:len(p[1])-1]) }, fault.Malformed},
			"a byte between":               {func(p [][]byte) []byte { return slices.Concat(p[0], []byte{0}, p[1]) }, fault.Malformed},
			"a byte behind":                {func(p [][]byte) []byte { return append(whole(p), 0) }, fault.Malformed},
			"the first a stranger's":       {func(p [][]byte) []byte { return slices.Concat(stranger.sign[0](digest), p[1]) }, fault.Wrong},
			"the first over other bytes":   {func(p [][]byte) []byte { return slices.Concat(s.sign[0](digest), p[1]) }, fault.Wrong},
			"the second over other bytes":  {func(p [][]byte) []byte { return slices.Concat(p[0], s.sign[1](digest)) }, fault.Wrong},
			"both over the same, of other": {func([][]byte) []byte { return slices.Concat(s.sign[0](digest), s.sign[1](digest)) }, fault.Wrong},
		} {
			err := s.verify(t, key, message, s.packet(t, 6, 10, message, c.join))
			assert.Equal(t, c.want, fault.Of(err), "%s, %s: %v", a, name, err)
		}
		// Of two signatures over one message the parts are not to be exchanged.
		var first [][]byte
		s.packet(t, 6, 10, message, func(p [][]byte) []byte { first = p; return nil })
		for i := range first {
			mixed := s.packet(t, 6, 10, message, func(p [][]byte) []byte { p[i] = first[i]; return whole(p) })
			assert.Equal(t, fault.Wrong, fault.Of(s.verify(t, key, message, mixed)), a)
		}
		// Half of the key is another's.
		for i := range s.public {
			other := &signer{algorithm: a, public: slices.Clone(s.public), sign: s.sign}
			other.public[i] = stranger.public[i]
			packet := other.packet(t, 6, 10, message, whole)
			assert.Equal(t, fault.Wrong, fault.Of(s.verify(t, other.key(6, whole(other.public)), message, packet)), "%s, half %d", a, i)
		}
	}
}

// A key that has half of a composite's does not make its signatures, nor does the
// composite make signatures of one half.
func TestHalfIsAnotherAlgorithm(t *testing.T) {
	message := []byte("a header")
	both := makeSigner(t, mldsa65Ed25519)
	half := &signer{ed25519Native, both.public[:1], both.sign[:1]}
	require.NoError(t, half.verify(t, half.key(6, half.public[0]), message, half.packet(t, 6, 10, message, whole)))
	require.NoError(t, both.verify(t, both.key(6, whole(both.public)), message, both.packet(t, 6, 10, message, whole)))
	for _, c := range []struct{ by, as *signer }{{both, half}, {half, both}} {
		key, err := ParseKey(c.as.key(6, whole(c.as.public)))
		require.NoError(t, err)
		all, err := ReadSignatures(c.by.packet(t, 6, 10, message, whole))
		require.NoError(t, err)
		all[0].Fingerprint, all[0].KeyID = key.Fingerprint, key.KeyID
		assert.Equal(t, fault.Malformed, fault.Of(key.verify(&all[0], message)))
	}
}

// Keys have the length of their algorithm, and composites are of version 6.
func TestLengthsOfKeys(t *testing.T) {
	for _, a := range native {
		s := makeSigner(t, a)
		numbers := whole(s.public)
		for name, c := range map[string]struct {
			version byte
			numbers []byte
			good    bool
		}{
			"as it is":           {6, numbers, true},
			"of version 4":       {4, numbers, !a.composite()},
			"a byte short":       {6, numbers[:len(numbers)-1], false},
			"a byte long":        {6, append(bytes.Clone(numbers), 0), false},
			"the first part":     {6, s.public[0], !a.composite()},
			"without the first":  {6, numbers[len(s.public[0]):], false},
			"nothing":            {6, nil, false},
			"version 4, nothing": {4, nil, false},
		} {
			k, err := ParseKey(s.key(c.version, c.numbers))
			if c.good {
				require.NoError(t, err, "%s %s", a, name)
				assert.Equal(t, a.String(), k.Algorithm)
				continue
			}
			assert.Equal(t, fault.Malformed, fault.Of(err), "%s %s: %v", a, name, err)
		}
		assert.Equal(t, fault.Malformed, fault.Of(s.verify(t, s.key(6, numbers), nil, s.packet(t, 4, 10, nil, whole))), "%s: a signature of version 4", a)
	}
}

// What is registered and not verified here, and what is not registered, is not
// understood: never absent, never wrong.
func TestNewerAlgorithms(t *testing.T) {
	message := []byte("a header")
	s := makeSigner(t, ed25519Native)
	for _, a := range []Algorithm{29, 32, 33, 34, 37, 99, 110} {
		newer := &signer{a, s.public, s.sign}
		packet := newer.packet(t, 6, 10, message, whole)
		all, err := ReadSignatures(packet)
		require.NoError(t, err)
		_, err = Anchored{}.Verify(message, packet, all[0].Issuer(), nil)
		assert.Equal(t, fault.NotUnderstood, fault.Of(err), a)
		assert.ErrorContains(t, err, a.String())
		// A key of it that is held verifies nothing, and that is not its fault.
		err = newer.verify(t, newer.key(6, whole(s.public)), message, packet)
		assert.Equal(t, fault.NotUnderstood, fault.Of(err), "%s: %v", a, err)
	}
	for _, a := range native {
		s := makeSigner(t, a)
		packet := s.packet(t, 6, 10, message, whole)
		all, err := ReadSignatures(packet)
		require.NoError(t, err)
		_, err = Anchored{}.Verify(message, packet, all[0].Issuer(), nil)
		assert.Equal(t, fault.NoAnchor, fault.Of(err), "%s: a key that is not held", a)
	}
}

// Keys that others made, and what those signed over themselves, each with
// arithmetic of its own: Sequoia's (rpm's two test keys) and that of the
// specification's sample key, which stands beside go-crypto's tests. What they
// signed over packages is in the tests of package audit. GnuPG and its gpgv know
// none of these algorithms: nobody asks them.
func TestCompositesOfOthers(t *testing.T) {
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	require.NoError(t, err)
	sample, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(cache)), "github.com", "!proton!mail", "go-crypto@v1.5.2", "openpgp", "test_data", "pqc", "v6-mldsa-65-sample-pk.asc"))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		ring []byte
		want string // algorithm and digest
	}{
		"rpm's test key":          {read(t, "rpm/keys/rpm.org-v6-mldsa87-test.asc"), "ML-DSA-87 with Ed448, SHA-512"},
		"rpm's other test key":    {read(t, "eco/rpm/v6/signing_keys/v6/rpm-testkey-v6-mldsa65-ed25519.asc"), "ML-DSA-65 with Ed25519, SHA-512"},
		"the specification's own": {sample, "ML-DSA-65 with Ed25519, SHA3-256"},
	} {
		all, err := ReadKeys(c.ring)
		require.NoError(t, err, name)
		require.Len(t, all, 1, name)
		found, _, err := blocks(c.ring)
		require.NoError(t, err, name)
		list, err := packets(found[0].data)
		require.NoError(t, err, name)
		groups, _ := parts(list)
		own := groups[0].signatures[0]
		assert.Equal(t, c.want, own.algorithm.String()+", "+own.HashName(), name)
		key := all[0].Primary
		require.NoError(t, key.verify(&own, key.hashed(6)), name)
		assert.NotEmpty(t, all[0].Signing, "%s: nothing that it signed over itself verifies", name)
		assert.NotEmpty(t, all[0].UserIDs, name)
		assert.Empty(t, all[0].Unread, name)
		// Each byte of either half, changed.
		for i := range own.numbers {
			own.numbers[i] ^= 1 << (i % 8)
			require.Equal(t, fault.Wrong, fault.Of(key.verify(&own, key.hashed(6))), "%s: byte %d", name, i)
			own.numbers[i] ^= 1 << (i % 8)
		}
	}
}
