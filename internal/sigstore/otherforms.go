package sigstore

import (
	"bytes"
	"encoding/json"
	"fmt"

	"touchstone/internal/fault"
	"touchstone/internal/strictjson"
)

// otherForm names what people have in the place of a bundle, and says what to
// give; nil where nothing is recognised.
//
//  1. Several documents, one a line (gh attestation download).
//  2. A list of bundles (conda/ceps, cep-0027).
//  3. Answers of registries and hosts: PyPI's provenance (docs.pypi.org/api/integrity),
//     npm's and GitHub's attestations.
//  4. One attestation or signature in a form of its own: PEP 740, cosign before
//     bundles, a bare envelope (github.com/secure-systems-lab/dsse).
func otherForm(doc []byte) error {
	named := func(what, give string) error {
		return fail(fault.NotUnderstood, StepBundle, fmt.Sprintf("it is %s, and no bundle: give %s", what, give))
	}
	// 1.
	if lines := bytes.Split(bytes.TrimSpace(doc), []byte("\n")); len(lines) > 1 {
		all := true
		for _, line := range lines {
			all = all && strictjson.Fields(line) != nil
		}
		if all {
			return named(fmt.Sprintf("%d documents, one a line", len(lines)), "one line at a time")
		}
	}
	// 2.
	var list []json.RawMessage
	if json.Unmarshal(doc, &list) == nil && len(list) > 0 && strictjson.Fields(list[0]).Has("mediaType") {
		return named(fmt.Sprintf("a list of bundles, %d in all", len(list)), "one of them by itself")
	}
	// 3.
	o := strictjson.Fields(doc)
	switch attestations := o.List("attestations"); {
	case o.Has("attestation_bundles"):
		return named("PyPI's answer about provenance", "one of its attestations as a bundle, or the file's address to the audit")
	case len(attestations) > 0 && strictjson.Fields(attestations[0]).Has("bundle"):
		return named("a registry's or a host's list of attestations", "what stands under \"bundle\" in one of them")
	}
	// 4.
	switch {
	case o.Has("envelope") && o.Has("verification_material"):
		return named("an attestation in the form of PEP 740", "it as a bundle, or the file's address to the audit")
	case o.Has("base64Signature"):
		return named("the form that cosign wrote before bundles (base64Signature, cert, rekorBundle)", "a bundle, which cosign writes with --new-bundle-format")
	case o.Has("payloadType") && o.Has("signatures"):
		return named("a bare DSSE envelope, without certificate and log entry", "the bundle that it came from")
	}
	return nil
}
