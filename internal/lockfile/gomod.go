package lockfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"touchstone/internal/purl"
)

// companions are the documents that say what the pins of others are for.
var companions = []string{"go.mod", "go.work", "modules.txt", manifestName}

// A goProject is what go.mod and go.work say, of one module or of a workspace.
type goProject struct {
	// wanted are the versions that are required, the highest of each module, by
	// its path; indirect tells that only others ask for it.
	wanted   map[string]string
	indirect map[string]bool
	place    map[string]beside // where it stands, by module
	line     map[string]int
	// replaced are other modules or folders that take a module's place, by its
	// path, or path@version.
	replaced map[string]module.Version
	excluded map[module.Version]bool
	own      map[string]bool // modules of the workspace
	// whole tells that every module that is built is required by name (go 1.17).
	whole bool
	// vendored are the versions in vendor/modules.txt, by module; nil for none.
	vendored map[string]string
}

// joinGo says of each line of go.sum what it is for (go.dev/ref/mod).
//
//  1. Requirements, replacements and exclusions of all documents.
//  2. Each line: used, or a leftover.
//  3. What is required and has no line is a pin without a digest.
func (f *File) joinGo(more []beside) error {
	if f.Format != "go.sum" {
		return fmt.Errorf("%.200q does not belong to %.200q", more[0].name, f.Name)
	}
	// 1.
	g := goProject{wanted: map[string]string{}, indirect: map[string]bool{}, place: map[string]beside{}, line: map[string]int{},
		replaced: map[string]module.Version{}, excluded: map[module.Version]bool{}, own: map[string]bool{}, whole: true}
	mods := 0
	work := slices.ContainsFunc(more, func(b beside) bool { return base(b.name) == "go.work" })
	for _, b := range more {
		var err error
		switch base(b.name) {
		case "go.mod":
			if mods++; mods > 1 && !work {
				return errTwoProjects
			}
			err = g.readMod(b)
		case "modules.txt":
			err = g.readVendored(b)
		}
		if err != nil {
			return err
		}
	}
	for _, b := range more { // a workspace's word comes last: it overrides the modules'
		if base(b.name) == "go.work" {
			if err := g.readWork(b); err != nil {
				return err
			}
		}
	}
	if mods == 0 {
		f.Notes = append(f.Notes, "No go.mod came with it, so which lines are used is not known.")
		return nil
	}
	for i := range f.Pins {
		if f.Pins[i].File == "" {
			f.Pins[i].File = f.Name
		}
	}
	// 2.
	has, stands := map[module.Version]bool{}, g.standIns()
	for i, p := range f.Pins {
		if p.Kind == Package && p.Ref.Digests[0].Of == "artifact" {
			has[module.Version{Path: p.Name, Version: p.Version}] = true
		}
		f.Pins[i] = g.used(p, stands)
	}
	// 3.
	for _, path := range slices.Sorted(mapKeys(g.wanted)) {
		if p, is := g.unsummed(path, has); is {
			if err := f.add(p); err != nil {
				return err
			}
		}
	}
	if g.vendored != nil {
		f.Notes = append(f.Notes, "Its packages are built from the folder vendor, which Go compares with no digest. Compare that folder with what was published, too.")
	}
	return nil
}

func mapKeys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

func (g *goProject) readMod(b beside) error {
	mod, err := modfile.Parse(b.name, b.text, nil)
	if err != nil {
		return fmt.Errorf("%.200s: %.400w", b.name, err)
	}
	if mod.Module != nil {
		g.own[mod.Module.Mod.Path] = true
	}
	if mod.Go == nil || semver.Compare("v"+mod.Go.Version, "v1.17") < 0 {
		g.whole = false
	}
	for _, r := range mod.Require {
		if before, found := g.wanted[r.Mod.Path]; !found || semver.Compare(before, r.Mod.Version) < 0 {
			g.wanted[r.Mod.Path], g.place[r.Mod.Path], g.line[r.Mod.Path] = r.Mod.Version, b, r.Syntax.Start.Line
		}
		if before, found := g.indirect[r.Mod.Path]; !found || before {
			g.indirect[r.Mod.Path] = r.Indirect
		}
	}
	g.replace(mod.Replace)
	for _, x := range mod.Exclude {
		g.excluded[x.Mod] = true
	}
	return nil
}

func (g *goProject) replace(all []*modfile.Replace) {
	for _, r := range all {
		g.replaced[strings.TrimSuffix(r.Old.Path+"@"+r.Old.Version, "@")] = r.New
	}
}

func (g *goProject) readWork(b beside) error {
	work, err := modfile.ParseWork(b.name, b.text, nil)
	if err != nil {
		return fmt.Errorf("%.200s: %.400w", b.name, err)
	}
	g.replace(work.Replace)
	return nil
}

// workFolders are the folders of a workspace's modules.
func workFolders(doc []byte) []string {
	work, err := modfile.ParseWork("go.work", doc, nil)
	if err != nil {
		return nil
	}
	var out []string
	for _, u := range work.Use {
		out = append(out, path.Clean(u.Path))
	}
	return out
}

