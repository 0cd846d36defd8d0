// Package bom reads which packages a bill of materials names (cyclonedx.org,
// spdx.github.io/spdx-spec). It verifies nothing: whose word that is is another
// question.
package bom

import (
	"errors"
	"strings"

	"touchstone/internal/strictjson"
)

// maxParts bounds what is taken out of one bill of materials.
const maxParts = 5000

// Predicate tells whether statements of this predicate type have a bill of materials
// as their predicate; versions of the formats may be written behind.
func Predicate(predicateType string) bool {
	for _, known := range []string{"https://spdx.dev/Document", "https://cyclonedx.org/bom", "https://cyclonedx.org/specification/overview"} {
		if rest, is := strings.CutPrefix(predicateType, known); is && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// Packages lists the packages that a bill of materials names by their purls: in
// JSON of CycloneDX (components, nested ones too) and of SPDX 2 (packages).
func Packages(doc []byte) ([]string, error) {
	bom, err := strictjson.Parse(doc)
	if err != nil {
		return nil, err
	}
	var out []string
	add := func(text string) {
		if strings.HasPrefix(text, "pkg:") && len(text) <= 1000 && len(out) < maxParts {
			out = append(out, text)
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
