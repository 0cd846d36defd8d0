package oci

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/archive/layers"
	"touchstone/internal/digest"
	"touchstone/internal/fault"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// Bounds of an image's layers, in bytes.
const (
	maxLayersTotal = 1 << 30   // of all that are fetched
	maxLayer       = 500 << 20 // of one: a relay passes no more
	maxLayersKept  = 64 << 20  // of all that are kept once they were read, as for an evidence file
)

// inside asks for what the manifest names: of an index the image of one platform;
// of an image its configuration. The layers become parts, fetched on demand.
func (r Registry) inside(ctx context.Context, c *fetch.Session, rel *registry.Release, at located, body []byte, arch string) error {
	note := func(kind, format string, args ...any) {
		rel.Notes = append(rel.Notes, purl.Note{Kind: kind, Text: fmt.Sprintf(format, args...)})
	}
	in := &inspector{unread: "What the manifest names was not read."}
	rel.File.Inspector = in
	m, err := readManifest(body)
	if err != nil {
		note("record", "The manifest cannot be read: %v.", err)
		rel.File.Parts = nil
		rel.File.Read = unreadable(err)
		return nil
	}
	if m.isIndex {
		i := m.chosen(arch)
		if i < 0 {
			note("guess", "The index names no image that could be looked into%s.", ofArch(arch))
			rel.File.Parts, rel.File.Read = nil, unreadable(fmt.Errorf("the index names no image of that platform"))
			return nil
		}
		d := m.list[i]
		told, err := builders(ctx, c, at, m, d)
		if err != nil {
			return err
		}
		if told != "" {
			note("record", "%s", told)
		}
		note("guess", "The digest is of an index of %s: %s. Looked into is %s; name another by arch.", counted(len(m.platforms()), "platform"), shortList(m.platforms()), d.platform)
		if n := m.alike(d); n > 1 {
			note("record", "The index names %d images of %s. Looked into is the first; a client may take another.", n, d.platform)
		}
		request := at.manifest(d.digest(), "manifest of "+d.platform)
		rel.File.Parts = append(rel.File.Parts, partOf("manifest of "+d.platform, request, d, false))
		answer, err := c.Get(ctx, request)
		if err != nil {
			return err
		}
		if answer.State != fetch.Found {
			rel.Source.Asked = answer.State // of what may name the source: the labels
			return nil
		}
		if m, err = readManifest(answer.Body); err != nil || m.isIndex {
			note("record", "The manifest of %s cannot be read.", d.platform)
			rel.File.Assemble = func(archive.Options) registry.Assembly {
				return unassembled{"the manifest of the platform cannot be read"}
			}
			return nil
		}
	}
	config := at.blob(m.config, "configuration", maxConfig)
	config.Form = fetch.JSON
	rel.File.Parts = append(rel.File.Parts, partOf("configuration", config, m.config, false))
	answer, err := c.Get(ctx, config)
	if err != nil {
		return err
	}
	if answer.State == fetch.Found {
		in.read(answer.Body, m)
	} else {
		rel.Source.Asked = answer.State // of what may name the source: the labels
	}
	r.layers(rel, at, m, in.unpacked)
	return nil
}

// layers adds the layers, whose sizes are said before any is fetched. unpacked are the
// digests that the configuration names of them.
func (r Registry) layers(rel *registry.Release, at located, m *manifest, unpacked []string) {
	var total int64
	for i, d := range m.layers {
		name := fmt.Sprintf("layer %d of %d", i+1, len(m.layers))
		total += min(d.size, 1<<40)
		switch {
		case d.foreign:
			rel.File.Large = fmt.Sprintf("%s is kept outside the registry, where it is not asked for", name)
		case !digest.Computed(d.algorithm):
			rel.File.Large = fmt.Sprintf("%s is stated with a digest that this version does not compute, %s", name, d.algorithm)
		case d.size > maxLayer && rel.File.Large == "":
			rel.File.Large = fmt.Sprintf("%s has %d MB, and at most %d MB are fetched here of one", name, d.size>>20, maxLayer>>20)
		}
		rel.File.Parts = append(rel.File.Parts, partOf(name, at.blob(d, name, min(d.size, maxLayer)+1), d, true))
	}
	if total > maxLayersTotal {
		rel.File.Large = fmt.Sprintf("the layers have %d MB together, and at most %d MB are fetched here", total>>20, maxLayersTotal>>20)
	}
	for i := range rel.File.Parts {
		if p := &rel.File.Parts[i]; p.OnDemand {
			p.Passes = total > maxLayersKept
		}
	}
	rel.File.Assemble = func(how archive.Options) registry.Assembly {
		return &assembly{image: layers.New(how), unpacked: unpacked, of: len(m.layers)}
	}
	if len(m.layers) > 0 {
		rel.Notes = append(rel.Notes, purl.Note{Kind: "record", Text: fmt.Sprintf("The image has %s of %s in all.", counted(len(m.layers), "layer"), megabytes(total))})
	}
}

