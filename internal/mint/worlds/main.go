//go:build touchstone_testanchors

// Worlds writes invented repositories for the tests in a browser, as JSON: of each a
// package, what is at each address, and the anchors that hold its keys.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"touchstone/internal/mint"
)

// now is the clock of whoever audits them.
var now = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// A world is one repository.
type world struct {
	Reference string    `json:"reference"`
	Time      time.Time `json:"time"`
	// Anchors are those of touchstoneTestAnchors (wasm/testanchors_js.go).
	Anchors map[string]any    `json:"anchors"`
	Pages   map[string][]byte `json:"pages"`
}

func main() {
	if err := json.NewEncoder(os.Stdout).Encode(map[string]world{"golang": module(), "npm": npm(), "signed": signed(), "foreign": foreign(), "pypi": project(), "deb": deb()}); err != nil {
		fmt.Fprintln(os.Stderr, "writing the invented repositories:", err)
		os.Exit(1)
	}
}

// made is a world of what a registry serves.
func made(reference string, w mint.World, anchors map[string]any) world {
	pages := map[string][]byte{}
	for url, page := range w {
		pages[url] = page.Body
	}
	anchors["taken"] = now
	return world{reference, now, anchors, pages}
}

// module is in the checksum database of an invented log.
func module() world {
	const proxy, database = "https://proxy.golang.org/", "sum.golang.org"
	w, gold, log := mint.World{}, mint.Gold("24"), mint.NewSumDB(database, "an invented log")
	gold.Serve(w, proxy)
	log.Add(gold.Path, gold.Version, gold.Lines())
	log.Serve(w, proxy+"sumdb/"+database+"/")
	return made("pkg:golang/"+gold.Path+"@"+gold.Version, w, map[string]any{"logKeys": []string{log.Key}})
}

// npm has a signature of its registry, and provenance.
func npm() world { return published(thing("1.2.3")) }

// signed has a signature of its registry alone.
func signed() world {
	p := thing("1.2.5")
	p.Attestations = nil
	return published(p)
}

// foreign has another version's attestations in the place of its own.
func foreign() world {
	p := thing("1.2.4")
	p.Attestations = thing("1.2.3").Attestations
	return published(p)
}

// thing is one version of a package.
func thing(version string) *mint.NPMPackage {
	return mint.NewNPMPackage(mint.NewNPM("a registry", now.AddDate(0, 0, -5)), "thing", version, "https://github.com/example/thing", "7c4c0a1e5b0d4b6f9a3f5a8f0f3c1d2e4b6a8c0d")
}

func published(p *mint.NPMPackage) world {
	w := mint.World{}
	p.Serve(w, "https://registry.npmjs.org/")
	return made("pkg:npm/"+p.Name+"@"+p.Version, w, map[string]any{"sigstoreRoot": string(p.NPM.TrustedRoot()), "npmKeys": string(p.NPM.Keys())})
}

// project has a wheel and a source distribution, which nobody attests.
func project() world {
	w, s := mint.World{}, mint.NewSigstore("an instance", "rekor.sigstore.dev", now.AddDate(0, 0, -5))
	wheel := mint.Wheel{Name: "thing", Version: "4.0.0", Files: map[string]string{"thing/__init__.py": "carat = 24\n"}}
	packed := mint.Tgz(map[string]string{"thing-4.0.0/PKG-INFO": wheel.Core(), "thing-4.0.0/pyproject.toml": "[project]\nname = \"thing\"\nversion = \"4.0.0\"\n", "thing-4.0.0/thing/__init__.py": "carat = 24\n"})
	mint.ServePyPI(w, "https://pypi.org/", "https://files.pythonhosted.org/",
		&mint.PyPIFile{Sigstore: s, Project: wheel.Name, Version: wheel.Version, File: wheel.File(), Raw: wheel.Bytes(), Metadata: wheel.Core()},
		&mint.PyPIFile{Sigstore: s, Project: wheel.Name, Version: wheel.Version, File: "thing-4.0.0.tar.gz", Raw: packed})
	return made("pkg:pypi/thing@4.0.0", w, map[string]any{})
}

// deb is in a suite whose index one key signed.
func deb() world {
	w, signed := mint.World{}, now.AddDate(0, 0, -5)
	key := mint.NewArchiveKey("archive", signed.AddDate(0, -8, 0))
	mint.DebSuite{Base: "https://deb.debian.org/debian", Name: "trixie", ByHash: true}.Serve(w, key, signed, mint.NewDeb("gold-leaf", "1.2.3-4"))
	return made("pkg:deb/debian/gold-leaf@1.2.3-4?arch=amd64&distro=trixie", w, map[string]any{"archives": []string{string(mint.ArchiveKeys("debian-archive", "a test's keys", key))}})
}
