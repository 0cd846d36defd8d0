package maven

import (
	"cmp"
	"strings"

	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// dependencies are what using the package pulls, by its POM and those that it
// inherits from (maven.apache.org/guides/introduction/
// introduction-to-dependency-mechanism.html): those of the scopes compile and
// runtime, and as optional those that are marked so. What only tests need, or is
// provided by others, is not pulled.
func (m *model) dependencies() []registry.Ingredient {
	var out []registry.Ingredient
	managed := m.managed()
	seen := map[string]bool{}
	for _, p := range m.chain {
		for _, d := range p.root.child("dependencies").all("dependency") {
			group, artifact, key := m.dependency(d)
			if seen[key] {
				continue // the nearer one counts
			}
			seen[key] = true
			version := cmp.Or(m.resolved(d.at("version")), managed[key].version)
			scope := cmp.Or(m.resolved(d.at("scope")), managed[key].scope)
			optional := m.resolved(d.at("optional"))
			i := registry.Ingredient{Kind: "requires", Asked: version}
			switch {
			case scope == "test" || scope == "provided" || scope == "system" || scope == "import":
				continue
			case optional == "true":
				i.Kind = "optional"
			}
			ref, err := purl.Exact(purl.Maven, group+"/"+artifact, version)
			if err != nil {
				if ref, err = purl.Parse("pkg:maven/" + group + "/" + artifact); err != nil || ref.Path() != group+"/"+artifact {
					continue
				}
			} else {
				i.Asked = ""
			}
			if strings.Contains(i.Asked, "${") {
				i.Asked = ""
			}
			i.Ref = ref.Bare().String()
			out = append(out, i)
		}
	}
	return out
}

// dependency is which package a dependency names, and by what one is the same as
// another.
func (m *model) dependency(d *node) (group, artifact, key string) {
	group, artifact = m.resolved(d.at("groupId")), m.resolved(d.at("artifactId"))
	return group, artifact, group + ":" + artifact + ":" + d.at("type") + ":" + d.at("classifier")
}

// A management completes what dependencies leave out.
type management struct{ version, scope string }

// managed is what every dependencyManagement says, by dependency: of each part the
// nearest.
func (m *model) managed() map[string]management {
	out := map[string]management{}
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
