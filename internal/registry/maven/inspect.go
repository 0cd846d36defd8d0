package maven

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/jar"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/source"
)

// Bounds of what is read inside.
const (
	maxDocument  = 1 << 20  // bytes of one document
	maxDocuments = 32 << 20 // bytes of all
)

// An inspector reads what a Java archive, or a single file, says of itself.
type inspector struct {
	at     coordinates
	pom    *model
	left   int64
	docs   map[string]*bytes.Buffer
	main   jar.Headers // of the manifest; nil where there is none that can be read
	signed signedInside
	// made are the classifiers of the archives that POMs make beside the main one.
	made []string
	// plugin tells that a description of a plugin of Maven is inside: only the main
	// archive has it.
	plugin bool
	// nest opens the archives inside.
	nest   nest
	unread string
}

func newInspector(at coordinates, m *model) *inspector {
	return &inspector{at: at, pom: m, made: m.makes(), left: maxDocuments, docs: map[string]*bytes.Buffer{}, nest: nest{left: maxNestedTotal, entries: maxNestedEntries}}
}

const (
	manifestPath = jar.ManifestPath
	pluginPath   = "META-INF/maven/plugin.xml"
)

// ownFolder is where Maven's archiver describes the package itself
// (maven.apache.org/shared/maven-archiver).
func (i *inspector) ownFolder() string {
	return "META-INF/maven/" + i.at.group + "/" + i.at.artifact + "/"
}

// described is the group and artifact that a description inside is of; not ok for
// what is none.
func described(name string) (group, artifact, document string, ok bool) {
	parts := strings.Split(name, "/")
	if len(parts) != 5 || parts[0] != "META-INF" || parts[1] != "maven" || parts[4] != "pom.properties" && parts[4] != "pom.xml" {
		return "", "", "", false
	}
	return parts[2], parts[3], parts[4], true
}

// single tells that the file is no archive.
func (i *inspector) single() bool { return i.at.format() == "" }

