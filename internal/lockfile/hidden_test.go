package lockfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNothingHidden: what a client of the format would install, or would take from
// elsewhere, is not passed over: it is an error, or the entry says so.
func TestNothingHidden(t *testing.T) {
	const once = `"version":"1.4.0","resolved":"https://registry.npmjs.org/once/-/once-1.4.0.tgz","integrity":"` + sri512 + `"`
	yarn := func(fields string) string {
		return "# yarn lockfile v1\n\"once@^1\":\n  version \"1.4.0\"\n  resolved \"https://registry.yarnpkg.com/once/-/once-1.4.0.tgz\"\n" + fields
	}
	pnpm := "lockfileVersion: '9.0'\npackages:\n  once@1.4.0:\n    resolution: {integrity: " + sri512 + "}\n"
	berry := func(resolution string) string {
		return "__metadata:\n  version: 8\n\n\"once@npm:^1\":\n  version: 1.4.0\n  resolution: \"" + resolution + "\"\n  checksum: 10/aa\n  languageName: node\n  linkType: hard\n"
	}
	bun := func(packages string) string {
		return `{"lockfileVersion":1,"workspaces":{},"packages":{` + packages + `}}`
	}
	cargo := func(list, name string) string {
		return "[[" + list + "]]\nname = \"" + name + "\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"" + sum64 + "\"\n"
	}
	for what, c := range map[string]struct{ name, text, want string }{
		// Lines that end to some readers only.
		"pip, a comment that ends early":  {"requirements.txt", "# x\u2028evil==1.0\na==1.0\n", "line 1: it holds a character"},
		"pip, one that ends in CR":        {"requirements.txt", "a==1.0\n# x\revil==1.0\n", "line 2: it holds a character"},
		"pip, one that ends in a feed":    {"requirements.txt", "a==1.0 # x\x0cevil==1.0\n", "line 1: it holds a character"},
		"pnpm, entries in another's text": {"pnpm-lock.yaml", pnpm + "# x\u2028zzz: |\n  evil@1.0.0:\n    resolution: {integrity: " + sri512 + "}\n", "line 5: it holds a character"},
		"bun, a comment that ends early":  {"bun.lock", "{\"lockfileVersion\":1,\"workspaces\":{},\"packages\":{ // x\u2029\"evil\":[\"evil@1.0.0\",\"\",{},\"" + sri512 + "\"]\n}}", "line 1: it holds a character"},
		"yarn, a field behind CR":         {"yarn.lock", yarn("  x \"y\"\r  resolved \"https://evil.example/once.tgz\"\n"), "line 5: it holds a character"},
		// What the bytes are.
		"pip, UTF-7":              {"requirements.txt", "# -*- coding: utf-7 -*-\n# +AAo-evil+AD0APQ-1.0\na==1.0\n", `says that it is a text in "utf-7"`},
		"pip, in the second line": {"requirements.txt", "#\n# vim: set fileencoding=Latin_1 :\na==1.0\n", `says that it is a text in "latin-1"`},
		"pip, UTF-8":              {"requirements.txt", "# -*- coding: UTF_8 -*-\na==1.0\n", "package a"},
		"pip, said too late":      {"requirements.txt", "a==1.0\n\n# coding: utf-7\n", "package a"},
		// Where packages come from.
		"pip, index below":            {"requirements.txt", "a==1.0\n--index-url https://evil.example/simple\n", "private a"},
		"pip, index beside an option": {"requirements.txt", "a==1.0\n--pre --index-url=https://evil.example/simple\n", "private a; not understood --pre --index-url=https://evil.example/simple"},
		"pip, shortened":              {"requirements.txt", "a==1.0\n--ind https://evil.example/simple\n", "private a"},
		"pip, by its other name":      {"requirements.txt", "--pypi-url=https://evil.example/simple\na==1.0\n", "private a"},
		"pip, run together":           {"requirements.txt", "-ihttps://evil.example/simple\na==1.0\n", "private a"},
		"pip, the last one counts":    {"requirements.txt", "-i https://evil.example/simple\na==1.0\n-i https://pypi.org/simple\n", "package a"},
		"pip, settings":               {"requirements.txt", "--pre --only-binary :all: --no-binary=x\na==1.0\n", "setting --pre --only-binary :all: --no-binary=x; package a"},
		"pip, a place among settings": {"requirements.txt", "--pre --extra-index-url https://evil.example/simple\na==1.0\n", "not understood --pre --extra-index-url https://evil.example/simple; package a"},
		"pip, a file among settings":  {"requirements.txt", "--only-binary :all: -r evil.txt\na==1.0\n", "not understood --only-binary :all: -r evil.txt; package a"},
		"pip, lines join without gap": {"requirements.txt", "a\\\nb==1.0\\\n.1\n", "package ab 1.0.1"},
		"pip, blanks behind a bar":    {"requirements.txt", "a==1.0 --hash=sha256:" + sum64 + " \\ \n--requirement=evil.txt\n", "line 1: a backslash"},
		"pip, a comment behind a bar": {"requirements.txt", "a==1.0 --hash=sha256:" + sum64 + " \\ # x\n--requirement=evil.txt\n", "line 1: a backslash"},
		"pip, a bar in a comment":     {"requirements.txt", "-i https://evil.example/simple\na==1.0 # x \\\n-i https://pypi.org/simple\n", "line 2: a backslash"},
		"pip, a bar, and a comment":   {"requirements.txt", "a==1.0 \\\n# x \\\nb==1.0\n", "package a 1.0; package b 1.0"},
		// What pip reads as a digest, and what as a part of something else.
		"pip, a digest in a marker":    {"requirements.txt", "a==1.0 ; python_version != \"x\t--hash=sha256:" + sum64 + "\t\"\n", "package a without"},
		"pip, a digest in a comment":   {"requirements.txt", "a==1.0 ; python_version > '3'\u00a0# --hash=sha256:" + sum64 + "\n", "package a without"},
		"pip, in one of odd blanks":    {"requirements.txt", "a==1.0 ; python_version > '3'\x1f# --hash=sha256:" + sum64 + "\n", "package a without"},
		"pip, a shortened digest":      {"requirements.txt", "a==1.0 --hash=sha256:" + sum64 + " --h sha256:" + strings.Repeat("a", 64) + "\n", "package a 2"},
		"pip, a digest in quotes":      {"requirements.txt", "a==1.0 --config-settings \"--hash=sha256:" + sum64 + "\"\n", "not understood a==1.0"},
		"pip, a digest of an option":   {"requirements.txt", "a==1.0 --config-settings --hash=sha256:" + sum64 + "\n", "package a without"},
		"pip, an unknown option":       {"requirements.txt", "a==1.0 --from=https://evil.example\n", "not understood a==1.0"},
		"pip, behind all options":      {"requirements.txt", "a==1.0 -- --hash=sha256:" + sum64 + "\n", "not understood a==1.0"},
		"pip, an index behind a blank": {"requirements.txt", "-i https://evil.example/\u00a0-i\u00a0https://pypi.org/simple\na==1.0\n", "private a"},
		"pip, a file of odd name":      {"requirements.txt", "-r\u00a0x.txt\na==1.0\n", "not understood -r\u00a0x.txt; package a"},
		"pip, a file by environment":   {"requirements.txt", "-r ${CI}.txt\na==1.0\n", "not understood -r ${CI}.txt; package a"},
		"pipenv, one of two indexes":   {"Pipfile.lock", `{"_meta":{"pipfile-spec":6,"sources":[{"name":"pypi","url":"https://pypi.org/simple"},{"name":"evil","url":"https://evil.example/simple"}]},"default":{"a":{"version":"==1.0"}}}`, "private a"},
		"pipenv, no index of a name":   {"Pipfile.lock", `{"_meta":{"pipfile-spec":6,"sources":[{"name":"evil","url":"https://evil.example/simple"}]},"default":{"a":{"version":"==1.0","index":"pypi"}}}`, "private a"},
		"pipenv, the named index":      {"Pipfile.lock", `{"_meta":{"pipfile-spec":6,"sources":[{"name":"evil","url":"https://evil.example/simple"},{"name":"pypi","url":"https://pypi.org/simple"}]},"default":{"a":{"version":"==1.0","index":"pypi"}}}`, "package a"},
		"poetry, unknown source":       {"poetry.lock", "[[package]]\nname = 'a'\nversion = '1.0'\n[package.source]\ntype = 'mirror'\nurl = 'https://evil.example'\n[metadata]\ncontent-hash = 'x'\n", "not understood a"},
		"poetry, a list of sources":    {"poetry.lock", "[[package]]\nname = 'a'\nversion = '1.0'\n[[package.source]]\ntype = 'git'\n[metadata]\ncontent-hash = 'x'\n", "not understood a"},
		"pipenv, another repository":   {"Pipfile.lock", `{"_meta":{"pipfile-spec":6,"sources":[]},"default":{"a":{"version":"==1.0","hg":"https://evil.example/a"},"b":{"version":"==1.0","uri":"https://evil.example/b.whl"}}}`, "address a; address b"},
		"PDM, another repository":      {"pdm.lock", "# @generated by PDM\n[[package]]\nname = 'a'\nversion = '1.0'\nhg = 'https://evil.example/a'\n", "address a"},
		// What reads as the project's own, and is fetched.
		"uv, two sources":              {"uv.lock", "version = 1\n[[package]]\nname = 'evil'\nversion = '1.0'\nsource = { registry = 'https://pypi.org/simple', virtual = '.' }\n", "not understood evil"},
		"PDM, editable":                {"pdm.lock", "# @generated by PDM\n[[package]]\nname = 'evil'\nversion = '1.0'\neditable = true\n", "package evil"},
		"PDM, two sources":             {"pdm.lock", "# @generated by PDM\n[[package]]\nname = 'evil'\nversion = '1.0'\npath = '.'\ngit = 'https://evil.example/a'\n", "not understood evil"},
		"pipenv, editable":             {"Pipfile.lock", `{"_meta":{"pipfile-spec":6,"sources":[]},"default":{"own":{"editable":true,"path":"."},"old":{"editable":true,"file":"."},"evil":{"version":"==1.0","editable":true}}}`, "own folder own; own folder old; package evil"},
		"pipenv, two sources":          {"Pipfile.lock", `{"_meta":{"pipfile-spec":6,"sources":[]},"default":{"evil":{"path":".","git":"https://evil.example/a"}}}`, "not understood evil"},
		"pylock, two sources":          {"pylock.toml", "lock-version = '1.0'\n# lock-version = \n[[packages]]\nname = 'evil'\nversion = '1.0'\ndirectory = { path = '.' }\nwheels = [{ name = 'evil-1.0-py3-none-any.whl', url = 'https://evil.example/evil-1.0-py3-none-any.whl' }]\n", "not understood evil"},
		"pnpm, a folder of no kind":    {"pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  evil@1.4.0:\n    resolution: {directory: ., integrity: " + sri512 + "}\n", "not understood evil"},
		"pnpm, a commit of no kind":    {"pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  evil@1.4.0:\n    resolution: {repo: x, commit: y, integrity: " + sri512 + "}\n", "not understood evil"},
		"pnpm, a file that is fetched": {"pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  evil@file:x:\n    version: 1.4.0\n    resolution: {integrity: " + sri512 + "}\n", "not understood evil"},
		"yarn, a folder and a range":   {"yarn.lock", "# yarn lockfile v1\n\"evil@link:./x\", \"evil@^1\":\n  version \"1.4.0\"\n", "not understood evil"},
		"yarn, a folder":               {"yarn.lock", "# yarn lockfile v1\n\"own@link:./x\":\n  version \"1.4.0\"\n", "own folder own"},
		"pnpm, another way":            {"pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  once@1.4.0:\n    resolution: {type: custom, url: https://evil.example/x, integrity: " + sri512 + "}\n", "not understood once"},
		"uv, an early name":            {"uv.lock", "version = 1\n# [[package]] source = { \n[[distribution]]\nname = 'evil'\nversion = '1.0'\nsource = { registry = 'https://evil.example' }\n", "lock the project anew"},
		// What npm fetches although it is marked as bundled.
		"npm, bundled by the project":      {"package-lock.json", `{"lockfileVersion":3,"packages":{"":{"dependencies":{"once":"1"},"bundleDependencies":["once"]},"node_modules/once":{` + once + `,"inBundle":true}}}`, "package once"},
		"npm, bundled by the project 1":    {"package-lock.json", `{"lockfileVersion":1,"dependencies":{"once":{` + once + `,"bundled":true}}}`, "package once"},
		"npm, asked for by nobody":         {"package-lock.json", `{"lockfileVersion":3,"packages":{"node_modules/x":{"link":true},"node_modules/x/node_modules/once":{` + once + `,"inBundle":true}}}`, "own folder node_modules/x; package once"},
		"npm, bundled":                     {"package-lock.json", `{"lockfileVersion":3,"packages":{"node_modules/x":{"link":true,"dependencies":{"once":"1"}},"node_modules/x/node_modules/once":{` + once + `,"inBundle":true,"dependencies":{"wrappy":"1"}},"node_modules/x/node_modules/wrappy":{"version":"1.0.0","inBundle":true},"node_modules/x/node_modules/wrappy/node_modules/y":{"version":"1.0.0"}}}`, "own folder node_modules/x; bundled once; bundled wrappy; bundled y"},
		"npm, bundled, without a mark":     {"package-lock.json", `{"lockfileVersion":3,"packages":{"node_modules/x":{"link":true,"bundleDependencies":["once"]},"node_modules/x/node_modules/once":{` + once + `}}}`, "own folder node_modules/x; bundled once"},
		"npm, a folder from elsewhere":     {"package-lock.json", `{"lockfileVersion":3,"packages":{"packages/once":{` + once + `}}}`, "not understood "},
		"npm 6, bundled":                   {"package-lock.json", `{"lockfileVersion":1,"dependencies":{"x":{"version":"1.0.0","requires":{"once":"1"},"dependencies":{"once":{` + once + `,"bundled":true,"requires":{"wrappy":"1"}},"wrappy":{"version":"1.0.0","bundled":true}}}}}`, "package x; bundled once; bundled wrappy"},
		"npm 6, asked for by nobody":       {"package-lock.json", `{"lockfileVersion":1,"dependencies":{"x":{"version":"1.0.0","dependencies":{"once":{` + once + `,"bundled":true}}}}}`, "package x; package once"},
		"npm 6, below what is bundled":     {"package-lock.json", `{"lockfileVersion":1,"dependencies":{"x":{"version":"1.0.0","bundled":true,"requires":{"once":"1"},"dependencies":{"once":{` + once + `,"bundled":true}}}}}`, "package x; package once"},
		"bun, bundled by the project":      {"bun.lock", `{"lockfileVersion":1,"workspaces":{},"packages":{"once":["once@1.4.0","",{"bundled":true},"` + sri512 + `"]}}`, "package once"},
		"bun, bundled, under another name": {"bun.lock", bun(`"once":["evil@1.4.0","",{"bundled":true},"` + sri512 + `"]`), "package evil"},
		"bun, of no package":               {"bun.lock", bun(`"x/evil":["evil@1.4.0","",{"bundled":true},"` + sri512 + `"]`), "package evil"},
		"bun, asked for by nobody":         {"bun.lock", bun(`"x":["x@1.0.0","",{},"` + sri512 + `"],"x/y":["y@1.0.0","",{"dependencies":{"evil":"1"}},"` + sri512 + `"],"x/evil":["evil@1.4.0","",{"bundled":true},"` + sri512 + `"]`), "package x; package y; package evil"},
		"bun, bundled":                     {"bun.lock", bun(`"@s/x":["@s/x@1.0.0","",{"dependencies":{"@s/y":"1"}},"` + sri512 + `"],"@s/x/@s/y":["@s/y@1.0.0","",{"bundled":true},"` + sri512 + `"]`), "package @s/x; bundled @s/y"},
		// What Bun reads as no digest.
		"bun, two hashes": {"bun.lock", bun(`"once":["once@1.4.0","",{},"` + sri512 + " " + sri512 + `"]`), "not understood once"},
		"bun, an option":  {"bun.lock", bun(`"once":["once@1.4.0","",{},"` + sri512 + `?x"]`), "not understood once"},
		"bun, a blank":    {"bun.lock", bun(`"once":["once@1.4.0","",{},"` + sri512 + ` "]`), "not understood once"},
		// Bun makes one package of both, with the address and digest of the first.
		"bun, bundled, and fetched": {"bun.lock", bun(`"x":["x@1.0.0","",{"dependencies":{"once":"1"}},"` + sri512 + `"],"x/once":["once@1.4.0","https://evil.example/x.tgz",{"bundled":true},"` + sri512 + `"],"once":["once@1.4.0","",{},"` + sri512 + `"]`), "package x; package once; package once"},
		// Tables that no reader of the format knows, and none at all.
		"cargo, a second list":    {"Cargo.lock", "version = 4\n" + cargo("package", "a") + cargo("packages", "evil"), "package a; not understood evil"},
		"cargo, a table":          {"Cargo.lock", "version = 4\n[package]\nname = 'evil'\n", `"package" is no list of tables`},
		"cargo, a list of words":  {"Cargo.lock", "version = 4\npackage = ['evil']\n", `"package" is no list of tables`},
		"uv, a second list":       {"uv.lock", "version = 1\n[[evil]]\nname = 'evil'\nversion = '1.0'\n", "not understood evil"},
		"poetry, a second list":   {"poetry.lock", "[[packages]]\nname = 'evil'\nversion = '1.0'\n[metadata]\ncontent-hash = \"x\"\n", "not understood evil"},
		"pdm, a second list":      {"pdm.lock", "[[packages]]\nname = 'evil'\nversion = '1.0'\n", "not understood evil"},
		"pylock, a second list":   {"pylock.toml", "lock-version = '1.0'\n[[package]]\nname = 'evil'\n", "not understood evil"},
		"pylock, a tool's own":    {"pylock.toml", "lock-version = '1.0'\n[[tool.x]]\nname = 'evil'\n", ""},
		"pylock, of no version":   {"pylock.toml", "[[packages]]\nname = 'a'\nversion = '1.0'\n", "does not say of which version it is"},
		"pylock, of the next":     {"pylock.toml", "lock-version = '2.0'\n[[packages]]\nname = 'a'\nversion = '1.0'\n", `it is of version "2.0"; 1 is known`},
		"pylock, of a later 1":    {"pylock.toml", "lock-version = '1.7'\n[[packages]]\nname = 'a'\nversion = '1.0'\n", "package a"},
		"pylock, of what is none": {"pylock.toml", "lock-version = 1\n[[packages]]\nname = 'a'\nversion = '1.0'\n", `it is of version "1"; 1 is known`},
		"poetry, of the next":     {"poetry.lock", "[metadata]\nlock-version = '3.0'\ncontent-hash = 'x'\n", `it is of version "3.0"; 1, 2 are known`},
		"pdm, of the next":        {"pdm.lock", "[metadata]\nlock_version = '5.0.0'\n", `it is of version "5.0.0"; 2, 3, 4 are known`},
		// Entries of a second list.
		"pnpm, a snapshot alone":   {"pnpm-lock.yaml", pnpm + "snapshots:\n  once@1.4.0: {}\n  evil@1.0.0(x@1.0.0):\n    resolution: {tarball: https://evil.example/x.tgz}\n", "package once; not understood evil@1.0.0"},
		"pnpm, a snapshot's name":  {"pnpm-lock.yaml", pnpm + "snapshots:\n  once@1.4.0:\n    name: evil\n    version: 6.6.6\n", "package once 1.4.0; not understood once@1.4.0"},
		"pnpm, a version beside":   {"pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  once@6.6.6:\n    version: 1.4.0\n    resolution: {integrity: " + sri512 + "}\n", "not understood once"},
		"pnpm, a name beside":      {"pnpm-lock.yaml", "lockfileVersion: '6.0'\npackages:\n  /evil@1.4.0:\n    name: once\n    version: 1.4.0\n    resolution: {integrity: " + sri512 + "}\n", "not understood once"},
		"pnpm, one with its peer":  {"pnpm-lock.yaml", pnpm + "snapshots:\n  once@1.4.0(x@1.0.0): {}\n", "package once"},
		"pnpm, a tag on a list":    {"pnpm-lock.yaml", pnpm + "snapshots: !!set\n  once@1.4.0:\n", "line 5: a tag of YAML"},
		"pnpm, a tag on a key":     {"pnpm-lock.yaml", pnpm + "  !!binary b25jZUAxLjQuMA==:\n    resolution: {integrity: x}\n", "line 5: the key"},
		"pnpm, an anchor on a key": {"pnpm-lock.yaml", pnpm + "  &a evil@1.0.0:\n    resolution: {integrity: x}\n", "line 5: the key"},
		// What Yarn fetches, and from where.
		"berry, a patch of another":    {"yarn.lock", berry("once@patch:evil@npm%3A1.4.0#~builtin<compat/x>"), "package evil 1.4.0"},
		"berry, a patch of a patch":    {"yarn.lock", berry("once@patch:once@patch%3Aevil@npm%253A1.4.0%23./a.patch#./b.patch"), "package evil 1.4.0"},
		"berry, a patch":               {"yarn.lock", berry("once@patch:once@npm%3A1.4.0#./a.patch"), "package once 1.4.0"},
		"berry, an address":            {"yarn.lock", berry("once@npm:1.4.0::__archiveUrl=https%3A%2F%2Fevil.example%2Fonce.tgz"), "address once"},
		"berry, behind a semicolon":    {"yarn.lock", berry("once@npm:1.4.0::__archiveUrl=https%3A%2F%2Fevil.example%2Fonce.tgz;x"), "not understood once"},
		"berry, behind a wrong escape": {"yarn.lock", berry("once@npm:1.4.0::__archiveUrl=https%3A%2F%2Fevil.example%2Fonce.tgz?%zz"), "not understood once"},
		"berry, two addresses":         {"yarn.lock", berry("once@npm:1.4.0::__archiveUrl=https%3A%2F%2Fregistry.npmjs.org%2Fonce%2F-%2Fonce-1.4.0.tgz&__archiveUrl=https%3A%2F%2Fevil.example%2Fonce.tgz"), "not understood once"},
		// Fields that Yarn reads under another spelling.
		"yarn, a quoted name":        {"yarn.lock", yarn("  \"resolved\" \"https://evil.example/once.tgz\"\n"), "line 5:"},
		"yarn, two names":            {"yarn.lock", yarn("  x, resolved \"https://evil.example/once.tgz\"\n"), "line 5:"},
		"yarn, behind a value":       {"yarn.lock", yarn("  x y resolved \"https://evil.example/once.tgz\"\n"), "line 5:"},
		"yarn, behind one in quotes": {"yarn.lock", yarn("  x \"y\" resolved \"https://evil.example/once.tgz\"\n"), "line 5:"},
		"yarn, a key behind a value": {"yarn.lock", "# yarn lockfile v1\nonce@^1 \"x\" lodash@^4:\n  version \"1.4.0\"\n", "line 2:"},
		"yarn, keys without a blank": {"yarn.lock", "# yarn lockfile v1\nonce@^1,lodash@^4:\n  version \"1.4.0\"\n", "line 2:"},
		"yarn, a key of no ending":   {"yarn.lock", "# yarn lockfile v1\n\"once@^1:\n  version \"1.4.0\"\n", "line 2:"},
		"yarn, a range with a comma": {"yarn.lock", "# yarn lockfile v1\n\"once@>=1, <2\", once@^1:\n  version \"1.4.0\"\n", "package once 1.4.0"},
		"yarn, an escaped address":   {"yarn.lock", yarn("  integrity \"\\u0073ha512-" + sri512[7:] + "\"\n  resolved2 x\n"), "line 6:"},
		"yarn, below nothing":        {"yarn.lock", yarn("    wrappy \"1\"\n"), "line 5:"},
		"yarn, below its own fields": {"yarn.lock", yarn("  dependencies:\n    wrappy \"1\"\n"), "package once"},
	} {
		f, err := Read(c.name, []byte(c.text))
		if err != nil {
			require.ErrorContains(t, err, c.want, what)
			continue
		}
		var got []string
		for _, p := range f.Pins {
			said := string(p.Kind) + " " + p.Name
			if p.Kind == Package && strings.Contains(c.want, p.Version) {
				said += " " + p.Version
			}
			if n := len(p.Ref.Digests); n == 0 && strings.HasSuffix(c.want, " without") {
				said += " without"
			} else if n > 1 {
				said += fmt.Sprintf(" %d", n)
			}
			got = append(got, said)
		}
		require.Equal(t, c.want, strings.Join(got, "; "), what)
	}
}

