package principles

import (
	"fmt"
	"strings"
	"time"
)

// validate holds the data to what the engine and the pages rely on.
func (d *Document) validate() error {
	seen := map[string]string{}
	claim := func(id, what string) error {
		if id == "" || strings.ContainsFunc(id, notIDRune) {
			return fmt.Errorf("principles: %s has the id %q: use a-z, 0-9 and -", what, id)
		}
		if other, dup := seen[id]; dup {
			return fmt.Errorf("principles: the id %q is used by %s and by %s", id, other, what)
		}
		seen[id] = what
		return nil
	}
	checks := map[string]bool{}
	for _, c := range d.Checks {
		if err := claim(c.ID, "a check"); err != nil {
			return err
		}
		if c.Question == "" {
			return fmt.Errorf("principles: check %s asks nothing", c.ID)
		}
		switch c.OnFail {
		case Failed, Alarm, Note:
		default:
			return fmt.Errorf("principles: check %s has onFail %q: failed, alarm or note", c.ID, c.OnFail)
		}
		if (c.Says == "") != (c.OnFail == Note) {
			return fmt.Errorf("principles: check %s says %q: what its failure means is said where it fails or alarms, and only there", c.ID, c.Says)
		}
		checks[c.ID] = true
	}
	for _, f := range d.Topics {
		if err := claim(f.ID, "a topic"); err != nil {
			return err
		}
	}
	for _, t := range d.Tracks {
		if err := claim(t.ID, "track"); err != nil {
			return err
		}
		for i, l := range t.Levels {
			if l.Level != i+1 {
				return fmt.Errorf("principles: track %s: level %d stands where %d must", t.ID, l.Level, i+1)
			}
			if t.Weighed != (l.Says != "") || t.Weighed != (t.Nothing != "") {
				return fmt.Errorf("principles: track %s level %d: weighed tracks, and only those, say in a sentence what a level or none means (says, nothing)", t.ID, l.Level)
			}
			if len(l.Requirements) == 0 {
				return fmt.Errorf("principles: track %s level %d requires nothing: it would hold by itself", t.ID, l.Level)
			}
			for i, r := range l.All() {
				if err := claim(r.ID, "a requirement"); err != nil {
					return err
				}
				if err := r.validate(t.Weighed && i < len(l.Requirements), checks); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// validate holds one line to its form; weighed tells that packages are weighed
// by it.
func (r Requirement) validate(weighed bool, checks map[string]bool) error {
	if r.Name == "" || r.Text == "" || r.Why == "" {
		return fmt.Errorf("principles: requirement %s lacks name, text or why", r.ID)
	}
	if len(r.Deployed) == 0 && !r.Aspirational {
		return fmt.Errorf("principles: requirement %s is deployed nowhere and not marked aspirational", r.ID)
	}
	for _, p := range r.Deployed {
		if p.Where == "" || p.How == "" || !isDate(p.Date) || !strings.HasPrefix(p.Source, "https://") {
			return fmt.Errorf("principles: requirement %s: a deployment lacks where, how, date or an https source", r.ID)
		}
	}
	if err := validateCredits("requirement "+r.ID, r.Raised); err != nil {
		return err
	}
	if weighed && (len(r.MetBy) == 0) == (r.NotChecked == "") {
		return fmt.Errorf("principles: requirement %s must have either metBy or notChecked", r.ID)
	}
	if !weighed && (r.PerPackage || len(r.MetBy) > 0 || r.NotChecked != "") {
		return fmt.Errorf("principles: requirement %s is weighed for no package: it can have neither perPackage nor metBy nor notChecked", r.ID)
	}
	if r.Strength != "" && (r.Strength != Should || weighed) {
		return fmt.Errorf("principles: requirement %s has the strength %q: should, or nothing; and packages are weighed by what must hold", r.ID, r.Strength)
	}
	for _, id := range r.ShownBy {
		if !checks[id] {
			return fmt.Errorf("principles: requirement %s is shown by check %q, which does not exist", r.ID, id)
		}
	}
	for _, w := range r.MetBy {
		if len(w.All) == 0 {
			return fmt.Errorf("principles: requirement %s has a way with no check: it would always be met", r.ID)
		}
		for _, id := range w.All {
			if !checks[id] {
				return fmt.Errorf("principles: requirement %s asks for check %q, which does not exist", r.ID, id)
			}
		}
	}
	return nil
}

func validateCredits(where string, credits []Credit) error {
	for _, c := range credits {
		if c.By == "" || c.What == "" || !strings.HasPrefix(c.Source, "https://") {
			return fmt.Errorf("principles: %s: a credit lacks by, what or an https source", where)
		}
	}
	return nil
}

// isDate tells whether s is a day, YYYY-MM-DD.
func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func notIDRune(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-')
}
