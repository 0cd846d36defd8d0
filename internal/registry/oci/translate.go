package oci

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"strings"

	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// The media types of what is kept beside an image and is read.
const (
	typeSimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json"
	typeEnvelope      = "application/vnd.dsse.envelope.v1+json"
	typeBundle        = "application/vnd.dev.sigstore.bundle" // and its versions
)

// The kinds of statements by which a signer says no more than that these are the
// bytes: signedType is cosign's first form, signType its present one.
const (
	signedType = "cosign container image signature"
	signType   = "https://sigstore.dev/cosign/sign/v1"
)

// unnamedKey stands for the key of a signature that does not say which one made it.
const unnamedKey = "of which nothing is said"

// typeNotary is the type of a signature of the Notary Project
// (github.com/notaryproject/specifications, specs/signature-specification.md), which
// is judged by authorities that each reader brings.
const typeNotary = "application/vnd.cncf.notary.signature"

// typeStatement is what BuildKit and Docker's own signer keep statements as.
const typeStatement = "application/vnd.in-toto+json"

// readable tells whether a layer is a signature or statement of a form that is read.
func readable(m *manifest, d descriptor) bool {
	return m.kind == typeNotary || translates(d.mediaType) || isDockers(d.mediaType)
}

func translates(mediaType string) bool {
	return mediaType == typeSimpleSigning || mediaType == typeEnvelope || strings.HasPrefix(mediaType, typeBundle)
}

// translate makes Sigstore bundles of what a layer holds. What cannot be
// translated is one that no verifier takes: it must not vanish.
func translate(d descriptor, body []byte) []registry.Attestation {
	switch {
	case d.mediaType == typeSimpleSigning:
		a := registry.Attestation{Bundle: bundle(d.annotations, map[string]any{"messageSignature": messageSignature(d.annotations, body)}), Message: body}
		says, ok := readSimpleSigning(body)
		if !ok {
			says = registry.Said{Type: "a document of no known form"}
		}
		a.Says = &says
		return []registry.Attestation{a}
	case d.mediaType == typeEnvelope:
		if !json.Valid(body) {
			return []registry.Attestation{{Bundle: []byte("{}")}}
		}
		return []registry.Attestation{{Bundle: bundle(d.annotations, map[string]any{"dsseEnvelope": json.RawMessage(body)})}}
	}
	return []registry.Attestation{{Bundle: body}}
}

// readSimpleSigning reads the document that cosign signs (github.com/containers/image,
// docs/containers-signature.5.md): an image by its digest, and the name under which
// it was signed.
func readSimpleSigning(body []byte) (registry.Said, bool) {
	doc, err := strictjson.Parse(body)
	if err != nil {
		return registry.Said{}, false
	}
	critical := doc.Object("critical")
	algorithm, value, _ := strings.Cut(critical.Object("image").Text("docker-manifest-digest"), ":")
	if critical.Text("type") != signedType || value == "" {
		return registry.Said{}, false
	}
	return registry.Said{Type: signedType, Subjects: []registry.SaidSubject{{
		Name: critical.Object("identity").Text("docker-reference"), Algorithm: algorithm, Value: value}}}, true
}

func messageSignature(annotations strictjson.Object, body []byte) map[string]any {
	sum := sha256.Sum256(body)
	return map[string]any{"messageDigest": map[string]any{"algorithm": "SHA2_256", "digest": sum[:]}, "signature": annotations.Text("dev.cosignproject.cosign/signature")}
}

// bundle makes a Sigstore bundle (github.com/sigstore/protobuf-specs,
// sigstore_bundle.proto, version 0.1) of what cosign keeps in annotations: the
// certificate, the log's promise and body, a timestamp.
func bundle(annotations strictjson.Object, content map[string]any) []byte {
	material := map[string]any{}
	if block, _ := pem.Decode([]byte(annotations.Text("dev.sigstore.cosign/certificate"))); block != nil {
		material["x509CertificateChain"] = map[string]any{"certificates": []any{map[string]any{"rawBytes": block.Bytes}}}
	} else {
		material["publicKey"] = map[string]any{"hint": unnamedKey}
	}
	if entry := logEntry(strictjson.Fields([]byte(annotations.Text("dev.sigstore.cosign/bundle")))); entry != nil {
		material["tlogEntries"] = []any{entry}
	}
	if stamp := strictjson.Fields([]byte(annotations.Text("dev.sigstore.cosign/rfc3161timestamp"))).Text("SignedRFC3161Timestamp"); stamp != "" {
		material["timestampVerificationData"] = map[string]any{"rfc3161Timestamps": []any{map[string]any{"signedTimestamp": stamp}}}
	}
	content["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1"
	content["verificationMaterial"] = material
	raw, err := json.Marshal(content)
	if err != nil {
		return []byte("{}") // an envelope that is no JSON: no verifier takes it
	}
	return raw
}

// logEntry translates the log's promise as cosign keeps it; nil where there is none.
func logEntry(kept strictjson.Object) map[string]any {
	payload := kept.Object("Payload")
	if payload == nil {
		return nil
	}
	id, _ := hex.DecodeString(payload.Text("logID"))
	body, _ := base64.StdEncoding.DecodeString(payload.Text("body"))
	kind := strictjson.Fields(body)
	number := func(key string) string { return string(bytes.Trim(payload[key], `"`)) }
	return map[string]any{
		"logIndex": number("logIndex"), "logId": map[string]any{"keyId": id},
		"kindVersion":    map[string]any{"kind": kind.Text("kind"), "version": kind.Text("apiVersion")},
		"integratedTime": number("integratedTime"), "inclusionPromise": map[string]any{"signedEntryTimestamp": kept.Text("SignedEntryTimestamp")},
		"canonicalizedBody": payload.Text("body"),
	}
}
