package purl

import (
	"errors"
	"strings"
)

// nodeModules are the modules that Node.js itself brings
// (nodejs.org/api/modules.html#built-in-modules).
const nodeModules = " assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib "

// readImport reads lines of JavaScript or Go that import something, and the
// tags of HTML that load a script; several packages are choices:
//
//	import x from "name/file"    const x = require("name")    import("name")
//	import alias "host/path"
//	<script src="https://…" integrity="…"></script>
func readImport(text string) (Ref, bool, error) {
	if strings.HasPrefix(text, "<script") || strings.HasPrefix(text, "<link") || strings.HasPrefix(text, "<a ") {
		ref, err := each(tags(text), readTag)
		return ref, true, err
	}
	specs := imported(text)
	if len(specs) == 0 {
		return Ref{}, false, nil
	}
	ref, err := each(specs, readSpecifier)
	if err != nil {
		return Ref{}, true, err
	}
	if ref.Type == NPM && ref.Version == "" && ref.Tag == "" {
		ref.note("guess", "You pasted an import, which names no version. Read as the npm package %s.", ref.Path())
	}
	return ref, true, nil
}

// each reads all parts of a text. What is no package (a file of the project's
// own, a part of Node.js) counts where nothing else stands.
func each(parts []string, read func(string) (Ref, error)) (Ref, error) {
	var found []Ref
	var first error
	for _, part := range parts {
		ref, err := read(part)
		var r *Refused
		switch {
		case err == nil:
			found = append(found, ref)
		case len(parts) > 1 && !(errors.As(err, &r) && r.Kind == NoPackage):
			return Ref{}, err
		case first == nil:
			first = err
		}
	}
	if len(found) == 0 {
		return Ref{}, first
	}
	return one(found)
}

// tags takes a text apart where a tag begins that loads something.
func tags(text string) []string {
	var out []string
	for start := 0; start < len(text); {
		end := len(text)
		for _, tag := range []string{"<script", "<link"} {
			if i := strings.Index(text[start+1:], tag); i >= 0 {
				end = min(end, start+1+i)
			}
		}
		out = append(out, text[start:end])
		start = end
	}
	return out
}

// imported are the quoted names that a text imports.
func imported(text string) []string {
	begins := strings.HasPrefix(text, "import") || strings.HasPrefix(text, "export")
	var specs []string
	for i := range len(text) {
		if !strings.ContainsRune("\"'`", rune(text[i])) {
			continue
		}
		before := strings.TrimRight(text[:i], " \t\n")
		imports := false
		for _, call := range []string{"require(", "require.resolve(", "import("} {
			imports = imports || strings.HasSuffix(before, call)
		}
		for _, word := range []string{"from", "import"} {
			rest, ok := strings.CutSuffix(before, word)
			imports = imports || begins && ok && (rest == "" || strings.ContainsAny(rest[len(rest)-1:], " \t\n};*"))
		}
		// A build of Gradle requires versions so.
		if spec, ok := quoted(text[i:]); imports && ok && !(looksLikeVersion(spec) && strings.Contains(spec, ".")) {
			specs = append(specs, spec)
		}
	}
	return specs
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
	attributes := []string{"src=", "href="}
	if strings.HasPrefix(text, "<a ") { // in which a badge may stand
		attributes = attributes[1:]
	}
	for _, attribute := range attributes {
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
		return Ref{}, fail(NoPackage, "The tag has no address of another site, so it names no package.")
	}
	ref, err := readAddress(spec)
	if err == nil && strings.Contains(text, "integrity=") {
		ref.note("guess", "The integrity in the tag is of one file inside the package. It can't be compared with the package.")
	}
	return ref, err
}
