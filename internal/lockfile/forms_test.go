package lockfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

// TestForms: forms that clients write beside the usual ones, by their
// documentation: kind, reference or address, and what is noted.
func TestForms(t *testing.T) {
	integrity := "    resolution: {integrity: " + sri512 + "}\n"
	hex512 := "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
	once := "pkg:npm/once@1.4.0?checksum=sha512:" + hex512
	b10 := "pkg:pypi/b@1.0?checksum=sha256:" + sum64
	for _, c := range []struct{ name, text, want string }{
		{"pnpm 9: two documents, the first of what pnpm needs", "---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    configDependencies: {}\npackages:\n  once@1.4.0:\n" + integrity + "---\nlockfileVersion: '9.0'\npackages:\n  once@1.4.0:\n" + integrity, "package " + once + "; package " + once},
		{"pnpm 9: a runtime, git, catalog, override, patch by name", "lockfileVersion: '9.0'\ncatalogs:\n  default:\n    once: {specifier: ^1.4.0, version: 1.4.0}\noverrides:\n  a: 'npm:once@1.4.0'\npatchedDependencies:\n  once: {hash: x, path: p.patch}\npackages:\n  node@runtime:22.0.0:\n    hasBin: true\n    resolution:\n      type: variations\n      variants: []\n    version: 22.0.0\n  g@git+https://git.example/a/g.git#0e614d9:\n    resolution: {commit: 0e614d9, repo: 'https://git.example/a/g.git', type: git}\n    version: 1.0.0\n  once@1.4.0:\n" + integrity,
			"address; git; package " + once + " | The project changes this package after it was installed."},
		{"pnpm 6: an alias and peers in the key", "lockfileVersion: '6.1'\ndependencies:\n  x: {specifier: 'npm:once@1', version: /once@1.4.0(react@18.0.0)}\npackages:\n  /once@1.4.0(react@18.0.0):\n" + integrity, "package " + once + ` | It is installed under another name, "x".`},
		{"Yarn 1: quoted keys, a folder, an archive", "# yarn lockfile v1\n\n\"once@^1.3.0\", \"once@^1.4.0\":\n  version \"1.4.0\"\n  resolved \"https://registry.yarnpkg.com/once/-/once-1.4.0.tgz#" + strings.Repeat("0", 40) + "\"\n  integrity " + sri512 + "\n  dependencies:\n    wrappy \"1\"\n\n\"x@file:./x\":\n  version \"1.0.0\"\n\n\"y@https://codeload.github.com/a/y/tar.gz/0e614d9\":\n  version \"1.0.0\"\n  resolved \"https://codeload.github.com/a/y/tar.gz/0e614d9#0e614d9\"\n",
			"package pkg:npm/once@1.4.0?checksum=sha512:" + hex512 + ",sha1:" + strings.Repeat("0", 40) + "; own folder; address"},
		{"Yarn 2: a patch of a patch, git by commit, portal", "__metadata:\n  version: 8\n\"a@git@github.com:a/a.git\":\n  version: 1.0.0\n  resolution: \"a@git@github.com:a/a.git#commit=0e614d9\"\n\"b@https://github.com/a/b.git\":\n  version: 1.0.0\n  resolution: \"b@https://github.com/a/b.git#commit=0e614d9\"\n\"c@portal:../c::locator=x\":\n  version: 0.0.0-use.local\n  resolution: \"c@portal:../c::locator=x\"\n\"once@patch:once@patch%3Aonce@npm%253A1.4.0%23~builtin#./p\":\n  version: 1.4.0\n  resolution: \"once@patch:once@patch%3Aonce@npm%253A1.4.0%23~builtin#./p::version=1.4.0&hash=1\"\n  checksum: 10c0/" + hex512 + "\n",
			"git; git; own folder; package pkg:npm/once@1.4.0 | The project or Yarn changes this package after it was fetched. Checked is what it is made from. | Its checksum is of an archive that Yarn makes itself. Nothing that the repository serves can be compared with it."},
		{"bun: a local archive, a link, the root, a tarball", `{"lockfileVersion":1,"workspaces":{"":{}},"packages":{"a":["a@./a.tgz",{}],"l":["l@link:l",{}],"r":["r@root:",{}],"t":["t@https://x.example/t.tgz",{},"` + sri512 + `"]}}`, "own folder; own folder; own folder; address"},
		{"bun 1.4", `{"lockfileVersion":2,"configVersion":1,"workspaces":{"":{}},"packages":{"once":["once@1.4.0","",{"bin":"x"},"` + sri512 + `"],"a":["a@./a.tgz",{},"` + sri512 + `"],"b":["b@file:b",{}]}}`, "package " + once + "; own folder; own folder"},
		{"npm: a package with a list of its own", `{"lockfileVersion":3,"packages":{"node_modules/once":{"version":"1.4.0","integrity":"` + sri512 + `","hasShrinkwrap":true}}}`, "package " + once + " | It brings a list of its own (npm-shrinkwrap.json): by that npm installs what it asks for."},
		{"npm: overridden, optional peer, no digest, sha1 alone", `{"lockfileVersion":3,"packages":{"":{"overrides":{"once":"1.4.0"}},"node_modules/a":{"version":"1.0.0","peer":true},"node_modules/b":{"version":"1.0.0","integrity":"sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="}}}`, "package pkg:npm/a@1.0.0; package pkg:npm/b@1.0.0?checksum=sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"npm: two digests of the strongest kind are two", `{"lockfileVersion":3,"packages":{"node_modules/b":{"version":"1.0.0","integrity":"sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="}}}`, "package pkg:npm/b@1.0.0?checksum=sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"deno 3", `{"version":"3","packages":{"specifiers":{"npm:once@1":"npm:once@1.4.0"},"npm":{"once@1.4.0":{"integrity":"` + sri512 + `","dependencies":{}}}},"redirects":{},"remote":{}}`, "package " + once},
		{"deno 5: aliases", `{"version":"5","specifiers":{"npm:a@1":"1.0.0"},"npm":{"a@1.0.0":{"integrity":"` + sri512 + `","dependencies":["x@npm:once@1.4.0_p@1.0.0","once@1.4.0_p@1.0.0"],"optionalDependencies":["@s/y@npm:once@1.4.0_p@1.0.0","z@npm:once@2.0.0"]},"once@1.4.0_p@1.0.0":{"integrity":"` + sri512 + `"}}}`,
			"package " + strings.Replace(once, "once@1.4.0", "a@1.0.0", 1) + "; package " + once + ` | It is installed under another name, "@s/y", "x".`},
		{"deno 3: an alias", `{"version":"3","packages":{"npm":{"a@1.0.0":{"integrity":"` + sri512 + `","dependencies":{"x":"once@1.4.0","once":"once@1.4.0"}},"once@1.4.0":{"integrity":"` + sri512 + `","dependencies":{}}}},"remote":{}}`,
			"package " + strings.Replace(once, "once@1.4.0", "a@1.0.0", 1) + "; package " + once + ` | It is installed under another name, "x".`},
		{"deno 2", `{"version":"2","remote":{"https://deno.land/x.ts":"` + sum64 + `"},"npm":{"specifiers":{},"packages":{"once@1.4.0":{"integrity":"` + sri512 + `","dependencies":{}}}}}`, "package " + once + "; address"},
		{"cargo: the first form, with its root", "[root]\nname = \"own\"\nversion = \"0.1.0\"\ndependencies = [\n \"b 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\",\n]\n\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n[metadata]\n\"checksum b 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\" = \"" + sum64 + "\"\n", "package pkg:cargo/b@1.0.0?checksum=sha256:" + sum64 + "; own folder"},
		{"cargo: git, a sparse registry of its own", "# generated by Cargo\nversion = 3\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"git+https://github.com/a/a?rev=0e614d9#0e614d9\"\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"sparse+https://cargo.example.com/index/\"\nchecksum = \"" + sum64 + "\"\n", "git; private"},
		{"poetry: before 1.0, and a mirror of its own", "[[package]]\nname = \"b\"\nversion = \"1.0\"\n[[package]]\nname = \"c\"\nversion = \"1.0\"\n[package.source]\ntype = \"legacy\"\nurl = \"https://user:secret@pypi.example/simple\"\n[metadata]\ncontent-hash = \"x\"\n[metadata.hashes]\nb = [\"" + sum64 + "\"]\n", "package " + b10 + "; private"},
		{"poetry: PyPI named as a source", "[[package]]\nname = \"b\"\nversion = \"1.0\"\nfiles = [{file = \"b-1.0.tar.gz\", hash = \"sha256:" + sum64 + "\"}]\n[package.source]\ntype = \"legacy\"\nurl = \"https://pypi.org/simple\"\nreference = \"x\"\n[metadata]\ncontent-hash = \"x\"\n", "package " + b10},
		{"uv: git, an archive, a path, a file from elsewhere", "version = 1\nrevision = 3\n[[package]]\nname = \"a\"\nversion = \"1.0\"\nsource = { git = \"https://github.com/a/a?rev=1#0e614d9\" }\n[[package]]\nname = \"c\"\nversion = \"1.0\"\nsource = { url = \"https://x.example/c-1.0.tar.gz\" }\n[[package]]\nname = \"d\"\nversion = \"1.0\"\nsource = { path = \"d.whl\" }\n[[package]]\nname = \"b\"\nversion = \"1.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nsdist = { url = \"http://files.pythonhosted.org/packages/00/11/22/b-1.0.tar.gz\", hash = \"sha256:" + sum64 + "\" }\n", "git; address; own folder; package " + b10 + " outside unsafe"},
		{"pip: options, extras, spaces, three equals, an address with its digest", "--require-hashes\n--extra-index-url https://user:secret@pypi.example/simple\nb [x, y] == 1.0 --hash sha256:" + sum64 + "\nb===1.0\nb==1.*\nb @ https://files.pythonhosted.org/packages/00/11/" + strings.Repeat("2", 60) + "/b-1.0-py3-none-any.whl#sha256=" + sum64 + "\nhttps://x.example/e.whl\n./own\n-e git+ssh://git@github.com/a/e.git#egg=e\nhg+https://x.example/h\n",
			"setting; not understood; package " + b10 + "; package pkg:pypi/b@1.0; no exact pin; package pkg:pypi/b@1.0?checksum=blake2b-256:0011" + strings.Repeat("2", 60) + ",sha256:" + sum64 + "&file_name=b-1.0-py3-none-any.whl; address; own folder; git; git"},
		{"CycloneDX: digests of several kinds, beside the address, of an unknown kind, inside others", `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"bom-ref":"r","components":[{"name":"in","purl":"pkg:npm/in@1.0.0"}]}},"components":[{"name":"once","version":"1.4.0","purl":"pkg:npm/once@1.4.0","externalReferences":[{"type":"distribution","url":"https://registry.npmjs.org/once/-/once-1.4.0.tgz","hashes":[{"alg":"SHA-512","content":"` + hex512 + `"}]}]},{"name":"b","purl":"pkg:pypi/b@1.0","hashes":[{"alg":"SHA-256","content":"` + sum64 + `"},{"alg":"NEW-1","content":"x"},{"alg":"MD5","content":"d41d8cd98f00b204e9800998ecf8427e"}]},{"name":"once","version":"1.4.0","purl":"pkg:npm/once@1.4.0","hashes":[{"alg":"SHA-512","content":"` + hex512 + `"}],"externalReferences":[{"type":"distribution","url":"https://evil.example/once.tgz"}]}]}`,
			"package " + once + "; package pkg:pypi/b@1.0?checksum=md5:d41d8cd98f00b204e9800998ecf8427e,sha256:" + sum64 + " | Its digest by \"NEW-1\" is of a kind that is not known here.; package " + once + " outside; package pkg:npm/in@1.0.0"},
		{"SPDX: a package of two names, several digests", `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"a","name":"a","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/a@1.0.0"},{"referenceType":"purl","referenceLocator":"pkg:npm/b@1.0.0"}]},{"SPDXID":"o","name":"once","downloadLocation":"http://registry.npmjs.org/once/-/once-1.4.0.tgz","checksums":[{"algorithm":"SHA512","checksumValue":"` + hex512 + `"},{"algorithm":"SHA1","checksumValue":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}],"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/once@1.4.0"}]}]}`,
			"not understood; package pkg:npm/once@1.4.0?checksum=sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709,sha512:" + hex512 + " outside unsafe"},
	} {
		f, err := Read("", []byte(c.text))
		require.NoError(t, err, c.name)
		var got []string
		for _, p := range f.Pins {
			s := strings.TrimSpace(string(p.Kind) + " " + map[bool]string{true: p.Ref.String()}[p.Kind == Package])
			if p.Outside != "" {
				s += " outside"
			}
			if p.Unsafe {
				s += " unsafe"
			}
			for _, note := range p.Notes {
				s += " | " + note
			}
			got = append(got, s)
			require.NotContains(t, p.Name+p.Key+p.Why+p.Outside+p.Address, "secret", c.name)
		}
		require.Equal(t, c.want, strings.ReplaceAll(strings.Join(got, "; "), "%2C", ","), c.name)
	}
}

// TestFieldEntries: entries that people met, as files of their formats.
func TestFieldEntries(t *testing.T) {
	root := corpus.Path(t, "field", "npm")
	for name, c := range map[string]struct{ before, after, want string }{
		"lock-bun.txt":                  {`{"lockfileVersion":1,"workspaces":{},"packages":{`, "}}", "package once 1.4.0"},
		"lock-inbundle-ini.txt":         { /* without the package in whose archive it is */ `{"lockfileVersion":3,"packages":{`, "}}", "package ini 4.1.1"},
		"lock-mirror.txt":               {`{"lockfileVersion":3,"packages":{`, "}}", "package once 1.4.0 outside"},
		"lock-pnpm5.txt":                {"lockfileVersion: 5.4\npackages:\n  ", "", "package spdx-correct 3.1.1 development"},
		"lock-pnpm5-scoped-tarball.txt": {"lockfileVersion: 5.4\npackages:\n  ", "", "package @types/express-serve-static-core 4.17.31 development | Its address is relative to a repository that the entry does not name."},
		"lock-sha1-and-sha512.txt":      {`{"lockfileVersion":3,"packages":{`, "}}", "package babel-code-frame 6.26.0 development sha1 sha512"},
		"lock-sha1-only.txt":            {`{"lockfileVersion":3,"packages":{`, "}}", "package babel-code-frame 6.26.0 development sha1"},
		"lock-two-sha512.txt":           {`{"lockfileVersion":3,"packages":{`, "}}", "package odd-layout 1.0.0 sha512 sha512"},
	} {
		raw, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		f, err := Read("", []byte(c.before+strings.ReplaceAll(string(raw), "\n", "\n  ")+c.after))
		require.NoError(t, err, name)
		require.Len(t, f.Pins, 1, name)
		p := f.Pins[0]
		got := string(p.Kind) + " " + p.Name + " " + p.Version
		for _, flag := range p.Flags {
			got += " " + string(flag)
		}
		if p.Outside != "" {
			got += " outside"
		}
		if algorithms := p.Ref.Digests; len(algorithms) > 1 || len(algorithms) == 1 && algorithms[0].Algorithm != "sha512" {
			for _, d := range algorithms {
				got += " " + d.Algorithm
			}
		}
		for _, note := range p.Notes {
			got += " | " + note
		}
		require.Equal(t, c.want, got, name)
	}
}
