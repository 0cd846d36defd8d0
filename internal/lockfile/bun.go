package lockfile

import (
	"fmt"
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
	if version != "0" && version != "1" {
		return fmt.Errorf("it is of version %.20q; 0 and 1 are known", version)
	}
	f.Format = "bun.lock, version " + version
	f.asks(root, "patchedDependencies", "overrides")
	return root.get("packages").members(func(key string, entry *node) error {
		p := Pin{Line: entry.line, Key: "packages › " + key, Name: key}
		parts := entry.elements()
		if len(parts) == 0 || !parts[0].plain {
			return f.add(p.is(NotRead, "The entry is no list that begins with what it resolved to."))
		}
		p.Name, p.Version = bunResolved(parts[0].text)
		if last := key[strings.LastIndex("/"+strings.TrimSuffix(key, p.Name), "/"):]; last != p.Name && key != p.Name {
			p.Notes = append(p.Notes, fmt.Sprintf("It is installed under another name, %.200q.", last))
		}
		if strings.Contains(p.Version, ":") {
			address := p.Version
			p.Version = ""
			return f.add(p.npmAt(address, func(p Pin) Pin {
				p.Address = address
				return p.is(Address, fmt.Sprintf("It comes from %.200q, and is pinned by no version of a package.", address))
			}))
		}
		if len(parts) != 4 || !parts[3].plain {
			return f.add(p.is(NotRead, "The entry of a package has four parts, of which the last is its digest; this one has not."))
		}
		digests, err := integrity(parts[3].text)
		p = p.ofPackage(purl.NPM, digests, err)
		if address := parts[1].text; address != "" {
			p = p.at(address, func(path string) bool { return true })
		}
		return f.add(p)
	})
}

// bunResolved cuts "name@resolution"; a resolution may hold further @.
func bunResolved(s string) (name, resolution string) {
	i := strings.Index(s[min(1, len(s)):], "@")
	if i < 0 {
		return s, ""
	}
	return s[:i+1], s[i+2:]
}

// asks notes what a file asks of its client beside the pins.
func (f *File) asks(root *node, keys ...string) {
	words := map[string]string{
		"patchedDependencies": "The project changes these packages after they were installed: %s.",
		"overrides":           "The project chooses other versions than the packages ask for: %s.",
	}
	for _, key := range keys {
		if n := root.get(key); n != nil && len(n.keys) > 0 {
			f.Notes = append(f.Notes, fmt.Sprintf(words[key], purl.Some(n.keys)))
		}
	}
}
