package purl

import (
	"slices"
	"strings"
)

// leading are parts of the names of settings by which a client asks somebody else
// than the ecosystem's public repository, or believes whoever answers, in lower case
// with hyphens: of variables (GOPROXY, npm_config_registry, PIP_INDEX_URL), of
// options, and of what configuration commands set (global.index-url).
var leading = []string{
	"registry", "registries", "index", "find-links", "mirror", "proxy", "sumdb", "nosum", "goprivate", "insecure",
	"trusted-host", "userconfig", "globalconfig", "config-file", "strict-ssl", "cafile", "modfile", "overlay", "replace-with",
}

// leads tells whether a setting of this name changes where packages come from.
func leads(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	return slices.ContainsFunc(leading, func(part string) bool { return strings.Contains(name, part) })
}

// setsElsewhere tells of a word NAME=VALUE whether that changes where packages come
// from; Go's flags may stand in a variable.
func setsElsewhere(word string) bool {
	name, value, found := strings.Cut(strings.Trim(word, `"'`), "=")
	return found && (leads(name) || name == "GOFLAGS" && leads(value))
}

// configured finds in the words of a command that only sets something up what
// changes where the next one's packages come from; empty for nothing. configures
// tells that all its words are names and values of settings.
func configured(words []string, configures bool) string {
	i := slices.IndexFunc(words, func(w string) bool { return setsElsewhere(w) || configures && leads(w) })
	if i < 0 {
		return ""
	}
	return words[i]
}

// refuseElsewhere is the refusal of what changes where the package comes from.
func refuseElsewhere(what, word string) error {
	return fail(RefusedQualifier, "The %s %s changes where the package comes from, and only the ecosystem's public registry is asked. Leave it out to check that.", what, shown(word))
}
