package maven

import (
	"fmt"
	"path"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
)

// run adds what would run, where there is such.
func run(in *registry.Inside, when, what, stop string, files []string) {
	if len(files) > 0 {
		in.Runs = append(in.Runs, registry.Run{When: when, What: what, Stop: stop}.In(files))
	}
}

// runs tells what using the archive would run.
func (i *inspector) runs(in *registry.Inside, files []archive.File) {
	var processors, services, native, gradle []string
	for _, f := range files {
		name := path.Base(f.Path)
		switch ending := strings.ToLower(path.Ext(name)); {
		case f.Path == "META-INF/services/javax.annotation.processing.Processor":
			processors = append(processors, f.Path)
		case strings.HasPrefix(f.Path, "META-INF/services/"):
			services = append(services, f.Path)
		case strings.HasPrefix(f.Path, "META-INF/gradle-plugins/") && ending == ".properties":
			gradle = append(gradle, f.Path)
		case ending == ".so" || ending == ".dll" || ending == ".dylib" || ending == ".jnilib" || strings.Contains(name, ".so."):
			native = append(native, f.Path)
		}
	}
	run(in, "build", "It holds annotation processors: the compiler runs them where it finds them among what it compiles with.", "javac -proc:none", processors)
	if i.docs[pluginPath] != nil {
		run(in, "build", "It is a plugin of Maven: builds that name it run its code, with all rights of whoever builds.", "", []string{pluginPath})
	}
	run(in, "build", "It holds plugins of Gradle: builds that apply them run their code, with all rights of whoever builds.", "", gradle)
	for _, agent := range []string{"Premain-Class", "Agent-Class", "Launcher-Agent-Class"} {
		if i.main.Get(agent) != "" {
			run(in, "start", "It is a Java agent ("+agent+"): a program that is started with it lets it change other code.", "", []string{manifestPath})
		}
	}
	run(in, "use", "Programs that look for these services load its classes by themselves.", "", services)
	run(in, "use", fmt.Sprintf("It holds machine code (files: %d), which runs when it is loaded.", len(native)), "", native)
}
