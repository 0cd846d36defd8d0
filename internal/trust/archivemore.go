//go:build !js || touchstone_whole

package trust

import "embed"

// committedArchives are the keys of archives, one document for each publisher;
// the page's first program serves none of them. See anchors/SOURCES.md.
//
//go:embed anchors/archive/*.json
var committedArchives embed.FS

// archiveDocuments are the committed documents, in the order of their names.
func archiveDocuments() [][]byte {
	entries, err := committedArchives.ReadDir("anchors/archive")
	if err != nil {
		return nil
	}
	var out [][]byte
	for _, e := range entries {
		if doc, err := committedArchives.ReadFile("anchors/archive/" + e.Name()); err == nil {
			out = append(out, doc)
		}
	}
	return out
}
