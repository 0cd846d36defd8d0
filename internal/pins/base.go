package pins

import (
	"fmt"
	"strings"

	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/lockfile"
	"touchstone/internal/source"
)

// changed are the pins to look at: all, or those that the older file lacks.
// Before are the pins of that file whose place they take: one of the same package
// that the newer file has no more, else any of it.
func changed(f, base *lockfile.File, r *Result) (pins, before []lockfile.Pin) {
	if base == nil {
		return f.Pins, make([]lockfile.Pin, len(f.Pins))
	}
	had, kept, names := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range base.Pins {
		had[same(p)] = true
	}
	for _, p := range f.Pins {
		kept[same(p)] = true
		names[p.Name] = true
	}
	older := map[string]lockfile.Pin{}
	for _, p := range base.Pins {
		if had, found := older[named(p)]; !found || !kept[same(p)] || kept[same(had)] {
			older[named(p)] = p
		}
	}
	for _, p := range f.Pins {
		if had[same(p)] {
			r.Unchanged++
			continue
		}
		pins = append(pins, p)
		before = append(before, older[named(p)])
	}
	for _, p := range base.Pins {
		if !names[p.Name] {
			r.Removed = append(r.Removed, strings.TrimSpace(p.Name+" "+p.Version))
			names[p.Name] = true
		}
	}
	return pins, before
}

// same is all that a pin says of what is installed. Some of it stands in the notes
// alone: under which name, or changed by a patch.
func same(p lockfile.Pin) string {
	said := []string{p.Name, p.Version, string(p.Kind), p.Ref.String(), p.Address, p.Outside, p.Differs, p.Why, fmt.Sprint(p.Unsafe, p.Unheld, p.Bare, p.Runs)}
	return strings.Join(append(said, p.Notes...), "\n")
}

// named is what a pin pins, in whatever version; two digests of one package, of
// its files and of its manifest, are two things.
func named(p lockfile.Pin) string {
	of := ""
	if len(p.Ref.Digests) > 0 {
		of = p.Ref.Digests[0].Of
	}
	return strings.Join([]string{p.Ref.Type, p.Name, of}, "\n")
}

// An origin is where a version comes from, as its audit found.
type origin struct {
	version string
	// attested tells that the build was attested, unattested that it was
	// established not to be; neither where that is open.
	attested, unattested bool
	// source is the address of the source repository: the attested one, else the
	// one that the repository's record states; empty for none.
	source string
}

func originOf(out audit.Outcome) (o origin) {
	if out.Err != nil {
		return o
	}
	built := out.Brief.Finding("build-attested")
	o.version = out.Brief.Version
	o.attested = built.Outcome == evidence.Pass
	o.unattested = built.Outcome == evidence.Absent || built.Outcome == evidence.Fail
	if o.source = out.Brief.About.Source; o.attested {
		o.source = built.Facts["repository"]
	}
	return o
}

// since says how a version comes from elsewhere than the one that was pinned
// before it, unless its own audit says so already.
func (l *Line) since(before, now origin) {
	if l.hasRule("lineage-kept") {
		return
	}
	if before.attested && now.unattested {
		l.find("provenance-lost", fmt.Sprintf("Version %.100s, pinned before, was built with provenance from %.200s. This version was not.", before.version, before.source))
	}
	if source.Compare(before.source, now.source) == source.Different {
		l.find("source-changed", fmt.Sprintf("Version %.100s, pinned before, names %.200s as its source. This one names %.200s.", before.version, before.source, now.source))
	}
}
