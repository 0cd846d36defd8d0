package npm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// pack makes a package of paths and contents, in order.
func pack(t testing.TB, parts ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for i := 0; i < len(parts); i += 2 {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: parts[i], Mode: 0o644, Size: int64(len(parts[i+1])), Typeflag: tar.TypeReg}))
		_, err := w.Write([]byte(parts[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	return out.Bytes()
}

// inspect reads a package as the audit does.
func inspect(t testing.TB, at located, rec *record, packed []byte) (registry.Inside, []archive.Problem) {
	t.Helper()
	i := newInspector(at, rec)
	contents, err := archive.Read(archive.TarGz, packed, archive.Options{Inspect: i.Open})
	require.NoError(t, err)
	rules := Rules()
	return i.Inside(t.Context(), contents.Files), append(contents.Problems, rules.Check(contents)...)
}

// TestWritten asks for what npm makes of paths and which of them it makes one.
func TestWritten(t *testing.T) {
	const pj = "package/package.json"
	for listed, want := range map[string]string{
		"package/a/b": "a/b", "x/a": "a", "package/c:/a": "a", "package/c:d:/e:a": "a", "package//a": "a", "package/c:/.gitignore": ".npmignore",
		"a": "", "package/sub/.gitignore": "sub/.npmignore", "package/.gitignore/a": ".gitignore/a",
	} {
		got, err := written(listed, false)
		assert.Equal(t, want, got, listed)
		_, rest, _ := strings.Cut(listed, "/")
		assert.Equal(t, want != "" && path.Dir(want) == path.Dir(rest), err == nil, listed)
	}
	for name, c := range map[string]struct {
		paths []string
		want  []archive.ProblemKind
	}{
		"ordinary":                      {[]string{pj, "package/lib/a.js", "package/lib/b.js"}, nil},
		"drive below":                   {[]string{pj, "package/c:/package.json"}, []archive.ProblemKind{archive.NameDrive, archive.RuleWritten, archive.Duplicate}},
		"drives below":                  {[]string{pj, "package/c:d:/c:package.json"}, []archive.ProblemKind{archive.NameDrive, archive.RuleWritten, archive.Duplicate}},
		"two first folders":             {[]string{pj, "other/package.json"}, []archive.ProblemKind{archive.Duplicate}},
		"and accents":                   {[]string{pj, "package/é", "other/e\u0301"}, []archive.ProblemKind{archive.CaseFold}},
		"file and folder":               {[]string{pj, "x/package", "y/package/q"}, []archive.ProblemKind{archive.FileAndFolder}},
		"gitignore":                     {[]string{pj, "package/.gitignore", "package/a/.gitignore"}, nil},
		"gitignore and its name":        {[]string{pj, "package/.npmignore", "package/.gitignore"}, []archive.ProblemKind{archive.Duplicate}},
		"and where case does not count": {[]string{pj, "package/a/.NPMignore", "package/a/.gitignore"}, []archive.ProblemKind{archive.CaseFold}},
		"by two first folders":          {[]string{pj, "package/.gitignore", "x/.gitignore"}, []archive.ProblemKind{archive.Duplicate}},
		"beside the folder":             {[]string{pj, "README"}, []archive.ProblemKind{archive.RuleWritten}},
		"told once":                     {[]string{pj, "package/Package.json"}, []archive.ProblemKind{archive.CaseFold}},
	} {
		t.Run(name, func(t *testing.T) {
			var parts []string
			for _, p := range c.paths {
				parts = append(parts, p, "{}")
			}
			_, problems := inspect(t, pkg123, nil, pack(t, parts...))
			var got []archive.ProblemKind
			for _, p := range problems {
				got = append(got, p.Kind)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// differing are the fields that say something else than was asked.
func differing(in registry.Inside) []string {
	var out []string
	for _, n := range in.Names {
		if n.Stated != n.Asked {
			out = append(out, fmt.Sprintf("%s %s: %s, not %s", n.Document, n.Field, n.Stated, n.Asked))
		}
	}
	return out
}

var pkg123 = located{"pkg", "1.2.3"}

// against inspects a package.json beside a version's document, both given by
// what they have beyond name and version.
func against(t testing.TB, inside, recorded string, more ...string) registry.Inside {
	t.Helper()
	const head = `{"name":"pkg","version":"1.2.3"`
	rec, err := readRecord([]byte(head+recorded+`}`), "pkg", "1.2.3")
	require.NoError(t, err)
	in, problems := inspect(t, pkg123, rec, pack(t, append([]string{"package/package.json", head + inside + `}`}, more...)...))
	require.Empty(t, problems)
	return in
}

func TestManifestConfusion(t *testing.T) {
	const gyp = "package/binding.gyp"
	for name, c := range map[string]struct {
		inside, recorded string
		more             []string
		want             []string
	}{
		"same":                  {`,"dependencies":{"a":"^1","b":">=2 <3"}`, `,"dependencies":{"b":">=2 <3","a":"^1"}`, nil, nil},
		"absent or empty":       {`,"dependencies":{},"scripts":{}`, ``, nil, nil},
		"hidden dependency":     {`,"dependencies":{"evil":"1"}`, ``, nil, []string{`package.json dependencies: {"evil":"1"}, not {}`}},
		"other range":           {`,"dependencies":{"a":"1"}`, `,"dependencies":{"a":"2"}`, nil, []string{`package.json dependencies: {"a":"1"}, not {"a":"2"}`}},
		"optional in both":      {`,"optionalDependencies":{"a":"1"}`, `,"dependencies":{"a":"1"},"optionalDependencies":{"a":"1"}`, nil, nil},
		"hidden optional":       {`,"optionalDependencies":{"a":"1"}`, ``, nil, []string{`package.json optionalDependencies: {"a":"1"}, not {}`}},
		"hidden peer":           {``, `,"peerDependencies":{"a":"1"}`, nil, []string{`package.json peerDependencies: {}, not {"a":"1"}`}},
		"bundled":               {`,"bundledDependencies":["a"]`, `,"dependencies":{"a":"*"},"bundleDependencies":["a"]`, nil, nil},
		"list form":             {`,"dependencies":["a@1","b >=2"]`, `,"dependencies":{"a":"1","b":">=2"}`, nil, nil},
		"text form":             {`,"dependencies":"a@1, @s/b@2"`, `,"dependencies":{"a":"1","@s/b":"2"}`, nil, nil},
		"git host forms":        {`,"dependencies":{"a":"o/r#v1"}`, `,"dependencies":{"a":"git+https://github.com/o/r.git#v1"}`, nil, nil},
		"git reference differs": {`,"dependencies":{"a":"o/r#v1"}`, `,"dependencies":{"a":"github:o/r#v2"}`, nil, []string{`package.json dependencies: {"a":"git+https://github.com/o/r#v1"}, not {"a":"git+https://github.com/o/r#v2"}`}},
		"value of wrong type":   {`,"dependencies":{"a":1,"b":"2"}`, `,"dependencies":{"b":"2"}`, nil, nil},
		"last of two counts":    {`,"dependencies":{"a":"1"},"dependencies":{"evil":"1"}`, `,"dependencies":{"a":"1"}`, nil, []string{`package.json dependencies: {"evil":"1"}, not {"a":"1"}`}},
		"hidden script":         {`,"scripts":{"postinstall":"evil"}`, ``, nil, []string{`package.json scripts that installing runs: {"postinstall":"evil"}, not {}`}},
		"other scripts":         {`,"scripts":{"test":"a","prepare":"b"}`, `,"scripts":{"test":"c"}`, nil, nil},
		"implicit build":        {``, `,"scripts":{"install":"node-gyp rebuild"},"gypfile":true`, []string{gyp, "{}"}, nil},
		"implicit build, both":  {``, ``, []string{gyp, "{}"}, nil},
		"gypfile false":         {`,"gypfile":false`, `,"scripts":{"install":"node-gyp rebuild"}`, []string{gyp, "{}"}, []string{`package.json scripts that installing runs: {}, not {"install":"node-gyp rebuild"}`}},
		"build without gyp":     {``, `,"scripts":{"install":"node-gyp rebuild"}`, nil, []string{`package.json scripts that installing runs: {}, not {"install":"node-gyp rebuild"}`}},
		"path of the tool":      {`,"scripts":{"install":"./node_modules/.bin/x"}`, `,"scripts":{"install":"x"}`, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, differing(against(t, c.inside, c.recorded, c.more...)))
		})
	}
}

func TestNamesInside(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"right":               {`{"name":"pkg","version":"1.2.3"}`, nil},
		"as npm cleans it":    {"\uFEFF" + `{"name":" pkg ","version":" =v1.2.3+build "}`, nil},
		"other name":          {`{"name":"evil","version":"1.2.3"}`, []string{"package.json name: evil, not pkg"}},
		"other case":          {`{"name":"Pkg","version":"1.2.3"}`, []string{"package.json name: Pkg, not pkg"}},
		"other version":       {`{"name":"pkg","version":"1.2.4"}`, []string{"package.json version: 1.2.4, not 1.2.3"}},
		"case of a key":       {`{"Name":"pkg","version":"1.2.3"}`, []string{"package.json name: , not pkg"}},
		"wrong types":         {`{"name":["pkg"],"version":{"a":1}}`, []string{"package.json name: , not pkg", "package.json version: , not 1.2.3"}},
		"no JSON":             {`module.exports`, []string{"package.json name: , not pkg", "package.json version: , not 1.2.3"}},
		"a list":              {`[]`, []string{"package.json name: , not pkg", "package.json version: , not 1.2.3"}},
		"nested deeply":       {strings.Repeat("[", 1<<20), []string{"package.json name: , not pkg", "package.json version: , not 1.2.3"}},
		"nested in a field":   {`{"name":"pkg","version":"1.2.3","scripts":` + strings.Repeat(`{"a":`, 9000) + `1` + strings.Repeat("}", 9000) + `}`, nil},
		"larger than is read": {`{"name":"pkg","version":"1.2.3"}` + strings.Repeat(" ", maxManifest), []string{"package.json name: , not pkg"}},
	} {
		t.Run(name, func(t *testing.T) {
			in, problems := inspect(t, pkg123, nil, pack(t, "anything/package.json", c.body))
			assert.Equal(t, c.want, differing(in))
			assert.Empty(t, problems)
		})
	}
	t.Run("no package.json", func(t *testing.T) {
		in, _ := inspect(t, pkg123, nil, pack(t, "package/lib/package.json", `{"name":"pkg","version":"1.2.3"}`))
		assert.Equal(t, []string{"package.json name: , not pkg"}, differing(in))
	})
	t.Run("old mixed-case name", func(t *testing.T) {
		in, _ := inspect(t, located{"JSONStream", "1.3.5"}, nil, pack(t, "package/package.json", `{"name":"JSONStream","version":"1.3.5"}`))
		assert.Empty(t, differing(in))
	})
	t.Run("two first folders", func(t *testing.T) {
		in, problems := inspect(t, pkg123, nil, pack(t,
			"a/package.json", `{"name":"evil","version":"1.2.3","scripts":{"install":"one"}}`,
			"b/package.json", `{"name":"pkg","version":"1.2.3","scripts":{"install":"two"}}`))
		assert.Equal(t, []string{"a/package.json name: evil, not pkg"}, differing(in))
		require.Len(t, in.Runs, 1)
		assert.Contains(t, in.Runs[0].What, "two", "npm writes the last one")
		require.Len(t, problems, 1)
		assert.Equal(t, `The installer writes "a/package.json" and "b/package.json" to one place ("package.json").`, problems[0].Detail)
		assert.Equal(t, "b/package.json", problems[0].Path)
	})
	t.Run("nothing could be read", func(t *testing.T) {
		assert.Empty(t, newInspector(pkg123, nil).Inside(t.Context(), nil).Names)
	})
}

func TestRuns(t *testing.T) {
	in := against(t, `,"scripts":{"postinstall":"c \u202e","preinstall":"a","install":"b","prepare":"no"}`, ``)
	assert.Equal(t, []registry.Run{
		{When: "install", What: `Installing it runs its script "preinstall": "a".`, Files: []string{"package.json"}, Stop: "npm install --ignore-scripts"},
		{When: "install", What: `Installing it runs its script "install": "b".`, Files: []string{"package.json"}, Stop: "npm install --ignore-scripts"},
		{When: "install", What: `Installing it runs its script "postinstall": "c \u202e".`, Files: []string{"package.json"}, Stop: "npm install --ignore-scripts"},
	}, in.Runs)
	gyp := against(t, ``, ``, "package/binding.gyp", "{}")
	require.Len(t, gyp.Runs, 1)
	assert.Equal(t, []string{"binding.gyp"}, gyp.Runs[0].Files)
	assert.Equal(t, "npm install --ignore-scripts", gyp.Runs[0].Stop)
	assert.Empty(t, against(t, `,"scripts":{"preinstall":"","install":7}`, ``).Runs)
	assert.Empty(t, against(t, ``, ``, "package/src/binding.gyp", "{}").Runs)
	assert.Empty(t, against(t, `,"scripts":{"preinstall":""}`, ``).Runs)
	long := against(t, `,"scripts":{"install":"`+strings.Repeat("é", 5000)+`"}`, ``)
	assert.Contains(t, long.Runs[0].What, "cut after 2000 of its 10000 bytes.")
}

// said are what installing runs, in words.
func said(in registry.Inside) []string {
	var out []string
	for _, r := range in.Runs {
		out = append(out, r.What)
	}
	return out
}

// TestBundledRuns: npm builds bundled packages as it builds others, and "npm
// rebuild" also those that nothing declares.
func TestBundledRuns(t *testing.T) {
	const declares = `,"dependencies":{"inner":"1.0.0"},"bundleDependencies":["inner"]`
	const post = `{"name":"inner","version":"1.0.0","scripts":{"postinstall":"node p.js"}}`
	inner := []string{"package/node_modules/inner/package.json", post}
	for name, c := range map[string]struct {
		inside, recorded string
		more             []string
		want             []string
	}{
		"declared": {declares, declares, inner,
			[]string{`For the package bundled in node_modules/inner, installing runs its script "postinstall": "node p.js".`}},
		"declared by the record alone": {`,"dependencies":{"inner":"1.0.0"}`, declares, inner,
			[]string{`For the package bundled in node_modules/inner, installing runs its script "postinstall": "node p.js".`}},
		"all are declared": {`,"dependencies":{"inner":"1.0.0"},"bundleDependencies":true`, `,"dependencies":{"inner":"1.0.0"}`, inner,
			[]string{`For the package bundled in node_modules/inner, installing runs its script "postinstall": "node p.js".`}},
		"not declared": {``, ``, inner,
			[]string{`For the folder node_modules/inner, which is not declared as bundled, npm rebuild runs its script "postinstall": "node p.js".`}},
		"gyp": {declares, declares, []string{"package/node_modules/inner/package.json", `{"name":"inner"}`, "package/node_modules/inner/binding.gyp", "{}"},
			[]string{`For the package bundled in node_modules/inner, installing runs node-gyp, which compiles native code by the instructions in binding.gyp.`}},
		"gyp in another case": {``, ``, []string{"package/Binding.GYP", "{}"},
			[]string{`Installing it runs node-gyp, which compiles native code by the instructions in Binding.GYP. It is found where the disk ignores case.`}},
		"nested": {declares, declares, []string{"package/node_modules/inner/node_modules/@s/deep/package.json", post},
			[]string{`For the package bundled in node_modules/inner/node_modules/@s/deep, installing runs its script "postinstall": "node p.js".`}},
		"folder in another case": {declares, declares, []string{"package/Node_Modules/inner/Package.json", post},
			[]string{`For the package bundled in Node_Modules/inner, installing runs its script "postinstall": "node p.js".`}},
		"where npm does not look": {declares, declares, []string{"package/lib/node_modules/inner/package.json", post}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			in := against(t, c.inside, c.recorded, c.more...)
			assert.Equal(t, c.want, said(in))
			assert.True(t, in.Read)
		})
	}
	var many []string
	for n := range 30 {
		many = append(many, fmt.Sprintf("package/node_modules/a%02d/package.json", n), post)
	}
	in := against(t, declares, declares, many...)
	require.Len(t, in.Runs, maxTold+1)
	assert.Equal(t, "10 more scripts of packages inside run so.", in.Runs[maxTold].What)
}

// TestCarried: a folder hides nothing that npm pulls, and names itself only by
// its own word.
func TestCarried(t *testing.T) {
	for name, c := range map[string]struct {
		inside string
		more   []string
		want   []string
	}{
		"not declared": {`,"dependencies":{"evil":"*"}`, []string{"package/node_modules/evil/x.txt", "x"},
			[]string{"requires pkg:npm/evil", "bundles pkg:npm/evil"}},
		"declared": {`,"dependencies":{"a":"*"},"bundledDependencies":["a"]`, []string{"package/node_modules/a/package.json", `{"name":"a","version":"1.0.0"}`},
			[]string{"bundles pkg:npm/a@1.0.0"}},
		"declared and not there": {`,"dependencies":{"a":"*"},"bundledDependencies":["a"]`, nil, []string{"requires pkg:npm/a"}},
		"calls itself another": {``, []string{"package/node_modules/inner/package.json", `{"name":"lodash","version":"4.17.21"}`},
			[]string{"bundles pkg:npm/inner"}},
		"asked for by another name": {`,"dependencies":{"al":"npm:real@2"},"bundleDependencies":["al"]`,
			[]string{"package/node_modules/al/package.json", `{"name":"real","version":"2.1.0"}`}, []string{"bundles pkg:npm/real@2.1.0"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, i := range against(t, c.inside, c.inside, c.more...).Ingredients {
				got = append(got, i.Kind+" "+i.Ref)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// TestReadWhole: where something that could say more was not read, that is said.
func TestReadWhole(t *testing.T) {
	const good = `{"name":"pkg","version":"1.2.3"}`
	for name, c := range map[string]struct {
		parts []string
		want  string
	}{
		"read":                    {[]string{"package/package.json", good, "package/node_modules/a/package.json", "{}"}, ""},
		"larger than is read":     {[]string{"package/package.json", good + strings.Repeat(" ", maxManifest)}, "Its package.json is larger, or one of more, than is read."},
		"a bundled one is larger": {[]string{"package/package.json", good, "package/node_modules/a/package.json", strings.Repeat(" ", maxManifest+1)}, "Its node_modules/a/package.json is larger, or one of more, than is read."},
		"no JSON":                 {[]string{"package/package.json", "module"}, "Its package.json is no JSON object."},
		"a bundled one is none":   {[]string{"package/package.json", good, "package/node_modules/a/package.json", "[]"}, "Its node_modules/a/package.json is no JSON object."},
		"not there":               {[]string{"package/index.js", ""}, "It has no package.json that could be read."},
	} {
		t.Run(name, func(t *testing.T) {
			in, _ := inspect(t, pkg123, nil, pack(t, c.parts...))
			assert.Equal(t, c.want == "", in.Read)
			assert.Equal(t, c.want, in.Unread)
		})
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	in := newInspector(pkg123, nil).Inside(cancelled, []archive.File{{Path: "package/package.json"}})
	assert.False(t, in.Read)
	assert.Empty(t, in.Names)
}

func TestIngredients(t *testing.T) {
	in := against(t, `,"dependencies":{"a":"1","carried":"1","al":"npm:real@2"},"optionalDependencies":{"o":"1"},
		"peerDependencies":{"p":"1","maybe":"1"},"peerDependenciesMeta":{"maybe":{"optional":true}},"devDependencies":{"d":"1"},
		"bundleDependencies":["carried"],"repository":"o/r","bugs":{"url":"https://b.example","email":"b@b.example"}`, ``,
		"package/node_modules/carried/package.json", `{"name":"carried","version":"1.0.1"}`,
		"package/node_modules/carried/node_modules/@s/deep/index.js", `x`,
		"package/node_modules/.bin/x", `x`,
		"package/node_modules/folder/package.json", `{"name":"other","version":"9.9.9"}`,
		"package/lib/node_modules/vendored/lib/index.js", `x`,
		"package/SECURITY.md", "x", "package/.github/security.md", "x", "package/a/b/SECURITY.md", "x")
	var refs []string
	for _, i := range in.Ingredients {
		refs = append(refs, i.Kind+" "+i.Ref)
	}
	assert.Equal(t, []string{
		"requires pkg:npm/a", "requires pkg:npm/real", "requires pkg:npm/o", "requires pkg:npm/p", "left pkg:npm/maybe",
		"bundles pkg:npm/%40s/deep", "bundles pkg:npm/carried@1.0.1", "bundles pkg:npm/folder", "bundles pkg:npm/vendored",
	}, refs)
	assert.Equal(t, "https://github.com/o/r", in.Repository)
	assert.Equal(t, []string{"SECURITY.md", ".github/security.md"}, in.Contact)
}

func TestBoundsInside(t *testing.T) {
	i := newInspector(pkg123, nil)
	assert.Nil(t, i.Open("package/package.json", maxManifest+1))
	assert.Nil(t, i.Open("package.json", 10), "npm drops what stands beside the first folder")
	assert.Nil(t, i.Open("package/lib/package.json", 10))
	assert.NotNil(t, i.Open("package/package.json", 10))
	for range maxManifests {
		i.Open("package/node_modules/a/package.json", 1)
	}
	assert.Len(t, i.docs, maxManifests)
	j := newInspector(pkg123, nil)
	for range 20 {
		j.Open("package/node_modules/a/package.json", maxManifest)
	}
	assert.Len(t, j.docs, maxManifestsBytes/maxManifest)
}

// FuzzPackageJSON: no package.json makes the inspector fail, and one that
// states another name never passes for this package's.
func FuzzPackageJSON(f *testing.F) {
	f.Add([]byte(`{"name":"pkg","version":"1.2.3","dependencies":{"a":"o/r#x"},"scripts":{"install":"x"},"repository":["o/r"],"bugs":"b"}`))
	f.Add([]byte(`{"dependencies":["@","@@","a@@b"," "],"bundleDependencies":[1,"x"],"peerDependenciesMeta":[]}`))
	f.Add([]byte(`{"dependencies":"@ , ,x@","repository":{"url":"a@b:c/d"},"optionalDependencies":{"":""}}`))
	rec, err := readRecord([]byte(doc(f, nil, nil)), "pkg", "1.2.3")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		i := newInspector(pkg123, rec)
		w := i.Open("package/package.json", int64(len(body)))
		if w == nil {
			return
		}
		_, err := w.Write(body)
		require.NoError(t, err)
		in := i.Inside(t.Context(), []archive.File{{Path: "package/package.json", Size: int64(len(body))}})
		require.NotEmpty(t, in.Names)
		if len(differing(in)) == 0 {
			require.Contains(t, strictjson.Fields(bytes.TrimPrefix(body, []byte("\uFEFF"))).Text("name"), "pkg")
		}
	})
}
