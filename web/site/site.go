package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"touchstone/internal/audit"
	"touchstone/principles"
)

// A site is where things come from and go to.
type site struct {
	out, static, modules, wasm, bundles, relay string

	root, commit string // of what is built

	written map[string]bool   // paths of files that belong to this site
	sums    map[string]string // SHA-256 of what is served, by address
}

// A frame is what every page needs.
type frame struct {
	assets map[string]asset
	rules  *principles.Document
	served []served
	// programs are what a person needs to compare them with their own.
	programs []programFacts
	// packed is the command line as one file, on this site.
	packed file
	// specimens are the examples; none where the generator was built without.
	specimens []specimen
}

// A served ecosystem, as the pages name it.
type served struct {
	typ  string // of its package URLs
	name string
	// relayed tells that its hosts refuse browsers.
	relayed bool
}

// A programFacts is what a person needs to compare a program with their own.
type programFacts struct {
	file, when string
	sha256     string
	size       int
	// transfer is how many bytes of it travel.
	transfer int
}

func factsOf(a asset, when string) programFacts {
	sum := sha256.Sum256(a.body)
	return programFacts{a.name, when, hex.EncodeToString(sum[:]), len(a.body), a.transfer()}
}

// A page is one HTML file.
type page struct {
	path  string // "/how/"
	title string
	about string // one sentence, for search engines and previews
	// app tells that the page runs the auditor.
	app bool
	// styles and script are what this page loads beside what all do.
	styles []string
	script string
	// far pages are not kept for visits without a network: they are many, and
	// long.
	far  bool
	body func(frame) templ.Component
}

// pages are those that are written by hand.
var pages = []page{
	{path: "/", title: "Touchstone: is this the package they published?", about: "Paste a package. Your own browser recomputes every hash, verifies every signature and log proof, and says in plain words what holds.", app: true, body: homePage},
	{path: "/how/", title: "How it works, and what it does not tell", about: "What Touchstone checks, in which words it answers, and what no check can tell.", body: howPage},
	{path: "/privacy/", title: "Privacy", about: "What stays on your device, what registries see, and what our relay sees.", body: privacyPage},
	{path: "/about/", title: "Who audits the auditor", about: "Where this program comes from, and how to check that it is the one that was published.", body: aboutPage},
	{path: "/badge/", title: "A badge for your README", about: "A picture for a README that says in words which level a package meets, and leads to the page that checks it again.", script: "badge.js", body: badgePage},
	{path: "/build/", title: "Compare this site with your own build", about: "Which files this site is made of, and how to compare them with those that you built yourself.", script: "selfcheck.js", body: buildPage},
	{path: "/lock/", title: "Check a lock file", about: "Drop a lock file. Every package that it pins is compared with what its repository recorded and signed, on your own device.", styles: []string{"lock.css"}, script: "lock.js", body: lockPage},
	{path: "/check/", title: "Check evidence", about: "Check a saved evidence file again, without a network, and compare a folder in which packages were installed with what was published.", script: "check.js", body: checkPage},
	{path: "/404.html", title: "There is no such page", about: "There is no such page.", body: missingPage},
}

// A file is one that people fetch themselves.
type file struct {
	url, sha256 string
	size        int
}

// packed puts the packed command line on the site, which wasm/package made.
func (s *site) packed() (file, error) {
	const name = "touchstone.tgz"
	body, err := os.ReadFile(filepath.Join(s.wasm, name))
	if err != nil {
		return file{}, fmt.Errorf("reading the packed command line: %w; npm run build makes it", err)
	}
	f := file{url: "/" + name, size: len(body)}
	if err := s.file(f.url, body); err != nil {
		return file{}, err
	}
	f.sha256 = s.sums[f.url]
	return f, nil
}

// fontLicencesURL is where the typefaces' licences can be read.
const fontLicencesURL = "/typefaces.txt"

