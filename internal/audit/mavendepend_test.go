//go:build touchstone_testanchors

package audit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/mint"
)

// TestMavenIngredients: what an archive needs and carries is named, each with the
// version that is meant, by lists that POMs import too.
func TestMavenIngredients(t *testing.T) {
	list := func(artifact, more string) string {
		return fmt.Sprintf("<project><groupId>org.lists</groupId><artifactId>%s</artifactId><version>1</version>%s</project>", artifact, more)
	}
	managed := func(all string) string {
		return "<dependencyManagement><dependencies>" + all + "</dependencies></dependencyManagement>"
	}
	one := func(artifact, more string) string {
		return "<dependency><groupId>org.other</groupId><artifactId>" + artifact + "</artifactId>" + more + "</dependency>"
	}
	imported := func(artifact string) string {
		return "<dependency><groupId>org.lists</groupId><artifactId>" + artifact + "</artifactId><version>1</version><type>pom</type><scope>import</scope></dependency>"
	}
	j := jar123("io.github.example", func(v *mint.MavenVersion) {
		begin, end := strings.Index(v.POM, "<dependencies>"), strings.Index(v.POM, "</dependencies>")
		v.POM = v.POM[:begin] + managed(imported("first")+imported("second")+imported("gone")) + "<dependencies>" + one("a", "") + one("b", "") + one("c", "<version>[1,2)</version>") + one("d", "") +
			one("given", "<version>4</version><scope>provided</scope>") + one("driver", "<version>6</version><scope>runtime</scope>") + v.POM[end:]
		v.Inside["META-INF/maven/org.shaded/inner/pom.properties"] = "groupId=org.shaded\nartifactId=inner\nversion=5\n"
		v.Inside["lib/nested.jar"] = "an archive"
		v.Module = v.Gradle(v.Jar())
	})
	pom := func(artifact string) string { return mavenFile("org.lists", artifact, "1", ".pom") }
	r := j.audit(t, func(w world) {
		w[pom("first")] = ok([]byte(list("first", "<properties><of.a>1.5</of.a></properties>"+managed(one("a", "<version>${of.a}</version>")+imported("nested")))))
		w[pom("nested")] = ok([]byte(list("nested", managed(one("b", "<version>2</version>")+imported("first"))))) // in a circle
		w[pom("second")] = ok([]byte(list("second", managed(one("a", "<version>9</version>")))))
	})
	topic := func(id string) evidence.Topic {
		i := slices.IndexFunc(r.Report.Topics, func(t evidence.Topic) bool { return t.ID == id })
		require.GreaterOrEqual(t, i, 0, id)
		return r.Report.Topics[i]
	}
	require.Equal(t, []string{"pkg:maven/org.other/a@1.5", "pkg:maven/org.other/b@2", "pkg:maven/org.other/c", "pkg:maven/org.other/d"}, topic("requires").Items)
	require.Equal(t, map[string]string{"pkg:maven/org.other/c": "[1,2)"}, topic("requires").Asked)
	require.Equal(t, []string{"pkg:maven/org.other/given@4"}, topic("left").Items)
	require.Equal(t, []string{"pkg:maven/org.shaded/inner@5"}, topic("bundles").Items)
	require.Equal(t, []string{"pkg:maven/org.other/driver@6"}, topic("runtime").Items)
	require.Contains(t, topic("ingredients-unknown").Text, "archives that could not be opened here: lib/nested.jar.")
}

// TestMavenFiles: every file of a version stands beside each of them.
func TestMavenFiles(t *testing.T) {
	const at = "pkg:maven/io.github.example/thing@1.2.3"
	of := func(kind string) string { return at + "?type=" + kind }
	sources := at + "?classifier=sources&type=jar"
	j := jar123("io.github.example", func(v *mint.MavenVersion) { v.More = map[string][]byte{"-sources.jar": v.Jar()} })
	w := world{}
	mint.ServeMaven(w, central, j.MavenVersion)
	for asked, want := range map[string][]string{
		at:           {of("pom"), of("module"), sources},
		of("pom"):    {at, of("module"), sources},
		of("module"): {at, of("pom"), sources},
		sources:      {at, of("pom"), of("module")},
	} {
		r, err := ask(t.Context(), asked, j.options(t, w))
		require.NoError(t, err)
		i := slices.IndexFunc(r.Report.Topics, func(t evidence.Topic) bool { return t.ID == evidence.OtherFiles })
		require.GreaterOrEqual(t, i, 0, asked)
		require.ElementsMatch(t, want, r.Report.Topics[i].Items, asked)
	}
}

