package freebsd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/archive/packed"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// manifestName is the document inside a package that says all of it.
const manifestName = "+MANIFEST"

// maxManifest bounds it, in bytes.
const maxManifest = 32 << 20

// inspector reads the manifest.
type inspector struct {
	name, version string
	manifest      *bytes.Buffer
	unread        string
	links         map[string]bool
}

// read reads the container: a tar in one of the compressions of package packed,
// unpacked over the system's root.
func (i *inspector) read(body []byte, how archive.Options) (*archive.Contents, error) {
	kind, in, err := packed.Open(body)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if kind == packed.None {
		return nil, errors.New("it is no compressed archive")
	}
	how.System = true
	c, err := archive.ReadTar(in, int64(len(body)), how)
	if err != nil {
		return nil, err
	}
	i.links = map[string]bool{}
	for _, l := range c.Links {
		i.links[l.Path] = true
	}
	return c, nil
}

// Open asks for the manifest.
func (i *inspector) Open(name string, size int64) io.Writer {
	if name != manifestName {
		return nil
	}
	if size > maxManifest {
		i.unread = "Its manifest is larger than is read."
		return nil
	}
	i.manifest = new(bytes.Buffer)
	return i.manifest
}

// Inside tells what the manifest says.
func (i *inspector) Inside(ctx context.Context, files []archive.File) registry.Inside {
	if i.manifest == nil || ctx.Err() != nil {
		if i.unread == "" {
			i.unread = "It has no manifest that was read."
		}
		return registry.Inside{Unread: i.unread}
	}
	m, err := strictjson.Parse(i.manifest.Bytes())
	if err != nil {
		return registry.Inside{Unread: "Its manifest cannot be read in one way: it is no JSON document."}
	}
	in := registry.Inside{Read: true, Names: []registry.NameInside{
		{Document: manifestName, Field: "name", Stated: m.Text("name"), Asked: i.name},
	}, List: i.list(m)}
	if i.version != "" {
		in.Names = append(in.Names, registry.NameInside{Document: manifestName, Field: "version", Stated: m.Text("version"), Asked: i.version})
	}
	i.scripts(m, &in)
	deps := m.Object("deps")
	for _, name := range slices.Sorted(maps.Keys(deps)) {
		in.Ingredients = append(in.Ingredients, registry.Ingredient{Ref: "pkg:freebsd/" + name, Kind: "requires", Asked: strictjson.Fields(deps[name]).Text("version")})
	}
	for _, f := range files {
		if strings.EqualFold(path.Base(f.Path), "SECURITY.md") {
			in.Contact = append(in.Contact, f.Path)
		}
	}
	return in
}

// scripts are what pkg runs, in its own shell or in the sandbox of its own Lua.
func (i *inspector) scripts(m strictjson.Object, in *registry.Inside) {
	scripts := m.Object("scripts")
	for _, when := range slices.Sorted(maps.Keys(scripts)) {
		in.Runs = append(in.Runs, run(when, "as a script of the shell", strictjson.Text(scripts[when])))
	}
	lua := m.Object("lua_scripts")
	for _, when := range slices.Sorted(maps.Keys(lua)) {
		for _, one := range lua.List(when) {
			in.Runs = append(in.Runs, run(when, "as a Lua script, in pkg's own sandbox", strictjson.Text(one)))
		}
	}
}

func run(when, how, text string) registry.Run {
	moment := "when it is installed, upgraded or removed"
	switch when {
	case "pre-install", "post-install", "pre-deinstall", "post-deinstall", "install", "deinstall", "pre-upgrade", "post-upgrade":
		moment = "at " + when
	}
	return registry.Run{When: "install", What: "A part of the package runs " + moment + ", " + how + ".",
		Stop: "pkg installs without scripts when told to (--no-scripts); what they set up is then missing."}.Showing(text)
}

// list is the manifest's list of files. Links are in it with a digest of their
// target, and are left out.
func (i *inspector) list(m strictjson.Object) *registry.FileList {
	out := &registry.FileList{Path: manifestName, Free: []string{manifestName, "+COMPACT_MANIFEST"}}
	files := m.Object("files")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		listed := registry.Listed{Path: strings.TrimPrefix(name, "/"), Size: -1}
		if i.links[listed.Path] {
			continue
		}
		text := strictjson.Text(files[name])
		if raw := bytes.TrimSpace(files[name]); len(raw) > 0 && raw[0] == '{' {
			text = strictjson.Fields(json.RawMessage(raw)).Text("sum")
		}
		if d, err := sum(text); err == nil {
			listed.Algorithm, listed.Value = d.Algorithm, d.Sum
		} else if text != "-" && text != "" {
			out.Broken = "a digest in it is not in a known form"
		}
		out.Files = append(out.Files, listed)
	}
	return out
}
