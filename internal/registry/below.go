package registry

import "strings"

// Below tells whether a path that a document states stays below the address that it
// is put behind: segments of letters, digits and the other characters given, none of
// them empty or of dots only.
func Below(path, others string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return false
		}
	}
	return strings.Trim(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/"+others) == ""
}
