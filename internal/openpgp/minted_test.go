package openpgp

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	pgppacket "github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/fault"
	"touchstone/internal/trust"
)

var made = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// config is for keys and signatures of one kind, made on that day.
func config(algorithm pgppacket.PublicKeyAlgorithm, curve pgppacket.Curve, v6 bool) *pgppacket.Config {
	c := &pgppacket.Config{Time: func() time.Time { return made }, Algorithm: algorithm, Curve: curve, RSABits: 2048, V6Keys: v6, DefaultHash: crypto.SHA256}
	return c
}

var kinds = map[string]*pgppacket.Config{
	"RSA":         config(pgppacket.PubKeyAlgoRSA, "", false),
	"EdDSA":       config(pgppacket.PubKeyAlgoEdDSA, pgppacket.Curve25519, false),
	"ECDSA P-256": config(pgppacket.PubKeyAlgoECDSA, pgppacket.CurveNistP256, false),
	"ECDSA P-384": config(pgppacket.PubKeyAlgoECDSA, pgppacket.CurveNistP384, false),
	"ECDSA P-521": config(pgppacket.PubKeyAlgoECDSA, pgppacket.CurveNistP521, false),
	"Ed25519":     config(pgppacket.PubKeyAlgoEd25519, "", false),
	"Ed25519, v6": config(pgppacket.PubKeyAlgoEd25519, "", true),
	"RSA, v6":     config(pgppacket.PubKeyAlgoRSA, "", true),
	"Ed448, v6":   config(pgppacket.PubKeyAlgoEd448, "", true),
	// Whose arithmetic go-crypto has of the same library: native_test.go names who
	// else made such signatures.
	"ML-DSA-65 with Ed25519, v6": config(pgppacket.PubKeyAlgoMldsa65Ed25519, "", true),
	"ML-DSA-87 with Ed448, v6":   config(pgppacket.PubKeyAlgoMldsa87Ed448, "", true),
}

// owner makes a person's keys.
func makeOwner(t testing.TB, c *pgppacket.Config) *pgp.Entity {
	t.Helper()
	e, err := pgp.NewEntity("Test", "", "test@example.org", c)
	require.NoError(t, err)
	return e
}

func public(t testing.TB, e *pgp.Entity) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, e.Serialize(&b))
	return b.Bytes()
}

func detached(t testing.TB, e *pgp.Entity, c *pgppacket.Config, message []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, pgp.DetachSignWithParams(&b, []*pgp.Entity{e}, bytes.NewReader(message), &pgp.SignParams{Config: c}))
	return b.Bytes()
}

func TestEveryKindOfKey(t *testing.T) {
	message := []byte("a document\nof two lines\n")
	for name, c := range kinds {
		for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			t.Run(name+" "+h.String(), func(t *testing.T) {
				c := *c
				c.DefaultHash = h
				e := makeOwner(t, &c)
				sig := detached(t, e, &c, message)
				by, err := ReadKeys(public(t, e))
				require.NoError(t, err)
				all, err := ReadSignatures(sig)
				require.NoError(t, err)
				require.Len(t, all, 1)
				key, err := Verify(message, all[0], by)
				require.NoError(t, err)
				if !strings.HasPrefix(name, "ECDSA") && !strings.Contains(name, "Ed448") { // whose maker takes a digest of the curve's size
					assert.Equal(t, h.String(), all[0].HashName())
				}
				assert.True(t, key.ValidAt(made))
				assert.False(t, key.ValidAt(made.Add(-time.Second)))
				assert.Equal(t, []string{"Test <test@example.org>"}, key.UserIDs)

				_, err = Verify(append([]byte("A"), message[1:]...), all[0], by)
				assert.Equal(t, fault.Wrong, fault.Of(err))
				other, err := ReadKeys(public(t, makeOwner(t, &c)))
				require.NoError(t, err)
				_, err = Verify(message, all[0], other)
				assert.Equal(t, fault.NoAnchor, fault.Of(err))

				anchors := []trust.Key{{ID: key.Fingerprint, Packet: key.Packet, Start: key.From}}
				got, err := Anchored{}.Verify(message, sig, all[0].Issuer(), anchors)
				require.NoError(t, err)
				assert.Equal(t, key.Fingerprint, got.ID)
				_, err = Anchored{}.Verify(message, sig, all[0].Issuer(), nil)
				assert.Equal(t, fault.NoAnchor, fault.Of(err))
			})
		}
	}
}

