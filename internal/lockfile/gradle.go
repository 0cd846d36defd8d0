package lockfile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/purl"
)

// gradleRoot is the name of the root element of Gradle's verification metadata, and
// gradleSpace begins the names of its namespaces (docs.gradle.org/current/userguide/
// dependency_verification.html).
const (
	gradleRoot  = "verification-metadata"
	gradleSpace = "https://schema.gradle.org/dependency-verification"
)

func looksGradle(doc []byte) bool {
	return has(doc, "<"+gradleRoot) && has(doc, gradleSpace)
}

// An element is one of an XML document, without what stands between elements.
type element struct {
	name       string
	line       int
	attributes map[string]string
	children   []*element
	text       string
}

// under are the children of a name.
func (e *element) under(name string) []*element {
	var out []*element
	for _, c := range e.children {
		if c.name == name {
			out = append(out, c)
		}
	}
	return out
}

// readElements reads a document, whole or not at all. It has no document type and no
// entities of its own, each attribute once, and one namespace for all elements.
func readElements(doc []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(doc))
	var open []*element
	var root *element
	for {
		line, _ := d.InputPos()
		token, err := d.Token()
		if errors.Is(err, io.EOF) && root != nil && len(open) == 0 {
			return root, nil
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: it is no XML that is read here: %w", line, err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, fmt.Errorf("line %d: it has a document type, which is not read", line)
		case xml.ProcInst:
			if t.Target != "xml" {
				return nil, fmt.Errorf("line %d: it has an instruction %.40q, which is not read", line, t.Target)
			}
		case xml.StartElement:
			e, err := opened(t, line)
			if err != nil {
				return nil, err
			}
			switch {
			case len(open) == deepest:
				return nil, fmt.Errorf("line %d: its elements stand deeper in one another than is read", line)
			case len(open) > 0:
				above := open[len(open)-1]
				above.children = append(above.children, e)
			case root != nil:
				return nil, fmt.Errorf("line %d: it has two roots", line)
			default:
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if text := strings.TrimSpace(string(t)); text != "" && len(open) > 0 {
				open[len(open)-1].text += text
			}
		}
	}
}

func opened(t xml.StartElement, line int) (*element, error) {
	if !strings.HasPrefix(t.Name.Space, gradleSpace) {
		return nil, fmt.Errorf("line %d: %.60q is of another namespace", line, t.Name.Local)
	}
	e := &element{name: t.Name.Local, line: line, attributes: map[string]string{}}
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" || a.Name.Space != "" {
			continue
		}
		if _, twice := e.attributes[a.Name.Local]; twice {
			return nil, fmt.Errorf("line %d: %.60q stands there twice", line, a.Name.Local)
		}
		e.attributes[a.Name.Local] = a.Value
	}
	return e, nil
}

// readGradle reads gradle/verification-metadata.xml: every file of every component,
// with its digests.
func readGradle(f *File, doc []byte) error {
	root, err := readElements(doc)
	if err != nil {
		return err
	}
	if root.name != gradleRoot {
		return fmt.Errorf("line %d: its root is %.60q", root.line, root.name)
	}
	f.Format = "verification-metadata.xml"
	for _, part := range root.children {
		switch part.name {
		case "configuration":
			if err := f.gradleRules(part); err != nil {
				return err
			}
		case "components":
			for i, component := range part.children {
				if err := f.component(fmt.Sprintf("components › component[%d]", i), component); err != nil {
					return err
				}
			}
		default:
			return fmt.Errorf("line %d: %.60q is not known here", part.line, part.name)
		}
	}
	return nil
}

// gradleRules adds what the file lets through without a digest: each rule is an entry,
// so that nobody adds one unseen.
func (f *File) gradleRules(configuration *element) error {
	for _, c := range configuration.children {
		if c.name == "verify-metadata" && c.text != "true" {
			f.Notes = append(f.Notes, "Gradle does not check POMs and module files by it.")
		}
		kind, why := Impossible, "Gradle takes every file that fits this rule, and compares it with nothing."
		switch c.name {
		case "trusted-keys":
			kind, why = NotRead, "Gradle takes every file that fits this rule and that this key signed. Such keys are not looked at here."
		case "trusted-artifacts":
		default:
			continue
		}
		for _, rule := range c.children {
			said := rule.words()
			if err := f.add(Pin{Line: rule.line, Key: "configuration › " + c.name + " › " + said, Name: said}.is(kind, why)); err != nil {
				return err
			}
		}
	}
	return nil
}

