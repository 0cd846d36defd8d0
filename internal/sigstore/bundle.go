package sigstore

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/tlog"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"google.golang.org/protobuf/encoding/protojson"

	"touchstone/internal/bundleform"
	"touchstone/internal/fault"
	"touchstone/internal/keysize"
	"touchstone/internal/strictjson"
)

// understood are the media types of bundles that this program reads.
var understood = [...]string{
	"application/vnd.dev.sigstore.bundle+json;version=0.1",
	"application/vnd.dev.sigstore.bundle+json;version=0.2",
	"application/vnd.dev.sigstore.bundle+json;version=0.3",
	"application/vnd.dev.sigstore.bundle.v0.1+json",
	"application/vnd.dev.sigstore.bundle.v0.2+json",
	"application/vnd.dev.sigstore.bundle.v0.3+json",
}

// kinds are the log entries that this program reads, as kind and version.
var kinds = [...][2]string{
	{"hashedrekord", "0.0.1"}, {"hashedrekord", "0.0.2"},
	{"dsse", "0.0.1"}, {"intoto", "0.0.2"},
}

// Claimed is what a bundle says of itself, before anything is verified: enough
// to fetch what its verification needs.
type Claimed struct {
	// KeyHint names the managed key; empty where a certificate signs.
	KeyHint string
	// Statement is the statement inside; nil where an artifact is signed
	// directly, or where it is not readable.
	Statement *Statement
	// Digest is the digest of what is signed directly, as the bundle states it; the
	// zero Digest for a statement.
	Digest Digest
	// NotBefore is when its certificate says that it was issued; zero without one.
	NotBefore time.Time
	// Log are the entries that the bundle brings.
	Log []ClaimedEntry
}

// A ClaimedEntry is a log entry that a bundle brings.
type ClaimedEntry struct {
	LogID string // lower-case hexadecimal
	Index int64  // over all trees of the log
	// Promised tells that the log promised to include it, Proven that the
	// bundle brings a proof. Neither was verified.
	Promised, Proven bool
}

// Read reads a bundle without verifying it.
func Read(doc []byte) (*Claimed, error) {
	b, err := readBundle(doc)
	if err != nil {
		return nil, err
	}
	c := &Claimed{KeyHint: b.VerificationMaterial.GetPublicKey().GetHint()}
	if st, err := b.statement(); err == nil {
		c.Statement = st
	}
	if stated := b.GetMessageSignature().GetMessageDigest(); stated != nil {
		for _, m := range messageAlgorithms {
			if m[0] == stated.GetAlgorithm().String() {
				c.Digest = Digest{Algorithm: m[1], Hex: hex.EncodeToString(stated.GetDigest())}
			}
		}
	}
	if leaf := b.signer.Certificate(); leaf != nil {
		c.NotBefore = leaf.NotBefore
	}
	for _, e := range b.VerificationMaterial.GetTlogEntries() {
		c.Log = append(c.Log, ClaimedEntry{
			LogID:    hex.EncodeToString(e.GetLogId().GetKeyId()),
			Index:    e.GetLogIndex(),
			Promised: len(e.GetInclusionPromise().GetSignedEntryTimestamp()) > 0,
			Proven:   e.GetInclusionProof() != nil,
		})
	}
	return c, nil
}

// read is a bundle whose form was checked.
type read struct {
	*bundle.Bundle
	// entries are its log entries, and signer is its key or certificate,
	// parsed once; entity is the form in which sigstore-go can verify it.
	entries []*tlog.Entry
	entity  *presented
	signer  verify.VerificationContent
}

