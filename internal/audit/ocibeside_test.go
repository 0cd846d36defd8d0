//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/report"
)

// topic is what a report states under an id.
func ingredientsOf(r *report.Report, id string) []string {
	for _, t := range r.Topics {
		if t.ID == id {
			return t.Items
		}
	}
	return nil
}

// TestBesideImages: what stands beside an image is told as what it is.
func TestBesideImages(t *testing.T) {
	const own = "ghcr.io/example/thing"
	bill := map[string]any{"bomFormat": "CycloneDX", "components": []any{map[string]any{"purl": "pkg:npm/gold@1.0.0"}}}
	raw, err := json.Marshal(bill)
	require.NoError(t, err)
	manifest := func(i shipped, kind string) []byte {
		doc, err := json.Marshal(map[string]any{"schemaVersion": 2, "config": i.Put("application/vnd.oci.image.config.v1+json", []byte("{}")), "layers": []any{i.Put(kind, raw)}})
		require.NoError(t, err)
		return doc
	}
	attested := func(owner string) func(shipped) {
		return func(i shipped) {
			x := i.by(owner, own)
			x.Statement = i.Statement(own, "https://cyclonedx.org/bom/v1.5", bill)
			i.Refer(i.Bundle(x))
		}
	}
	for name, tt := range map[string]struct {
		beside func(i shipped)
		want   any
		text   string // in the report
		listed string // a topic that names the package
	}{
		"a bill by tag":          {func(i shipped) { i.Tag(flat(i)+".sbom", manifest(i, "application/vnd.cyclonedx+json")) }, both(1, 1, 1, 1), "by their own word", "declares"},
		"a bill as referrer":     {func(i shipped) { i.ReferAs("application/vnd.cyclonedx+json", "application/vnd.cyclonedx+json", raw) }, both(1, 1, 1, 1), "by their own word", "declares"},
		"no bill":                {func(i shipped) { i.ReferAs("application/spdx+json", "application/spdx+json", []byte("<html>")) }, both(1, 1, 1, 1), `Beside the image stand bills of materials. One of the kind "application/spdx+json" was not read: it is not what its kind says.`, ""},
		"a bill of another form": {func(i shipped) { i.Tag(flat(i)+".sbom", manifest(i, "application/vnd.syft+json")) }, both(1, 1, 1, 1), `One of the kind "application/vnd.syft+json" was not read: this version does not understand that form.`, ""},
		"five bills": {func(i shipped) {
			for n := range 5 {
				i.ReferAs("application/vnd.cyclonedx+json", "application/vnd.cyclonedx+json", append(raw, bytes.Repeat([]byte{' '}, n)...))
			}
		}, both(1, 1, 1, 1), "No more than 4 are read.", "declares"},
		"what its configuration does not name": {func(i shipped) { i.Tag(flat(i)+".att", manifest(i, "application/example.layer")) }, both(1, 1, 1, 1), `what is no signature: "application/example.layer" (1)`, ""},
		"no envelope, as Docker's own signer has them": {func(i shipped) {
			i.ReferAs("application/vnd.in-toto+json", "application/vnd.in-toto.provenance+dsse", []byte("{}"))
		}, both(1, 1, 1, 1), `a document of the kind "application/vnd.in-toto.provenance+dsse" that is no signed statement`, ""},
		"an attested bill":           {attested("example"), both(2, 3, 1, 1), "A verified bill of materials names 1 package", "materials-listed"},
		"a bill attested by another": {attested("stranger"), both(1, 3, 1, 2), "", ""},
		"something else":             {func(i shipped) { i.ReferAs("application/example.thing", "application/example.layer", []byte("x")) }, both(1, 1, 1, 1), `what is no signature: "application/example.thing" (1)`, ""},
		"a builder's statement": {func(i shipped) {
			i.Beside(map[string][]byte{"application/vnd.in-toto+json": []byte("{}")}, "https://spdx.dev/Document")
		}, both(1, 1, 1, 1), `without a signature beside the image of linux/amd64: "https://spdx.dev/Document"`, ""},
		"a statement of Docker's own": {func(i shipped) {
			i.Beside(map[string][]byte{"application/vnd.in-toto.spdx+dsse": []byte("{}")}, "https://spdx.dev/Document")
		}, both(1, 1, 1, 1), "in the form of Docker's own signer", ""},
	} {
		t.Run(name, func(t *testing.T) {
			i := ghcrImage()
			tt.beside(i)
			r, err := ask(t.Context(), i.pinned(), i.options(t, i.world()))
			require.NoError(t, err)
			require.Equal(t, tt.want, levels(r), r.Report.Text(false))
			require.Contains(t, strings.Join(strings.Fields(r.Report.Text(false)), " "), tt.text)
			for _, id := range []string{"declares", "materials-listed"} {
				if named := ingredientsOf(r.Report, id); id == tt.listed {
					require.Equal(t, []string{"pkg:npm/gold@1.0.0"}, named)
				} else {
					require.Empty(t, named)
				}
			}
		})
	}
}

// TestBillsByKeys: a bill of materials that a key signed which the reader brought is
// told as that, and no other is.
func TestBillsByKeys(t *testing.T) {
	const own = "ghcr.io/example/thing"
	const cyclone = "https://cyclonedx.org/bom/v1.5"
	bill := map[string]any{"bomFormat": "CycloneDX", "components": []any{map[string]any{"purl": "pkg:npm/gold@1.0.0"}}}
	brought, another := mint.Key("publisher"), mint.Key("another")
	for name, tt := range map[string]struct {
		key    *ecdsa.PrivateKey // nil: none is brought
		bend   func(statement map[string]any)
		named  []string
		spoken string
	}{
		"signed by the key brought": {brought, nil, []string{"pkg:npm/gold@1.0.0"}, "A bill of materials that a key signed which you brought names 1 package that it carries."},
		"signed by another":         {another, nil, nil, "none of those that you brought"},
		"no key is brought":         {nil, nil, nil, "Nobody vouches here for whose that is"},
		"about another image": {brought, func(s map[string]any) {
			s["subject"] = []any{map[string]any{"name": own, "digest": map[string]any{"sha256": strings.Repeat("b", 64)}}}
		}, nil, "counts for nothing"},
		"no bill":       {brought, func(s map[string]any) { s["predicateType"] = "https://example.com/thing" }, nil, "You brought that key"},
		"an empty bill": {brought, func(s map[string]any) { s["predicate"] = map[string]any{"bomFormat": "CycloneDX"} }, nil, "You brought that key"},
		"not a bill":    {brought, func(s map[string]any) { s["predicate"] = "text" }, nil, "A bill of materials that a key signed which you brought could not be read"},
	} {
		t.Run(name, func(t *testing.T) {
			i := ghcrImage()
			statement := i.Statement(own, cyclone, bill)
			if tt.bend != nil {
				tt.bend(statement)
			}
			i.Refer(keyedStatement(statement))
			o := i.options(t, i.world())
			if tt.key != nil {
				o.Keys = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: mint.SPKI(tt.key)})
			}
			r, err := ask(t.Context(), i.pinned(), o)
			require.NoError(t, err)
			require.Equal(t, tt.named, ingredientsOf(r.Report, "materials-listed"))
			require.Contains(t, strings.Join(strings.Fields(r.Report.Text(false)), " "), tt.spoken)
		})
	}
}

// flat is the tag that cosign makes of the image's digest.
func flat(i shipped) string { return "sha256-" + mint.Digest(i.Index)[len("sha256:"):] }
