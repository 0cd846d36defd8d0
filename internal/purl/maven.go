package purl

import (
	"slices"
	"strings"
)

// mavenDialect is the row of Maven Central.
func mavenDialect() *dialect {
	mirror := mirrored(readMavenPath)
	// Commands that name a package do so by an option, which readMavenText reads.
	maven := &tool{verbs: []string{"dependency:get"}, read: readCoordinates}
	return &dialect{
		typ: Maven, name: "Maven Central", many: "Maven packages", one: "Maven package", page: "maven",
		read:    newMaven,
		origins: []string{"repo1.maven.org", "repo.maven.apache.org", "repo.maven.org"},
		qualifiers: map[string]func(*Ref, string) error{
			"type":       func(ref *Ref, value string) error { return ref.mavenPart("type", value) },
			"classifier": func(ref *Ref, value string) error { return ref.mavenPart("classifier", value) },
		},
		hosts: map[string]func(address) (Ref, error){
			"repo1.maven.org": readMavenPath, "repo.maven.apache.org": readMavenPath, "repo.maven.org": readMavenPath,
			"maven-badges.herokuapp.com": readMavenPage, "maven-badges.sml.io": readMavenPage,
			"central.sonatype.com": readMavenPage, "search.maven.org": readMavenPage, "mvnrepository.com": readMavenPage, "www.mvnrepository.com": readMavenPage,
			"javadoc.io": readMavenPage, "www.javadoc.io": readMavenPage, "static.javadoc.io": readMavenPage,
			"maven-central.storage.googleapis.com": mirror, "maven-central.storage-download.googleapis.com": mirror,
			"maven-central-eu.storage-download.googleapis.com": mirror, "maven.aliyun.com": mirror,
		},
		tools: map[string]*tool{"mvn": maven, "mvnw": maven, "./mvnw": maven, "gradle": maven, "gradlew": maven, "./gradlew": maven, "sbt": maven},
		text:  readMavenText,
		word: func(word string) (Ref, bool, error) {
			if isCoordinates(word) {
				ref, err := readCoordinates(word)
				return ref, true, err
			}
			for _, ending := range []string{".jar", ".pom", ".aar", ".war", ".ear"} {
				if strings.HasSuffix(word, ending) && !strings.Contains(word, "/") {
					return Ref{}, true, fail(Malformed, "%s is the name of a file, which leaves out the group. Paste group:artifact:version, or the address of the file.", shown(word))
				}
			}
			return Ref{}, false, nil
		},
	}
}

const mavenRule = "Groups and artifacts hold ASCII letters, digits and -._ and stand as group:artifact."

// newMaven makes a reference of a Maven package. The path is "group/artifact" as
// in package URLs, or "group:artifact" as people write it. Names are held to the
// characters that Maven's own model takes (org.apache.maven.model.validation,
// "validateId"), versions to those that stand in addresses.
func newMaven(path, version string) (Ref, error) {
	group, artifact, found := strings.Cut(path, ":")
	if !found {
		group, artifact, found = strings.Cut(path, "/")
	}
	if strings.Contains(path, "${") {
		return Ref{}, fail(Malformed, "A part of the name %s stands elsewhere in the build, and is not in what you pasted. Give the name itself.", shown(path))
	}
	if !found || !mavenWord(group) || !mavenWord(artifact) {
		return Ref{}, badName("Maven", path, mavenRule)
	}
	ref := Ref{Type: Maven, Namespace: group, Name: artifact}
	switch moving := strings.ToUpper(version); {
	case version == "":
	case moving == "LATEST" || moving == "RELEASE" || moving == "LATEST.RELEASE" || moving == "LATEST.INTEGRATION":
		ref.Tag = version
		ref.note("moving", "%s is a moving name: it means the newest version that Maven Central lists now.", version)
	case strings.HasSuffix(moving, "-SNAPSHOT"):
		return Ref{}, Refuse(BadVersion, "%s is a snapshot, which changes under its name. Maven Central keeps none. Give a released version.", shown(version)).Offer(ref, "the newest version")
	case strings.ContainsAny(version, "[](),") || strings.HasSuffix(version, "+") || strings.HasSuffix(version, ".*"):
		return Ref{}, rangeRefused(version, "1.2.3").Offer(ref, "the newest version")
	case strings.ContainsAny(version, "${}"):
		return Ref{}, Refuse(BadVersion, "The version %s stands elsewhere in the build, and is not in what you pasted. Give the version itself.", shown(version)).Offer(ref, "the newest version")
	case !mavenVersion(version):
		return Ref{}, Refuse(BadVersion, "%s is no version of a Maven package. Give an exact one such as 1.2.3, or none for the newest.", shown(version)).Offer(ref, "the newest version")
	default:
		ref.Version = version
	}
	return ref, nil
}

