package main

import (
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// built writes the whole site with stand-ins for the programs.
func built(t *testing.T, wasm string) (site, map[string]string) {
	t.Helper()
	kept.Lock()
	defer kept.Unlock()
	if b, done := kept.sites[wasm]; done {
		return b.site, maps.Clone(b.files)
	}
	s, files := buildAnew(t, wasm)
	if kept.sites == nil {
		kept.sites = map[string]builtSite{}
	}
	kept.sites[wasm] = builtSite{s, files}
	return s, maps.Clone(files)
}

// kept are the sites that were built: the same program gives the same one.
var kept struct {
	sync.Mutex
	sites map[string]builtSite
}

type builtSite struct {
	site  site
	files map[string]string
}

func buildAnew(t *testing.T, wasm string) (site, map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, body := range map[string]string{first: wasm, first + ".br": "packed", whole: "all of " + wasm, "wasm_exec.js": "globalThis.Go = class {};\n", "touchstone.tgz": "command line of " + wasm, "bundle-publish.json": "{}", "bundle-provenance.json": "{}"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(body), 0o644))
	}
	for _, file := range slices.Concat(slices.Collect(maps.Values(fonts)), fontLicences) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(file), 0o644))
	}
	s := site{out: filepath.Join(dir, "site"), static: "../static", modules: dir, root: "../..", wasm: dir, bundles: dir, relay: "/relay"}
	require.NoError(t, s.write())
	return s, tree(t, s.out)
}

func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files["/"+filepath.ToSlash(rel)] = string(raw)
		return err
	}))
	return files
}

func TestWhatIsTooLargeToBeKeptStandsThereCompressed(t *testing.T) {
	dir := t.TempDir()
	s := site{out: dir, written: map[string]bool{}, sums: map[string]string{}}
	body := make([]byte, maxStored+1)
	require.NoError(t, s.writeAsset(asset{url: "/assets/whole.wasm", body: body, packed: []byte("packed")}))
	require.NoError(t, s.writeAsset(asset{url: "/assets/first.wasm", body: body[1:]}))
	require.ErrorContains(t, s.file("/data.json", body), "/data.json: it has 26214401 bytes")

	files := tree(t, dir)
	require.ElementsMatch(t, []string{"/assets/whole.wasm.br", "/assets/whole.wasm.gz", "/assets/first.wasm"}, slices.Collect(maps.Keys(files)))
	r, err := gzip.NewReader(strings.NewReader(files["/assets/whole.wasm.gz"]))
	require.NoError(t, err)
	inflated, err := io.ReadAll(r)
	require.NoError(t, err)
	sum := sha256.Sum256(inflated)
	require.Equal(t, body, inflated)
	require.Equal(t, hex.EncodeToString(sum[:]), s.sums["/assets/whole.wasm"], "it is listed as what clients get")
	require.NotContains(t, s.sums, "/assets/whole.wasm.gz")
}

func TestTheSiteIsTheSameEveryTime(t *testing.T) {
	_, first := built(t, "wasm")
	_, second := buildAnew(t, "wasm")
	require.Equal(t, first, second)
	require.Contains(t, first, "/index.html")
	require.Contains(t, first, "/sw.js")
}

func TestEveryNamedAssetIsThere(t *testing.T) {
	_, files := built(t, "wasm")
	named := regexp.MustCompile(`/assets/[A-Za-z0-9_.-]+`)
	inScript := regexp.MustCompile(`"\.\.?/([A-Za-z0-9_./-]+)"`)
	seen := 0
	for path, body := range files {
		for _, url := range named.FindAllString(body, -1) {
			require.Contains(t, files, url, path)
			seen++
		}
		if strings.HasSuffix(path, ".js") {
			for _, m := range inScript.FindAllStringSubmatch(body, -1) {
				require.Contains(t, files, "/assets/"+m[1], path)
				seen++
			}
		}
	}
	require.Greater(t, seen, 20)
}