// TestIndexOfAnotherFile: an index holds for all files that pip reads together.
func TestIndexOfAnotherFile(t *testing.T) {
	f, err := ReadAll([]Document{
		{"requirements.txt", []byte("a==1.0\n-r more.txt\n")},
		{"more.txt", []byte("b==1.0\n-i https://evil.example/simple\n")},
	})
	require.NoError(t, err)
	require.Equal(t, []Kind{Private, Own, Private}, []Kind{f.Pins[0].Kind, f.Pins[1].Kind, f.Pins[2].Kind})
}

// TestNothingInIt: a file that lists nothing says so, in whatever notation.
func TestNothingInIt(t *testing.T) {
	for name, text := range map[string]string{
		"package-lock.json": `{"lockfileVersion":3,"packages":{"":{}}}`, "Cargo.lock": "version = 4\n", "uv.lock": "version = 1\n", "poetry.lock": "package = []\n[metadata]\ncontent-hash = 'x'\n",
		"pdm.lock": "[metadata]\nlock_version = '4.5.0'\n", "pylock.toml": "lock-version = '1.0'\n", "pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "yarn.lock": "# yarn lockfile v1\n",
		"bun.lock": `{"lockfileVersion":1,"workspaces":{},"packages":{}}`, "deno.lock": `{"version":"5"}`, "Pipfile.lock": `{"_meta":{"pipfile-spec":6},"default":{}}`, "requirements.txt": "# nothing\n",
		"x.cdx.json": `{"bomFormat":"CycloneDX"}`, "x.spdx.json": `{"spdxVersion":"SPDX-2.3"}`, "verification-metadata.xml": `<verification-metadata xmlns="` + gradleSpace + `"><components/></verification-metadata>`,
	} {
		f, err := Read(name, []byte(text))
		require.NoError(t, err, name)
		require.Empty(t, f.Pins, name)
		require.Contains(t, strings.Join(f.Notes, " "), "It lists no package", name)
	}
}

