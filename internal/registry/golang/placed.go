package golang

import (
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Named is the file by which "go mod vendor" says what it copied.
func (Registry) Named() []string { return []string{"modules.txt"} }

// Find lists the modules of a folder: of the module cache, by folders called
// PATH@VERSION with upper case escaped, and of a vendor folder, by modules.txt.
func (Registry) Find(f registry.Folder) []registry.Placed {
	if text, given := f.Texts["modules.txt"]; given {
		found := vendored(text)
		// Outside of them stand the files of replaced modules, which Go builds all the same.
		strays := slices.DeleteFunc(registry.Outside(f.Paths, found), func(p string) bool { return p == "modules.txt" })
		return registry.WithStrays(found, strays)
	}
	var found []registry.Placed
	seen := map[string]bool{}
	_, base, inCache := strings.Cut(f.Root+"/", "/pkg/mod/")
	if base = strings.Trim(base, "/"); !inCache { // the cache itself, or a host in it
		if base = path.Base(f.Root); !strings.Contains(base, ".") {
			base = ""
		}
	}
	for _, p := range f.Paths {
		whole := path.Join(base, p)
		at := strings.IndexByte(whole, '@')
		if at < 0 || strings.HasPrefix(whole, "cache/") {
			continue
		}
		end := strings.IndexByte(whole[at:], '/')
		if end < 0 {
			continue
		}
		place := whole[:at+end]
		if seen[place] {
			continue
		}
		seen[place] = true
		name, err := module.UnescapePath(whole[:at])
		if err != nil { // a module's zip does not escape
			name = whole[:at]
		}
		version, err := module.UnescapeVersion(whole[at+1 : at+end])
		if err != nil {
			version = whole[at+1 : at+end]
		}
		if ref, err := purl.Exact(purl.Golang, name, version); err == nil {
			found = append(found, registry.Placed{Reference: ref.String(), Folder: strings.Trim(strings.TrimPrefix(place, base), "/")})
		}
	}
	slices.SortFunc(found, func(a, b registry.Placed) int { return strings.Compare(a.Folder, b.Folder) })
	return found
}

// vendored reads modules.txt: a line "# PATH VERSION" for each module. One that is
// replaced is another's word, and left out.
func vendored(text []byte) []registry.Placed {
	var found []registry.Placed
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) != 3 || words[0] != "#" {
			continue
		}
		if ref, err := purl.Exact(purl.Golang, words[1], words[2]); err == nil {
			found = append(found, registry.Placed{Reference: ref.String(), Folder: words[1],
				Partial: "go mod vendor copies only the packages that are needed, without tests and go.mod."})
		}
	}
	slices.SortFunc(found, func(a, b registry.Placed) int { return strings.Compare(a.Folder, b.Folder) })
	return found
}

// Known is nothing: Go changes no file of a module.
func (Registry) Known(string, []byte, []byte) string { return "" }
