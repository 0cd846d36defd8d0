//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// A jar is an invented one at Maven Central, with its predecessors.
type jar struct {
	*mint.MavenVersion
	before []*mint.MavenVersion
}

// jar123 says inside which it is, and is signed by its group's own.
func jar123(group string, bend ...func(v *mint.MavenVersion)) *jar {
	v := mint.NewMavenVersion(mint.NewSigstore("Central's", "rekor.sigstore.dev", mintedAt), group, "thing", "1.2.3", mintedRepo, mintedHead)
	for _, b := range bend {
		b(v)
	}
	return &jar{v, nil}
}

func (j *jar) audit(t testing.TB, bend ...func(w world)) *result {
	t.Helper()
	w := world{}
	mint.ServeMaven(w, central, append(j.before, j.MavenVersion)...)
	for _, b := range bend {
		b(w)
	}
	r, err := ask(context.Background(), j.Group+":thing:1.2.3", j.options(t, w))
	require.NoError(t, err)
	return r
}

func (j *jar) options(t testing.TB, w world) circumstances {
	o := options(w)
	var err error
	o.Anchors, err = trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: j.TrustedRoot(), Taken: at})
	require.NoError(t, err)
	return o
}

// signedAs changes who signs the files with these extensions; all where none is
// given.
func signedAs(bend func(x *mint.Signing) *mint.Signing, extensions ...string) func(v *mint.MavenVersion) {
	return func(v *mint.MavenVersion) {
		before := v.Signing
		v.Signing = func(extension string) *mint.Signing {
			x := before(extension)
			if len(extensions) > 0 && !strings.Contains(strings.Join(extensions, " "), extension) {
				return x
			}
			return bend(x)
		}
	}
}

func unsigned(*mint.Signing) *mint.Signing { return nil }

