package installed

import (
	"path"
	"slices"
	"strings"
)

// A Piece is what of a package is fetched alone, by its digest: of a container image
// the manifests, the configuration, the layers.
type Piece struct {
	Algorithm, Sum string // as it is stated; lower-case hexadecimal
	Manifest       bool
}

// A layout is a form in which tools keep an image in a folder, each piece a file called
// by its digest.
type layout struct {
	// is tells by the folder's paths whether it has this form.
	is func(has func(path string) bool) bool
	// place is where a piece lies.
	place func(p Piece, first bool) string
	// own says what a file of the form itself is; empty for every other.
	own map[string]string
}

// layouts are OCI's (image-spec, image-layout.md), which docker save writes too, and
// that of skopeo's "dir:" (github.com/containers/image, docs/containers-transports.5.md).
var layouts = []layout{{
	is:    func(has func(string) bool) bool { return has("oci-layout") && has("index.json") },
	place: func(p Piece, _ bool) string { return "blobs/" + p.Algorithm + "/" + p.Sum },
	own: map[string]string{"oci-layout": "The form of the folder.", "index.json": "The tool's own list of what is in the folder.",
		"manifest.json": "Docker's own list of what is in the folder.", "repositories": "Docker's own list of what is in the folder."},
}, {
	is: func(has func(string) bool) bool { return has("version") && has("manifest.json") },
	place: func(p Piece, first bool) string {
		switch {
		case first:
			return "manifest.json"
		case p.Manifest:
			return p.Sum + ".manifest.json"
		}
		return p.Sum
	},
	own: map[string]string{"version": "The form of the folder."},
}}

// laidOut compares a folder in which an image was saved and not unpacked, piece by
// piece; false where it has no such form:
//
//  1. Every piece lies under its digest, and has it. A tool that copies one platform
//     leaves the index out.
//  2. What else is called by its own digest is of something else, as of another
//     platform: of that this audit says nothing.
//  3. The files of the form itself are the tool's.
func (p Package) laidOut(found []File) (Comparison, bool) {
	at := map[string]File{}
	for _, f := range found {
		at[f.Path] = f
	}
	has := func(path string) bool { _, there := at[path]; return there }
	i := slices.IndexFunc(layouts, func(l layout) bool { return l.is(has) })
	if i < 0 || len(p.Pieces) == 0 {
		return Comparison{}, false
	}
	form, pieces := layouts[i], p.Pieces
	c := Comparison{Differences: []Difference{}}
	// 1.
	if len(pieces) > 1 && pieces[1].Manifest && !holds(at[form.place(pieces[0], true)], pieces[0]) && holds(at[form.place(pieces[1], true)], pieces[1]) {
		c.add(Difference{Path: form.place(pieces[0], false), State: Missing, Known: "A tool that copies one platform leaves the index out."})
		pieces = pieces[1:]
	}
	done := map[string]bool{}
	for i, piece := range pieces {
		place := form.place(piece, i == 0)
		if done[place] {
			continue // a layer that stands in the image twice
		}
		done[place] = true
		switch f, there := at[place]; {
		case !there:
			c.add(Difference{Path: place, State: Missing})
		case piece.Algorithm != "sha256":
			c.add(Difference{Path: place, State: Changed, Known: "Its digest is of a kind that is not computed of folders: " + piece.Algorithm + ".", Open: true})
		case holds(f, piece):
			c.Same++
		default:
			c.add(Difference{Path: place, State: Changed})
		}
	}
	for _, f := range found {
		name := strings.TrimSuffix(path.Base(f.Path), ".manifest.json")
		switch known := form.own[f.Path]; {
		case done[f.Path]:
		case known != "": // 3.
			c.add(Difference{Path: f.Path, State: Extra, Known: known})
		case name == f.SHA256 && name != "": // 2.
			c.add(Difference{Path: f.Path, State: Extra, Known: "It is called by its own digest, and this audit does not name that: of another platform, or a signature.", Open: true})
		default:
			c.add(Difference{Path: f.Path, State: Extra})
		}
	}
	slices.SortFunc(c.Differences, func(a, b Difference) int { return strings.Compare(a.Path, b.Path) })
	return c, true
}

// holds tells whether a file has a piece's digest.
func holds(f File, p Piece) bool { return p.Algorithm == "sha256" && f.SHA256 == p.Sum && p.Sum != "" }
