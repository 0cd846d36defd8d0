package audit_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/fetch"
)

const npmHost = "https://registry.npmjs.org/"

// npmWorld serves one version of the package sigstore as npm does: with the
// attestations given, or none.
func npmWorld(t testing.TB, version, attestations string) world {
	t.Helper()
	dir := corpus.Path(t, "npm-attestations")
	tgz, err := os.ReadFile(filepath.Join(dir, "tarballs", "sigstore-"+version+".tgz"))
	require.NoError(t, err)
	s := npmServed{name: "sigstore", version: version, tgz: tgz, manifest: manifestOf(t, tgz), dist: map[string]any{"integrity": integrityOf(tgz)}}
	if attestations != "" {
		s.attestations, err = os.ReadFile(filepath.Join(dir, filepath.FromSlash(attestations)))
		require.NoError(t, err)
	}
	return s.world(t)
}

func replayed(t testing.TB, w world, reference string) *result {
	t.Helper()
	o := options(nil)
	o.Replay = saved(t, run(t, w, reference), true).Record // what is tested of replays is tested of evidence files
	r, err := ask(t.Context(), reference, o)
	require.NoError(t, err)
	return r
}

func TestNPMWithProvenance(t *testing.T) {
	r := replayed(t, npmWorld(t, "1.0.0", "valid/sigstore-1.0.0.json"), "npm:sigstore@1.0.0")
	require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
	require.Equal(t, map[string][2]int{"integrity": {3, 3}, "accountability": {1, 2}}, levels(r), r.Report.Text(false))
	require.Equal(t, fetch.Replay, r.Report.Route)
	require.True(t, strings.HasPrefix(outcome(t, r, "signer-identity"), "pass: Built from https://github.com/sigstore/sigstore-js"), outcome(t, r, "signer-identity"))
}

// TestNPMAttestationsOfAnother: the corpus holds genuine attestations for
// other bytes and names; served here, they fail.
func TestNPMAttestationsOfAnother(t *testing.T) {
	at := npmHost + "-/npm/v1/attestations/sigstore@1.0.0"
	w := npmWorld(t, "1.0.0", "valid/sigstore-1.0.0.json")
	for _, other := range []string{"sigstore-0.4.0.json", "sigstore-2.3.1.json", "provenance-npm-test-1.0.0.json"} {
		raw, err := os.ReadFile(filepath.Join(corpus.Path(t, "npm-attestations", "valid"), other))
		require.NoError(t, err)
		r := replayed(t, w.But(at, ok(raw)), "npm:sigstore@1.0.0")
		require.True(t, r.Report.Verdict.Failed, other)
		has(t, r, "attestations-genuine", "fail", "not about this version")
	}
}

// TestNPMUnknownKey: a key that the list lacks fails only where that list was
// refreshed in the same audit.
func TestNPMUnknownKey(t *testing.T) {
	w := npmWorld(t, "1.0.0", "")
	address := npmHost + "sigstore/1.0.0"
	var doc map[string]any
	require.NoError(t, json.Unmarshal(w[address].Body, &doc))
	doc["dist"].(map[string]any)["signatures"] = []any{map[string]any{"keyid": "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "sig": strings.Repeat("MEUC", 18)}}
	raw, err := json.Marshal(doc)
	require.NoError(t, err)
	w = w.But(address, ok(raw))
	r := fresh(t, w, "npm:sigstore@1.0.0")
	has(t, r, "registry-signature", "unknown", "does not know")
	require.False(t, r.Report.Verdict.Failed)

	// The corpus's copy of the keys' repository is valid up to August.
	o := options(w)
	o.Time = time.Date(2026, time.August, 20, 12, 0, 0, 0, time.UTC)
	o.Transport = tufRepository(t, w)
	r, err = ask(t.Context(), "npm:sigstore@1.0.0", o)
	require.NoError(t, err)
	has(t, r, "registry-signature", "fail", "was refreshed in this audit")
	require.True(t, r.Report.Verdict.Failed)
}

// tufRepository adds Sigstore's public-good repository, as the corpus has it.
func tufRepository(t testing.TB, w world) world {
	t.Helper()
	dir := corpus.Path(t, "sigstore-trust", "tuf-public-good")
	serve := func(name string, from ...string) {
		raw, err := os.ReadFile(filepath.Join(append([]string{dir}, from...)...))
		require.NoError(t, err)
		if folder, target, ok := strings.Cut(name, "#"); ok {
			sum := sha256.Sum256(raw)
			name = folder + hex.EncodeToString(sum[:]) + "." + target
		}
		w = w.But("https://tuf-repo-cdn.sigstore.dev/"+name, ok(raw))
	}
	serve("timestamp.json", "metadata", "timestamp.json")
	serve("165.snapshot.json", "metadata", "snapshot.json")
	serve("14.targets.json", "metadata", "targets.json")
	serve("8.registry.npmjs.org.json", "metadata", "registry.npmjs.org.json")
	serve("targets/#trusted_root.json", "targets", "trusted_root.json")
	serve("targets/registry.npmjs.org/#keys.json", "targets", "registry.npmjs.org", "keys.json")
	for version := 1; version <= 15; version++ {
		name := fmt.Sprintf("%d.root.json", version)
		serve(name, "metadata", "root_history", name)
	}
	return w
}
