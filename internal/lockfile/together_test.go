package lockfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const h1 = "h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg="

// flagsOf are the pins with their flags, in the order of the file.
func flagsOf(f *File) string {
	var out []string
	for _, p := range f.Pins {
		s := strings.TrimSpace(p.Name + " " + p.Version)
		if len(p.Ref.Digests) == 1 && p.Ref.Digests[0].Of != "artifact" {
			s += "/go.mod"
		}
		for _, flag := range Flags {
			if slices.Contains(p.Flags, flag) {
				s += " " + string(flag)
			}
		}
		if p.Kind != Package {
			s += " (" + string(p.Kind) + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// TestGoProject: what each line of go.sum is for, by go.mod, go.work and vendor.
func TestGoProject(t *testing.T) {
	sums := func(lines ...string) string { return strings.Join(lines, " "+h1+"\n") + " " + h1 + "\n" }
	const own = "module example.com/own\n"
	for _, c := range []struct {
		name string
		docs []string // name, text, …
		want string
	}{
		{"direct, indirect, leftovers", []string{"go.sum", sums("a.example/a v1.1.0", "a.example/a v1.1.0/go.mod", "a.example/a v1.0.0", "a.example/a v1.0.0/go.mod", "b.example/b v1.0.0", "c.example/c v1.0.0"),
			"go.mod", own + "go 1.24\nrequire a.example/a v1.1.0\nrequire b.example/b v1.0.0 // indirect\n"},
			"a.example/a v1.1.0 direct; a.example/a v1.1.0/go.mod direct; a.example/a v1.0.0 leftover; a.example/a v1.0.0/go.mod transitive; b.example/b v1.0.0 transitive; c.example/c v1.0.0 leftover"},
		{"before 1.17 not all is required by name", []string{"go.sum", sums("a.example/a v1.2.0", "a.example/a v1.0.0", "c.example/c v1.0.0"), "go.mod", own + "go 1.16\nrequire a.example/a v1.1.0\n"},
			"a.example/a v1.2.0; a.example/a v1.0.0 leftover; c.example/c v1.0.0; a.example/a v1.1.0 direct"},
		{"replaced by a module, by a folder, excluded", []string{"go.sum", sums("a.example/a v1.0.0", "a.example/fork v1.5.0", "b.example/b v1.0.0", "d.example/d v1.0.0"),
			"go.mod", own + "go 1.24\nrequire (\n\ta.example/a v1.0.0\n\tb.example/b v1.0.0\n\td.example/d v1.1.0\n)\nreplace a.example/a => a.example/fork v1.5.0\nreplace b.example/b v1.0.0 => ./b\nexclude d.example/d v1.0.0\n"},
			"a.example/a v1.0.0 leftover; a.example/fork v1.5.0 direct; b.example/b v1.0.0 leftover; d.example/d v1.0.0 leftover; b.example/b v1.0.0 direct (own folder); d.example/d v1.1.0 direct"},
		{"a workspace chooses the highest, and replaces last", []string{"go.work.sum", sums("b.example/b v1.0.0"), "a/go.sum", sums("c.example/c v1.0.0", "c.example/c v1.1.0"), "b/go.sum", sums("c.example/c v1.1.0"),
			"go.work", "go 1.24\nuse ./a\nuse ./b\nreplace c.example/c => c.example/c v1.1.0\n", "a/go.mod", "module example.com/a\ngo 1.24\nrequire c.example/c v1.0.0\nrequire example.com/b v0.1.0\n", "b/go.mod", "module example.com/b\ngo 1.24\nrequire c.example/c v1.0.0 // indirect\n"},
			"b.example/b v1.0.0 leftover; c.example/c v1.0.0 leftover; c.example/c v1.1.0 direct; c.example/c v1.1.0 direct"},
		{"vendored, another version in the folder", []string{"go.sum", sums("a.example/a v1.0.0", "b.example/b v1.0.0"), "go.mod", own + "go 1.24\nrequire a.example/a v1.0.0\nrequire b.example/b v1.0.0\n",
			"vendor/modules.txt", "# a.example/a v1.0.0\n## explicit; go 1.20\na.example/a\n# b.example/b v1.2.0\n## explicit\nb.example/b\n# x => ./x\n"},
			"a.example/a v1.0.0 direct vendored; b.example/b v1.0.0 direct vendored"},
	} {
		var docs []Document
		for i := 0; i < len(c.docs); i += 2 {
			docs = append(docs, Document{c.docs[i], []byte(c.docs[i+1])})
		}
		f, err := ReadAll(docs)
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, flagsOf(f), c.name)
		require.Equal(t, len(f.Pins), f.Entries, c.name)
		for _, p := range f.Pins {
			require.NotEmpty(t, p.File, c.name)
			require.NotZero(t, p.Line, c.name)
			require.Equal(t, p.Name == "b.example/b" && strings.Contains(c.name, "another version"), p.Differs != "", "%s: %s", c.name, p.Differs)
		}
		// The order in which they come changes nothing but the order of the pins.
		slices.Reverse(docs)
		again, err := ReadAll(docs)
		require.NoError(t, err, c.name)
		sorted := func(f *File) []string { s := strings.Split(flagsOf(f), "; "); slices.Sort(s); return s }
		require.Equal(t, sorted(f), sorted(again), c.name)
	}
}

// TestTogether: requirements files answer each other's lines; what does not belong
// together is refused.
func TestTogether(t *testing.T) {
	f, err := ReadAll([]Document{{"req/all.txt", []byte("-r base.txt\n--requirement=other.txt\na==1\n")}, {"req/base.txt", []byte("b==1 --hash=sha256:" + sum64 + "\n")}})
	require.NoError(t, err)
	direct, err := ReadAll([]Document{{"requirements.txt", []byte("-r base.txt\n-e .\n")}, {"base.txt", []byte("a @ git+https://code.example/a/a\n")}})
	require.NoError(t, err)
	require.Len(t, direct.Pins, 3)
	require.Equal(t, "-r base.txt (own folder); --requirement=other.txt (not understood); a 1; b 1", flagsOf(f))
	require.Equal(t, []string{"req/all.txt", "req/all.txt", "req/all.txt", "req/base.txt"}, []string{f.Pins[0].File, f.Pins[1].File, f.Pins[2].File, f.Pins[3].File})

	sum, mod := "a.example/a v1.0.0 "+h1+"\n", "module m\ngo 1.24\n"
	for say, docs := range map[string][]Document{
		"do not belong together":          {{"go.sum", []byte(sum)}, {"requirements.txt", []byte("a==1\n")}},
		"two lock files":                  {{"package-lock.json", []byte(`{"lockfileVersion":3,"packages":{}}`)}, {"b/package-lock.json", []byte(`{"lockfileVersion":3,"packages":{}}`)}},
		"does not belong":                 {{"requirements.txt", []byte("a==1\n")}, {"go.mod", []byte(mod)}},
		"several go.mod":                  {{"go.sum", []byte(sum)}, {"a/go.mod", []byte(mod)}, {"b/go.mod", []byte(mod)}},
		"pins nothing by itself":          {{"go.mod", []byte(mod)}},
		"0 documents":                     {},
		"go.mod: ":                        {{"go.sum", []byte(sum)}, {"go.mod", []byte("require (\n")}},
		"names no version":                {{"go.sum", []byte(sum)}, {"go.mod", []byte(mod)}, {"vendor/modules.txt", []byte("# a b\n")}},
		"b.txt: line 1: a merge":          {{"a.txt", []byte("a==1\n")}, {"b.txt", []byte("<<<<<<< HEAD\na==1\n")}},
		fmt.Sprint(MostDocuments, " are"): make([]Document, MostDocuments+1),
	} {
		_, err := ReadAll(docs)
		require.ErrorContains(t, err, say)
	}
}

// TestBeside: what belongs to a document, never outside its folder.
func TestBeside(t *testing.T) {
	require.Equal(t, []string{"go.mod", "go.work", "vendor/modules.txt"}, Beside("go.sum", nil))
	require.Equal(t, []string{"go.work.sum", "a/go.mod", "a/go.sum", "go.mod", "go.sum"}, Beside("go.work", []byte("go 1.24\nuse ./a\nuse ../b\nuse .\n")))
	require.Equal(t, []string{"base.txt", "sub/c.txt"}, Beside("requirements.txt", []byte("-r base.txt\n-c sub/c.txt\n-r ../up.txt\n-r /etc/passwd\n-r C:/x\n-r base.txt\n-r requirements.txt\na==1\n")))
	require.Equal(t, []string{"w/package.json"}, Beside("w/package-lock.json", nil))
	require.Equal(t, []string{"package.json"}, Beside("yarn.lock", nil))
	require.Empty(t, Beside("pnpm-lock.yaml", nil), "it says itself what the project asks for")
}

// TestFlags: what part each pin has in its project, where the format says so.
func TestFlags(t *testing.T) {
	npm := func(entries string) string { return `{"lockfileVersion":3,"packages":{` + entries + `}}` }
	integrity := "    resolution: {integrity: " + sri512 + "}\n"
	wheel := func(name string) string {
		return "wheels = [{ url = \"https://files.pythonhosted.org/packages/00/11/22/" + name + "-1.0-py3-none-any.whl\", hash = \"sha256:" + sum64 + "\" }]\n"
	}
	uv := func(name, more string) string {
		return "[[package]]\nname = \"" + name + "\"\nversion = \"1.0\"\nsource = { registry = \"https://pypi.org/simple\" }\n" + more + wheel(name)
	}
	for _, c := range []struct{ name, text, want string }{
		{"npm", npm(`"":{"dependencies":{"a":"1"},"devDependencies":{"b":"1"},"workspaces":["w"]},"w":{"name":"w","dependencies":{"c":"1"}},"node_modules/w":{"resolved":"w","link":true},
			"node_modules/a":{"version":"1.0.0"},"node_modules/b":{"version":"1.0.0","dev":true},"node_modules/c":{"version":"1.0.0"},"w/node_modules/c":{"version":"2.0.0"},"node_modules/d":{"version":"1.0.0","devOptional":true,"os":["linux","darwin"]}`),
			"w (own folder); node_modules/w (own folder); a 1.0.0 direct; b 1.0.0 direct development; c 1.0.0 transitive; c 2.0.0 direct; d 1.0.0 transitive development optional platform"},
		{"npm 6 does not say", `{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dev":true}}}`, "a 1.0.0 development"},
		{"pnpm 9", "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a: {specifier: ^1.0.0, version: 1.0.0(p@1.0.0)}\n      x: {specifier: 'npm:b@1', version: b@1.0.0}\n    devDependencies:\n      d: {specifier: 1, version: 1.0.0}\n    optionalDependencies:\n      o: {specifier: 1, version: 1.0.0}\n  w:\n    dependencies:\n      own: {specifier: 'link:../own', version: 'link:../own'}\npackages:\n  a@1.0.0:\n" + integrity + "  b@1.0.0:\n" + integrity + "  d@1.0.0:\n" + integrity + "  e@1.0.0:\n" + integrity + "  o@1.0.0:\n" + integrity + "    cpu: [x64]\n  p@1.0.0:\n" + integrity +
			"snapshots:\n  a@1.0.0(p@1.0.0):\n    dependencies: {p: 1.0.0}\n  d@1.0.0:\n    dependencies: {e: 1.0.0}\n  o@1.0.0:\n    optional: true\n",
			"a 1.0.0 direct; b 1.0.0 direct; d 1.0.0 direct development; e 1.0.0 transitive development; o 1.0.0 direct optional platform; p 1.0.0 transitive"},
		{"pnpm 5", "lockfileVersion: 5.4\nspecifiers: {a: 1}\ndependencies: {a: 1.0.0_p@1.0.0}\npackages:\n  /a/1.0.0_p@1.0.0:\n" + integrity + "  /p/1.0.0:\n" + integrity + "    dev: true\n", "a 1.0.0 direct; p 1.0.0 transitive development"},
		{"Yarn 2", "__metadata:\n  version: 8\n\"a@npm:^1.0.0, a@npm:^1.1.0\":\n  version: 1.1.0\n  resolution: \"a@npm:1.1.0\"\n  conditions: os=linux & cpu=x64\n\"b@npm:1.0.0\":\n  version: 1.0.0\n  resolution: \"b@npm:1.0.0\"\n\"own@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"own@workspace:.\"\n  dependencies:\n    a: \"npm:^1.1.0\"\n", "a 1.1.0 direct platform; b 1.0.0 transitive; own 0.0.0-use.local (own folder)"},
		{"Yarn 2 with a resolution that hides which", "__metadata:\n  version: 8\n\"a@npm:1.1.0\":\n  version: 1.1.0\n  resolution: \"a@npm:1.1.0\"\n\"own@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"own@workspace:.\"\n  dependencies:\n    a: \"npm:^1.0.0\"\n", "a 1.1.0; own 0.0.0-use.local (own folder)"},
		{"bun", `{"lockfileVersion":1,"workspaces":{"":{"name":"r","dependencies":{"a":"1"},"devDependencies":{"d":"1"}},"w":{"name":"w","dependencies":{"c":"2"}}},"packages":{"a":["a@1.0.0","",{"dependencies":{"c":"1","f":"1"}},"` + sri512 + `"],"c":["c@1.0.0","",{"os":"win32"},"` + sri512 + `"],"d":["d@1.0.0","",{"dependencies":{"e":"1"}},"` + sri512 + `"],"e":["e@1.0.0","",{},"` + sri512 + `"],"a/f":["f@1.0.0","",{"bundled":true},"` + sri512 + `"],"w":["w@workspace:w"],"w/c":["c@2.0.0","",{},"` + sri512 + `"]}}`,
			"a 1.0.0 direct; c 1.0.0 transitive platform; d 1.0.0 direct development; e 1.0.0 transitive development; f 1.0.0 transitive (bundled); w (own folder); c 2.0.0 direct"},
		{"deno", `{"version":"5","specifiers":{"npm:a@1":"1.0.0_p@1.0.0","jsr:@s/b@1":"1.0.0"},"jsr":{"@s/b@1.0.0":{}},"npm":{"a@1.0.0_p@1.0.0":{"integrity":"` + sri512 + `"},"p@1.0.0":{"integrity":"` + sri512 + `","os":["linux"]}},"workspace":{"dependencies":["npm:a@1"],"members":{"w":{"packageJson":{"dependencies":["jsr:@s/b@1"]}}}}}`,
			"a 1.0.0 direct; p 1.0.0 transitive platform; @s/b 1.0.0 direct (not served)"},
		{"cargo", "# generated by Cargo\nversion = 4\n[[package]]\nname='own'\nversion='0.1.0'\ndependencies=['a','b 2.0.0']\n[[package]]\nname='a'\nversion='1.0.0'\nsource='registry+https://github.com/rust-lang/crates.io-index'\nchecksum='" + sum64 + "'\ndependencies=['b 1.0.0']\n[[package]]\nname='b'\nversion='1.0.0'\nsource='registry+https://github.com/rust-lang/crates.io-index'\nchecksum='" + sum64 + "'\n[[package]]\nname='b'\nversion='2.0.0'\nsource='registry+https://github.com/rust-lang/crates.io-index'\nchecksum='" + sum64 + "'\n", "own 0.1.0 (own folder); a 1.0.0 direct; b 1.0.0 transitive; b 2.0.0 direct"},
		{"uv", "version = 1\n[[package]]\nname='own'\nversion='0.1'\nsource = { virtual = '.' }\ndependencies = [{ name = 'a' }]\n[package.optional-dependencies]\nx = [{ name = 'o' }]\n[package.dev-dependencies]\ndev = [{ name = 'd' }]\n" + uv("a", "dependencies = [{ name = 'b', marker = \"sys_platform == 'win32'\" }]\n") + uv("b", "") + uv("d", "dependencies = [{ name = 'e' }]\n") + uv("e", "resolution-markers = [\"sys_platform == 'linux'\"]\n") + uv("o", ""),
			"own 0.1 (own folder); a 1.0 direct; b 1.0 transitive; d 1.0 direct development; e 1.0 transitive development platform; o 1.0 direct optional"},
		{"poetry", "[[package]]\nname='a'\nversion='1.0'\noptional=false\ngroups=['dev']\nmarkers=\"platform_system == 'Windows'\"\nfiles=[]\n[[package]]\nname='b'\nversion='1.0'\noptional=true\ngroups=['main','dev']\nfiles=[]\n[metadata]\ncontent-hash = \"x\"\n", "a 1.0 development platform; b 1.0 optional"},
		{"Pipfile", `{"_meta":{"pipfile-spec":6,"sources":[{"name":"pypi","url":"https://pypi.org/simple"}]},"default":{"a":{"version":"==1.0","index":"pypi","markers":"os_name == 'nt'"}},"develop":{"b":{"version":"==1.0"}},"docs":{"c":{"version":"==1.0"}}}`, "a 1.0 platform; b 1.0 development; c 1.0"},
		{"pip-compile", "a==1.0 \\\n    --hash=sha256:" + sum64 + "\n    # via -r requirements.in\nb==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:" + sum64 + "\n    # via\n    #   a\n    #   c\nc==1.0  # via own (pyproject.toml)\nd==1.0\ne==1.0\n    # via own\n", "a 1.0 direct; b 1.0 transitive platform; c 1.0 direct; d 1.0; e 1.0"},
		{"CycloneDX", `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"bom-ref":"root"}},"components":[{"bom-ref":"a","name":"a","version":"1.0.0","purl":"pkg:npm/a@1.0.0"},{"bom-ref":"b","name":"b","purl":"pkg:npm/b@1.0.0","scope":"excluded"},{"type":"file","name":"/etc/x"}],"dependencies":[{"ref":"root","dependsOn":["a"]},{"ref":"a","dependsOn":["b"]}]}`, "a 1.0.0 direct; b 1.0.0 transitive development; /etc/x transitive (no package)"},
		{"SPDX", `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"r","name":"own"},{"SPDXID":"a","name":"a","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/a@1.0.0"}]},{"SPDXID":"b","name":"b","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/b@1.0.0"}]},{"SPDXID":"c","name":"c","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/c@1.0.0"}]}],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"r"},{"spdxElementId":"r","relationshipType":"DEPENDS_ON","relatedSpdxElement":"a"},{"spdxElementId":"b","relationshipType":"DEV_DEPENDENCY_OF","relatedSpdxElement":"r"}]}`, "own (own folder); a 1.0.0 direct; b 1.0.0 direct; c 1.0.0 transitive"},
	} {
		f, err := Read("", []byte(c.text))
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, flagsOf(f), c.name)
	}
}

// TestIncluded: what a requirements file includes is one, whatever it looks like;
// one that cannot be read leaves a line open, and ends nothing.
func TestIncluded(t *testing.T) {
	read := func(docs ...string) string {
		var all []Document
		for i := 0; i < len(docs); i += 2 {
			all = append(all, Document{docs[i], []byte(docs[i+1])})
		}
		f, err := ReadAll(all)
		require.NoError(t, err)
		require.Equal(t, len(f.Pins), f.Entries)
		return flagsOf(f)
	}
	require.Equal(t, "-r base (own folder); -c sub/limits.in (own folder); a 1; flask (no exact pin); requests (no exact pin); -r more (own folder); b>=1 (no exact pin)",
		read("requirements.txt", "-r base\n-c sub/limits.in\na==1\n", "base", "flask\nrequests\n", "sub/limits.in", "-r more\n", "sub/more", "b>=1\n"))
	require.Equal(t, "flask (no exact pin); -r base.txt (own folder); a 1", read("base.txt", "flask\n", "requirements.txt", "-r base.txt\na==1\n"), "in whatever order")
	require.Equal(t, "-r base (own folder); a 1", read("requirements.txt", "-r base\na==1\n", "base", "\n"), "an empty one adds nothing")
	for _, broken := range []string{"a\x00", "\xff\xfe", "<<<<<<< ours\n"} {
		require.Equal(t, "-r base (not understood); a 1", read("requirements.txt", "-r base\na==1\n", "base", broken))
	}
	f, err := ReadAll([]Document{{"requirements.txt", []byte("-r base\n")}, {"base", []byte("<<<<<<< ours\n")}})
	require.NoError(t, err)
	require.Contains(t, f.Pins[0].Why, "merge conflict")
	_, err = ReadAll([]Document{{"requirements.txt", []byte("a==1\n")}, {"base", []byte("flask\n")}})
	require.ErrorContains(t, err, "base: this is no lock file", "nobody includes it")
	require.Equal(t, []string{"sub/more"}, Beside("sub/limits.in", []byte("flask\n-r more\n")))
	require.Equal(t, []string{"more"}, Beside("limits", []byte("flask\n--requirement more\n")))
}

// TestBesideWorkspaces: the documents of a project's workspaces, by the folders that
// the lock file names, or by the patterns of package.json; none outside.
func TestBesideWorkspaces(t *testing.T) {
	require.Equal(t, []string{"package.json", "w/x/package.json", "w/y/package.json"}, Beside("package-lock.json", []byte(`{"lockfileVersion":3,"packages":{"":{},"w/y":{},"w/x":{},"../out":{},"node_modules/z":{"version":"1.0.0"}}}`)))
	require.Equal(t, []string{"package.json", "w/x/package.json"}, Beside("yarn.lock", []byte("__metadata:\n  version: 8\n\n\"o@workspace:.\":\n  resolution: \"o@workspace:.\"\n\"x@workspace:w/x\":\n  resolution: \"x@workspace:w/x\"\n")))
	require.Equal(t, []string{"a/w/*/package.json", "a/all/**/package.json", "a/x/package.json"}, Beside("a/package.json", []byte(`{"workspaces":["w/*","./all/**","x","!x","../*","../../up/*","/etc/*","a{b,c}"]}`)))
	require.Equal(t, []string{"w/*/package.json"}, Beside("package.json", []byte(`{"workspaces":{"packages":["w/*"]}}`)))
	require.Empty(t, Beside("package.json", []byte(`{`)))
}

// TestManifest: what package.json says of a lock file's pins.
func TestManifest(t *testing.T) {
	yarn := func(key, more string) string {
		name, _ := bunResolved(strings.Trim(strings.Split(key, ", ")[0], `"`))
		return key + ":\n  version \"1.0.0\"\n  resolved \"https://registry.yarnpkg.com/" + name + "/-/" + name + "-1.0.0.tgz\"\n  integrity " + sri512 + "\n" + more + "\n"
	}
	const needs = "  dependencies:\n    b \"^1.0.0\"\n  optionalDependencies:\n    c \"1\"\n"
	yarn1 := "# yarn lockfile v1\n\n" + yarn("a@^1.0.0", needs) + yarn(`b@^1.0.0, "b@npm:b@1"`, "") + yarn("c@1", "") + yarn("d@1", "  dependencies:\n    e \"*\"\n") + yarn("e@*", "") + yarn("o@1", "")
	npm1 := `{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","requires":{"b":"1"}},"b":{"version":"1.0.0"},"d":{"version":"1.0.0","dev":true}}}`
	npm3 := `{"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"1"},"devDependencies":{"x":"1"}},"node_modules/a":{"version":"1.0.0"},"node_modules/a/node_modules/b":{"version":"1.0.0"},"node_modules/x":{"version":"1.0.0","resolved":"https://code.example/x.tgz","integrity":"` + sri512 + `"}}}`
	npmWork := `{"lockfileVersion":3,"packages":{"":{"workspaces":["w/*"]},"w/x":{"dependencies":{"a":"1"}},"w/y":{"dependencies":{"a":"1"}},"node_modules/a":{"version":"1.0.0"}}}`
	for _, c := range []struct {
		name  string
		docs  []string
		want  string
		notes string // the pins that are noted, and those where two files disagree
	}{
		{"Yarn 1", []string{"yarn.lock", yarn1, "package.json", `{"dependencies":{"a":"^1.0.0"},"devDependencies":{"d":"1"},"optionalDependencies":{"o":"1"}}`},
			"a 1.0.0 direct; b 1.0.0 transitive; c 1.0.0 transitive; d 1.0.0 direct development; e 1.0.0 transitive development; o 1.0.0 direct optional", ""},
		{"Yarn 1 with a range that is not in it", []string{"yarn.lock", yarn1, "package.json", `{"dependencies":{"a":"^1.1.0"}}`},
			"a 1.0.0; b 1.0.0; c 1.0.0; d 1.0.0; e 1.0.0; o 1.0.0", ""},
		{"Yarn 1 with workspaces that are not given", []string{"yarn.lock", yarn1, "package.json", `{"workspaces":["w/*"],"dependencies":{"a":"^1.0.0","own":"1"}}`},
			"a 1.0.0 direct; b 1.0.0; c 1.0.0; d 1.0.0; e 1.0.0; o 1.0.0", ""},
		{"Yarn 1 with one that is", []string{"yarn.lock", yarn1, "package.json", `{"workspaces":{"packages":["w"]},"dependencies":{"a":"^1.0.0"}}`, "w/package.json", `{"dependencies":{"b":"npm:b@1"}}`},
			"a 1.0.0 direct; b 1.0.0 direct; c 1.0.0; d 1.0.0; e 1.0.0; o 1.0.0", ""},
		{"Yarn 1 that lacks one", []string{"yarn.lock", yarn1, "package.json", `{"dependencies":{"a":"^1.0.0","z":"1","f":"file:f"}}`},
			"a 1.0.0 direct; b 1.0.0 transitive; c 1.0.0 transitive; d 1.0.0 transitive; e 1.0.0 transitive; o 1.0.0 transitive; z direct (no exact pin)", ""},
		{"Yarn 1 with resolutions", []string{"yarn.lock", yarn1, "package.json", `{"dependencies":{"a":"^1.0.0"},"resolutions":{"**/b":"1.0.0","a/c":"1.0.0"}}`},
			"a 1.0.0 direct; b 1.0.0 transitive; c 1.0.0 transitive; d 1.0.0 transitive; e 1.0.0 transitive; o 1.0.0 transitive", "b noted; c noted"},
		{"npm 6", []string{"package-lock.json", npm1, "package.json", `{"dependencies":{"a":"1"},"devDependencies":{"d":"1"}}`},
			"a 1.0.0 direct; b 1.0.0 transitive; d 1.0.0 direct development", ""},
		{"npm 6 that lacks one", []string{"package-lock.json", npm1, "package.json", `{"dependencies":{"a":"1","z":"1"}}`},
			"a 1.0.0 direct; b 1.0.0 transitive; d 1.0.0 transitive development; z direct (no exact pin)", ""},
		{"npm 7", []string{"package-lock.json", npm3, "package.json", `{"dependencies":{"a":"1"},"devDependencies":{"x":"1"}}`},
			"a 1.0.0 direct; b 1.0.0 transitive; x 1.0.0 direct", ""},
		{"npm 7 whose package.json was changed alone", []string{"package-lock.json", npm3, "package.json", `{"dependencies":{"a":"2","z":"1"}}`},
			"a 1.0.0 direct; b 1.0.0 transitive; x 1.0.0 direct; z direct (no exact pin)", "a differs; x differs"},
		{"npm 7 with overrides", []string{"package-lock.json", npm3, "package.json", `{"dependencies":{"a":"1"},"devDependencies":{"x":"1"},"overrides":{"a@1":{".":"1.0.0","b":"$a"},"x":"https://code.example/x.tgz"}}`},
			"a 1.0.0 direct; b 1.0.0 transitive; x 1.0.0 direct (address)", "a noted; b noted; x noted"},
		{"an npm 7 workspace's own", []string{"package-lock.json", npm3, "w/package.json", `{"dependencies":{"q":"1"},"overrides":{"a":"1"}}`},
			"a 1.0.0 direct; b 1.0.0 transitive; x 1.0.0 direct", ""},
		{"npm 7 with workspaces, one of them changed alone", []string{"a/package-lock.json", npmWork, "a/package.json", `{"workspaces":["w/*"]}`, "a/w/x/package.json", `{"dependencies":{"a":"1"}}`, "a/w/y/package.json", `{"dependencies":{"a":"2","z":"1"}}`, "w/x/package.json", `{}`},
			"w/x (own folder); w/y (own folder); a 1.0.0 direct", "w/y differs"},
		{"two of which neither is known to be the project's", []string{"package-lock.json", npm3, "package.json", `{}`, "package.json", `{"dependencies":{"a":"2"}}`},
			"a 1.0.0 direct; b 1.0.0 transitive; x 1.0.0 direct", ""},
	} {
		var docs []Document
		for i := 0; i < len(c.docs); i += 2 {
			docs = append(docs, Document{c.docs[i], []byte(c.docs[i+1])})
		}
		f, err := ReadAll(docs)
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, flagsOf(f), c.name)
		require.Equal(t, len(f.Pins), f.Entries, c.name)
		var notes []string
		for _, p := range f.Pins {
			if p.Differs != "" {
				notes = append(notes, p.Name+" differs")
			}
			if strings.Contains(strings.Join(p.Notes, " "), "decides") {
				notes = append(notes, p.Name+" noted")
			}
		}
		require.Equal(t, c.notes, strings.Join(notes, "; "), c.name)
		require.Equal(t, strings.Contains(c.notes, "noted"), strings.Contains(strings.Join(f.Notes, " "), "other versions"), "%s: %v", c.name, f.Notes)
		require.Equal(t, strings.Contains(c.docs[3], "workspaces") && strings.HasPrefix(c.name, "Yarn 1"), strings.Contains(strings.Join(f.Notes, " "), "has workspaces"), "%s: %v", c.name, f.Notes)
	}
	f, err := ReadAll([]Document{{"package-lock.json", []byte(npm3)}, {"package.json", []byte(`{"name":"a","name":"b"}`)}})
	require.NoError(t, err, "a package.json that is not read takes nothing from the pins")
	require.Len(t, f.Pins, 3)
	require.Contains(t, f.Notes[0], "package.json could not be read")
	_, err = ReadAll([]Document{{"requirements.txt", []byte("a==1\n")}, {"package.json", []byte(`{}`)}})
	require.ErrorContains(t, err, "does not belong")
	_, err = ReadAll([]Document{{"package.json", []byte(`{}`)}})
	require.ErrorContains(t, err, "pins nothing by itself")
}
