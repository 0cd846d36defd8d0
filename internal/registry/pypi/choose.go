package pypi

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// A choice is the file that is audited.
type choice struct {
	at     located
	name   filename
	entry  *entry // nil where the index could not be had
	place  string // its address; empty where that is not known
	others []registry.Other
	// siblings are the version's files but this one, with their digests.
	siblings registry.Siblings
	notes    []purl.Note
}

func (f *choice) note(kind, format string, args ...any) {
	f.notes = append(f.notes, purl.Note{Kind: kind, Text: fmt.Sprintf(format, args...)})
}

// choose says which version and which of its files are meant:
//
//  1. the version asked for, in any spelling; without one the newest that was
//     not withdrawn, and is no pre-release where there is another;
//  2. the file that the reference names; else one that has a digest of the
//     reference's; else the one that the person brought, by its name; else the
//     one that most people get.
func choose(ref purl.Ref, index *project, v registry.Visit) (choice, error) {
	if index.answer.State != fetch.Found {
		return unindexed(ref, index.answer)
	}
	// 1.
	f := choice{at: located{name: canonical(ref.Name), version: ref.Version}}
	if ref.Version == "" {
		if f.at.version = index.newest(); f.at.version == "" {
			return f, index.refuse("PyPI has the project %s, and no file of it that can be audited.", ref.Name)
		}
		f.note("moving", "You gave no version. This checks %s, the newest in PyPI's index. That index is not signed.", f.at.version)
	}
	files := index.of(f.at.version)
	if len(files) == 0 {
		return f, missing(ref, index)
	}
	f.at.version = index.versionOf(files[0])
	// 2.
	chosen, why := pick(ref, files, v)
	switch {
	case chosen < 0:
		refused := purl.Refuse(purl.Missing, "PyPI lists no file %s of version %s. Its files are offered instead.", ref.File, f.at.version)
		for _, e := range files {
			refused.Offer(refOf(ref, f.at.version, e), e.name.String())
		}
		return f, refused
	case files[chosen].name.format() == "":
		return f, purl.Refuse(purl.NoPackage, "The file %s is of a kind that is not read here. Read are wheels, and source distributions in the forms .tar.gz and .zip.", files[chosen].file)
	}
	e := files[chosen]
	f.at.file, f.name, f.entry, f.place = e.file, e.name, &e, e.place()
	if f.place == "" {
		f.note("record", "The index says that the file is at %.300q, which is not where PyPI serves files. It was not fetched from there.", e.fields.Text("url"))
	}
	if why != "" && len(files) > 1 {
		f.note("guess", "This version has %d files. This checks %s: %s.", len(files), e.file, why)
	}
	if len(index.unread) > 0 && len(files) == 1 {
		f.note("record", "The project also has files that are neither wheels nor source distributions. Those are not read here.")
	}
	f.siblings = index.siblings(files, chosen)
	for i, other := range files {
		if i != chosen && other.name.format() != "" {
			f.others = append(f.others, registry.Other{Ref: refOf(ref, f.at.version, other), What: other.name.kind(), Instead: true})
		}
	}
	return f, nil
}

// siblings are the files of a version but the chosen one, and those of the project
// of which the version is not read: they may be of it. One whose digests cannot be read leaves it open which they are.
func (p *project) siblings(files []entry, chosen int) registry.Siblings {
	out := registry.Siblings{Whole: true}
	for i, e := range append(slices.Clone(files), p.unread...) {
		if i != chosen {
			states, broken := e.stated()
			out.Whole = out.Whole && len(broken) == 0 && len(states) > 0
			address, _ := e.announces()
			out.Each = append(out.Each, registry.Sibling{Name: e.file, States: states, Attested: address != "" && i < len(files)})
		}
	}
	return out
}

// pick chooses one of a version's files, and says why where the reference did
// not; -1 for none.
func pick(ref purl.Ref, files []entry, v registry.Visit) (chosen int, why string) {
	if ref.File != "" {
		return slices.IndexFunc(files, func(e entry) bool { return e.file == ref.File }), ""
	}
	for i, e := range files {
		states, _ := e.stated()
		for _, s := range states {
			if slices.ContainsFunc(ref.Digests, func(d purl.Digest) bool {
				return s.Of == registry.OfArtifact && d.Algorithm == s.Algorithm && d.Value == s.Value
			}) {
				return i, "the index states a digest of it that you gave"
			}
		}
	}
	if i := slices.IndexFunc(files, func(e entry) bool { return e.file == v.FileName }); i >= 0 {
		return i, "it has the name of the file that you brought"
	}
	return 0, "the " + files[0].name.String() + ", which most people get"
}

// refOf names one file.
func refOf(ref purl.Ref, version string, e entry) purl.Ref {
	return purl.Ref{Type: ref.Type, Name: ref.Name, Version: version, File: e.file}
}

