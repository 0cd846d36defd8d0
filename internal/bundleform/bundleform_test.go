package bundleform_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/bundleform"
)

func b64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// cosign is a bundle of cosign from before its version 3, of which a part is
// replaced.
func cosign(from, to string) string {
	body := b64(`{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"` + strings.Repeat("ab", 32) + `"}}}}`)
	cert := b64("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
	doc := fmt.Sprintf(`{"base64Signature":"%s","cert":"%s","rekorBundle":{"SignedEntryTimestamp":"QUJD","Payload":{"body":"%s","integratedTime":7,"logIndex":8,"logID":"0102"}}}`, b64("signature"), cert, body)
	return strings.Replace(doc, from, to, 1)
}

func TestRead(t *testing.T) {
	const bundle = `{"mediaType":"x"}`
	pep := `{"version":1,"verification_material":{"certificate":"AAAA","transparency_entries":[]},"envelope":{"statement":"e30=","signature":"AAAA"}}`
	for what, c := range map[string]struct {
		doc, name string
		n         int
	}{
		"a bundle":                   {bundle, "", 1},
		"no form":                    {"text", "", 1},
		"nothing":                    {"", "", 1},
		"an empty list":              {"[]", "", 1},
		"a list of something else":   {"[1]", "", 1},
		"a list":                     {"[" + bundle + "," + bundle + "]", "a list of 2", 2},
		"lines":                      {bundle + "\r\n\n" + bundle + "\n", "2 documents, one a line", 2},
		"lines and a text":           {bundle + "\ntext", "", 1},
		"a document over many lines": {"{\n\"a\":1\n}", "", 1},
		"npm's answer":               {`{"attestations":[{"predicateType":"a","bundle":` + bundle + `},{"bundle":` + bundle + `}]}`, "answer with 2 attestations", 2},
		"an answer without bundles":  {`{"attestations":[{"bundle":null}]}`, "", 1},
		"PEP 740":                    {pep, "PEP 740", 1},
		"PyPI's answer":              {`{"version":1,"attestation_bundles":[{"attestations":[` + pep + `]},{"attestations":[` + pep + `]}]}`, "PyPI's answer about provenance, with 2", 2},
		"cosign's":                   {cosign("", ""), "cosign wrote before bundles", 1},
		"lines of lists":             {bundle + "\n" + `{"attestations":[{"bundle":` + bundle + `},{"bundle":` + bundle + `}]}`, "2 documents", 3},
	} {
		t.Run(what, func(t *testing.T) {
			f, err := bundleform.Read([]byte(c.doc))
			require.NoError(t, err)
			require.Contains(t, f.Name, c.name)
			require.Equal(t, c.name == "", f.Name == "")
			require.Len(t, f.Bundles, c.n)
			for _, b := range f.Bundles {
				require.True(t, c.name == "" || json.Valid(b), "%s", b)
			}
		})
	}
}

// TestReadRefuses: what begins as a form and cannot be read as one says which.
func TestReadRefuses(t *testing.T) {
	for what, c := range map[string]struct{ doc, says string }{
		"an empty answer":     {`{"attestation_bundles":[]}`, "there is none in it"},
		"too many":            {"[" + strings.Repeat(`{"mediaType":"x"},`, 200) + `{"mediaType":"x"}]`, "at most 100"},
		"many in each":        {"[" + strings.Repeat(`{"attestations":[`+strings.Repeat(`{"bundle":{}},`, 20)+`{"bundle":{}}]},`, 9) + `{}]`, "at most 100"},
		"too long":            {strings.Repeat(" ", bundleform.Most+1), "longer than"},
		"cosign's, no log":    {cosign("rekorBundle", "other"), "without its rekorBundle"},
		"cosign's, log ID":    {cosign("0102", "xyz"), "logID cannot be read"},
		"cosign's, signature": {cosign(b64("signature"), "!"), "base64Signature cannot be read"},
		"cosign's, cert":      {cosign(b64("-----BEGIN CERT"), b64("-----BEGAN CERT")), "cert cannot be read"},
		"cosign's, body":      {cosign(`"body":"`, `"body":"!`), "rekorBundle cannot be read"},
	} {
		_, err := bundleform.Read([]byte(c.doc))
		require.ErrorContains(t, err, c.says, what)
	}
}

// TestFromCosign: the parts stand where a bundle has them.
func TestFromCosign(t *testing.T) {
	f, err := bundleform.Read([]byte(cosign("", "")))
	require.NoError(t, err)
	var got struct {
		MediaType            string
		VerificationMaterial struct {
			X509CertificateChain struct{ Certificates []struct{ RawBytes []byte } }
			TlogEntries          []struct {
				LogIndex, IntegratedTime int
				LogID                    struct{ KeyID []byte }
				KindVersion              struct{ Kind, Version string }
				CanonicalizedBody        []byte
			}
		}
		MessageSignature struct {
			MessageDigest struct{ Digest []byte }
			Signature     []byte
		}
	}
	require.NoError(t, json.Unmarshal(f.Bundles[0], &got))
	entry := got.VerificationMaterial.TlogEntries[0]
	require.Equal(t, []int{8, 7}, []int{entry.LogIndex, entry.IntegratedTime})
	require.Equal(t, []byte{1, 2}, entry.LogID.KeyID)
	require.Equal(t, "hashedrekord", entry.KindVersion.Kind)
	require.Equal(t, "signature", string(got.MessageSignature.Signature))
	require.Len(t, got.MessageSignature.MessageDigest.Digest, 32)
	require.Len(t, got.VerificationMaterial.X509CertificateChain.Certificates, 1)
	keyed, err := bundleform.Read([]byte(strings.Replace(cosign("", ""), `"cert":"`, `"cort":"`, 1)))
	require.NoError(t, err)
	require.Contains(t, string(keyed.Bundles[0]), `"publicKey":{"hint":""}`)
	// An envelope in the place of a signature of the file.
	envelope, err := bundleform.Read([]byte(cosign(b64("signature"), b64(`{"payloadType":"x","payload":"","signatures":[]}`))))
	require.NoError(t, err)
	require.Contains(t, string(envelope.Bundles[0]), `"dsseEnvelope":{"payloadType":"x"`)
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(cosign("", "")))
	f.Add([]byte(`{"attestation_bundles":[{"attestations":[{"version":1}]}]}`))
	f.Add([]byte("{}\n[{}]"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		form, err := bundleform.Read(doc)
		if err == nil && len(form.Bundles) == 0 {
			t.Fatal("read, and holds nothing")
		}
		for _, b := range form.Bundles {
			if err == nil && form.Name != "" && !json.Valid(b) {
				t.Fatalf("no JSON: %q", b)
			}
		}
	})
}