// TestUnderAnotherName: whoever asks for a name gets what stands in the entry that
// answers it, and that is told of each name that is not the package's own.
func TestUnderAnotherName(t *testing.T) {
	const yarn1, sri = "# yarn lockfile v1\n", "    integrity " + sri512 + "\n"
	entry := "  version \"1.0.0\"\n  resolved \"https://registry.yarnpkg.com/evil/-/evil-1.0.0.tgz\"\n" + sri[2:]
	berry := "__metadata:\n  version: 8\n"
	for what, c := range map[string]struct{ name, text, want string }{
		"Yarn 1, the second":     {"yarn.lock", yarn1 + "evil@^1, lodash@^4:\n" + entry, "lodash"},
		"Yarn 1, by an alias":    {"yarn.lock", yarn1 + "\"lodash@npm:evil@^1\":\n" + entry, "lodash"},
		"Yarn 1, by the field":   {"yarn.lock", yarn1 + "lodash@^4:\n  name evil\n" + entry, "lodash"},
		"Yarn 1, its own":        {"yarn.lock", yarn1 + "evil@^1, evil@1:\n" + entry, ""},
		"Yarn 2, the second":     {"yarn.lock", berry + "\"evil@npm:^1, lodash@npm:^4\":\n  version: 1.0.0\n  resolution: \"evil@npm:1.0.0\"\n", "lodash"},
		"Yarn 1, escaped":        {"yarn.lock", yarn1 + "evil@^1, \"lod\\u0061sh@^4\":\n" + entry, "\"lodash\""},
		"Yarn 2, without blanks": {"yarn.lock", berry + "\"evil@npm:^1,lodash@npm:^4\":\n  version: 1.0.0\n  resolution: \"evil@npm:1.0.0\"\n", "lodash"},
		"Yarn 2, its own":        {"yarn.lock", berry + "\"evil@npm:^1, evil@npm:1\":\n  version: 1.0.0\n  resolution: \"evil@npm:1.0.0\"\n", ""},
		"pnpm 9, by the project": {"pnpm-lock.yaml", "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      lodash:\n        specifier: ^4\n        version: evil@1.0.0\npackages:\n  evil@1.0.0:\n    resolution: {integrity: " + sri512 + "}\n", "lodash"},
		"pnpm 9, by a package":   {"pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  evil@1.0.0:\n    resolution: {integrity: " + sri512 + "}\nsnapshots:\n  evil@1.0.0(x@1.0.0):\n    dependencies:\n      lodash: evil@1.0.0(x@1.0.0)\n", "lodash"},
		"pnpm 6, by the project": {"pnpm-lock.yaml", "lockfileVersion: '6.0'\ndependencies:\n  lodash:\n    specifier: ^4\n    version: /evil@1.0.0\npackages:\n  /evil@1.0.0:\n    resolution: {integrity: " + sri512 + "}\n", "lodash"},
		"pnpm 9, its own":        {"pnpm-lock.yaml", "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      evil:\n        specifier: ^1\n        version: 1.0.0(x@1.0.0)\npackages:\n  evil@1.0.0:\n    resolution: {integrity: " + sri512 + "}\n", ""},
		"npm":                    {"package-lock.json", `{"lockfileVersion":3,"packages":{"node_modules/lodash":{"name":"evil","version":"1.0.0","integrity":"` + sri512 + `"}}}`, "lodash"},
	} {
		f, err := Read(c.name, []byte(c.text))
		require.NoError(t, err, what)
		require.Len(t, f.Pins, 1, what)
		p := f.Pins[0]
		require.Equal(t, [3]string{string(Package), "evil", "1.0.0"}, [3]string{string(p.Kind), p.Name, p.Version}, what)
		notes := strings.Join(p.Notes, " ")
		require.Equal(t, c.want != "", strings.Contains(notes, "under another name"), what+": "+notes)
		require.Contains(t, notes, c.want, what)
	}
}

