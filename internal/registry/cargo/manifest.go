package cargo

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/stricttoml"
)

// A manifest is a Cargo.toml as it stands in a crate: cargo has filled in what a
// workspace gave (doc.rust-lang.org/cargo/reference/manifest.html).
type manifest struct {
	name, version, repository, links string
	build                            []string // scripts that it names
	noBuild                          bool     // it says that there is none
	procMacro                        bool
	required, optional               map[string][]string // ranges, by crate
}

// table is a TOML table.
type table = map[string]any

func readManifest(doc []byte) (manifest, error) {
	all, err := stricttoml.Parse(doc)
	if err != nil {
		return manifest{}, err
	}
	p := sub(all, "package", "project")
	m := manifest{name: text(p, "name"), version: strings.TrimSpace(text(p, "version")),
		repository: text(p, "repository"), links: text(p, "links")}
	switch b := p["build"].(type) {
	case string:
		m.build = []string{b}
	case bool:
		m.noBuild = !b
	case []any:
		for _, each := range b {
			m.build = append(m.build, fmt.Sprint(each))
		}
	}
	lib := sub(all, "lib")
	for _, key := range []string{"proc-macro", "proc_macro"} {
		m.procMacro = m.procMacro || lib[key] == true
	}
	for _, key := range []string{"crate-type", "crate_type"} {
		kinds, _ := lib[key].([]any)
		m.procMacro = m.procMacro || slices.Contains(kinds, any("proc-macro"))
	}
	m.depend(all)
	return m, nil
}

// sub is the first of the tables that is there; reading a nil one is fine.
func sub(t table, keys ...string) table {
	for _, key := range keys {
		if found, ok := t[key].(table); ok {
			return found
		}
	}
	return nil
}

func text(t table, key string) string {
	s, _ := t[key].(string)
	return s
}

// depend collects what building the crate pulls, for whatever target: what its
// tests need is not pulled.
func (m *manifest) depend(all table) {
	m.required, m.optional = map[string][]string{}, map[string][]string{}
	enabled := byDefault(sub(all, "features"))
	places := []table{all}
	for _, target := range sub(all, "target") {
		if t, ok := target.(table); ok {
			places = append(places, t)
		}
	}
	for _, place := range places {
		for _, key := range []string{"dependencies", "build-dependencies", "build_dependencies"} {
			for name, stated := range sub(place, key) {
				d, ok := stated.(table)
				if !ok {
					d = table{"version": stated}
				}
				into := m.required
				if d["optional"] == true && !enabled[name] {
					into = m.optional
				}
				if renamed := text(d, "package"); renamed != "" {
					name = renamed
				}
				if asked := text(d, "version"); !slices.Contains(into[name], asked) {
					into[name] = append(into[name], asked)
				}
			}
		}
	}
}

// byDefault are the optional dependencies that the default features turn on
// (doc.rust-lang.org/cargo/reference/features.html).
func byDefault(features table) map[string]bool {
	enabled, seen := map[string]bool{}, map[string]bool{}
	open := []string{"default"}
	for len(open) > 0 {
		feature := open[0]
		open = open[1:]
		if seen[feature] {
			continue
		}
		seen[feature] = true
		turns, named := features[feature].([]any)
		if !named { // then it may be an optional dependency's own name
			enabled[feature] = true
		}
		for _, each := range turns {
			word, _ := each.(string)
			dependency, _, of := strings.Cut(word, "/")
			direct, only := strings.CutPrefix(word, "dep:")
			switch {
			case only:
				enabled[direct] = true
			case !of:
				open = append(open, word)
			case !strings.HasSuffix(dependency, "?"):
				enabled[dependency] = true
			}
		}
	}
	return enabled
}

// runs tells what compiling the crate runs, which every installation does.
// script is the file build.rs, as it is spelled, where cargo finds it by itself;
// empty for none.
func (m *manifest) runs(script string) []registry.Run {
	var out []registry.Run
	build := m.build
	if len(build) == 0 && script != "" && !m.noBuild {
		build = []string{script}
	}
	for _, file := range build {
		out = append(out, registry.Run{When: "install", Files: []string{file},
			What: fmt.Sprintf("Using it means compiling it. That runs its build script %.200q with all rights of whoever compiles.", file)})
	}
	if m.procMacro {
		out = append(out, registry.Run{When: "install", Files: []string{manifestName},
			What: "It is a procedural macro: the compiler runs its code while it compiles whatever uses it."})
	}
	if m.links != "" {
		out = append(out, registry.Run{When: "build", Files: []string{manifestName},
			What: fmt.Sprintf("It says that it links the native library %.200q into programs.", m.links)})
	}
	return out
}

func (m *manifest) ingredients() []registry.Ingredient {
	var out []registry.Ingredient
	add := func(kind string, by map[string][]string) {
		for _, name := range slices.Sorted(maps.Keys(by)) {
			slices.Sort(by[name])
			i := registry.Ingredient{Kind: kind, Asked: strings.Join(by[name], " and ")}
			ref := purl.Ref{Type: "cargo", Name: name}
			if one, pinned := strings.CutPrefix(i.Asked, "="); pinned && exact(strings.TrimSpace(one)) {
				ref.Version, i.Asked = strings.TrimSpace(one), ""
			}
			i.Ref = ref.String()
			out = append(out, i)
		}
	}
	add("requires", m.required)
	add("optional", m.optional)
	return out
}
