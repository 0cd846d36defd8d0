//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

// TestMavenProofThatTheLogAnswers: of a signature over bytes, too, a wrong proof that
// came from elsewhere proves nothing, and speaks against nobody.
func TestMavenProofThatTheLogAnswers(t *testing.T) {
	promised := func(x *mint.Signing) *mint.Signing {
		x.Promise = true
		x.Bend = func(bundle map[string]any) {
			bundle["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1"
			material := bundle["verificationMaterial"].(map[string]any)
			material["x509CertificateChain"] = map[string]any{"certificates": []any{material["certificate"]}}
			delete(material, "certificate")
		}
		return x
	}
	j := jar123("io.github.example", signedAs(promised, "jar"), func(v *mint.MavenVersion) { v.Module = "" })
	w := world{}
	mint.ServeMaven(w, central, j.MavenVersion)
	var bundle struct {
		VerificationMaterial struct {
			TlogEntries []struct {
				LogIndex          string
				CanonicalizedBody []byte
			}
		}
	}
	require.NoError(t, json.Unmarshal(w[j.At(central, ".jar")+".sigstore.json"].Body, &bundle))
	entry := bundle.VerificationMaterial.TlogEntries[0]
	proof := j.Prove(entry.CanonicalizedBody)
	index, err := strconv.Atoi(entry.LogIndex)
	require.NoError(t, err)
	for beside, want := range map[string]map[string][2]int{hex.EncodeToString(proof.Beside): both(1, 1, 2, 2), strings.Repeat("ab", 32): both(1, 1, 1, 2)} {
		raw, err := json.Marshal(map[string]any{"uuid": map[string]any{
			"body": entry.CanonicalizedBody, "integratedTime": mintedAt.Unix(), "logID": hex.EncodeToString(mint.LogID(j.Rekor)), "logIndex": index,
			"verification": map[string]any{"inclusionProof": map[string]any{"checkpoint": proof.Checkpoint, "hashes": []string{beside}, "logIndex": 1, "rootHash": hex.EncodeToString(proof.Root), "treeSize": 2}},
		}})
		require.NoError(t, err)
		answered := w.But("https://rekor.sigstore.dev/api/v1/log/entries?logIndex="+entry.LogIndex, ok(raw))
		r, err := ask(context.Background(), j.Group+":thing:1.2.3", j.options(t, answered))
		require.NoError(t, err)
		require.False(t, r.Report.Verdict.Failed, r.Report.Text(false))
		require.Equal(t, want, levels(r), r.Report.Text(false))
		hasOutcome(t, r, "signer-identity", "pass", "")
	}
}
