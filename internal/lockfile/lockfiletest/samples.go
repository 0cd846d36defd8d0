// Package lockfiletest holds a small lock file of each format, for tests alone.
package lockfiletest

import (
	"slices"
	"strings"
)

// A Sample is a file of one format with three pins of packages called a, b and c
// (aaaa, bbbb and cccc at crates.io): each with a digest, and an address where the
// format has one.
type Sample struct {
	Name string
	Text string
	// Entry is a pin's entry, from its name to before the next.
	Entry func(name string) string
	// NoDigest tells that what it holds is of bytes that no repository serves.
	NoDigest bool
}

// Sums are the digests of a package, as lock files write them.
type Sums struct {
	SHA1, SHA256, SHA512 string // hexadecimal
	SRI                  string // sha512-…
	H1                   string // h1:…, of a Go module
}

// All are one of each format, written as their clients do, with the digests that are
// given.
func All(of func(ecosystem, name string) Sums) []Sample {
	return slices.Concat(nodes(of), pythons(of), others(of))
}

// each is the entries of the three pins, one after the other.
func each(entry func(name string) string, between string) string {
	return entry("a") + between + entry("b") + between + entry("c")
}

// nodes are those of npm's packages.
func nodes(of func(ecosystem, name string) Sums) []Sample {
	npmAt := func(n string) string { return "https://registry.npmjs.org/" + n + "/-/" + n + "-1.0.0.tgz" }
	npm := func(n string) string {
		return `"node_modules/` + n + `":{"version":"1.0.0","resolved":"` + npmAt(n) + `","integrity":"` + of("npm", n).SRI + `"}`
	}
	npm1 := func(n string) string {
		return `"` + n + `":{"version":"1.0.0","resolved":"` + npmAt(n) + `","integrity":"` + of("npm", n).SRI + `"}`
	}
	pnpm := func(key func(n string) string) func(n string) string {
		return func(n string) string {
			return "  " + key(n) + ":\n    resolution: {integrity: " + of("npm", n).SRI + ", tarball: " + npmAt(n) + "}\n"
		}
	}
	pnpm5 := pnpm(func(n string) string { return "/" + n + "/1.0.0" })
	pnpm6 := pnpm(func(n string) string { return "/" + n + "@1.0.0" })
	pnpm9 := pnpm(func(n string) string { return n + "@1.0.0" })
	yarn := func(n string) string {
		return n + "@^1.0.0:\n  version \"1.0.0\"\n  resolved \"" + npmAt(n) + "#" + of("npm", n).SHA1 + "\"\n  integrity " + of("npm", n).SRI + "\n"
	}
	berry := func(n string) string {
		return "\"" + n + "@npm:^1.0.0\":\n  version: 1.0.0\n  resolution: \"" + n + "@npm:1.0.0\"\n  checksum: " + of("npm", n).SHA512 + "\n"
	}
	bun := func(n string) string { return `"` + n + `":["` + n + `@1.0.0","",{},"` + of("npm", n).SRI + `"]` }
	deno := func(n string) string { return `"` + n + `@1.0.0":{"integrity":"` + of("npm", n).SRI + `"}` }
	return []Sample{
		{"package-lock.json", `{"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"1","b":"1","c":"1"}},` + each(npm, ",\n") + `}}`, npm, false},
		{"npm-shrinkwrap.json", `{"lockfileVersion":1,"dependencies":{` + each(npm1, ",\n") + `}}`, npm1, false},
		{"pnpm-lock.yaml", "lockfileVersion: 5.4\npackages:\n" + each(pnpm5, "\n"), pnpm5, false},
		{"pnpm-lock.yaml", "lockfileVersion: '6.0'\npackages:\n" + each(pnpm6, "\n"), pnpm6, false},
		{"pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n" + each(pnpm9, "\n"), pnpm9, false},
		{"yarn.lock", "# yarn lockfile v1\n\n" + each(yarn, "\n"), yarn, false},
		{"yarn.lock", "__metadata:\n  version: 8\n\n" + each(berry, "\n"), berry, true},
		{"bun.lock", `{"lockfileVersion":1,"workspaces":{"":{}},"packages":{` + each(bun, ",\n") + `}}`, bun, false},
		{"deno.lock", `{"version":"5","npm":{` + each(deno, ",\n") + `}}`, deno, false},
	}
}

