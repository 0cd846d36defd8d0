package audit

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
)

// largestNaming is how much is read of a file by which a package is named.
const largestNaming = 1 << 20

// Identify lists which packages a package file says that it is: purls, by the
// documents inside. They are its own word, to ask the repository about; empty
// where it says nothing, or is none of the known forms.
//
//  1. It is read as an archive; what is out of order in it the audit tells.
//  2. The folder that holds all of it, where there is one, is the package's.
//  3. Whoever finds packages in folders finds them in it: those that are all
//     of it, and not what it carries.
func Identify(file []byte) []string {
	// 1.
	format := archive.TarGz
	if bytes.HasPrefix(file, []byte("PK\x03\x04")) {
		format = archive.Zip
	}
	texts := map[string]*bytes.Buffer{}
	named := Named()
	contents, err := archive.Read(format, file, archive.Options{Inspect: func(path string, size int64) io.Writer {
		if size > largestNaming || !slices.Contains(named, path[strings.LastIndexByte(path, '/')+1:]) {
			return nil
		}
		texts[path] = new(bytes.Buffer)
		return texts[path]
	}})
	if err != nil || contents == nil || len(contents.Files) == 0 {
		return nil
	}
	// 2.
	root, _, _ := strings.Cut(contents.Files[0].Path, "/")
	for _, f := range contents.Files {
		if !strings.HasPrefix(f.Path, root+"/") || strings.Contains(f.Path, "@v") {
			root = ""
			break
		}
	}
	folder := registry.Folder{Root: root, Texts: map[string][]byte{}}
	inside := func(path string) string {
		if root == "" {
			return path
		}
		return strings.TrimPrefix(path, root+"/")
	}
	for _, f := range contents.Files {
		folder.Paths = append(folder.Paths, inside(f.Path))
	}
	for path, text := range texts {
		folder.Texts[inside(path)] = text.Bytes()
	}
	// 3.
	var out []string
	for _, p := range Find(folder) {
		all := !slices.ContainsFunc(folder.Paths, func(path string) bool { return p.Folder != "" && !strings.HasPrefix(path, p.Folder+"/") })
		if all && p.Reference != "" && !slices.Contains(out, p.Reference) {
			out = append(out, p.Reference)
		}
	}
	return out
}
