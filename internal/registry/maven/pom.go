package maven

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/source"
)

// maxParents bounds the POMs that one inherits from.
const maxParents = 8

// A model is what a version's POM says, with what it inherits
// (maven.apache.org/ref/current/maven-model/maven.html).
type model struct {
	// own is the answer for the POM itself.
	own fetch.Answer
	// chain are it and its parents, as far as they came; the first is its own.
	chain []pom
	// imports are the lists of versions that they import, as far as those are needed.
	imports []model
	// route is the weakest by which one of them came.
	route fetch.Route
	// open says why what it inherits is not known whole; empty where it is.
	open string
	// lost is the error of one that could not be read; nil where all could.
	lost error
	// packaging is as written; empty for the default.
	packaging string
	// gradle tells that Gradle wrote more beside it.
	gradle bool
	// moved is where the package went, "group:artifact:version"; empty for nowhere.
	// movedTo is that where it can be asked for, else its zero value.
	moved   string
	movedTo coordinates
}

// A pom is one document.
type pom struct {
	root *node
	at   coordinates // as it states them itself, or by its parent's
	// properties are those that it sets, by name: many values may name many.
	properties map[string]string
}

// gradleMark stands in the comment by which a POM announces Gradle's metadata
// (docs.gradle.org/current/userguide/publishing_gradle_module_metadata.html).
const gradleMark = "published-with-gradle-metadata"

// readPOM reads one POM, which has to be of this name.
func readPOM(doc []byte) (pom, error) {
	root, err := parseXML(doc)
	if err != nil {
		return pom{}, err
	}
	if root.name != "project" {
		return pom{}, fmt.Errorf("its root is %.60q, and not project", root.name)
	}
	for _, part := range []*node{root, root.child("parent"), root.child("scm"), root.child("properties")} {
		if part == nil {
			continue
		}
		if twice := part.once(); twice != "" && part.name != "properties" {
			return pom{}, fmt.Errorf("it has %.60q twice", twice)
		}
	}
	p := pom{root: root, at: coordinates{group: root.at("groupId"), artifact: root.at("artifactId"), version: root.at("version")}, properties: map[string]string{}}
	if set := root.child("properties"); set != nil {
		for _, n := range set.children {
			if _, twice := p.properties[n.name]; !twice {
				p.properties[n.name] = n.text
			}
		}
	}
	if p.at.group == "" {
		p.at.group = root.at("parent", "groupId")
	}
	if p.at.version == "" {
		p.at.version = root.at("parent", "version")
	}
	return p, nil
}

// effective asks for a version's POM, and for those that it inherits from.
//
//  1. Its own: it is of this name and version, as far as it says so in plain text.
//  2. Its parents, up to a bound; one that names itself again ends it.
func effective(ctx context.Context, c *fetch.Session, at coordinates) (model, error) {
	// 1.
	m := model{}
	var err error
	if m.own, err = askPOM(ctx, c, at); err != nil {
		return m, err
	}
	m.route = m.own.Route
	if m.own.State != fetch.Found {
		m.open = "the POM could not be fetched: " + m.own.Reason
		return m, nil
	}
	p, err := readAs(m.own.Body, at)
	if err != nil {
		m.lost = err
		m.own.Unusable("what came as the POM cannot be used: " + err.Error())
		m.open = m.own.Reason
		return m, nil
	}
	m.chain = []pom{p}
	m.packaging = p.root.at("packaging")
	for _, comment := range p.root.comments {
		m.gradle = m.gradle || strings.Contains(comment, gradleMark)
	}
	// 2.
	seen := map[coordinates]bool{}
	for {
		parent := p.root.child("parent")
		next := coordinates{group: parent.at("groupId"), artifact: parent.at("artifactId"), version: parent.at("version"), extension: "pom"}
		if parent == nil {
			break
		}
		if seen[next] || len(m.chain) > maxParents || !next.plain() {
			m.open = fmt.Sprintf("its parent %q was not read", shown(next.gav()))
			break
		}
		seen[next] = true
		a, err := askPOM(ctx, c, next)
		if err != nil {
			return m, err
		}
		if a.State != fetch.Found {
			m.open = "its parent " + next.gav() + " could not be fetched: " + a.Reason
			break
		}
		if p, err = readAs(a.Body, next); err != nil {
			m.lost = err
			m.open = "its parent " + next.gav() + " cannot be used: " + err.Error()
			break
		}
		m.chain, m.route = append(m.chain, p), fetch.Worst(m.route, a.Route)
	}
	m.relocate(at)
	return m, nil
}

func askPOM(ctx context.Context, c *fetch.Session, at coordinates) (fetch.Answer, error) {
	return c.Get(ctx, fetch.Request{URL: at.as("pom", "").url(), Step: "POM", Limit: maxPOM, Form: xmlForm, Immutable: true})
}

// readAs reads a POM that must be of this name and version; one of another is a
// [registry.Astray]. A version that stands in a property of the build says nothing.
func readAs(doc []byte, at coordinates) (pom, error) {
	p, err := readPOM(doc)
	if err != nil {
		return p, err
	}
	if p.at.group == "" || p.at.artifact == "" || p.at.version == "" {
		return p, errors.New("it does not say which version it is of")
	}
	for _, same := range [][2]string{{p.at.group, at.group}, {p.at.artifact, at.artifact}, {p.at.version, at.version}} {
		if stated := same[0]; stated != same[1] && !strings.Contains(stated, "${") {
			return p, &registry.Astray{Stated: p.at.gav(), Asked: at.gav()}
		}
	}
	return p, nil
}

