package oci

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"touchstone/internal/bom"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// maxBills is how many bills of materials are read of one image.
const maxBills = 4

// isBOM tells whether a layer is a bill of materials that is read, which nobody
// signed (github.com/sigstore/cosign, specs/SBOM_SPEC.md).
func isBOM(d descriptor) bool {
	switch d.mediaType {
	case "spdx+json", "text/spdx+json", "application/spdx+json", "application/vnd.spdx+json", "application/vnd.cyclonedx+json":
		return true
	}
	return false
}

// bill reads which packages a bill of materials names. One that is not here, or not
// readable, names none: nothing is said of what an image does not carry.
func (f *find) bill(ctx context.Context, c *fetch.Session, d descriptor) error {
	if f.bills++; f.bills > maxBills {
		return nil
	}
	body := d.data
	if body == nil && d.size <= maxStatement {
		a, err := c.Get(ctx, f.at.blob(d, "bill of materials", maxStatement))
		if err != nil {
			return err
		}
		body = a.Body
	}
	if named, err := bom.Packages(body); err == nil {
		f.named = append(f.named, named...)
	}
	return nil
}

// tell adds to a release what stands beside its image and is no signature.
func (f *find) tell(rel *registry.Release) {
	if in, ok := rel.File.Inspector.(*inspector); ok {
		slices.Sort(f.named)
		for _, ref := range slices.Compact(f.named) {
			in.in.Ingredients = append(in.in.Ingredients, registry.Ingredient{Ref: ref, Kind: "declares"})
		}
	}
	if len(f.kinds) == 0 {
		return
	}
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(f.kinds)) {
		kinds = append(kinds, fmt.Sprintf("%s (%d)", quoted(kind), f.kinds[kind]))
	}
	rel.Notes = append(rel.Notes, purl.Note{Kind: "record", Text: "Beside the image stands what is no signature: " + shortList(kinds) + "."})
}

// builders tells of what a builder put beside the image of one platform, inside the
// index (docs.docker.com/build/metadata/attestations/attestation-storage): without a
// signature, or signed by Docker's own signer. Neither counts: what is signed there
// is one platform's manifest, and the signer's keys are not here.
func builders(ctx context.Context, c *fetch.Session, at located, index *manifest, about descriptor) (string, error) {
	i := slices.IndexFunc(index.list, func(d descriptor) bool {
		return d.annotations.Text("vnd.docker.reference.type") == "attestation-manifest" && d.annotations.Text("vnd.docker.reference.digest") == about.digest()
	})
	if i < 0 {
		return "", nil
	}
	a, err := c.Get(ctx, at.manifest(index.list[i].digest(), "statements of the builder"))
	if err != nil {
		return "", err
	}
	m, unread := readManifest(a.Body)
	if a.State != fetch.Found || unread != nil || m.isIndex {
		return fmt.Sprintf("What the builder put beside the image of %s could not be read.", about.platform), nil
	}
	var plain, signed []string
	for _, d := range m.layers {
		kind := quoted(d.annotations.Text("in-toto.io/predicate-type"))
		switch {
		case isDockers(d.mediaType):
			signed = append(signed, kind)
		case d.mediaType == typeStatement:
			plain = append(plain, kind)
		}
	}
	var out []string
	if len(plain) > 0 {
		out = append(out, fmt.Sprintf("The builder put statements without a signature beside the image of %s: %s. Anybody could have written them, so they count for nothing.", about.platform, shortList(plain)))
	}
	if len(signed) > 0 {
		out = append(out, fmt.Sprintf("Beside the image of %s stand statements in the form of %s: %s. Its keys are not in this version, so they count for nothing here.", about.platform, byDocker, shortList(signed)))
	}
	return strings.Join(out, " "), nil
}
