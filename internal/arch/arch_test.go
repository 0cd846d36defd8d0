package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/purl"
)

const module = "touchstone/"

// layers lists, for every package of the house, which other packages of the
// house it may import. A package that is missing here is a failing test.
var layers = map[string][]string{
	"internal/digest":                {},
	"internal/hostname":              {},
	"internal/strictjson":            {},
	"internal/stricttoml":            {},
	"internal/source":                {},
	"internal/slsa":                  {"internal/source"},
	"internal/purl":                  {},
	"internal/lockfile":              {"internal/purl"},
	"internal/lockfile/lockfiletest": {},
	"internal/pins":                  {"internal/audit", "internal/evidence", "internal/lockfile", "internal/purl", "internal/report", "internal/report/page", "internal/source", "principles"},
	"internal/fetch":                 {},
	// how a recording is saved
	"internal/fetch/har": {"internal/fetch"},
	"internal/archive":   {},
	// The files of a container image; only its adapter links it.
	"internal/archive/layers": {"internal/archive"},
	// what only some ecosystems' containers are packed with
	"internal/archive/packed": {},
	"internal/archive/rpm":    {"internal/archive", "internal/archive/packed"},
	"internal/archive/deb":    {"internal/archive", "internal/archive/packed"},
	// what was installed, beside what was published
	"internal/installed": {"internal/archive", "internal/registry"},
	// how an audit is saved, and asked again
	"internal/evidencefile": {"internal/archive", "internal/bare", "internal/evidence", "internal/fetch", "internal/fetch/har", "internal/registry", "internal/report", "internal/report/page", "internal/trust"},
	"internal/fault":        {},
	"internal/keysize":      {},
	"internal/tsp":          {"internal/fault", "internal/keysize"},
	"internal/sumdb":        {"internal/fault"},
	"internal/bundleform":   {},
	"internal/sshkey":       {},
	"internal/sigstore":     {"internal/bundleform", "internal/fault", "internal/keysize", "internal/source", "internal/sshkey", "internal/tsp"},
	"internal/bare":         {"internal/fault", "internal/keysize", "internal/trust"},
	"internal/jar":          {"internal/fault", "internal/keysize", "internal/tsp"},
	"internal/semrange":     {},
	"internal/openpgp":      {"internal/fault", "internal/trust"},
	"internal/notary":       {"internal/fault", "internal/keysize", "internal/tsp"},
	"internal/bom":          {},
	"internal/trust":        {},
	"principles":            {},
	"internal/registry":     {"internal/purl", "internal/fetch", "internal/archive", "internal/trust"},
	// every adapter, by its parent: the common terms, the mechanism that finds the
	// way through its log, and the translation into bundles
	"internal/registry/*": {"internal/bom", "internal/bundleform", "internal/registry", "internal/purl", "internal/fetch", "internal/archive", "internal/archive/layers", "internal/archive/packed", "internal/archive/deb", "internal/archive/rpm", "internal/bare", "internal/source", "internal/sumdb", "internal/openpgp", "internal/notary", "internal/fault", "internal/jar", "internal/semrange", "internal/trust"},
	"internal/evidence": {"internal/bom", "internal/registry", "internal/fetch", "internal/archive", "internal/purl", "internal/sumdb",
		"internal/sigstore", "internal/slsa", "internal/source", "internal/trust", "internal/prove", "internal/artifact", "internal/fault"},
	"internal/level":  {"internal/evidence", "principles"},
	"internal/report": {"internal/level", "internal/evidence", "internal/registry", "internal/artifact", "internal/source", "internal/fetch", "internal/purl", "principles"},
	// the page's layout: from the report alone, in its terms
	"internal/report/page": {"internal/report", "internal/level", "internal/evidence", "internal/fetch"},
	"internal/audit": {"internal/report", "internal/level", "internal/evidence", "internal/registry", "internal/registry/*",
		"internal/fetch", "internal/purl", "internal/archive", "internal/trust", "internal/prove", "internal/artifact", "principles", "internal/bare", "internal/openpgp", "internal/sumdb"},
	"internal/selftest": {"internal/bare", "internal/openpgp", "internal/sigstore", "internal/sumdb", "internal/trust"},
	"internal/rekor":    {"internal/fetch", "internal/sigstore"},
	// what arrived
	"internal/artifact": {"internal/registry", "internal/fetch", "internal/archive", "internal/fault"},
	// what signatures need beside themselves, fetched before the first check
	"internal/prove": {"internal/registry", "internal/purl", "internal/fetch", "internal/rekor", "internal/sigstore", "internal/trust"},
	"internal/arch":  {},
	// what tests and examples are made of
	"internal/registrytest": {"internal/archive", "internal/artifact", "internal/evidence", "internal/fetch", "internal/level", "internal/mint", "internal/prove",
		"internal/purl", "internal/registry", "internal/trust", "principles"},
	"internal/mint": {"internal/fetch"},
	// what writes such for the tests in a browser
	"internal/mint/worlds": {"internal/mint"},
	// made with a library that no program links
	"internal/notary/notarytest": {"internal/mint"},
	"internal/corpus":            {},
	// the relay's decisions, and the edge around them
	"internal/relay":   {"internal/fetch"},
	"web/edge":         {"internal/badge", "internal/relay", "internal/fetch"},
	"internal/badge":   {"internal/purl"},
	"internal/auditor": {"internal/audit", "internal/badge", "internal/evidence", "internal/fetch", "internal/level", "internal/prove", "internal/purl", "internal/report", "internal/trust", "principles"},
	"web/auditor":      {"internal/auditor", "internal/fetch", "internal/trust"},
	// native tools that write what is served
	"web/edge/generate": {"internal/relay", "internal/audit", "internal/fetch", "principles", "web/policy"},
	"web/policy":        {"internal/fetch"},
	"web/site":          {"internal/purl", "internal/lockfile", "internal/pins", "internal/selftest", "web/policy", "internal/badge", "internal/report", "internal/report/page", "internal/audit", "internal/registry/*", "internal/mint", "internal/trust", "principles"},
	"wasm":              {"internal/lockfile", "internal/pins", "internal/archive", "internal/audit", "internal/evidence", "internal/evidencefile", "internal/installed", "internal/registry", "internal/purl", "internal/report/page", "internal/fetch", "internal/fetch/har", "internal/report", "internal/selftest", "internal/trust", "wasm/bundle", "wasm/p256"},
	"wasm/bundle":       {"internal/sigstore", "internal/trust"},
	"wasm/conformance":  {"wasm/bundle"},
	"wasm/p256":         {},
	"wasm/slim":         {"wasm/slim/*", "wasm/p256"},
	// what stands in for packages that the pruned build leaves out
	"wasm/slim/*": {"internal/sshkey"},
}