// write makes the whole site anew.
func (s *site) write() error {
	assets, err := s.assets()
	if err != nil {
		return err
	}
	rules, err := principles.LoadAll()
	if err != nil {
		return err
	}
	all, err := specimens()
	if err != nil {
		return err
	}
	if err := drawExample(assets, all); err != nil {
		return err
	}
	s.written, s.sums = map[string]bool{}, map[string]string{}
	programs := []programFacts{factsOf(assets[first], "on every visit"), factsOf(assets[whole], "where an ecosystem or a lock file needs it")}
	packed, err := s.packed()
	if err != nil {
		return err
	}
	f := frame{assets: assets, rules: rules, served: servedEcosystems(), programs: programs, packed: packed, specimens: all}
	kept := map[string][]byte{}
	for _, p := range slices.Concat(pages, specimenPages(all), rulePages(rules)) {
		body, err := s.writePage(p, f)
		if err != nil {
			return err
		}
		if strings.HasSuffix(p.path, "/") && !p.far {
			kept[p.path] = body
		}
	}
	if err := s.writeData(rules); err != nil {
		return err
	}
	licences, err := s.licences()
	if err != nil {
		return err
	}
	if err := s.file(fontLicencesURL, licences); err != nil {
		return err
	}
	for _, name := range sortedNames(assets) {
		if err := s.writeAsset(assets[name]); err != nil {
			return err
		}
	}
	source, err := os.ReadFile(filepath.Join(s.static, "sw.js"))
	if err != nil {
		return fmt.Errorf("reading the service worker: %w", err)
	}
	worker, err := serviceWorker(source, assets, kept)
	if err != nil {
		return err
	}
	if err := s.file("/sw.js", worker); err != nil {
		return err
	}
	if err := s.writeBuild(); err != nil {
		return err
	}
	return s.removeOthers()
}

func (s *site) writePage(p page, f frame) ([]byte, error) {
	var b bytes.Buffer
	if err := layout(p, f).Render(context.Background(), &b); err != nil {
		return nil, fmt.Errorf("rendering %s: %w", p.path, err)
	}
	path := p.path
	if strings.HasSuffix(path, "/") {
		path += "index.html"
	}
	return b.Bytes(), s.file(path, b.Bytes())
}

// writeData writes the principles as data: under the address that is always
// the newest version's, and under that of this version.
func (s *site) writeData(doc *principles.Document) error {
	raw, err := doc.JSON()
	if err != nil {
		return err
	}
	for _, url := range []string{"/principles.json", versionedJSON(doc)} {
		if err := s.file(url, raw); err != nil {
			return err
		}
	}
	if err := s.file("/principles.schema.json", principles.Schema()); err != nil {
		return err
	}
	one, err := principles.RegistrySchema()
	if err != nil {
		return err
	}
	if err := s.file("/registry.schema.json", one); err != nil {
		return err
	}
	return s.writeExports(doc)
}

// file writes a file of the site, and lists its digest.
func (s *site) file(url string, body []byte) error {
	sum := sha256.Sum256(body)
	s.sums[url] = hex.EncodeToString(sum[:])
	return s.store(url, body)
}

// store writes a file as the edge's host keeps it, which may be another coding of
// one that is listed.
func (s *site) store(url string, body []byte) error {
	if len(body) > maxStored {
		return fmt.Errorf("writing %s: it has %d bytes, and Cloudflare keeps files of at most %d", url, len(body), maxStored)
	}
	path := filepath.Join(s.out, filepath.FromSlash(url))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("writing %s: %w", url, err)
	}
	if err := os.WriteFile(path, body, 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", url, err)
	}
	s.written[path] = true
	return nil
}

// removeOthers removes what an older build left. The folders stay: a server
// may be looking at them.
func (s *site) removeOthers() error {
	err := filepath.WalkDir(s.out, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || s.written[path] {
			return err
		}
		return os.Remove(path)
	})
	if err != nil {
		return fmt.Errorf("removing what an older build left: %w", err)
	}
	return nil
}

// servedEcosystems reads off the adapters who is served, and how.
func servedEcosystems() []served {
	var out []served
	for _, r := range audit.Registries {
		e := served{typ: r.Type(), name: r.Name()}
		for _, h := range r.Hosts() {
			e.relayed = e.relayed || h.RefusesBrowsers
		}
		out = append(out, e)
	}
	return out
}
