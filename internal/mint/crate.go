package mint

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"strings"
)

// A Crate is one version of a Rust crate, every part of which can be bent.
type Crate struct {
	Name, Version string
	Files         map[string]string // by name beneath the root, Cargo.toml among them
	Root          string            // instead of name-version
	Entry, Site   map[string]any    // put over what index and site record
	Others        []map[string]any  // further entries of the index, before this one
}

// NewCrate has a build script, dependencies of every kind, and a commit.
func NewCrate(name, version, repository, commit string) Crate {
	return Crate{Name: name, Version: version, Files: map[string]string{
		"Cargo.toml": "[package]\nname = \"" + name + "\"\nversion = \"" + version + "\"\nbuild = \"build.rs\"\nrepository = \"" + repository + "\"\n" +
			"\n[dependencies.metal]\nversion = \"1.2\"\n\n[dependencies.acid]\nversion = \"=0.3.1\"\noptional = true\n\n[dev-dependencies.scale]\nversion = \"1\"\n",
		"build.rs":             "fn main() {}\n",
		"src/lib.rs":           "pub const CARAT: u8 = 24;\n",
		"SECURITY.md":          "Write to security@example.com.\n",
		".cargo_vcs_info.json": "{\n  \"git\": {\n    \"sha1\": \"" + commit + "\"\n  },\n  \"path_in_vcs\": \"crates/" + name + "\"\n}",
	}}
}

// Packed is the crate's file.
func (c Crate) Packed() []byte {
	root := cmp.Or(c.Root, c.Name+"-"+c.Version)
	files := map[string]string{}
	for name, text := range c.Files {
		files[root+"/"+name] = text
	}
	return Tgz(files)
}

// Where index, site and storage, each at a base that ends with a slash, serve a
// crate whose name has four letters or more.
func (c Crate) IndexAt(base string) string {
	name := strings.ToLower(c.Name)
	return base + name[:2] + "/" + name[2:4] + "/" + name
}
func (c Crate) SiteAt(base string) string { return base + c.Name + "/" + c.escaped() }
func (c Crate) FileAt(base string) string {
	return base + c.Name + "/" + c.Name + "-" + c.escaped() + ".crate"
}
func (c Crate) escaped() string { return strings.ReplaceAll(c.Version, "+", "%2B") }

// Serve puts the crate's documents into the world.
func (c Crate) Serve(w World, index, site, files string) {
	packed := c.Packed()
	sum := sha256.Sum256(packed)
	digest := hex.EncodeToString(sum[:])
	over := func(record, with map[string]any) map[string]any {
		maps.Copy(record, with)
		return record
	}
	var lines []byte
	for _, other := range c.Others {
		lines = append(append(lines, must(json.Marshal(other))...), '\n')
	}
	entry := over(map[string]any{"name": c.Name, "vers": c.Version, "deps": []any{}, "cksum": digest, "features": map[string]any{}, "yanked": false, "pubtime": "2026-11-20T09:00:00Z"}, c.Entry)
	w[c.IndexAt(index)] = Page{Body: append(append(lines, must(json.Marshal(entry))...), '\n')}
	w[c.SiteAt(site)] = Page{Body: must(json.Marshal(map[string]any{"version": over(map[string]any{
		"crate": c.Name, "num": c.Version, "checksum": digest, "yanked": false, "created_at": "2026-11-20T09:00:00.123456Z",
		"description": "An invented crate.", "license": "MIT", "trustpub_data": nil}, c.Site)}))}
	w[c.FileAt(files)] = Page{Body: packed}
}