// TestBareFiles: a file without a digest beside others that have one is counted.
func TestBareFiles(t *testing.T) {
	const place, sum = "https://files.pythonhosted.org/packages/0a/0a/0a0a/", "sha256:" + sum64
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"uv.lock":     {"version = 1\n[[package]]\nname = 'a'\nversion = '1.0'\nsource = { registry = 'https://pypi.org/simple' }\nwheels = [{ url = '" + place + "a-1.0-py3-none-any.whl', hash = '" + sum + "' }, { url = '" + place + "a-1.0-py2-none-any.whl' }]\n", 1},
		"pdm.lock":    {"[[package]]\nname = 'a'\nversion = '1.0'\nfiles = [{ file = 'a-1.0-py3-none-any.whl', hash = '" + sum + "' }, { file = 'a-1.0-py2-none-any.whl' }]\n[metadata]\nlock_version = '4.5.0'\n", 1},
		"pylock.toml": {"lock-version = '1.0'\n[[packages]]\nname = 'a'\nversion = '1.0'\nwheels = [{ name = 'a-1.0-py3-none-any.whl', hashes = { sha256 = '" + sum64 + "' } }, { name = 'a-1.0-py2-none-any.whl' }]\n", 1},
		"poetry.lock": {"[[package]]\nname = 'a'\nversion = '1.0'\nfiles = [{ file = 'a-1.0-py3-none-any.whl', hash = '" + sum + "' }, { file = 'a-1.0-py2-none-any.whl', hash = '" + sum + "' }]\n[metadata]\nlock-version = '2.0'\ncontent-hash = 'x'\n", 0},
	} {
		f, err := Read(name, []byte(c.text))
		require.NoError(t, err, name)
		require.Len(t, f.Pins, 1, name)
		require.Equal(t, Package, f.Pins[0].Kind, name)
		require.Equal(t, c.want, f.Pins[0].Bare, name)
	}
}

// TestByAddress: what pip fetches from an address at PyPI it compares with the digest
// behind it, and not with the one of which it consists.
func TestByAddress(t *testing.T) {
	const file = "/a-1.0-py3-none-any.whl"
	place := "://files.pythonhosted.org/packages/0a/0a/" + strings.Repeat("0a", 30)
	for line, want := range map[string][2]bool{ // unsafe, unheld
		"a @ https" + place + file:                                  {false, true},
		"a @ http" + place + file:                                   {true, true},
		"a @ https" + place + file + "#sha256=" + sum64:             {false, false},
		"a @ https" + place + file + " --hash=sha256:" + sum64:      {false, false},
		"a @ http" + place + file + " \\\n  --hash=sha256:" + sum64: {true, false},
	} {
		f, err := Read("requirements.txt", []byte(line+"\n"))
		require.NoError(t, err, line)
		require.Len(t, f.Pins, 1, line)
		p := f.Pins[0]
		require.Equal(t, Package, p.Kind, line)
		require.Equal(t, want, [2]bool{p.Unsafe, p.Unheld}, line)
		require.NotEmpty(t, p.Ref.Digests, line)
	}
}
