package sigstore

import (
	"bytes"
	"fmt"
	"strings"

	"touchstone/internal/fault"
	"touchstone/internal/strictjson"
)

// otherForm says of a document that is no bundle what it is; nil where nothing is
// recognised. Package bundleform makes bundles of the forms that hold any; who
// asks for one bundle is only told.
func otherForm(doc []byte) error {
	is := func(what string) error {
		return fail(fault.NotUnderstood, StepBundle, "it is "+what+", and no bundle: give one bundle by itself")
	}
	text := bytes.TrimSpace(doc)
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	o := strictjson.Fields(doc)
	attestations := o.List("attestations")
	switch {
	case o == nil && strictjson.Fields(first) != nil && strictjson.Fields(bytes.TrimSpace(rest)) != nil,
		o == nil && strictjson.Fields(first).Has("mediaType"):
		return is("several documents, one a line")
	case bytes.HasPrefix(text, []byte("[{")) && strictjson.Check(text) == nil:
		return is("a list")
	case o.Has("attestation_bundles"):
		return is("PyPI's answer about provenance")
	case len(attestations) > 0 && strictjson.Fields(attestations[0]).Object("bundle") != nil:
		return is("a registry's or a host's answer with attestations")
	case o.Has("envelope") && o.Has("verification_material"):
		return is("an attestation in the form of PEP 740")
	case o.Has("base64Signature"):
		return is("the form that cosign wrote before bundles")
	}
	return named(doc)
}

// named says what a document is from which no bundle can be made, and what to
// give in its place; nil where nothing is recognised.
func named(doc []byte) error {
	is := func(what, give string) error {
		return fail(fault.NotUnderstood, StepBundle, fmt.Sprintf("it is %s, and no bundle: give %s", what, give))
	}
	text := string(bytes.TrimSpace(doc))
	switch {
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"), strings.HasPrefix(text, "\xef\xbb\xbf"):
		return is("text that begins with a byte order mark, as PowerShell writes it", "it as UTF-8 without one")
	case strings.HasPrefix(text, "-----BEGIN PGP"):
		return is("an OpenPGP signature", "a Sigstore bundle, or check it with gpg")
	case strings.HasPrefix(text, "-----BEGIN CERTIFICATE"):
		return is("a certificate", "the bundle that it came with")
	case strings.HasPrefix(text, "-----BEGIN"):
		return is("a key or a signature in PEM", "the bundle that it came with")
	}
	o := strictjson.Fields(doc)
	attestations := o.List("attestations")
	switch {
	case len(attestations) > 0 && strictjson.Fields(attestations[0]).Has("bundle_url"):
		return is("a host's answer that names the address of each bundle", "what is served there")
	case o.Has("payloadType") && o.Has("signatures"):
		return is("a bare DSSE envelope, without certificate and log entry", "the bundle that it came from")
	case o.Has("_type") && o.Has("predicateType"):
		return is("a statement that nobody signed", "the bundle that it came from")
	case o.Has("tlogs") && o.Has("certificateAuthorities"), strings.HasPrefix(o.Text("mediaType"), "application/vnd.dev.sigstore.trustedroot"):
		return is("a trusted root", "it with --trusted-root")
	}
	for _, value := range o {
		if entry := strictjson.Fields(value); len(o) == 1 && entry.Has("body") && entry.Has("logIndex") {
			return is("a log's answer about an entry", "the bundle of which the entry is a part")
		}
	}
	return nil
}
