package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"touchstone/internal/audit"
	"touchstone/web/policy"
)

// Where the site says what it is made of.
const (
	buildURL  = "/build.json"
	webcatURL = "/.well-known/webcat/manifest.json"
)

// A build is what the site is made of, for whoever builds it again.
type build struct {
	Format string `json:"format"`
	// Commit is the source's; empty where that is not known. A + behind it says
	// that files differed from it.
	Commit string `json:"commit"`
	// Toolchain compiled everything, Modules are compiled in, each with its digest
	// in go.sum.
	Toolchain string   `json:"toolchain"`
	Modules   []module `json:"modules"`
	// Files are the SHA-256 of all files, by address; but for this one.
	Files map[string]string `json:"files"`
}

type module struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	Sum     string `json:"sum"`
}

// A webcat manifest lists what a browser may run, for those that hold sites to it
// (https://github.com/freedomofpress/webcat-spec, manifest.md). Who deploys the
// site signs it.
type webcat struct {
	Manifest struct {
		AppURL     string            `json:"app_url"`
		AppVersion string            `json:"app_version"`
		Wasm       []string          `json:"wasm"`
		DefaultCSP string            `json:"default_csp"`
		ExtraCSP   map[string]string `json:"extra_csp"`
		Files      map[string]string `json:"files"`
	} `json:"manifest"`
	Signatures map[string]any `json:"signatures"`
}

// writeBuild says what was written. It comes last.
func (s *site) writeBuild() error {
	hosts, err := audit.EveryHost()
	if err != nil {
		return err
	}
	var w webcat
	w.Manifest.AppVersion = s.commit // who signs it says where the project is
	w.Manifest.DefaultCSP = policy.ContentSecurity(hosts)
	w.Manifest.ExtraCSP, w.Manifest.Files, w.Signatures = map[string]string{}, map[string]string{}, map[string]any{}
	for url, sum := range s.sums {
		switch filepath.Ext(url) {
		case ".html", ".js", ".css":
			w.Manifest.Files[url] = sum
		case ".wasm":
			w.Manifest.Wasm = append(w.Manifest.Wasm, sum)
		}
	}
	slices.Sort(w.Manifest.Wasm)
	if err := s.data(webcatURL, w); err != nil {
		return err
	}
	b := build{Format: "touchstone-build/1", Commit: s.commit, Files: s.sums}
	if b.Toolchain, err = s.toolchain(); err != nil {
		return err
	}
	if b.Modules, err = s.compiled(); err != nil {
		return err
	}
	return s.data(buildURL, b)
}

// data writes a value as JSON.
func (s *site) data(url string, value any) error {
	raw, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("writing %s: %w", url, err)
	}
	return s.file(url, append(raw, '\n'))
}

// toolchain is the Go that the list of the pruned build pins.
func (s *site) toolchain() (string, error) {
	raw, err := os.ReadFile(filepath.Join(s.root, "wasm", "slim", "list.json"))
	if err != nil {
		return "", fmt.Errorf("reading which Go builds this: %w", err)
	}
	var list struct {
		Toolchain string `json:"toolchain"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return "", fmt.Errorf("reading which Go builds this: %w", err)
	}
	return list.Toolchain, nil
}

// compiled are the modules that go.mod selects.
func (s *site) compiled() ([]module, error) {
	raw, err := os.ReadFile(filepath.Join(s.root, "go.mod"))
	if err != nil {
		return nil, fmt.Errorf("reading the modules: %w", err)
	}
	mod, err := modfile.Parse("go.mod", raw, nil)
	if err != nil {
		return nil, fmt.Errorf("reading the modules: %w", err)
	}
	sums, err := os.ReadFile(filepath.Join(s.root, "go.sum"))
	if err != nil {
		return nil, fmt.Errorf("reading the modules: %w", err)
	}
	bySum := map[string]string{}
	for line := range strings.Lines(string(sums)) {
		if f := strings.Fields(line); len(f) == 3 {
			bySum[f[0]+" "+f[1]] = f[2]
		}
	}
	var out []module
	for _, r := range mod.Require {
		out = append(out, module{r.Mod.Path, r.Mod.Version, bySum[r.Mod.Path+" "+r.Mod.Version]})
	}
	return out, nil
}