// readVendored reads vendor/modules.txt (go.dev/ref/mod#vendoring): lines like
// "# golang.org/x/text v0.3.0", perhaps with "=>" and what takes its place.
func (g *goProject) readVendored(b beside) error {
	g.vendored = map[string]string{}
	for line := range strings.SplitSeq(string(b.text), "\n") {
		words := strings.Fields(line)
		if len(words) < 3 || words[0] != "#" || words[2] == "=>" {
			continue // "## explicit", a package's path, a replacement for all versions
		}
		if !semver.IsValid(words[2]) {
			return fmt.Errorf("%.200s: the line %.200q names no version", b.name, line)
		}
		g.vendored[words[1]] = words[2]
	}
	return nil
}

// instead is what takes a required module's place; the module itself where
// nothing does. Without a version it is a folder.
func (g *goProject) instead(of module.Version) module.Version {
	for _, key := range []string{of.Path + "@" + of.Version, of.Path} {
		if r, found := g.replaced[key]; found {
			return r
		}
	}
	return of
}

// standIns are the required modules whose place another takes, by that other.
func (g *goProject) standIns() map[module.Version]string {
	out := map[module.Version]string{}
	for path, version := range g.wanted {
		of := module.Version{Path: path, Version: version}
		if with := g.instead(of); with != of {
			out[with] = path
		}
	}
	return out
}

// used says what a line is for.
//
//  1. What stands in another's place, and what is required, is used.
//  2. Another version of a required module is not built; its go.mod may count.
//  3. What no go.mod names is not built where they name all that is (go 1.17).
func (g *goProject) used(p Pin, stands map[module.Version]string) Pin {
	at := module.Version{Path: p.Name, Version: p.Version}
	wanted, required := g.wanted[p.Name]
	manifest := p.Kind == Package && p.Ref.Digests[0].Of != "artifact"
	switch of, standsIn := stands[at]; {
	case p.Kind != Package:
	// 1.
	case standsIn:
		p = p.flag(Direct, !g.indirect[of]).flag(Transitive, g.indirect[of])
		p = p.note(fmt.Sprintf("go.mod puts it in the place of %.200s (replace).", of))
		return g.vendors(p, of)
	case required && g.instead(module.Version{Path: p.Name, Version: wanted}) != module.Version{Path: p.Name, Version: wanted}:
		p = p.flag(Leftover, true).note("go.mod puts another module in its place (replace). This one is not built.")
	case g.excluded[at]:
		p = p.flag(Leftover, true).note("go.mod excludes this version (exclude).")
	case required && wanted == p.Version:
		p = p.flag(Direct, !g.indirect[p.Name]).flag(Transitive, g.indirect[p.Name])
		return g.vendors(p, p.Name)
	// 2.
	case manifest:
		p = p.flag(Transitive, true).note("Only its go.mod counts, in the choice of versions. Its files are not built.")
	case required && (g.whole || semver.Compare(p.Version, wanted) < 0):
		p = p.flag(Leftover, true).note(fmt.Sprintf("go.mod requires version %.100s. This one is not built.", wanted))
	// 3.
	case g.whole:
		p = p.flag(Leftover, true).note("No go.mod requires it, so the project is built without it. Go may keep the line for tests of other modules, or to tell which module has a package.")
	}
	return p
}

// vendors compares with the folder vendor, where there is one.
func (g *goProject) vendors(p Pin, module string) Pin {
	version, found := g.vendored[module]
	if !found {
		return p
	}
	p = p.flag(Vendored, true)
	if version != g.wanted[module] {
		p.Differs = fmt.Sprintf("The folder vendor has version %.100s of it, and go.mod requires %.100s.", version, g.wanted[module])
	}
	return p
}

// unsummed is what is required and has no line of its own.
func (g *goProject) unsummed(path string, has map[module.Version]bool) (Pin, bool) {
	at := module.Version{Path: path, Version: g.wanted[path]}
	with := g.instead(at)
	if has[with] || g.own[path] || with == at && g.indirect[path] {
		// An indirect one of which no package is built has none.
		return Pin{}, false
	}
	p := Pin{Line: g.line[path], Key: path + " " + at.Version, Name: path, Version: at.Version, File: g.place[path].name}
	p = p.flag(Direct, !g.indirect[path]).flag(Transitive, g.indirect[path])
	if with.Version == "" {
		p.Address = with.Path
		return g.vendors(p.is(Own, ownFolder), path), true
	}
	if with != at {
		p.Name, p.Version = with.Path, with.Version
		p = p.note(fmt.Sprintf("go.mod puts it in the place of %.200s (replace).", path))
	}
	p = p.ofPackage(purl.Golang, nil, nil).note("No line of go.sum pins it, so the go command would take what it gets, or refuse.")
	return g.vendors(p, path), true
}
