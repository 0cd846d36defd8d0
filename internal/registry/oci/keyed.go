package oci

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"touchstone/internal/bare"
	"touchstone/internal/bom"
	"touchstone/internal/digest"
	"touchstone/internal/fault"
	"touchstone/internal/notary"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// A keyed signature is judged by keys or authorities that each reader brings: one of
// the Notary Project's envelopes, or a signature of a bare key over a document.
type keyed struct {
	envelope  string // media type of an envelope, whose bytes are document; else empty
	document  []byte // what says which image is meant
	message   []byte // what is signed
	signature []byte
	// over tells that the signature is over the image's own manifest.
	over bool
	// id is the key that it names, and form in whose form it is; empty for none.
	id, form string
}

// byDocker is Docker's own signer (github.com/docker/attest): a DSSE envelope whose
// signature carries its log entry.
const (
	byDocker        = "Docker's own signer"
	dockerExtension = "application/vnd.docker.attestation-verification.v1+json"
)

// isDockers tells whether a layer is an envelope as Docker's own signer keeps one
// ("application/vnd.in-toto.provenance+dsse").
func isDockers(mediaType string) bool {
	return strings.HasPrefix(mediaType, "application/vnd.in-toto.") && strings.HasSuffix(mediaType, "+dsse")
}

// byKey finds the signatures by bare keys in what a layer holds: those that name no
// certificate. Nothing else can verify them.
func byKey(d descriptor, body []byte) []keyed {
	if d.annotations.Text("dev.sigstore.cosign/certificate") != "" {
		return nil
	}
	switch {
	case d.mediaType == typeSimpleSigning:
		sig, _ := base64.StdEncoding.DecodeString(d.annotations.Text("dev.cosignproject.cosign/signature"))
		return []keyed{{document: body, message: body, signature: sig}}
	case d.mediaType == typeEnvelope, isDockers(d.mediaType):
		return enveloped(strictjson.Fields(body))
	case strings.HasPrefix(d.mediaType, typeBundle):
		doc := strictjson.Fields(body)
		if !doc.Object("verificationMaterial").Has("publicKey") {
			return nil
		}
		if doc.Has("messageSignature") {
			sig, _ := base64.StdEncoding.DecodeString(doc.Object("messageSignature").Text("signature"))
			return []keyed{{over: true, signature: sig}}
		}
		return enveloped(doc.Object("dsseEnvelope"))
	}
	return nil
}

// enveloped are the signatures of a DSSE envelope (github.com/secure-systems-lab/dsse,
// protocol.md); none of a document that is none.
func enveloped(e strictjson.Object) []keyed {
	payload, err := base64.StdEncoding.DecodeString(e.Text("payload"))
	if err != nil || e.Text("payloadType") != typeStatement {
		return nil
	}
	kind := e.Text("payloadType")
	message := []byte("DSSEv1 " + strconv.Itoa(len(kind)) + " " + kind + " " + strconv.Itoa(len(payload)) + " ")
	message = append(message, payload...)
	var out []keyed
	for _, raw := range e.List("signatures") {
		s := strictjson.Fields(raw)
		sig, _ := base64.StdEncoding.DecodeString(s.Text("sig"))
		k := keyed{document: payload, message: message, signature: sig, id: s.Text("keyid")}
		if s.Object("extension").Text("kind") == dockerExtension {
			k.form = byDocker
		}
		out = append(out, k)
	}
	return out[:min(len(out), maxSigned)]
}

// judge verifies the signatures that only a reader's keys can, over a manifest.
func judge(all []keyed) func(manifest, keys []byte) []registry.KeySignature {
	return func(manifest, keys []byte) []registry.KeySignature {
		public, authorities := bare.ReadPublic(keys), notary.ReadCertificates(keys)
		if keys != nil && len(public)+len(authorities) == 0 {
			return []registry.KeySignature{{Err: fault.New(fault.NotUnderstood, "what you brought holds no public key and no certificate")}}
		}
		var out []registry.KeySignature
		for _, k := range all {
			if k.envelope != "" {
				out = append(out, k.notarized(manifest, authorities))
			} else {
				out = append(out, k.judged(manifest, public))
			}
		}
		return out
	}
}