func TestIntegrityIsThatOfTheFile(t *testing.T) {
	_, files := built(t, "wasm")
	tag := regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)" integrity="([^"]+)"`)
	for path, body := range files {
		if !strings.HasSuffix(path, ".html") {
			continue
		}
		tags := tag.FindAllStringSubmatch(body, -1)
		require.NotEmpty(t, tags, path)
		for _, m := range tags {
			sum := sha512.Sum384([]byte(files[m[1]]))
			require.Equal(t, "sha384-"+base64.StdEncoding.EncodeToString(sum[:]), m[2], m[1])
		}
	}
}

// TestModulesAreFetchedBesideTheScript: all that home's two scripts import, each
// once, and nothing else. The one that begins the auditor comes before all that it
// might wait for.
func TestModulesAreFetchedBesideTheScript(t *testing.T) {
	_, files := built(t, "wasm")
	home := files["/index.html"]
	var preloaded []string
	for _, m := range regexp.MustCompile(`<link rel="modulepreload" href="(/assets/[^"]+)"`).FindAllStringSubmatch(home, -1) {
		preloaded = append(preloaded, m[1])
	}
	imports := regexp.MustCompile(`(?m)^import .*"\./([^"]+)";$`)
	var wanted, waiting []string
	for _, m := range regexp.MustCompile(`<script type="module"[^>]* src="([^"]+)"`).FindAllStringSubmatch(home, -1) {
		waiting = append(waiting, m[1])
	}
	require.Len(t, waiting, 2)
	require.Regexp(t, `^/assets/start\.`, waiting[0])
	require.Regexp(t, `<head><meta[^>]*><meta[^>]*><title>[^<]*</title>(<meta[^>]*>)*<script type="module" async [^>]*src="`+regexp.QuoteMeta(waiting[0]), home)
	for ; len(waiting) > 0; waiting = waiting[1:] {
		for _, m := range imports.FindAllStringSubmatch(files[waiting[0]], -1) {
			if module := "/assets/" + m[1]; !slices.Contains(wanted, module) {
				wanted = append(wanted, module)
				waiting = append(waiting, module)
			}
		}
	}
	require.ElementsMatch(t, wanted, preloaded)
	require.Greater(t, len(wanted), 20)
}

// TestTheWorkerWaitsForNoOtherScript: what its source imports stands in it.
func TestTheWorkerWaitsForNoOtherScript(t *testing.T) {
	_, files := built(t, "wasm")
	var worker string
	for path, body := range files {
		require.NotContains(t, path, "/kept.", "nobody else imports it")
		if strings.HasPrefix(path, "/assets/worker.") && strings.HasSuffix(path, ".js") {
			worker = body
		}
	}
	require.NotRegexp(t, `(?m)^(import|export) `, worker)
	for _, part := range []string{"globalThis.Go = class {};", `const whole = {"integrity":`, "async function keptFetch(", "postMessage({ type: \"ready\" })"} {
		require.Equal(t, 1, strings.Count(worker, part), part)
	}
	err := inlineImports("a.js", map[string][]byte{"a.js": []byte("import \"./b.js\";\n")})
	require.ErrorContains(t, err, "writing a.js: it imports b.js, which is not there")
}

// TestAChangedProgramChangesEveryNameThatPinsIt: nothing old is served under a
// name that is kept for ever.
func TestAChangedProgramChangesEveryNameThatPinsIt(t *testing.T) {
	_, before := built(t, "wasm")
	_, after := built(t, "other")
	for _, name := range []string{"touchstone.", "whole.", "build.", "worker.", "auditor.", "policy.", "app."} {
		for path := range before {
			if strings.HasPrefix(path, "/assets/"+name) {
				require.NotContains(t, after, path)
			}
		}
	}
	require.NotEqual(t, before["/sw.js"], after["/sw.js"])
}

