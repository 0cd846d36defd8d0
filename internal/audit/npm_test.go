package audit_test

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
)

const npmHost = "https://registry.npmjs.org/"

// npmWorld serves one version of the package sigstore as npm does: with the
// attestations given, or none.
func npmWorld(t testing.TB, version, attestations string) world {
	t.Helper()
	tgz, err := os.ReadFile(filepath.Join(corpus(t, "npm-attestations"), "tarballs", "sigstore-"+version+".tgz"))
	require.NoError(t, err)
	sum := sha512.Sum512(tgz)
	dist := map[string]any{
		"integrity": "sha512-" + base64.StdEncoding.EncodeToString(sum[:]),
		"tarball":   npmHost + "sigstore/-/sigstore-" + version + ".tgz",
	}
	w := world{npmHost + "sigstore/-/sigstore-" + version + ".tgz": ok(tgz)}
	if attestations != "" {
		raw, err := os.ReadFile(filepath.Join(corpus(t, "npm-attestations"), filepath.FromSlash(attestations)))
		require.NoError(t, err)
		dist["attestations"] = map[string]any{
			"url":        npmHost + "-/npm/v1/attestations/sigstore@" + version,
			"provenance": map[string]any{"predicateType": "https://slsa.dev/provenance/v0.2"},
		}
		w[npmHost+"-/npm/v1/attestations/sigstore@"+version] = ok(raw)
	}
	// The package's own manifest, so that record and package agree.
	doc := manifestOf(t, tgz)
	doc["dist"] = dist
	raw, err := json.Marshal(doc)
	require.NoError(t, err)
	w[npmHost+"sigstore/"+version] = ok(raw)
	return w
}

func replayed(t testing.TB, w world, reference string) *audit.Result {
	t.Helper()
	o := options(nil)
	o.Replay = run(t, w, reference).Record
	r, err := audit.Run(t.Context(), reference, o)
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
