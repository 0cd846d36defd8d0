package npm

import (
	"strings"

	"touchstone/internal/purl"
)

// packageRef is the purl of a package in the npm registry.
func packageRef(name, version string) string {
	ref := purl.Ref{Type: "npm", Version: version}
	ref.Namespace, ref.Name = splitName(name)
	return ref.String()
}

// dependencyRef is the purl of what a dependency pulls. A range of versions is
// no version; what comes from elsewhere than the registry is no npm package.
func dependencyRef(name, wanted string) string {
	if alias, ok := strings.CutPrefix(wanted, "npm:"); ok {
		if i := strings.LastIndexByte(alias, '@'); i > 0 {
			alias = alias[:i]
		}
		return packageRef(alias, "")
	}
	if g, ok := hosted(wanted); ok {
		kind, isType := map[string]string{"github.com": "github", "bitbucket.org": "bitbucket"}[g.Host]
		if owner, repo, two := strings.Cut(g.Path, "/"); isType && two {
			return purl.Ref{Type: kind, Namespace: owner, Name: repo}.String()
		}
	}
	if strings.ContainsAny(wanted, "/:") && !strings.HasPrefix(wanted, "workspace:") {
		return purl.Components{Type: "generic", Name: name, Qualifiers: map[string]string{"download_url": wanted}}.String()
	}
	if exact(wanted) {
		return packageRef(name, wanted)
	}
	return packageRef(name, "")
}

// asked is the range of versions that a dependency wants, and under which name
// the package is then installed, where that is not its own; empty for an exact
// version.
func asked(name, wanted string) string {
	switch {
	case exact(wanted):
		return ""
	case strings.HasPrefix(wanted, "npm:"):
		return wanted + ", installed as " + name
	}
	return wanted
}
