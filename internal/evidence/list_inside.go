package evidence

import (
	"encoding/hex"
	"fmt"
	"slices"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
)

// listInside compares the list of its files that a package carries with what is
// inside, which installers do not do:
//
//  1. the list can be read, and names no file twice;
//  2. each file that it names is there, of that size, with that SHA-256;
//  3. each file that is there is named, but for those that need not be.
func listInside(e *exam) Finding {
	contents, list := e.Artifact.Contents, e.Artifact.Inside.List
	switch {
	case contents == nil:
		return because(NotApplicable, "No package was read in which a list of its files could stand.")
	case list == nil:
		return because(NotApplicable, "No list of its files was found inside the package.")
	}
	// 1.
	if list.Broken != "" {
		return because(Fail, fmt.Sprintf("The package's own list of its files, %s, cannot be read: %s", quoted(list.Path), sentence(list.Broken))).by(Maintainer)
	}
	files := map[string]archive.File{}
	for _, f := range contents.Files {
		files[f.Path] = f
	}
	if left := missing(e.Artifact); left != "" {
		return because(Unknown, left)
	}
	named, open := map[string]bool{}, ""
	for _, l := range list.Files {
		f, there := files[l.Path]
		free := slices.Contains(list.Free, l.Path)
		wrong := ""
		// 2.
		switch {
		case named[l.Path]:
			wrong = "names %s twice"
		case !there && contents.Complete:
			wrong = "names %s, which is not inside"
		case !there:
			open = fmt.Sprintf("The list names %s, which could not be read.", quoted(l.Path))
		case l.Size >= 0 && l.Size != f.Size:
			wrong = "gives another size of %s than it has"
		case l.Algorithm == "" && !free:
			wrong = "states no digest of %s"
		case l.Algorithm == "sha256" && l.Value != hex.EncodeToString(f.SHA256[:]):
			wrong = "states another digest of %s than it has"
		case l.Algorithm != "" && l.Algorithm != "sha256":
			open = fmt.Sprintf("The list states the %s of %s, which this version does not compute.", l.Algorithm, quoted(l.Path))
		}
		if wrong != "" {
			return listWrong(list, wrong, l.Path)
		}
		named[l.Path] = true
	}
	// 3.
	for _, f := range contents.Files {
		if !named[f.Path] && !slices.Contains(list.Free, f.Path) {
			return listWrong(list, "does not name %s, which is inside", f.Path)
		}
	}
	switch {
	case open != "":
		return because(NotUnderstood, open)
	case !contents.Complete:
		return because(Unknown, "The archive could not be read to its end, so its list could not be compared whole.")
	}
	return pass(fmt.Sprintf("The package's own list, %s, names every file inside, with its digest.", list.Path), nil)
}

func listWrong(list *registry.FileList, what, path string) Finding {
	return because(Fail, fmt.Sprintf("The package's own list of its files, %s, "+what+".", quoted(list.Path), quoted(path))).by(Maintainer)
}
