package maven

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

func TestParseXML(t *testing.T) {
	for name, c := range map[string]struct{ doc, want, err string }{
		"plain":                {"<a><b> x </b></a>", "x", ""},
		"a namespace":          {`<a xmlns="http://maven.apache.org/POM/4.0.0"><b>x</b></a>`, "x", ""},
		"Latin 1":              {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a><b>\xe9</b></a>", "é", ""},
		"Windows":              {"<?xml version='1.0' encoding='windows-1252'?><a><b>\x96</b></a>", "–", ""},
		"HTML's entities":      {"<a><b>Laugst&oslash;l</b></a>", "Laugstøl", ""},
		"a mark before":        {"\xef\xbb\xbf<a><b>x</b></a>", "x", ""},
		"a comment inside":     {"<a><b>x<!-- y --></b></a>", "x", ""},
		"a document type":      {`<!DOCTYPE a [<!ENTITY e "x">]><a><b>&e;</b></a>`, "", "document type"},
		"an entity":            {"<a><b>&evil;</b></a>", "", "no XML"},
		"two roots":            {"<a/><a/>", "", "not one element"},
		"not closed":           {"<a><b>", "", "no XML"},
		"UTF-16":               {wide("\ufeff<?xml version='1.0' encoding='UTF-16'?><a><b>é𝄞</b></a>", binary.LittleEndian), "é𝄞", ""},
		"UTF-16 of networks":   {wide("\ufeff<a><b>é</b></a>", binary.BigEndian), "é", ""},
		"UTF-16, cut":          {"\xff\xfe<\x00a", "", "amid a character"},
		"half of a pair":       {"\xff\xfe<\x00\x00\xd8", "", "not written in UTF-16"},
		"UTF-16, no mark":      {wide("<?xml version='1.0' encoding='UTF-16'?><a><b>é</b></a>", binary.LittleEndian), "é", ""},
		"of networks, no mark": {wide("<a><b>é</b></a>", binary.BigEndian), "é", ""},
		"Russian":              {"<?xml version='1.0' encoding='koi8-r'?><a><b>\xc1</b></a>", "а", ""},
		"Cp1251":               {"<?xml version='1.0' encoding = 'Cp1251'?><a><b>\xe0</b></a>", "а", ""},
		"Latin 2":              {"<?xml version='1.0' encoding='ISO_8859-2'?><a><b>\xb1</b></a>", "ą", ""},
		"Latin 9":              {"<?xml version='1.0' encoding='ISO-8859-15'?><a><b>\xa4</b></a>", "€", ""},
		"nothing's byte":       {"<?xml version='1.0' encoding='windows-1253'?><a><b>\xd2</b></a>", "", "as it says"},
		"an unknown set":       {"<?xml version='1.0' encoding='Shift_JIS'?><a/>", "", "shift_jis"},
		"not what it says":     {"<?xml version='1.0' encoding='UTF-8'?><a>\xe9</a>", "", "as it says"},
		"too deep":             {strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100), "", "too deep"},
		"too many":             {"<a>" + strings.Repeat("<b/>", maxNodes+1) + "</a>", "", "too many"},
		"no document at all":   {"text", "", "not one element"},
	} {
		t.Run(name, func(t *testing.T) {
			root, err := parseXML([]byte(c.doc))
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, root.at("b"))
		})
	}
}

// wide is a text in UTF-16.
func wide(text string, order binary.AppendByteOrder) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return string(out)
}

func modelOf(t testing.TB, docs ...string) *model {
	m := &model{}
	for _, doc := range docs {
		p, err := readPOM([]byte(doc))
		require.NoError(t, err)
		m.chain = append(m.chain, p)
	}
	return m
}

func TestProperties(t *testing.T) {
	m := modelOf(t, `<project><parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent><artifactId>a</artifactId>
<properties><one>1</one><two>${one}${three}</two><loop>${loop}x</loop></properties></project>`,
		`<project><groupId>g</groupId><artifactId>p</artifactId><version>1</version><properties><three>3</three><one>9</one></properties></project>`)
	for text, want := range map[string]string{
		"${two}": "13", "${project.groupId}:${project.artifactId}:${project.version}": "g:a:1", "${unknown}": "${unknown}", "${project.parent.version}": "1", "a${": "a${", "}${one}": "}1",
	} {
		require.Equal(t, want, m.resolved(text), text)
	}
	require.LessOrEqual(t, len(m.resolved("${loop}")), maxValue+10)
}

