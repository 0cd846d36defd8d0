package lockfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	sum64  = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
	sri512 = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
)

// TestKinds: one entry of each kind, in each format, and what is read of it:
// kind, reference, and whether the address is outside.
func TestKinds(t *testing.T) {
	npm := "pkg:npm/once@1.4.0?checksum=sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
	lock3 := func(entries string) string {
		return `{"lockfileVersion": 3, "packages": {"": {"name":"p"}, ` + entries + `}}`
	}
	for _, c := range []struct{ name, text, want string }{
		{"alias", lock3(`"node_modules/x": {"name":"once","version":"1.4.0","integrity":"` + sri512 + `"}`), "package " + npm + " noted"},
		{"bundled", lock3(`"node_modules/x": {"link":true,"dependencies":{"once":"1"}}, "node_modules/x/node_modules/once": {"version":"1.4.0","inBundle":true}`), "own folder; bundled"},
		{"link", lock3(`"node_modules/x": {"resolved":"packages/x","link":true}`), "own folder"},
		{"scoped", lock3(`"node_modules/@s/x": {"version":"1.0.0","resolved":"https://registry.npmjs.org/@s/x/-/x-1.0.0.tgz"}`), "package pkg:npm/%40s/x@1.0.0"},
		{"another's address", lock3(`"node_modules/once": {"version":"1.4.0","resolved":"https://registry.npmjs.org/twice/-/twice-1.4.0.tgz","integrity":"` + sri512 + `"}`), "package " + npm + " outside"},
		{"another version's address", lock3(`"node_modules/once": {"version":"1.4.0","resolved":"https://registry.npmjs.org/once/-/once-1.4.1.tgz","integrity":"` + sri512 + `"}`), "package " + npm + " outside"},
		{"mirror", lock3(`"node_modules/once": {"version":"1.4.0","resolved":"https://registry.npmmirror.com/once/-/once-1.4.0.tgz","integrity":"` + sri512 + `"}`), "package " + npm + " outside"},
		{"mirror without digest", lock3(`"node_modules/once": {"version":"1.4.0","resolved":"https://registry.npmmirror.com/once/-/once-1.4.0.tgz"}`), "address"},
		{"tarball", lock3(`"node_modules/once": {"version":"1.4.0","resolved":"https://evil.example/once.tgz","integrity":"` + sri512 + `"}`), "address"},
		{"asked for by a range, from elsewhere", `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"once": "^1.0.0"}}, "node_modules/once": {"version":"1.4.0","resolved":"https://evil.example/x.tgz","integrity":"` + sri512 + `"}}}`, "package " + npm + " outside"},
		{"asked for by address and by range", `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"once": "^1.0.0"}, "devDependencies": {"once": "https://evil.example/x.tgz"}}, "node_modules/once": {"version":"1.4.0","resolved":"https://evil.example/x.tgz","integrity":"` + sri512 + `"}}}`, "address"},
		{"npm 6, from elsewhere", `{"lockfileVersion":1,"dependencies":{"once":{"version":"1.4.0","resolved":"https://evil.example/x.tgz","integrity":"` + sri512 + `"}}}`, "package " + npm + " outside"},
		{"pnpm, from elsewhere", "lockfileVersion: '9.0'\npackages:\n  once@1.4.0:\n    resolution: {integrity: " + sri512 + ", tarball: https://evil.example/x.tgz}\n", "package " + npm + " outside"},
		{"pnpm 5, another registry", "lockfileVersion: 5.4\npackages:\n  npm.example.com/once/1.4.0:\n    resolution: {integrity: " + sri512 + "}\n", "private"},
		{"yarn, from elsewhere", "# yarn lockfile v1\nonce@^1.3.0, once@^1.4.0:\n  version \"1.4.0\"\n  resolved \"https://evil.example/x.tgz\"\n  integrity " + sri512 + "\n", "package " + npm + " outside"},
		{"yarn, asked for by address", "# yarn lockfile v1\nonce@^1.3.0, \"once@https://evil.example/x.tgz\":\n  version \"1.4.0\"\n  resolved \"https://evil.example/x.tgz\"\n  integrity " + sri512 + "\n", "address"},
		{"not encrypted", lock3(`"node_modules/once": {"version":"1.4.0","resolved":"http://registry.npmjs.org/once/-/once-1.4.0.tgz","integrity":"` + sri512 + `"}`), "package " + npm + " outside"},
		{"git", lock3(`"node_modules/once": {"version":"1.4.0","resolved":"git+ssh://git@github.com/isaacs/once.git#0e614d9"}`), "git"},
		{"bad digest", lock3(`"node_modules/once": {"version":"1.4.0","integrity":"sha512-x"}`), "not understood"},
		{"bad name", lock3(`"node_modules/.once": {"version":"1.4.0"}`), "not understood"},
		{"bad version", lock3(`"node_modules/once": {"version":"^1.4.0"}`), "not understood"},
		{"npm 6 alias", `{"lockfileVersion":1,"dependencies":{"x":{"version":"npm:once@1.4.0","integrity":"` + sri512 + `"}}}`, "package " + npm + " noted"},
		{"npm 6 git", `{"lockfileVersion":1,"dependencies":{"x":{"version":"github:a/b#0e614d9"}}}`, "git"},
		{"npm 6 nested", `{"lockfileVersion":1,"dependencies":{"x":{"version":"file:x","dependencies":{"once":{"version":"1.4.0","integrity":"` + sri512 + `"}}}}}`, "own folder; package " + npm},
		{"npm 6 reads another", `{"lockfileVersion":2,"packages":{"node_modules/once":{"version":"1.4.0","integrity":"` + sri512 + `"}},"dependencies":{"once":{"version":"1.3.0"}}}`, "package " + npm + "; package pkg:npm/once@1.3.0"},
		{"pnpm 5", "lockfileVersion: 5.4\npackages:\n  /@s/x/1.0.0_react@18.0.0:\n    resolution: {integrity: " + sri512 + "}\n  /once/1.4.0:\n    resolution: {integrity: " + sri512 + "}\n    dev: true\n", "package pkg:npm/%40s/x@1.0.0?" + npm[len("pkg:npm/once@1.4.0?"):] + "; package " + npm},
		{"pnpm 9 peers, patch, git, folder", "lockfileVersion: '9.0'\npatchedDependencies:\n  once@1.4.0: patches/once.patch\npackages:\n  once@1.4.0:\n    resolution: {integrity: " + sri512 + "}\n  b@https://codeload.github.com/a/b/tar.gz/0e614d9:\n    resolution: {tarball: https://codeload.github.com/a/b/tar.gz/0e614d9}\n    version: 1.0.0\n  c@file:c:\n    resolution: {directory: c, type: directory}\n", "package " + npm + " noted; address; own folder"},
		{"yarn alias", "# yarn lockfile v1\n\"x@npm:once@^1.4.0\":\n  version \"1.4.0\"\n  resolved \"https://registry.yarnpkg.com/once/-/once-1.4.0.tgz\"\n  integrity " + sri512 + "\n", "package " + npm + " noted"},
		{"yarn git", "# yarn lockfile v1\n\"x@git+https://github.com/a/x.git\":\n  version \"1.4.0\"\n  resolved \"git+https://github.com/a/x.git#0e614d9\"\n", "git"},
		{"berry patch", "__metadata:\n  version: 8\n\"once@patch:once@npm%3A1.4.0#./p.patch\":\n  version: 1.4.0\n  resolution: \"once@patch:once@npm%3A1.4.0#./p.patch\"\n", "package pkg:npm/once@1.4.0 noted"},
		{"berry archive", "__metadata:\n  version: 8\n\"once@npm:1.4.0\":\n  version: 1.4.0\n  resolution: \"once@npm:1.4.0::__archiveUrl=https%3A%2F%2Fevil.example%2Fonce.tgz\"\n", "address"},
		{"bun kinds", "{\"lockfileVersion\": 1, \"workspaces\": {\"\": {}}, \"packages\": { // said\n \"once\": [\"once@1.4.0\", \"\", {}, \"" + sri512 + "\"],\n \"x\": [\"once@1.4.0\", \"\", {}, \"" + sri512 + "\"],\n \"g\": [\"g@git+ssh://git@github.com/a/g\", {}, \"0e614d9\"], \"w\": [\"w@workspace:w\"], },}", "package " + npm + "; package " + npm + " noted; git; own folder"},
		{"deno", `{"version":"5","npm":{"once@1.4.0_peer@1.0.0":{"integrity":"` + sri512 + `"}},"remote":{"https://deno.land/x.ts":"` + sum64 + `"}}`, "package " + npm + "; address"},
		{"go.sum", "golang.org/x/text v0.3.0 h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg=\ngolang.org/x/text v0.3.0/go.mod h1:NqM8EUOU14njkJ3fqMW+pc6Ldnwhi/IjpwHt7yyuwOQ=\n", "package pkg:golang/golang.org/x/text@v0.3.0?checksum=h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg%3D; package pkg:golang/golang.org/x/text@v0.3.0?checksum=go.mod-h1:NqM8EUOU14njkJ3fqMW%2Bpc6Ldnwhi%2FIjpwHt7yyuwOQ%3D"},
		{"cargo registries", "[[package]]\nname='a'\nversion='1.0.0'\nsource='registry+https://crates.example/index'\n[[package]]\nname='b'\nversion='1.0.0'\nsource='sparse+https://index.crates.io/'\nchecksum='" + sum64 + "'\n# generated by Cargo\n", "private; package pkg:cargo/b@1.0.0?checksum=sha256:" + sum64},
		{"cargo 1", "[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n[metadata]\n\"checksum b 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\" = \"" + sum64 + "\"\n", "package pkg:cargo/b@1.0.0?checksum=sha256:" + sum64},
		{"uv", "version = 1\n[[package]]\nname = \"b\"\nversion = \"1.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nwheels = [\n  { url = \"https://files.pythonhosted.org/packages/00/11/22/b-1.0-py3-none-any.whl\", hash = \"sha256:" + sum64 + "\" },\n]\n[[package]]\nname = \"c\"\nversion = \"1.0\"\nsource = { registry = \"https://pypi.example/simple\" }\n[[package]]\nname = \"p\"\nversion = \"0.1.0\"\nsource = { virtual = \".\" }\n", "package pkg:pypi/b@1.0?checksum=sha256:" + sum64 + "; private; own folder"},
		{"pdm", "# This file is @generated by PDM.\n[[package]]\nname = \"b\"\nversion = \"1.0\"\nfiles = [{file = \"b-1.0.tar.gz\", hash = \"sha256:" + sum64 + "\"}]\n", "package pkg:pypi/b@1.0?checksum=sha256:" + sum64},
		{"pylock", "lock-version = \"1.0\"\n[[packages]]\nname = \"b\"\nversion = \"1.0\"\nindex = \"https://pypi.org/simple\"\n[packages.sdist]\nname = \"b-1.0.tar.gz\"\nhashes = {sha256 = \"" + sum64 + "\"}\n[[packages]]\nname = \"g\"\nvcs = {type = \"git\", url = \"https://github.com/a/g\", commit-id = \"0e614d9\"}\n", "package pkg:pypi/b@1.0?checksum=sha256:" + sum64 + "; git"},
		{"requirements", "-r other.txt\nb==1.0 ; python_version > '3' --hash=sha256:" + sum64 + "\nc>=1.0\nd[x]==1.0 # said --hash=sha256:" + sum64 + "\n-e .\ne @ git+https://github.com/a/e\n--index-url https://pypi.example/simple\nf==1\n", "not understood; private noted; no exact pin; private; own folder; git; private"},
		{"CycloneDX", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"once","purl":"pkg:npm/once@1.4.0","hashes":[{"alg":"SHA-256","content":"` + sum64 + `"}],"components":[{"name":"x"}]},{"purl":"pkg:generic/x@1"}]}`, "package pkg:npm/once@1.4.0?checksum=sha256:" + sum64 + "; not understood; not served"},
		{"SPDX", `{"spdxVersion":"SPDX-2.3","packages":[{"name":"once","checksums":[{"algorithm":"SHA256","checksumValue":"` + sum64 + `"}],"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/once@1.4.0"}]}]}`, "package pkg:npm/once@1.4.0?checksum=sha256:" + sum64},
	} {
		f, err := Read("", []byte(c.text))
		require.NoError(t, err, c.name)
		var got []string
		for _, p := range f.Pins {
			s := strings.TrimSpace(string(p.Kind) + " " + map[bool]string{true: p.Ref.String()}[p.Kind == Package])
			if p.Outside != "" {
				s += " outside"
			}
			if len(p.Notes) > 0 {
				s += " noted"
			}
			got = append(got, s)
		}
		require.Equal(t, c.want, strings.Join(got, "; "), c.name)
	}
}

// TestWhatCouldHideAPin is refused, and says where.
func TestWhatCouldHideAPin(t *testing.T) {
	many := strings.Builder{}
	for i := range Most + 1 {
		fmt.Fprintf(&many, "example.org/m v0.0.%d h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg=\n", i)
	}
	laughs := "lockfileVersion: '9.0'\na: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		laughs += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	for say, doc := range map[string]struct{ name, text string }{
		"is empty":          {"go.sum", " \n"},
		"UTF-8":             {"go.sum", "\xff\xfe"},
		"no lock file":      {"", "hello"},
		"merge conflict":    {"go.sum", "<<<<<<< HEAD\nexample.org/m v0.0.1 h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg=\n"},
		"line 2: \"x y\"":   {"go.sum", "example.org/m v0.0.1 h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg=\nx y\n"},
		`"a" stands twice`:  {"package-lock.json", `{"lockfileVersion":3,"packages":{"a":{},"a":{}}}`},
		"of version":        {"package-lock.json", `{"lockfileVersion":4,"packages":{}}`},
		"nests deeper":      {"bun.lock", `{"lockfileVersion":1,"workspaces":` + strings.Repeat("[", 1<<20)},
		"line 1: it nests":  {"Cargo.lock", "x = " + strings.Repeat("[", 1<<20)},
		"more parts than":   {"Cargo.lock", strings.Repeat("a.", 1<<20) + "a = 1"},
		"line 2: an anchor": {"pnpm-lock.yaml", laughs},
		"anchor":            {"pnpm-lock.yaml", "lockfileVersion: '9.0'\na: &a\n  b: *a\n"},
		"second YAML":       {"yarn.lock", "__metadata:\n  version: 8\n---\na: 1\n"},
		"more than 4 YAML":  {"pnpm-lock.yaml", strings.Repeat("---\nlockfileVersion: '9.0'\n", 5)},
		"stands twice, or":  {"pnpm-lock.yaml", "lockfileVersion: '9.0'\na: 1\na: 2\n"},
		"depth":             {"pnpm-lock.yaml", "lockfileVersion: '9.0'\na: " + strings.Repeat("[", 1<<16)},
		"already been":      {"Cargo.lock", "# generated by Cargo\nversion = 3\nversion = 4\n[[package]]\n"},
		"the entry":         {"yarn.lock", "# yarn lockfile v1\na@1:\n  version \"1.0.0\"\na@1:\n  version \"1.0.0\"\n"},
		"the field":         {"yarn.lock", "# yarn lockfile v1\na@1:\n  version \"1.0.0\"\n  version \"1.0.1\"\n"},
		"at most":           {"go.sum", strings.Repeat("x", Largest+1)},
		"more than 200000":  {"go.sum", many.String()},
	} {
		_, err := Read(doc.name, []byte(doc.text))
		require.ErrorContains(t, err, strings.TrimSpace(say))
	}
}

// FuzzRead: whatever is read is counted, and is a package or says why not.
func FuzzRead(f *testing.F) {
	f.Add("go.sum", "golang.org/x/text v0.3.0 h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg=\n")
	f.Add("yarn.lock", "# yarn lockfile v1\na@1, b@2:\n  version \"1.0.0\"\n  resolved \"https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#x\"\n")
	f.Add("bun.lock", `{"lockfileVersion":1,"workspaces":{},"packages":{"a":["a@1.0.0","",{},"sha1-x"],},}`)
	f.Add("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  once@1.4.0(a@1):\n    resolution: {integrity: x, tarball: y}\n")
	f.Add("Cargo.lock", "[[package]]\nname='a'\nversion='1.0.0'\nsource='x'\n")
	f.Add("requirements.txt", "a==1 \\\n --hash=sha256:x\n@\n")
	f.Add("verification-metadata.xml", gradleOf("<artifact name='gold-leaf-1.2.jar'><sha256 value='x'/></artifact>"))
	f.Add("package-lock.json", `{"lockfileVersion":1,"dependencies":{"":{"version":"npm:","dependencies":{}}}}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		file, err := Read(name, []byte(text))
		if err != nil {
			return
		}
		for _, p := range file.Pins {
			if (p.Kind == Package) != (p.Ref.Version != "") || (p.Kind == Package) == (p.Why != "") {
				t.Fatalf("%+v", p)
			}
		}
	})
}
