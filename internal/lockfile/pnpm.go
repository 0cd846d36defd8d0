package lockfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"touchstone/internal/purl"
)

func looksPNPM(doc []byte) bool {
	return !isJSON(doc) && strings.HasPrefix("\n"+string(doc[:min(len(doc), 4096)]), "\nlockfileVersion:") || has(doc, "\nlockfileVersion: ")
}

// readPNPM reads pnpm-lock.yaml of pnpm 5 to 9. How a key names its package has
// changed with the versions:
//
//	/name/1.2.3_peers          lockfileVersion 5.x
//	/name@1.2.3(peers)         6.x
//	name@1.2.3                 9.x
func readPNPM(f *File, doc []byte) error {
	all, err := ofYAMLs(doc)
	if err != nil {
		return err
	}
	// What pnpm itself needs may stand in a document of its own, before the project's.
	for i, root := range all {
		if err := f.pnpmDocument(root, i > 0); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) pnpmDocument(root *node, further bool) error {
	version := root.str("lockfileVersion")
	major, _, _ := strings.Cut(version, ".")
	if major != "5" && major != "6" && major != "7" && major != "9" {
		return fmt.Errorf("it is of version %.20q; 5, 6, 7 and 9 are known", version)
	}
	f.Format, f.node = "pnpm-lock.yaml, version "+version, &nodeProject{says: true, chooses: true}
	f.asks(root, "patchedDependencies", "overrides")
	if root.get("pnpmfileChecksum") != nil {
		f.Notes = append(f.Notes, "A program of the project (.pnpmfile.cjs) may change what packages ask for and what is in them.")
	}
	patched := root.get("patchedDependencies")
	var own File // its keys are its own
	err := root.get("packages").members(func(key string, entry *node) error {
		p := pnpmPackage(major, key, entry)
		if patched.get(p.Name+"@"+p.Version) != nil || patched.get(p.Name) != nil || strings.Contains(key, "patch_hash") {
			p = p.note("The project changes this package after it was installed.")
		}
		return own.add(p)
	})
	if err == nil && major == "9" {
		err = own.snapshots(root)
	}
	own.place(pnpmGraph(major, root))
	names := pnpmNames(major, root)
	for _, p := range own.Pins {
		if p.Kind == Package || p.Kind == NotRead {
			p = p.under(slices.Sorted(maps.Keys(names[p.Key])))
		}
		if further {
			p.Key = "2nd document › " + p.Key
		}
		if err := f.add(p); err != nil {
			return err
		}
	}
	return err
}

// snapshots adds those of version 9 that have no package of their key, or say again
// what it is: pnpm joins the two, and would take from them what something is and where
// it comes from.
func (f *File) snapshots(root *node) error {
	return root.get("snapshots").members(func(key string, entry *node) error {
		of, _, _ := strings.Cut(key, "(")
		p := Pin{Line: entry.line, Key: "snapshots › " + key, Name: of}
		if root.get("packages", of) == nil {
			return f.add(p.is(NotRead, "It stands among the snapshots alone, without the entry that says what it is."))
		}
		for _, word := range []string{"name", "version", "resolution"} {
			if entry.get(word) != nil {
				return f.add(p.is(NotRead, fmt.Sprintf("A snapshot says of it what only its entry does (%s). pnpm joins the two.", word)))
			}
		}
		return nil
	})
}

// pnpmNames are the names under which the pins are asked for, by their keys.
func pnpmNames(major string, root *node) map[string]map[string]bool {
	names, packages := map[string]map[string]bool{}, root.get("packages")
	take := func(from *node) {
		for _, kind := range []string{"dependencies", "optionalDependencies", "devDependencies"} {
			_ = from.get(kind).members(func(name string, at *node) error {
				version := at.text
				if !at.plain {
					version = at.str("version")
				}
				key := pnpmFound(major, packages, name, version)
				if names[key] == nil {
					names[key] = map[string]bool{}
				}
				names[key][name] = true
				return nil
			})
		}
	}
	take(root)
	for _, list := range []string{"importers", "packages", "snapshots"} {
		_ = root.get(list).members(func(_ string, entry *node) error { take(entry); return nil })
	}
	return names
}

// pnpmGraph is what the project's folders ask for. Files of version 9 also tell
// who asks for the rest ("snapshots"); before, that is a flag of each entry.
func pnpmGraph(major string, root *node) graph {
	var g graph
	packages := root.get("packages")
	ask := func(importer *node) {
		for kind, list := range map[string]*[]string{"dependencies": &g.used, "optionalDependencies": &g.options, "devDependencies": &g.work} {
			_ = importer.get(kind).members(func(name string, at *node) error {
				version := at.text
				if !at.plain {
					version = at.str("version")
				}
				if !strings.HasPrefix(version, "link:") {
					g.ask(list, name, pnpmFound(major, packages, name, version))
				}
				return nil
			})
		}
	}
	ask(root)
	_ = root.get("importers").members(func(_ string, importer *node) error { ask(importer); return nil })
	if major != "9" {
		g.used, g.options, g.work = slices.Concat(g.used, g.options, g.work), nil, nil
		return g
	}
	_ = root.get("snapshots").members(func(key string, entry *node) error {
		of, _, _ := strings.Cut(key, "(")
		for _, kind := range []string{"dependencies", "optionalDependencies"} {
			_ = entry.get(kind).members(func(name string, version *node) error {
				g.need("packages › "+of, pnpmFound(major, packages, name, version.text))
				return nil
			})
		}
		return nil
	})
	return g
}

// pnpmFound is the key of the pin that a name and version lead to; empty for none.
func pnpmFound(major string, packages *node, name, version string) string {
	joined := map[string]string{"5": "/" + name + "/" + version, "9": name + "@" + version}[major]
	if joined == "" {
		joined = "/" + name + "@" + version
	}
	for _, key := range []string{version, joined} {
		if major == "9" {
			key, _, _ = strings.Cut(key, "(")
		}
		if packages.get(key) != nil {
			return "packages › " + key
		}
	}
	return ""
}

func pnpmPackage(major, key string, entry *node) Pin {
	resolution := entry.get("resolution")
	address := resolution.str("tarball")
	p := Pin{Line: entry.line, Key: "packages › " + key, Runs: entry.yes("requiresBuild")}
	p = p.flag(Development, entry.yes("dev")).flag(Optional, entry.yes("optional")).only(systems(entry))
	// Before version 9 the key of what another registry has begins with its host.
	host, rest, _ := strings.Cut(key, "/")
	if elsewhere := major != "9" && host != "" && strings.Contains(host, ".") && !strings.HasPrefix(host, "@"); elsewhere && address == "" {
		p.Name, p.Version = pnpmKey(major, rest)
		return p.is(Private, fmt.Sprintf("It comes from %.200q, which is not the public registry.", host))
	}
	p.Name, p.Version = pnpmKey(major, key)
	// The key of what is no package of a repository holds its address.
	_, exact := purl.Exact(purl.NPM, p.Name, p.Version)
	keyed := p.Name + " " + p.Version
	if name := entry.str("name"); name != "" {
		p.Name = name
	}
	if version := entry.str("version"); version != "" {
		p.Version = version
	}
	switch {
	case exact == nil && keyed != p.Name+" "+p.Version:
		return p.is(NotRead, fmt.Sprintf("By its key it is %.200q, by its fields %.200q. Which of them is installed depends on the release of pnpm.", keyed, p.Name+" "+p.Version))
	// By the kind pnpm chooses where to take it from; without one it asks the registry.
	case resolution.str("type") == "" && (resolution.get("repo") != nil || resolution.get("directory") != nil || resolution.get("url") != nil):
		return p.is(NotRead, "It resolved to some place without saying of which kind that is. Its client takes it from a registry.")
	case resolution.str("type") == "git":
		p.Address = resolution.str("repo")
		return p.is(Git, foreign["git+"].why)
	case resolution.str("type") == "variations" || resolution.str("type") == "binary":
		p.Address = resolution.str("url")
		return p.is(Address, "It is a program for each kind of system, from addresses that no package repository answers for.")
	case resolution.str("type") == "directory":
		return p.is(Own, ownFolder)
	case resolution.str("type") != "":
		p.Address = resolution.str("url")
		return p.is(NotRead, fmt.Sprintf("It resolved to something of the kind %.40q, which is not known here.", resolution.str("type")))
	case address == "" && resolution.get("integrity") != nil && (strings.Contains(key, "file:") || strings.Contains(key, "link:")):
		return p.is(NotRead, "By its key it is of the project itself, and yet it has the digest of an archive. Its client takes that from a registry.")
	case address == "" && (strings.Contains(key, "file:") || strings.Contains(key, "link:")):
		return p.is(Own, ownFolder)
	case resolution == nil:
		return p.is(NotRead, "The entry does not say what it resolved to.")
	}
	digests, err := integrity(resolution.str("integrity"))
	return p.npmAt(address, exact == nil, func(p Pin) Pin {
		if _, err := purl.Exact(purl.NPM, p.Name, p.Version); err != nil && address != "" {
			return p.is(Address, fmt.Sprintf("It comes from %.200q, and is pinned by no version of a package.", address))
		}
		return p.ofPackage(purl.NPM, digests, err)
	})
}

// pnpmKey is the name and version that a key names.
func pnpmKey(major, key string) (name, version string) {
	rest := strings.TrimPrefix(key, "/")
	if major == "5" {
		name, version = cutLast(rest, "/")
		version, _, _ = strings.Cut(version, "_")
		return name, version
	}
	rest, _, _ = strings.Cut(rest, "(")
	return bunResolved(rest)
}
