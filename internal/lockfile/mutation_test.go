package lockfile

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A sample is a small file of one format with three pins, a to c: each with
// digests, and an address where the format has one.
type sample struct {
	name string
	text string
	// entry finds a pin's entry, from its name to before the next.
	entry func(name string) string
	// noDigest tells that what it holds is of bytes that no repository serves.
	noDigest bool
}

// sums are three digests of a kind, and sris three of npm's.
func sumOf(name string) string { return strings.Repeat(fmt.Sprintf("%02x", name[0]), 32) }
func sriOf(name string) string {
	return "sha512-" + strings.Repeat(string(name[0]-32), 86-len("Cg")) + "Cg=="
}

// samples are one of each format, written as their clients do.
func samples() []sample {
	join := func(f func(n string) string, between string) string {
		return f("a") + between + f("b") + between + f("c")
	}
	npmAt := func(n string) string { return "https://registry.npmjs.org/" + n + "/-/" + n + "-1.0.0.tgz" }
	wheel := func(n string) string {
		return "https://files.pythonhosted.org/packages/00/11/22/" + n + "-1.0-py3-none-any.whl"
	}
	npm := func(n string) string {
		return `"node_modules/` + n + `":{"version":"1.0.0","resolved":"` + npmAt(n) + `","integrity":"` + sriOf(n) + `"}`
	}
	npm1 := func(n string) string {
		return `"` + n + `":{"version":"1.0.0","resolved":"` + npmAt(n) + `","integrity":"` + sriOf(n) + `"}`
	}
	pnpm := func(key func(n string) string) func(n string) string {
		return func(n string) string {
			return "  " + key(n) + ":\n    resolution: {integrity: " + sriOf(n) + ", tarball: " + npmAt(n) + "}\n"
		}
	}
	pnpm5 := pnpm(func(n string) string { return "/" + n + "/1.0.0" })
	pnpm6 := pnpm(func(n string) string { return "/" + n + "@1.0.0" })
	pnpm9 := pnpm(func(n string) string { return n + "@1.0.0" })
	yarn := func(n string) string {
		return n + "@^1.0.0:\n  version \"1.0.0\"\n  resolved \"" + npmAt(n) + "#" + sumOf(n)[:40] + "\"\n  integrity " + sriOf(n) + "\n"
	}
	berry := func(n string) string {
		return "\"" + n + "@npm:^1.0.0\":\n  version: 1.0.0\n  resolution: \"" + n + "@npm:1.0.0\"\n  checksum: " + sumOf(n) + sumOf(n) + "\n"
	}
	bun := func(n string) string { return `"` + n + `":["` + n + `@1.0.0","",{},"` + sriOf(n) + `"]` }
	deno := func(n string) string { return `"` + n + `@1.0.0":{"integrity":"` + sriOf(n) + `"}` }
	cargo := func(n string) string {
		return "[[package]]\nname = \"" + n + "\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"" + sumOf(n) + "\"\n"
	}
	uv := func(n string) string {
		return "[[package]]\nname = \"" + n + "\"\nversion = \"1.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nwheels = [\n    { url = \"" + wheel(n) + "\", hash = \"sha256:" + sumOf(n) + "\", size = 1 },\n]\n"
	}
	poetry := func(n string) string {
		return "[[package]]\nname = \"" + n + "\"\nversion = \"1.0\"\noptional = false\nfiles = [\n    {file = \"" + n + "-1.0-py3-none-any.whl\", hash = \"sha256:" + sumOf(n) + "\"},\n]\n"
	}
	pdm := func(n string) string {
		return "[[package]]\nname = \"" + n + "\"\nversion = \"1.0\"\ngroups = [\"default\"]\nfiles = [\n    {url = \"" + wheel(n) + "\", hash = \"sha256:" + sumOf(n) + "\"},\n]\n"
	}
	pylock := func(n string) string {
		return "[[packages]]\nname = \"" + n + "\"\nversion = \"1.0\"\nindex = \"https://pypi.org/simple\"\nwheels = [\n    {name = \"" + n + "-1.0-py3-none-any.whl\", url = \"" + wheel(n) + "\", hashes = {sha256 = \"" + sumOf(n) + "\"}},\n]\n"
	}
	pipfile := func(n string) string {
		return `"` + n + `":{"hashes":["sha256:` + sumOf(n) + `"],"version":"==1.0"}`
	}
	requirement := func(n string) string { return n + "==1.0 \\\n    --hash=sha256:" + sumOf(n) + "\n" }
	cdx := func(n string) string {
		return `{"name":"` + n + `","version":"1.0.0","purl":"pkg:npm/` + n + `@1.0.0","hashes":[{"alg":"SHA-256","content":"` + sumOf(n) + `"}]}`
	}
	spdx := func(n string) string {
		return `{"SPDXID":"` + n + `","name":"` + n + `","checksums":[{"algorithm":"SHA256","checksumValue":"` + sumOf(n) + `"}],"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/` + n + `@1.0.0"}]}`
	}
	gradle := func(n string) string {
		return `<component group="g.` + n + `" name="` + n + `" version="1.0"><artifact name="` + n + `-1.0.jar"><sha256 value="` + sumOf(n) + `" origin="x"/></artifact></component>`
	}
	gosum := func(n string) string {
		return n + ".example/m v1.0.0 h1:" + strings.Repeat(strings.ToUpper(n), 42) + "A=\n"
	}
	return []sample{
		{"package-lock.json", `{"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"1","b":"1","c":"1"}},` + join(npm, ",\n") + `}}`, npm, false},
		{"npm-shrinkwrap.json", `{"lockfileVersion":1,"dependencies":{` + join(npm1, ",\n") + `}}`, npm1, false},
		{"pnpm-lock.yaml", "lockfileVersion: 5.4\npackages:\n" + join(pnpm5, "\n"), pnpm5, false},
		{"pnpm-lock.yaml", "lockfileVersion: '6.0'\npackages:\n" + join(pnpm6, "\n"), pnpm6, false},
		{"pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n" + join(pnpm9, "\n"), pnpm9, false},
		{"yarn.lock", "# yarn lockfile v1\n\n" + join(yarn, "\n"), yarn, false},
		{"yarn.lock", "__metadata:\n  version: 8\n\n" + join(berry, "\n"), berry, true},
		{"bun.lock", `{"lockfileVersion":1,"workspaces":{"":{}},"packages":{` + join(bun, ",\n") + `}}`, bun, false},
		{"deno.lock", `{"version":"5","npm":{` + join(deno, ",\n") + `}}`, deno, false},
		{"Cargo.lock", "# generated by Cargo\nversion = 4\n\n" + join(cargo, "\n"), cargo, false},
		{"uv.lock", "version = 1\n\n" + join(uv, "\n"), uv, false},
		{"poetry.lock", join(poetry, "\n") + "[metadata]\ncontent-hash = \"x\"\n", poetry, false},
		{"pdm.lock", "# This file is @generated by PDM.\n" + join(pdm, "\n"), pdm, false},
		{"pylock.toml", "lock-version = \"1.0\"\n" + join(pylock, "\n"), pylock, false},
		{"Pipfile.lock", `{"_meta":{"pipfile-spec":6,"sources":[{"name":"pypi","url":"https://pypi.org/simple"}]},"default":{` + join(pipfile, ",\n") + `}}`, pipfile, false},
		{"requirements.txt", join(requirement, ""), requirement, false},
		{"x.cdx.json", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[` + join(cdx, ",\n") + `]}`, cdx, false},
		{"x.spdx.json", `{"spdxVersion":"SPDX-2.3","packages":[` + join(spdx, ",\n") + `]}`, spdx, false},
		{"go.sum", join(gosum, ""), gosum, false},
		{"verification-metadata.xml", `<verification-metadata xmlns="` + gradleSpace + `"><components>` + join(gradle, "\n") + `</components></verification-metadata>`, gradle, false},
	}
}

// said are the pins, each as it is without its place in the file.
func said(t *testing.T, name, text string) map[string]Pin {
	t.Helper()
	f, err := Read(name, []byte(text))
	require.NoError(t, err, "%s: %s", name, text)
	require.Equal(t, f.Entries, len(f.Pins)+f.Repeated)
	out := map[string]Pin{}
	for _, p := range f.Pins {
		require.NotZero(t, p.Line, "%s: %+v", name, p)
		out[p.Name] = p
		p.Line, p.Key = 0, ""
		out[p.Name] = p
	}
	require.Len(t, out, len(f.Pins))
	return out
}

var (
	anyDigest  = regexp.MustCompile(`[0-9a-f]{64,128}|sha512-[A-Z]{84}Cg==|h1:[A-Z]{42}A=`)
	anyAddress = regexp.MustCompile(`https://(registry\.npmjs\.org/[a-c]|files\.pythonhosted\.org|pypi\.org/simple|github\.com/rust-lang)`)
)

// TestOneChange: of each format, one digest flipped changes that pin and no other;
// one address changed raises a voice there and nowhere else; one entry removed
// leaves the others as they are.
func TestOneChange(t *testing.T) {
	for _, s := range samples() {
		before := said(t, s.name, s.text)
		require.Len(t, before, 3, s.name)
		differ := func(text string) (names []string) {
			for name, p := range said(t, s.name, text) {
				if fmt.Sprintf("%+v", p) != fmt.Sprintf("%+v", before[name]) {
					names = append(names, name)
				}
			}
			return names
		}
		for _, at := range anyDigest.FindAllStringIndex(s.text, -1) {
			i := at[0] + 9
			flipped := s.text[:i] + map[bool]string{true: "7", false: "8"}[s.text[i] == '8'] + s.text[i+1:]
			if s.noDigest {
				require.Empty(t, differ(flipped), s.name)
				continue
			}
			changed := differ(flipped)
			require.Len(t, changed, 1, "%s: %s", s.name, flipped)
			now := said(t, s.name, flipped)[changed[0]]
			require.Equal(t, Package, now.Kind, "%s: %s", s.name, now.Why)
			require.NotEqual(t, before[changed[0]].Ref.Digests, now.Ref.Digests, s.name)
		}
		addresses := anyAddress.FindAllStringIndex(s.text, -1)
		for _, at := range addresses {
			moved := s.text[:at[0]] + "https://evil.example/x" + s.text[at[1]:]
			changed := differ(moved)
			if s.name == "Pipfile.lock" { // one index serves all
				require.Len(t, changed, 3)
				continue
			}
			require.Len(t, changed, 1, "%s: %s", s.name, moved)
			now := said(t, s.name, moved)[changed[0]]
			require.Contains(t, now.Outside+now.Why, "evil.example", s.name)
		}
		for _, n := range []string{"a", "b", "c"} {
			entry := s.entry(n)
			require.Equal(t, 1, strings.Count(s.text, entry), s.name)
			less := strings.Replace(s.text, entry, "", 1)
			for _, fix := range [][2]string{{",\n,", ","}, {"{,\n", "{"}, {"[,\n", "["}, {",\n}", "}"}, {",\n]", "]"}, {"},,\n", "},"}} {
				less = strings.Replace(less, fix[0], fix[1], 1)
			}
			left := said(t, s.name, less)
			require.Len(t, left, 2, "%s: %s", s.name, less)
			for name, p := range left {
				require.Equal(t, before[name], p, s.name)
			}
		}
	}
}
