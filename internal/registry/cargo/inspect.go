package cargo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

const (
	manifestName = "Cargo.toml"
	vcsName      = ".cargo_vcs_info.json"
	// maxDocument bounds each of the two, in bytes.
	maxDocument = 512 << 10
)

// written is where cargo unpacks an entry: at its own path, but for the mark of
// its own by which it knows what it has unpacked (cargo's sources/registry).
func written(p string, folder bool) (string, error) {
	if path.Base(p) == ".cargo-ok" && !folder {
		return "", errors.New("cargo does not unpack it")
	}
	return p, nil
}

// inspector reads Cargo.toml and what cargo noted of the source repository.
type inspector struct {
	at            located
	spelled       bool          // crates.io itself spells the name so
	manifest, vcs *bytes.Buffer // nil where there is none, or it was not read
	unread        string        // what should have been read and was not
}

func newInspector(at located, spelled bool) *inspector { return &inspector{at: at, spelled: spelled} }

// Open asks for the two documents at the root.
func (i *inspector) Open(name string, size int64) io.Writer {
	rel, inside := strings.CutPrefix(name, i.at.root())
	if !inside || rel != manifestName && rel != vcsName {
		return nil
	}
	if size > maxDocument {
		i.leave("Its " + rel + " is larger than is read.")
		return nil
	}
	b := new(bytes.Buffer)
	if rel == manifestName {
		i.manifest = b
	} else {
		i.vcs = b
	}
	return b
}

// leave notes that something was not read.
func (i *inspector) leave(why string) {
	if i.unread == "" {
		i.unread = why
	}
}

// Inside tells what the two documents say.
func (i *inspector) Inside(ctx context.Context, files []archive.File) registry.Inside {
	var in registry.Inside
	folder, script := strings.TrimSuffix(i.at.root(), "/"), ""
	for n, f := range files {
		if n%1024 == 0 && ctx.Err() != nil {
			return registry.Inside{Unread: "Reading it was cancelled."}
		}
		rel, inside := strings.CutPrefix(f.Path, i.at.root())
		if !inside {
			folder, _, _ = strings.Cut(f.Path, "/")
			continue
		}
		if archive.Fold(rel) == "build.rs" { // a disk may ignore case
			script = rel
		}
		if strings.EqualFold(path.Base(rel), "SECURITY.md") && strings.Count(rel, "/") <= 1 {
			in.Contact = append(in.Contact, rel)
		}
	}
	m, read := i.readManifest()
	in.Names = []registry.NameInside{
		{Document: "The folder", Field: "name and version", Stated: folder, Asked: strings.TrimSuffix(i.at.root(), "/"), Enforced: i.spelled},
		{Document: manifestName, Field: "name", Stated: m.name, Asked: i.at.name, Enforced: i.spelled && read},
		{Document: manifestName, Field: "version", Stated: m.version, Asked: i.at.version, Enforced: i.spelled && read},
	}
	in.Repository = m.repository
	in.Runs = m.runs(script)
	in.Ingredients = m.ingredients()
	i.describeSource(&in)
	in.Read, in.Unread = i.unread == "", i.unread
	return in
}

// readManifest reads Cargo.toml. Where that cannot be done it states nothing.
func (i *inspector) readManifest() (m manifest, read bool) {
	if i.manifest == nil {
		i.leave("It has no " + manifestName + " that could be read.")
		return m, false
	}
	m, err := readManifest(i.manifest.Bytes())
	if err != nil {
		i.leave(fmt.Sprintf("Its %s cannot be read: %.200q.", manifestName, err.Error()))
		return manifest{}, false
	}
	return m, true
}

// describeSource adds the commit that cargo found when it packed the crate
// (doc.rust-lang.org/cargo/commands/cargo-package.html, ".cargo_vcs_info.json").
func (i *inspector) describeSource(in *registry.Inside) {
	if i.vcs == nil {
		return
	}
	doc, err := strictjson.Parse(i.vcs.Bytes())
	git := doc.Object("git")
	if err == nil {
		err = git.Into("dirty", &in.Dirty)
	}
	if err != nil || doc.Has("git") && git == nil {
		// It might say that the files were changed, so its commit does not count.
		in.Dirty = false
		i.leave("Its " + vcsName + " is not the JSON document that cargo writes.")
		return
	}
	in.Revision, in.Folder = git.Text("sha1"), doc.Text("path_in_vcs")
}
