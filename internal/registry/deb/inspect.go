package deb

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"touchstone/internal/archive"
	container "touchstone/internal/archive/deb"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// maxScript bounds one control file that is read, in bytes.
const maxScript = 4 << 20

// An inspector reads a package's control file and its maintainer scripts.
type inspector struct {
	asked  purl.Ref
	entry  *entry // what the list states of it; nil where none was found
	docs   map[string]*bytes.Buffer
	unread string
}

// Open asks for them.
func (i *inspector) Open(name string, size int64) io.Writer {
	base, ok := strings.CutPrefix(name, container.Control)
	if !ok || base != "control" && base != "triggers" && !slices.Contains(scripts, base) {
		return nil
	}
	if size > maxScript || i.docs[base] != nil {
		i.leave("Its " + base + " is larger, or one of more, than is read.")
		return nil
	}
	if i.docs == nil {
		i.docs = map[string]*bytes.Buffer{}
	}
	i.docs[base] = &bytes.Buffer{}
	return i.docs[base]
}

func (i *inspector) leave(why string) {
	if i.unread == "" {
		i.unread = why
	}
}

// compared are the fields that the list must state as the package does, beside
// name, version and architecture: apt decides by the list's, and dpkg by those
// inside. Archives copy them; what they set themselves (Section, Priority, Tag, Task,
// Description, Origin, Bugs, Build-Essential) is not among them.
var compared = []string{
	"Source", "Essential", "Protected", "Important", "Multi-Arch", "Pre-Depends", "Depends", "Recommends", "Suggests", "Enhances",
	"Conflicts", "Breaks", "Replaces", "Provides", "Built-Using", "Static-Built-Using",
}

// Inside tells what they say.
func (i *inspector) Inside(ctx context.Context, files []archive.File) registry.Inside {
	var in registry.Inside
	if ctx.Err() != nil {
		return registry.Inside{Unread: "Reading it was cancelled."}
	}
	control := stanza{}
	if doc := i.docs["control"]; doc == nil {
		i.leave("It has no control file that could be read.")
	} else if s, err := parseStanza(doc.String()); err != nil {
		i.leave("Its control file cannot be read in one way: " + err.Error() + ".")
	} else {
		control = s
	}
	document := container.Control + "control"
	// Archives write their lists from the packages: what differs is another package.
	state := func(field, stated, asked string) {
		in.Names = append(in.Names, registry.NameInside{Document: document, Field: field, Stated: stated, Asked: asked, Enforced: i.entry != nil})
	}
	if len(control) > 0 {
		state("Package", control["package"], i.asked.Name)
		state("Version", control["version"], i.asked.Version)
		state("Architecture", control["architecture"], i.asked.Qualifiers["arch"])
	}
	if i.entry != nil && len(control) > 0 {
		for _, field := range compared {
			name := strings.ToLower(field)
			if stated, asked := unfolded(control[name]), unfolded(i.entry.fields[name]); stated != asked {
				state(field, stated, asked)
			}
		}
	}
	for _, f := range files {
		if strings.HasSuffix(strings.ToLower(f.Path), "/security.md") {
			in.Contact = append(in.Contact, f.Path)
		}
	}
	i.runs(&in)
	in.Ingredients = i.requires(control)
	in.Read, in.Unread = i.unread == "", i.unread
	return in
}

// unfolded is a field's value on one line: where it is folded says nothing.
func unfolded(value string) string { return strings.Join(strings.Fields(value), " ") }

// requires are the packages that dpkg demands: of alternatives the first, which
// apt takes (debian-policy, 7.1).
func (i *inspector) requires(control stanza) []registry.Ingredient {
	var out []registry.Ingredient
	for _, field := range []string{"pre-depends", "depends"} {
		for relation := range strings.SplitSeq(control[field], ",") {
			first, others, _ := strings.Cut(strings.Join(strings.Fields(relation), " "), "|")
			name, version, _ := strings.Cut(strings.TrimSpace(first), " ")
			name, _, _ = strings.Cut(name, ":")
			ref, err := purl.Parse("pkg:deb/" + i.asked.Namespace + "/" + name)
			if name == "" || err != nil {
				continue
			}
			asked := strings.Trim(version, "() ")
			if others = strings.TrimSpace(others); others != "" {
				asked = strings.TrimSpace(asked + " or " + others)
			}
			out = append(out, registry.Ingredient{Ref: ref.String(), Kind: "requires", Asked: asked})
		}
	}
	return out
}