// words are an element's name and attributes, and what is inside it, in one line.
func (e *element) words() string {
	said := []string{e.name}
	for _, key := range slices.Sorted(maps.Keys(e.attributes)) {
		said = append(said, fmt.Sprintf("%s=%q", key, e.attributes[key]))
	}
	for _, c := range e.children {
		said = append(said, "("+c.words()+")")
	}
	return strings.Join(said, " ")
}

// component adds the files of one component.
func (f *File) component(key string, component *element) error {
	if component.name != "component" {
		return fmt.Errorf("line %d: %.60q is not known here", component.line, component.name)
	}
	group, name, version := component.attributes["group"], component.attributes["name"], component.attributes["version"]
	for _, a := range component.children {
		if a.name != "artifact" {
			return fmt.Errorf("line %d: %.60q is not known here", a.line, a.name)
		}
		file := a.attributes["name"]
		p := Pin{Line: a.line, Key: key + " › " + file, Name: group + "/" + name, Version: version}
		if err := f.add(p.gradleFile(name, file, a)); err != nil {
			return err
		}
	}
	return nil
}

// gradleFile is one file of a component. Its name tells its kind and classifier, as
// Maven's layout has it.
func (p Pin) gradleFile(name, file string, a *element) Pin {
	rest, ok := strings.CutPrefix(file, name+"-"+p.Version)
	qualifiers := map[string]string{}
	switch dot := strings.LastIndexByte(rest, '.'); {
	case !ok || dot < 0 || rest[0] != '.' && rest[0] != '-' || dot == len(rest)-1:
		return p.is(NotRead, fmt.Sprintf("The file %.200q is not called as the repository calls those of this version.", file))
	case rest[0] == '.':
		qualifiers["type"] = rest[1:]
	default:
		if strings.HasSuffix(rest[:dot], ".tar") {
			dot -= len(".tar")
		}
		if qualifiers["classifier"], qualifiers["type"] = rest[1:dot], rest[dot+1:]; dot < 2 {
			return p.is(NotRead, fmt.Sprintf("The file %.200q has no classifier where one begins.", file))
		}
	}
	digests, notes, err := gradleDigests(a)
	if p = p.ofPackage(purl.Maven, digests, err); p.Kind != Package {
		return p
	}
	p.Ref.Qualifiers = qualifiers
	if again, err := purl.Parse(p.Ref.String()); err != nil || again.String() != p.Ref.String() {
		return p.is(NotRead, fmt.Sprintf("The file %.200q cannot be named as one of this version.", file))
	}
	p.Notes = append(p.Notes, notes...)
	return p
}

// gradleDigests are those that a file may have: one of each kind, or one that is
// also trusted.
func gradleDigests(a *element) (digests []digest.Digest, notes []string, err error) {
	for _, c := range a.children {
		switch c.name {
		case "pgp", "ignored-keys":
			if note := "It names keys of OpenPGP signatures, which are not compared here."; !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
			continue
		case "md5", "sha1", "sha256", "sha512":
		default:
			return nil, nil, fmt.Errorf("line %d: %.60q is not known here", c.line, c.name)
		}
		values := []string{c.attributes["value"]}
		for _, also := range c.under("also-trust") {
			values = append(values, also.attributes["value"])
		}
		if len(values) != len(c.children)+1 {
			return nil, nil, fmt.Errorf("line %d: something beside also-trust stands in %s", c.line, c.name)
		}
		for _, value := range values {
			d, err := digest.Hex(c.name, value)
			if err != nil {
				return nil, nil, err
			}
			digests = append(digests, d)
		}
	}
	if len(digests) == 0 {
		notes = append(notes, "It pins no digest.")
	}
	return digests, notes, nil
}
