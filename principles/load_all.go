package principles

import (
	"errors"
	"fmt"
	"io/fs"
)

// LoadAllFrom reads everything, laid out as this package's folder is.
func LoadAllFrom(files fs.FS) (*Document, error) {
	doc, err := LoadFrom(files)
	if err != nil {
		return nil, err
	}
	if err := decode(files, "framing.json", &doc.Framing); err != nil {
		return nil, err
	}
	if err := decode(files, "changelog.json", &doc.Changelog); err != nil {
		return nil, err
	}
	if err := doc.loadReference(files); err != nil {
		return nil, err
	}
	for _, name := range doc.RegistryFiles {
		var r Registry
		if err := decode(files, "registries/"+name+".json", &r); err != nil {
			return nil, err
		}
		if r.ID != name {
			return nil, fmt.Errorf("reading registries/%s.json: its id is %q: file and id must be the same", name, r.ID)
		}
		doc.Registries = append(doc.Registries, r.completed(doc))
	}
	if err := doc.validateAll(); err != nil {
		return nil, err
	}
	return doc, nil
}

// loadReference reads what tells lines apart and leads to them from elsewhere.
func (d *Document) loadReference(files fs.FS) error {
	for name, into := range map[string]any{
		"attributes.json": &d.Attributes,
		"threats.json":    &d.Threats,
		"mappings.json":   &d.Frameworks,
		"commands.json":   &d.Commands,
		"discussion.json": &d.Discussion,
		"history.json":    &d.History,
	} {
		if err := decode(files, name, into); err != nil {
			return err
		}
	}
	return nil
}

// loadCapabilities adds the lines that are asked of repositories alone. They
// stand in a file of their own, so that a program which weighs packages does
// not carry them.
func (t *Track) loadCapabilities(files fs.FS) error {
	file := "capabilities/" + t.ID + ".json"
	if _, err := fs.Stat(files, file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var levels [][]Requirement
	if err := decode(files, file, &levels); err != nil {
		return err
	}
	if !t.Weighed || len(levels) != len(t.Levels) {
		return fmt.Errorf("reading %s: one list for each level of a weighed track is expected, found %d", file, len(levels))
	}
	for i, lines := range levels {
		t.Levels[i].Capabilities = lines
	}
	return nil
}

// completed adds the answers that follow from what the repository lacks.
func (r Registry) completed(doc *Document) Registry {
	lacks := map[string]Lack{}
	for _, l := range r.Lacks {
		lacks[l.Attribute] = l
	}
	for _, t := range doc.Tracks {
		for _, l := range t.Levels {
			for _, q := range l.All() {
				for _, need := range q.Needs {
					if lack, is := lacks[need]; is {
						r.Answers = append(r.Answers, Answer{Requirement: q.ID, Status: NotApplicable, Note: lack.Note, Source: lack.Source, Date: lack.Date})
						break
					}
				}
			}
		}
	}
	return r
}
