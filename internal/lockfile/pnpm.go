package lockfile

import (
	"fmt"
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
	root, err := ofYAML(doc)
	if err != nil {
		return err
	}
	version := root.str("lockfileVersion")
	major, _, _ := strings.Cut(version, ".")
	if major != "5" && major != "6" && major != "7" && major != "9" {
		return fmt.Errorf("it is of version %.20q; 5, 6, 7 and 9 are known", version)
	}
	f.Format = "pnpm-lock.yaml, version " + version
	f.asks(root, "patchedDependencies", "overrides")
	return root.get("packages").members(func(key string, entry *node) error {
		return f.add(pnpmPackage(major, key, entry))
	})
}

func pnpmPackage(major, key string, entry *node) Pin {
	resolution := entry.get("resolution")
	p := Pin{Line: entry.line, Key: "packages › " + key, Dev: entry.yes("dev"), Optional: entry.yes("optional")}
	p.Name, p.Version = pnpmKey(major, key)
	if name := entry.str("name"); name != "" {
		p.Name = name
	}
	if version := entry.str("version"); version != "" {
		p.Version = version
	}
	if strings.Contains(key, "patch_hash") {
		p.Notes = append(p.Notes, "The project changes this package after it was installed.")
	}
	address := resolution.str("tarball")
	switch {
	case resolution.str("type") == "git" || resolution.str("repo") != "":
		p.Address = resolution.str("repo")
		return p.is(Git, foreign["git+"].why)
	case resolution.str("type") == "directory" || resolution.str("directory") != "":
		return p.is(Own, ownFolder)
	case address == "" && (strings.Contains(key, "file:") || strings.Contains(key, "link:")):
		return p.is(Own, ownFolder)
	case resolution == nil:
		return p.is(NotRead, "The entry does not say what it resolved to.")
	}
	digests, err := integrity(resolution.str("integrity"))
	return p.npmAt(address, func(p Pin) Pin {
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
