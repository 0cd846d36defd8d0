package maven

import (
	"cmp"
	"context"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// dependencies are what using the package pulls, by its POM and those that it
// inherits from (maven.apache.org/guides/introduction/
// introduction-to-dependency-mechanism.html): those of the scope compile, and of the
// scope runtime, which nobody is compiled with. Those that are provided by others, or
// optional, are left to whoever uses the package. What only tests need, or the build's
// own machine has, is none of it.
func (m *model) dependencies() []registry.Ingredient {
	var out []registry.Ingredient
	managed, varying := m.managed(), m.varying()
	seen := map[string]bool{}
	for _, p := range m.chain {
		for _, d := range p.root.child("dependencies").all("dependency") {
			if _, _, key := m.dependency(d); !seen[key] { // the nearer one counts
				seen[key] = true
				kind := ""
				if m.varies(varying, d.at("version"), d.at("classifier"), managed[key].version) {
					kind = "profile"
				}
				out = m.append(out, d, managed, kind)
			}
		}
	}
	return append(out, m.profiled(managed, seen)...)
}

// append adds what one dependency says, as a kind where one is given, else as that of
// its scope; nothing where using the package does not pull it.
func (m *model) append(to []registry.Ingredient, d *node, managed map[string]management, kind string) []registry.Ingredient {
	group, artifact, key := m.dependency(d)
	version := cmp.Or(m.resolved(d.at("version")), managed[key].version)
	i := registry.Ingredient{Kind: cmp.Or(kind, "requires"), Asked: version}
	switch scope := cmp.Or(m.resolved(d.at("scope")), managed[key].scope); {
	case scope == "test" || scope == "system" || scope == "import":
		return to
	case scope == "provided" || m.resolved(d.at("optional")) == "true":
		i.Kind = "left"
	case scope == "runtime":
		i.Kind = cmp.Or(kind, "runtime")
	}
	ref, err := purl.Exact(purl.Maven, group+"/"+artifact, version)
	if err != nil {
		if ref, err = purl.Parse("pkg:maven/" + group + "/" + artifact); err != nil || ref.Path() != group+"/"+artifact {
			return to
		}
	} else {
		i.Asked = ""
	}
	if strings.Contains(i.Asked, "${") {
		i.Asked = ""
	}
	ref.Qualifiers = m.fileQualifiers(d)
	i.Ref = ref.Bare().String()
	return append(to, i)
}

// fileQualifiers are those of the file that a dependency names; nil where that is the
// usual one, or not known.
func (m *model) fileQualifiers(d *node) map[string]string {
	kind, classifier := m.resolved(d.at("type")), m.resolved(d.at("classifier"))
	if kind == "jar" && classifier == "" {
		kind = ""
	}
	out := map[string]string{}
	for name, value := range map[string]string{"type": kind, "classifier": classifier} {
		if value != "" && onlyWord(value) && !strings.ContainsAny(value, "+~") {
			out[name] = value
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// varying are the properties that profiles set.
func (m *model) varying() map[string]bool {
	out := map[string]bool{}
	for _, p := range m.chain {
		for _, profile := range p.root.child("profiles").all("profile") {
			if set := profile.child("properties"); set != nil {
				for _, n := range set.children {
					out[n.name] = true
				}
			}
		}
	}
	return out
}

// varies tells whether what texts mean depends on a property that only profiles set.
func (m *model) varies(varying map[string]bool, texts ...string) bool {
	for _, text := range texts {
		_, rest, found := strings.Cut(m.resolved(text), "${")
		if name, _, _ := strings.Cut(rest, "}"); found && varying[name] {
			return true
		}
	}
	return false
}

// profiled are what profiles of those POMs pull beside that
// (maven.apache.org/guides/introduction/introduction-to-profiles.html). Which profiles
// count is decided where the package is used: by Java's version, the system and
// settings; one that is active by default counts until another one does.
func (m *model) profiled(managed map[string]management, seen map[string]bool) []registry.Ingredient {
	var out []registry.Ingredient
	for _, p := range m.chain {
		for _, profile := range p.root.child("profiles").all("profile") {
			for _, d := range profile.child("dependencies").all("dependency") {
				if _, _, key := m.dependency(d); !seen[key] {
					seen[key] = true
					out = m.append(out, d, managed, "profile")
				}
			}
		}
	}
	return out
}

// dependency is which package a dependency names, and by what one is the same as
// another.
func (m *model) dependency(d *node) (group, artifact, key string) {
	group, artifact = m.resolved(d.at("groupId")), m.resolved(d.at("artifactId"))
	return group, artifact, group + ":" + artifact + ":" + cmp.Or(d.at("type"), "jar") + ":" + d.at("classifier")
}

// A management completes what dependencies leave out.
type management struct{ version, scope string }

// managed is what every dependencyManagement says, by dependency: of each part the
// nearest, then what is imported.
func (m *model) managed() map[string]management {
	out := map[string]management{}
	defer m.addImported(out)
	for _, p := range m.chain {
		for _, d := range p.root.child("dependencyManagement").child("dependencies").all("dependency") {
			_, _, key := m.dependency(d)
			nearer := out[key]
			out[key] = management{cmp.Or(nearer.version, m.resolved(d.at("version"))), cmp.Or(nearer.scope, m.resolved(d.at("scope")))}
		}
	}
	return out
}

// componentOf is what a Gradle module says that it is of.
func componentOf(doc []byte) coordinates {
	all, err := strictjson.Parse(doc)
	if err != nil {
		return coordinates{}
	}
	c := all.Object("component")
	return coordinates{group: c.Text("group"), artifact: c.Text("module"), version: c.Text("version")}
}

// addImported adds what imported lists of versions say of dependencies of which
// nothing nearer does.
func (m *model) addImported(out map[string]management) {
	for i := range m.imports {
		for key, more := range m.imports[i].managed() {
			nearer := out[key]
			out[key] = management{cmp.Or(nearer.version, more.version), cmp.Or(nearer.scope, more.scope)}
		}
	}
}

// lacksVersions tells whether a dependency that counts has no version yet.
func (m *model) lacksVersions() bool {
	managed := m.managed()
	for _, p := range m.chain {
		for _, d := range p.root.child("dependencies").all("dependency") {
			_, _, key := m.dependency(d)
			if scope := cmp.Or(m.resolved(d.at("scope")), managed[key].scope); scope != "test" && cmp.Or(d.at("version"), managed[key].version) == "" {
				return true
			}
		}
	}
	return false
}

// Bounds of the lists of versions that a POM imports, and that those do.
const (
	maxImports     = 12 // of one question, in all
	maxImportDepth = 3
)

// importLists asks for the lists of versions that POMs import
// (maven.apache.org/guides/introduction/introduction-to-dependency-mechanism.html,
// "Importing Dependencies"), in their order, while a dependency still lacks one. A list
// that does not come leaves versions open, and nothing else.
func (m *model) importLists(ctx context.Context, c *fetch.Session) error {
	left := maxImports
	return m.importInto(ctx, c, m.lacksVersions, 1, &left)
}

func (m *model) importInto(ctx context.Context, c *fetch.Session, wanted func() bool, depth int, left *int) error {
	for _, p := range m.chain {
		for _, d := range p.root.child("dependencyManagement").child("dependencies").all("dependency") {
			at := coordinates{group: m.resolved(d.at("groupId")), artifact: m.resolved(d.at("artifactId")), version: m.resolved(d.at("version"))}
			switch {
			case m.resolved(d.at("scope")) != "import" || d.at("type") != "pom" || !at.plain():
				continue
			case *left == 0 || !wanted():
				return nil
			}
			*left--
			list, err := effective(ctx, c, at)
			if err != nil {
				return err
			}
			m.imports = append(m.imports, list)
			if at := &m.imports[len(m.imports)-1]; depth < maxImportDepth {
				if err := at.importInto(ctx, c, wanted, depth+1, left); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// successor is the package to which this one moved: who asks for this gets that
// (maven.apache.org/guides/mini/guide-relocation.html).
func (m *model) successor() []registry.Ingredient {
	to := m.movedTo
	ref, err := purl.Exact(purl.Maven, to.group+"/"+to.artifact, to.version)
	if m.moved == "" || err != nil {
		return nil
	}
	return []registry.Ingredient{{Ref: ref.Bare().String(), Kind: "requires"}}
}

// listed are the packages of which a POM that is a package by itself lists versions,
// for others to import or to inherit.
func (m *model) listed() []registry.Ingredient {
	if m.packaging != "pom" || len(m.chain) == 0 {
		return nil
	}
	var out []registry.Ingredient
	for _, d := range m.chain[0].root.child("dependencyManagement").child("dependencies").all("dependency") {
		group, artifact, _ := m.dependency(d)
		ref, err := purl.Exact(purl.Maven, group+"/"+artifact, m.resolved(d.at("version")))
		if err == nil {
			out = append(out, registry.Ingredient{Ref: ref.Bare().String(), Kind: "listed"})
		}
	}
	return out
}
