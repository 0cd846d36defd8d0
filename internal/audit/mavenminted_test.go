//go:build touchstone_testanchors

package audit_test

import (
	"context"
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
		"others inside":                   {named, bends{inside("META-INF/maven/org.other/other/pom.properties", "groupId=org.other\nartifactId=other\nversion=2\n")}, nil, signed, "met", "name-inside", "pass: "},
		"a module of other bytes":         {named, bends{func(v *mint.MavenVersion) { v.Module = v.Gradle([]byte("others")) }}, nil, both(0, 0, 0, 0), "", "digest-matches", "fail: "},
		"a module of another version":     {named, bends{func(v *mint.MavenVersion) { v.Module = strings.Replace(v.Module, `"1.2.3"`, `"1.2.4"`, 1) }}, nil, signed, "met", "record-attested", "not applicable: "},
		"no POM of its own":               {plain, bends{func(v *mint.MavenVersion) { v.POM = strings.ReplaceAll(v.POM, "<version>1.2.3<", "<version>1.2.4<") }}, nil, both(1, 1, 0, 2), "open", "signer-identity", "unknown: "},
		"a wrong sha1": {named, nil, func(w world) {
			w[mavenFile(named, "thing", "1.2.3", ".jar.sha1")] = ok([]byte(strings.Repeat("ab", 20)))
		}, both(0, 0, 0, 0), "", "digest-matches", "fail: "},
		"a checksum file that is none": {named, nil, func(w world) {
			w[mavenFile(named, "thing", "1.2.3", ".jar.sha256")] = ok([]byte(strings.Repeat("no checksum ", 9)))
		}, signed, "met", "digest-matches", "pass: "},
		"signed inside, too":  {named, bends{enclosed(nil)}, nil, signed, "met", "signature-inside", `pass: calls its holder "A stranger"`},
		"its list is signed":  {named, bends{enclosed(nil)}, nil, signed, "met", "files-covered", "pass: signed list inside"},
		"signed inside alone": {named, bends{enclosed(nil), noModule, signedAs(unsigned), func(v *mint.MavenVersion) { v.Strong = false }}, nil, both(1, 1, 0, 0), "unmet", "digest-published", "pass: signed list inside"},
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
