package bundleform

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	"touchstone/internal/strictjson"
)

// Named says what a document is that is no bundle, and what to give in its place;
// both are empty where nothing is recognised.
func Named(doc []byte) (what, give string) {
	text := bytes.TrimSpace(doc)
	if r := recognise(text); r.name != "" {
		return r.name, "one bundle by itself"
	}
	if what, give := notJSON(string(text)); what != "" {
		return what, give
	}
	o := strictjson.Fields(text)
	for _, form := range forms {
		if form.is(o) {
			return form.what, form.give
		}
	}
	return "", ""
}

// forms are those of documents from which no bundle can be made, in the order in
// which they are tried.
var forms = []struct {
	is         func(strictjson.Object) bool
	what, give string
}{
	{func(o strictjson.Object) bool { return first(o, "attestations").Has("bundle_url") },
		"a host's answer that names the address of each bundle", "what is served there"},
	{func(o strictjson.Object) bool {
		return has(o, "payloadType", "signatures") && first(o, "signatures").Has("cert")
	},
		"a DSSE envelope with a certificate beside its signature, and without log entry", "the bundle, or ask the tool that wrote it to check it"},
	{func(o strictjson.Object) bool { return has(o, "payloadType", "signatures") },
		"a bare DSSE envelope, without certificate and log entry", "the bundle that it came from"},
	{func(o strictjson.Object) bool { return has(o, "_type", "predicateType") },
		"a statement that nobody signed", "the bundle that it came from"},
	{func(o strictjson.Object) bool {
		return has(o, "tlogs", "certificateAuthorities") || strings.HasPrefix(o.Text("mediaType"), "application/vnd.dev.sigstore.trustedroot")
	}, "a trusted root", "it with --trusted-root"},
	{func(o strictjson.Object) bool { return has(o, "Base64Signature", "Payload") },
		"a signature of an image, as cosign downloads it", "the image itself to be checked"},
	{func(o strictjson.Object) bool { return has(o, "payload", "protected", "signature") },
		"a JSON Web Signature, as Notation writes it", "a Sigstore bundle, or check it with notation"},
	{func(o strictjson.Object) bool {
		return has(o, "signed", "signatures") && o.Object("signed").Text("_type") == "link"
	}, "an in-toto link, from before attestations", "a Sigstore bundle"},
	{func(o strictjson.Object) bool {
		return has(o, "signed", "signatures") && o.Object("signed").Has("_type")
	},
		"metadata of a TUF repository", "the bundle that is to be verified"},
	{func(o strictjson.Object) bool { return has(o, "url", "provenance") },
		"the place in a record that says where attestations are", "what is served at its url"},
	{func(o strictjson.Object) bool { return has(o, "Body", "LogIndex") || entryByID(o) },
		"a log's answer about an entry", "the bundle of which the entry is a part"},
}

// has tells whether an object has all these names.
func has(o strictjson.Object, names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !o.Has(name) })
}

// first is the first object of a list in a document; nil where there is none.
func first(o strictjson.Object, name string) strictjson.Object {
	if list := o.List(name); len(list) > 0 {
		return strictjson.Fields(list[0])
	}
	return nil
}

// entryByID tells whether a document is one log entry by the name of its ID
// (github.com/sigstore/rekor, openapi.yaml, LogEntry).
func entryByID(o strictjson.Object) bool {
	for _, value := range o {
		if entry := strictjson.Fields(value); len(o) == 1 && entry.Has("body") && entry.Has("logIndex") {
			return true
		}
	}
	return false
}

// A kind is one of texts and files that are no JSON, by how they begin.
type kind struct{ begins, what, give string }

var kinds = []kind{
	{"\xff\xfe", "text in UTF-16, as PowerShell writes it", "it as UTF-8 without a byte order mark"},
	{"\xfe\xff", "text in UTF-16, as PowerShell writes it", "it as UTF-8 without a byte order mark"},
	{"\xef\xbb\xbf", "text that begins with a byte order mark, as PowerShell writes it", "it as UTF-8 without one"},
	{"-----BEGIN PGP", "an OpenPGP signature", "a Sigstore bundle, or check it with gpg"},
	{"-----BEGIN CERTIFICATE", "a certificate", "the bundle that it came with"},
	{"-----BEGIN", "a key or a signature in PEM", "the bundle that it came with"},
	{"untrusted comment:", "a signature or a key of minisign or signify", "a Sigstore bundle, or check it with minisign"},
	{"\x1f\x8b", "compressed by gzip", "what is in it"},
	{"PK\x03\x04", "a zip archive", "what is in it"},
}

// notJSON names what begins as another kind of text or file does.
func notJSON(text string) (what, give string) {
	for _, kind := range kinds {
		if strings.HasPrefix(text, kind.begins) {
			return kind.what, kind.give
		}
	}
	begins := strings.ToLower(text[:min(len(text), 14)])
	switch {
	case strings.HasPrefix(begins, "<!doctype html"), strings.HasPrefix(begins, "<html"):
		return "a web page", "what the page was to lead to"
	case bareSignature(text):
		return "a signature by itself, in base64, as cosign writes it", "the bundle: cosign sign-blob --bundle writes one"
	}
	var inner string
	if strings.HasPrefix(text, `"`) && json.Unmarshal([]byte(text), &inner) == nil && strictjson.Fields([]byte(inner)) != nil {
		return "a document inside a JSON string", "the document itself"
	}
	return "", ""
}

// bareSignature tells whether a text is the base64 of an ECDSA signature in DER:
// a sequence of two numbers.
func bareSignature(text string) bool {
	if len(text) > 300 {
		return false
	}
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return false
	}
	var pair struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &pair)
	return err == nil && len(rest) == 0
}
