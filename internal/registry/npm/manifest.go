package npm

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"

	"touchstone/internal/strictjson"
)

// The fields of a package.json are compared with those of the version's
// document as npm's own publishing normalises them (github.com/npm/
// normalize-package-data and github.com/npm/package-json): what those steps
// would make equal is equal.

// dependencies are the packages that installing pulls, by name.
type dependencies struct{ required, optional, peer map[string]string }

// readDependencies reads and normalises the dependency fields.
//
//  1. A field may be an object, a list of "name@range" or a text of those.
//  2. What is optional is not required, whether or not a publisher listed it in
//     both.
//  3. What is bundled is required.
func readDependencies(f strictjson.Object) dependencies {
	// 1.
	d := dependencies{ranges(f["dependencies"]), ranges(f["optionalDependencies"]), ranges(f["peerDependencies"])}
	// 2.
	for name := range d.optional {
		delete(d.required, name)
	}
	// 3.
	for _, field := range []string{"bundleDependencies", "bundledDependencies"} {
		for _, raw := range f.List(field) {
			name := strictjson.Text(raw)
			_, required := d.required[name]
			_, optional := d.optional[name]
			if name != "" && !required && !optional {
				d.required[name] = "*"
			}
		}
	}
	return d
}

// ranges reads one dependency field; never nil.
func ranges(raw json.RawMessage) map[string]string {
	out := map[string]string{}
	var words []string
	if s := strictjson.Text(raw); s != "" {
		words = strings.Fields(strings.ReplaceAll(s, ",", " "))
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		for _, item := range list {
			words = append(words, strings.TrimSpace(strictjson.Text(item)))
		}
	}
	for _, w := range words {
		if i := strings.IndexAny(w[min(1, len(w)):], "@ <>="); i >= 0 {
			out[w[:i+1]] = wanted(strings.TrimPrefix(strings.TrimSpace(w[i+1:]), "@"))
		} else if w != "" {
			out[w] = ""
		}
	}
	for name, value := range strictjson.Fields(raw) {
		var s string
		if json.Unmarshal(value, &s) == nil {
			out[name] = wanted(s)
		}
	}
	return out
}

// wanted writes what a dependency asks for in one form: npm rewrites addresses
// of well-known git hosts.
func wanted(s string) string {
	s = strings.TrimSpace(s)
	if g, ok := hosted(s); ok && g.Folder == "" {
		s = "git+" + g.String()
		if g.Reference != "" {
			s += "#" + g.Reference
		}
	}
	return s
}

// lifecycle are the scripts that "npm install" runs of a package that comes
// from a registry, in the order in which it runs them
// (docs.npmjs.com/cli/using-npm/scripts).
var lifecycle = []string{"preinstall", "install", "postinstall"}

// implicit is what npm runs where binding.gyp stands at the root and no script
// says otherwise.
const implicit = "node-gyp rebuild"

// installScripts reads the scripts that installing runs. gyp tells that
// binding.gyp stands at the package's root.
func installScripts(f strictjson.Object, gyp bool) map[string]string {
	out := map[string]string{}
	scripts := f.Object("scripts")
	for _, name := range lifecycle {
		s := scripts.Text(name)
		// npm drops the path of what it finds by itself.
		s = strings.TrimPrefix(strings.TrimPrefix(s, "./"), "node_modules/.bin/")
		if s != "" {
			out[name] = s
		}
	}
	_, install := out["install"]
	_, preinstall := out["preinstall"]
	if gyp && !install && !preinstall && string(f["gypfile"]) != "false" {
		out["install"] = implicit
	}
	return out
}

// canonical writes a map as JSON with sorted keys.
func canonical(m map[string]string) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return "" // no map of strings fails
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// pulled are all dependencies of which installing may fetch a copy, with what
// is asked for: since npm 7 also peers, unless marked optional.
func (d dependencies) pulled(f strictjson.Object) map[string]string {
	out := maps.Clone(d.peer)
	for name := range d.left(f) {
		delete(out, name)
	}
	maps.Copy(out, d.optional)
	maps.Copy(out, d.required)
	return out
}

// left are the peers that are marked optional: npm pulls none of them by itself.
func (d dependencies) left(f strictjson.Object) map[string]string {
	out := map[string]string{}
	meta := f.Object("peerDependenciesMeta")
	for name, wanted := range d.peer {
		if string(meta.Object(name)["optional"]) == "true" {
			out[name] = wanted
		}
	}
	return out
}
