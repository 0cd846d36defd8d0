package pypi

import (
	"bytes"
	"slices"
	"strings"

	"touchstone/internal/registry"
	"touchstone/internal/source"
)

// A metadata document is a package's core metadata
// (packaging.python.org/specifications/core-metadata): fields by their names in
// lower case, each as often as it stands.
type metadata map[string][]string

// readMetadata reads METADATA and PKG-INFO, which are headers of e-mail (RFC 822)
// and perhaps a description behind an empty line, as Python's own reader does
// (email.feedparser): what it passes over ends nothing, so that nothing which
// installers follow can stand behind it unseen.
//
//  1. A line ends with a line feed, a carriage return, or both.
//  2. One that begins with white space goes on with the header before it.
//  3. One that begins as an envelope does, or has no name, is passed over.
//  4. What else is no header ends the reading.
func readMetadata(doc []byte) metadata {
	m := metadata{}
	last, more := "", []string(nil) // the header that is read, and the lines of its value
	end := func() {
		if len(more) > 1 { // joined once: a value may have as many lines as the document
			values := m[last]
			values[len(values)-1] = strings.Join(more, "\n")
		}
		last, more = "", nil
	}
	for len(doc) > 0 {
		var line []byte
		line, doc = cutLine(doc) // 1.
		text := strings.ToValidUTF8(string(line), "�")
		if text != "" && (text[0] == ' ' || text[0] == '\t') { // 2.
			if last != "" {
				more = append(more, strings.TrimSpace(text))
			}
			continue
		}
		name, value, found := strings.Cut(text, ":")
		if strings.HasPrefix(text, "From ") || found && name == "" { // 3.
			end()
			continue
		}
		if !found || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) { // 4.
			break
		}
		end()
		last, more = strings.ToLower(name), []string{strings.TrimSpace(value)}
		m[last] = append(m[last], more[0])
	}
	end()
	return m
}

// cutLine takes the first line off a document, without its end.
func cutLine(doc []byte) (line, rest []byte) {
	i := bytes.IndexAny(doc, "\r\n")
	if i < 0 {
		return doc, nil
	}
	line, rest = doc[:i], doc[i+1:]
	if doc[i] == '\r' {
		rest = bytes.TrimPrefix(rest, []byte("\n"))
	}
	return line, rest
}

// text is the value of a field that may stand once. One that stands more often
// means different things to different readers, and so is all its values.
func (m metadata) text(field string) string { return strings.Join(m[field], ", ") }

// name and version are the two, each as asked where it means the same.
func (m metadata) names(document string, at located) []registry.NameInside {
	name, version := m.text("name"), m.text("version")
	if canonical(name) == canonical(at.name) {
		name = at.name
	}
	if sameVersion(version, at.version) {
		version = at.version
	}
	return []registry.NameInside{
		{Document: document, Field: "Name", Stated: name, Asked: at.name},
		{Document: document, Field: "Version", Stated: version, Asked: at.version},
	}
}

// links are the project's addresses by their labels, as indexes read them
// (packaging.python.org/specifications/well-known-project-urls: lower case, no
// punctuation and no white space).
func (m metadata) link(labels ...string) string {
	for _, want := range labels {
		for _, value := range m["project-url"] {
			label, address, _ := strings.Cut(value, ",")
			label = strings.Map(func(r rune) rune {
				if strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\n\r\v\f", r) {
					return -1
				}
				return r
			}, strings.ToLower(label))
			if label == want {
				return strings.TrimSpace(address)
			}
		}
	}
	return ""
}

// homepage is the project's own.
func (m metadata) homepage() string {
	if stated := m.link("homepage"); stated != "" {
		return stated
	}
	return m.text("home-page")
}

// repository is the source repository that the project states: by a label that
// means one, else where its home page is one on a site that hosts code.
func (m metadata) repository() string {
	if stated := m.link("source", "repository", "sourcecode", "github"); stated != "" {
		return stated
	}
	home := m.homepage()
	if a, ok := source.Parse(home); ok && slices.Contains([]string{"github.com", "gitlab.com", "codeberg.org", "bitbucket.org"}, a.Host) {
		return home
	}
	return ""
}

// about is what the package says that it is. Old ones put their whole licence
// into its field.
func (m metadata) about() registry.About {
	license := m.text("license-expression")
	if old := m.text("license"); license == "" && len(old) <= 100 && !strings.Contains(old, "\n") {
		license = old
	}
	return registry.About{Description: m.text("summary"), License: license, Homepage: m.homepage()}
}

// requires are the packages that installing pulls, and those of extras, which must
// be asked for.
func (m metadata) requires() []registry.Ingredient {
	var out []registry.Ingredient
	for _, line := range m["requires-dist"] {
		if i, ok := requirement(line); ok {
			out = append(out, i)
		}
	}
	return out
}
