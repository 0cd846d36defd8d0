package openpgp

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	pgppacket "github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fault"
)

// A put is one question to gpgv and to this package: a signature over a text, or,
// where there is no text, a clearsigned document.
type put struct {
	kind            string
	signed, message []byte
	theirs, ours    bool
	why             string
}

// askGpgv puts all questions to gpgv, as many at a time as there are processors.
func askGpgv(t *testing.T, keyring []byte, puts []*put) {
	t.Helper()
	gpgv, err := exec.LookPath("gpgv")
	if err != nil {
		t.Skip("gpgv is not installed: it was not asked")
	}
	dir := t.TempDir()
	ring := filepath.Join(dir, "ring.gpg")
	require.NoError(t, os.WriteFile(ring, keyring, 0o600))
	var all sync.WaitGroup
	turn := make(chan struct{}, 4)
	for i, p := range puts {
		files := []string{filepath.Join(dir, fmt.Sprint(i, ".sig"))}
		require.NoError(t, os.WriteFile(files[0], p.signed, 0o600))
		if p.message != nil {
			files = append(files, filepath.Join(dir, fmt.Sprint(i, ".txt")))
			require.NoError(t, os.WriteFile(files[1], p.message, 0o600))
		}
		turn <- struct{}{}
		all.Go(func() {
			p.theirs = exec.Command(gpgv, append([]string{"--quiet", "--homedir", dir, "--keyring", ring}, files...)...).Run() == nil
			<-turn
		})
	}
	all.Wait()
}

// mutate changes a byte, leaves some out, adds one, or does nothing.
func mutate(random *mathrand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	at := random.IntN(len(b))
	switch random.IntN(5) {
	case 0:
		return b
	case 1:
		return append(b[:at:at], b[min(at+1+random.IntN(3), len(b)):]...)
	case 2:
		return append(b[:at:at], append([]byte{b[random.IntN(len(b))]}, b[at:]...)...)
	case 3:
		b[at] = b[random.IntN(len(b))]
		return b
	}
	b[at] ^= 1 << random.IntN(8)
	return b
}

// TestAgainstGpgv: nothing is accepted here that gpgv and go-crypto both refuse, of
// mutants of signatures and clearsigned texts. What gpgv alone accepts is refused here
// for a reason that stands in the table.
func TestAgainstGpgv(t *testing.T) {
	t.Parallel()
	each := 8
	if everything {
		each = 300
	}
	random := mathrand.New(mathrand.NewPCG(20261126, 19))
	message := []byte("- a document\r\n of two lines\t\nwith blanks \n")
	var keyring []byte
	var people pgp.EntityList
	var puts []*put
	for name, c := range kinds {
		e := makeOwner(t, c)
		if !strings.Contains(name, "v6") && name != "Ed25519" { // which gpgv 2.2 does not read, nor a ring that holds them
			keyring = append(keyring, public(t, e)...)
			people = append(people, e)
		} else {
			continue
		}
		sig := detached(t, e, c, message)
		clear := clearsigned(t, e, c, message)
		for range each {
			puts = append(puts, &put{kind: name, signed: mutate(random, sig), message: message},
				&put{kind: name + ", clearsigned", signed: mutate(random, clear)})
		}
		puts = append(puts, &put{kind: name, signed: sig, message: message[1:]})
		for what, doc := range besides(clear) {
			puts = append(puts, &put{kind: name + ", " + what, signed: doc})
		}
	}
	key, id := version3(t, people)
	for code, h := range map[byte]crypto.Hash{2: crypto.SHA1, 8: crypto.SHA256, 10: crypto.SHA512} {
		sig := signature3(t, key, id, h, code, message)
		puts = append(puts, &put{kind: "version 3", signed: sig, message: message})
		for range each {
			puts = append(puts, &put{kind: "version 3, bent", signed: mutate(random, sig), message: message})
		}
	}
	by, err := ReadKeys(keyring)
	require.NoError(t, err)
	for _, p := range puts {
		err := p.verify(by)
		p.ours, p.why = err == nil, fmt.Sprint(err)
	}
	askGpgv(t, keyring, puts)
	count := map[[2]bool]int{}
	for _, p := range puts {
		count[[2]bool{p.ours, p.theirs}]++
		switch {
		case p.ours && !p.theirs:
			// gpgv 2.2 wants a checksum where the armour's base64 needs no padding.
			require.True(t, p.goCrypto(people), "%s: accepted here alone:\n%q", p.kind, p.signed)
		case p.theirs && !p.ours:
			assert.True(t, slices.ContainsFunc(stricter[:], func(s string) bool { return strings.Contains(p.why, s) }), "%s: gpgv accepts, and here it is refused: %s\n%q", p.kind, p.why, p.signed)
		}
	}
	t.Logf("%d questions: both accept %d, both refuse %d, gpgv alone accepts %d, this package and go-crypto %d", len(puts), count[[2]bool{true, true}], count[[2]bool{}], count[[2]bool{false, true}], count[[2]bool{true, false}])
	require.NotZero(t, count[[2]bool{true, true}])
	require.NotZero(t, count[[2]bool{}])
}