// TestMavenBent: every way in which a version differs from the whole set.
func TestMavenBent(t *testing.T) {
	other := func(owner, repository string) func(x *mint.Signing) *mint.Signing {
		return func(x *mint.Signing) *mint.Signing {
			y := mint.GitHubActions("https://github.com/"+owner+"/"+repository, ".github/workflows/release.yml", "refs/tags/v1", mintedHead)
			y.Claims[16] = "https://github.com/" + owner
			return &y
		}
	}
	noModule := func(v *mint.MavenVersion) { v.Module = "" }
	noName := func(v *mint.MavenVersion) { delete(v.Inside, "META-INF/maven/"+v.Group+"/thing/pom.properties") }
	inside := func(name, text string) func(v *mint.MavenVersion) {
		return func(v *mint.MavenVersion) { v.Inside[name] = text; v.Module = v.Gradle(v.Jar()) }
	}
	const named, plain = "io.github.example", "com.example"
	signed := both(1, 1, 2, 2)
	type bends = []func(v *mint.MavenVersion)
	stranger := mint.NewJarSigner("A stranger", mintedAt)
	enclosed := func(bend func(inside map[string]string)) func(v *mint.MavenVersion) {
		return func(v *mint.MavenVersion) {
			if v.Inside = stranger.Sign(v.Inside); bend != nil {
				bend(v.Inside)
			}
			v.Module = v.Gradle(v.Jar())
		}
	}
	for name, c := range map[string]struct {
		group           string
		bend            bends
		world           func(w world)
		want            map[string][2]int
		record          string // whether the requirement is met that the record is signed
		check, contains string
	}{
		"all of it":                       {named, nil, nil, signed, "met", "record-attested", "pass: The Gradle module"},
		"by the POM":                      {plain, nil, nil, signed, "met", "signer-identity", "pass: Signed in run"},
		"no module":                       {named, bends{noModule}, nil, signed, "met", "name-inside", "pass: "},
		"no module and no name":           {named, bends{noName, noModule}, nil, signed, "unmet", "name-inside", "absent: "},
		"an unsigned module, and no name": {named, bends{noName, func(v *mint.MavenVersion) { v.Module = v.Gradle(v.Jar()) }, signedAs(unsigned, "module")}, nil, signed, "unmet", "record-attested", "not applicable: "},
		"a module by a stranger, no name": {named, bends{noName, func(v *mint.MavenVersion) { v.Module = v.Gradle(v.Jar()) }, signedAs(other("stranger", "thing"), "module")}, nil, signed, "open", "record-attested", "unknown: "},
		"the module alone is signed":      {named, bends{signedAs(unsigned, "jar")}, nil, both(1, 1, 0, 0), "met", "record-attested", "pass: The Gradle module"},
		"only weak checksum files":        {named, bends{func(v *mint.MavenVersion) { v.Strong = false }}, nil, signed, "met", "digest-published", "pass: "},
		"weak ones, and no module":        {named, bends{noModule, func(v *mint.MavenVersion) { v.Strong = false }}, nil, signed, "met", "digest-published", "pass: A public log"},
		"unsigned":                        {named, bends{signedAs(unsigned)}, nil, both(1, 1, 0, 0), "unmet", "signer-identity", "absent: "},
		"a stranger":                      {named, bends{signedAs(other("stranger", "thing"))}, nil, both(1, 1, 0, 0), "open", "signer-identity", "unknown: "},
		"a look-alike owner":              {named, bends{signedAs(other("examp1e", "thing"))}, nil, both(1, 1, 0, 0), "open", "signer-identity", "unknown: "},
		"an owner that begins so":         {named, bends{signedAs(other("example-x", "thing"))}, nil, both(1, 1, 0, 0), "open", "signer-identity", "unknown: "},
		"another case of the owner":       {"io.github.Example", nil, nil, signed, "met", "signer-identity", "pass: "},
		"another repository of the owner": {named, bends{signedAs(other("example", "more"))}, nil, both(1, 1, 1, 1), "met", "source-agrees", "fail: "},
		"another repository, by the POM":  {plain, bends{signedAs(other("example", "more"))}, nil, both(1, 1, 0, 0), "open", "signer-identity", "unknown: "},
		"a group within the owner's":      {"io.github.example.sub", nil, nil, signed, "met", "signer-identity", "pass: "},
		"another version inside":          {named, bends{inside("META-INF/maven/io.github.example/thing/pom.properties", "groupId=io.github.example\nartifactId=thing\nversion=1.2.2\n")}, nil, signed, "unmet", "name-inside", "fail: "},
		"another plugin inside":           {named, bends{inside("META-INF/maven/plugin.xml", "<plugin><groupId>io.github.example</groupId><artifactId>other</artifactId><version>1.2.3</version></plugin>")}, nil, signed, "unmet", "name-inside", "fail: "},
		"others inside":                   {named, bends{inside("META-INF/maven/org.other/other/pom.properties", "groupId=org.other\nartifactId=other\nversion=2\n")}, nil, signed, "met", "name-inside", "absent: nothing says which of them"},
		"others inside, and no module":    {named, bends{inside("META-INF/maven/org.other/other/pom.properties", "groupId=org.other\nartifactId=other\nversion=2\n"), noModule}, nil, signed, "unmet", "name-inside", "absent: nothing says which of them"},
		"a plugin with others inside":     {named, bends{inside("META-INF/maven/org.other/other/pom.properties", "groupId=org.other\nartifactId=other\nversion=2\n"), inside("META-INF/maven/plugin.xml", "<plugin><groupId>io.github.example</groupId><artifactId>thing</artifactId><version>1.2.3</version></plugin>"), noModule}, nil, signed, "met", "name-inside", "pass: "},
		"a module of other bytes":         {named, bends{func(v *mint.MavenVersion) { v.Module = v.Gradle([]byte("others")) }}, nil, both(0, 0, 0, 0), "", "digest-matches", "fail: "},
		"a module of another version":     {named, bends{func(v *mint.MavenVersion) { v.Module = strings.Replace(v.Module, `"1.2.3"`, `"1.2.4"`, 1) }}, nil, signed, "met", "record-attested", "not applicable: "},
		"no POM of its own":               {plain, bends{func(v *mint.MavenVersion) { v.POM = strings.ReplaceAll(v.POM, "<version>1.2.3<", "<version>1.2.4<") }}, nil, both(1, 1, 0, 2), "open", "signer-identity", "unknown: "},
		"a POM of another package": {named, bends{func(v *mint.MavenVersion) {
			v.POM = strings.Replace(v.POM, "<artifactId>thing<", "<artifactId>other<", 1)
		}}, nil, both(1, 1, 1, 2), "met", "answer-named", "fail: The POM is about \"io.github.example:other:1.2.3\""},
		"a POM of no package":             {named, bends{func(v *mint.MavenVersion) { v.POM = strings.Replace(v.POM, "<artifactId>thing</artifactId>", "", 1) }}, nil, both(1, 1, 1, 2), "met", "answer-named", "pass: "},
		"a module of another, as it says": {named, bends{func(v *mint.MavenVersion) { v.Module = strings.Replace(v.Module, `"1.2.3"`, `"1.2.4"`, 1) }}, nil, signed, "met", "answer-named", "fail: The Gradle module"},
		"a wrong sha1": {named, nil, func(w world) {
			w[mavenFile(named, "thing", "1.2.3", ".jar.sha1")] = ok([]byte(strings.Repeat("ab", 20)))
		}, both(0, 0, 0, 0), "", "digest-matches", "fail: "},
		"a checksum file that is none": {named, nil, func(w world) {
			w[mavenFile(named, "thing", "1.2.3", ".jar.sha256")] = ok([]byte(strings.Repeat("no checksum ", 9)))
		}, signed, "met", "digest-matches", "pass: "},
		"signed inside, too":  {named, bends{enclosed(nil)}, nil, signed, "met", "signature-inside", `pass: calls its holder "A stranger"`},
		"its list is signed":  {named, bends{enclosed(nil)}, nil, signed, "met", "files-covered", "pass: signed list inside"},
		"signed inside alone": {named, bends{enclosed(nil), noModule, signedAs(unsigned), func(v *mint.MavenVersion) { v.Strong = false }}, nil, both(0, 0, 0, 0), "unmet", "digest-published", "absent: whoever changes a file could sign it anew"},
		"changed inside":      {named, bends{enclosed(func(in map[string]string) { in["com/example/Thing.class"] = "other" })}, nil, both(0, 0, 0, 0), "", "signature-inside", "fail: Thing.class"},
		"added inside":        {named, bends{enclosed(func(in map[string]string) { in["com/example/More.class"] = "x" })}, nil, signed, "met", "signature-inside", "absent: More.class"},
		"taken out":           {named, bends{enclosed(func(in map[string]string) { delete(in, "com/example/Thing.class") })}, nil, signed, "met", "signature-inside", "absent: Thing.class"},
		"another's signature, too": {named, bends{enclosed(func(in map[string]string) {
			in["META-INF/X.SF"], in["META-INF/X.EC"] = in["META-INF/MINT.SF"], in["META-INF/MINT.EC"]
		}), enclosed(nil)}, nil, both(0, 0, 0, 0), "", "signature-inside", "fail: "},
		"only promised": {named, bends{signedAs(func(x *mint.Signing) *mint.Signing { x.Bend = unproven; return x })}, nil, both(1, 1, 0, 0), "unmet", "attestations-genuine", "not understood: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := jar123(c.group, c.bend...)
			r := j.audit(t, func(w world) {
				if c.world != nil {
					c.world(w)
				}
			})
			require.Equal(t, c.want, levels(r), r.Report.Text(false))
			if c.record != "" {
				require.Equal(t, c.record, string(status(t, r, "integrity-record-signed").Status), r.Report.Text(false))
			}
			outcome, part, _ := strings.Cut(c.contains, ": ")
			hasOutcome(t, r, c.check, outcome, part)
		})
	}
}