// everything asks of every bit what is otherwise asked of one in each byte.
var everything = corpus.Whole()

// Every bit of a signature, turned: what it says of its key beside the hashed part
// is a hint, and all else refuses.
func TestEveryBitOfASignature(t *testing.T) {
	message := []byte("a document")
	for name, c := range kinds {
		e := makeOwner(t, c)
		sig := detached(t, e, c, message)
		by, err := ReadKeys(public(t, e))
		require.NoError(t, err)
		whole, err := ReadSignatures(sig)
		require.NoError(t, err)
		passed := 0
		for i := range sig {
			for bit := range 8 {
				if bit != i%8 && !everything {
					continue
				}
				mutant := bytes.Clone(sig)
				mutant[i] ^= 1 << bit
				all, err := ReadSignatures(mutant)
				if err != nil {
					require.NotEmpty(t, fault.Of(err))
					continue
				}
				if _, err = Verify(message, all[0], by); err != nil {
					require.NotEmpty(t, fault.Of(err))
					continue
				}
				passed++
				require.Equal(t, whole[0].Created, all[0].Created)
				require.Equal(t, whole[0].Expires, all[0].Expires)
				require.Equal(t, numbers(whole[0]), numbers(all[0]), "%s: bit %d of byte %d", name, bit, i)
			}
		}
		assert.Less(t, passed, 8*40, name)
	}
}

// numbers are a signature's own numbers, however long it says that they are.
func numbers(s Signature) [][]byte {
	if s.algorithm.schemes() != nil {
		return [][]byte{s.numbers}
	}
	var out [][]byte
	for r := (&reader{b: s.numbers}); r.err == nil && len(r.b) > 0; {
		out = append(out, r.number("a number"))
	}
	return out
}

func TestClearsignedText(t *testing.T) {
	c := kinds["EdDSA"]
	e := makeOwner(t, c)
	by, err := ReadKeys(public(t, e))
	require.NoError(t, err)
	key, ok := e.SigningKey(made, c)
	require.True(t, ok)
	sign := func(text string) string {
		var b bytes.Buffer
		w, err := clearsign.Encode(&b, key.PrivateKey, c)
		require.NoError(t, err)
		_, err = w.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return b.String()
	}
	whole := sign("Origin: Test\n-dash\n- \nlast \t")
	good, err := ReadClearsigned([]byte(whole))
	require.NoError(t, err)
	assert.Equal(t, "Origin: Test\r\n-dash\r\n-\r\nlast", string(good.Text))
	_, err = Verify(good.Text, good.Signatures[0], by)
	require.NoError(t, err)

	crlf, err := ReadClearsigned([]byte(strings.ReplaceAll(whole, "\n", "\r\n")))
	require.NoError(t, err)
	assert.Equal(t, good, crlf)
	blanks, err := ReadClearsigned([]byte(whole + "\n\n"))
	require.NoError(t, err)
	assert.Equal(t, good, blanks)

	for name, doc := range map[string]string{
		"text before":        "Origin: other\n" + whole,
		"an empty line":      "\n" + whole,
		"text behind":        whole + "\nOrigin: other\n",
		"a second document":  whole + "\n" + whole,
		"no signature":       strings.Split(whole, sigBegin)[0],
		"no end":             strings.Split(whole, "-----END")[0],
		"another header":     strings.Replace(whole, "Hash:", "Comment:", 1),
		"an unknown digest":  strings.Replace(whole, "Hash: SHA", "Hash: SHE", 1),
		"a digest's address": strings.Replace(whole, "\n\n", ", http://example.org\n\n", 1),
		"no escape":          strings.Replace(whole, "- -dash", "-dash", 1),
		"a zero":             strings.Replace(whole, "Origin", "Ori\x00gin", 1),
		"a carriage return":  strings.Replace(whole, "Origin", "Ori\rgin", 1),
		"text for signature": strings.Replace(whole, "BEGIN PGP SIGNATURE", "BEGIN PGP MESSAGE", 1),
		"a damaged armour":   strings.Replace(whole, "\n-----END", "\n!\n-----END", 1),
		"a wrong checksum":   strings.Replace(whole, "\n-----END", "\n=AAAA\n-----END", 1),
		"nothing":            "",
	} {
		_, err := ReadClearsigned([]byte(doc))
		assert.Equal(t, fault.Malformed, fault.Of(err), "%s: %v", name, err)
	}
	changed, err := ReadClearsigned([]byte(strings.Replace(whole, "Test", "Text", 1)))
	require.NoError(t, err)
	_, err = Verify(changed.Text, changed.Signatures[0], by)
	assert.Equal(t, fault.Wrong, fault.Of(err))
}

