package sigstore

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"touchstone/internal/bundleform"
	"touchstone/internal/fault"
	"touchstone/internal/strictjson"
)

// logAnswer is one entry as a Rekor v1 log answers it
// (GET /api/v1/log/entries?logIndex=N and …/entries/UUID).
type logAnswer struct {
	Body           []byte `json:"body"`
	IntegratedTime int64  `json:"integratedTime"`
	LogID          string `json:"logID"`
	LogIndex       *int64 `json:"logIndex"`
	Verification   struct {
		InclusionProof *struct {
			Checkpoint string   `json:"checkpoint"`
			Hashes     []string `json:"hashes"`
			LogIndex   *int64   `json:"logIndex"`
			RootHash   string   `json:"rootHash"`
			TreeSize   *int64   `json:"treeSize"`
		} `json:"inclusionProof"`
	} `json:"verification"`
}

// Complete merges an inclusion proof, as a Rekor v1 log answers it, into the
// bundle entry that it is for. Nothing is verified: verify the result, as any
// bundle. An entry that has a proof keeps its own.
//
//  1. The bundle and the answer are read strictly; the answer has one entry.
//  2. The bundle has an entry of the same log and the same place in it.
//  3. Its body is the same, byte for byte, and so is its time.
//  4. The proof goes where none is.
//
// The result is the same bundle in protobuf's JSON without white space.
func Complete(doc, answer []byte) ([]byte, error) {
	// 1.
	b, err := readBundle(doc)
	if err != nil {
		return nil, err
	}
	fetched, proof, err := readAnswer(answer)
	if err != nil {
		return nil, err
	}
	// 2.
	entry := findEntry(b.Bundle.Bundle, fetched)
	if entry == nil {
		return nil, fail(fault.Wrong, StepLog, fmt.Sprintf("the bundle has no entry %d of the log %s, which the log answered with", *fetched.LogIndex, fetched.LogID))
	}
	// 3.
	if !bytes.Equal(entry.GetCanonicalizedBody(), fetched.Body) || entry.GetIntegratedTime() != fetched.IntegratedTime {
		return nil, fail(fault.Wrong, StepLog, fmt.Sprintf("the log has something else at its place %d than the bundle says", *fetched.LogIndex))
	}
	// 4.
	if entry.InclusionProof == nil {
		entry.InclusionProof = proof
	}
	return marshal(b.Bundle.Bundle)
}

func readAnswer(answer []byte) (*logAnswer, *protorekor.InclusionProof, error) {
	malformed := func(reason string) (*logAnswer, *protorekor.InclusionProof, error) {
		return nil, nil, fail(fault.Malformed, StepLog, "the log's answer: "+reason)
	}
	if len(answer) > bundleform.Most {
		return malformed(fmt.Sprintf("it is longer than %d bytes", bundleform.Most))
	}
	if err := strictjson.Check(answer); err != nil {
		return malformed(err.Error())
	}
	var byID map[string]logAnswer
	if err := json.Unmarshal(answer, &byID); err != nil {
		return malformed("it is not an object of entries")
	}
	if len(byID) != 1 {
		return malformed(fmt.Sprintf("it has %d entries; one was asked for", len(byID)))
	}
	var entry logAnswer
	for _, only := range byID {
		entry = only
	}
	p := entry.Verification.InclusionProof
	switch {
	case entry.LogIndex == nil || len(entry.Body) == 0:
		return malformed("the entry has no place or no body")
	case p == nil || p.LogIndex == nil || p.TreeSize == nil || p.Checkpoint == "":
		return nil, nil, fail(fault.Missing, StepLog, "the log's answer has no inclusion proof")
	}
	proof := &protorekor.InclusionProof{
		LogIndex: *p.LogIndex, TreeSize: *p.TreeSize,
		Checkpoint: &protorekor.Checkpoint{Envelope: p.Checkpoint},
	}
	var err error
	if proof.RootHash, err = hex.DecodeString(p.RootHash); err != nil || len(proof.RootHash) != hashSize {
		return malformed("the proof's root hash is not a SHA-256 in hexadecimal")
	}
	for _, h := range p.Hashes {
		hash, err := hex.DecodeString(h)
		if err != nil || len(hash) != hashSize {
			return malformed("a hash of the proof is not a SHA-256 in hexadecimal")
		}
		proof.Hashes = append(proof.Hashes, hash)
	}
	return &entry, proof, nil
}

func findEntry(b *protobundle.Bundle, fetched *logAnswer) *protorekor.TransparencyLogEntry {
	for _, e := range b.GetVerificationMaterial().GetTlogEntries() {
		if e.GetLogIndex() == *fetched.LogIndex && hex.EncodeToString(e.GetLogId().GetKeyId()) == fetched.LogID {
			return e
		}
	}
	return nil
}

// marshal writes a bundle the same way in every build: protobuf varies its
// white space on purpose.
func marshal(b *protobundle.Bundle) ([]byte, error) {
	text, err := protojson.Marshal(b)
	if err != nil {
		return nil, fail(fault.Malformed, StepBundle, err.Error())
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return nil, fail(fault.Malformed, StepBundle, err.Error())
	}
	return compact.Bytes(), nil
}