// judged verifies a signature with the keys that were brought:
//
//  1. One of them made it.
//  2. What it signed is about this manifest.
func (k keyed) judged(manifest []byte, brought []bare.Public) registry.KeySignature {
	message := k.message
	if k.over {
		message = manifest
	}
	out := registry.KeySignature{Key: k.id, Form: k.form, Err: fault.New(fault.NoAnchor, "no key that was brought made it")}
	// 1.
	for _, key := range brought {
		hash, made := key.Made(message, k.signature)
		if !made {
			continue
		}
		out.Key, out.Hash, out.Err = key.ID, hash, nil
		// 2.
		if k.over {
			return out
		}
		var about bool
		if out.Names, about = k.about(manifest); !about {
			out.Err = fault.New(fault.Wrong, "it is about another image")
		} else if says := strictjson.Fields(k.document); bom.Predicate(says.Text("predicateType")) {
			out.Bill = says["predicate"]
		}
		return out
	}
	return out
}

// about tells whether a signed document is about a manifest, and under which names.
func (k keyed) about(manifest []byte) (names []string, about bool) {
	says, ok := readSimpleSigning(k.document)
	if !ok {
		says = readStatement(k.document)
	}
	for _, s := range says.Subjects {
		if digest.Strong(s.Algorithm) && sumOf(s.Algorithm, manifest) == s.Value {
			names, about = append(names, s.Name), true
		}
	}
	return names, about
}

// readStatement reads the subjects of an in-toto statement.
func readStatement(doc []byte) registry.Said {
	var said registry.Said
	o, err := strictjson.Parse(doc)
	if err != nil || !strings.HasPrefix(o.Text("_type"), "https://in-toto.io/Statement/") {
		return said
	}
	for _, raw := range o.List("subject") {
		s := strictjson.Fields(raw)
		for _, algorithm := range []string{"sha256", "sha512"} {
			if value := s.Object("digest").Text(algorithm); value != "" {
				said.Subjects = append(said.Subjects, registry.SaidSubject{Name: s.Text("name"), Algorithm: algorithm, Value: value})
				break
			}
		}
	}
	return said
}

func sumOf(algorithm string, doc []byte) string {
	h := digest.NewHasher(algorithm)
	_, _ = h.Write(doc)
	return h.Sums()[digest.Name(algorithm)]
}

// notarized verifies an envelope of the Notary Project:
//
//  1. It verifies by its own certificates.
//  2. It is about this manifest.
//  3. One of its certificates was brought.
//  4. They were valid when it was made, which only a timestamp proves; else they
//     must be valid still.
//  5. It has not ended, by its own word.
func (k keyed) notarized(manifest []byte, brought []*x509.Certificate) registry.KeySignature {
	// 1.
	s, err := notary.Verify(k.envelope, k.document)
	if err != nil {
		return registry.KeySignature{Certificate: true, Err: err}
	}
	out := registry.KeySignature{Certificate: true, Key: s.Chain[0].Subject.String(), Hash: s.Hash, Made: s.Made, Holds: true}
	// 2.
	algorithm, value, _ := strings.Cut(s.Target.Digest, ":")
	own := strictjson.Fields(manifest).Text("mediaType")
	if sumOf(algorithm, manifest) != value || s.Target.Size != int64(len(manifest)) || own != "" && own != s.Target.MediaType {
		out.Err = fault.New(fault.Wrong, "it is about another image")
		return out
	}
	// 3.
	root := s.TrustedBy(brought)
	if root == nil {
		out.Err = fault.New(fault.NoAnchor, "none of its certificates was brought")
		return out
	}
	out.Owner = root.Subject.String()
	out.Reserved = append(out.Reserved, "Whether its certificate was revoked was not asked.")
	// 4.
	from, until := s.Validity()
	stamp, err := s.Stamped(brought)
	switch {
	case err == nil && stamp.Earliest.After(from) && stamp.Latest.Before(until):
		out.Reserved = append(out.Reserved, fmt.Sprintf("A timestamp of %s below %s dates it.", stamp.Latest.UTC().Format(time.DateOnly), quoted(stamp.Root)))
	case err == nil:
		out.Made, out.Ended = stamp.Latest, "by its timestamp it was made when its certificate was not valid"
		return out
	default:
		if fault.Of(err) != fault.Missing {
			out.Reserved = append(out.Reserved, "It carries a timestamp that dates nothing: "+err.Error()+".")
		}
		out.Begins, out.Ends, out.EndsAs, out.EndedAs = from, until, "Its certificate", ", and nothing proves that it was signed before"
	}
	// 5.
	if !s.Ends.IsZero() && (out.Ends.IsZero() || s.Ends.Before(out.Ends)) {
		out.Ends, out.EndsAs, out.EndedAs = s.Ends, "By its own word it", ""
	}
	return out
}
