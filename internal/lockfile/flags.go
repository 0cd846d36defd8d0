package lockfile

import (
	"slices"
	"strings"
)

// A Flag says what part a pin has in the project, as the file says it. A file
// that does not say it gives none.
type Flag string

// The flags.
const (
	Direct      Flag = "direct"      // the project itself asks for it
	Transitive  Flag = "transitive"  // only other packages ask for it
	Development Flag = "development" // only for the work on the project
	Optional    Flag = "optional"    // the project goes without it
	Platform    Flag = "platform"    // only on some systems, which a note names
	Leftover    Flag = "leftover"    // the project is built without this version
	Vendored    Flag = "vendored"    // the project builds its own copy
)

// Flags are all of them, in the order in which they are shown.
var Flags = []Flag{Direct, Transitive, Development, Optional, Platform, Leftover, Vendored}

// flag adds a flag where it holds.
func (p Pin) flag(flag Flag, holds bool) Pin {
	if holds && !slices.Contains(p.Flags, flag) {
		p.Flags = append(slices.Clip(p.Flags), flag)
	}
	return p
}

// note adds a whole sentence.
func (p Pin) note(text string) Pin {
	p.Notes = append(slices.Clip(p.Notes), text)
	return p
}

// only notes on which systems the pin is installed, where conditions say so:
// words like "linux", or a marker.
func (p Pin) only(conditions []string) Pin {
	if len(conditions) == 0 {
		return p
	}
	said := strings.Join(conditions, ", ")
	return p.flag(Platform, true).note("It is installed only on: " + clip(said, 200) + ".")
}

// marked is [Pin.only] for a marker of Python (PEP 508), which may ask for
// other things than a system.
func (p Pin) marked(marker string) Pin {
	marker = strings.TrimSpace(marker)
	if marker == "" {
		return p
	}
	for _, word := range []string{"sys_platform", "platform_", "os_name", "os.name", "sys.platform"} {
		p = p.flag(Platform, strings.Contains(marker, word))
	}
	return p.note("It is installed only where " + clip(marker, 200) + ".")
}

// clip is a text of so many bytes at most, with a mark where more was there.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// A graph is what asks for what, by the keys of the pins.
type graph struct {
	// used, options and work are what the project itself asks for: to run, where
	// somebody wants that, and for the work on it.
	used, options, work []string
	// needs are what each pin asks for; nil where that is not followed, and then
	// only what the project itself asks for can be told.
	needs map[string][]string
	// unsure are names of packages of which the project asks for a version that
	// could not be found: which pins are meant is not known.
	unsure map[string]bool
	// open tells that not all are known who ask: what is not asked for here may be
	// asked for elsewhere.
	open bool
}

// place flags the pins by a graph.
//
//  1. What the project asks for is direct, all else transitive.
//  2. What is not reached from what is used is optional, or for development.
func (f *File) place(g graph) {
	if len(g.used)+len(g.options)+len(g.work) == 0 {
		return // the file does not say what the project asks for
	}
	direct := map[string]bool{}
	for _, key := range slices.Concat(g.used, g.options, g.work) {
		direct[key] = true
	}
	used := g.reach(g.used)
	wanted := g.reach(slices.Concat(g.used, g.options))
	all := g.reach(slices.Concat(g.used, g.options, g.work))
	for i, p := range f.Pins {
		if p.Kind == Own {
			continue
		}
		// 1.
		p = p.flag(Direct, direct[p.Key])
		p = p.flag(Transitive, !direct[p.Key] && !g.unsure[p.Name] && !g.open)
		// 2.
		if g.needs != nil && len(g.unsure) == 0 && !g.open && all[p.Key] && !used[p.Key] {
			p = p.flag(Optional, wanted[p.Key]).flag(Development, !wanted[p.Key])
		}
		f.Pins[i] = p
	}
}

// reach are the keys that are asked for from some.
func (g graph) reach(from []string) map[string]bool {
	seen := map[string]bool{}
	for todo := slices.Clone(from); len(todo) > 0; {
		key := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[key] {
			continue
		}
		seen[key] = true
		todo = append(todo, g.needs[key]...)
	}
	return seen
}

// ask adds a dependency of a kind: where it was found, by its key.
func (g *graph) ask(list *[]string, name, key string) {
	if key == "" {
		if g.unsure == nil {
			g.unsure = map[string]bool{}
		}
		g.unsure[name] = true
		return
	}
	*list = append(*list, key)
}

// need adds that one pin asks for another; key is empty where it is not in the
// file, as optional ones for other systems are.
func (g *graph) need(of, key string) {
	if g.needs == nil {
		g.needs = map[string][]string{}
	}
	if key != "" {
		g.needs[of] = append(g.needs[of], key)
	}
}

// names are the keys of an object, and none of nil.
func (n *node) names() []string {
	if n == nil {
		return nil
	}
	return n.keys
}

// texts are the elements of a list as text; a plain value alone is one.
func (n *node) texts() []string {
	if n == nil {
		return nil
	}
	if n.plain {
		return []string{n.text}
	}
	var out []string
	for _, one := range n.list {
		out = append(out, one.text)
	}
	return out
}
