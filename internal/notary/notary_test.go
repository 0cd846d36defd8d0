package notary_test

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/notaryproject/notation-core-go/signature"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/fault"
	"touchstone/internal/mint"
	"touchstone/internal/notary"
	"touchstone/internal/notary/notarytest"
)

var at = time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)

const imageType = "application/vnd.oci.image.manifest.v1+json"

// envelopes are one of each form, and their authority.
func envelopes() (*notarytest.Notary, map[string][]byte) {
	n := notarytest.New("goldsmith", at)
	out := map[string][]byte{}
	for _, form := range []string{notary.JWS, notary.COSE} {
		out[form] = n.Envelope(form, imageType, []byte("an image"), at, at.AddDate(0, 1, 0))
	}
	return n, out
}

func TestVerify(t *testing.T) {
	n, all := envelopes()
	other := notarytest.New("other", at)
	for form, doc := range all {
		s, err := notary.Verify(form, doc)
		require.NoError(t, err, form)
		assert.Equal(t, notary.Target{MediaType: imageType, Digest: mint.Digest([]byte("an image")), Size: 8}, s.Target)
		assert.True(t, s.Made.Equal(at) && s.Ends.Equal(at.AddDate(0, 1, 0)), "%s %s", s.Made, s.Ends)
		assert.Equal(t, "SHA-256", s.Hash)
		assert.Equal(t, n.Root, s.TrustedBy([]*x509.Certificate{other.Root, n.Root}))
		assert.Equal(t, n.Signer, s.TrustedBy([]*x509.Certificate{n.Signer}))
		assert.Nil(t, s.TrustedBy([]*x509.Certificate{other.Root, other.Signer}))
		from, until := s.Validity()
		assert.Equal(t, [2]time.Time{n.Signer.NotBefore, n.Signer.NotAfter}, [2]time.Time{from, until})
		_, err = s.Stamped([]*x509.Certificate{n.StampRoot})
		assert.Equal(t, fault.Missing, fault.Of(err))
		for wrong := range all {
			if wrong != form {
				_, err = notary.Verify(wrong, doc)
				assert.Equal(t, fault.Malformed, fault.Of(err))
			}
		}
	}
	_, err := notary.Verify("application/vnd.oci.image.layer.v1.tar", all[notary.JWS])
	assert.Equal(t, fault.Malformed, fault.Of(err))
}

func TestStamped(t *testing.T) {
	n, all := envelopes()
	weak, err := notary.Verify(notary.JWS, n.Stamped(all[notary.JWS], at.Add(time.Hour), crypto.SHA1))
	require.NoError(t, err)
	_, err = weak.Stamped([]*x509.Certificate{n.StampRoot})
	assert.Equal(t, fault.Weak, fault.Of(err), "whoever finds a collision has a time of choice")
	doc := n.Stamped(all[notary.JWS], at.Add(time.Hour), crypto.SHA256)
	s, err := notary.Verify(notary.JWS, doc)
	require.NoError(t, err)
	stamp, err := s.Stamped([]*x509.Certificate{n.Root, n.StampRoot})
	require.NoError(t, err)
	assert.True(t, stamp.Earliest.Equal(at.Add(time.Hour)) && stamp.Latest.Equal(at.Add(time.Hour)))
	assert.Equal(t, n.StampRoot.Subject.String(), stamp.Root)
	_, err = s.Stamped([]*x509.Certificate{n.Root})
	assert.Equal(t, fault.NoAnchor, fault.Of(err))
	// The stamp of another signature.
	again := n.Envelope(notary.JWS, imageType, []byte("another"), at, time.Time{})
	var from, to map[string]any
	require.NoError(t, json.Unmarshal(doc, &from))
	require.NoError(t, json.Unmarshal(again, &to))
	to["header"].(map[string]any)["io.cncf.notary.timestampSignature"] = from["header"].(map[string]any)["io.cncf.notary.timestampSignature"]
	again, err = json.Marshal(to)
	require.NoError(t, err)
	s, err = notary.Verify(notary.JWS, again)
	require.NoError(t, err)
	_, err = s.Stamped([]*x509.Certificate{n.StampRoot})
	assert.Equal(t, fault.Wrong, fault.Of(err))
}

// theirs is what the Notary Project's own library makes of an envelope.
func theirs(form string, doc []byte) (*signature.EnvelopeContent, error) {
	e, err := signature.ParseEnvelope(form, doc)
	if err != nil {
		return nil, err
	}
	return e.Verify()
}

// TestMutants bends each envelope at every place: what verifies still says the same,
// and the Notary Project's own library takes it too.
func TestMutants(t *testing.T) {
	step := 31
	if corpus.Whole() {
		step = 1
	}
	_, all := envelopes()
	for form, doc := range all {
		good, err := notary.Verify(form, doc)
		require.NoError(t, err)
		tried, held, stricter := 0, 0, 0
		for i := range doc {
			for bit := range 8 {
				if (i*8+bit)%step != 0 {
					continue
				}
				mutant := append([]byte(nil), doc...)
				mutant[i] ^= 1 << bit
				tried++
				s, err := notary.Verify(form, mutant)
				_, failed := theirs(form, mutant)
				if err != nil {
					require.NotEmpty(t, fault.Of(err), "%v", err)
					if failed == nil {
						stricter++
					}
					continue
				}
				held++
				require.NoError(t, failed, "%s: byte %d bit %d: only we take it", form, i, bit)
				require.Equal(t, good.Target, s.Target)
				require.Equal(t, good.Made, s.Made)
				require.Equal(t, good.Ends, s.Ends)
				require.Equal(t, good.Chain, s.Chain)
			}
		}
		t.Logf("%s: %d mutants, %d verify (in what nobody signs), %d only with the other library", form, tried, held, stricter)
		require.Greater(t, tried, 100)
	}
}

// TestNotationCorpus verifies the real envelopes.
func TestNotationCorpus(t *testing.T) {
	dir := corpus.Path(t, "eco", "oci", "notation", "registry", "oci_layout")
	files, err := filepath.Glob(filepath.Join(dir, "*", "blobs", "sha256", "*"))
	require.NoError(t, err)
	seen := 0
	for _, file := range files {
		doc, err := os.ReadFile(file)
		require.NoError(t, err)
		var form struct{ Protected string }
		if json.Unmarshal(doc, &form) != nil || form.Protected == "" {
			continue
		}
		seen++
		s, err := notary.Verify(notary.JWS, doc)
		_, failed := theirs(notary.JWS, doc)
		require.NoError(t, err, file)
		require.NoError(t, failed, file)
		require.NotEmpty(t, s.Target.Digest)
	}
	require.Equal(t, 7, seen)
}

func TestReadCertificates(t *testing.T) {
	n := notarytest.New("goldsmith", at)
	one, two := notarytest.PEM(n.Root), notarytest.PEM(n.Signer)
	for name, c := range map[string]struct {
		doc  []byte
		want int
	}{
		"PEM": {one, 1}, "DER": {n.Root.Raw, 1}, "two": {append(append([]byte("a word\n"), one...), two...), 2},
		"DER, then PEM": {append(append(append([]byte{}, n.Root.Raw...), '\n'), two...), 2}, "PEM, then DER": {append(append([]byte{}, two...), n.Root.Raw...), 2},
		"none": {[]byte("no certificate"), 0}, "empty": {nil, 0}, "cut": {n.Root.Raw[:40], 0},
	} {
		assert.Len(t, notary.ReadCertificates(c.doc), c.want, name)
	}
}
