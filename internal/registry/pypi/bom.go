package pypi

import (
	"errors"
	"strings"

	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// maxParts bounds what is taken out of one bill of materials.
const maxParts = 5000

// readBOM lists the packages that a bill of materials names by their purls: in
// JSON of CycloneDX (components, nested ones too) and of SPDX 2 (packages).
func readBOM(doc []byte) ([]registry.Ingredient, error) {
	bom, err := strictjson.Parse(doc)
	if err != nil {
		return nil, err
	}
	var out []registry.Ingredient
	add := func(text string) {
		if strings.HasPrefix(text, "pkg:") && len(text) <= 1000 && len(out) < maxParts {
			out = append(out, registry.Ingredient{Ref: text, Kind: "declares"})
		}
	}
	var components func(o strictjson.Object)
	components = func(o strictjson.Object) {
		for _, raw := range o.List("components") {
			c := strictjson.Fields(raw)
			if c.Has("purl") {
				add(c.Text("purl"))
			}
			components(c)
		}
	}
	switch {
	case bom.Text("bomFormat") == "CycloneDX":
		components(bom)
	case bom.Has("spdxVersion"):
		for _, raw := range bom.List("packages") {
			for _, x := range strictjson.Fields(raw).List("externalRefs") {
				if ref := strictjson.Fields(x); ref.Text("referenceType") == "purl" {
					add(ref.Text("referenceLocator"))
				}
			}
		}
	default:
		return nil, errors.New("it is of no form that is known")
	}
	return out, nil
}