// An assembly reads the layers of an image.
type assembly struct {
	image    *layers.Image
	last     *layers.Layer // read, and not added yet
	unpacked []string      // digests that the configuration names, in the layers' order
	of       int           // how many layers there are
	added    int
	other    string // the first that is another than is named, in words
	err      error
}

func (a *assembly) Read(body io.Reader) { a.last, a.err = a.image.Scan(body) }

func (a *assembly) Add() {
	if a.last == nil {
		return
	}
	if a.added < len(a.unpacked) {
		named := a.unpacked[a.added]
		if a.other == "" && a.last.SHA256 != "" && strings.HasPrefix(named, "sha256:") && named != "sha256:"+a.last.SHA256 {
			a.other = fmt.Sprintf("layer %d of %d is not the one that the configuration names: what arrived has sha256:%s decompressed, and %s is named", a.added+1, a.of, a.last.SHA256, quoted(named[:min(len(named), 80)]))
		}
	}
	a.added++
	a.image.Add(a.last)
	a.last = nil
}

// Contents are the files, where the layers are those that the configuration names
// (OCI image-spec, config.md, "rootfs"): clients refuse to unpack others. A
// configuration that names none was not compared.
func (a *assembly) Contents() (*archive.Contents, error) {
	switch {
	case a.err != nil:
		return nil, a.err
	case len(a.unpacked) > 0 && len(a.unpacked) != a.of:
		return nil, otherLayers(fmt.Sprintf("the layers that arrived are not those of the configuration: that names %d, and the manifest %d", len(a.unpacked), a.of))
	case a.other != "":
		return nil, otherLayers(a.other)
	}
	return a.image.Contents(), nil
}

// otherLayers says in words that layers are not those that the configuration names.
type otherLayers string

func (o otherLayers) Error() string     { return string(o) }
func (o otherLayers) Fault() fault.Kind { return fault.Wrong }

// unassembled is the assembly of an image whose layers are not known.
type unassembled struct{ why string }

func (unassembled) Read(io.Reader) {}
func (unassembled) Add()           {}
func (u unassembled) Contents() (*archive.Contents, error) {
	return nil, fmt.Errorf("reading the image: %s", u.why)
}

func megabytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d kB", (n+999)/1000)
	}
	return fmt.Sprintf("%d MB", (n+999_999)/1_000_000)
}

