package sigstore

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/tlog"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"
)

// The client specification allows three things that sigstore-go 1.3.0 does not
// read as they are. They are handed to it in another form of the same meaning:
//
//   - An envelope that calls its key by a name of its own: names are compared
//     before (findSigner), and taken off.
//   - An envelope whose entry in a log of the first version is a hashedrekord:
//     the signature over an envelope is a signature over its encoding, and the
//     entry is of that encoding's digest.
//   - An entry of the first version under a head without a tree's number, which
//     sigstore-go takes for an entry of the second version (checkPlain).

// presented is a bundle as sigstore-go can verify it.
type presented struct {
	*bundle.Bundle
	entries []*tlog.Entry
	signer  verify.VerificationContent
	content verify.SignatureContent
	// encoded is what was signed, where an envelope is presented as an
	// artifact.
	encoded []byte
}

func (p *presented) SignatureContent() (verify.SignatureContent, error) { return p.content, nil }
func (p *presented) VerificationContent() (verify.VerificationContent, error) {
	return p.signer, nil
}
func (p *presented) TlogEntries() ([]*tlog.Entry, error) { return p.entries, nil }

// only is the same with one of its log entries.
func (p *presented) only(e *tlog.Entry) *presented {
	one := *p
	one.entries = []*tlog.Entry{e}
	return &one
}

func present(b *read) (*presented, error) {
	p := &presented{Bundle: b.Bundle, entries: b.entries, signer: b.signer}
	envelope := b.GetDsseEnvelope()
	if envelope == nil {
		var err error
		p.content, err = b.SignatureContent()
		return p, err
	}
	p.content = b.unnamed()
	if algorithm := b.encodingLogged(); algorithm != "" {
		encoded := encode(envelope.GetPayloadType(), envelope.GetPayload())
		if sum, ok := hashBy(algorithm, encoded); ok {
			p.content = bundle.NewMessageSignature(sum, algorithm, envelope.GetSignatures()[0].GetSig())
			p.encoded = encoded
		}
	}
	return p, nil
}

// encodingLogged is the algorithm by which every log entry is of the envelope's
// encoding; empty where one is of the envelope itself.
func (b *read) encodingLogged() string {
	var algorithm string
	for _, e := range b.entries {
		_, stated, is := e.GetHashedRekordDigest()
		if !is || e.IsRekorV2() || (algorithm != "" && stated != algorithm) {
			return ""
		}
		algorithm = stated
	}
	return algorithm
}

// unnamed is the envelope without the name that it gives its key.
func (b *read) unnamed() *bundle.Envelope {
	e := b.GetDsseEnvelope()
	return &bundle.Envelope{Envelope: &dsse.Envelope{
		PayloadType: e.GetPayloadType(),
		Payload:     base64.StdEncoding.EncodeToString(e.GetPayload()),
		Signatures:  []dsse.Signature{{Sig: base64.StdEncoding.EncodeToString(e.GetSignatures()[0].GetSig())}},
	}}
}

func hashBy(algorithm string, content []byte) ([]byte, bool) {
	switch algorithm {
	case "sha256":
		sum := sha256.Sum256(content)
		return sum[:], true
	case "sha384":
		sum := sha512.Sum384(content)
		return sum[:], true
	case "sha512":
		sum := sha512.Sum512(content)
		return sum[:], true
	}
	return nil, false
}

// encode is DSSE's pre-authentication encoding (protocol.md, "PAE").
func encode(payloadType string, payload []byte) []byte {
	pae := []byte("DSSEv1 " + strconv.Itoa(len(payloadType)) + " " + payloadType + " " + strconv.Itoa(len(payload)) + " ")
	return append(pae, payload...)
}

// plainHead tells whether an entry is of the first version, has only a proof,
// and stands under a head whose origin has no tree's number.
func plainHead(e *tlog.Entry) bool {
	if e.IsRekorV2() || e.HasInclusionPromise() || !e.HasInclusionProof() {
		return false
	}
	origin, _, _ := strings.Cut(e.TransparencyLogEntry().GetInclusionProof().GetCheckpoint().GetEnvelope(), "\n")
	at := strings.LastIndex(origin, " - ")
	if at < 0 {
		return true
	}
	_, err := strconv.ParseUint(origin[at+len(" - "):], 10, 64)
	return err != nil
}

// checkPlain verifies such an entry.
//
//  1. The body is the leaf, and the log signed a head that holds it.
//  2. The entry has the bundle's signature and the bundle's signer.
//  3. It is of the bundle's content.
func checkPlain(e *tlog.Entry, b *read, m *material, log *root.TransparencyLog) error {
	// 1.
	if err := tlog.ValidateEntry(e); err != nil {
		return err
	}
	if err := checkLeaf(e, log); err != nil {
		return err
	}
	// 2.
	content, err := b.SignatureContent()
	if err != nil {
		return err
	}
	if !bytes.Equal(e.Signature(), content.Signature()) || len(content.Signature()) == 0 {
		return errors.New("the entry is of another signature")
	}
	if !b.signer.CompareKey(e.PublicKey(), m) {
		return errors.New("the entry is of another signer")
	}
	// 3.
	var want, have []byte
	var ok bool
	if envelope := b.GetDsseEnvelope(); envelope != nil {
		sum := sha256.Sum256(envelope.GetPayload())
		want = sum[:]
		have, ok = e.GetDssePayloadHash()
	} else {
		want = b.GetMessageSignature().GetMessageDigest().GetDigest()
		have, _, ok = e.GetHashedRekordDigest()
	}
	if !ok || len(want) == 0 || !bytes.Equal(want, have) {
		return errors.New("the entry is of another content")
	}
	return nil
}

// checkLeaf proves that the body brought with the entry is a leaf under the
// checkpoint, which the log signed in its own name.
func checkLeaf(entry *tlog.Entry, log *root.TransparencyLog) error {
	e := entry.TransparencyLogEntry()
	if e.GetLogIndex() != e.GetInclusionProof().GetLogIndex() {
		return errors.New("the entry and its proof state different places in the log")
	}
	address, err := url.Parse(log.BaseURL)
	if err != nil {
		return fmt.Errorf("reading the log's address: %w", err)
	}
	verifier, err := signature.LoadVerifier(log.PublicKey, log.SignatureHashFunc)
	if err != nil {
		return fmt.Errorf("loading the log's key: %w", err)
	}
	return tlog.VerifyCheckpointAndInclusion(entry, verifier, address.Hostname())
}
