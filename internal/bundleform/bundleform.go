// Package bundleform reads what people have in the place of a Sigstore bundle:
// lists, lines, the answers of registries and hosts, and forms that came before.
// It translates and verifies nothing: what a part holds is for package sigstore
// to judge.
package bundleform

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"touchstone/internal/strictjson"
)

// Most bounds a document, in bytes: an attestation may hold a long list of
// ingredients.
const Most = 32 << 20

// The media types of what is translated: of forms with a proof of inclusion, and
// of those with a promise only (sigstore_bundle.proto of
// github.com/sigstore/protobuf-specs).
const (
	newest = "application/vnd.dev.sigstore.bundle.v0.3+json"
	oldest = "application/vnd.dev.sigstore.bundle+json;version=0.1"
)

// payloadType is that of in-toto statements.
const payloadType = "application/vnd.in-toto+json"

// mostBundles bounds how many bundles a document of another form holds.
const mostBundles = 100

// A Form is what people have in the place of a bundle.
type Form struct {
	// Name says what it is, for people; empty for a bundle itself.
	Name string
	// Bundles are those that it holds, in its order: as they stand in it, or
	// translated. Nothing is verified.
	Bundles [][]byte
}

// Read reads a document that is a bundle, or holds some in a form that is
// known. Where nothing is recognised the document itself is the one bundle, and
// whoever verifies it says what is the matter.
//
//  1. A bundle says so by its media type.
//  2. Several documents, one a line (gh attestation download).
//  3. A list (conda/ceps, cep-0027).
//  4. Answers of registries and hosts: PyPI's provenance (docs.pypi.org/api/integrity),
//     npm's and GitHub's attestations.
//  5. One attestation or signature in a form of its own: PEP 740, cosign before
//     bundles.
func Read(doc []byte) (Form, error) {
	if len(doc) > Most {
		return Form{}, fmt.Errorf("it is longer than %d bytes", Most)
	}
	return read(doc, 0)
}

// deepest is how many forms may stand inside each other: lines of answers.
const deepest = 2

func read(doc []byte, depth int) (Form, error) {
	plain := Form{Bundles: [][]byte{doc}}
	if depth > deepest {
		return plain, nil
	}
	switch r := recognise(bytes.TrimSpace(doc)); {
	case r.translate != nil:
		b, err := r.translate()
		return Form{r.name, [][]byte{b}}, err
	case r.name != "":
		return several(r.name, r.parts, depth)
	}
	return plain, nil
}

// A recognised is the form of a document: what it holds, each to be read as a
// form of its own, or how the one bundle is made of it. It has no name where the
// document is a bundle, or of no form.
type recognised struct {
	name      string
	parts     [][]byte
	translate func() ([]byte, error)
}

// recognise takes the steps of [Read].
func recognise(doc []byte) recognised {
	o := strictjson.Fields(doc)
	// 1.
	if o.Has("mediaType") || o.Has("media_type") {
		return recognised{}
	}
	// 2.
	if lines := jsonLines(doc); len(lines) > 1 {
		return recognised{name: fmt.Sprintf("%d documents, one a line", len(lines)), parts: lines}
	}
	// 3.
	if list := listed(doc); len(list) > 0 {
		return recognised{name: fmt.Sprintf("a list of %d", len(list)), parts: list}
	}
	// 4.
	if o.Has("attestation_bundles") {
		var all [][]byte
		for _, b := range o.List("attestation_bundles") {
			for _, a := range strictjson.Fields(b).List("attestations") {
				all = append(all, a)
			}
		}
		return recognised{name: "PyPI's answer about provenance, with " + attestationsOf(len(all)), parts: all}
	}
	if list := o.List("attestations"); len(list) > 0 {
		var all [][]byte
		for _, a := range list {
			if bundle := strictjson.Fields(a); bundle.Object("bundle") != nil {
				all = append(all, bundle["bundle"])
			}
		}
		if len(all) > 0 {
			return recognised{name: "a registry's or a host's answer with " + attestationsOf(len(list)), parts: all}
		}
	}
	// 5.
	switch {
	case o.Has("envelope") && o.Has("verification_material"):
		return recognised{name: "an attestation in the form of PEP 740", translate: func() ([]byte, error) { return FromPEP740(o) }}
	case o.Has("base64Signature"):
		return recognised{name: "the form that cosign wrote before bundles", translate: func() ([]byte, error) { return fromCosign(o) }}
	}
	return recognised{}
}

func attestationsOf(n int) string {
	if n == 1 {
		return "1 attestation"
	}
	return fmt.Sprintf("%d attestations", n)
}

// several reads each part of a document as a form of its own.
func several(name string, parts [][]byte, depth int) (Form, error) {
	out := Form{Name: name}
	if len(parts) > mostBundles {
		return out, fmt.Errorf("it is %s, and at most %d are read", name, mostBundles)
	}
	for _, part := range parts {
		f, err := read(part, depth+1)
		if err != nil {
			return out, err
		}
		if out.Bundles = append(out.Bundles, f.Bundles...); len(out.Bundles) > mostBundles {
			return out, fmt.Errorf("it is %s, and at most %d bundles are read", name, mostBundles)
		}
	}
	if len(out.Bundles) == 0 {
		return out, errors.New("it is " + name + ": there is none in it")
	}
	return out, nil
}

// jsonLines are the lines of a document of which each is a JSON object; nil for
// any other.
func jsonLines(doc []byte) [][]byte {
	var out [][]byte
	for _, line := range bytes.Split(doc, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if len(out) > mostBundles || strictjson.Fields(line) == nil {
			return nil
		}
		out = append(out, line)
	}
	return out
}

