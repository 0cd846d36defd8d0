package maven

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"touchstone/internal/archive"
)

// unbound says why descriptions of a name and version do not tell this archive from
// others of the same version; empty where nothing hints that there are such, or that
// this is one. That it is the main one only a plugin says.
func (i *inspector) unbound(files []archive.File) string {
	const unsaid = "What is written inside names package and version, and not which of the version's files this is. "
	classes, sources := false, false
	for _, f := range files {
		ending := path.Ext(f.Path)
		classes = classes || ending == ".class"
		sources = sources || slices.Contains([]string{".java", ".kt", ".scala", ".groovy"}, ending) || slices.Contains([]string{"element-list", "package-list", "index-all.html"}, f.Path)
	}
	switch {
	case i.at.classifier != "":
		return unsaid + "Only a Gradle module names files."
	case i.at.extension == "jar" && sources && !classes:
		return unsaid + "It holds sources or documentation alone, as other files of a version do."
	case i.plugin:
		return ""
	case i.pom.packaging == "maven-plugin":
		return unsaid + "The POM says that it is a plugin of Maven, and no description of one is inside."
	case len(i.made) > 0:
		return unsaid + fmt.Sprintf("The build makes others, too (%s), and this could be one of them.", shown(strings.Join(i.made, ", ")))
	}
	if other := i.otherDescribed(files); other != "" {
		return fmt.Sprintf("Several packages are described inside, %s among them, and nothing says which of them this archive is.", other)
	}
	return ""
}

// otherDescribed is a package beside this one that a description inside is of: an
// archive that holds several may be of any of them. Empty for none.
func (i *inspector) otherDescribed(files []archive.File) string {
	for _, f := range files {
		if g, a, _, ok := described(f.Path); ok && (g != i.at.group || a != i.at.artifact) {
			return fmt.Sprintf("%q", shown(g+":"+a))
		}
	}
	return ""
}
