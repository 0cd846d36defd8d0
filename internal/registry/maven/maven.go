// Package maven translates the dialect of Maven Central
// (maven.apache.org/repository/layout.html): files in folders of group, artifact
// and version, each with checksum files and signatures beside it; POMs, which
// describe a version; and the metadata that Gradle writes.
//
// A version has several files, and each is an audit of its own. Nothing at Central
// signs what leads to them: what binds a name to bytes is a record that their
// publisher signed, or what the signed bytes say of themselves.
package maven

import (
	"context"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Host is where Maven Central serves everything.
const (
	Host = "repo1.maven.org"
	base = "https://" + Host + "/maven2/"
)

// Registry is the adapter.
type Registry struct{}

var _ registry.Registry = Registry{}

// Type is "maven".
func (Registry) Type() string { return purl.Maven }

// Name is what people call it.
func (Registry) Name() string { return "Maven Central" }

// Hosts is the one.
func (Registry) Hosts() []fetch.Host {
	return []fetch.Host{{Name: Host, Paths: []string{`/maven2(/` + word + `){3,60}`}}}
}

// Coordinates are what names a version, and with classifier and extension one of
// its files.
type coordinates struct{ group, artifact, version, classifier, extension string }

// artifactFolder is where all its versions stand.
func (at coordinates) artifactFolder() string {
	return base + strings.ReplaceAll(at.group, ".", "/") + "/" + at.artifact + "/"
}

// file is the name of the file.
func (at coordinates) file() string {
	name := at.artifact + "-" + at.version
	if at.classifier != "" {
		name += "-" + at.classifier
	}
	return name + "." + at.extension
}

// url is where the file is.
func (at coordinates) url() string { return at.artifactFolder() + at.version + "/" + at.file() }

// as is another file of the same version.
func (at coordinates) as(extension, classifier string) coordinates {
	at.extension, at.classifier = extension, classifier
	return at
}

// gav is how people write it.
func (at coordinates) gav() string { return at.group + ":" + at.artifact + ":" + at.version }

// kinds are the extension and the classifier of what POMs and purls call by kind,
// where they are not the kind itself
// (maven.apache.org/ref/current/maven-core/artifact-handlers.html; what extensions
// of Maven add that are common at Central).
var kinds = map[string][2]string{
	"maven-plugin": {"jar"}, "ejb": {"jar"}, "bundle": {"jar"}, "eclipse-plugin": {"jar"}, "maven-archetype": {"jar"}, "hk2-jar": {"jar"},
	"takari-jar": {"jar"}, "takari-maven-plugin": {"jar"}, "gwt-lib": {"jar"}, "eclipse-test-plugin": {"jar"}, "scala-jar": {"jar"},
	"test-jar": {"jar", "tests"}, "ejb-client": {"jar", "client"}, "java-source": {"jar", "sources"}, "javadoc": {"jar", "javadoc"},
}

// packaged are the kinds of packaging that are their own extension.
var packaged = map[string]bool{"jar": true, "pom": true, "war": true, "ear": true, "rar": true, "aar": true, "zip": true, "tar.gz": true, "klib": true, "kar": true}

// fileOf is the file that a reference asks for. Where it names none that is the one
// that the POM's packaging names; guessed tells that this is no known kind.
func fileOf(at coordinates, ref purl.Ref, packaging string) (chosen coordinates, guessed bool) {
	kind := ref.Qualifiers["type"]
	asked := kind != "" || ref.Qualifiers["classifier"] != ""
	switch {
	case kind == "" && asked:
		kind = "jar"
	case kind == "":
		kind = packaging
	}
	if kind == "" {
		kind = "jar" // the model's default
	}
	at.extension = kind
	if k, known := kinds[kind]; known {
		at.extension, at.classifier = k[0], k[1]
	} else if !asked && !packaged[kind] {
		at.extension, guessed = "jar", true
	}
	if c := ref.Qualifiers["classifier"]; c != "" {
		at.classifier = c
	}
	return at, guessed
}

// format is how a file's container is read.
func (at coordinates) format() archive.Format {
	switch at.extension {
	case "jar", "war", "ear", "rar", "aar", "zip", "kar", "klib", "hpi", "jpi", "nbm", "par", "sar":
		return archive.Zip
	case "tar.gz", "tgz":
		return archive.TarGz
	}
	return ""
}

// Resolve asks for everything that Central has of one version.
//
//  1. The version, where none is given.
//  2. The POM, with its parents.
//  3. The file that is meant.
//  4. In parallel: the versions that the POM leaves to other lists, what stands beside the file, what Gradle wrote, which versions
//     there are, and which other files.
//  5. Whether there is such a version at all.
func (r Registry) Resolve(ctx context.Context, c *fetch.Session, ref purl.Ref, v registry.Visit) (*registry.Release, error) {
	at := coordinates{group: ref.Namespace, artifact: ref.Name, version: ref.Version}
	q := &question{ctx: ctx, c: c, ref: ref, visit: v}
	// 1.
	if at.version == "" {
		if err := q.newest(&at); err != nil {
			return nil, err
		}
	}
	// 2.
	var err error
	if q.pom, err = effective(ctx, c, at); err != nil {
		return nil, err
	}
	// 3.
	if err := q.choose(at); err != nil {
		return nil, err
	}
	// 4.
	if err := fetch.Together(q.gatherLists, q.gatherBeside, q.gatherModule, q.gatherVersions, q.gatherOthers); err != nil {
		return nil, err
	}
	// 5.
	if err := q.missing(); err != nil {
		return nil, err
	}
	return q.release(r.Name()), nil
}
