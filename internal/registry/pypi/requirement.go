package pypi

import (
	"strings"

	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// requirement reads one dependency
// (packaging.python.org/specifications/dependency-specifiers): "name[extra]
// (>=1,<2) ; marker" or "name @ address ; marker". One that only an extra asks
// for is not ok, and neither is what names nothing.
func requirement(line string) (registry.Ingredient, bool) {
	spec, marker, _ := strings.Cut(strings.TrimSpace(line), ";")
	if strings.Contains(marker, "extra") {
		return registry.Ingredient{}, false
	}
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
	if strings.HasPrefix(rest, "(") && strings.HasSuffix(rest, ")") {
		rest = rest[1 : len(rest)-1]
	}
	if strings.Trim(name, "-_.") == "" {
		return registry.Ingredient{}, false
	}
	if address, direct := strings.CutPrefix(rest, "@"); direct {
		return registry.Ingredient{Kind: "requires", Ref: purl.Components{Type: "generic", Name: name,
			Qualifiers: map[string]string{"download_url": strings.TrimSpace(address)}}.String()}, true
	}
	asked := strings.ReplaceAll(rest, " ", "")
	if marker = strings.TrimSpace(marker); marker != "" {
		asked = strings.TrimSpace(asked + " ; " + marker)
	}
	return registry.Ingredient{Kind: "requires", Ref: packageRef(name, ""), Asked: asked}, true
}

// packageRef is the purl of a package on PyPI.
func packageRef(name, version string) string {
	return purl.Ref{Type: "pypi", Name: name, Version: version}.String()
}
