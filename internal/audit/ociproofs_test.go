//go:build touchstone_testanchors

package audit_test

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/mint"
)

const logEntries = "https://rekor.sigstore.dev/api/v1/log/entries?logIndex="

// proofOf is where the log answers for a bundle's entry, and its proof.
func proofOf(t *testing.T, i shipped, bundle map[string]any) (address string, answer page) {
	entry := bundle["verificationMaterial"].(map[string]any)["tlogEntries"].([]any)[0].(map[string]any)
	body := entry["canonicalizedBody"].([]byte)
	index, err := strconv.Atoi(entry["logIndex"].(string))
	require.NoError(t, err)
	proof := i.Prove(body)
	raw, err := json.Marshal(map[string]any{"uuid": map[string]any{
		"body": body, "integratedTime": mintedAt.Unix(), "logID": hex.EncodeToString(mint.LogID(i.Rekor)), "logIndex": index,
		"verification": map[string]any{"inclusionProof": map[string]any{"checkpoint": proof.Checkpoint, "hashes": []string{hex.EncodeToString(proof.Beside)}, "logIndex": 1, "rootHash": hex.EncodeToString(proof.Root), "treeSize": 2}},
	}})
	require.NoError(t, err)
	return logEntries + entry["logIndex"].(string), ok(raw)
}

// TestProofsBesideJunk: what anybody can put beside an image does not use up the proofs
// that the publisher's own signature lacks, wherever it stands.
func TestProofsBesideJunk(t *testing.T) {
	const own = "ghcr.io/example/thing"
	promised := func(i shipped, owner string) mint.Signing {
		x := i.by(owner, own)
		x.Promise = true
		return x
	}
	expected := evidence.Expectation{Source: "https://github.com/friend/thing"}
	for name, tt := range map[string]struct {
		junk   func(i shipped) mint.Signing // nil for none
		by     string
		expect evidence.Expectation
	}{
		"none":                            {},
		"strangers' signatures":           {junk: func(i shipped) mint.Signing { return promised(i, "stranger") }},
		"strangers' signatures, expected": {junk: func(i shipped) mint.Signing { return promised(i, "stranger") }, by: "friend", expect: expected},
		"what does not verify": {junk: func(i shipped) mint.Signing {
			x := promised(i, "example")
			x.Bend = func(b map[string]any) { b["dsseEnvelope"].(map[string]any)["payload"] = []byte("{}") }
			return x
		}},
		"the publisher's signatures of others": {junk: func(i shipped) mint.Signing {
			x := promised(i, "example")
			x.Statement["subject"].([]any)[0].(map[string]any)["digest"] = map[string]any{"sha256": strings.Repeat("b", 64)}
			return x
		}},
		"what lacks no proof": {junk: func(i shipped) mint.Signing { return i.by("stranger", own) }},
	} {
		for _, last := range []bool{true, false} {
			i := ghcrImage()
			owner := tt.by
			if owner == "" {
				owner = "example"
			}
			bundles := []map[string]any{i.Bundle(promised(i, owner))}
			good, answer := proofOf(t, i, bundles[0])
			for range 20 {
				if tt.junk != nil {
					bundles = append(bundles, i.Bundle(tt.junk(i)))
				}
			}
			if last {
				slices.Reverse(bundles)
			}
			for _, b := range bundles {
				i.Refer(b)
			}
			w := i.world()
			w[good] = answer
			o := i.options(t, w)
			o.Expect = tt.expect
			r, err := ask(t.Context(), i.pinned(), o)
			require.NoError(t, err)
			hasOutcome(t, r, "signer-identity", "pass", "")
			if tt.by == "" { // the package names the signer's repository
				require.Equal(t, both(2, 3, 2, 2), levels(r), "%s, last: %t\n%s", name, last, r.Report.Text(false))
			}
			asked, found := 0, false
			for _, s := range r.Report.Sources {
				if strings.HasPrefix(s.URL, logEntries) {
					asked++
				}
				found = found || s.URL == good
			}
			require.LessOrEqual(t, asked, 16, name)
			require.True(t, found, "%s, last: %t", name, last)
		}
	}
}
