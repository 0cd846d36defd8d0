package purl

import (
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

func TestNPM(t *testing.T) {
	testForms(t, NPM, []form{
		{text: "pkg:npm/lodash@4.17.21", path: "lodash", version: "4.17.21"},
		{text: "pkg:npm/%40scope/name@1.2.3", path: "@scope/name", version: "1.2.3"},
		{text: "pkg:npm/@scope/name@1.2.3#lib/x.js", path: "@scope/name", version: "1.2.3", subpath: "lib/x.js"},
		{text: "pkg:npm/lodash@latest", path: "lodash", tag: "latest"},
		{text: "pkg:npm/JSONStream@1.3.5", path: "JSONStream", version: "1.3.5"},
		{text: "pkg:npm/a@1.0.0+build.1", path: "a", version: "1.0.0+build.1"},

		{text: "https://www.npmjs.com/package/lodash", path: "lodash"},
		{text: "https://www.npmjs.com/package/lodash/v/4.17.21", path: "lodash", version: "4.17.21"},
		{text: "https://www.npmjs.com/package/@scope/name/v/1.2.3?activeTab=code", path: "@scope/name", version: "1.2.3"},
		{text: "https://www.npmjs.com/package/@scope/name?activeTab=versions", path: "@scope/name"},
		{text: "https://npmjs.com/package/socket.io#readme", path: "socket.io"},
		{text: "npmjs.com/package/lodash/v/4.17.21", path: "lodash", version: "4.17.21"},
		{text: "https://npmx.dev/package/lodash/v/4.17.21", path: "lodash", version: "4.17.21"},
		{text: "https://npmx.dev/package/@scope/name@1.2.3", path: "@scope/name", version: "1.2.3"},

		{text: "https://registry.npmjs.org/lodash", path: "lodash"},
		{text: "https://registry.npmjs.org/lodash/4.17.21", path: "lodash", version: "4.17.21"},
		{text: "https://registry.npmjs.org/lodash/next", path: "lodash", tag: "next"},
		{text: "https://registry.npmjs.org/@scope%2fname", path: "@scope/name"},
		{text: "https://registry.npmjs.org/@scope%2Fname/1.2.3", path: "@scope/name", version: "1.2.3"},
		{text: "https://registry.npmjs.org/%40scope/name/1.2.3", path: "@scope/name", version: "1.2.3"},
		{text: "https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz", path: "lodash", version: "4.17.21"},
		{text: "https://registry.npmjs.org/@scope/name/-/name-1.2.3-rc.1.tgz", path: "@scope/name", version: "1.2.3-rc.1"},
		{text: "https://registry.npmjs.org/-/npm/v1/attestations/@scope/name@1.2.3", path: "@scope/name", version: "1.2.3"},

		{text: "npm install lodash@4.17.21", path: "lodash", version: "4.17.21"},
		{text: "sudo npm i -g --save-exact @scope/name@1.2.3", path: "@scope/name", version: "1.2.3"},
		{text: "npm add lodash", path: "lodash"},
		{text: "npm i https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz", path: "lodash", version: "4.17.21"},
		{text: "npx cowsay@1.6.0 hello world", path: "cowsay", version: "1.6.0"},
		{text: "npx --package=cowsay@1.6.0 -- say hello", path: "cowsay", version: "1.6.0"},
		{text: "yarn add lodash@4.17.21", path: "lodash", version: "4.17.21"},
		{text: "yarn global add lodash", path: "lodash"},
		{text: "pnpm add -D \"lodash@4.17.21\"", path: "lodash", version: "4.17.21"},
		{text: "pnpm dlx create-x@1.0.0 my-app", path: "create-x", version: "1.0.0"},
		{text: "bun add lodash@beta", path: "lodash", tag: "beta"},
		{text: "npm view lodash versions", path: "lodash"},

		{text: "npm:lodash@1.2.3", path: "lodash", version: "1.2.3"},
		{text: "npm:@scope/name", path: "@scope/name"},
		{text: "lodash@1.2.3", path: "lodash", version: "1.2.3", guess: true},
		{text: "socket.io@4.8.1", path: "socket.io", version: "4.8.1", guess: true},
		{text: "lodash@v1.2.3", path: "lodash", version: "1.2.3", guess: true},
		{text: "lodash@next", path: "lodash", tag: "next", guess: true},
		{text: "@scope/name", path: "@scope/name"},
		{text: "@scope/name@1.2.3", path: "@scope/name", version: "1.2.3"},
		{text: "@Scope/Old.Name~1@1.2.3", path: "@Scope/Old.Name~1", version: "1.2.3"},
		{text: "@scope/_private", path: "@scope/_private"},
	})
}

func TestNPMRefused(t *testing.T) {
	for text, kind := range map[string]Kind{
		"lodash@^1.2":             BadVersion,
		"lodash@~1":               BadVersion,
		"lodash@1.x":              BadVersion,
		"lodash@>=1.0.0":          BadVersion,
		"lodash@1":                BadVersion,
		"lodash@1.2":              BadVersion,
		"lodash@*":                BadVersion,
		"lodash@v1":               BadVersion,
		"lodash@":                 BadVersion,
		"lodash@file:../x":        BadVersion,
		"lodash@workspace:*":      BadVersion,
		"@scope/name@^1.2.3":      BadVersion,
		"npm i lodash@1||2":       BadVersion,
		"npm i expressjs/express": BadName,
		"expressjs/express":       NoPackage,
		"npm install":             Malformed,
		"npm install -g":          Malformed,
		"npm install a b":         Several,
		"npm publish":             Malformed,
		"npm i --registry=https://evil.example lodash":  RefusedQualifier,
		"npm i --registry https://evil.example lodash":  RefusedQualifier,
		"npm i --@s:registry=https://evil.example @s/a": RefusedQualifier,
		"npm i https://evil.example/lodash.tgz":         Malformed,
		"npm i https://pypi.org/project/x/":             Malformed,
		"pkg:npm/angular/animation":                     BadName,
		"pkg:npm/%40scope%2Fname@1.0.0":                 BadName,
		"pkg:npm/%40a%2Fb/name@1.0.0":                   BadName,
		"pkg:npm/%2E%2E":                                BadName,
		"pkg:npm/%40../x":                               BadName,
		"pkg:npm/%40s/..":                               BadName,
		"pkg:npm/a%00b":                                 BadName,
		"pkg:npm/a%20b":                                 BadName,
		"pkg:npm/a%3Fb":                                 BadName,
		"pkg:npm/a%23b":                                 BadName,
		"pkg:npm/a%0Ab":                                 BadName,
		"pkg:npm/l%D0%BEdash":                           BadName,
		"pkg:npm/_x":                                    BadName,
		"pkg:npm/-x":                                    BadName,
		"pkg:npm/.x":                                    BadName,
		"pkg:npm/node_modules":                          BadName,
		"pkg:npm/a/b/c":                                 BadName,
		"pkg:npm/a@1.0.0%00":                            BadVersion,
		"pkg:npm/a@%2E%2E":                              BadVersion,
		"pkg:npm/@1.0.0":                                Malformed,
		"pkg:npm/":                                      Malformed,
		"pkg:npm/%zz":                                   Malformed,
		"https://registry.npmjs.org/lodash/-/evil-4.17.21.tgz":     Malformed,
		"https://registry.npmjs.org/lodash/-/lodash-latest.tgz":    Malformed,
		"https://registry.npmjs.org/lodash/-/lodash-1.0.0.tgz#abc": Malformed,
		"https://registry.npmjs.org/-/v1/search?text=x":            Malformed,
		"https://www.npmjs.com/~someone":                           Malformed,
		"https://www.npmjs.com/package/@scope%2F..%2Fx":            BadName,
		"https://www.npmjs.com/package/a%2Fb":                      BadName,
		"pkg:npm/a@1.0.0?repository_url=https:%2F%2Fevil.example":  RefusedQualifier,
		"pkg:npm/a@1.0.0?vcs_url=git:%2F%2Fevil.example":           RefusedQualifier,
		"pkg:npm/a@1.0.0?download_url=https:%2F%2Fevil.example":    RefusedQualifier,
		"pkg:npm/a@1.0.0?Repository_URL=https:%2F%2Fevil.example":  RefusedQualifier,
		"pkg:npm/a@1.0.0?repository_url=":                          RefusedQualifier,
		"pkg:npm/a@1.0.0?repository_url":                           RefusedQualifier,
		"pkg:npm/a@1.0.0?":                                         RefusedQualifier,
		"pkg:npm/a@1.0.0?arch=x86":                                 RefusedQualifier,
		"pkg:npm/a@1.0.0?file_name=a.tgz":                          RefusedQualifier,
		"pkg:npm/a@1.0.0?checksum=sha256:abc":                      RefusedQualifier,
		"pkg:npm/a@1.0.0?checksum=crc32:00000000":                  RefusedQualifier,
		"pkg:npm/a@1.0.0?checksum=" + strings.Repeat("0", 64):      RefusedQualifier,
	} {
		t.Run(text, func(t *testing.T) { requireKind(t, kind, text) })
	}
}

func TestRangeSaysWhatToGive(t *testing.T) {
	e := requireKind(t, BadVersion, "lodash@^1.2")
	assert.Contains(t, e.Detail, "exact version such as 1.2.3.")
	assert.Equal(t, []Choice{{"pkg:npm/lodash", "the newest version"}}, e.Choices)
}

func TestChecksum(t *testing.T) {
	ref, err := Parse("pkg:npm/a@1.0.0?checksum=SHA256:" + strings.Repeat("AB", 32) + ",sha1:" + strings.Repeat("0f", 20))
	require.NoError(t, err)
	assert.Equal(t, []Digest{
		{"sha256", strings.Repeat("ab", 32), "artifact"}, {"sha1", strings.Repeat("0f", 20), "artifact"},
	}, ref.Digests)
}

func TestIntegrity(t *testing.T) {
	raw := strings.Repeat("\x5a", 64)
	sri := "sha512-" + base64.StdEncoding.EncodeToString([]byte(raw))
	want := Digest{"sha512", hex.EncodeToString([]byte(raw)), "artifact"}
	sha1 := Digest{"sha1", strings.Repeat("41", 20), "artifact"}
	for name, text := range map[string]string{
		"beside":        "lodash@4.17.21 " + sri,
		"labelled":      `pkg:npm/lodash@4.17.21 "integrity": "` + sri + `"`,
		"address":       "https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz " + sri,
		"package-lock":  `"node_modules/lodash": { "version": "4.17.21", "resolved": "https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz", "integrity": "` + sri + `" }`,
		"nested":        `"node_modules/a/node_modules/lodash": {"version": "4.17.21", "integrity": "` + sri + `", "license": "MIT", "engines": {"version": ">=1"}},`,
		"old form":      `"lodash": {"version": "4.17.21", "resolved": "https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz", "integrity": "` + sri + `", "requires": {"name": "^1"}}`,
		"in braces":     `{ "node_modules/lodash": { "version": "4.17.21", "integrity": "` + sri + `" } }`,
		"fields only":   "\"version\": \"4.17.21\",\n\"resolved\": \"https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz\",\n\"integrity\": \"" + sri + "\"",
		"alias in json": `"node_modules/x": {"name": "lodash", "version": "4.17.21", "integrity": "` + sri + `"}`,
		"yarn 1":        "lodash@^4.17.20, lodash@^4.17.21:\n  version \"4.17.21\"\n  resolved \"https://registry.yarnpkg.com/lodash/-/lodash-4.17.21.tgz#" + sha1.Value + "\"\n  integrity " + sri + "\n  dependencies:\n    version \"^1\"\n",
		"yarn 2":        "\"lodash@npm:^4.17.21\":\n  version: 4.17.21\n  resolution: \"lodash@npm:4.17.21\"\n  checksum: 10c0/00\n  languageName: node\n  linkType: hard",
		"pnpm 6":        "/lodash@4.17.21:\n    resolution: {integrity: " + sri + "}\n    engines: {node: '>=10'}\n    dev: false",
		"pnpm 9":        "'lodash@4.17.21(react@18.0.0)':\n    resolution: {integrity: " + sri + ", tarball: https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz}",
	} {
		t.Run(name, func(t *testing.T) {
			ref, err := Parse(text)
			require.NoError(t, err)
			assert.Equal(t, "pkg:npm/lodash@4.17.21", ref.Bare().String())
			switch name {
			case "yarn 2":
				assert.Empty(t, ref.Digests)
				assert.True(t, hasNote(ref, "guess"), "that its checksum is not compared is said")
			case "yarn 1":
				assert.Equal(t, []Digest{want, sha1}, ref.Digests)
			default:
				assert.Equal(t, []Digest{want}, ref.Digests)
			}
		})
	}
	scoped, err := Parse(`"@scope/name": {"version": "1.0.0", "integrity": "` + sri + `"}`)
	require.NoError(t, err)
	assert.Equal(t, "pkg:npm/%40scope/name@1.0.0", scoped.Bare().String())

	for name, text := range map[string]string{
		"short":              "lodash@4.17.21 sha512-AAAA",
		"not base64":         "lodash@4.17.21 sha512-???",
		"two packages":       "lodash@4.17.21 underscore@1.0.0",
		"other name":         `"node_modules/evil": {"version": "4.17.21", "resolved": "https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz"}`,
		"other version":      `"node_modules/lodash": {"version": "4.17.20", "resolved": "https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz"}`,
		"other registry":     `"node_modules/lodash": {"version": "4.17.21", "resolved": "https://evil.example/lodash/-/lodash-4.17.21.tgz"}`,
		"git":                `"node_modules/lodash": {"version": "4.17.21", "resolved": "git+ssh://git@github.com/lodash/lodash.git#abc"}`,
		"twice":              `"node_modules/lodash": {"version": "4.17.21", "version": "4.17.20"}`,
		"two entries":        `"node_modules/a": {"version": "1.0.0", "integrity": "` + sri + `"}, "node_modules/b": {"version": "1.0.0"}`,
		"two yarn entries":   "a@^1.0.0:\n  version \"1.0.0\"\n  resolved \"https://registry.yarnpkg.com/a/-/a-1.0.0.tgz\"\nb@^1.0.0:\n  version \"1.0.0\"",
		"whole file":         `{"name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": {}}`,
		"package.json":       `{"name": "x", "version": "1.0.0"}`,
		"unfinished":         `"node_modules/lodash": {"version": "4.17.21`,
		"escaped":            `"node_modules/lodash": {"version": "4.17.21\"", "integrity": "` + sri + `"}`,
		"resolution differs": "\"lodash@npm:^4.17.21\":\n  version: 4.17.21\n  resolution: \"evil@npm:4.17.21\"",
		"patched":            "\"lodash@npm:^4.17.21\":\n  version: 4.17.21\n  resolution: \"lodash@patch:x\"",
	} {
		t.Run(name, func(t *testing.T) {
			kind := Malformed
			if strings.HasPrefix(name, "tw") {
				kind = Several
			}
			switch name {
			case "two packages":
				kind = Malformed
			case "other registry":
				kind = NoPackage
			}
			requireKind(t, kind, text)
		})
	}
	requireKind(t, BadVersion, `"lodash": {"integrity": "`+sri+`"}`)
}

// TestYarnLockFiles reads every registry entry of real files.
func TestYarnLockFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus.Path(t, "lockfiles", "yarn.lock"), "*"))
	require.NoError(t, err)
	read := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for entry := range strings.SplitSeq(string(data), "\n\n") {
			if !strings.Contains(entry, "resolved \"https://registry.yarnpkg.com/") || strings.Contains(entry, "# THIS IS") {
				continue
			}
			ref, err := Parse(entry)
			require.NoError(t, err, entry)
			assert.Contains(t, entry, "/"+ref.Path()+"/-/")
			assert.Contains(t, entry, "version \""+ref.Version+"\"")
			assert.NotEmpty(t, ref.Digests)
			read++
		}
	}
	assert.NotZero(t, read)
}
