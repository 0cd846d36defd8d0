//go:build !js || touchstone_whole

package selftest

import (
	"fmt"
	"strings"

	"touchstone/internal/openpgp"
	"touchstone/internal/trust"
)

// more are the mechanisms that only the whole program has.
var more = []Step{{"the signature of an OpenPGP key", signed}}

// signed verifies a clearsigned text (RFC 9580, section 7) by a key that comes with
// it: GnuPG made both for this test, and nothing else is signed by that key. The
// archives' own signed documents are too large to be carried for a test.
func signed(k Known, _ trust.Anchors) error {
	keys, err := openpgp.ReadKeys([]byte(k.OpenPGP.Key))
	if err != nil {
		return fmt.Errorf("reading the known key: %w", err)
	}
	verify := func(doc string) error {
		read, err := openpgp.ReadClearsigned([]byte(doc))
		if err != nil {
			return err
		}
		for _, s := range read.Signatures {
			if _, err := openpgp.Verify(read.Text, s, keys); err != nil {
				return err
			}
		}
		return nil
	}
	const begin = "-----BEGIN PGP SIGNATURE-----"
	text, signature, _ := strings.Cut(k.OpenPGP.Signed, begin)
	return both(verify(k.OpenPGP.Signed), verify(changed(text)+begin+signature))
}
