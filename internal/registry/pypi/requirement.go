package pypi

import (
	"strings"

	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// requirement reads one dependency
// (packaging.python.org/specifications/dependency-specifiers): "name[extra]
// (>=1,<2) ; marker" or "name @ address ; marker". What only an extra asks for is
// optional; what names nothing is not ok.
func requirement(line string) (registry.Ingredient, bool) {
	spec, marker := strings.TrimSpace(line), ""
	end := strings.IndexFunc(spec, func(r rune) bool {
		return r != '-' && r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if end < 0 {
		end = len(spec)
	}
	name, rest := spec[:end], strings.TrimSpace(spec[end:])
	if strings.HasPrefix(rest, "[") {
		_, rest, _ = strings.Cut(rest, "]")
		rest = strings.TrimSpace(rest)
	}
	// An address may hold a semicolon: only white space ends it.
	address, direct := strings.CutPrefix(rest, "@")
	if direct {
		address = strings.TrimSpace(address)
		i := strings.IndexAny(address+" ", " \t")
		address, marker = address[:i], strings.TrimPrefix(strings.TrimSpace(address[i:]), ";")
	} else {
		rest, marker, _ = strings.Cut(rest, ";")
		rest = strings.TrimSpace(rest)
	}
	kind := "requires"
	if extrasOnly(marker) {
		kind = "optional"
	}
	if strings.HasPrefix(rest, "(") && strings.HasSuffix(rest, ")") {
		rest = rest[1 : len(rest)-1]
	}
	if strings.Trim(name, "-_.") == "" {
		return registry.Ingredient{}, false
	}
	if direct {
		return registry.Ingredient{Kind: kind, Ref: purl.Components{Type: "generic", Name: name,
			Qualifiers: map[string]string{"download_url": address}}.String()}, true
	}
	asked := strings.ReplaceAll(rest, " ", "")
	if marker = strings.TrimSpace(marker); marker != "" {
		asked = strings.TrimSpace(asked + " ; " + marker)
	}
	return registry.Ingredient{Kind: kind, Ref: packageRef(name, ""), Asked: asked}, true
}

// packageRef is the purl of a package on PyPI.
func packageRef(name, version string) string {
	return purl.Ref{Type: "pypi", Name: name, Version: version}.String()
}
