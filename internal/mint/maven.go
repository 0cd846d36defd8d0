package mint

import (
	"archive/zip"
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// A MavenVersion is one version of a package at Maven Central, with the Sigstore
// bundles of its files, every part of which can be bent.
type MavenVersion struct {
	*Sigstore
	Group, Artifact, Version string
	Inside                   map[string]string // of the jar
	POM, Module              string            // documents; an empty Module is none
	Signing                  func(extension string) *Signing
	Strong                   bool // checksum files of SHA-256, too
	// More are further files, by how their names end ("-tests.jar").
	More map[string][]byte
}

// NewMavenVersion is a jar that says which it is, signed in a run of a repository
// on GitHub, with what Gradle writes.
func NewMavenVersion(s *Sigstore, group, artifact, version, repository, commit string) *MavenVersion {
	v := &MavenVersion{Sigstore: s, Group: group, Artifact: artifact, Version: version, Strong: true}
	own := "META-INF/maven/" + group + "/" + artifact + "/"
	v.Inside = map[string]string{
		"META-INF/MANIFEST.MF":    "Manifest-Version: 1.0\r\nCreated-By: mint\r\n\r\n",
		own + "pom.properties":    "#made\nartifactId=" + artifact + "\ngroupId=" + group + "\nversion=" + version + "\n",
		"com/example/Thing.class": "\xca\xfe\xba\xbe\x00\x00\x00\x34",
	}
	v.POM = fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <!-- do_not_remove: published-with-gradle-metadata -->
  <modelVersion>4.0.0</modelVersion>
  <groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>
  <description>A thing</description>
  <scm><connection>scm:git:%s.git</connection><url>%s</url></scm>
  <dependencies>
    <dependency><groupId>org.other</groupId><artifactId>other</artifactId><version>2.0</version><scope>compile</scope></dependency>
    <dependency><groupId>org.tested</groupId><artifactId>tested</artifactId><version>1.0</version><scope>test</scope></dependency>
  </dependencies>
</project>
`, group, artifact, version, repository, repository)
	v.Signing = func(string) *Signing {
		x := GitHubActions(repository, ".github/workflows/release.yml", "refs/tags/v"+version, commit)
		x.Claims[16] = repository[:strings.LastIndexByte(repository, '/')]
		x.Claims[17] = "7"
		return &x
	}
	v.Module = v.Gradle(v.Jar())
	return v
}

// Jar is the archive.
func (v *MavenVersion) Jar() []byte {
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, name := range slices.Sorted(maps.Keys(v.Inside)) {
		must(io.WriteString(must(z.Create(name)), v.Inside[name]))
	}
	must(0, z.Close())
	return packed.Bytes()
}

// Gradle is the module that states a jar's digests.
func (v *MavenVersion) Gradle(jar []byte) string {
	strong, weak := sha256.Sum256(jar), sha1.Sum(jar)
	name := v.Artifact + "-" + v.Version + ".jar"
	return string(must(json.Marshal(map[string]any{"formatVersion": "1.1",
		"component": map[string]any{"group": v.Group, "module": v.Artifact, "version": v.Version},
		"variants": []any{map[string]any{"name": "apiElements", "files": []any{map[string]any{"name": name, "url": name, "size": len(jar),
			"sha256": hex.EncodeToString(strong[:]), "sha1": hex.EncodeToString(weak[:])}}}}})))
}

// At is where the file with an ending stands, below the repository's address.
func (v *MavenVersion) At(base, ending string) string {
	return v.Folder(base) + v.Version + "/" + v.Artifact + "-" + v.Version + ending
}

// Folder is where all versions stand.
func (v *MavenVersion) Folder(base string) string {
	return base + strings.ReplaceAll(v.Group, ".", "/") + "/" + v.Artifact + "/"
}

// ServeMaven puts the versions of one package into the world.
func ServeMaven(w World, base string, all ...*MavenVersion) {
	var list strings.Builder
	for _, v := range all {
		fmt.Fprintf(&list, "<version>%s</version>", v.Version)
		files := map[string][]byte{".jar": v.Jar(), ".pom": []byte(v.POM), ".module": []byte(v.Module)}
		maps.Copy(files, v.More)
		for ending, body := range files {
			if len(body) == 0 {
				continue
			}
			at, extension := v.At(base, ending), ending[strings.LastIndexByte(ending, '.')+1:]
			w[at] = Page{Body: body}
			old, older, strong := sha1.Sum(body), md5.Sum(body), sha256.Sum256(body)
			w[at+".sha1"], w[at+".md5"] = Page{Body: []byte(hex.EncodeToString(old[:]))}, Page{Body: []byte(hex.EncodeToString(older[:]))}
			if v.Strong {
				w[at+".sha256"] = Page{Body: []byte(hex.EncodeToString(strong[:]))}
			}
			if x := v.Signing(extension); x != nil {
				w[at+".sigstore.json"] = Page{Body: must(json.Marshal(v.SignedBytes(*x, body)))}
			}
		}
	}
	w[all[0].Folder(base)+"maven-metadata.xml"] = Page{Body: fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<metadata><groupId>%s</groupId><artifactId>%s</artifactId><versioning><latest>%s</latest><release>%s</release><versions>%s</versions></versioning></metadata>
`, all[0].Group, all[0].Artifact, all[0].Version, all[0].Version, list.String())}
}
