package pypi

import (
	"touchstone/internal/bom"
	"touchstone/internal/registry"
)

// readBOM lists the packages that a bill of materials names.
func readBOM(doc []byte) ([]registry.Ingredient, error) {
	named, err := bom.Packages(doc)
	var out []registry.Ingredient
	for _, ref := range named {
		out = append(out, registry.Ingredient{Ref: ref, Kind: "declares"})
	}
	return out, err
}