func TestWhatAnOlderBuildLeftIsRemoved(t *testing.T) {
	s, files := buildAnew(t, "wasm")
	old := filepath.Join(s.out, "assets", "app.0000.js")
	require.NoError(t, os.WriteFile(old, []byte("old"), 0o644))
	require.NoError(t, s.write())
	require.Equal(t, files, tree(t, s.out))
}

func TestPagesHoldNoScriptOrStyleOfTheirOwn(t *testing.T) {
	_, files := built(t, "wasm")
	script := regexp.MustCompile(`<script([^>]*)>([^<]*)</script>`)
	for path, body := range files {
		if !strings.HasSuffix(path, ".html") {
			continue
		}
		require.NotContains(t, body, " style=", path)
		require.NotContains(t, body, "<style", path)
		require.NotRegexp(t, ` on[a-z]+=`, body, path)
		for _, m := range script.FindAllStringSubmatch(body, -1) {
			require.Contains(t, m[1], "src=", path)
			require.Empty(t, m[2], path)
		}
	}
}

func TestScriptsThatNameEachOtherInACircleAreRefused(t *testing.T) {
	err := nameAll(map[string][]byte{"a.js": []byte(`import "./b.js"`), "b.js": []byte(`import "./a.js"`)}, map[string]asset{})
	require.EqualError(t, err, "naming scripts: a.js, b.js name each other in a circle")
}

// TestServiceWorkerKeepsOnlyWhatHasItsDigest: it names every asset with the
// integrity of the file, and another page alone makes another version.
func TestServiceWorkerKeepsOnlyWhatHasItsDigest(t *testing.T) {
	_, files := built(t, "wasm")
	constant := func(name string) map[string]string {
		line := regexp.MustCompile(`(?m)^const ` + name + ` = (.*);`).FindStringSubmatch(files["/sw.js"])
		require.NotNil(t, line)
		var value map[string]string
		require.NoError(t, json.Unmarshal([]byte(line[1]), &value))
		return value
	}
	kept, later := constant("assets"), constant("later")
	require.Len(t, later, 2, "what few need")
	for path, integrity := range later {
		require.Regexp(t, `^/assets/(whole|known)\.`, path)
		kept[path] = integrity
	}
	for path, body := range files {
		if strings.HasPrefix(path, "/assets/") && !strings.HasSuffix(path, ".br") {
			sum := sha512.Sum384([]byte(body))
			want := "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
			if strings.HasSuffix(path, ".wasm") {
				sum := sha256.Sum256([]byte(body))
				want = "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
			}
			require.Equal(t, want, kept[path], path)
			delete(kept, path)
		}
	}
	require.Empty(t, kept)

	source := []byte("const name = \"site-VERSION\";\nconst assets = {};\nconst later = {};\nconst pages = [];\n")
	one, err := serviceWorker(source, nil, map[string][]byte{"/": []byte("one")})
	require.NoError(t, err)
	two, err := serviceWorker(source, nil, map[string][]byte{"/": []byte("two")})
	require.NoError(t, err)
	require.NotEqual(t, one, two)
}

func TestServiceWorkerWithoutItsMarksIsRefused(t *testing.T) {
	_, err := serviceWorker([]byte("const assets = {};"), map[string]asset{}, nil)
	require.ErrorContains(t, err, "must hold")
}

func TestTheWebAssemblyMustBeBuilt(t *testing.T) {
	s := site{out: t.TempDir(), static: "../static", wasm: t.TempDir()}
	require.ErrorContains(t, s.write(), "npm run build makes it")
}

// TestHomeNamesPackagesInOneForm: what is supported is a list of packages, not of
// hosts and kinds.
func TestHomeNamesPackagesInOneForm(t *testing.T) {
	for part := range strings.SplitSeq(servedInWords(servedEcosystems()), ", ") {
		require.Regexp(t, `(packages|modules|images|crates of crates\.io)$`, part)
	}
}