// words are what every package may speak.
var words = []string{"internal/digest", "internal/hostname", "internal/strictjson", "internal/stricttoml"}

// A source is one Go file.
type source struct {
	path string // from the root, with slashes
	pkg  string
	test bool
	file *ast.File
	text string
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	for name, text := range texts(t, ".go") {
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		out = append(out, source{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), file, text})
	}
	require.NotEmpty(t, out)
	return out
}

// texts are what files of the house hold, by their paths from the root, with slashes.
func texts(t *testing.T, endings ...string) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	out := map[string]string{}
	for _, ending := range endings {
		for _, p := range files(t, root, ending) {
			raw, err := os.ReadFile(p)
			require.NoError(t, err)
			rel, err := filepath.Rel(root, p)
			require.NoError(t, err)
			out[filepath.ToSlash(rel)] = string(raw)
		}
	}
	return out
}

// files are those of the house whose names end so: nothing that is built,
// installed or hidden, and no test's data.
func files(t *testing.T, root, ending string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (strings.HasPrefix(name, ".") && p != root || name == "build" || name == "node_modules" || name == "testdata") {
			return fs.SkipDir
		}
		if d.Type().IsRegular() && strings.HasSuffix(name, ending) {
			out = append(out, p)
		}
		return nil
	})
	require.NoError(t, err)
	return out
}

func imports(s source) []string {
	var out []string
	for _, i := range s.file.Imports {
		out = append(out, strings.Trim(i.Path.Value, `"`))
	}
	return out
}

// room is a package's name in layers: adapters share one.
func room(pkg string) string {
	if path.Dir(pkg) == "internal/registry" && !slices.Contains(testOnly, pkg) {
		return "internal/registry/*"
	}
	if strings.HasPrefix(pkg, "wasm/slim/") {
		return "wasm/slim/*"
	}
	return pkg
}

func TestImportsPointOneWay(t *testing.T) {
	for _, s := range sources(t) {
		allowed, known := layers[room(s.pkg)]
		require.True(t, known, "%s: the package has no place in the house: give it one in layers", s.path)
		if s.test {
			continue
		}
		for _, i := range imports(s) {
			if own, ok := strings.CutPrefix(i, module); ok {
				require.Contains(t, append(allowed, words...), room(own), "%s imports %s", s.path, own)
			}
		}
	}
}

// tools run at build time, on the builder's machine.
var tools = map[string]bool{"wasm/slim": true, "internal/mint/worlds": true, "web/site": true, "web/edge/generate": true}

