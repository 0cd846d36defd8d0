package sigstore

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"github.com/sigstore/sigstore-go/pkg/testing/ca"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"touchstone/internal/corpus"
	"touchstone/internal/mint"
)

// factsOf are the proven facts. Ignored is left out: it proves nothing.
func factsOf(t testing.TB, v *Verified) string {
	t.Helper()
	bare := *v
	bare.Ignored = nil
	text, err := json.Marshal(&bare)
	require.NoError(t, err)
	return string(text)
}

// A mutant changes one place of a message in place and returns how to undo it.
type mutant func() (undo func())

// mutants lists changes of every field: each byte of each string and byte
// field flipped in one bit, each number moved by one, each part dropped.
func mutants(m protoreflect.Message) []mutant {
	var all []mutant
	m.Range(func(f protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		all = append(all, func() func() { return drop(m, f, value) })
		switch {
		case f.IsList():
			for i := range value.List().Len() {
				item := value.List().Get(i)
				if f.Kind() == protoreflect.MessageKind {
					all = append(all, mutants(item.Message())...)
					continue
				}
				all = append(all, scalarMutants(f, item, func(v protoreflect.Value) { value.List().Set(i, v) })...)
			}
		case f.Kind() == protoreflect.MessageKind:
			all = append(all, mutants(value.Message())...)
		default:
			all = append(all, scalarMutants(f, value, func(v protoreflect.Value) { m.Set(f, v) })...)
		}
		return true
	})
	return all
}

// drop clears a field. A list is a view of its field, so its items are kept.
func drop(m protoreflect.Message, f protoreflect.FieldDescriptor, value protoreflect.Value) (undo func()) {
	if !f.IsList() {
		m.Clear(f)
		return func() { m.Set(f, value) }
	}
	var items []protoreflect.Value
	for i := range value.List().Len() {
		items = append(items, value.List().Get(i))
	}
	m.Clear(f)
	return func() {
		for _, item := range items {
			m.Mutable(f).List().Append(item)
		}
	}
}

func scalarMutants(f protoreflect.FieldDescriptor, value protoreflect.Value, set func(protoreflect.Value)) []mutant {
	change := func(to protoreflect.Value) mutant {
		return func() func() {
			set(to)
			return func() { set(value) }
		}
	}
	var all []mutant
	switch f.Kind() {
	case protoreflect.BytesKind:
		for i := range value.Bytes() {
			flipped := append([]byte{}, value.Bytes()...)
			flipped[i] ^= 1 << (i % 8)
			all = append(all, change(protoreflect.ValueOfBytes(flipped)))
		}
	case protoreflect.StringKind:
		for i := range value.String() {
			flipped := []byte(value.String())
			flipped[i] ^= 1
			all = append(all, change(protoreflect.ValueOfString(string(flipped))))
		}
	case protoreflect.Int64Kind:
		all = append(all, change(protoreflect.ValueOfInt64(value.Int()+1)), change(protoreflect.ValueOfInt64(value.Int()-1)))
	case protoreflect.EnumKind:
		all = append(all, change(protoreflect.ValueOfEnum(value.Enum()+1)))
	}
	return all
}

// assertMutantsProveNothingNew verifies up to limit mutants of a bundle: each is
// refused, or proves no fact that the original did not.
func assertMutantsProveNothingNew(t *testing.T, q Query, limit int) {
	t.Helper()
	var b protobundle.Bundle
	require.NoError(t, protojson.Unmarshal(q.Bundle, &b))
	good, err := Verify(q)
	require.NoError(t, err)
	want := factsOf(t, good)
	all := mutants(b.ProtoReflect())
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	original := proto.Clone(&b)
	refused := 0
	for _, change := range all[:min(limit, len(all))] {
		undo := change()
		doc, err := protojson.Marshal(&b)
		undo()
		if err != nil {
			continue // not valid UTF-8: no JSON says so
		}
		mutated := q
		mutated.Bundle = doc
		got, err := Verify(mutated)
		if err != nil {
			requireFailure(t, err)
			refused++
			continue
		}
		if facts := factsOf(t, got); facts != want {
			assert.Subset(t, good.Times, got.Times)
			assert.Equal(t, good.Statement, got.Statement)
			assert.Equal(t, good.Certificate, got.Certificate)
			assert.Equal(t, good.Key, got.Key)
			assertLess(t, good.Log, got.Log)
		}
	}
	require.True(t, proto.Equal(original, &b), "the mutants undo their change")
	assert.Greater(t, refused, limit/2)
}

// assertLess: a dropped part may take a fact away and add none.
func assertLess(t *testing.T, good, got []LogEntry) {
	t.Helper()
	for _, e := range got {
		found := false
		for _, g := range good {
			found = found || (g.Log == e.Log && (e.Proof == nil || assert.ObjectsAreEqual(g.Proof, e.Proof)) && (e.Promise == nil || assert.ObjectsAreEqual(g.Promise, e.Promise)))
		}
		assert.True(t, found, "%+v", e)
	}
}

func TestMutantsVirtual(t *testing.T) {
	v := newVirtual(t)
	assertMutantsProveNothingNew(t, query(v, v.sign(v.signing(aStatement("")))), 800)
	s := v.byKey(aStatement(""))
	q := query(v, v.sign(s))
	q.Keys = []Key{{Hint: s.hint, SPKI: mint.SPKI(s.key)}}
	assertMutantsProveNothingNew(t, q, 800)
	over := v.signing(aStatement(""))
	over.kind = "hashedrekord"
	assertMutantsProveNothingNew(t, query(v, v.sign(over)), 800)
	plain := v.byKey(aStatement(""))
	plain.promise, plain.origin = false, "rekor.example.org"
	q = query(v, v.sign(plain))
	q.Keys = []Key{{Hint: plain.hint, SPKI: mint.SPKI(plain.key)}}
	assertMutantsProveNothingNew(t, q, 800)

	instance, err := ca.NewVirtualSigstore()
	require.NoError(t, err)
	entity, err := instance.AttestHashedRekordV2("someone@example.org", theIssuer, aStatement(""))
	require.NoError(t, err)
	assertMutantsProveNothingNew(t, Query{
		Bundle: toJSON(t, bundleOf(t, entity)), Root: newRoot(instance),
		Artifact: Artifact{Bytes: theArtifact}, Policy: &Policy{LogEntries: 1, Times: 1},
	}, 800)
}

func TestMutantsCorpus(t *testing.T) {
	dir := corpus.Path(t)
	keys := registryKeys(t, dir)
	for _, c := range []struct{ file, root string }{
		{"npm-attestations/valid/sigstore-1.3.0-provenance.bundle.json", "public-good"},
		{"npm-attestations/valid/sigstore-1.3.0-publish.bundle.json", "public-good"},
		{"npm-attestations/valid/sigstore-5.0.0-provenance.bundle.json", "public-good"},
		{"sigstore-bundles/sigstore-java/bundle.dsse.rekor-v2.sigstore", "public-good"},
		{"github-attestations/prober/actions-attest-build-provenance-attestation-13581567.sigstore.json", "github"},
	} {
		t.Run(c.file, func(t *testing.T) {
			root := mustRoot(t, dir, "sigstore-trust", c.root, "trusted_root.json")
			assertMutantsProveNothingNew(t, Query{Bundle: mustRead(t, dir, c.file), Root: root, Keys: keys, AnyArtifact: true}, 400)
		})
	}
}
