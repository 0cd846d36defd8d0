package purl

import (
	"slices"
	"strings"
)

// readMavenText reads how builds name Maven packages.
//
//  1. Elements of Maven's and Ivy's XML.
//  2. Lines in which group, name and version stand under their names: Gradle,
//     version catalogues, Grape.
//  3. sbt's, with percent signs; Leiningen's and Clojure's.
//  4. Coordinates between quotes, behind words of a build; commands of Maven; lines of
//     trees of dependencies, and what stands for a package in Gradle.
func readMavenText(text string) (Ref, bool, error) {
	// 1.
	if strings.HasPrefix(text, "<") {
		text = uncommented(text)
	}
	if ref, ok, err := readMavenXML(text); ok {
		return ref, true, err
	}
	if strings.Contains(text, "\n") {
		return Ref{}, false, nil
	}
	// 2.
	if ref, ok, err := readMavenNamed(text); ok {
		return ref, true, err
	}
	// 3.
	if ref, ok, err := readSbt(text); ok {
		return ref, true, err
	}
	if ref, ok, err := readClojure(text); ok {
		return ref, true, err
	}
	// 4.
	if ref, ok, err := readGradleAlias(text); ok {
		return ref, true, err
	}
	if ref, ok, err := readMavenTree(text); ok {
		return ref, true, err
	}
	return readMavenQuoted(text)
}

// uncommented is XML without its comments.
func uncommented(text string) string {
	for {
		before, rest, found := strings.Cut(text, "<!--")
		_, after, closed := strings.Cut(rest, "-->")
		if !found || !closed {
			return strings.TrimSpace(text)
		}
		text = before + after
	}
}

// readMavenXML reads one element of a POM, of Ivy's, or a component of Gradle's
// verification metadata, that names a package.
func readMavenXML(text string) (Ref, bool, error) {
	if parts := strings.Split(text, "<dependency "); strings.HasPrefix(text, "<") && len(parts) > 1 && strings.Contains(text, " rev=") {
		var found []Ref
		for _, part := range parts[1:] {
			ref, err := mavenFile(attribute(" "+part, "org"), attribute(" "+part, "name"), attribute(" "+part, "rev"), "", "")
			if err != nil {
				return Ref{}, true, err
			}
			found = append(found, ref)
		}
		ref, err := one(found)
		return ref, true, err
	}
	if strings.HasPrefix(text, "<component ") && strings.Contains(text, "<artifact ") {
		ref, err := readMavenComponent(text)
		return ref, true, err
	}
	if strings.HasPrefix(text, "<") && strings.Contains(text, "<systemPath>") {
		return Ref{}, true, fail(NoPackage, "The element takes its file from a place on the device of whoever builds (systemPath), and not from a repository.")
	}
	if !strings.HasPrefix(text, "<") || !strings.Contains(text, "<artifactId>") && !strings.Contains(text, "<groupId>") {
		return Ref{}, false, nil
	}
	for i := strings.Index(text, "<exclusions>"); i >= 0; i = strings.Index(text, "<exclusions>") {
		j := strings.Index(text, "</exclusions>")
		if j < i {
			return Ref{}, true, fail(Malformed, "The element is not whole. Paste group:artifact:version.")
		}
		text = text[:i] + text[j+len("</exclusions>"):]
	}
	var found []Ref
	groups, artifacts := strings.Count(text, "<groupId>"), strings.Count(text, "<artifactId>")
	if artifacts > 1 {
		for _, closing := range []string{"</dependency>", "</plugin>", "</parent>"} {
			parts := strings.SplitAfter(text, closing)
			if len(parts) < 2 {
				continue
			}
			for _, part := range parts {
				if strings.Count(part, "<artifactId>") != 1 {
					continue
				}
				ref, _, err := readMavenXML(strings.TrimSpace(part[strings.IndexByte(part, '<'):]))
				if err != nil {
					return Ref{}, true, err
				}
				found = append(found, ref)
			}
			ref, err := one(found)
			return ref, true, err
		}
		return Ref{}, true, errSeveral()
	}
	group := element(text, "groupId")
	if groups == 0 && strings.Contains(text, "<plugin>") {
		group = "org.apache.maven.plugins" // the model's own default (maven.apache.org/ref/current/maven-model)
	}
	if group == "" || element(text, "artifactId") == "" {
		return Ref{}, true, fail(Malformed, "The element names no group or no artifact, and both are needed. Paste the whole element, or group:artifact:version.")
	}
	ref, err := mavenFile(group, element(text, "artifactId"), element(text, "version"), element(text, "type"), element(text, "classifier"))
	return ref, true, err
}

