package purl

import (
	"strings"
)

// readMavenPage reads the pages of sites that show Maven Central:
//
//	central.sonatype.com/artifact/<group>/<artifact>[/<version>[/<tab>]]
//	search.maven.org/artifact/<group>/<artifact>[/<version>[/<kind>]]
//	search.maven.org/remotecontent?filepath=<path>
//	search.maven.org/#artifactdetails|<group>|<artifact>|<version>|<kind>
//	maven-badges.herokuapp.com/maven-central/<group>/<artifact>
//	mvnrepository.com/artifact/<group>/<artifact>[/<version>]
//	javadoc.io/doc/<group>/<artifact>[/<version>[/…]]
//	static.javadoc.io/<group>/<artifact>/<version>/…
func readMavenPage(a address) (Ref, error) {
	switch {
	case a.is("maven2"):
		return readMavenPath(a)
	case a.is("remotecontent") && a.query.Get("filepath") != "":
		a.segments = append([]string{"maven2"}, strings.Split(strings.Trim(a.query.Get("filepath"), "/"), "/")...)
		return readMavenPath(a)
	case strings.HasPrefix(a.fragment, "artifactdetails|"):
		a.segments = strings.Split(a.fragment, "|")[1:]
	case a.is("artifact") || a.is("doc") || a.is("maven-central"):
		a.segments = a.segments[1:]
	case a.host != "static.javadoc.io":
		a.segments = nil
	}
	version := a.at(2)
	if version == "versions" || version == "overview" {
		version = ""
	}
	if len(a.segments) < 2 {
		return Ref{}, unknownPage(a, "https://central.sonatype.com/artifact/com.google.guava/guava")
	}
	return newMaven(a.at(0)+":"+a.at(1), version)
}

// readMavenPath reads the address of a file, or of a folder, in a repository of
// Maven's layout (maven.apache.org/repository/layout.html):
//
//	/maven2/<group, / for .>/<artifact>/<version>/<artifact>-<version>[-<classifier>].<extension>
//	/maven2/<group, / for .>/<artifact>/[<version>/][maven-metadata.xml]
func readMavenPath(a address) (Ref, error) {
	example := "https://repo1.maven.org/maven2/com/google/guava/guava/33.0.0-jre/guava-33.0.0-jre.jar"
	s := a.segments
	for i, segment := range s {
		if segment == "maven2" || segment == "public" || segment == "central" {
			s = s[i+1:]
			break
		}
	}
	for _, segment := range s {
		if strings.ContainsAny(segment, `/\:`) {
			return Ref{}, unknownPage(a, example)
		}
	}
	n := len(s)
	switch {
	case n < 2:
		return Ref{}, unknownPage(a, example)
	case strings.HasPrefix(s[n-1], "maven-metadata.xml"):
		return newMaven(strings.Join(s[:n-2], ".")+":"+s[n-2], "")
	case n > 3 && strings.HasPrefix(s[n-1], s[n-3]+"-"+s[n-2]):
		return readMavenFile(strings.Join(s[:n-3], "."), s[n-3], s[n-2], s[n-1])
	case n > 2 && looksLikeVersion(s[n-1]):
		return newMaven(strings.Join(s[:n-2], ".")+":"+s[n-2], s[n-1])
	}
	return newMaven(strings.Join(s[:n-1], ".")+":"+s[n-1], "")
}

// beside are the endings of what stands beside a file: digests and signatures.
var beside = []string{".sha1", ".sha256", ".sha512", ".md5", ".asc", ".sigstore.json", ".sigstore"}

// readMavenFile reads a file's name inside its folder.
func readMavenFile(group, artifact, version, file string) (Ref, error) {
	rest := file[len(artifact)+1+len(version):]
	aside := ""
	for cut := true; cut; {
		cut = false
		for _, ending := range beside {
			if bare, ok := strings.CutSuffix(rest, ending); ok && bare != "" {
				rest, aside, cut = bare, ending, true
			}
		}
	}
	classifier, kind := "", ""
	switch {
	case strings.HasPrefix(rest, "."):
		kind = rest[1:]
	case strings.HasPrefix(rest, "-"):
		// A classifier may hold dots; of extensions only tar's have one.
		i := strings.LastIndexByte(rest, '.')
		if strings.HasSuffix(rest[:max(i, 0)], ".tar") {
			i -= len(".tar")
		}
		if i > 1 {
			classifier, kind = rest[1:i], rest[i+1:]
		}
	}
	if kind == "" {
		return Ref{}, fail(Malformed, "The file %s is not called as Maven calls the files of %s. Paste group:artifact:version.", shown(file), shown(group+":"+artifact+":"+version))
	}
	ref, err := mavenFile(group, artifact, version, kind, classifier)
	if err == nil && aside != "" {
		ref.note("guess", "You pasted the address of what stands beside a file, %s. Checked is the file itself.", aside)
	}
	return ref, err
}
