package principles

import (
	"fmt"
	"slices"
	"strings"
)

// validateReference holds attributes, threats, mappings and the discussion to
// the lines that they name.
func (d *Document) validateReference(requirements []Requirement, known map[string]bool) error {
	attributes := map[string]bool{}
	for _, a := range d.Attributes {
		if attributes[a.ID] || a.ID == "" || strings.ContainsFunc(a.ID, notIDRune) || a.Name == "" || a.Question == "" || a.Means == "" {
			return fmt.Errorf("principles: attribute %q stands twice or lacks id, name, question or means", a.ID)
		}
		attributes[a.ID] = true
	}
	for _, q := range requirements {
		for _, n := range q.Needs {
			if !attributes[n] {
				return fmt.Errorf("principles: requirement %s needs the attribute %q, which does not exist", q.ID, n)
			}
		}
	}
	answered := map[string]bool{}
	for _, t := range d.Threats {
		if t.ID == "" || t.Name == "" || t.Means == "" || len(t.Requirements) == 0 {
			return fmt.Errorf("principles: threat %q lacks id, name, means or requirements", t.ID)
		}
		if err := allKnown("threat "+t.ID, t.Requirements, known); err != nil {
			return err
		}
		for _, id := range t.Requirements {
			answered[id] = true
		}
	}
	for _, q := range requirements {
		if len(d.Threats) > 0 && !answered[q.ID] {
			return fmt.Errorf("principles: no threat names requirement %s", q.ID)
		}
	}
	for _, f := range d.Frameworks {
		if f.ID == "" || f.Name == "" || f.Version == "" || f.Note == "" || len(f.Rows) == 0 || !strings.HasPrefix(f.Source, "https://") {
			return fmt.Errorf("principles: framework %q lacks id, name, version, note, rows or an https source", f.ID)
		}
		for _, row := range f.Rows {
			if row.Theirs == "" || (len(row.Requirements) == 0 && row.Note == "") {
				return fmt.Errorf("principles: framework %s: a row (%q) leads nowhere and does not say why", f.ID, row.Theirs)
			}
			if err := allKnown("framework "+f.ID, row.Requirements, known); err != nil {
				return err
			}
		}
	}
	if err := d.validateCommands(known); err != nil {
		return err
	}
	return d.validateDiscussion(known)
}

// validateCommands holds commands to lines and repositories that exist, each
// once, in the order of the repositories.
func (d *Document) validateCommands(known map[string]bool) error {
	seen := map[string]bool{}
	for _, c := range d.Commands {
		if seen[c.Requirement] || !known[c.Requirement] || len(c.By) == 0 {
			return fmt.Errorf("principles: commands for %q: it stands twice, does not exist or has none", c.Requirement)
		}
		seen[c.Requirement] = true
		last := -1
		for _, by := range c.By {
			i := slices.Index(d.RegistryFiles, by.Registry)
			if i <= last || by.Run == "" || by.Shows == "" {
				return fmt.Errorf("principles: commands for %s: repository %q is unknown or out of order, or what to run or what is seen is missing", c.Requirement, by.Registry)
			}
			last = i
		}
	}
	return nil
}

func (d *Document) validateDiscussion(known map[string]bool) error {
	if d.Discussion == nil || !strings.HasPrefix(d.Discussion.Source, "https://") {
		return fmt.Errorf("principles: discussion.json holds null or lacks an https source")
	}
	settled := map[string]bool{}
	for _, s := range d.Framing.Settled {
		settled[s.ID] = true
	}
	for _, r := range d.Discussion.Remarks {
		if r.By == "" || r.Said == "" || r.Done == "" || len(r.Requirements)+len(r.Settled) == 0 || (r.Source != "" && !strings.HasPrefix(r.Source, "https://")) {
			return fmt.Errorf("principles: the remark %q of %q must lead to a line or a settled question and say what came of it", r.Said, r.By)
		}
		if err := allKnown("a remark of "+r.By, r.Requirements, known); err != nil {
			return err
		}
		if err := allKnown("a remark of "+r.By, r.Settled, settled); err != nil {
			return err
		}
	}
	return nil
}

// validateHistory holds the editions to the answers: the last turn of each is
// what stands now.
func (d *Document) validateHistory(known map[string]bool) error {
	last := map[[2]string]Status{}
	for i, e := range d.History {
		if !isDate(e.Date) || e.What == "" || (i > 0 && e.Date > d.History[i-1].Date) {
			return fmt.Errorf("principles: history.json: the edition %q lacks what or date, or stands behind an older one", e.Date)
		}
		for _, t := range e.Turns {
			if !known[t.Requirement] || !slices.ContainsFunc(d.Registries, func(r Registry) bool { return r.ID == t.Registry }) || t.Now == t.Was {
				return fmt.Errorf("principles: history.json names %s of %s, which does not exist or did not change", t.Requirement, t.Registry)
			}
			key := [2]string{t.Registry, t.Requirement}
			if newer, is := last[key]; is && newer != t.Now {
				return fmt.Errorf("principles: history.json: %s of %s became %q, but the next edition begins with %q", t.Requirement, t.Registry, t.Now, newer)
			}
			if _, is := last[key]; !is {
				if now := d.registry(t.Registry).Answer(t.Requirement).Status; now != t.Now {
					return fmt.Errorf("principles: history.json: %s of %s became %q, but stands at %q: add an edition", t.Requirement, t.Registry, t.Now, now)
				}
			}
			last[key] = t.Was
		}
	}
	return nil
}

func (d *Document) registry(id string) Registry {
	for _, r := range d.Registries {
		if r.ID == id {
			return r
		}
	}
	return Registry{}
}

// validateAround holds what stands beside a repository's answers to its form.
func (r Registry) validateAround(d *Document) error {
	for _, l := range r.Lacks {
		if !slices.ContainsFunc(d.Attributes, func(a Attribute) bool { return a.ID == l.Attribute }) || l.Note == "" || !isDate(l.Date) || !strings.HasPrefix(l.Source, "https://") {
			return fmt.Errorf("principles: registry %s lacks %q: unknown, or without note, date or an https source", r.ID, l.Attribute)
		}
	}
	for _, g := range r.Gives {
		if t, ok := d.Track(g.Track); !ok || !t.Weighed || g.AtMost < 0 || g.AtMost > len(t.Levels) {
			return fmt.Errorf("principles: registry %s gives level %d of %q, which packages are not weighed on", r.ID, g.AtMost, g.Track)
		}
	}
	for _, a := range r.Answers {
		if c := a.Confirmed; c != nil && (!isDate(c.Date) || !strings.HasPrefix(c.Source, "https://")) {
			return fmt.Errorf("principles: registry %s: the confirmation of %s lacks date or an https source", r.ID, a.Requirement)
		}
		if a.Secondhand && a.Source == "" {
			return fmt.Errorf("principles: registry %s: the answer to %s is second-hand and names no source", r.ID, a.Requirement)
		}
	}
	return nil
}

func allKnown(where string, ids []string, known map[string]bool) error {
	for _, id := range ids {
		if !known[id] {
			return fmt.Errorf("principles: %s names %q, which does not exist", where, id)
		}
	}
	return nil
}
