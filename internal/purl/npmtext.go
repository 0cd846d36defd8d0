package purl

import (
	"encoding/json"
	"slices"
	"strings"

	"touchstone/internal/strictjson"
)

// readNPMText reads entries of lock files, lines of package.json and imports.
func readNPMText(text string) (Ref, bool, error) {
	if ref, ok, err := readImport(text); ok {
		return ref, true, err
	}
	if ref, ok, err := readBunEntry(text); ok {
		return ref, true, err
	}
	if ref, ok, err := readManifestLine(text); ok {
		return ref, true, err
	}
	if isLockEntry(text) {
		ref, err := readLockEntry(text)
		return ref, true, err
	}
	return Ref{}, false, nil
}

// readBunEntry reads an entry of bun.lock (bun.com/docs/install/lockfile):
//
//	"key": ["name@1.2.3", "registry", { … }, "sha512-…"],
func readBunEntry(text string) (Ref, bool, error) {
	key, rest, found := strings.Cut(text, ":")
	rest = strings.TrimRight(strings.TrimSpace(rest), ",")
	if !found || !strings.HasPrefix(key, `"`) || !strings.HasPrefix(rest, "[") {
		return Ref{}, false, nil
	}
	var parts []json.RawMessage
	if json.Unmarshal([]byte(rest), &parts) != nil || len(parts) == 0 {
		return Ref{}, true, fail(Malformed, "This looks like an entry of bun.lock, but is not whole. Paste one entry, with its brackets.")
	}
	spec := strictjson.Text(parts[0])
	if len(parts) != 4 || strictjson.Text(parts[3]) == "" {
		return Ref{}, true, fail(NoPackage, "The entry %s comes from no package registry: such an entry has four parts, the last a digest.", shown(spec))
	}
	ref, err := readNPMSpec(spec)
	if err != nil {
		return Ref{}, true, err
	}
	if ref.Version == "" {
		return Ref{}, true, fail(BadVersion, "The entry of %s names no exact version. Paste it whole.", shown(spec))
	}
	from, integrity := strictjson.Text(parts[1]), strictjson.Text(parts[3])
	if meta, err := strictjson.Parse(parts[2]); err != nil || meta.Has("bundled") {
		return Ref{}, true, Refuse(NoPackage, "The entry comes inside the archive of another package (bundled), not from the registry. What the registry serves under this name may be other bytes.").
			Offer(ref, "what the registry serves under this name")
	}
	if ref.Digests, err = digestWords(strings.Fields(integrity)); err != nil {
		return Ref{}, true, err
	}
	if from != "" && !strings.HasPrefix(from, "https://registry.npmjs.org/") {
		ref.note("guess", "The entry was made behind %s, which is not npm's own registry. This checks the package of this name that npm serves, against the entry's digest.", shown(from))
	}
	return ref, true, nil
}

// ownFields are the fields of package.json that are about the project itself; some
// are names of packages, too.
var ownFields = []string{"packageManager", "type", "main", "module", "browser", "types", "typings", "description", "author", "homepage"}

// readManifestLine reads a line of package.json's dependencies, or of an
// import map: "name": "1.2.3".
func readManifestLine(text string) (Ref, bool, error) {
	name, ok := quoted(text)
	if !ok || text[0] != '"' {
		return Ref{}, false, nil
	}
	rest, ok := strings.CutPrefix(strings.TrimSpace(text[len(name)+2:]), ":")
	value, isText := quoted(strings.TrimSpace(rest))
	if !ok || !isText || strings.TrimRight(strings.TrimSpace(rest), ", ") != `"`+value+`"` {
		return Ref{}, false, nil
	}
	switch name {
	case "version", "resolved", "integrity", "name", "license", "Path", "Version":
		return Ref{}, false, nil // fields of another form
	}
	var ref Ref
	var err error
	switch {
	case slices.Contains(ownFields, name) && !isVersionWord(value):
		return Ref{}, true, fail(NoPackage, "This line of package.json is about the project itself, and names none of its dependencies. Paste the package, such as npm:pnpm@8.12.1.")
	case strings.Contains(name, "/") && name[0] != '@' && !strings.Contains(value, ":"):
		return Ref{}, true, NotServed("composer")
	case strings.HasPrefix(value, "git"), repositoryAddress(value) != "", strings.HasPrefix(value, "github:"), strings.Contains(value, "/") && !strings.Contains(value, ":"):
		return Ref{}, true, fail(NoPackage, "The line takes %s from a source repository, which is no package of a package repository.", shown(name))
	case strings.HasPrefix(value, "workspace:"), strings.HasPrefix(value, "link:"), strings.HasPrefix(value, "file:"), strings.HasPrefix(value, "portal:"), strings.HasPrefix(value, "catalog:"):
		return Ref{}, true, fail(NoPackage, "The line takes %s from the project's own folders (%s), not from a package repository.", shown(name), shown(value))
	case strings.Contains(value, "://"):
		ref, err = readAddress(value)
	case strings.HasPrefix(value, "jsr:"):
		return Ref{}, true, NotServed("jsr")
	case strings.HasPrefix(value, "npm:"):
		ref, err = readNPMSpec(value)
	default:
		ref, err = newNPM(name, value)
	}
	if err == nil {
		ref.note("guess", "You pasted a line of package.json. Read as the npm package %s.", ref.Path())
	}
	return ref, true, err
}