// readBundle checks a bundle's form.
//
//  1. It is one JSON document that all readers understand alike.
//  2. Its media type is one that this program knows.
//  3. Its log entries are of kinds that this program knows, and are what they
//     say they are, with no key that is too long; its certificates are in DER, once
//     encoded.
//  4. It has all the parts that its version asks for, and no others.
//  5. An envelope has exactly one signature.
func readBundle(doc []byte) (*read, error) {
	// 1.
	if len(doc) > bundleform.Most {
		return nil, fail(fault.Malformed, StepBundle, fmt.Sprintf("it is longer than %d bytes", bundleform.Most))
	}
	if err := strictjson.Check(doc); err != nil {
		if other := otherForm(doc); other != nil {
			return nil, other
		}
		return nil, fail(fault.Malformed, StepBundle, err.Error())
	}
	// 2.
	if err := checkMediaType(doc); err != nil {
		return nil, err
	}
	var message protobundle.Bundle
	if err := protojson.Unmarshal(doc, &message); err != nil {
		kind := fault.Malformed
		if strings.Contains(err.Error(), "unknown field") {
			kind = fault.NotUnderstood
		}
		return nil, fail(kind, StepBundle, err.Error())
	}
	// 3.
	odd := otherEncoding(message.GetVerificationMaterial())
	for i, e := range message.GetVerificationMaterial().GetTlogEntries() {
		if err := checkEntry(e); err != nil {
			err.Reason = fmt.Sprintf("entry %d: %s", i+1, err.Reason)
			if odd != "" {
				err.Reason += "; and " + odd
			}
			return nil, err
		}
	}
	if odd != "" {
		return nil, fail(fault.Malformed, StepCertificate, odd)
	}
	// 4.
	b, entries, err := newBundle(&message)
	if err != nil {
		return nil, formFailure(&message, err)
	}
	content, err := b.VerificationContent()
	if err != nil {
		return nil, fail(fault.Malformed, StepCertificate, err.Error())
	}
	if c := content.Certificate(); c != nil {
		if long := keysize.TooLong(c.PublicKey); long != "" {
			return nil, fail(fault.NotUnderstood, StepCertificate, "its certificate has "+long)
		}
	}
	if _, err := b.SignatureContent(); err != nil {
		return nil, fail(fault.Malformed, StepSignature, err.Error())
	}
	// 5.
	if envelope := message.GetDsseEnvelope(); envelope != nil {
		if n := len(envelope.GetSignatures()); n != 1 {
			return nil, fail(fault.Malformed, StepSignature, fmt.Sprintf("the envelope has %d signatures; a bundle has exactly one", n))
		}
	}
	r := &read{Bundle: b, entries: entries, signer: content}
	r.entity, err = present(r)
	if err != nil {
		return nil, fail(fault.Malformed, StepSignature, err.Error())
	}
	return r, nil
}

// newBundle is sigstore-go's NewBundle, which parses the log entries and throws them
// away: here they are parsed once, and it is given the rest. It wants a promise in
// version 0.1 and a proof in later ones. Where an entry lacks that, or anything is
// odd, it looks at all.
func newBundle(message *protobundle.Bundle) (*bundle.Bundle, []*tlog.Entry, error) {
	b := &bundle.Bundle{Bundle: message}
	entries, err := b.TlogEntries()
	first := message.GetMediaType() == understood[0] || message.GetMediaType() == understood[3]
	lacks := func(e *tlog.Entry) bool { return !e.HasInclusionProof() && !first || !e.HasInclusionPromise() && first }
	if err == nil && !slices.ContainsFunc(entries, lacks) {
		if _, err := bundle.NewBundle(&protobundle.Bundle{
			MediaType: message.GetMediaType(), Content: message.GetContent(),
			VerificationMaterial: &protobundle.VerificationMaterial{Content: message.GetVerificationMaterial().GetContent()},
		}); err == nil {
			return b, entries, nil
		}
	}
	if b, err = bundle.NewBundle(message); err != nil {
		return nil, nil, err
	}
	entries, err = b.TlogEntries()
	return b, entries, err
}

// formFailure tells what is the matter with a bundle that sigstore-go refuses to
// read: a part that is absent is missing, an entry whose own signature does not
// verify is wrong, anything else is malformed.
func formFailure(message *protobundle.Bundle, refusal error) *Failure {
	m := message.GetVerificationMaterial()
	if message.GetContent() == nil || m.GetContent() == nil {
		return fail(fault.Missing, StepBundle, refusal.Error())
	}
	if strings.Contains(refusal.Error(), "invalid signature when validating") {
		return fail(fault.Wrong, StepLog, "the entry's signature does not verify with the entry's signer")
	}
	for _, e := range m.GetTlogEntries() {
		proof := e.GetInclusionProof()
		if proof.GetCheckpoint().GetEnvelope() == "" || len(e.GetInclusionPromise().GetSignedEntryTimestamp()) == 0 {
			return fail(fault.Missing, StepBundle, refusal.Error())
		}
	}
	return fail(fault.Malformed, StepBundle, refusal.Error())
}