// TestDependencies: the nearest POM that names a dependency counts, and of what it
// leaves out each part's nearest management; kind and classifier are of the name.
func TestDependencies(t *testing.T) {
	dependency := func(artifact, more string) string {
		return "<dependency><groupId>d</groupId><artifactId>" + artifact + "</artifactId>" + more + "</dependency>"
	}
	managed := func(all string) string {
		return "<dependencyManagement><dependencies>" + all + "</dependencies></dependencyManagement>"
	}
	m := modelOf(t, `<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version><dependencies>`+
		dependency("own", "<version>1</version>")+dependency("managed", "")+dependency("above", "")+dependency("tested", "")+dependency("tests", "<type>test-jar</type><version>7</version>")+dependency("free", "")+
		dependency("given", "<version>6</version><scope>provided</scope>")+dependency("plain", "<type>jar</type>")+dependency("between", "<version>[1,2)</version>")+
		`</dependencies><profiles><profile><activation><jdk>9</jdk></activation><dependencies>`+dependency("own", "<version>3</version>")+dependency("newer", "<version>1</version><scope>runtime</scope>")+dependency("check", "<version>1</version><scope>test</scope>")+`</dependencies></profile></profiles>`+
		managed(dependency("own", "<version>2</version>")+dependency("managed", "<version>${v}</version>")+dependency("managed", "<version>4</version><scope>runtime</scope>")+dependency("tests", "<scope>test</scope>")+dependency("tested", "<version>1</version>"))+`</project>`,
		`<project><groupId>g</groupId><artifactId>p</artifactId><version>1</version><properties><v>3</v></properties><dependencies>`+dependency("own", "<version>9</version>")+dependency("inherited", "<version>8</version><optional>true</optional>")+
			`</dependencies>`+managed(dependency("managed", "<version>9</version><scope>test</scope>")+dependency("plain", "<version>1</version>")+dependency("above", "<version>5</version>")+dependency("tested", "<scope>test</scope>"))+`</project>`)
	require.Equal(t, []registry.Ingredient{
		{Ref: "pkg:maven/d/own@1", Kind: "requires"}, {Ref: "pkg:maven/d/managed@3", Kind: "runtime"}, {Ref: "pkg:maven/d/above@5", Kind: "requires"},
		{Ref: "pkg:maven/d/tests@7?type=test-jar", Kind: "requires"}, {Ref: "pkg:maven/d/free", Kind: "requires"}, {Ref: "pkg:maven/d/given@6", Kind: "left"}, {Ref: "pkg:maven/d/plain@1", Kind: "requires"},
		{Ref: "pkg:maven/d/between", Kind: "requires", Asked: "[1,2)"}, {Ref: "pkg:maven/d/inherited@8", Kind: "left"}, {Ref: "pkg:maven/d/newer@1", Kind: "profile"},
	}, m.dependencies())
}

// TestDependenciesByProfile: a file of which profiles say which one it is depends on the
// machine, and one that names itself is named whole.
func TestDependenciesByProfile(t *testing.T) {
	dependency := func(more string) string {
		return "<dependency><groupId>d</groupId>" + more + "</dependency>"
	}
	m := modelOf(t, `<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version><dependencies>`+
		dependency("<artifactId>fx</artifactId><version>21</version><classifier>${platform}</classifier>")+
		dependency("<artifactId>native</artifactId><version>1</version><classifier>linux</classifier>")+
		dependency("<artifactId>unknown</artifactId><version>1</version><classifier>${nowhere}</classifier>")+
		dependency("<artifactId>zip</artifactId><version>1</version><type>zip</type>")+`</dependencies></project>`,
		`<project><groupId>g</groupId><artifactId>p</artifactId><version>1</version><profiles><profile><properties><platform>linux</platform></properties></profile></profiles></project>`)
	require.Equal(t, []registry.Ingredient{
		{Ref: "pkg:maven/d/fx@21", Kind: "profile"}, {Ref: "pkg:maven/d/native@1?classifier=linux", Kind: "requires"},
		{Ref: "pkg:maven/d/unknown@1", Kind: "requires"}, {Ref: "pkg:maven/d/zip@1?type=zip", Kind: "requires"},
	}, m.dependencies())
}

// TestPublishers: whom a group names, and whom it leaves open.
func TestPublishers(t *testing.T) {
	for group, want := range map[string][]registry.Publisher{
		"io.github.o":      {{Issuer: "https://token.actions.githubusercontent.com", Owner: "https://github.com/o"}},
		"io.github.o.more": {{Issuer: "https://token.actions.githubusercontent.com", Owner: "https://github.com/o"}},
		"io.gitlab.o":      {{Issuer: "https://gitlab.com", Owner: "https://gitlab.com/o", OwnerNests: true}},
		"io.gitlab.o.more": nil, // of o, or of o.more
		"io.githubs.o":     nil,
		"org.example":      nil,
	} {
		require.Equal(t, want, publishers(group), group)
	}
}

