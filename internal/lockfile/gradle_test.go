package lockfile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// gradleOf is a verification file with one component of these artifacts.
func gradleOf(artifacts string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<verification-metadata xmlns="https://schema.gradle.org/dependency-verification" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="https://schema.gradle.org/dependency-verification https://schema.gradle.org/dependency-verification/dependency-verification-1.3.xsd">
   <!-- said -->
   <configuration><verify-metadata>false</verify-metadata><trusted-artifacts><trust group="own" regex="true"/></trusted-artifacts><trusted-keys><trusted-key id="0123456789ABCDEF"><trusting group="a"/></trusted-key></trusted-keys></configuration>
   <components>
      <component group="org.example" name="gold-leaf" version="1.2">
` + artifacts + `
      </component>
   </components>
</verification-metadata>
`
}

func TestGradle(t *testing.T) {
	const at = "pkg:maven/org.example/gold-leaf@1.2?"
	file := func(name, inside string) string {
		return `<artifact name="` + name + `">` + inside + `</artifact>`
	}
	const strong = `<sha256 value="` + sum64 + `" origin="by hand"/>`
	other := strings.Repeat("ab", 32)
	for _, c := range []struct{ name, text, want string }{
		{"a jar", file("gold-leaf-1.2.jar", strong), "package " + at + "checksum=sha256:" + sum64 + "&type=jar"},
		{"a POM", file("gold-leaf-1.2.pom", strong), "package " + at + "checksum=sha256:" + sum64 + "&type=pom"},
		{"a classifier", file("gold-leaf-1.2-linux-x86_64.jar", strong), "package " + at + "checksum=sha256:" + sum64 + "&classifier=linux-x86_64&type=jar"},
		{"two endings", file("gold-leaf-1.2-bin.tar.gz", strong), "package " + at + "checksum=sha256:" + sum64 + "&classifier=bin&type=tar.gz"},
		{"two that are trusted", file("gold-leaf-1.2.jar", `<sha256 value="`+sum64+`"><also-trust value="`+other+`"/></sha256>`), "package " + at + "checksum=sha256:" + sum64 + "%2Csha256:" + other + "&type=jar"},
		{"a key alone", file("gold-leaf-1.2.jar", `<pgp value="0123456789abcdef"/>`), "package " + at + "type=jar noted"},
		{"two files", file("gold-leaf-1.2.jar", strong) + "\n" + file("gold-leaf-1.2.module", strong), "package " + at + "checksum=sha256:" + sum64 + "&type=jar; package " + at + "checksum=sha256:" + sum64 + "&type=module"},
		{"another version's file", file("gold-leaf-1.3.jar", strong), "not understood"},
		{"another's file", file("lead-1.2.jar", strong), "not understood"},
		{"a version that goes on", file("gold-leaf-1.20.jar", strong), "not understood"},
		{"no ending", file("gold-leaf-1.2", strong), "not understood"},
		{"no classifier", file("gold-leaf-1.2-.jar", strong), "not understood"},
		{"a path", file("gold-leaf-1.2-/../x.jar", strong), "not understood"},
		{"no digest", file("gold-leaf-1.2.jar", `<sha256 value="x"/>`), "not understood"},
		{"a new kind", file("gold-leaf-1.2.jar", `<sha3 value="x"/>`), "not understood"},
		{"something in a digest", file("gold-leaf-1.2.jar", `<sha256 value="`+sum64+`"><trust-all/></sha256>`), "not understood"},
	} {
		f, err := Read("verification-metadata.xml", []byte(gradleOf(c.text)))
		require.NoError(t, err, c.name)
		require.Equal(t, []Pin{
			{Line: 4, Key: `configuration › trusted-artifacts › trust group="own" regex="true"`, Name: `trust group="own" regex="true"`, Kind: Impossible, Why: "Gradle takes every file that fits this rule, and compares it with nothing."},
			{Line: 4, Key: `configuration › trusted-keys › trusted-key id="0123456789ABCDEF" (trusting group="a")`, Name: `trusted-key id="0123456789ABCDEF" (trusting group="a")`, Kind: NotRead, Why: "Gradle takes every file that fits this rule and that this key signed. Such keys are not looked at here."},
		}, f.Pins[:2], "what is let through unchecked is listed")
		var got []string
		for _, p := range f.Pins[2:] {
			s := string(p.Kind)
			if p.Kind == Package {
				s += " " + p.Ref.String()
			}
			if len(p.Notes) > 0 {
				s += " noted"
			}
			got = append(got, s)
		}
		require.Equal(t, c.want, strings.Join(got, "; "), c.name)
		require.Equal(t, 7, f.Pins[2].Line)
		require.Equal(t, []string{"Gradle does not check POMs and module files by it."}, f.Notes)
	}
}

func TestGradleRefused(t *testing.T) {
	whole := gradleOf(`<artifact name="gold-leaf-1.2.jar"><sha256 value="` + sum64 + `"/></artifact>`)
	for say, text := range map[string]string{
		"document type":   strings.Replace(whole, "<verification", "<!DOCTYPE x [<!ENTITY a \"b\">]>\n<verification", 1),
		"no XML":          strings.Replace(whole, "gold-leaf-1.2.jar", "&a;", 1),
		"instruction":     strings.Replace(whole, "<!-- said -->", "<?php x?>", 1),
		"stands there":    strings.Replace(whole, `version="1.2"`, `version="1.2" version="1.3"`, 1),
		"two roots":       whole + whole[strings.Index(whole, "<verification"):],
		"not known here":  strings.NewReplacer("<artifact", "<artefact", "</artifact", "</artefact").Replace(whole),
		"other namespace": strings.Replace(whole, "<component ", `<component xmlns="urn:x" `, 1),
		"deeper":          strings.Replace(whole, "<components>", strings.Repeat("<components>", deepest), 1),
		"no XML that":     whole[:len(whole)-30],
		"\"components2\"": strings.NewReplacer("<components>", "<components2>", "</components>", "</components2>").Replace(whole),
		"another root":    strings.NewReplacer("<verification-metadata", "<verification-metadatas", "</verification-metadata", "</verification-metadatas").Replace(whole),
	} {
		_, err := Read("verification-metadata.xml", []byte(text))
		if say == "another root" {
			say = "its root is"
		}
		if say == "other namespace" {
			say = "another namespace"
		}
		require.ErrorContains(t, err, say)
	}
}
