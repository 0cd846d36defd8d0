package sigstore

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/fault"
)

// TestOtherForms: what people give in the place of a bundle is named; malformed
// is said only where nothing is recognised.
func TestOtherForms(t *testing.T) {
	dir := corpus.Path(t, "field")
	for file, says := range map[string]string{
		"bundles/other-forms/pep740.attestation.json":            "PEP 740",
		"bundles/other-forms/github-api-answer.json":             "list of attestations",
		"bundles/other-forms/npm-attestations-answer.json":       "list of attestations",
		"bundles/other-forms/old-cosign.json":                    "cosign",
		"bundles/other-forms/two-lines.jsonl":                    "2 documents, one a line",
		"bundles/checksums.txt.sigstore.json":                    "cosign",
		"conda/actionlint.v0.sigs":                               "a list of bundles, 1 in all",
		"pypi/sigstore-4.5.0/sigstore-4.5.0-whl-provenance.json": "PyPI's answer",
	} {
		doc, err := os.ReadFile(dir + "/" + file)
		require.NoError(t, err)
		requireForm(t, fault.NotUnderstood, says, doc)
	}
	requireForm(t, fault.NotUnderstood, "bare DSSE envelope", []byte(`{"payloadType":"x","payload":"","signatures":[]}`))
	for _, odd := range []string{"", "{", "[]", "[1]", "{}", "{}{}", "{\n}x", `{"attestations":[]}`, `{"attestations":[{}]}`, `"x"`} {
		requireForm(t, fault.Malformed, "", []byte(odd))
	}
}

func requireForm(t *testing.T, kind fault.Kind, says string, doc []byte) {
	t.Helper()
	_, err := Read(doc)
	var f *Failure
	require.ErrorAs(t, err, &f)
	require.Equal(t, kind, f.Kind, err.Error())
	require.ErrorContains(t, err, says)
}