// readMavenComponent reads a component of Gradle's verification metadata: its files,
// each with its strong digests
// (docs.gradle.org/current/userguide/dependency_verification.html).
func readMavenComponent(text string) (Ref, error) {
	head, rest, _ := strings.Cut(text, ">")
	group, artifact, version := attribute(head, "group"), attribute(head, "name"), attribute(head, "version")
	var found []Ref
	for _, part := range strings.Split(rest, "<artifact ")[1:] {
		file := attribute(" "+part, "name")
		if !strings.HasPrefix(file, artifact+"-"+version) || version == "" {
			return Ref{}, fail(Malformed, "The component holds a file %s, which is not called as its version's are. Paste group:artifact:version.", shown(file))
		}
		ref, err := readMavenFile(group, artifact, version, file)
		for _, kind := range []string{"sha256", "sha512"} {
			_, value, listed := strings.Cut(part, "<"+kind+" ")
			if !listed || err != nil {
				continue
			}
			var d Digest
			d, err = hexDigest(kind, attribute(" "+value, "value"))
			ref.Digests = append(ref.Digests, d)
		}
		if err != nil {
			return Ref{}, err
		}
		found = append(found, ref)
	}
	return one(found)
}

// element is the text of the first element of a name; empty for none.
func element(text, name string) string {
	_, rest, _ := strings.Cut(text, "<"+name+">")
	value, _, closed := strings.Cut(rest, "</"+name+">")
	if !closed {
		return ""
	}
	return strings.TrimSpace(value)
}

// attribute is the value of an attribute; empty for none.
func attribute(text, name string) string {
	_, rest, found := strings.Cut(text, " "+name+"=")
	if !found || rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	value, _, _ := strings.Cut(rest[1:], rest[:1])
	return value
}

// readMavenNamed reads lines in which the parts stand under their names:
//
//	implementation group: 'g', name: 'a', version: 'v'
//	implementation(group = "g", name = "a", version = "v")
//	guava = { module = "g:a", version = "v" }
//	@Grab(group='g', module='a', version='v')
func readMavenNamed(text string) (Ref, bool, error) {
	fields := map[string]string{}
	rest := text
	for {
		i := strings.IndexAny(rest, `"'`)
		if i < 0 {
			break
		}
		key := strings.TrimRight(rest[:i], " :=")
		if key == rest[:i] {
			break
		}
		if at := strings.LastIndexAny(key, " ({,\t@"); at >= 0 {
			key = key[at+1:]
		}
		value, after, closed := strings.Cut(rest[i+1:], rest[i:i+1])
		if !closed {
			break
		}
		if _, twice := fields[key]; twice {
			return Ref{}, false, nil
		}
		fields[key], rest = value, after
	}
	for _, asked := range []string{"", "archetype"} { // -DgroupId=g -DartifactId=a -Dversion=v, of mvn's commands
		if g, a := option(text, asked, "groupId"), option(text, asked, "artifactId"); g != "" && a != "" {
			ref, err := mavenFile(g, a, option(text, asked, "version"), option(text, asked, "packaging"), option(text, asked, "classifier"))
			return ref, true, err
		}
	}
	name := fields["name"]
	if name == "" {
		name = fields["module"]
	}
	group := fields["group"]
	if g, a, ok := strings.Cut(fields["module"], ":"); ok && group == "" {
		group, name = g, a
	}
	if group == "" || name == "" {
		return Ref{}, false, nil
	}
	version := fields["version"]
	if version == "" && (fields["version.ref"] != "" || strings.Contains(text, "version")) {
		version = "${" + fields["version.ref"] + "}"
	}
	ref, err := mavenFile(group, name, version, fields["ext"], fields["classifier"])
	return ref, true, err
}

// option is the value of an option of a command of Maven; empty for none.
func option(text, before, name string) string {
	if before != "" {
		name = before + strings.ToUpper(name[:1]) + name[1:]
	}
	_, rest, _ := strings.Cut(text, " -D"+name+"=")
	value, _, _ := strings.Cut(rest, " ")
	return strings.Trim(value, `"'`)
}

// readSbt reads "group" % "artifact" % "version".
func readSbt(text string) (Ref, bool, error) {
	i := strings.IndexByte(text, '"')
	if i < 0 || !strings.Contains(text, `" %`) {
		return Ref{}, false, nil
	}
	parts := strings.Split(strings.ReplaceAll(text[i:], "%%%", "%%"), "%")
	scala := false
	var words []string
	for n, p := range parts {
		p = strings.TrimSpace(p)
		if p == "" && n == 1 {
			scala = true
			continue
		}
		value, _, closed := strings.Cut(strings.TrimPrefix(p, `"`), `"`)
		if !closed || len(p) < 2 || p[0] != '"' {
			break
		}
		words = append(words, value)
	}
	if len(words) < 2 {
		return Ref{}, true, fail(Malformed, "The line of sbt names no package. Expected is for example \"org.typelevel\" %% \"cats-core_2.13\" %% \"2.10.0\".")
	}
	if scala {
		return Ref{}, true, scalaName(words[0], words[1])
	}
	version := ""
	if len(words) > 2 {
		version = words[2]
	} else if len(parts) > 2 {
		version = "${" + strings.TrimSpace(parts[2]) + "}"
	}
	classifier := ""
	if _, rest, found := strings.Cut(text, "classifier"); found {
		if rest = strings.TrimLeft(rest, " ("); strings.HasPrefix(rest, `"`) {
			classifier, _, _ = strings.Cut(rest[1:], `"`)
		}
	}
	ref, err := mavenFile(words[0], words[1], version, "", classifier)
	return ref, true, err
}