// listed are the objects of a list; nil for what is none, or holds anything else.
func listed(doc []byte) [][]byte {
	var list []json.RawMessage
	if len(doc) == 0 || doc[0] != '[' || strictjson.Check(doc) != nil || json.Unmarshal(doc, &list) != nil {
		return nil
	}
	var out [][]byte
	for _, one := range list {
		if strictjson.Fields(one) == nil {
			return nil
		}
		out = append(out, one)
	}
	return out
}

// FromPEP740 translates an attestation object into a bundle: the parts are the
// same, under other names (PEP 740, "Attestation objects"; sigstore_bundle.proto
// of github.com/sigstore/protobuf-specs). What a part holds is for the verifier
// to judge, and so is a version that is not known.
func FromPEP740(a strictjson.Object) ([]byte, error) {
	envelope, material := a.Object("envelope"), a.Object("verification_material")
	mediaType := newest
	switch {
	case a == nil:
		return nil, errors.New("an attestation is no object")
	case string(a["version"]) != "1":
		mediaType = fmt.Sprintf("PEP 740 attestation of version %.20s", a["version"])
	}
	part := func(o strictjson.Object, key string) json.RawMessage {
		if !o.Has(key) {
			return json.RawMessage("null")
		}
		return o[key]
	}
	return json.Marshal(map[string]any{
		"mediaType": mediaType,
		"verificationMaterial": map[string]any{
			"certificate": map[string]any{"rawBytes": part(material, "certificate")},
			"tlogEntries": part(material, "transparency_entries"),
		},
		"dsseEnvelope": map[string]any{
			"payload": part(envelope, "statement"), "payloadType": payloadType,
			"signatures": []any{map[string]any{"sig": part(envelope, "signature")}},
		},
	})
}

// fromCosign translates the bundle that cosign wrote by --bundle before its
// version 3 (github.com/sigstore/cosign, pkg/cosign/bundle, LocalSignedPayload):
// a signature of a file, or an envelope in its place, the signer's certificate or
// key in PEM, and what the log promised.
//
//  1. The log's entry; of what kind it is, its body says.
//  2. Who signed: without a certificate it is a key that the verifier brings.
//  3. What was signed: the digest stands in the entry, which is compared with
//     the file and the signature when it is verified.
func fromCosign(o strictjson.Object) ([]byte, error) {
	unreadable := func(part string, err error) error {
		return fmt.Errorf("it is the form that cosign wrote before bundles, and its %s cannot be read: %w", part, err)
	}
	// 1.
	rekor := o.Object("rekorBundle")
	payload := rekor.Object("Payload")
	if payload == nil {
		return nil, errors.New("it is the form that cosign wrote before bundles, and without its rekorBundle: nothing tells when it was signed")
	}
	body, err := base64.StdEncoding.DecodeString(payload.Text("body"))
	if err != nil {
		return nil, unreadable("rekorBundle", err)
	}
	entry := strictjson.Fields(body)
	logID, err := hex.DecodeString(payload.Text("logID"))
	if err != nil || len(logID) == 0 {
		return nil, unreadable("logID", fmt.Errorf("%.80q is no digest", payload.Text("logID")))
	}
	// 2.
	material := map[string]any{"tlogEntries": []any{map[string]any{
		"logIndex": payload["logIndex"], "logId": map[string]any{"keyId": logID}, "integratedTime": payload["integratedTime"],
		"kindVersion":       map[string]any{"kind": entry.Text("kind"), "version": entry.Text("apiVersion")},
		"inclusionPromise":  map[string]any{"signedEntryTimestamp": rekor.Text("SignedEntryTimestamp")},
		"canonicalizedBody": body,
	}}}
	if o.Text("cert") == "" {
		material["publicKey"] = map[string]any{"hint": ""}
	} else {
		der, err := certificatesOf(o.Text("cert"))
		if err != nil {
			return nil, unreadable("cert", err)
		}
		var chain []any
		for _, one := range der {
			chain = append(chain, map[string]any{"rawBytes": one})
		}
		material["x509CertificateChain"] = map[string]any{"certificates": chain}
	}
	out := map[string]any{"mediaType": oldest, "verificationMaterial": material}
	// 3.
	signature, err := base64.StdEncoding.DecodeString(o.Text("base64Signature"))
	if err != nil {
		return nil, unreadable("base64Signature", err)
	}
	if envelope := strictjson.Fields(signature); envelope.Has("payloadType") {
		out["dsseEnvelope"] = json.RawMessage(signature)
		return json.Marshal(out)
	}
	hash := entry.Object("spec").Object("data").Object("hash")
	sum, err := hex.DecodeString(hash.Text("value"))
	if err != nil || hash.Text("algorithm") != "sha256" {
		return nil, unreadable("rekorBundle", errors.New("its entry states no SHA-256 of what was signed"))
	}
	out["messageSignature"] = map[string]any{"messageDigest": map[string]any{"algorithm": "SHA2_256", "digest": sum}, "signature": signature}
	return json.Marshal(out)
}

// certificatesOf are the certificates of a text in base64 of PEM, in its order.
func certificatesOf(text string) ([][]byte, error) {
	rest, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for {
		block, after := pem.Decode(rest)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("it holds a %.40q", block.Type)
		}
		out, rest = append(out, block.Bytes), after
	}
	if len(out) == 0 {
		return nil, errors.New("it holds no certificate in PEM")
	}
	return out, nil
}