// TestMavenOnlyPOM: that a package is a POM alone is said, where nobody asked for it.
func TestMavenOnlyPOM(t *testing.T) {
	j := jar123("io.github.example", func(v *mint.MavenVersion) {
		v.POM = strings.Replace(v.POM, "<description>", "<packaging>pom</packaging><description>", 1)
	})
	w := world{}
	mint.ServeMaven(w, central, j.MavenVersion)
	for asked, said := range map[string]bool{"io.github.example:thing:1.2.3": true, "pkg:maven/io.github.example/thing@1.2.3?type=pom": false} {
		r, err := ask(t.Context(), asked, j.options(t, w))
		require.NoError(t, err)
		require.Equal(t, said, strings.Contains(strings.Join(r.Report.Notes, " "), "is a POM alone"), r.Report.Notes)
	}
}

// TestMavenParents: what a POM inherits is read, up to a bound; a parent that is not
// there, is of another name, or names itself leaves it open, and is named.
func TestMavenParents(t *testing.T) {
	const group = "io.github.example"
	parent := func(of, artifact string) string {
		return strings.Replace(of, "<description>", "<parent><groupId>org.parents</groupId><artifactId>"+artifact+"</artifactId><version>1</version></parent><description>", 1)
	}
	document := func(artifact, above, more string) string {
		p := "<project><groupId>org.parents</groupId><artifactId>" + artifact + "</artifactId><version>1</version><description></description>" + more + "</project>"
		if above != "" {
			p = parent(p, above)
		}
		return p
	}
	endless := map[string]string{"a0": document("a0", "a1", "")}
	for n := 1; n < 20; n++ {
		endless[fmt.Sprintf("a%d", n)] = document(fmt.Sprintf("a%d", n), fmt.Sprintf("a%d", n+1), "")
	}
	const needs = "<dependencies><dependency><groupId>org.other</groupId><artifactId>inherited</artifactId><version>${v}</version></dependency></dependencies>"
	for name, c := range map[string]struct {
		parents map[string]string
		open    string // empty where all is known
		pulls   string
	}{
		"two":         {map[string]string{"a0": document("a0", "a1", needs), "a1": document("a1", "", "<properties><v>7</v></properties>")}, "", "pkg:maven/org.other/inherited@7"},
		"gone":        {map[string]string{"a0": document("a0", "a1", needs)}, "its parent org.parents:a1:1 could not be fetched", "pkg:maven/org.other/inherited"},
		"another":     {map[string]string{"a0": document("other", "", "")}, "its parent org.parents:a0:1 cannot be used", ""},
		"in a circle": {map[string]string{"a0": document("a0", "a1", ""), "a1": document("a1", "a0", "")}, "was not read", ""},
		"endless":     {endless, "was not read", ""},
		"no XML":      {map[string]string{"a0": "<project>"}, "cannot be used", ""},
	} {
		t.Run(name, func(t *testing.T) {
			j := jar123(group, func(v *mint.MavenVersion) { v.POM = parent(v.POM, "a0") })
			r := j.audit(t, func(w world) {
				for artifact, body := range c.parents {
					w[mavenFile("org.parents", artifact, "1", ".pom")] = ok([]byte(body))
				}
			})
			said, pulls := "", []string(nil)
			for _, topic := range r.Report.Topics {
				said += topic.Text + "\n"
				if topic.ID == "requires" {
					pulls = topic.Items
				}
			}
			require.Equal(t, c.open != "", strings.Contains(said, "What the POM says of others is not known whole"), said)
			require.Contains(t, said, c.open)
			if c.pulls != "" {
				require.Contains(t, pulls, c.pulls)
			}
		})
	}
}
