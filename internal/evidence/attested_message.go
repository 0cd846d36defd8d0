package evidence

import (
	"touchstone/internal/digest"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
)

// query asks of a bundle what it signs: a statement, whatever it is about, or the
// document beside it.
func (a *attested) query(root *sigstore.Root, keys []sigstore.Key) sigstore.Query {
	q := sigstore.Query{Bundle: a.Bundle, Root: root, Keys: keys, AnyArtifact: a.Message == nil}
	if a.Message != nil {
		h := digest.NewHasher("sha256", "sha384", "sha512")
		_, _ = h.Write(a.Message)
		for algorithm, sum := range h.Sums() {
			q.Artifact.Digests = append(q.Artifact.Digests, sigstore.Digest{Algorithm: algorithm, Hex: sum})
		}
		q.Artifact.Bytes = a.Message
	}
	return q
}

// said is a signed document of another form as the statement that it makes.
func said(s registry.Said) *sigstore.Statement {
	st := &sigstore.Statement{PredicateType: s.Type}
	for _, subject := range s.Subjects {
		st.Subjects = append(st.Subjects, sigstore.Subject{Name: subject.Name, Digests: map[string]string{subject.Algorithm: subject.Value}})
	}
	return st
}