// A text signature is over the text with any line ends, so that it covers the
// bytes only where they are the canonical ones.
func TestTextSignaturesCoverNoLineEnds(t *testing.T) {
	c := kinds["EdDSA"]
	e := makeOwner(t, c)
	by, err := ReadKeys(public(t, e))
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, pgp.DetachSignWithParams(&b, []*pgp.Entity{e}, strings.NewReader("a\nb\n"), &pgp.SignParams{Config: c, TextSig: true}))
	all, err := ReadSignatures(b.Bytes())
	require.NoError(t, err)
	_, err = Verify([]byte("a\nb\n"), all[0], by)
	assert.Equal(t, fault.NotUnderstood, fault.Of(err))
	_, err = Verify([]byte("a\r\nb\r\n"), all[0], by)
	assert.NoError(t, err)
}

// signature3 makes a signature of version 3, as rpm's packages carry it.
func signature3(t testing.TB, key *rsa.PrivateKey, id []byte, h crypto.Hash, code byte, message []byte) []byte {
	t.Helper()
	trailer := binary.BigEndian.AppendUint32([]byte{0}, uint32(made.Unix()))
	d := h.New()
	d.Write(message)
	d.Write(trailer)
	sum := d.Sum(nil)
	number, err := rsa.SignPKCS1v15(rand.Reader, key, h, sum)
	require.NoError(t, err)
	body := append([]byte{3, 5}, trailer...)
	body = append(append(body, id...), 1, code, sum[0], sum[1])
	body = append(binary.BigEndian.AppendUint16(body, uint16(8*len(number))), number...)
	return append(binary.BigEndian.AppendUint16([]byte{0x89}, uint16(len(body))), body...)
}

func TestVersion3AndWeakness(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	body := append([]byte{4}, binary.BigEndian.AppendUint32(nil, uint32(made.Unix()))...)
	body = append(body, 1)
	body = append(binary.BigEndian.AppendUint16(body, 2048), private.N.Bytes()...)
	body = append(body, 0, 17, 1, 0, 1)
	key, err := ParseKey(body)
	require.NoError(t, err)
	sum := sha1.Sum(key.hashed(4))
	anchors := []trust.Key{{ID: key.Fingerprint, Packet: body, Start: made}}
	message := []byte("a header")
	for name, c := range map[string]struct {
		hash crypto.Hash
		code byte
		said []byte
		want fault.Kind
	}{
		"SHA-256":        {crypto.SHA256, 8, message, ""},
		"SHA-512":        {crypto.SHA512, 10, message, ""},
		"SHA-1":          {crypto.SHA1, 2, message, fault.Weak},
		"MD5":            {crypto.MD5, 1, message, fault.Weak},
		"SHA-224":        {crypto.SHA224, 11, message, fault.Weak},
		"SHA-1, wrong":   {crypto.SHA1, 2, []byte("another"), fault.Wrong},
		"SHA-256, wrong": {crypto.SHA256, 8, []byte("another"), fault.Wrong},
	} {
		sig := signature3(t, private, sum[12:], c.hash, c.code, c.said)
		got, err := Anchored{}.Verify(message, sig, key.KeyID, anchors)
		assert.Equal(t, c.want, fault.Of(err), "%s: %v", name, err)
		assert.Equal(t, key.Fingerprint, got.ID, name)
	}
	two := append(signature3(t, private, sum[12:], crypto.SHA256, 8, message), signature3(t, private, sum[12:], crypto.SHA256, 8, message)...)
	_, err = Anchored{}.Verify(message, two, key.KeyID, anchors)
	assert.Equal(t, fault.Malformed, fault.Of(err), "which of the two?")
	_, err = Anchored{}.Verify(message, two[:len(two)/2], "0000000000000000", anchors)
	assert.Equal(t, fault.Malformed, fault.Of(err), "the key named is another")

	// A key that is stored wrongly vouches for nothing.
	anchors[0].ID = strings.Repeat("A", 40)
	_, err = Anchored{}.Verify(message, two[:len(two)/2], key.KeyID, anchors)
	assert.Equal(t, fault.NoAnchor, fault.Of(err))
}