func mavenWord(s string) bool { return mavenPlain(s, "-._") }

func mavenVersion(s string) bool { return mavenPlain(s, "-._+~") }

// mavenPlain tells whether s, of letters, digits and those others, can be a folder's
// name, or some with dots between them.
func mavenPlain(s, others string) bool {
	return consists(s, others) && len(s) <= 255 && alphanumeric(s[0]) && s[len(s)-1] != '.' && !strings.Contains(s, "..")
}

// mavenPart sets the file's kind or its classifier.
func (r *Ref) mavenPart(key, value string) error {
	if value == "" {
		return nil
	}
	if !mavenWord(value) {
		return fail(BadName, "The %s %s cannot be one: it holds ASCII letters, digits and -._ and begins with a letter or digit.", key, shown(value))
	}
	r.setQualifier(key, value)
	return nil
}

// mavenFile is a reference with kind and classifier.
func mavenFile(group, artifact, version, kind, classifier string) (Ref, error) {
	ref, err := newMaven(group+":"+artifact, version)
	if err == nil {
		err = ref.mavenPart("type", kind)
	}
	if err == nil {
		err = ref.mavenPart("classifier", classifier)
	}
	if err != nil && kindOf(err) != BadVersion {
		return Ref{}, err
	}
	return ref, err
}

// readCoordinates reads what stands between colons:
//
//	group:artifact[:version]                       of all
//	group:artifact:packaging[:classifier]:version  of Maven
//	group:artifact:version:classifier              of Gradle
//	group:artifact:version:packaging[:classifier]  of Maven's dependency plugin
//
// each perhaps with @extension behind, as Gradle writes it, with !! behind the version,
// or of Maven with a scope or goal, as its trees of dependencies and its errors do.
func readCoordinates(word string) (Ref, error) {
	word, kind, _ := strings.Cut(strings.Trim(word, `"'`), "@")
	p := strings.Split(word, ":")
	if n := len(p); n > 3 && mavenScope(p[n-1]) {
		p = p[:n-1]
	}
	if n := len(p); n > 2 {
		p[n-1] = strings.TrimSuffix(p[n-1], "!!") // strictly (docs.gradle.org, "Strict version")
	}
	if n := len(p); n > 3 && kind == "" && looksLikeVersion(p[2]) && !looksLikeVersion(p[n-1]) && (n == 5 || mavenKind(p[3])) {
		return mavenFile(p[0], p[1], p[2], p[3], strings.Join(p[4:], ""))
	}
	switch {
	case len(p) == 4 && p[2] == "": // Scala's group:artifact::version of scala-cli
		return Ref{}, scalaName(p[0], p[1])
	case len(p) > 3 && p[1] == "":
		return Ref{}, scalaName(p[0], p[2])
	case len(p) == 2:
		return mavenFile(p[0], p[1], "", kind, "")
	case len(p) == 3:
		return mavenFile(p[0], p[1], p[2], kind, "")
	case len(p) == 4 && looksLikeVersion(p[2]) && !looksLikeVersion(p[3]):
		return mavenFile(p[0], p[1], p[2], kind, p[3])
	case len(p) == 4 && kind == "" && !looksLikeVersion(p[2]):
		return mavenFile(p[0], p[1], p[3], p[2], "")
	case len(p) == 5 && kind == "":
		return mavenFile(p[0], p[1], p[4], p[2], p[3])
	}
	return Ref{}, fail(Malformed, "It is not clear which part of %s is the version. Write group:artifact:version.", shown(word))
}

// mavenKind tells whether a word is a kind of packaging, and no classifier.
func mavenKind(word string) bool {
	return slices.Contains([]string{"jar", "pom", "war", "ear", "aar", "zip", "maven-plugin", "test-jar", "bundle", "module"}, word)
}

// scalaName is the refusal of a name to which the build adds Scala's version.
func scalaName(group, artifact string) error {
	r := Refuse(BadName, "Here the build adds Scala's version to the name %s. Paste the whole name, for example with _2.13 or _3 at its end.", shown(artifact))
	for _, scala := range []string{"_2.13", "_3", "_2.12"} {
		if ref, err := newMaven(group+":"+artifact+scala, ""); err == nil {
			r.Offer(ref, "for Scala "+scala[1:]+", the newest version")
		}
	}
	return r
}

// mavenScope tells whether a word is a scope of Maven's.
func mavenScope(word string) bool {
	return slices.Contains([]string{"compile", "provided", "runtime", "test", "system", "import"}, word)
}