// of are the files of a version, first the one that most people get.
func (p *project) of(version string) []entry {
	var files []entry
	wanted := keyOf(version)
	for _, e := range p.files {
		if e.key == wanted {
			files = append(files, e)
		}
	}
	slices.SortStableFunc(files, func(a, b entry) int { return compareFiles(a.name, b.name) })
	return files
}

// newest is the newest version with a file that is read here: not withdrawn, and
// no pre-release, where there is such a one; empty where there is none at all.
func (p *project) newest() string {
	p.once.Do(func() { p.latest = p.findNewest() })
	return p.latest
}

func (p *project) findNewest() string {
	best, bestRank := "", 0
	for _, e := range p.files {
		if e.name.format() == "" {
			continue
		}
		rank := 1
		if v, ok := parseVersion(e.name.version); !e.yanked && ok {
			if rank = 2; !v.isPre() {
				rank = 3
			}
		}
		if rank > bestRank || rank == bestRank && compareVersions(e.name.version, best) > 0 {
			best, bestRank = e.name.version, rank
		}
	}
	for _, e := range p.files {
		if e.name.version == best {
			return p.versionOf(e)
		}
	}
	return ""
}

// refuse says what the index does not have, and in what state the project is:
// the index leaves out the files of one in quarantine.
func (p *project) refuse(format string, args ...any) *purl.Refused {
	return purl.Refuse(purl.Missing, "%s", strings.TrimSpace(fmt.Sprintf(format, args...)+" "+p.stands()))
}

// missing is the refusal of a version that the index does not list.
func missing(ref purl.Ref, index *project) error {
	refused := index.refuse("PyPI lists no version %s of %s. It may have been deleted, or never published.", ref.Version, ref.Name)
	offer := func(version, why string) {
		if version != "" {
			refused.Offer(purl.Ref{Type: ref.Type, Name: ref.Name, Version: version}, why)
		}
	}
	offer(index.newest(), "the newest version")
	before, after := "", ""
	for _, e := range index.files {
		switch v := e.name.version; {
		case compareVersions(v, ref.Version) < 0 && (before == "" || compareVersions(v, before) > 0):
			before = v
		case compareVersions(v, ref.Version) > 0 && (after == "" || compareVersions(v, after) < 0):
			after = v
		}
	}
	offer(before, "the nearest before it")
	offer(after, "the nearest after it")
	return refused
}

// unindexed is the choice where the index could not be had: what the reference
// says by itself. An address that was pasted says where the file is.
func unindexed(ref purl.Ref, answer fetch.Answer) (choice, error) {
	f := choice{at: located{canonical(ref.Name), ref.Version, ref.File}}
	switch {
	case answer.State == fetch.NotThere:
		return f, purl.Refuse(purl.Missing, "PyPI has no project %s. Check the spelling; private packages are not visible from outside.", ref.Name)
	case ref.Version == "":
		refused, _ := registry.Unlearned("PyPI", ref.Name, "which version of "+ref.Name+" is the newest", answer)
		return f, refused
	}
	f.name, _ = parseFilename(ref.File, ref.Name)
	for _, d := range ref.Digests {
		if d.Algorithm == "blake2b-256" && ref.File != "" && len(d.Value) == 64 {
			f.place = ownPlace("https://"+Files+"/packages/"+d.Value[:2]+"/"+d.Value[2:4]+"/"+d.Value[4:]+"/"+ref.File, ref.File)
		}
	}
	if f.place == "" {
		f.note("record", "PyPI's index could not be used, so where the file is could not be learned.")
	}
	return f, nil
}

// earlier tells which versions before this one in its release line the index
// announces as attested, and fetches what the newest of them says: of a file of
// the same kind, where there is one.
func earlier(ctx context.Context, c *fetch.Session, index *project, f choice) (registry.Earlier, error) {
	out := registry.Earlier{}
	var attested []entry
	for _, e := range index.files {
		address, said := e.announces()
		if said {
			out.State = fetch.Found
		}
		if address != "" && compareVersions(e.name.version, f.at.version) < 0 && sameLine(e.name.version, f.at.version) {
			attested = append(attested, e)
		}
	}
	if len(attested) == 0 {
		return out, nil
	}
	slices.SortStableFunc(attested, func(a, b entry) int {
		if c := compareVersions(b.name.version, a.name.version); c != 0 {
			return c
		}
		likeness := func(e entry) int {
			if e.name.wheel == f.name.wheel {
				return 0
			}
			return 1
		}
		return likeness(a) - likeness(b)
	})
	seen := map[string]bool{} // an index may list hundreds of thousands of files
	for _, e := range attested {
		if v := index.versionOf(e); !seen[v] {
			seen[v], out.Attested = true, append(out.Attested, v)
		}
	}
	before := located{f.at.name, out.Attested[0], attested[0].file}
	var err error
	out.Previous, err = attestationsOf(ctx, c, before, attested[0], index.answer)
	return out, err
}