// pythons are those of PyPI's.
func pythons(of func(ecosystem, name string) Sums) []Sample {
	wheel := func(n string) string {
		return "https://files.pythonhosted.org/packages/00/11/22/" + n + "-1.0-py3-none-any.whl"
	}
	uv := func(n string) string {
		return "[[package]]\nname = \"" + n + "\"\nversion = \"1.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nwheels = [\n    { url = \"" + wheel(n) + "\", hash = \"sha256:" + of("pypi", n).SHA256 + "\", size = 1 },\n]\n"
	}
	poetry := func(n string) string {
		return "[[package]]\nname = \"" + n + "\"\nversion = \"1.0\"\noptional = false\nfiles = [\n    {file = \"" + n + "-1.0-py3-none-any.whl\", hash = \"sha256:" + of("pypi", n).SHA256 + "\"},\n]\n"
	}
	pdm := func(n string) string {
		return "[[package]]\nname = \"" + n + "\"\nversion = \"1.0\"\ngroups = [\"default\"]\nfiles = [\n    {url = \"" + wheel(n) + "\", hash = \"sha256:" + of("pypi", n).SHA256 + "\"},\n]\n"
	}
	pylock := func(n string) string {
		return "[[packages]]\nname = \"" + n + "\"\nversion = \"1.0\"\nindex = \"https://pypi.org/simple\"\nwheels = [\n    {name = \"" + n + "-1.0-py3-none-any.whl\", url = \"" + wheel(n) + "\", hashes = {sha256 = \"" + of("pypi", n).SHA256 + "\"}},\n]\n"
	}
	pipfile := func(n string) string {
		return `"` + n + `":{"hashes":["sha256:` + of("pypi", n).SHA256 + `"],"version":"==1.0"}`
	}
	requirement := func(n string) string { return n + "==1.0 \\\n    --hash=sha256:" + of("pypi", n).SHA256 + "\n" }
	return []Sample{
		{"uv.lock", "version = 1\n\n" + each(uv, "\n"), uv, false},
		{"poetry.lock", each(poetry, "\n") + "[metadata]\ncontent-hash = \"x\"\n", poetry, false},
		{"pdm.lock", "# This file is @generated by PDM.\n" + each(pdm, "\n"), pdm, false},
		{"pylock.toml", "lock-version = \"1.0\"\n" + each(pylock, "\n"), pylock, false},
		{"Pipfile.lock", `{"_meta":{"pipfile-spec":6,"sources":[{"name":"pypi","url":"https://pypi.org/simple"}]},"default":{` + each(pipfile, ",\n") + `}}`, pipfile, false},
		{"requirements.txt", each(requirement, ""), requirement, false},
	}
}

// others are Cargo's, those that name package URLs, Go's and Gradle's.
func others(of func(ecosystem, name string) Sums) []Sample {
	cargo := func(n string) string {
		return "[[package]]\nname = \"" + strings.Repeat(n, 4) + "\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"" + of("cargo", n).SHA256 + "\"\n"
	}
	cdx := func(n string) string {
		return `{"name":"` + n + `","version":"1.0.0","purl":"pkg:npm/` + n + `@1.0.0","hashes":[{"alg":"SHA-512","content":"` + of("npm", n).SHA512 + `"}]}`
	}
	spdx := func(n string) string {
		return `{"SPDXID":"` + n + `","name":"` + n + `","checksums":[{"algorithm":"SHA512","checksumValue":"` + of("npm", n).SHA512 + `"}],"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/` + n + `@1.0.0"}]}`
	}
	gradle := func(n string) string {
		return `<component group="g.` + n + `" name="` + n + `" version="1.0"><artifact name="` + n + `-1.0.jar"><sha256 value="` + of("maven", n).SHA256 + `" origin="x"/></artifact></component>`
	}
	gosum := func(n string) string {
		return n + ".example/m v1.0.0 " + of("golang", n).H1 + "\n"
	}
	return []Sample{
		{"Cargo.lock", "# generated by Cargo\nversion = 4\n\n" + each(cargo, "\n"), cargo, false},
		{"x.cdx.json", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[` + each(cdx, ",\n") + `]}`, cdx, false},
		{"x.spdx.json", `{"spdxVersion":"SPDX-2.3","packages":[` + each(spdx, ",\n") + `]}`, spdx, false},
		{"go.sum", each(gosum, ""), gosum, false},
		{"verification-metadata.xml", `<verification-metadata xmlns="` + "https://schema.gradle.org/dependency-verification" + `"><components>` + each(gradle, "\n") + `</components></verification-metadata>`, gradle, false},
	}
}

// Without is a sample's text without the entry of a pin.
func Without(s Sample, name string) string {
	less := strings.Replace(s.Text, s.Entry(name), "", 1)
	for _, fix := range [][2]string{{",\n,", ","}, {"{,\n", "{"}, {"[,\n", "["}, {",\n}", "}"}, {",\n]", "]"}, {"},,\n", "},"}} {
		less = strings.Replace(less, fix[0], fix[1], 1)
	}
	return less
}
