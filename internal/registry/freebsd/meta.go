package freebsd

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
)

var metaForm = &fetch.Form{Name: "a description of a repository (meta.conf)", Fits: fetch.IsText}

// A meta is what a repository says of itself in meta.conf, which nobody signs: it
// leads to no other place than those that are known.
type meta struct {
	answer fetch.Answer
	// data tells that it names the newer form of the catalogue.
	data bool
	// ends is when the repository is no longer kept up; zero for no such word.
	ends time.Time
}

// askMeta asks for meta.conf.
func askMeta(ctx context.Context, c *fetch.Session, base string) (meta, error) {
	var m meta
	var err error
	if m.answer, err = c.Get(ctx, fetch.Request{URL: base + "meta.conf", Step: "repository", Limit: maxUCL, Form: metaForm}); err != nil || m.answer.State != fetch.Found {
		return m, err
	}
	if err := m.read(m.answer.Body); err != nil {
		m.answer.Unusable("reading meta.conf: " + err.Error())
	}
	return m, nil
}

// read takes what counts (libpkg/pkg_repo_meta.c): the version of the form, the names
// of the catalogue, and until when it is kept up.
func (m *meta) read(b []byte) error {
	said, err := readUCL(b)
	if err != nil {
		return err
	}
	if v := said["version"]; v != "1" && v != "2" {
		return fmt.Errorf("its form is of version %.20q, and versions 1 and 2 are read", v)
	}
	for key, usual := range map[string]string{"data": "data", "data_archive": "data", "manifests": "packagesite.yaml", "manifests_archive": "packagesite"} {
		if name, has := said[key]; has && name != usual {
			return fmt.Errorf("its catalogue is called %.60q", name)
		}
	}
	_, m.data = said["data"]
	if eol, has := said["eol"]; has {
		seconds, err := strconv.ParseInt(eol, 10, 64)
		if err != nil || seconds < 0 || seconds > 1<<40 {
			return fmt.Errorf("its end %.20q is no time", eol)
		}
		m.ends = time.Unix(seconds, 0).UTC()
	}
	return nil
}

// notes tell of the repository's end.
func (m meta) notes() []purl.Note {
	if m.ends.IsZero() {
		return nil
	}
	return []purl.Note{{Kind: "index", Text: "The repository says that it is kept up until " + m.ends.Format(time.DateOnly) + " only. Nobody signs that word."}}
}

// ask reads a repository's catalogue, of which it finds the entries of a package:
//
//  1. meta.conf, where there is one that can be read, says which form there is;
//  2. else each known form is asked for, the newest first.
func ask(ctx context.Context, c *fetch.Session, base, name string) (catalogue, error) {
	// 1.
	m, err := askMeta(ctx, c, base)
	if err != nil {
		return catalogue{}, err
	}
	forms := catalogues
	if m.answer.State == fetch.Found && !m.data {
		forms = forms[1:]
	}
	// 2.
	var cat catalogue
	for _, form := range forms {
		a, err := c.Get(ctx, fetch.Request{URL: base + form.file, Step: "catalogue", Limit: maxCatalogue, Form: catalogueForm})
		if err != nil {
			return catalogue{}, err
		}
		cat = open(a, form.member, name)
		if a.State != fetch.NotThere {
			break
		}
	}
	cat.notes = m.notes()
	if ctx.Err() != nil {
		return cat, fmt.Errorf("reading the catalogue: %w", ctx.Err())
	}
	return cat, nil
}