// TestMavenSiblings: a genuine file of a version, with its genuine bundle, in the place
// of another one of the same version, or of another package's by the same signer.
func TestMavenSiblings(t *testing.T) {
	const group = "io.github.example"
	packed := func(files map[string]string) []byte { // says inside which version it is
		v := mint.NewMavenVersion(mint.NewSigstore("none", "rekor.sigstore.dev", mintedAt), group, "thing", "1.2.3", mintedRepo, mintedHead)
		delete(v.Inside, "com/example/Thing.class")
		maps.Copy(v.Inside, files)
		return v.Jar()
	}
	tests, sources := packed(map[string]string{"com/example/ThingTest.class": "test"}), packed(map[string]string{"com/example/Thing.java": "class Thing {}"})
	javadoc := packed(map[string]string{"element-list": "com.example", "index.html": "<html>"})
	const at = "/thing/1.2.3/thing-1.2.3"
	place := func(ending string) string { return central + strings.ReplaceAll(group, ".", "/") + at + ending }
	move := func(to, from string) func(w world) {
		return func(w world) {
			put(w, place(to), place(from))
		}
	}
	remove := func(endings ...string) func(w world) {
		return func(w world) {
			for _, ending := range endings {
				put(w, place(ending), "")
			}
		}
	}
	both := func(a, b func(w world)) func(w world) { return func(w world) { a(w); b(w) } }
	makes := func(configured string) func(v *mint.MavenVersion) {
		return func(v *mint.MavenVersion) {
			v.POM = strings.Replace(v.POM, "</project>", "<build><plugins><plugin><executions><execution>"+configured+"</execution></executions></plugin></plugins></build></project>", 1)
		}
	}
	shades := makes("<configuration><shadedArtifactAttached>true</shadedArtifactAttached></configuration>")
	for name, c := range map[string]struct {
		classifier  string
		bend        func(v *mint.MavenVersion)
		world       func(w world)
		record      string
		named       string // name-inside
		alarm, fail bool
	}{
		"as it should be":                       {"", nil, nil, "met", "pass: ", false, false},
		"tests for the main file":               {"", nil, move(".jar", "-tests.jar"), "unmet", "fail: another file of this version (tests)", true, false},
		"sources for the main file":             {"", nil, move(".jar", "-sources.jar"), "unmet", "fail: another file of this version (sources)", true, false},
		"sources, and their own place is empty": {"", nil, both(move(".jar", "-sources.jar"), remove("-sources.jar")), "unmet", "absent: sources or documentation alone", false, false},
		"javadoc, and its own place is empty":   {"", nil, both(move(".jar", "-javadoc.jar"), remove("-javadoc.jar")), "unmet", "absent: sources or documentation alone", false, false},
		"tests of a plugin": {"", func(v *mint.MavenVersion) {
			v.POM = strings.Replace(v.POM, "<description>", "<packaging>maven-plugin</packaging><description>", 1)
		}, both(move(".jar", "-tests.jar"), remove("-tests.jar")), "unmet", "absent: no description of one is inside", false, false},
		"tests, and their own place is empty": {"", func(v *mint.MavenVersion) {
			v.POM = strings.Replace(v.POM, "</project>", "<build><plugins><plugin><executions><execution><goals><goal>test-jar</goal></goals></execution></executions></plugin></plugins></build></project>", 1)
		}, both(move(".jar", "-tests.jar"), remove("-tests.jar")), "unmet", "absent: could be one of them", false, false},
		"the shaded one, and its own place is empty":   {"", shades, both(move(".jar", "-shaded.jar"), remove("-shaded.jar")), "unmet", "absent: makes others, too (shaded)", false, false},
		"the shaded one for the main file":             {"", shades, move(".jar", "-shaded.jar"), "unmet", "fail: another file of this version (shaded)", true, false},
		"a classified one, and its own place is empty": {"", makes("<configuration><classifier>${project.artifactId}-all</classifier></configuration>"), nil, "unmet", "absent: makes others, too (thing-all)", false, false},
		"an assembly with dependencies":                {"", makes("<configuration><descriptorRefs><descriptorRef>jar-with-dependencies</descriptorRef></descriptorRefs></configuration>"), nil, "unmet", "absent: jar-with-dependencies", false, false},
		"a release of sources":                         {"", makes("<configuration><descriptorRefs><descriptorRef>source-release</descriptorRef></descriptorRefs></configuration>"), nil, "met", "pass: ", false, false},
		"another module of the repository, with it inside": {"", func(v *mint.MavenVersion) {
			v.Inside["META-INF/maven/"+group+"/app/pom.properties"] = "groupId=" + group + "\nartifactId=app\nversion=1.2.3\n"
		}, nil, "unmet", "absent: nothing says which of them", false, false},
		"where a module names the main file": {"", func(v *mint.MavenVersion) { v.Module = v.Gradle(v.Jar()) }, move(".jar", "-tests.jar"), "", "fail: ", true, true},
		"the tests":                          {"tests", nil, nil, "unmet", "absent: Only a Gradle module", false, false},
		"the main file for the tests":        {"tests", nil, move("-tests.jar", ".jar"), "unmet", "fail: another file of this version (main file)", true, false},
		"the javadoc for the sources":        {"sources", nil, move("-sources.jar", "-javadoc.jar"), "unmet", "absent: Only a Gradle module", false, false},
		"the tests, named by a module": {"tests", func(v *mint.MavenVersion) {
			v.Module = strings.ReplaceAll(v.Gradle(tests), "1.2.3.jar", "1.2.3-tests.jar")
		}, nil, "met", "absent: ", false, false},
		"the javadoc for the sources that a module names": {"sources", func(v *mint.MavenVersion) {
			v.Module = strings.ReplaceAll(v.Gradle(sources), "1.2.3.jar", "1.2.3-sources.jar")
		}, move("-sources.jar", "-javadoc.jar"), "", "absent: ", false, true},
		"of another group, by the same signer": {"", func(v *mint.MavenVersion) {
			v.Inside["META-INF/maven/com.example/thing/pom.properties"] = strings.ReplaceAll(v.Inside["META-INF/maven/"+group+"/thing/pom.properties"], group, "com.example")
			delete(v.Inside, "META-INF/maven/"+group+"/thing/pom.properties")
		}, nil, "unmet", "absent: states its name nowhere inside", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := jar123(group, func(v *mint.MavenVersion) {
				v.Module = ""
				v.More = map[string][]byte{"-tests.jar": tests, "-sources.jar": sources, "-javadoc.jar": javadoc, "-shaded.jar": packed(map[string]string{"com/example/Shaded.class": "shaded"})}
				if c.bend != nil {
					c.bend(v)
				}
			})
			w := world{}
			mint.ServeMaven(w, central, j.MavenVersion)
			if c.world != nil {
				c.world(w)
			}
			reference := "pkg:maven/" + group + "/thing@1.2.3"
			if c.classifier != "" {
				reference += "?classifier=" + c.classifier + "&type=jar"
			}
			r, err := ask(t.Context(), reference, j.options(t, w))
			require.NoError(t, err)
			if c.record != "" {
				require.Equal(t, c.record, string(status(t, r, "integrity-record-signed").Status), r.Report.Text(false))
			}
			outcome, part, _ := strings.Cut(c.named, ": ")
			hasOutcome(t, r, "name-inside", outcome, part)
			require.Equal(t, c.fail, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, c.alarm, len(r.Report.Verdict.Alarms) > 0, r.Report.Verdict.Alarms)
		})
	}
}

