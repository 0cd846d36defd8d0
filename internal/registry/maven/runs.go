package maven

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/jar"
	"touchstone/internal/registry"
)

// compilers are services that compilers load of what they compile with: Groovy's,
// Kotlin's, its symbol processors, and plugins of javac.
var compilers = []string{"org.codehaus.groovy.transform.ASTTransformation", "org.jetbrains.kotlin.compiler.plugin.ComponentRegistrar",
	"org.jetbrains.kotlin.compiler.plugin.CompilerPluginRegistrar", "org.jetbrains.kotlin.compiler.plugin.CommandLineProcessor",
	"com.google.devtools.ksp.processing.SymbolProcessorProvider", "com.sun.source.util.Plugin"}

// extensions describe what Maven itself loads where a build names it
// (maven.apache.org/guides/mini/guide-using-extensions.html).
var extensions = []string{"META-INF/maven/extension.xml", "META-INF/plexus/components.xml"}

// agents are the headers of manifests by which an archive is an agent
// (docs.oracle.com, package java.lang.instrument), with what that means.
var agents = []struct{ header, what string }{
	{"Premain-Class", "It is a Java agent: a program that is started with it (-javaagent) lets it change other code."},
	{"Agent-Class", "It can be attached to a Java program that runs, and then change its code."},
	{"Launcher-Agent-Class", "Started by itself, it first runs an agent, which can change other code."},
}

// runnable is what in an archive would run, by where it stands.
type runnable struct {
	processors, compilers, extensions, gradle, services, native []string
	agents                                                      [3][]string
}

// file looks at one file; shown is where it stands.
func (r *runnable) file(name, shown string) {
	base := path.Base(name)
	ending := strings.ToLower(path.Ext(base))
	service, isService := strings.CutPrefix(name, "META-INF/services/")
	switch {
	case isService && service == "javax.annotation.processing.Processor":
		r.processors = append(r.processors, shown)
	case isService && slices.Contains(compilers, service) || name == "scalac-plugin.xml":
		r.compilers = append(r.compilers, shown)
	case isService:
		r.services = append(r.services, shown)
	case slices.Contains(extensions, name):
		r.extensions = append(r.extensions, shown)
	case strings.HasPrefix(name, "META-INF/gradle-plugins/") && ending == ".properties":
		r.gradle = append(r.gradle, shown)
	case slices.Contains([]string{".so", ".dll", ".dylib", ".jnilib", ".exe"}, ending) || strings.Contains(base, ".so."):
		r.native = append(r.native, shown)
	}
}

// manifest looks at the headers of a manifest.
func (r *runnable) manifest(main jar.Headers, shown string) {
	for n, agent := range agents {
		if main.Get(agent.header) != "" {
			r.agents[n] = append(r.agents[n], shown)
		}
	}
}

// join adds what another archive holds.
func (r *runnable) join(other runnable) {
	for _, both := range []struct{ own, other *[]string }{{&r.processors, &other.processors}, {&r.compilers, &other.compilers}, {&r.extensions, &other.extensions},
		{&r.gradle, &other.gradle}, {&r.services, &other.services}, {&r.native, &other.native}} {
		*both.own = append(*both.own, *both.other...)
	}
	for n := range r.agents {
		r.agents[n] = append(r.agents[n], other.agents[n]...)
	}
}

// run adds what would run, where there is such.
func run(in *registry.Inside, when, what, stop string, files []string) {
	if len(files) > 0 {
		in.Runs = append(in.Runs, registry.Run{When: when, What: what, Stop: stop}.In(files))
	}
}

// runs tells what using the archive would run, of what is in archives inside it, too.
func (i *inspector) runs(in *registry.Inside, files []archive.File) {
	var r runnable
	var lint []string
	for _, f := range files {
		r.file(f.Path, f.Path)
		if f.Path == "lint.jar" && i.at.extension == "aar" {
			lint = append(lint, f.Path)
		}
	}
	r.manifest(i.main, manifestPath)
	for _, one := range i.nest.all {
		r.join(one.runs)
	}
	run(in, "build", "It holds annotation processors: the compiler runs them where it finds them among what it compiles with.", "javac -proc:none", r.processors)
	run(in, "build", "It holds plugins of compilers: builds that name them run their code.", "", r.compilers)
	if i.docs[pluginPath] != nil {
		run(in, "build", "It is a plugin of Maven: builds that name it run its code, with all rights of whoever builds.", "", []string{pluginPath})
	}
	run(in, "build", "It holds components for Maven itself: builds that name it as a plugin or extension run them.", "", r.extensions)
	run(in, "build", "It holds plugins of Gradle: builds that apply them run their code, with all rights of whoever builds.", "", r.gradle)
	run(in, "build", "It holds checks for Android's lint: builds that run lint run their code.", "", lint)
	for n, agent := range agents {
		run(in, "start", agent.what, "", r.agents[n])
	}
	var places []string // docs.oracle.com, "JAR File Specification", "Class-Path Attribute"
	for _, place := range strings.Fields(i.main.Get("Class-Path")) {
		places = append(places, "Class-Path: "+registry.Cut(place, 160))
	}
	run(in, "use", "Its manifest lets Java load these with it, from where it stands or from the address given.", "", places)
	run(in, "use", "Programs that look for these services load its classes by themselves.", "", r.services)
	run(in, "use", fmt.Sprintf("It holds machine code (files: %d), which runs when it is loaded.", len(r.native)), "", r.native)
}
