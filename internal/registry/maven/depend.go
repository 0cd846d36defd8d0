package maven

import (
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
	seen := map[string]bool{}
	for _, p := range m.chain {
		for _, d := range p.root.child("dependencies").all("dependency") {
			group, artifact := m.resolved(d.at("groupId")), m.resolved(d.at("artifactId"))
			key := group + ":" + artifact + ":" + d.at("type") + ":" + d.at("classifier")
			if seen[key] {
				continue // the nearer one counts
			}
			seen[key] = true
			version, scope, optional := m.managed(d, key)
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

// managed is what a dependency says, completed by the nearest dependencyManagement
// that names it.
func (m *model) managed(d *node, key string) (version, scope, optional string) {
	version, scope, optional = m.resolved(d.at("version")), m.resolved(d.at("scope")), m.resolved(d.at("optional"))
	for _, p := range m.chain {
		if version != "" && scope != "" {
			break
		}
		for _, other := range p.root.child("dependencyManagement").child("dependencies").all("dependency") {
			if m.resolved(other.at("groupId"))+":"+m.resolved(other.at("artifactId"))+":"+other.at("type")+":"+other.at("classifier") != key {
				continue
			}
			if version == "" {
				version = m.resolved(other.at("version"))
			}
			if scope == "" {
				scope = m.resolved(other.at("scope"))
			}
		}
	}
	return version, scope, optional
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
