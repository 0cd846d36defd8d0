package maven

import (
	"slices"
	"strings"
)

// withDependencies is an archive with all that it needs
// (maven.apache.org/plugins/maven-assembly-plugin/descriptor-refs.html).
const withDependencies = "jar-with-dependencies"

// mostMade bounds the classifiers that are read in POMs.
const mostMade = 8

// makes are the classifiers of archives that the POM, or one that it inherits from,
// has made beside the main one, as far as it says so; each stands there once.
func (m *model) makes() []string {
	var out []string
	for _, p := range m.chain {
		for _, classifier := range p.makes() {
			if classifier = m.resolved(classifier); !slices.Contains(out, classifier) && len(out) < mostMade {
				out = append(out, classifier)
			}
		}
	}
	return out
}

// makes reads one POM's plugins, those of its profiles too.
//
//  1. A goal that makes an archive of tests (maven.apache.org/plugins/maven-jar-plugin/test-jar-mojo.html).
//  2. A classifier in a plugin's configuration.
//  3. A shaded archive that stands beside the main one (maven.apache.org/plugins/maven-shade-plugin/shade-mojo.html).
//  4. The one predefined assembly that is a jar.
func (p pom) makes() []string {
	var out []string
	for _, build := range append(p.root.child("profiles").all("profile"), p.root) {
		build = build.child("build")
		for _, plugin := range append(build.child("plugins").all("plugin"), build.child("pluginManagement").child("plugins").all("plugin")...) {
			if plugin.has("goal", "test-jar", 0) { // 1.
				out = append(out, "tests")
			}
			for _, own := range append(plugin.child("executions").all("execution"), plugin) {
				configuration := own.child("configuration")
				if c := configuration.at("classifier"); c != "" { // 2.
					out = append(out, c)
				}
				if configuration.at("shadedArtifactAttached") == "true" { // 3.
					if c := configuration.at("shadedClassifierName"); c != "" {
						out = append(out, c)
					} else {
						out = append(out, "shaded")
					}
				}
				for _, d := range configuration.child("descriptorRefs").all("descriptorRef") { // 4.
					if d.text == withDependencies && configuration.at("appendAssemblyId") != "false" {
						out = append(out, d.text)
					}
				}
			}
		}
	}
	return slices.DeleteFunc(out, func(c string) bool { return strings.TrimSpace(c) == "" })
}
