package purl

import (
	"strings"
)

// nodeModules are the modules that Node.js itself brings
// (nodejs.org/api/modules.html#built-in-modules).
const nodeModules = " assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib "

// readImport reads a line of JavaScript or Go that imports something, and
// the tags of HTML that load a script:
//
//	import x from "name/file"    const x = require("name")    import("name")
//	import alias "host/path"
//	<script src="https://…" integrity="…"></script>
func readImport(text string) (Ref, bool, error) {
	if strings.HasPrefix(text, "<script") || strings.HasPrefix(text, "<link") {
		ref, err := readTag(text)
		return ref, true, err
	}
	spec, ok := imported(text)
	if !ok {
		return Ref{}, false, nil
	}
	ref, err := readSpecifier(spec)
	if err != nil {
		return Ref{}, true, err
	}
	if ref.Type == NPM && ref.Version == "" && ref.Tag == "" {
		ref.note("guess", "You pasted an import, which names no version. Read as the npm package %s.", ref.Path())
	}
	return ref, true, nil
}

// imported is the quoted name in a line that imports.
func imported(text string) (spec string, ok bool) {
	for _, call := range []string{"require(", "require.resolve(", "import("} {
		if _, rest, found := strings.Cut(text, call); found {
			return quoted(strings.TrimSpace(rest))
		}
	}
	words := strings.Fields(text)
	if words[0] != "import" && words[0] != "export" {
		return "", false
	}
	if _, rest, found := strings.Cut(text, " from "); found {
		return quoted(strings.TrimSpace(rest))
	}
	if len(words) == 2 && words[0] == "import" {
		return quoted(words[1])
	}
	return "", false
}

// quoted takes the quotes off the beginning of a text.
func quoted(text string) (string, bool) {
	if len(text) < 3 || !strings.ContainsRune("\"'`", rune(text[0])) {
		return "", false
	}
	end := strings.IndexByte(text[1:], text[0])
	if end < 1 {
		return "", false
	}
	return text[1 : 1+end], true
}

// readSpecifier reads what an import names.
func readSpecifier(spec string) (Ref, error) {
	first, rest, isPath := strings.Cut(spec, "/")
	bare := strings.TrimPrefix(first, "node:")
	switch {
	case strings.Contains(spec, "://"):
		return readAddress(spec)
	case isOwnPath(spec), spec[0] == '#', strings.HasPrefix(spec, "@/"), strings.HasPrefix(spec, "~"):
		return Ref{}, fail(NoPackage, "%s is a file of the project's own, not a package.", shown(spec))
	case strings.HasPrefix(spec, "jsr:"):
		return Ref{}, NotServed("jsr")
	case strings.HasPrefix(spec, "npm:"):
		return readNPMSpec(spec)
	case bare != first, strings.Contains(nodeModules, " "+bare+" "):
		return Ref{}, fail(NoPackage, "%s is part of Node.js itself. It comes with the program and is no npm package.", shown(spec))
	case isStandard(spec) && (isPath || spec == "fmt" || spec == "embed"):
		return Ref{}, standard(spec)
	case isPath && strings.Contains(first, ".") && first[0] != '@':
		return newGo(spec, "", false)
	}
	name := first
	if first[0] == '@' && isPath {
		scoped, inside, _ := strings.Cut(rest, "/")
		name, rest = first+"/"+scoped, inside
	}
	ref, err := readNPMSpec(name)
	if err != nil {
		return Ref{}, err
	}
	ref.Subpath, err = subpathOf(rest)
	return ref, err
}

// readTag reads the address out of a tag that loads a script or a style.
func readTag(text string) (Ref, error) {
	spec := ""
	for _, attribute := range []string{"src=", "href="} {
		if _, rest, found := strings.Cut(text, attribute); found {
			if q, ok := quoted(rest); ok {
				spec = q
			} else if fields := strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == '>' }); len(fields) > 0 {
				spec = fields[0]
			}
			break
		}
	}
	if strings.HasPrefix(spec, "//") {
		spec = "https:" + spec
	}
	if !strings.Contains(spec, "://") {
		return Ref{}, fail(NoPackage, "The tag loads no script from another site, so it names no package.")
	}
	ref, err := readAddress(spec)
	if err == nil && strings.Contains(text, "integrity=") {
		ref.note("guess", "The integrity in the tag is of one file inside the package. It can't be compared with the package.")
	}
	return ref, err
}
