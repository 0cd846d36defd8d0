package evidencefile

import (
	"crypto/sha256"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// public are the members that people check with public tools: bundles,
// signatures with what they are over and the key, digests, anchors.
func (e Evidence) public() []archive.Member {
	var out []archive.Member
	put := func(path string, data []byte) { out = append(out, archive.Member{Path: path, Data: data}) }
	for i, bundle := range e.Seen.Proofs.Bundles {
		put(fmt.Sprintf("bundles/%d.sigstore.json", i+1), bundle)
		if over := e.payload(i); over != nil {
			put(payloadName(i), over)
		}
	}
	for i, s := range e.signed() {
		put(fmt.Sprintf("signatures/%d.txt", i+1), s.message)
		put(fmt.Sprintf("signatures/%d.sig", i+1), s.made)
		if s.key != nil {
			put(fmt.Sprintf("signatures/%d.pem", i+1), s.key)
		}
	}
	if contents := e.Seen.Artifact.Contents; contents != nil && contents.Complete {
		if list, err := archive.List(contents.Files, "", ""); err == nil { // else a list cannot hold the names
			put("files.sha256", list)
		}
	}
	var digests strings.Builder
	for _, name := range slices.Sorted(maps.Keys(e.Report.Artifact.Digests)) {
		fmt.Fprintf(&digests, "%s %s\n", name, e.Report.Artifact.Digests[name])
	}
	put("package.digests", []byte(digests.String()))
	return append(out, e.anchors()...)
}

// payload is the document that the i-th bundle is over where that is not the package,
// which it names: what cosign signs of an image. Else nil.
func (e Evidence) payload(i int) []byte {
	if each := e.Seen.Release.File.Attestations.Each; i < len(each) {
		return each[i].Message
	}
	return nil
}

func payloadName(i int) string { return fmt.Sprintf("bundles/%d.payload", i+1) }

// anchors are the sets by which this audit judged: for people alone.
func (e Evidence) anchors() []archive.Member {
	var out []archive.Member
	for _, s := range e.Seen.Proofs.Anchors.Sets() {
		described, err := json.MarshalIndent(struct {
			trust.Anchor
			SHA256 string `json:"sha256"` // of the document beside it
		}{s.Anchor, fmt.Sprintf("%x", sha256.Sum256(s.Document))}, "", "  ")
		if err != nil {
			panic(err) // names and dates can be written
		}
		name := "anchors/" + string(s.ID)
		out = append(out, archive.Member{Path: name + ".json", Data: append(described, '\n')}, archive.Member{Path: name + ".document", Data: s.Document})
	}
	return out
}

// A signed is a signature as public tools take it.
type signed struct {
	message, made []byte
	// key is in PEM; nil for a signature of OpenPGP, whose keyring people have.
	key []byte
}

// signed are the repository's own signatures whose keys are anchored.
func (e Evidence) signed() []signed {
	chain := e.Seen.Release.Chain
	if in := e.Seen.Artifact.Sealed; in != nil {
		chain = append(slices.Clone(chain), in.Link)
	}
	var out []signed
	for _, link := range chain {
		for _, s := range link.Signatures {
			message := s.Message
			if message == nil {
				message = link.Answer.Body
			}
			if made, ok := e.signature(s, message); ok && len(message) > 0 && len(s.Bytes) > 0 {
				out = append(out, made)
			}
		}
	}
	return out
}

func (e Evidence) signature(s registry.Signature, message []byte) (signed, bool) {
	anchored := func(is func(trust.Key) bool) (trust.Key, bool) {
		keys := e.Seen.Proofs.Anchors.Keys(s.Anchors, trust.UsageSignatures)
		i := slices.IndexFunc(keys, is)
		if s.KeyID == "" || i < 0 {
			return trust.Key{}, false
		}
		return keys[i], true
	}
	switch s.Form {
	case registry.ECDSAP256:
		key, known := anchored(func(k trust.Key) bool { return k.ID == s.KeyID && k.Public != nil })
		return signed{message, s.Bytes, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: key.SPKI})}, known
	case registry.OpenPGP: // a signature may name its key by the end of the fingerprint alone
		_, known := anchored(func(k trust.Key) bool { return len(s.KeyID) >= 16 && strings.HasSuffix(k.ID, s.KeyID) })
		return signed{message: message, made: s.Bytes}, known
	case registry.ECDSAFingerprint, registry.RSAFingerprint:
		return byFingerprint(s, message, e.Seen.Proofs.Anchors.Keys(s.Anchors, trust.UsageSignatures))
	}
	return signed{}, false
}
