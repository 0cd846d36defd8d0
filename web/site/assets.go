package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"touchstone/internal/selftest"
)

// An asset is a file under a name that holds its digest: its address never
// serves anything else, so it may be kept for ever.
type asset struct {
	name      string // as the sources write it: "app.js"
	url       string // "/assets/app.0123456789.js"
	body      []byte
	integrity string // for the integrity attribute (W3C Subresource Integrity)
	// packed is the body in Brotli's form, where it was compressed ahead.
	packed []byte
}

func newAsset(name string, body []byte) asset {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	strong := sha512.Sum384(body)
	return asset{
		name: name, body: body,
		url:       "/assets/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:8]) + ext,
		integrity: "sha384-" + base64.StdEncoding.EncodeToString(strong[:]),
	}
}

// fonts are the typefaces, by the name that the styles use: files of packages
// that npm installs. The licence of both is the SIL Open Font License 1.1.
var fonts = map[string]string{
	"sans.woff2":  "@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
	"serif.woff2": "@fontsource/source-serif-4/files/source-serif-4-latin-600-normal.woff2",
}

// fontLicences are what the typefaces' licence asks to be handed on.
var fontLicences = []string{"@fontsource-variable/source-sans-3/LICENSE", "@fontsource/source-serif-4/LICENSE"}

// assets reads everything that is served under a hashed name.
//
//  1. The programs and the known answers of their self-test, and build.js which
//     pins them.
//  2. The two typefaces, as their packages cut them down to Latin letters.
//  3. Styles, pictures and scripts. A file says "./other.js" for another, and
//     gets its hashed name there; it can be named once those that it names
//     are.
func (s *site) assets() (map[string]asset, error) {
	// 1.
	done := map[string]asset{}
	for _, name := range []string{first, whole} {
		program, err := s.readProgram(name)
		if err != nil {
			return nil, err
		}
		done[name] = program
	}
	waiting := map[string][]byte{}
	answers, err := s.answers()
	if err != nil {
		return nil, err
	}
	done[known] = newAsset(known, answers)
	if waiting["build.js"], err = buildModule(done[first], done[whole], done[known], s.relay); err != nil {
		return nil, err
	}
	exec := filepath.Join(s.wasm, "wasm_exec.js")
	if waiting["wasm_exec.js"], err = os.ReadFile(exec); err != nil {
		return nil, fmt.Errorf("reading Go's glue: %w; npm run build makes it", err)
	}
	// What its functions are called in Go is for who changes them; its licence stays.
	waiting["wasm_exec.js"] = regexp.MustCompile(`(?m)^\t+//.*\n`).ReplaceAll(waiting["wasm_exec.js"], nil)
	// 2.
	for name, file := range fonts {
		if waiting[name], err = os.ReadFile(filepath.Join(s.modules, file)); err != nil {
			return nil, fmt.Errorf("reading a typeface: %w; npm ci brings it", err)
		}
	}
	// 3.
	for _, folder := range []string{s.static, filepath.Join(s.root, filepath.FromSlash(shared))} {
		if err := readAssets(folder, waiting); err != nil {
			return nil, fmt.Errorf("reading styles and scripts: %w", err)
		}
	}
	if err := inlineImports("worker.js", waiting); err != nil {
		return nil, err
	}
	return done, nameAll(waiting, done)
}

// shared are the scripts that the command line has, too. On a site they stand
// beside those that import them.
const shared = "wasm/shared"

// readAssets reads a folder of assets, each by the name that the site has for it.
func readAssets(folder string, into map[string][]byte) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == "sw.js" {
			continue // its address is its identity
		}
		if _, twice := into[e.Name()]; twice {
			return fmt.Errorf("there are two files %s", e.Name())
		}
		body, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return err
		}
		into[e.Name()] = bytes.ReplaceAll(body, []byte(`"../../`+shared+`/`), []byte(`"./`))
	}
	return nil
}