// readClojure reads [group/artifact "version"] of Leiningen, and
// group/artifact {:mvn/version "version"} of Clojure's own tool. A name alone is
// its own group.
func readClojure(text string) (Ref, bool, error) {
	for _, before := range []string{":dependencies", "{:deps", "["} {
		if rest, ok := strings.CutPrefix(text, before); ok && (before != "[" || strings.HasPrefix(rest, "[")) {
			text = strings.TrimLeft(rest, " \n\t{")
		}
	}
	inner, open := strings.CutPrefix(text, "[")
	name, rest, _ := strings.Cut(inner, " ")
	tool := strings.Contains(rest, ":mvn/version")
	if !open && !tool {
		return Ref{}, false, nil
	}
	i := strings.IndexByte(rest, '"')
	if i < 0 || strings.ContainsAny(name, `"'=<`) {
		return Ref{}, false, nil
	}
	version, _, closed := strings.Cut(rest[i+1:], `"`)
	group, artifact, found := strings.Cut(name, "/")
	if !found {
		artifact = group
	}
	if !closed || !mavenWord(group) || !mavenWord(artifact) || !tool && i != 0 {
		return Ref{}, false, nil
	}
	if strings.Count(text, ":mvn/version") > 1 || open && strings.Count(text, "[")-strings.Count(text, ":exclusions [") > 1 {
		return Ref{}, true, errSeveral()
	}
	ref, err := mavenFile(group, artifact, version, "", "")
	return ref, true, err
}

// builders are the words before coordinates in the lines of builds, in lower
// case; those of Gradle end as its configurations do.
var builders = []string{"implementation", "api", "compileonly", "runtimeonly", "compile", "runtime", "provided", "kapt", "ksp", "annotationprocessor",
	"classpath", "platform", "enforcedplatform", "coordinates", "module", "library", "@grab", "//deps", "using", "ivy", "mvn", "dep", "lib", "artifact", "maven", "desugaring"}

// readMavenQuoted reads coordinates behind the word of a build, and commands.
func readMavenQuoted(text string) (Ref, bool, error) {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\"'(),;`", r) })
	if len(words) < 2 {
		return Ref{}, false, nil
	}
	first := strings.ToLower(words[0])
	if i := strings.LastIndexByte(first, '.'); i > 0 {
		first = first[i+1:]
	}
	known := first == "//>" || strings.Contains(text, " = ")
	for _, b := range builders {
		known = known || strings.HasSuffix(first, b)
	}
	if !known {
		return Ref{}, false, nil
	}
	for _, elsewhere := range []string{"project(", "files(", "fileTree("} {
		if strings.Contains(text, " "+elsewhere) || strings.Contains(text, "("+elsewhere) {
			return Ref{}, true, fail(NoPackage, "The line takes %s) of the build itself, and no package of a repository.", elsewhere)
		}
	}
	// What says the version behind the coordinates, or begins to.
	behind := ""
	for _, word := range []string{"version", "prefer", "require", "strictly", "+"} {
		if i := slices.Index(words, word); i > 0 {
			if behind = "${" + word + "}"; i+1 < len(words) && looksLikeVersion(words[i+1]) {
				behind = words[i+1]
			} else if word == "+" && i+1 < len(words) {
				behind = "${" + words[i+1] + "}"
			}
		}
	}
	var found []Ref
	command := first == "mvn" || first == "mvnw"
	chosen := strings.Contains(text, "-Dartifact=")
	for _, w := range words[1:] {
		if command && chosen && !strings.HasPrefix(w, "-D") {
			continue // the plugin that is to fetch it
		}
		if command && strings.Count(w, ":") == 3 && w[0] != '-' {
			w = w[:strings.LastIndexByte(w, ':')] // without the goal
		}
		if p := strings.Split(w, ":"); len(p) == 4 && p[1] == "" && mavenWord(p[0]) && mavenWord(p[2]) {
			return Ref{}, true, scalaName(p[0], p[2])
		}
		for _, option := range []string{"-Dartifact=", "-DremoteRepositories="} {
			if value, ok := strings.CutPrefix(w, option); ok && option == "-DremoteRepositories=" {
				return Ref{}, true, fail(RefusedQualifier, "The option %s changes where the package comes from. Leave it out to check what Maven Central has.", shown(option))
			} else if ok {
				w = value
			}
		}
		if strings.HasSuffix(w, ":") && behind != "" {
			w += behind
		}
		if !isCoordinates(w) || strings.Contains(w, "://") {
			continue
		}
		if behind != "" && strings.Count(w, ":") == 1 {
			w += ":" + behind
		}
		ref, err := readCoordinates(w)
		if err != nil {
			return Ref{}, true, err
		}
		found = append(found, ref)
	}
	if len(found) == 0 {
		if first == "mvn" || strings.HasSuffix(first, "implementation") || strings.HasSuffix(first, "only") || first == "classpath" {
			return Ref{}, true, fail(Malformed, "The line names no package as group:artifact:version. Paste those three.")
		}
		return Ref{}, false, nil
	}
	ref, err := one(found)
	return ref, true, err
}