// TestMavenLineage: signatures that stop, and an owner's name that somebody else
// took.
func TestMavenLineage(t *testing.T) {
	before := func(j *jar, bend func(x *mint.Signing) *mint.Signing) {
		v := mint.NewMavenVersion(j.Sigstore, j.Group, "thing", "1.2.2", mintedRepo, mintedHead)
		signedAs(bend)(v)
		j.before = []*mint.MavenVersion{v}
	}
	same := func(x *mint.Signing) *mint.Signing { return x }
	j := jar123("io.github.example")
	before(j, same)
	hasOutcome(t, j.audit(t), "lineage-kept", "pass", "1.2.2")
	before(j, func(x *mint.Signing) *mint.Signing { x.Claims[17] = "8"; return x })
	hasOutcome(t, j.audit(t), "lineage-kept", "fail", "another number of the owner")
	j = jar123("io.github.example", signedAs(unsigned))
	before(j, same)
	r := j.audit(t)
	hasOutcome(t, r, "lineage-kept", "fail", "1.2.2")
	require.NotEmpty(t, r.Report.Verdict.Alarms)
}

// TestMavenMutants damages every byte of what is served of an invented version.
func TestMavenMutants(t *testing.T) {
	t.Parallel()
	j := jar123("io.github.example")
	w := world{}
	mint.ServeMaven(w, central, j.MavenVersion)
	mutate(t, w, []target{
		{url: j.At(central, ".jar"), mutants: 200, covered: true},
		{url: j.At(central, ".jar.sigstore.json"), mutants: 400},
		{url: j.At(central, ".module"), mutants: 150},
		{url: j.At(central, ".module.sigstore.json"), mutants: 150},
		{url: j.At(central, ".pom"), mutants: 150},
		{url: j.At(central, ".jar.sha256"), mutants: 30},
		{url: j.Folder(central) + "maven-metadata.xml", mutants: 50},
	}, func(w world) (*result, error) {
		return ask(t.Context(), "io.github.example:thing:1.2.3", j.options(t, w))
	})
}

// TestMavenMutantsInside damages every part of a version that is only signed inside, by
// the certificate that the reader brought.
func TestMavenMutantsInside(t *testing.T) {
	t.Parallel()
	signer := mint.NewJarSigner("Goldleaf", mintedAt)
	j := jar123("io.github.example", signedAs(unsigned), func(v *mint.MavenVersion) {
		v.Inside, v.Module, v.Strong = signer.Sign(v.Inside), "", false
	})
	w := world{}
	mint.ServeMaven(w, central, j.MavenVersion)
	delete(w, j.At(central, ".jar.sha1"))
	delete(w, j.At(central, ".jar.md5"))
	mutate(t, w, []target{{url: j.At(central, ".jar"), mutants: 300}}, func(w world) (*result, error) {
		o := j.options(t, w)
		o.Keys = signer.PEM()
		return ask(t.Context(), "io.github.example:thing:1.2.3", o)
	})
}