func counted(n int, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func partOf(name string, r fetch.Request, d descriptor, demand bool) registry.Part {
	return registry.Part{Name: name, Request: r, Algorithm: d.algorithm, Value: d.sum, OnDemand: demand, Size: d.size}
}

func unreadable(err error) func([]byte, archive.Options) (*archive.Contents, error) {
	return func([]byte, archive.Options) (*archive.Contents, error) {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
}

func ofArch(arch string) string {
	if arch == "" {
		return ""
	}
	return " of the architecture " + arch
}

func shortList(all []string) string {
	if len(all) > 6 {
		return strings.Join(all[:6], ", ") + " and others"
	}
	return strings.Join(all, ", ")
}

// An inspector tells what an image's configuration says, and which of its files
// run with another's rights.
type inspector struct {
	in       registry.Inside
	unpacked []string // digests of the layers, decompressed, in their order
	unread   string   // why the configuration was not read; empty where it was
}

// Open wants no file's bytes.
func (i *inspector) Open(string, int64) io.Writer { return nil }

// Inside adds what only the files tell.
func (i *inspector) Inside(_ context.Context, files []archive.File) registry.Inside {
	in := i.in
	in.Read, in.Unread = i.unread == "" && files != nil, i.unread
	if in.Unread == "" && files == nil {
		in.Unread = "Its layers were not fetched."
	}
	in.Undeclared = "An image does not state which packages are in it."
	var elevated []string
	for _, f := range files {
		if base := f.Path[strings.LastIndexByte(f.Path, '/')+1:]; strings.EqualFold(base, "SECURITY.md") && strings.Count(f.Path, "/") < 2 {
			in.Contact = append(in.Contact, f.Path)
		}
		if f.Elevated {
			elevated = append(elevated, f.Path)
		}
	}
	if len(elevated) > 0 {
		in.Runs = append(in.Runs, registry.Run{When: "use", What: "Some of its files run with the rights of their owner or group, whoever starts them.",
			Stop: "Start the container with --security-opt no-new-privileges."}.In(elevated))
	}
	return in
}

// read reads a configuration (OCI image-spec, config.md), and the annotations
// that repeat its labels.
func (i *inspector) read(body []byte, m *manifest) {
	doc, err := strictjson.Parse(body)
	if err != nil {
		i.unread = "Its configuration cannot be read."
		return
	}
	config := doc.Object("config")
	if key := cmp.Or(respelled(doc, "config", "rootfs"), respelled(doc.Object("rootfs"), "diff_ids"), respelled(config, "Entrypoint", "Cmd", "User", "Labels", "ExposedPorts")); key != "" {
		i.unread = fmt.Sprintf("Its configuration cannot be read in one way only: %v.", otherSpelling(key))
		return
	}
	i.unread = ""
	for _, raw := range doc.Object("rootfs").List("diff_ids") {
		i.unpacked = append(i.unpacked, strictjson.Text(raw))
	}
	labels := config.Object("Labels")
	label := func(name string) string {
		if text := labels.Text("org.opencontainers.image." + name); text != "" {
			return text
		}
		return m.annotated.Text("org.opencontainers.image." + name)
	}
	i.in.Repository, i.in.Revision = strings.TrimSuffix(label("source"), ".git"), label("revision")
	if base := label("base.name"); base != "" {
		if sum := label("base.digest"); sum != "" {
			base, _, _ = strings.Cut(base, "@")
			base += "@" + sum
		}
		if ref, err := purl.Parse("docker://" + base); err == nil {
			i.in.Ingredients = append(i.in.Ingredients, registry.Ingredient{Ref: ref.Bare().String(), Kind: "built-on"})
		}
	}
	i.in.Runs = runs(config)
}

// runs says what starting a container runs, as whom, and at which ports.
func runs(config strictjson.Object) []registry.Run {
	var argv []string
	for _, key := range []string{"Entrypoint", "Cmd"} {
		for _, raw := range config.List(key) {
			argv = append(argv, strictjson.Text(raw))
		}
	}
	ports := slices.Sorted(maps.Keys(config.Object("ExposedPorts")))
	user := config.Text("User")
	who := "as the user " + quoted(user)
	if name, _, _ := strings.Cut(user, ":"); name == "" || name == "0" || name == "root" {
		who = "as root"
	}
	out := []registry.Run{}
	if len(argv) > 0 {
		out = append(out, registry.Run{When: "start", What: fmt.Sprintf("Starting it runs %s, %s.", quoted(strings.Join(argv, " ")), who), Stop: "Give another command and --user when you start it."})
	} else {
		out = append(out, registry.Run{When: "start", What: "It names no command to start; what is started runs " + who + ".", Stop: "Give --user when you start it."})
	}
	if len(ports) > 0 {
		out = append(out, registry.Run{When: "start", What: fmt.Sprintf("It states that it listens at %s.", quoted(shortList(ports))), Stop: "Ports are closed to others unless you publish them."})
	}
	return out
}