// stricter are the reasons for which what gpgv accepts is refused here.
var stricter = [...]string{
	"can be forged", // SHA-1
	// The first two bytes of the digest stand beside a signature. gpgv passes over
	// them; go-crypto does not either accept others.
	"what is signed is not this",
	// gpgv drops text that stands outside of what is signed.
	"unsigned text may stand before", "text stands behind",
	// gpgv takes a line for the block's first or last that is only like one, and
	// passes over what is no base64.
	"an armoured block begins and does not end", "a line of a signed text begins with a hyphen", "an armoured block is not base64", "a signed text has no signature",
	"an armoured block has no empty line", "an armoured block's checksum", "an armoured block is damaged",
	"a signed text has a header", // that is not "Hash"
	"a packet of",                // longer than what there is
}

// besides are clearsigned documents with something beside what is signed.
func besides(clear []byte) map[string][]byte {
	replaced := func(old, with string) []byte { return bytes.Replace(clear, []byte(old), []byte(with), 1) }
	return map[string][]byte{
		"text before":       append([]byte("Origin: x\n"), clear...),
		"blanks before":     append([]byte("\n"), clear...),
		"text behind":       append(bytes.Clone(clear), "\nOrigin: x\n"...),
		"another header":    replaced("\n\n", "\nComment: x\n\n"),
		"CR LF":             bytes.ReplaceAll(clear, []byte("\n"), []byte("\r\n")),
		"blanks at the end": replaced("lines\t\n", "lines   \n"),
		"twice":             append(append(bytes.Clone(clear), '\n'), clear...),
		"unescaped hyphen":  replaced("- - a", "- a"),
		"a hyphen too many": replaced(" of two", "- of two"),
	}
}

func (p *put) verify(by []Certificate) error {
	var all []Signature
	text := p.message
	var err error
	if text != nil {
		all, err = ReadSignatures(p.signed)
	} else {
		var doc Clearsigned
		doc, err = ReadClearsigned(p.signed)
		all, text = doc.Signatures, doc.Text
	}
	if err != nil {
		return err
	}
	for _, s := range all {
		if _, err := Verify(text, s, by); err != nil {
			return fmt.Errorf("%s: %w", fault.Of(err), err)
		}
	}
	return nil
}

func (p *put) goCrypto(people pgp.EntityList) bool {
	c := &pgppacket.Config{Time: kinds["RSA"].Time}
	text, sig := p.message, p.signed
	if text == nil {
		block, _ := clearsign.Decode(p.signed)
		if block == nil {
			return false
		}
		_, _, err := pgp.VerifyDetachedSignature(people, bytes.NewReader(block.Bytes), block.ArmoredSignature.Body, c)
		return err == nil
	}
	_, _, err := pgp.VerifyDetachedSignature(people, bytes.NewReader(text), bytes.NewReader(sig), c)
	return err == nil
}

func clearsigned(t testing.TB, e *pgp.Entity, c *pgppacket.Config, message []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	signer, _ := e.SigningKey(made, c)
	w, err := clearsign.Encode(&b, signer.PrivateKey, c)
	require.NoError(t, err)
	_, err = w.Write(message)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return append(b.Bytes(), '\n')
}

// version3 gives the RSA key of one of them, which signs by version 3.
func version3(t testing.TB, people pgp.EntityList) (*rsa.PrivateKey, []byte) {
	t.Helper()
	for _, e := range people {
		signer, _ := e.SigningKey(made, kinds["RSA"])
		if key, is := signer.PrivateKey.PrivateKey.(*rsa.PrivateKey); is {
			return key, new(big.Int).SetUint64(signer.PublicKey.KeyId).FillBytes(make([]byte, 8))
		}
	}
	t.Fatal("none has an RSA key")
	return nil, nil
}
