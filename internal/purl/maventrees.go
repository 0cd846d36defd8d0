package purl

import "strings"

// readMavenTree reads a line of what Maven and Gradle print of dependencies:
//
//	[INFO] |  +- g:a:jar:v:compile
//	|    \--- g:a:v -> w (*)
//
// Of two versions the one behind the arrow is used.
func readMavenTree(text string) (Ref, bool, error) {
	line := strings.TrimLeft(strings.TrimPrefix(text, "[INFO]"), " |+\\-")
	words := strings.Fields(line)
	if line == text || len(words) == 0 || !isCoordinates(words[0]) {
		return Ref{}, false, nil
	}
	at := words[0]
	if len(words) > 2 && words[1] == "->" {
		if parts := strings.Split(at, ":"); strings.Contains(words[2], ":") {
			at = words[2]
		} else {
			at = parts[0] + ":" + parts[1] + ":" + words[2]
		}
	}
	ref, err := readCoordinates(at)
	return ref, true, err
}

// readGradleAlias reads what stands for a package in builds of Gradle: a module of
// Kotlin's by its short name; and refuses aliases of a catalogue, and plugins by their
// ids, with what to paste.
func readGradleAlias(text string) (Ref, bool, error) {
	_, rest, found := strings.Cut(text, "kotlin(\"")
	module, rest, closed := strings.Cut(rest, "\"")
	switch id, isID := strings.CutPrefix(text, "id"); {
	case found && closed && mavenWord(module) && strings.HasPrefix(text, "kotlin") && strings.Contains(rest, " version "):
		return Ref{}, true, gradlePlugin("org.jetbrains.kotlin."+module, rest)
	case found && closed && mavenWord(module):
		version := ""
		if _, v, two := strings.Cut(rest, "\""); two {
			version, _, _ = strings.Cut(v, "\"")
		}
		ref, err := mavenFile("org.jetbrains.kotlin", "kotlin-"+module, version, "", "")
		return ref, true, err
	case isID && strings.IndexAny(id, `"'`) == len(id)-len(strings.TrimLeft(id, " (")) && strings.Contains(id, " version "):
		name := strings.FieldsFunc(id, func(r rune) bool { return strings.ContainsRune(" ('\")", r) })[0]
		if mavenWord(name) && strings.Contains(name, ".") {
			return Ref{}, true, gradlePlugin(name, id)
		}
	case strings.Contains(text, "(libs.") || strings.Contains(text, " libs."):
		return Ref{}, true, fail(Malformed, "The line names an alias of a version catalogue. Paste the alias's line of gradle/libs.versions.toml, or group:artifact:version.")
	}
	return Ref{}, false, nil
}

// gradlePlugin is the refusal of a plugin by its id
// (docs.gradle.org/current/userguide/plugins.html, "Plugin Marker Artifacts").
func gradlePlugin(id, rest string) error {
	r := Refuse(NoPackage, "The line names a plugin of Gradle by its id. Such plugins come from Gradle's own portal, which is not asked here.")
	_, version, _ := strings.Cut(rest, " version ")
	version, _, _ = strings.Cut(strings.TrimLeft(version, `"'`), `"`)
	version, _, _ = strings.Cut(version, `'`)
	if ref, err := newMaven(id+":"+id+".gradle.plugin", version); err == nil {
		r.Offer(ref, "its marker, if Maven Central has it too")
	}
	return r
}
