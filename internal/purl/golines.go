package purl

import (
	"encoding/json"
	"slices"
	"strings"
)

// readGoText reads lines of go.mod and go.sum files and what the go command
// prints. Lines of several modules are left to [readSeveral].
func readGoText(text string) (Ref, bool, error) {
	if strings.HasPrefix(text, "{") && strings.Contains(text, `"Path"`) && strings.Contains(text, `"Version"`) {
		ref, err := readGoJSON(text)
		return ref, true, err
	}
	if strings.Contains(text, "\n") {
		return Ref{}, false, nil
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

// readGoJSON reads what go mod download -json and go list -m -json print.
func readGoJSON(text string) (Ref, error) {
	type object struct {
		Path, Version, Sum, GoModSum string
		Replace                      *struct{ Path, Version string }
	}
	several := Refuse(Several, "The text names several modules. Choose one.")
	var ref Ref
	for decoder := json.NewDecoder(strings.NewReader(text)); decoder.More(); {
		var o object
		if err := decoder.Decode(&o); err != nil {
			return Ref{}, fail(Malformed, "This looks like what go mod download -json prints, but is no whole JSON object. Paste all of it.")
		}
		next, err := newGo(o.Path, o.Version, true)
		if err != nil {
			return Ref{}, err
		}
		if o.Replace != nil {
			return Ref{}, fail(Malformed, "The module %s is replaced by %s. Paste the one to check, as module@version.", shown(o.Path), shown(o.Replace.Path))
		}
		for _, sum := range []struct{ hash, of string }{{o.Sum, "artifact"}, {o.GoModSum, "go.mod"}} {
			if sum.hash == "" {
				continue
			}
			d, err := goHash(sum.hash, sum.of)
			if err != nil {
				return Ref{}, fail(Malformed, "A hash in the text can't be read: %v. Paste all of it.", err)
			}
			next.Digests = append(next.Digests, d)
		}
		ref = next
		several.Offer(next, "")
	}
	if len(several.Choices) > 1 {
		return Ref{}, several
	}
	return ref, nil
}
