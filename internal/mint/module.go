package mint

import (
	"archive/zip"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
)

// A Module is one version of a Go module.
type Module struct {
	Path, Version string
	Files         map[string]string // by name beneath the root, go.mod among them
	Info          string            // instead of the shortest .info document
}

// Gold is the invented module of the examples; carat is the number in its code.
func Gold(carat string) Module {
	return Module{
		Path: "example.com/gold", Version: "v1.2.3",
		Info: `{"Version":"v1.2.3","Time":"2026-11-20T09:00:00Z","Origin":{"VCS":"git","URL":"https://example.com/gold","Hash":"7c4c0a1e5b0d4b6f9a3f5a8f0f3c1d2e4b6a8c0d"}}`,
		Files: map[string]string{
			"LICENSE":     "An invented licence.\n",
			"SECURITY.md": "Write to security@example.com.\n",
			"go.mod":      "module example.com/gold\n\ngo 1.26\n",
			"gold.go":     "// Package gold is invented.\npackage gold\n\n// Carat is how pure it is.\nconst Carat = " + carat + "\n",
		},
	}
}

// Zip is the module's archive, as a module proxy serves it.
func (m Module) Zip() []byte {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		f := must(w.Create(m.Path + "@" + m.Version + "/" + name))
		must(io.WriteString(f, m.Files[name]))
	}
	must(0, w.Close())
	return packed.Bytes()
}

// Lines are the module's two in go.sum.
func (m Module) Lines() string {
	prefix := m.Path + "@" + m.Version + "/"
	open := func(prefix string) func(string) (io.ReadCloser, error) {
		return func(name string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(m.Files[strings.TrimPrefix(name, prefix)])), nil
		}
	}
	var names []string
	for name := range m.Files {
		names = append(names, prefix+name)
	}
	return fmt.Sprintf("%s %s %s\n%s %s/go.mod %s\n", m.Path, m.Version, must(dirhash.Hash1(names, open(prefix))),
		m.Path, m.Version, must(dirhash.Hash1([]string{"go.mod"}, open(""))))
}

// Serve puts the module's documents into the world, as the proxy at base, which
// ends with a slash, serves them.
func (m Module) Serve(w World, base string) {
	at := base + must(module.EscapePath(m.Path)) + "/@v/"
	info := cmp.Or(m.Info, `{"Version":"`+m.Version+`"}`)
	w[at+m.Version+".zip"] = Page{Body: m.Zip()}
	w[at+m.Version+".mod"] = Page{Body: []byte(m.Files["go.mod"])}
	w[at+m.Version+".info"] = Page{Body: []byte(info)}
	w[at+"list"] = Page{Body: []byte(m.Version + "\n")}
}