// Open asks for descriptions, the manifest, signatures, documents that are read as
// they are, and what a signature may be over.
func (i *inspector) Open(name string, size int64) io.Writer {
	if i.single() {
		return i.document(name, size)
	}
	var wanted []io.Writer
	for _, w := range []io.Writer{i.document(name, size), i.signed.digests(name, i.docs[manifestPath]), i.nest.begin(name, size)} {
		if w != nil {
			wanted = append(wanted, w)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	return io.MultiWriter(wanted...)
}

// document takes the bytes of one that is read; nil for others.
func (i *inspector) document(name string, size int64) io.Writer {
	_, _, document, ok := described(name)
	wanted := ok && (document == "pom.properties" || strings.HasPrefix(name, i.ownFolder())) || name == pluginPath ||
		!i.single() && jar.Related(name) || i.single() && (i.at.extension == "pom" || i.at.extension == "module")
	if !wanted {
		return nil
	}
	most := int64(maxDocument)
	if i.single() || jar.Related(name) || name == pluginPath {
		most = maxModule
	}
	if size > most || size > i.left {
		i.leave("%s is larger than is read.", name)
		return nil
	}
	i.left -= size
	i.docs[name] = &bytes.Buffer{}
	return i.docs[name]
}

// leave notes that something was not read.
func (i *inspector) leave(format string, args ...any) {
	if i.unread == "" {
		i.unread = fmt.Sprintf(format, args...)
	}
}

// Inside tells what was found.
//
//  1. What did not arrive whole is not read.
//  2. The package's name, by its own descriptions.
//  3. What would run.
//  4. Other packages: by the POM, and by descriptions of others inside.
func (i *inspector) Inside(ctx context.Context, files []archive.File) registry.Inside {
	var in registry.Inside
	// 1.
	present := make(map[string]bool, len(files))
	for n, f := range files {
		if n%1024 == 0 && ctx.Err() != nil {
			return registry.Inside{Unread: "Reading it was cancelled."}
		}
		present[f.Path] = true
		if strings.EqualFold(path.Base(f.Path), "SECURITY.md") && strings.Count(f.Path, "/") <= 1 {
			in.Contact = append(in.Contact, f.Path)
		}
	}
	for name := range i.docs {
		if !present[name] {
			delete(i.docs, name)
		}
	}
	i.nest.keep(files)
	// 2.
	if i.single() {
		i.nameSingle(&in)
		i.runsSingle(&in)
	} else {
		i.name(&in, files)
		in.Enclosed = i.signed.judge(i.docs, files)
		// 3.
		i.runs(&in, files)
	}
	// 4.
	i.ingredients(&in, files)
	in.Read, in.Unread = i.unread == "", i.unread
	return in
}

// nameSingle reads the name in a POM or module that is audited by itself.
func (i *inspector) nameSingle(in *registry.Inside) {
	doc := i.docs[i.at.file()]
	if doc == nil {
		return
	}
	switch i.at.extension {
	case "pom":
		p, err := readPOM(doc.Bytes())
		if err != nil {
			i.leave("The POM cannot be read: %.200s.", err.Error())
			return
		}
		i.names(in, "The POM", p.at)
		in.Repository = repositoryOf(p)
	case "module":
		c := componentOf(doc.Bytes())
		i.names(in, "The module", c)
	}
}

// runsSingle tells what a file that is no archive would run, by its name.
func (i *inspector) runsSingle(in *registry.Inside) {
	switch i.at.extension {
	case "exe", "so", "dll", "dylib", "jnilib":
		run(in, "use", "It is a program or a library of machine code, which runs when it is started or loaded.", "", []string{i.at.file()})
	}
}

// names adds what a document says of the name, each part beside the one that was
// asked for. A part that stands in a property of the build says nothing; nor does
// one that is left out.
func (i *inspector) names(in *registry.Inside, document string, stated coordinates) {
	for _, n := range []struct{ field, stated, asked string }{
		{"group", stated.group, i.at.group}, {"artifact", stated.artifact, i.at.artifact}, {"version", stated.version, i.at.version},
	} {
		if n.stated != "" && !strings.Contains(n.stated, "${") {
			in.Names = append(in.Names, registry.NameInside{Document: document, Field: n.field, Stated: n.stated, Asked: n.asked})
		}
	}
}

// name reads what an archive's own descriptions say. Only a description that
// states all three parts says which version this is; where none does, and none
// contradicts, nothing is said. Which of a version's files this is they do not say.
func (i *inspector) name(in *registry.Inside, files []archive.File) {
	whole := false
	add := func(document string, stated coordinates) {
		whole = whole || stated.group != "" && stated.artifact != "" && stated.version != "" && !strings.Contains(stated.gav(), "${")
		i.names(in, document, stated)
	}
	if doc := i.docs[i.ownFolder()+"pom.properties"]; doc != nil {
		p := properties(doc.Bytes())
		add("pom.properties", coordinates{group: p["groupId"], artifact: p["artifactId"], version: p["version"]})
	}
	if doc := i.docs[i.ownFolder()+"pom.xml"]; doc != nil {
		if p, err := readPOM(doc.Bytes()); err != nil {
			i.leave("The POM inside cannot be read: %.200s.", err.Error())
		} else {
			add("pom.xml", p.at)
			in.Repository = repositoryOf(p)
			i.made = append(i.made, p.makes()...)
		}
	}
	if doc := i.docs[pluginPath]; doc != nil {
		if root, err := parseXML(doc.Bytes()); err != nil || root.name != "plugin" {
			i.leave("The description of the plugin inside cannot be read.")
		} else {
			i.plugin = true
			add("plugin.xml", coordinates{group: root.at("groupId"), artifact: root.at("artifactId"), version: root.at("version")})
		}
	}
	contradicts := slices.ContainsFunc(in.Names, func(n registry.NameInside) bool { return n.Stated != n.Asked })
	switch {
	case contradicts:
	case !whole:
		in.Names = nil
	default:
		if in.Unbound = i.unbound(files); in.Unbound == "" && !i.plugin {
			in.Reserved = "Which of the version's files it is they do not say. Nothing hints that the build makes other archives like it."
		}
	}
	i.manifest(in)
}

// manifest reads the manifest, and where it says that the code comes from
// (wiki.eclipse.org/PDE/UI/SourceReferences).
func (i *inspector) manifest(in *registry.Inside) {
	doc := i.docs[manifestPath]
	if doc == nil {
		return
	}
	m, err := jar.ReadManifest(doc.Bytes())
	if err != nil {
		i.leave("Its manifest cannot be read: %.200s.", err.Error())
		return
	}
	i.main = m.Main.Headers
	if stated := i.main.Get("Eclipse-SourceReferences"); stated != "" && in.Repository == "" {
		parts := strings.Split(stated, ";")
		if at, ok := source.Parse(withoutProvider(parts[0])); ok {
			in.Repository = at.Repository.String()
			for _, p := range parts[1:] {
				key, value, _ := strings.Cut(p, "=")
				switch value = strings.Trim(value, `"`); key {
				case "commitId":
					in.Revision = value
				case "path":
					in.Folder = value
				}
			}
		}
	}
}

// repositoryOf is the source that one POM names by itself.
func repositoryOf(p pom) string {
	m := model{chain: []pom{p}}
	address, _ := m.scm()
	if _, ok := source.Parse(address); !ok {
		return ""
	}
	return address
}

// properties reads a file of Java's, as Maven's archiver writes it.
func properties(doc []byte) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(string(doc)) {
		line = strings.TrimSpace(line)
		key, value, found := strings.Cut(line, "=")
		if !found || strings.HasPrefix(line, "#") {
			continue
		}
		if key = strings.TrimSpace(key); out[key] != "" && out[key] != strings.TrimSpace(value) {
			value = out[key] + " or " + value // two answers are none
		}
		out[key] = strings.TrimSpace(value)
	}
	return out
}

// ingredients adds other packages: what the POM says that using this pulls, and
// which others are described inside.
func (i *inspector) ingredients(in *registry.Inside, files []archive.File) {
	var inside []string
	for name := range i.docs {
		if g, a, document, ok := described(name); ok && document == "pom.properties" && (g != i.at.group || a != i.at.artifact) {
			inside = append(inside, name)
		}
	}
	slices.Sort(inside)
	for _, name := range inside {
		g, a, _, _ := described(name)
		if ref, err := purl.Exact(purl.Maven, g+"/"+a, properties(i.docs[name].Bytes())["version"]); err == nil {
			in.Ingredients = append(in.Ingredients, registry.Ingredient{Ref: ref.Bare().String(), Kind: "bundles"})
		}
	}
	in.Ingredients = append(in.Ingredients, i.nest.ingredients()...)
	in.Undeclared = i.nest.unopened()
	if programless(i.at, files) {
		in.Needless = "It holds no program, so it needs no other package."
		return
	}
	in.Needless = "Its POM names no other package that using it would pull."
	in.Ingredients = append(in.Ingredients, i.pom.successor()...)
	in.Ingredients = append(in.Ingredients, i.pom.dependencies()...)
	in.Ingredients = append(in.Ingredients, i.pom.listed()...)
	if i.pom.open != "" {
		i.leave("What the POM says of others is not known whole: %s.", strings.TrimSuffix(i.pom.open, "."))
	}
}

// programless tells that a file of sources or documentation holds nothing that runs.
func programless(at coordinates, files []archive.File) bool {
	return (at.classifier == "sources" || at.classifier == "javadoc") && !slices.ContainsFunc(files, func(f archive.File) bool {
		return path.Ext(f.Path) == ".class" || isArchive(f.Path)
	})
}