// checkMediaType comes before the full parse: a bundle of a later version may
// have any form.
func checkMediaType(doc []byte) error {
	head := strictjson.Fields(doc)
	if !head.Has("mediaType") && !head.Has("media_type") {
		if other := otherForm(doc); other != nil {
			return other
		}
	}
	if head == nil {
		return fail(fault.Malformed, StepBundle, "it is not an object")
	}
	name := "mediaType"
	if _, camel := head[name]; !camel {
		name = "media_type"
	}
	mediaType := head.Text(name)
	if mediaType == "" {
		return fail(fault.Malformed, StepBundle, "it does not say its media type")
	}
	for _, known := range understood {
		if mediaType == known {
			return nil
		}
	}
	if strings.HasPrefix(mediaType, "application/vnd.dev.sigstore.bundle") {
		return fail(fault.NotUnderstood, StepBundle, fmt.Sprintf("it is of the media type %q", mediaType))
	}
	if other := otherForm(doc); other != nil {
		return other
	}
	return fail(fault.Malformed, StepBundle, fmt.Sprintf("its media type is %q, which is not a bundle's", mediaType))
}

// otherEncoding says how certificates are encoded that are not in DER, where that
// is known: in PEM, or in base64 twice (rubygems.org, issue 6098). Empty
// for all others, also for what cannot be read at all.
func otherEncoding(m *protobundle.VerificationMaterial) string {
	all := m.GetX509CertificateChain().GetCertificates()
	if c := m.GetCertificate(); c != nil {
		all = append(all, c)
	}
	for _, c := range all {
		raw := c.GetRawBytes()
		if bytes.HasPrefix(raw, []byte("-----BEGIN")) {
			return "its certificate is in PEM, where a bundle has it in DER"
		}
		if again, err := base64.StdEncoding.DecodeString(string(raw)); err == nil && len(again) > 0 && again[0] == 0x30 {
			return "its certificate is encoded in base64 twice"
		}
	}
	return ""
}

// checkEntry checks that a log entry is of a known kind and is what it says it
// is: sigstore-go reads the kind beside the body, not the body's own.
func checkEntry(e *protorekor.TransparencyLogEntry) *Failure {
	body := e.GetCanonicalizedBody()
	if len(body) == 0 {
		return fail(fault.Missing, StepLog, "it has no body")
	}
	if err := strictjson.Check(body); err != nil {
		return fail(fault.Malformed, StepLog, "its body: "+err.Error())
	}
	var kind, version string
	if err := readObject(body, map[string]any{"kind": &kind, "apiVersion": &version}); err != nil {
		return fail(fault.Malformed, StepLog, "its body: "+err.Error())
	}
	stated := e.GetKindVersion()
	if stated.GetKind() == "" || stated.GetVersion() == "" {
		return fail(fault.Malformed, StepLog, fmt.Sprintf("its kindVersion is missing or not whole; its body is a %s %s", kind, version))
	}
	if stated.GetKind() != kind || stated.GetVersion() != version {
		return fail(fault.Wrong, StepLog, fmt.Sprintf("it says that it is a %s %s and its body is a %s %s",
			stated.GetKind(), stated.GetVersion(), kind, version))
	}
	if slices.Contains(kinds[:], [2]string{kind, version}) {
		return bodyFits(body)
	}
	return fail(fault.NotUnderstood, StepLog, fmt.Sprintf("it is of the kind %s %s", kind, version))
}

// statement reads the statement inside; nil where an artifact is signed.
func (b *read) statement() (*Statement, error) {
	envelope := b.GetDsseEnvelope()
	if envelope == nil {
		return nil, nil
	}
	if t := envelope.GetPayloadType(); t != PayloadType {
		return nil, fail(fault.NotUnderstood, StepStatement, fmt.Sprintf("the payload is of type %q", t))
	}
	return readStatement(envelope.GetPayload())
}

// keyID is what the envelope calls its key; nothing vouches for it.
func (b *read) keyID() string {
	if s := b.GetDsseEnvelope().GetSignatures(); len(s) > 0 {
		return s[0].GetKeyid()
	}
	return ""
}
