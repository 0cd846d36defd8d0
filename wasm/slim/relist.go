package main

import (
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// relist brings the list to the versions that go.mod selects, for a person to
// review: it writes the new versions and hashes, turns patterns such as
// "client/*" into one entry a file, and says on w what changed.
func (b *builder) relist(w io.Writer) error {
	_, goSum, err := b.copyGoMod()
	if err != nil {
		return err
	}
	if err := b.selectVersions(w); err != nil {
		return err
	}
	zips, err := b.download()
	if err != nil {
		return err
	}
	h1 := sums(goSum)
	for i := range b.list.Modules {
		m := &b.list.Modules[i]
		files, err := readModule(*m, zips[m.Path], h1[m.Path+" "+m.Version])
		if err != nil {
			return err
		}
		if m.Files, err = rehash(w, *m, files); err != nil {
			return err
		}
	}
	return b.list.write(b.listFile())
}

// selectVersions sets the listed versions to those that go.mod selects.
func (b *builder) selectVersions(w io.Writer) error {
	selected, err := b.selected()
	if err != nil {
		return err
	}
	for i := range b.list.Modules {
		m := &b.list.Modules[i]
		if v := selected[m.Path]; v != m.Version {
			fmt.Fprintf(w, "%s: %s became %s\n", m.Path, m.Version, v)
			m.Version = v
		}
	}
	return nil
}

// rehash returns the module's entries with the hashes of these files.
func rehash(w io.Writer, m Module, files map[string][]byte) ([]File, error) {
	named := make(map[string]File)
	for _, f := range m.Files {
		if !f.isPattern() {
			named[f.Path] = f
		}
	}
	for _, f := range m.Files {
		if !f.isPattern() {
			continue
		}
		if f.Action != Drop {
			return nil, fmt.Errorf("listing %s: the pattern %s can only drop", m.Path, f.Path)
		}
		for name := range files {
			ok, err := path.Match(f.Path, name)
			if err != nil {
				return nil, fmt.Errorf("listing %s: the pattern %s: %w", m.Path, f.Path, err)
			}
			if _, own := named[name]; ok && !own && strings.HasSuffix(name, ".go") && builds(name) {
				named[name] = File{Path: name, Action: Drop}
			}
		}
	}
	var out []File
	for _, name := range slices.Sorted(maps.Keys(named)) {
		f := named[name]
		data, ok := files[name]
		if !ok {
			fmt.Fprintf(w, "%s@%s: %s is gone\n", m.Path, m.Version, name)
			continue
		}
		if got := hash(data); got != f.SHA256 {
			fmt.Fprintf(w, "%s@%s: %s is new or changed: review it\n", m.Path, m.Version, name)
			f.SHA256 = got
		}
		out = append(out, f)
	}
	return out, nil
}
