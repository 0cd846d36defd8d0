package sigstore

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/fault"
	"touchstone/internal/strictjson"
)

// PayloadType is the DSSE payload type of in-toto statements.
const PayloadType = "application/vnd.in-toto+json"

// The statement types that this program understands.
const (
	StatementV1  = "https://in-toto.io/Statement/v1"
	StatementV01 = "https://in-toto.io/Statement/v0.1"
)

// A Statement is a signed in-toto statement
// (github.com/in-toto/attestation, spec/v1/statement.md).
type Statement struct {
	Type          string
	PredicateType string
	// Subjects are what the statement is about; at least one, each with at
	// least one digest.
	Subjects []Subject
	// Predicate is the predicate as it was signed: an object, or nil.
	Predicate json.RawMessage
}

// A Subject is one thing that a statement is about.
type Subject struct {
	Name string
	// Digests are by algorithm as the statement writes it. Those of 256 bits
	// or more are in lower-case hexadecimal; others are as written, and
	// nothing is ever recognised by them: see [Subject.Is].
	Digests map[string]string
}

// readStatement reads a signed payload. Keys must be spelled exactly: readers
// that fold case would understand another statement.
func readStatement(payload []byte) (*Statement, error) {
	if err := strictjson.Check(payload); err != nil {
		return nil, fail(fault.Malformed, StepStatement, err.Error())
	}
	st := &Statement{}
	var subjects []json.RawMessage
	var protobufType string // some tools write protobuf's name of "_type"
	err := readObject(payload, map[string]any{
		"_type": &st.Type, "type": &protobufType, "predicateType": &st.PredicateType,
		"subject": &subjects, "predicate": &st.Predicate,
	})
	if err != nil {
		return nil, fail(fault.Malformed, StepStatement, err.Error())
	}
	if st.Type == "" {
		st.Type = protobufType
	} else if protobufType != "" && protobufType != st.Type {
		return nil, fail(fault.Malformed, StepStatement, "it says twice, and differently, of which type it is")
	}
	switch st.Type {
	case StatementV1, StatementV01:
	case "":
		return nil, fail(fault.Malformed, StepStatement, "it does not say of which type it is")
	default:
		return nil, fail(fault.NotUnderstood, StepStatement, fmt.Sprintf("it is of type %q", st.Type))
	}
	if bytes.Equal(st.Predicate, []byte("null")) {
		st.Predicate = nil
	}
	switch {
	case st.PredicateType == "":
		return nil, fail(fault.Malformed, StepStatement, "it does not say of which type its predicate is")
	case st.Predicate != nil && st.Predicate[0] != '{':
		return nil, fail(fault.Malformed, StepStatement, "its predicate is not an object")
	case len(subjects) == 0:
		return nil, fail(fault.Malformed, StepStatement, "it has no subject")
	}
	for i, raw := range subjects {
		subject, err := readSubject(raw)
		if err != nil {
			return nil, fail(fault.Malformed, StepStatement, fmt.Sprintf("subject %d: %v", i+1, err))
		}
		st.Subjects = append(st.Subjects, subject)
	}
	return st, nil
}

func readSubject(raw []byte) (Subject, error) {
	var s Subject
	var digests json.RawMessage
	if err := readObject(raw, map[string]any{"name": &s.Name, "digest": &digests}); err != nil {
		return Subject{}, err
	}
	if err := json.Unmarshal(orNull(digests), &s.Digests); err != nil {
		return Subject{}, fmt.Errorf("its digests are not an object of strings")
	}
	if len(s.Digests) == 0 {
		return Subject{}, fmt.Errorf("it has no digest")
	}
	for _, algorithm := range slices.Sorted(maps.Keys(s.Digests)) {
		if s.Digests[algorithm] == "" {
			return Subject{}, fmt.Errorf("its %q digest is empty", algorithm)
		}
		if !digest.Strong(algorithm) {
			continue // never compared
		}
		d, err := digest.Hex(algorithm, s.Digests[algorithm])
		if err != nil {
			return Subject{}, fmt.Errorf("its %q digest is not %d bytes in hexadecimal", algorithm, digest.Size(algorithm))
		}
		s.Digests[algorithm] = d.Sum
	}
	return s, nil
}

func orNull(raw json.RawMessage) []byte {
	if raw == nil {
		return []byte("null")
	}
	return raw
}

// readObject reads the named keys of a JSON object into places and ignores the
// others, as in-toto asks; but not those that differ by case alone.
func readObject(doc []byte, places map[string]any) error {
	object := strictjson.Fields(doc)
	if object == nil {
		return fmt.Errorf("it is not an object")
	}
	names := slices.Sorted(maps.Keys(places))
	for _, key := range slices.Sorted(maps.Keys(object)) {
		for _, name := range names {
			if key != name && strings.EqualFold(key, name) {
				return fmt.Errorf("the key %q looks like %q", key, name)
			}
		}
		place, wanted := places[key]
		if !wanted {
			continue
		}
		if err := json.Unmarshal(object[key], place); err != nil {
			return fmt.Errorf("its %q is not of the right kind", key)
		}
	}
	return nil
}

// is compares with known digests, and names an algorithm compared.
func (s Subject) is(known map[string][]byte) (same bool, algorithm string) {
	for _, name := range slices.Sorted(maps.Keys(s.Digests)) {
		sum, have := known[digest.Name(name)]
		if !have || !digest.Strong(name) {
			continue
		}
		if s.Digests[name] != hex.EncodeToString(sum) {
			return false, name
		}
		algorithm = name
	}
	return algorithm != "", algorithm
}

// about finds the subject that is the artifact, and by which algorithm.
func (st *Statement) about(known map[string][]byte) (subject *Subject, algorithm string, err error) {
	compared := false
	for i := range st.Subjects {
		same, by := st.Subjects[i].is(known)
		if same {
			return &st.Subjects[i], by, nil
		}
		compared = compared || by != ""
	}
	if !compared {
		return nil, "", fail(fault.Missing, StepArtifact, "the statement and the artifact have no digest algorithm of 256 bits or more in common")
	}
	return nil, "", fail(fault.Wrong, StepArtifact, "the statement is about something else: no subject has the artifact's digest")
}
