package sigstore

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/mint"
)

// FuzzBundle: no input makes the verifier panic, and none gets through.
func FuzzBundle(f *testing.F) {
	v := newVirtual(f)
	good := toJSON(f, v.sign(v.signing(aStatement(""))))
	want, err := Verify(Query{Bundle: good, Root: v.root(), AnyArtifact: true})
	require.NoError(f, err)
	f.Add(good)
	for _, seed := range seeds(f, "sigstore-bundles/sigstore-java/*.sigstore") {
		f.Add(seed)
	}
	keys := []Key{{Hint: "k", SPKI: mint.SPKI(newKey(f))}}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, err := Verify(Query{Bundle: doc, Root: v.root(), Keys: keys, AnyArtifact: true})
		var failure *Failure
		if err != nil && !errors.As(err, &failure) {
			t.Fatalf("not a Failure: %v", err)
		}
		if err == nil {
			assert.Equal(t, factsOf(t, want), factsOf(t, got))
		}
		_, _ = Read(doc)
		_, _ = Complete(doc, doc)
	})
}

// FuzzStatement: what is read has what is promised.
func FuzzStatement(f *testing.F) {
	f.Add(aStatement(""))
	f.Add(statementOf(`"sha1":"ab"`, `,"Subject":1`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		st, err := readStatement(doc)
		if err != nil {
			return
		}
		require.NotEmpty(t, st.Subjects)
		for _, s := range st.Subjects {
			require.NotEmpty(t, s.Digests)
		}
	})
}

// FuzzCheckpoint: what is read writes itself again.
func FuzzCheckpoint(f *testing.F) {
	v := newVirtual(f)
	f.Add(v.head(numbered, 2, make([]byte, hashSize), v.logKey))
	f.Fuzz(func(t *testing.T, note string) {
		c, err := ParseCheckpoint(note)
		if err != nil {
			return
		}
		require.Len(t, c.RootHash, hashSize)
		require.True(t, strings.HasPrefix(note, c.Text+"\n"))
	})
}

// FuzzRoot: no trusted root makes the parser panic.
func FuzzRoot(f *testing.F) {
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`))
	for _, seed := range seeds(f, "sigstore-trust/*/trusted_root.json") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if r, err := ParseRoot(doc); err == nil {
			_ = r.Policy()
			_ = r.Logs()
		}
	})
}

// seeds are real documents, where the corpus is there.
func seeds(f *testing.F, pattern string) [][]byte {
	dir, _ := corpus.Find()
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	require.NoError(f, err)
	var all [][]byte
	for _, name := range files {
		all = append(all, mustRead(f, name))
	}
	return all
}

// FuzzAnswer: no log's answer makes the merge panic.
func FuzzAnswer(f *testing.F) {
	v := newVirtual(f)
	s := v.signing(aStatement(""))
	s.proof, s.mediaType = false, understood[0]
	b := v.sign(s)
	doc := toJSON(f, b)
	f.Add(answerOf(f, v, b, nil))
	f.Fuzz(func(t *testing.T, answer []byte) {
		if completed, err := Complete(doc, answer); err == nil {
			_, err := Read(completed)
			require.NoError(t, err)
		}
	})
}