// inlineImports puts the modules that a script imports in the place of the lines
// that do, so that it begins without waiting for others. Their top-level names must
// differ. What no other script imports is then no file of its own.
func inlineImports(script string, waiting map[string][]byte) error {
	line := regexp.MustCompile(`(?m)^import (?:\{[^}]*\} from )?"\./([^"]+)";$`)
	exports := regexp.MustCompile(`(?m)^export `)
	var inlined []string
	for {
		body := waiting[script]
		m := line.FindSubmatchIndex(body)
		if m == nil {
			break
		}
		name := string(body[m[2]:m[3]])
		module, ok := waiting[name]
		if !ok {
			return fmt.Errorf("writing %s: it imports %s, which is not there", script, name)
		}
		inlined = append(inlined, name)
		waiting[script] = slices.Concat(body[:m[0]], bytes.TrimSpace(exports.ReplaceAll(module, nil)), body[m[1]:])
	}
	for _, name := range inlined {
		named := func(body []byte) bool { return bytes.Contains(body, quotedName(name)) }
		if !slices.ContainsFunc(slices.Collect(maps.Values(waiting)), named) {
			delete(waiting, name)
		}
	}
	return nil
}

// nameAll gives every waiting file its hashed name.
func nameAll(waiting map[string][]byte, done map[string]asset) error {
	for len(waiting) > 0 {
		before := len(waiting)
		for _, name := range sortedNames(waiting) {
			body, ok := linked(waiting[name], waiting, done)
			if !ok {
				continue
			}
			done[name] = newAsset(name, body)
			delete(waiting, name)
		}
		if len(waiting) == before {
			return fmt.Errorf("naming scripts: %s name each other in a circle", strings.Join(sortedNames(waiting), ", "))
		}
	}
	return nil
}

// linked writes hashed names for those in the text; false while one is not
// known yet.
func linked(body []byte, waiting map[string][]byte, done map[string]asset) ([]byte, bool) {
	for other := range waiting {
		if bytes.Contains(body, quotedName(other)) {
			return nil, false
		}
	}
	for _, other := range sortedNames(done) {
		body = bytes.ReplaceAll(body, quotedName(other), []byte(`"./`+path.Base(done[other].url)+`"`))
	}
	return body, true
}

// licences is the text of the typefaces' licences.
func (s *site) licences() ([]byte, error) {
	var out []byte
	for _, file := range fontLicences {
		text, err := os.ReadFile(filepath.Join(s.modules, file))
		if err != nil {
			return nil, fmt.Errorf("reading a typeface's licence: %w; npm ci brings it", err)
		}
		out = fmt.Appendf(out, "%s\n\n%s\n\n", path.Dir(file), text)
	}
	return out, nil
}

// imported are the modules that a script imports, and those that they import in
// turn: a page has them fetched beside the script, not one after the other.
func imported(script string, assets map[string]asset) []string {
	found := map[string]bool{}
	for waiting := []string{script}; len(waiting) > 0; waiting = waiting[1:] {
		for name, a := range assets {
			if !found[name] && bytes.Contains(assets[waiting[0]].body, append([]byte("from "), quotedName(path.Base(a.url))...)) {
				found[name] = true
				waiting = append(waiting, name)
			}
		}
	}
	return sortedNames(found)
}

// without leaves out what stands in the other list.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}

func quotedName(name string) []byte { return []byte(`"./` + name + `"`) }

