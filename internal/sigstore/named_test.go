package sigstore

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/fault"
)

// TestOtherForms: what is served in the place of one bundle is named; malformed is
// said only where nothing is recognised.
func TestOtherForms(t *testing.T) {
	for doc, says := range map[string]string{
		`{"mediaType":"a"}` + "\n" + `{"mediaType":"b"}`:                                       "2 documents, one a line",
		`[{"mediaType":"a"}]`:                                                                  "a list",
		`{"attestation_bundles":[{"attestations":[{"mediaType":"a"}]}]}`:                       "PyPI's answer",
		`{"attestations":[{"bundle":{}}]}`:                                                     "host's answer with 1 attestation",
		`{"envelope":{},"verification_material":{}}`:                                           "PEP 740",
		`{"payloadType":"x","payload":"","signatures":[]}`:                                     "bare DSSE envelope",
		`{"_type":"https://in-toto.io/Statement/v1","predicateType":"x"}`:                      "nobody signed",
		`{"attestations":[{"bundle":null,"bundle_url":"https://x"}]}`:                          "names the address",
		`{"tlogs":[],"certificateAuthorities":[]}`:                                             "trusted root",
		`{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[]}`: "trusted root",
		`{"108e":{"body":"e30=","logIndex":1,"integratedTime":1}}`:                             "log's answer",
		"-----BEGIN PGP SIGNATURE-----\n":                                                      "OpenPGP",
		"-----BEGIN CERTIFICATE-----\n":                                                        "a certificate",
		"-----BEGIN PUBLIC KEY-----\n":                                                         "a key",
		"\xff\xfe{\x00":                                                                        "UTF-16",
		`{"payloadType":"x","payload":"","signatures":[{"sig":"","cert":"-----BEGIN"}]}`:       "a certificate beside its signature, and without log entry",
		`{"Base64Signature":"","Payload":"","Cert":{},"Bundle":{}}`:                            "as cosign downloads it",
		`{"payload":"","protected":"","header":{"x5c":[]},"signature":""}`:                     "as Notation writes it",
		`{"signed":{"_type":"link","name":"build"},"signatures":[]}`:                           "an in-toto link",
		`{"signed":{"_type":"root","version":1},"signatures":[]}`:                              "of a TUF repository",
		`{"url":"https://x","provenance":{"predicateType":"x"}}`:                               "says where attestations are",
		`{"Attestation":"","Body":{},"LogIndex":1,"UUID":"x"}`:                                 "log's answer",
		"untrusted comment: signature from minisign\nRWQ=":                                     "of minisign or signify",
		"\x1f\x8b\x08\x00": "compressed by gzip",
		"PK\x03\x04":       "a zip archive",
		"<!DOCTYPE html>\n<title>Sign in</title>": "a web page",
		"<html>": "a web page",
		"MEUCIQDl1c6HvJ4kpcD2oAm1xQGkYHtCfPdFYQAmq0hJ0y8f6wIgBqbMYcJ3jmSDlDoNqX9oVfDGYhJxQbJ3kS0bG2tq0rM=": "a signature by itself",
		`"{\"mediaType\":\"a\"}"`: "inside a JSON string",
		"\xef\xbb\xbf{}":          "byte order mark",
	} {
		requireForm(t, fault.NotUnderstood, says, []byte(doc))
	}
	for _, odd := range []string{"", "{", "[]", "[1]", "{}", "{}{}", "{\n}x", `{"attestations":[]}`, `{"attestations":[{}]}`, `"x"`, "<xml>", "MEUCIQ=="} {
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

// TestFieldBundles: what people give in the place of a bundle is read, and judged
// as the bundle that it holds.
func TestFieldBundles(t *testing.T) {
	dir := corpus.Path(t, "field") + "/"
	const (
		wheel   = "pypi/sigstore-4.5.0/sigstore-4.5.0-py3-none-any.whl"
		actions = "https://token.actions.githubusercontent.com"
		pypi    = "https://github.com/sigstore/sigstore-python/.github/workflows/release.yml@refs/tags/v4.5.0"
		release = "https://github.com/goreleaser/example-secure/.github/workflows/release.yml@refs/tags/v0.1.0"
		conda   = "sha256:e3e0f35dec5b09b18baac8729d14115903b5adfd25065f8bbb90a2b3be5401e4"
	)
	who := func(t *testing.T, bundle string) (san, issuer string) {
		out, err := exec.Command("python3", dir+"bundles/identity.py", dir+bundle).Output()
		if err != nil {
			t.Skipf("python3 and openssl tell whom a bundle names: %v", err)
		}
		words := strings.Fields(string(out))
		return words[1], words[3]
	}
	for file, c := range map[string]struct{ san, artifact, as, refused string }{
		"bundles/other-forms/pep740.attestation.json":            {pypi, wheel, "PEP 740", ""},
		"pypi/sigstore-4.5.0/sigstore-4.5.0-whl-provenance.json": {pypi, wheel, "PyPI's answer about provenance", ""},
		"bundles/other-forms/github-api-answer.json":             {pypi, wheel, "a host's answer", ""},
		"bundles/other-forms/two-lines.jsonl":                    {pypi, wheel, "2 documents, one a line", ""},
		"bundles/checksums.txt.sigstore.json":                    {release, "bundles/checksums.txt", "cosign", ""},
		"conda/actionlint.v0.sigs":                               {"", conda, "a list of 1", ""},
		// Nothing of these is about the wheel, or by its publisher.
		"bundles/other-forms/npm-attestations-answer.json": {pypi, wheel, "answer with 2 attestations", "none of its 2 bundles is accepted"},
		"bundles/other-forms/old-cosign.json":              {pypi, wheel, "", "cosign wrote before bundles, and its cert cannot be read"},
	} {
		t.Run(file, func(t *testing.T) {
			issuer := actions
			if c.san == "" {
				c.san, issuer = who(t, "conda/actionlint.sigstore.json")
			}
			read := func(name string) ([]byte, error) { return os.ReadFile(dir + name) }
			production, err := read("../sigstore-trust/public-good/trusted_root.json")
			require.NoError(t, err)
			args := []string{"verify-bundle", "--bundle", file, "--certificate-identity", c.san, "--certificate-oidc-issuer", issuer, c.artifact}
			as, err := VerifyBundle(args, read, production)
			require.Contains(t, as, c.as)
			if c.refused != "" {
				require.ErrorContains(t, err, c.refused)
				return
			}
			require.NoError(t, err)
			// Whoever else is expected, or whatever else was signed, it is refused.
			_, err = VerifyBundle([]string{"verify-bundle", "--bundle", file, "--certificate-identity", c.san + "x", "--certificate-oidc-issuer", issuer, c.artifact}, read, production)
			require.Error(t, err)
			_, err = VerifyBundle([]string{"verify-bundle", "--bundle", file, "--certificate-identity", c.san, "--certificate-oidc-issuer", issuer, "SOURCES.md"}, read, production)
			require.Error(t, err)
		})
	}
}
