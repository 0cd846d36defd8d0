package sigstore

import (
	"testing"

	"touchstone/internal/corpus"
)

const benchBundle = "npm-attestations/valid/sigstore-5.0.0-provenance.bundle.json"

// BenchmarkFirst is a bundle with everything to be parsed, the root too.
func BenchmarkFirst(b *testing.B) {
	dir := corpus.Path(b)
	trusted, bundle := mustRead(b, dir, "sigstore-trust/public-good/trusted_root.json"), mustRead(b, dir, benchBundle)
	for b.Loop() {
		root, err := ParseRoot(trusted)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Verify(Query{Bundle: bundle, Root: root, AnyArtifact: true}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWarm is one more bundle under a root that is there.
func BenchmarkWarm(b *testing.B) {
	dir := corpus.Path(b)
	root, bundle := mustRoot(b, dir, "sigstore-trust/public-good/trusted_root.json"), mustRead(b, dir, benchBundle)
	for b.Loop() {
		if _, err := Verify(Query{Bundle: bundle, Root: root, AnyArtifact: true}); err != nil {
			b.Fatal(err)
		}
	}
}