func TestSCM(t *testing.T) {
	pom := func(scm string) string {
		return "<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version><scm>" + scm + "</scm></project>"
	}
	for scm, want := range map[string]string{
		"<connection>scm:git:https://github.com/o/r.git</connection>":                  "https://github.com/o/r",
		"<connection>scm:git:git@github.com:o/r.git</connection>":                      "https://github.com/o/r",
		"<connection>scm:git:git://github.com/o/r.git</connection>":                    "https://github.com/o/r",
		"<connection>scm:svn:http://x/y</connection><url>https://github.com/o/r</url>": "https://github.com/o/r",
		"<url>https://github.com/o/r/tree/${project.scm.tag}/folder</url>":             "https://github.com/o/r",
		"<url>https://github.com/o/r/tree/main</url>":                                  "https://github.com/o/r",
		"<connection>a</connection>":                                                   "a",
		"":                                                                             "",
	} {
		got, _ := modelOf(t, pom(scm)).scm()
		require.Equal(t, want, got, scm)
	}
	child := "<project><parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent><artifactId>a</artifactId></project>"
	got, _ := modelOf(t, child, pom("<url>https://github.com/o/r</url>")).scm()
	require.Equal(t, "https://github.com/o/r", got)
}

func TestSidecar(t *testing.T) {
	sum := strings.Repeat("ab", 20)
	for body, want := range map[string]string{
		sum: sum, strings.ToUpper(sum): sum, sum + "  a-1.jar\n": sum, "SHA1(a-1.jar)= " + sum: sum, sum + " *a-1.jar": sum,
		sum + "\n" + strings.Repeat("cd", 20): "", "": "", strings.Repeat("ab", 16): "",
	} {
		require.Equal(t, want, readSidecar([]byte(body), "sha1"), body)
	}
}

func TestModule(t *testing.T) {
	at := coordinates{"g", "a", "1", "", "jar"}
	sum := strings.Repeat("ab", 32)
	doc := func(component, files string) []byte {
		return []byte(`{"formatVersion":"1.1","component":` + component + `,"variants":[{"files":[` + files + `]}]}`)
	}
	const own = `{"group":"g","module":"a","version":"1"}`
	file := func(url, sum string) string { return `{"name":"x","url":"` + url + `","sha256":"` + sum + `"}` }
	for name, c := range map[string]struct {
		doc    []byte
		states int
		err    string
	}{
		"its file":          {doc(own, file("a-1.jar", sum)), 1, ""},
		"twice the same":    {doc(own, file("a-1.jar", sum)+","+file("a-1.jar", sum)), 1, ""},
		"another file":      {doc(own, file("a-1-sources.jar", sum)), 0, ""},
		"twice another":     {doc(own, file("a-1.jar", sum)+","+file("a-1.jar", strings.Repeat("cd", 32))), 0, "two digests"},
		"another component": {doc(`{"group":"g","module":"a","version":"2"}`, file("a-1.jar", sum)), 0, "g:a:2"},
		"an unreadable one": {doc(own, file("a-1.jar", "ab")), 0, "cannot be read"},
		"a key twice":       {[]byte(`{"component":` + own + `,"component":` + own + `}`), 0, "component"},
	} {
		t.Run(name, func(t *testing.T) {
			states, err := readModule(c.doc, at)
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Len(t, states, c.states)
		})
	}
}

func TestFileOf(t *testing.T) {
	at := coordinates{group: "g", artifact: "a", version: "1"}
	for _, c := range []struct {
		kind, classifier, packaging, want string
		guessed                           bool
	}{
		{"", "", "", "a-1.jar", false}, {"", "", "pom", "a-1.pom", false}, {"", "", "bundle", "a-1.jar", false}, {"", "", "maven-plugin", "a-1.jar", false},
		{"", "", "aar", "a-1.aar", false}, {"", "", "odd", "a-1.jar", true}, {"", "sources", "pom", "a-1-sources.jar", false}, {"test-jar", "", "jar", "a-1-tests.jar", false},
		{"tar.gz", "bin", "pom", "a-1-bin.tar.gz", false}, {"pom", "", "jar", "a-1.pom", false}, {"module", "", "jar", "a-1.module", false},
	} {
		got, guessed := fileOf(at, purl.Ref{Qualifiers: map[string]string{"type": c.kind, "classifier": c.classifier}}, c.packaging)
		require.Equal(t, c.want, got.file())
		require.Equal(t, c.guessed, guessed, c)
	}
}

func FuzzPOM(f *testing.F) {
	f.Add([]byte("<project><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version><properties><v>1</v></properties><scm><url>https://github.com/o/r</url></scm></project>"))
	f.Add([]byte("<metadata><groupId>g</groupId><artifactId>a</artifactId><versioning><versions><version>1</version></versions></versioning></metadata>"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		_, _ = readVersions(doc, coordinates{group: "g", artifact: "a"})
		p, err := readPOM(doc)
		if err != nil {
			return
		}
		m := &model{chain: []pom{p}}
		m.relocate(p.at)
		_, _ = m.scm()
		for _, i := range m.dependencies() {
			_, err := purl.Parse(i.Ref)
			require.NoError(t, err)
		}
		require.LessOrEqual(t, len(m.about().License), len(doc)*maxValue+100)
	})
}
