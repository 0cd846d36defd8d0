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
		if strays := beside(f.Paths, found); len(found) > 0 && len(strays) > 0 {
			found = append(found, registry.Placed{Files: strays})
		}
		return found
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

// beside are the files of a vendor folder that are of none of the modules: those of
// a replaced one, which Go builds all the same.
func beside(paths []string, found []registry.Placed) []string {
	folders := map[string]bool{}
	for _, p := range found {
		folders[p.Folder] = true
	}
	var out []string
	for _, p := range paths {
		dir := path.Dir(p)
		for !folders[dir] && dir != "." && dir != "/" {
			dir = path.Dir(dir)
		}
		if !folders[dir] && p != "modules.txt" {
			out = append(out, p)
		}
	}
	return out
}

// Known is nothing: Go changes no file of a module.
func (Registry) Known(string, []byte, []byte) string { return "" }
