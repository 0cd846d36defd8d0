package principles

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// validateAll holds framing, changelog and registries to the rules that they
// speak of.
func (d *Document) validateAll() error {
	if d.Framing == nil || d.Changelog == nil {
		return errors.New("principles: framing.json or changelog.json holds null")
	}
	var requirements []Requirement
	for _, t := range d.Tracks {
		for _, l := range t.Levels {
			requirements = append(requirements, l.All()...)
		}
	}
	known := make(map[string]bool, len(requirements))
	for _, r := range requirements {
		known[r.ID] = true
	}
	if err := d.Framing.validate(requirements, known); err != nil {
		return err
	}
	if err := d.Changelog.validate(d.Version, requirements, known); err != nil {
		return err
	}
	if err := d.validateReference(requirements, known); err != nil {
		return err
	}
	if !slices.IsSorted(d.RegistryFiles) {
		return errors.New("principles: document.json must name the registries in the order of their ids: they are not ranked")
	}
	seen := map[string]bool{}
	for _, r := range d.Registries {
		if seen[r.ID] {
			return fmt.Errorf("principles: registry %s stands twice", r.ID)
		}
		seen[r.ID] = true
		if err := r.validate(requirements, known); err != nil {
			return err
		}
		if err := r.validateAround(d); err != nil {
			return err
		}
	}
	return d.validateHistory(known)
}

func (f *Framing) validate(requirements []Requirement, known map[string]bool) error {
	if f.Text == "" || len(f.Rules) == 0 {
		return errors.New("principles: framing.json lacks text or rules")
	}
	strained := map[string]bool{}
	for _, rule := range f.Rules {
		if rule.ID == "" || strings.ContainsFunc(rule.ID, notIDRune) || rule.Name == "" || rule.Text == "" || rule.Applied == "" {
			return fmt.Errorf("principles: framing rule %q lacks id, name, text or applied", rule.ID)
		}
		for _, id := range rule.StrainedBy {
			if !known[id] {
				return fmt.Errorf("principles: framing rule %s is strained by %q, which does not exist", rule.ID, id)
			}
			strained[id] = true
		}
		if err := validateCredits("framing rule "+rule.ID, rule.Raised); err != nil {
			return err
		}
	}
	for _, r := range requirements {
		if strained[r.ID] != (r.Strain != "") {
			return fmt.Errorf("principles: requirement %s: its strain must be said there and its id named in framing.json, or neither", r.ID)
		}
	}
	settled := map[string]bool{}
	for _, s := range f.Settled {
		if s.ID == "" || strings.ContainsFunc(s.ID, notIDRune) || settled[s.ID] || known[s.ID] {
			return fmt.Errorf("principles: a settled question has the id %q: use a-z, 0-9 and -, and each once", s.ID)
		}
		settled[s.ID] = true
		if s.Question == "" || s.Answer == "" {
			return errors.New("principles: a settled question in framing.json lacks question or answer")
		}
		for _, id := range s.Requirements {
			if !known[id] {
				return fmt.Errorf("principles: a settled question names %q, which does not exist", id)
			}
		}
		if err := validateCredits("a settled question", s.Raised); err != nil {
			return err
		}
	}
	return nil
}

func (c *Changelog) validate(version string, requirements []Requirement, known map[string]bool) error {
	if c.From == "" || c.To != version || !strings.HasPrefix(c.Source, "https://") {
		return fmt.Errorf("principles: changelog.json must lead from a version to %s and name an https source", version)
	}
	named := map[string]bool{}
	for _, change := range c.Changes {
		if change.What == "" || change.Reason == "" {
			return fmt.Errorf("principles: a change (%q) lacks what or reason", change.What)
		}
		before, now := true, true
		switch change.Kind {
		case Kept, Changed:
		case Added:
			before = false
		case Dropped:
			now = false
		default:
			return fmt.Errorf("principles: change %q is %q: kept, changed, added or dropped", change.What, change.Kind)
		}
		if (change.Was != "") != before || (len(change.Requirements) > 0) != now {
			return fmt.Errorf("principles: change %q (%s) must say where it was unless added, and where it is unless dropped", change.What, change.Kind)
		}
		for _, id := range change.Requirements {
			if !known[id] {
				return fmt.Errorf("principles: change %q names %q, which does not exist", change.What, id)
			}
			named[id] = true
		}
	}
	for _, r := range requirements {
		if !named[r.ID] {
			return fmt.Errorf("principles: no change names requirement %s: say whether it was kept, changed or added", r.ID)
		}
	}
	return nil
}

func (r Registry) validate(requirements []Requirement, known map[string]bool) error {
	if r.Name == "" || r.Serves == "" || r.Client == "" || !strings.HasPrefix(r.Home, "https://") {
		return fmt.Errorf("principles: registry %s lacks name, serves, client or an https home", r.ID)
	}
	answered := map[string]bool{}
	for _, a := range r.Answers {
		if !known[a.Requirement] {
			return fmt.Errorf("principles: registry %s answers %q, which does not exist", r.ID, a.Requirement)
		}
		if answered[a.Requirement] {
			return fmt.Errorf("principles: registry %s answers %s twice", r.ID, a.Requirement)
		}
		answered[a.Requirement] = true
		switch a.Status {
		case Met, Partly, NotMet, NotApplicable:
			if a.Note == "" || !isDate(a.Date) || !strings.HasPrefix(a.Source, "https://") {
				return fmt.Errorf("principles: registry %s: the answer to %s lacks note, date or an https source", r.ID, a.Requirement)
			}
		case NotEstablished:
			if (a.Source != "" || a.Date != "") && (!isDate(a.Date) || !strings.HasPrefix(a.Source, "https://")) {
				return fmt.Errorf("principles: registry %s: the answer to %s names half a source", r.ID, a.Requirement)
			}
		default:
			return fmt.Errorf("principles: registry %s: the answer to %s is %q: met, partly, not-met, not-applicable or not-established", r.ID, a.Requirement, a.Status)
		}
	}
	for _, q := range requirements {
		if !answered[q.ID] {
			return fmt.Errorf("principles: registry %s does not answer %s: where no source is found, say not-established", r.ID, q.ID)
		}
	}
	return nil
}