func sortedNames[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// The programs: the page loads the first on every visit, and the whole one, which
// has everything, where only that serves an ecosystem.
const (
	first = "touchstone.wasm"
	whole = "whole.wasm"
)

// readProgram reads WebAssembly and, where it is there, what was compressed ahead
// of it.
func (s *site) readProgram(name string) (asset, error) {
	body, err := os.ReadFile(filepath.Join(s.wasm, name))
	if err != nil {
		return asset{}, fmt.Errorf("reading the WebAssembly: %w; npm run build makes it", err)
	}
	a := newAsset(name, body)
	// Processors compute SHA-256 by themselves: of 19 MB that is felt. It is as
	// good a pin.
	sum := sha256.Sum256(body)
	a.integrity = "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
	a.packed, err = os.ReadFile(filepath.Join(s.wasm, name+".br"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return asset{}, fmt.Errorf("reading the compressed WebAssembly: %w", err)
	}
	return a, nil
}

// known is what the self-test asks: fetched when nobody waits.
const known = "known.json"

// answers are documents whose answers are known (package selftest): an entry of a
// log, a text that an OpenPGP key signed, and two bundles that the module that
// verifies bundles brings with it, as go.sum pins it.
func (s *site) answers() ([]byte, error) {
	var k selftest.Known
	entry, err := os.ReadFile(filepath.Join(s.root, "web", "known", "log.json"))
	if err != nil {
		return nil, fmt.Errorf("reading the known answers: %w", err)
	}
	if err := json.Unmarshal(entry, &k.Log); err != nil {
		return nil, fmt.Errorf("reading the known answers: %w", err)
	}
	for name, into := range map[string]*string{"key.asc": &k.OpenPGP.Key, "signed.asc": &k.OpenPGP.Signed} {
		text, err := os.ReadFile(filepath.Join(s.root, "web", "known", name))
		if err != nil {
			return nil, fmt.Errorf("reading the known answers: %w", err)
		}
		*into = string(text)
	}
	for name, into := range map[string]*json.RawMessage{"bundle-publish.json": &k.Publish, "bundle-provenance.json": &k.Provenance} {
		if *into, err = os.ReadFile(filepath.Join(s.bundles, name)); err != nil {
			return nil, fmt.Errorf("reading the known answers: %w; go mod download brings them", err)
		}
	}
	return json.Marshal(k)
}

// maxStored is how many bytes a file of a site may have at Cloudflare ("Static
// Assets", limits: 25 MiB).
const maxStored = 25 << 20

// writeAsset writes a file under a name that holds its digest, and what was
// compressed ahead of it beside it. One that is too large to be kept stands there as
// .gz: the edge inflates that for clients that do not take Brotli.
func (s *site) writeAsset(a asset) error {
	if a.packed != nil {
		if err := s.store(a.url+".br", a.packed); err != nil {
			return err
		}
	}
	if len(a.body) <= maxStored {
		return s.file(a.url, a.body)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(a.body); err != nil {
		return fmt.Errorf("compressing %s: %w", a.url, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("compressing %s: %w", a.url, err)
	}
	sum := sha256.Sum256(a.body)
	s.sums[a.url] = hex.EncodeToString(sum[:])
	return s.store(a.url+".gz", b.Bytes())
}

// transfer is how many bytes of it travel.
func (a asset) transfer() int {
	if len(a.packed) == 0 {
		return len(a.body)
	}
	return len(a.packed)
}

// buildModule is the script that pins the programs' digests.
func buildModule(first, whole, known asset, relay string) ([]byte, error) {
	out := []byte("// Written by web/site.\n")
	for _, constant := range []struct {
		name  string
		value any
	}{
		{"wasm", pin(first)},
		{"whole", pin(whole)},
		{"known", pin(known)},
		{"build", map[string]string{"relay": relay}},
	} {
		raw, err := json.Marshal(constant.value)
		if err != nil {
			return nil, fmt.Errorf("writing build.js: %w", err)
		}
		out = fmt.Appendf(out, "export const %s = %s;\n", constant.name, raw)
	}
	return out, nil
}

func pin(a asset) map[string]any {
	return map[string]any{"url": a.url, "integrity": a.integrity, "size": len(a.body), "transfer": a.transfer()}
}

// serviceWorker is the script that keeps the site for visits without a network:
// the assets, those that are fetched when they are needed, and the pages by path.
func serviceWorker(source []byte, assets map[string]asset, pages map[string][]byte) ([]byte, error) {
	paths := sortedNames(pages)
	version := sha256.New()
	integrity, later := map[string]string{}, map[string]string{}
	for _, name := range sortedNames(assets) {
		if name == whole || name == known {
			later[assets[name].url] = assets[name].integrity
		} else {
			integrity[assets[name].url] = assets[name].integrity
		}
		fmt.Fprintln(version, assets[name].url)
	}
	for _, path := range paths {
		fmt.Fprintf(version, "%s %x\n", path, sha256.Sum256(pages[path]))
	}
	text := string(source)
	for _, line := range []struct {
		mark  string
		value any
	}{
		{`const name = "site-VERSION";`, "site-" + hex.EncodeToString(version.Sum(nil)[:5])},
		{"const assets = {};", integrity},
		{"const later = {};", later},
		{"const pages = [];", paths},
	} {
		if strings.Count(text, line.mark) != 1 {
			return nil, fmt.Errorf("writing sw.js: it must hold %q once", line.mark)
		}
		value, err := json.Marshal(line.value)
		if err != nil {
			return nil, fmt.Errorf("writing sw.js: %w", err)
		}
		name, _, _ := strings.Cut(line.mark, " = ")
		text = strings.Replace(text, line.mark, name+" = "+string(value)+";", 1)
	}
	return []byte(text), nil
}
