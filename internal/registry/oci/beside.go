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

// billKinds are the media types of bills of materials, which nobody signed
// (github.com/sigstore/cosign, specs/SBOM_SPEC.md): true for those in JSON, which are
// read.
var billKinds = map[string]bool{
	"spdx+json": true, "text/spdx+json": true, "application/spdx+json": true, "application/vnd.spdx+json": true, "application/vnd.cyclonedx+json": true,
	"spdx": false, "text/spdx": false, "text/spdx+xml": false, "application/vnd.cyclonedx": false, "application/vnd.cyclonedx+xml": false,
	"application/vnd.syft": false, "application/vnd.syft+json": false,
}

// bill reads which packages a bill of materials names. Of one that names none because
// it is not here, or not readable, the reason is told.
func (f *find) bill(ctx context.Context, c *fetch.Session, d descriptor) error {
	not := func(why string) error {
		f.unbilled = append(f.unbilled, fmt.Sprintf("One of the kind %s was not read: %s.", quoted(d.mediaType), why))
		return nil
	}
	f.bills++
	switch {
	case f.bills > maxBills:
		if f.bills == maxBills+1 {
			f.unbilled = append(f.unbilled, fmt.Sprintf("No more than %d are read.", maxBills))
		}
		return nil
	case !billKinds[d.mediaType]:
		return not("this version does not understand that form")
	case d.data == nil && d.size > maxStatement:
		return not(fmt.Sprintf("it has %s, and at most %s are read", megabytes(d.size), megabytes(maxStatement)))
	}
	body := d.data
	if body == nil {
		a, err := c.Get(ctx, f.at.blob(d, "bill of materials", maxStatement))
		switch {
		case err != nil:
			return err
		case a.State != fetch.Found:
			return not("it could not be fetched")
		case sumOf(d.algorithm, a.Body) != d.sum:
			return not("what came has another digest than is stated")
		}
		body = a.Body
	}
	named, err := bom.Packages(body)
	if err != nil {
		return not("it is not what its kind says")
	}
	f.named = append(f.named, named...)
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
	if len(f.unbilled) > 0 {
		rel.Notes = append(rel.Notes, purl.Note{Kind: "record", Text: "Beside the image stand bills of materials. " + strings.Join(f.unbilled, " ")})
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