// plain tells whether coordinates can stand in an address.
func (at coordinates) plain() bool {
	for _, part := range []string{at.group, at.artifact, at.version} {
		if part == "" || len(part) > 255 || strings.Contains(part, "..") || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+~-") != "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".") {
			return false
		}
	}
	return true
}

// relocate reads where the package moved: what the POM leaves out there stays as
// it is (maven.apache.org/guides/mini/guide-relocation.html).
func (m *model) relocate(at coordinates) {
	to := m.chain[0].root.child("distributionManagement").child("relocation")
	if to == nil {
		return
	}
	for _, part := range []struct {
		name  string
		place *string
	}{{"groupId", &at.group}, {"artifactId", &at.artifact}, {"version", &at.version}} {
		if text := m.resolved(to.at(part.name)); text != "" {
			*part.place = text
		}
	}
	if m.moved = fmt.Sprintf("%q", shown(at.gav())); at.plain() {
		m.moved, m.movedTo = at.gav(), coordinates{group: at.group, artifact: at.artifact, version: at.version}
	}
}

// Bounds of the values of properties.
const (
	maxNested = 10
	maxValue  = 4096
)

// resolved puts the values of properties into a text. What is not known stays.
func (m *model) resolved(text string) string {
	for range maxNested {
		before := text
		var out strings.Builder
		for rest := text; ; {
			i := strings.Index(rest, "${")
			j := strings.IndexByte(rest[max(i, 0):], '}')
			if i < 0 || j < 0 {
				out.WriteString(rest)
				break
			}
			name := rest[i+2 : i+j]
			out.WriteString(rest[:i])
			if value, known := m.property(name); known {
				out.WriteString(value)
			} else {
				out.WriteString(rest[i : i+j+1])
			}
			if rest = rest[i+j+1:]; out.Len() > maxValue {
				return before
			}
		}
		if text = out.String(); text == before {
			return text
		}
	}
	return text
}

// property is the value of one: of the project's own, or of the nearest POM that
// sets it.
func (m *model) property(name string) (string, bool) {
	if len(m.chain) == 0 {
		return "", false
	}
	for _, prefix := range []string{"project.", "pom.", ""} {
		own, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		switch own {
		case "groupId":
			return m.chain[0].at.group, true
		case "artifactId":
			return m.chain[0].at.artifact, true
		case "version":
			return m.chain[0].at.version, true
		case "parent.version", "parent.groupId", "parent.artifactId":
			value := m.chain[0].root.at("parent", strings.TrimPrefix(own, "parent."))
			return value, value != ""
		case "name", "url", "description", "scm.url", "scm.tag", "scm.connection":
			value := m.chain[0].root.at(strings.Split(own, ".")...)
			return value, value != "" && prefix != ""
		}
	}
	for _, p := range m.chain {
		if value, set := p.properties[name]; set {
			return value, true
		}
	}
	return "", false
}

// inherited is the first text of these names in the POM or those it inherits from.
func (m *model) inherited(names ...string) string {
	for _, p := range m.chain {
		if text := p.root.at(names...); text != "" {
			return m.resolved(text)
		}
	}
	return ""
}

// scm is where the POM says that the source is. Of its three addresses the first
// that is one counts. Inherited ones count as the parent writes them: what Maven
// appends is a folder inside that repository.
func (m *model) scm() (repository, revision string) {
	repository, revision, _ = m.scmBy()
	return repository, revision
}

// scmBy says by which POM that is, too: the own one, or how far above that.
func (m *model) scmBy() (repository, revision string, above int) {
	first := ""
	for above, p := range m.chain {
		scm := p.root.child("scm")
		if scm == nil {
			continue
		}
		for _, name := range []string{"connection", "developerConnection", "url"} {
			address := withoutProvider(m.resolved(scm.at(name)))
			if first == "" {
				first = address
			}
			if i := strings.Index(address, "${"); i >= 0 { // a folder or tag that nobody here knows
				address = strings.TrimRight(address[:i], "/")
				address = strings.TrimSuffix(strings.TrimSuffix(address, "/tree"), "/blob")
			}
			if at, ok := source.Parse(address); ok {
				if tag := m.resolved(scm.at("tag")); tag != "HEAD" && !strings.Contains(tag, "${") && len(p.root.at("scm", "tag")) > 0 && p.root == m.chain[0].root {
					revision = tag
				}
				return at.Repository.String(), revision, above
			}
		}
	}
	return first, "", 0
}

// withoutProvider is an address of scm without the words of Maven around it
// (maven.apache.org/scm/scm-url-format.html).
func withoutProvider(address string) string {
	address = strings.TrimPrefix(strings.TrimSpace(address), "scm:")
	for _, provider := range []string{"git:", "git|", "hg:", "svn:"} {
		if rest, ok := strings.CutPrefix(address, provider); ok && !strings.HasPrefix(rest, "//") {
			return rest
		}
	}
	return address
}

// about is what the POM says that the package is.
func (m *model) about() registry.About {
	a := registry.About{Description: m.inherited("description"), Homepage: m.inherited("url")}
	for _, p := range m.chain {
		for _, l := range p.root.child("licenses").all("license") {
			if name := m.resolved(l.at("name")); name != "" {
				if a.License != "" {
					a.License += ", "
				}
				a.License += name
			}
		}
		if a.License != "" {
			break
		}
	}
	return a
}
