package bare

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fault"
	"touchstone/internal/trust"
)

// TestECDSAFingerprint with a key of NIST's.
func TestECDSAFingerprint(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	require.NoError(t, err)
	message := []byte("a document")
	sign := func(m []byte) []byte {
		made, err := ecdsa.SignASN1(rand.Reader, private, hexSum(m))
		require.NoError(t, err)
		return made
	}
	id := Fingerprint(public)
	anchors := []trust.Key{{ID: id}, {ID: Fingerprint([]byte("eddsa"))}}
	made := WithKey(public, sign(message))
	_, err = ECDSAFingerprint{}.Verify(message, made, id, anchors)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		signature []byte
		id        string
		keys      []trust.Key
		want      fault.Kind
	}{
		"another document":       {WithKey(public, sign([]byte("another"))), id, anchors, fault.Wrong},
		"a key that is no one's": {made, id, nil, fault.NoAnchor},
		"another kind of key":    {WithKey([]byte("eddsa"), sign(message)), Fingerprint([]byte("eddsa")), anchors, fault.NotUnderstood},
		"nothing":                {nil, id, anchors, fault.Malformed},
	} {
		_, err := ECDSAFingerprint{}.Verify(message, c.signature, c.id, c.keys)
		assert.Equal(t, c.want, fault.Of(err), name)
	}
	for at := range made {
		changed := append([]byte{}, made...)
		changed[at] ^= 1
		_, err := ECDSAFingerprint{}.Verify(message, changed, id, anchors)
		require.Error(t, err, "byte %d", at)
	}
}

// TestSecp256k1 against openssl: its signatures verify, and no other bytes in their
// place.
func TestSecp256k1(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed: signatures on secp256k1 were not compared")
	}
	dir := t.TempDir()
	run := func(args ...string) {
		cmd := exec.Command("openssl", args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
	run("ecparam", "-name", "secp256k1", "-genkey", "-noout", "-out", "private")
	run("ec", "-in", "private", "-pubout", "-outform", "DER", "-out", "public")
	public, err := os.ReadFile(filepath.Join(dir, "public"))
	require.NoError(t, err)
	point, ok := onSecp256k1(public)
	require.True(t, ok)
	id, anchors := Fingerprint(public), []trust.Key{{ID: Fingerprint(public)}}
	for i := range 5 {
		message := []byte{byte(i)}
		sum := sha256.Sum256(message)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "hex"), []byte(hex.EncodeToString(sum[:])), 0o600))
		run("dgst", "-sha256", "-sign", "private", "-out", "made", "hex")
		made, err := os.ReadFile(filepath.Join(dir, "made"))
		require.NoError(t, err)
		_, err = ECDSAFingerprint{}.Verify(message, WithKey(public, made), id, anchors)
		require.NoError(t, err)
		_, err = ECDSAFingerprint{}.Verify(append(message, 0), WithKey(public, made), id, anchors)
		require.Equal(t, fault.Wrong, fault.Of(err))
		if i > 0 {
			continue
		}
		for at := range made {
			changed := append([]byte{}, made...)
			changed[at] ^= 0x10
			require.False(t, point.verify(hexSum(message), changed), "byte %d", at)
		}
	}
	// Numbers outside, and points that are none.
	for _, rs := range [][2]*big.Int{{big.NewInt(0), big.NewInt(1)}, {big.NewInt(1), big.NewInt(0)}, {secpN, big.NewInt(1)}, {big.NewInt(1), secpN}, {big.NewInt(-1), big.NewInt(1)}} {
		made, err := asn1.Marshal(struct{ R, S *big.Int }{rs[0], rs[1]})
		require.NoError(t, err)
		require.False(t, point.verify(hexSum(nil), made))
	}
	public[len(public)-1] ^= 1
	_, ok = onSecp256k1(public)
	require.False(t, ok)
	// The curve's own numbers.
	require.Nil(t, secpG.times(secpN))
	require.Equal(t, secpG.x, secpG.times(new(big.Int).Add(secpN, big.NewInt(1))).x)
}
