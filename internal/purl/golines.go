package purl

import (
	"encoding/json"
	"slices"
	"sort"
	"strings"

	"touchstone/internal/strictjson"
)

// readGoText reads lines of go.mod and go.sum files and what the go command
// prints. Lines of several modules are left to [readSeveral].
func readGoText(text string) (Ref, bool, error) {
	if strings.HasPrefix(text, "{") && strings.Contains(text, `"Path"`) && strings.Contains(text, `"Version"`) {
		ref, err := readGoJSON(text)
		return ref, true, err
	}
	if strings.Contains(text, "\n") {
		return readBuildInfo(text)
	}
	if path, ok := goImport(text); ok {
		ref, err := newGo(path, "", false)
		return ref, true, err
	}
	words := unquote(strings.Fields(text))
	if strings.Contains(text, "=>") && len(words) > 3 && (words[0] == "replace" || strings.Contains(text, "/") && !strings.HasPrefix(text, "go:")) {
		return Ref{}, true, replaced(words)
	}
	words = goLine(words)
	if words == nil {
		return Ref{}, false, nil
	}
	ref, err := readGoLine(words)
	return ref, true, err
}

// goImport is the path of an import declaration that names its package:
// [import] alias "path".
func goImport(text string) (path string, ok bool) {
	words := strings.Fields(text)
	if len(words) == 3 && words[0] == "import" {
		words = words[1:]
	}
	if len(words) != 2 || words[1][0] != '"' || strings.Trim(words[0], "._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return "", false
	}
	path, ok = quoted(words[1])
	host, _, _ := strings.Cut(path, "/")
	return path, ok && (strings.Contains(host, ".") && host != path || isStandard(path))
}

// readBuildInfo reads what go version -m prints of a program: the module that
// it is of, and those that it was built from.
//
//	path	github.com/o/r/cmd/x
//	mod	github.com/o/r	v1.2.3	h1:…=
//	dep	golang.org/x/text	v0.3.0	h1:…=
//	=>	github.com/fork/text	v0.3.1	h1:…=
func readBuildInfo(text string) (Ref, bool, error) {
	several := Refuse(Several, "The text names the modules that a program was built from. Choose one.")
	is := false
	var before string
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || !slices.Contains([]string{"path", "mod", "dep", "=>"}, words[0]) {
			continue
		}
		is = is || words[0] == "path"
		words[0] = strings.Replace(words[0], "=>", "dep", 1)
		if line := goLine(words); line != nil && words[1] != before {
			ref, err := readGoLine(line)
			if err != nil {
				continue // a build from a folder, which has no version
			}
			several.Offer(ref, map[string]string{"mod": "the program's own module"}[words[0]])
		}
		before = words[1]
	}
	switch {
	case !is || len(several.Choices) == 0:
		return Ref{}, false, nil
	case len(several.Choices) > 1:
		return Ref{}, true, several
	}
	ref, err := readPURL(several.Choices[0].Reference)
	return ref, true, err
}

// replaced is the refusal of a replace line, which names two modules.
func replaced(words []string) error {
	r := Refuse(Several, "A replace line names two modules. Choose the one to check, or paste it as module@version.")
	arrow := slices.Index(words, "=>")
	for i, side := range [][]string{words[1:max(arrow, 1)], words[arrow+1:]} {
		if len(side) > 2 || len(side) == 0 {
			continue
		}
		if ref, err := newGo(side[0], strings.Join(side[1:], ""), true); err == nil {
			r.Offer(ref, []string{"what is replaced", "what replaces it"}[i])
		}
	}
	return r
}

// goLine is the path, the version and perhaps the hash that a line holds; nil
// where it is no such line:
//
//	module v1.2.3 h1:…=           go.sum: digest of the module's files
//	module v1.2.3/go.mod h1:…=    digest of its go.mod
//	[require] module v1.2.3 [// indirect]
//	dep module v1.2.3 h1:…=       go version -m (also mod)
//	go: downloading module v1.2.3 (also added, upgraded, found)
func goLine(words []string) []string {
	bare := len(words)
	if len(words) > 2 && words[0] == "go:" {
		words = words[2:]
	}
	if len(words) > 2 && slices.Contains([]string{"require", "dep", "mod", "exclude", "tool"}, words[0]) {
		words = words[1:]
	}
	// A comment begins a word; slashes inside a hash do not.
	if i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, "//") }); i >= 0 {
		words = words[:i]
	}
	if len(words) < 2 || len(words) > 4 || strings.ContainsAny(words[0], "@:") {
		return nil
	}
	host, _, _ := strings.Cut(words[0], "/")
	v := words[1]
	isVersion := len(v) > 1 && v[0] == 'v' && v[1] >= '0' && v[1] <= '9' || v == "(devel)"
	if !strings.Contains(host, ".") || !isVersion || bare == 2 && host == words[0] {
		return nil // "socket.io v4.0.0" may be of any ecosystem
	}
	return words
}

// readGoLine reads what goLine found.
func readGoLine(words []string) (Ref, error) {
	if len(words) > 3 {
		return Ref{}, fail(Malformed, "%s is no line of a go.mod or go.sum file. Expected is a module, a version, and perhaps a hash h1:….", shown(strings.Join(words, " ")))
	}
	version, isMod := strings.CutSuffix(words[1], "/go.mod")
	ref, err := newGo(words[0], version, true)
	if err != nil || len(words) == 2 {
		return ref, err
	}
	of := "artifact"
	if isMod {
		of = "go.mod"
	}
	d, err := goHash(words[2], of)
	if err != nil {
		return Ref{}, fail(Malformed, "The hash of the go.sum line can't be read: %v. Paste the whole line.", err)
	}
	ref.Digests = []Digest{d}
	return ref, nil
}

// readGoJSON reads what go mod download -json and go list -m -json print: one
// object a module.
func readGoJSON(text string) (Ref, error) {
	several := Refuse(Several, "The text names several modules. Choose one.")
	var ref Ref
	for decoder := json.NewDecoder(strings.NewReader(text)); decoder.More(); {
		var raw json.RawMessage
		err := decoder.Decode(&raw)
		var o strictjson.Object
		if err == nil {
			o, err = strictjson.Parse(raw)
		}
		if err != nil {
			return Ref{}, fail(Malformed, "This looks like what go mod download -json prints, but is no whole JSON object. Paste all of it.")
		}
		next, err := newGo(o.Text("Path"), o.Text("Version"), true)
		if err != nil {
			return Ref{}, err
		}
		if o.Has("Replace") {
			return Ref{}, fail(Malformed, "The module %s is replaced by another. Paste the one to check, as module@version.", next.Path())
		}
		for field, of := range map[string]string{"Sum": "artifact", "GoModSum": "go.mod"} {
			if !o.Has(field) {
				continue
			}
			d, err := goHash(o.Text(field), of)
			if err != nil {
				return Ref{}, fail(Malformed, "The field %s can't be read: %v. Paste all of the text.", field, err)
			}
			next.Digests = append(next.Digests, d)
		}
		sort.Slice(next.Digests, func(i, j int) bool { return next.Digests[i].Of < next.Digests[j].Of })
		several.Offer(next, "")
		ref = next
	}
	if len(several.Choices) > 1 {
		return Ref{}, several
	}
	return ref, nil
}
