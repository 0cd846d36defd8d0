package openpgp

import (
	"bytes"
	"math/rand/v2"
	"testing"

	pgppacket "github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fault"
)

// Whatever is read, errors are faults, and nothing panics.
func FuzzRead(f *testing.F) {
	f.Add([]byte("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\na\n-----BEGIN PGP SIGNATURE-----\n\nwsA=\n-----END PGP SIGNATURE-----\n"))
	e := makeOwner(f, kinds["EdDSA"])
	f.Add(public(f, e))
	f.Add(detached(f, e, kinds["EdDSA"], []byte("a")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := ReadSignatures(b); err != nil {
			require.NotEmpty(t, fault.Of(err))
		}
		if _, err := ReadClearsigned(b); err != nil {
			require.NotEmpty(t, fault.Of(err))
		}
		if _, err := ReadKeys(b); err != nil {
			require.NotEmpty(t, fault.Of(err))
		}
	})
}

// TestDifferential: mutants of signatures and of what they are over. What go-crypto
// refuses is not accepted here. It reads no version 3, and no version of a signature
// is in this test but 4 and 6.
func TestDifferential(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	message := []byte("a document\r\nof two lines\r\n")
	accepted, refused := 0, 0
	for name, c := range kinds {
		e := makeOwner(t, c)
		sig := detached(t, e, c, message)
		by, err := ReadKeys(public(t, e))
		require.NoError(t, err)
		for range 300 {
			mutant, text := bytes.Clone(sig), bytes.Clone(message)
			switch random.IntN(5) {
			case 4: // as it was made
			case 0:
				text[random.IntN(len(text))] ^= byte(1 << random.IntN(8))
			case 1:
				mutant = mutant[:random.IntN(len(mutant))]
			case 2:
				at := random.IntN(len(mutant))
				mutant = append(bytes.Clone(mutant[:at]), append([]byte{byte(random.IntN(256))}, mutant[at:]...)...)
			default:
				mutant[random.IntN(len(mutant))] ^= byte(1 << random.IntN(8))
			}
			all, err := ReadSignatures(mutant)
			if err == nil {
				_, err = Verify(text, all[0], by)
			}
			if err != nil {
				refused++
				continue
			}
			accepted++
			_, _, err = pgp.VerifyDetachedSignature(pgp.EntityList{e}, bytes.NewReader(text), bytes.NewReader(mutant), &pgppacket.Config{Time: c.Time})
			require.NoError(t, err, "%s: accepted here alone: %x", name, mutant)
		}
	}
	require.NotZero(t, accepted)
	require.NotZero(t, refused)
}
