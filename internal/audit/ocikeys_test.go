//go:build touchstone_testanchors

package audit_test

import (
	"crypto"
	"encoding/json"
	"encoding/pem"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/notary/notarytest"
)

// TestImageKeys: what only keys and authorities can verify that the reader brings.
func TestImageKeys(t *testing.T) {
	const own = "ghcr.io/example/thing"
	const jws, cose = "application/jose+json", "application/cose"
	const index = "application/vnd.oci.image.index.v1+json"
	key, another := mint.Key("publisher"), mint.Key("another")
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: mint.SPKI(key)})
	notary := notarytest.New("goldsmith", at) // its certificate lives for two days around at
	roots := slices.Concat(notarytest.PEM(notary.Root), notarytest.PEM(notary.StampRoot))
	refer := func(i shipped, form string, doc []byte) {
		i.ReferAs("application/vnd.cncf.notary.signature", form, doc)
	}
	for name, tt := range map[string]struct {
		sign func(i shipped)
		keys []byte
		time time.Time
		want any
		said [2]string
	}{
		"cosign's key, this name":     {func(i shipped) { i.SignKey(own+":v1", i.Index, key) }, public, at, both(2, 2, 1, 1), [2]string{"pass", "You brought that key"}},
		"cosign's key, another name":  {func(i shipped) { i.SignKey("ghcr.io/example/other", i.Index, key) }, public, at, both(1, 1, 1, 1), [2]string{"pass", ""}},
		"cosign's key, another image": {func(i shipped) { i.SignKey(own, []byte("{}"), key) }, public, at, both(1, 1, 1, 1), [2]string{"absent", "counts for nothing"}},
		"cosign's key, another's":     {func(i shipped) { i.SignKey(own, i.Index, another) }, public, at, both(1, 1, 1, 1), [2]string{"absent", "none of those that you brought"}},
		"cosign's key, not brought":   {func(i shipped) { i.SignKey(own, i.Index, key) }, nil, at, both(1, 1, 1, 1), [2]string{"absent", "Nobody vouches here"}},
		"nothing that is a key":       {func(i shipped) { i.SignKey(own, i.Index, key) }, []byte("no key"), at, both(1, 1, 1, 1), [2]string{"not understood", "no public key and no certificate"}},
		"no signature at all":         {func(shipped) {}, public, at, both(1, 1, 1, 1), [2]string{"absent", "No signature"}},
		"a bundle by a key":           {func(i shipped) { i.Refer(keyedBundle(i, own)) }, public, at, both(2, 2, 1, 1), [2]string{"pass", ""}},
		"the Notary Project, JWS":     {func(i shipped) { refer(i, jws, notary.Envelope(jws, index, i.Index, at, time.Time{})) }, roots, at, both(1, 1, 1, 1), [2]string{"pass", "below that of \"CN=goldsmith authority\""}},
		"the Notary Project, COSE":    {func(i shipped) { refer(i, cose, notary.Envelope(cose, index, i.Index, at, time.Time{})) }, roots, at, both(1, 1, 1, 1), [2]string{"pass", "revoked was not asked"}},
		"the Notary Project, nobody":  {func(i shipped) { refer(i, cose, notary.Envelope(cose, index, i.Index, at, time.Time{})) }, nil, at, both(1, 1, 1, 1), [2]string{"unknown", "not known to speak"}},
		"the Notary Project, a key":   {func(i shipped) { refer(i, cose, notary.Envelope(cose, index, i.Index, at, time.Time{})) }, public, at, both(1, 1, 1, 1), [2]string{"absent", "none of those"}},
		"of another image":            {func(i shipped) { refer(i, jws, notary.Envelope(jws, index, i.Manifest, at, time.Time{})) }, roots, at, both(1, 1, 1, 1), [2]string{"absent", "about another image"}},
		"of another media type":       {func(i shipped) { refer(i, jws, notary.Envelope(jws, "x/y", i.Index, at, time.Time{})) }, roots, at, both(1, 1, 1, 1), [2]string{"absent", "about another image"}},
		"it ends":                     {func(i shipped) { refer(i, jws, notary.Envelope(jws, index, i.Index, at, at.Add(time.Hour))) }, roots, at.Add(2 * time.Hour), both(1, 1, 1, 1), [2]string{"absent", "By its own word it ran out"}},
		"it has not ended":            {func(i shipped) { refer(i, jws, notary.Envelope(jws, index, i.Index, at, at.Add(time.Hour))) }, roots, at, both(1, 1, 1, 1), [2]string{"pass", ""}},
		"its certificate ended":       {func(i shipped) { refer(i, jws, notary.Envelope(jws, index, i.Index, at, time.Time{})) }, roots, at.AddDate(0, 0, 9), both(1, 1, 1, 1), [2]string{"absent", "nothing proves"}},
		"not yet valid":               {func(i shipped) { refer(i, jws, notary.Envelope(jws, index, i.Index, at, time.Time{})) }, roots, at.AddDate(0, 0, -9), both(1, 1, 1, 1), [2]string{"absent", "valid from"}},
		"stamped before it ended": {func(i shipped) {
			refer(i, jws, notary.Stamped(notary.Envelope(jws, index, i.Index, at, time.Time{}), at, crypto.SHA256))
		}, roots, at.AddDate(0, 0, 9), both(1, 1, 1, 1), [2]string{"pass", "dates it"}},
		"stamped when it had ended": {func(i shipped) {
			refer(i, jws, notary.Stamped(notary.Envelope(jws, index, i.Index, at, time.Time{}), at.AddDate(0, 0, 5), crypto.SHA256))
		}, roots, at.AddDate(0, 0, 9), both(1, 1, 1, 1), [2]string{"absent", "not valid"}},
		"a stamp of nobody known": {func(i shipped) {
			refer(i, jws, notary.Stamped(notary.Envelope(jws, index, i.Index, at, time.Time{}), at, crypto.SHA256))
		}, notarytest.PEM(notary.Root), at.AddDate(0, 0, 9), both(1, 1, 1, 1), [2]string{"absent", "nothing proves"}},
		"a good one beside one of junk": {func(i shipped) {
			refer(i, "application/vnd.oci.image.layer.v1.tar", []byte("junk"))
			refer(i, cose, notary.Envelope(cose, index, i.Index, at, time.Time{}))
		}, roots, at, both(1, 1, 1, 1), [2]string{"pass", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			i := ghcrImage()
			tt.sign(i)
			o := i.options(t, i.world())
			o.Keys, o.Time = tt.keys, tt.time
			r, err := ask(t.Context(), i.pinned(), o)
			require.NoError(t, err)
			has(t, r, "key-signature", tt.said[0], tt.said[1])
			require.Equal(t, tt.want, levels(r), r.Report.Text(false))
			require.False(t, r.Report.Verdict.Failed)
		})
	}
}

// keyedBundle is a Sigstore bundle without a certificate, by the publisher's key.
func keyedBundle(i shipped, name string) map[string]any {
	return keyedStatement(i.Statement(name, "https://sigstore.dev/cosign/sign/v1", map[string]any{}))
}

// keyedStatement is such a bundle of any statement.
func keyedStatement(says map[string]any) map[string]any {
	statement, err := json.Marshal(says)
	if err != nil {
		panic(err)
	}
	pae := []byte("DSSEv1 28 application/vnd.in-toto+json " + strconv.Itoa(len(statement)) + " " + string(statement))
	return map[string]any{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
		"verificationMaterial": map[string]any{"publicKey": map[string]any{"hint": "x"}},
		"dsseEnvelope": map[string]any{"payloadType": "application/vnd.in-toto+json", "payload": statement,
			"signatures": []any{map[string]any{"sig": mint.Sign(mint.Key("publisher"), pae)}}}}
}