// What says when a key ends: its expiry, a revocation, and until then it counts.
func TestEndsOfKeys(t *testing.T) {
	lasting := *kinds["EdDSA"]
	lasting.KeyLifetimeSecs = 1000
	day := made.Add(500 * time.Second)
	later := lasting
	later.Time = func() time.Time { return day }
	for name, c := range map[string]struct {
		do       func(*pgp.Entity)
		from, to time.Duration // the last second in which it counts
		ends     string
	}{
		"expiry": {func(*pgp.Entity) {}, 0, 999, "expired"},
		"superseded": {func(e *pgp.Entity) {
			require.NoError(t, e.Revoke(pgppacket.KeySuperseded, "", &later))
		}, 0, 499, "revoked"},
		"compromised": {func(e *pgp.Entity) {
			require.NoError(t, e.Revoke(pgppacket.KeyCompromised, "", &later))
		}, 0, -1, "revoked"},
		"no reason": {func(e *pgp.Entity) {
			require.NoError(t, e.Revoke(pgppacket.NoReason, "", &later))
		}, 0, -1, "revoked"},
	} {
		e := makeOwner(t, &lasting)
		require.NoError(t, e.AddSigningSubkey(&lasting))
		c.do(e)
		all, err := ReadKeys(public(t, e))
		require.NoError(t, err)
		require.NotEmpty(t, all[0].Signing, name)
		for _, k := range all[0].Signing {
			assert.Equal(t, c.ends, k.Ended, name)
			assert.Equal(t, c.to >= 0, k.ValidAt(made), name)
			if c.to >= 0 {
				assert.True(t, k.ValidAt(made.Add(c.to*time.Second)), name)
			}
			assert.False(t, k.ValidAt(made.Add((c.to+1)*time.Second)), name)
		}
	}
}

// Blocks beside blocks, text between them, and the one behind is read too.
func TestFilesOfKeys(t *testing.T) {
	var file bytes.Buffer
	var want []string
	for range 3 {
		e := makeOwner(t, kinds["EdDSA"])
		file.WriteString("pub   ed25519\nuid somebody\n\n")
		w, err := armor.Encode(&file, "PGP PUBLIC KEY BLOCK", map[string]string{"Comment": "a key"})
		require.NoError(t, err)
		_, err = w.Write(public(t, e))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		file.WriteString("\n")
		sum := e.PrimaryKey.Fingerprint
		want = append(want, fmt.Sprintf("%X", sum))
	}
	all, err := ReadKeys(file.Bytes())
	require.NoError(t, err)
	var got []string
	for _, c := range all {
		got = append(got, c.Primary.Fingerprint)
	}
	assert.Equal(t, want, got)
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("no key"), "cut off": file.Bytes()[:file.Len()-40],
		"a signature": detached(t, makeOwner(t, kinds["EdDSA"]), kinds["EdDSA"], nil),
	} {
		_, err := ReadKeys(b)
		assert.Equal(t, fault.Malformed, fault.Of(err), name)
	}
}
