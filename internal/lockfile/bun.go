package lockfile

import (
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/purl"
)

func looksBun(doc []byte) bool {
	return isJSON(doc) && has(doc, `"lockfileVersion"`) && has(doc, `"workspaces"`) && !has(doc, `"node_modules/`) && !has(doc, `"requires"`)
}

// readBun reads bun.lock (bun.sh/docs/install/lockfile): each member of
// "packages" is a list that begins with the name and what it resolved to.
//
//	"alias": ["name@1.2.3", "registry", { … }, "sha512-…"]
//	"name": ["name@workspace:folder"], ["name@git+ssh://…", { … }, "commit"]
func readBun(f *File, doc []byte) error {
	root, err := ofJSONC(doc)
	if err != nil {
		return err
	}
	version := root.str("lockfileVersion")
	if version != "0" && version != "1" && version != "2" { // in 2 Bun 1.4 refuses more, and writes the same
		return fmt.Errorf("it is of version %.20q; 0 to 2 are known", version)
	}
	f.Format, f.node = "bun.lock, version "+version, &nodeProject{says: true, chooses: true}
	f.asks(root, "patchedDependencies", "overrides")
	inside := bunBundled(root.get("packages"))
	err = root.get("packages").members(func(key string, entry *node) error { return f.add(bunPackage(key, entry, inside[key])) })
	f.place(bunGraph(root))
	return err
}

// bunBundled are the keys of packages that Bun takes out of the archive of another
// (github.com/oven-sh/bun, src/install/lockfile/bun.lock.zig): marked so, and asked
// for by that one. Of entries of one name and version Bun makes one package, with
// address and digest of the first: what has its name elsewhere, too, may be fetched
// as it says there.
func bunBundled(packages *node) map[string]bool {
	inside, marked, named := map[string]bool{}, []string{}, map[string]int{}
	_ = packages.members(func(key string, entry *node) error {
		if parts := entry.elements(); len(parts) > 0 {
			name, _ := bunResolved(parts[0].text)
			named[name]++
		}
		if bunInfo(entry).yes("bundled") {
			marked = append(marked, key)
		}
		return nil
	})
	for _, key := range marked {
		at := strings.LastIndex(key, "/")
		if at >= 0 && strings.HasPrefix(key[strings.LastIndex(key[:at], "/")+1:], "@") {
			at = strings.LastIndex(key[:at], "/")
		}
		entry := packages.get(key)
		if at < 0 || len(entry.elements()) == 0 { // at the top: the project asks for it
			continue
		}
		name, _ := bunResolved(entry.elements()[0].text)
		outer := bunInfo(packages.get(key[:at]))
		asked := slices.ContainsFunc(asks, func(kind string) bool { return outer.get(kind, key[at+1:]) != nil })
		inside[key] = asked && named[name] == 1
	}
	return inside
}

// bunPackage is a member of "packages". Inside tells that Bun takes it out of the
// archive of another.
func bunPackage(key string, entry *node, inside bool) Pin {
	p := Pin{Line: entry.line, Key: "packages › " + key, Name: key}
	parts := entry.elements()
	if len(parts) == 0 || !parts[0].plain {
		return p.is(NotRead, "The entry is no list that begins with what it resolved to.")
	}
	p.Name, p.Version = bunResolved(parts[0].text)
	info := bunInfo(entry)
	p = p.only(systems(info))
	if last := key[strings.LastIndex("/"+strings.TrimSuffix(key, p.Name), "/"):]; last != p.Name && key != p.Name {
		p = p.note(fmt.Sprintf("It is installed under another name, %.200q.", last))
	}
	switch marked := info.yes("bundled"); {
	case inside:
		return p.is(Bundled, bundled)
	case marked:
		p = p.note("It is marked as being inside the archive of another package, and may be fetched all the same.")
	}
	if strings.HasPrefix(p.Version, ".") || strings.HasPrefix(p.Version, "/") || strings.HasSuffix(p.Version, ".tgz") && !strings.Contains(p.Version, ":") {
		return p.is(Own, ownFolder)
	}
	if address := p.Version; strings.Contains(address, ":") {
		p.Version = ""
		return p.npmAt(address, false, func(p Pin) Pin {
			p.Address = address
			return p.is(Address, fmt.Sprintf("It comes from %.200q, and is pinned by no version of a package.", address))
		})
	}
	if len(parts) != 4 || !parts[3].plain {
		return p.is(NotRead, "The entry of a package has four parts, of which the last is its digest; this one has not.")
	}
	text := parts[3].text
	if strings.Join(strings.Fields(text), "") != text || strings.Contains(text, "?") { // src/install/integrity.zig
		return p.is(NotRead, "Its digest is more than one hash. Bun reads one there, and compares nothing with anything else.")
	}
	digests, err := integrity(text)
	p = p.ofPackage(purl.NPM, digests, err)
	if address := parts[1].text; address != "" {
		p = p.at(address, func(path string) bool { return true })
	}
	return p
}

// bunInfo is the object among an entry's parts: what it asks for, and where it is
// installed.
func bunInfo(entry *node) *node {
	for _, part := range entry.elements() {
		if !part.plain && part.at != nil {
			return part
		}
	}
	return nil
}

// bunGraph is what the workspaces ask for, and what each package does: found by
// the longest key that ends in the name, from where it is asked for.
func bunGraph(root *node) graph {
	var g graph
	packages := root.get("packages")
	found := func(from, name string) string {
		for len(from) <= longest {
			if key := strings.TrimPrefix(from+"/"+name, "/"); packages.get(key) != nil {
				return "packages › " + key
			}
			if from == "" {
				return ""
			}
			from = from[:max(strings.LastIndex(from, "/"), 0)]
		}
		return ""
	}
	_ = root.get("workspaces").members(func(_ string, workspace *node) error {
		for kind, list := range map[string]*[]string{"dependencies": &g.used, "peerDependencies": &g.used, "optionalDependencies": &g.options, "devDependencies": &g.work} {
			for _, name := range workspace.get(kind).names() {
				if key := found(workspace.str("name"), name); key != "" {
					*list = append(*list, key)
				}
			}
		}
		return nil
	})
	_ = packages.members(func(key string, entry *node) error {
		for _, kind := range asks {
			for _, name := range bunInfo(entry).get(kind).names() {
				g.need("packages › "+key, found(key, name))
			}
		}
		return nil
	})
	return g
}

// bunResolved cuts "name@resolution"; a resolution may hold further @.
func bunResolved(s string) (name, resolution string) {
	i := strings.Index(s[min(1, len(s)):], "@")
	if i < 0 {
		return s, ""
	}
	return s[:i+1], s[i+2:]
}

// otherVersions says that the project has the last word on some packages.
const otherVersions = "The project chooses other versions than the packages ask for: %s."

// asks notes what a file asks of its client beside the pins.
func (f *File) asks(root *node, keys ...string) {
	words := map[string]string{
		"patchedDependencies": "The project changes these packages after they were installed: %s.",
		"overrides":           otherVersions,
	}
	for _, key := range keys {
		if n := root.get(key); n != nil && len(n.keys) > 0 {
			f.Notes = append(f.Notes, fmt.Sprintf(words[key], purl.Some(n.keys)))
		}
	}
}