func TestOnlyTheEdgesTouchTheOutside(t *testing.T) {
	// What reaches a browser, a file system or a network, and who may.
	outside := map[string][]string{
		"syscall/js": {"wasm/main_js.go", "wasm/lock_js.go", "wasm/whole_js.go", "wasm/promise_js.go", "wasm/look_js.go", "wasm/evidence_js.go", "wasm/installed_js.go", "wasm/read_js.go", "wasm/show_js.go", "wasm/versions_js.go", "wasm/suggest_js.go", "wasm/selftest_js.go", "wasm/testanchors_js.go", "wasm/bundle/bundle_js.go", "wasm/conformance/main_js.go", "web/edge/main_js.go", "web/auditor/main_js.go", "internal/fetch/global_js.go", "internal/fetch/asked_js.go", "internal/fetch/unasked_js.go", "internal/archive/nfd_js.go"},
		"net/http":   {"internal/fetch/native.go", "internal/auditor/auditor.go", "web/auditor/main_js.go"},
		"net":        {},
		"os":         {"internal/corpus/corpus.go", "internal/corpus/sample.go"},
		"os/exec":    {},
		"unsafe":     {"wasm/p256/fill_js.go"}, // for go:linkname
	}
	for _, s := range sources(t) {
		if s.test || tools[s.pkg] {
			continue
		}
		for _, i := range imports(s) {
			if who, guarded := outside[i]; guarded {
				require.True(t, slices.Contains(who, s.path), "%s imports %s", s.path, i)
			}
		}
	}
}

// testOnly are packages that tests are made of.
var testOnly = []string{"internal/mint", "internal/mint/worlds", "internal/notary/notarytest", "internal/corpus", "internal/registrytest", "internal/lockfile/lockfiletest"}

// TestNothingServedIsMinted: what invents logs and keys is linked into tests,
// and into programs that say so by their build tag.
func TestNothingServedIsMinted(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range imports(s) {
			if own, ok := strings.CutPrefix(i, module); ok && slices.Contains(testOnly, own) {
				require.True(t, s.test || slices.Contains(testOnly, s.pkg) || strings.HasPrefix(s.text, "//go:build touchstone_testanchors\n"), "%s imports %s", s.path, own)
			}
		}
	}
}

// TestEveryAdapterKeepsTheContract: each passes what all must.
func TestEveryAdapterKeepsTheContract(t *testing.T) {
	kept := map[string]bool{}
	for _, s := range sources(t) {
		kept[s.pkg] = kept[s.pkg] || s.test && strings.Contains(s.text, "registrytest.Run(")
	}
	for _, r := range audit.Registries {
		require.True(t, kept["internal/registry/"+r.Type()], "%s has no test that calls registrytest.Run", r.Type())
	}
}

func TestNothingRegistersItself(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				require.NotEqual(t, "init", f.Name.Name, "%s has an init function", s.path)
			}
		}
	}
}

// TestRegistriesAndFoldersAgree: an ecosystem is one folder and one line.
func TestRegistriesAndFoldersAgree(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join("..", "registry"))
	require.NoError(t, err)
	var folders, listed []string
	for _, e := range entries {
		if e.IsDir() && !slices.Contains(testOnly, "internal/registry/"+e.Name()) {
			folders = append(folders, e.Name())
		}
	}
	for _, r := range audit.Registries {
		listed = append(listed, r.Type())
		require.NotEmpty(t, r.Hosts(), "%s declares nowhere to go", r.Type())
		require.NotEmpty(t, r.Name())
	}
	slices.Sort(listed)
	require.Equal(t, folders, listed)
}

// TestWhatIsReadIsServed: a row of purl's table that reads references is how the
// page's first program knows that the whole one serves them.
func TestWhatIsReadIsServed(t *testing.T) {
	var served []string
	for _, r := range audit.Registries {
		served = append(served, r.Type())
	}
	require.ElementsMatch(t, served, purl.Types())
}

// TestTheReadmeSaysWhatIsServed, by purl type.
func TestTheReadmeSaysWhatIsServed(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	_, after, found := strings.Cut(string(readme), "Served today:")
	require.True(t, found)
	sentence, _, _ := strings.Cut(after, ".")
	var said, served []string
	for i, part := range strings.Split(sentence, "`") {
		if i%2 == 1 {
			said = append(said, part)
		}
	}
	for _, r := range audit.Registries {
		served = append(served, r.Type())
	}
	require.ElementsMatch(t, served, said)
}

// TestHostsStandInTheirAdapterOnly: an ecosystem's hosts are named nowhere
// else, so that the declarations are the whole truth. The reader of what
// people paste knows addresses too, and so does what invents registries.
func TestHostsStandInTheirAdapterOnly(t *testing.T) {
	all := sources(t)
	for _, r := range audit.Registries {
		home := "internal/registry/" + r.Type()
		for _, h := range r.Hosts() {
			for _, s := range all {
				if s.test || s.pkg == home || s.pkg == "internal/purl" || s.pkg == "internal/trust" || slices.Contains(testOnly, s.pkg) {
					continue
				}
				require.False(t, strings.Contains(s.text, `"`+h.Name) || strings.Contains(s.text, "https://"+h.Name), "%s names %s", s.path, h.Name)
			}
		}
	}
}
