package lockfile

import (
	"fmt"
	"strings"

	"touchstone/internal/purl"
)

func looksDeno(doc []byte) bool {
	return isJSON(doc) && has(doc, `"version"`) && !has(doc, `"lockfileVersion"`) && !has(doc, `"bomFormat"`) &&
		(has(doc, `"specifiers"`) || has(doc, `"remote"`) || has(doc, `"npm:`) || has(doc, `"jsr:`))
}

// readDeno reads deno.lock (docs.deno.com, versions 2 to 5): packages of npm and
// JSR, and modules by their address.
func readDeno(f *File, doc []byte) error {
	root, err := ofJSON(doc)
	if err != nil {
		return err
	}
	version := root.str("version")
	npm, jsr := root.get("npm"), root.get("jsr")
	switch version {
	case "2":
		npm = npm.get("packages")
	case "3":
		npm, jsr = root.get("packages", "npm"), root.get("packages", "jsr")
	case "4", "5":
	default:
		return fmt.Errorf("it is of version %.20q; 2 to 5 are known", version)
	}
	f.Format = "deno.lock, version " + version
	others := denoNames(npm)
	err = npm.members(func(key string, entry *node) error {
		p := Pin{Line: entry.line, Key: "npm › " + key}
		p.Name, p.Version = bunResolved(key)
		p.Version, _, _ = strings.Cut(p.Version, "_") // what it was installed beside
		p.Runs = entry.yes("scripts")
		p = p.under(others[key]).only(systems(entry))
		digests, err := integrity(entry.str("integrity"))
		return f.add(p.npmAt(entry.str("tarball"), true, func(p Pin) Pin { return p.ofPackage(purl.NPM, digests, err) }))
	})
	if err != nil {
		return err
	}
	err = jsr.members(func(key string, entry *node) error {
		p := Pin{Line: entry.line, Key: "jsr › " + key}
		p.Name, p.Version = cutLast(key, "@")
		return f.add(p.is(Unserved, "It comes from JSR, which can't be checked here yet."))
	})
	if err != nil {
		return err
	}
	f.place(denoGraph(version, root))
	return root.get("remote").members(func(key string, entry *node) error {
		p := Pin{Line: entry.line, Key: "remote › " + key, Name: key, Address: key}
		return f.add(p.is(Address, "It is one file at an address. No package repository recorded it."))
	})
}

// denoNames are the names by which packages ask for others, by what these are called in
// the file: "alias@npm:name@1.2.3" in a list, or "alias": "name@1.2.3" until version 3.
func denoNames(npm *node) map[string][]string {
	names := map[string][]string{}
	_ = npm.members(func(_ string, entry *node) error {
		for _, kind := range []string{"dependencies", "optionalDependencies"} {
			asked := entry.get(kind)
			for _, text := range asked.texts() {
				name, resolution := bunResolved(text)
				if target, aliased := strings.CutPrefix(resolution, "npm:"); aliased {
					names[target] = append(names[target], name)
				}
			}
			_ = asked.members(func(name string, target *node) error {
				names[target.text] = append(names[target.text], name)
				return nil
			})
		}
		return nil
	})
	return names
}

// denoGraph is what the project and its members ask for, as "workspace" lists it:
// requests like "npm:once@1", which "specifiers" leads to a version.
func denoGraph(version string, root *node) graph {
	var g graph
	specifiers := root.get("specifiers")
	if version == "3" {
		specifiers = root.get("packages", "specifiers")
	}
	ask := func(of *node) {
		for _, request := range append(of.get("dependencies").texts(), of.get("packageJson", "dependencies").texts()...) {
			registry, rest, _ := strings.Cut(request, ":")
			name, _ := bunResolved(rest)
			exact := specifiers.str(request)
			if _, inner, full := strings.Cut(exact, ":"); full { // version 3 repeats registry and name
				_, exact = bunResolved(inner)
			}
			if exact == "" {
				g.ask(&g.used, name, "")
				continue
			}
			g.ask(&g.used, name, registry+" › "+name+"@"+exact)
		}
	}
	workspace := root.get("workspace")
	ask(workspace)
	_ = workspace.get("members").members(func(_ string, member *node) error { ask(member); return nil })
	if workspace == nil { // nothing says what the project itself asks for
		for _, request := range specifiers.names() {
			_, rest, _ := strings.Cut(request, ":")
			name, _ := bunResolved(rest)
			g.ask(&g.used, name, "")
		}
	}
	return g
}
