package pins

import (
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/audit"
	"touchstone/internal/digest"
	"touchstone/internal/evidence"
	"touchstone/internal/lockfile"
	"touchstone/internal/purl"
)

// files is what the files came to that one pin lists digests of: its client takes
// any of them, so the pin is worth what the weakest is.
type files struct {
	pinned purl.Ref       // with the digests
	seen   *evidence.Case // what the first audit looked at, until the others are known
	first  origin
	others []fileAnswer
	origin origin // of all of them together
}

// A fileAnswer is one file's, as a line.
type fileAnswer struct {
	name string
	line Line
}

// question asks about a pin; what it looks at tells which other files are pinned.
func (f *files) question(q audit.Question) audit.Question {
	if len(f.pinned.Digests) > 1 {
		q.Seen = func(c evidence.Case) { f.seen = &c }
	}
	return q
}

// then takes how an audit ended, and asks about the other pinned files after the
// first.
func (f *files) then(out audit.Outcome, o Options) (more []audit.Question) {
	if out.Question.Pasted == f.pinned.String() {
		if f.first = originOf(out); f.seen == nil || out.Err != nil {
			f.origin = f.first
			return nil
		}
		for _, ref := range f.siblings() {
			more = append(more, audit.Question{Pasted: ref.String(), Time: out.Question.Time, Most: out.Question.Most})
		}
		f.origin, f.seen = f.first, nil
		return more
	}
	answer := fileAnswer{name: out.Question.Pasted}
	if ref, err := purl.Parse(out.Question.Pasted); err == nil {
		answer.name = ref.File
	}
	answer.line.audited(out, Options{Time: o.Time, MinAge: o.MinAge}) // what is required is asked of all together
	answer.line.Notes = nil
	f.others = append(f.others, answer)
	f.origin = f.origin.and(originOf(out))
	return nil
}

// siblings are the other files of the version of which a digest is pinned.
func (f *files) siblings() []purl.Ref {
	var out []purl.Ref
	for _, s := range f.seen.Release.Siblings.Each {
		ref := f.seen.Release.Ref.Bare()
		ref.Version, ref.File, ref.Digests = f.seen.Release.Ref.Version, s.Name, nil
		for _, d := range f.pinned.Digests {
			for _, one := range s.States {
				if string(one.Of) == d.Of && digest.Name(one.Algorithm) == digest.Name(d.Algorithm) && one.Value == d.Value && !slices.Contains(ref.Digests, d) {
					ref.Digests = append(ref.Digests, d)
				}
			}
		}
		if len(ref.Digests) > 0 {
			out = append(out, ref)
		}
	}
	return out
}

// and is what two files of one version come to together: it was attested only
// where each was.
func (o origin) and(other origin) origin {
	o.attested = o.attested && other.attested
	o.unattested = o.unattested || other.unattested
	return o
}

// weakest brings a line down to what the weakest of the pinned files is worth, and
// adds what was found of the others.
//
//  1. A level is that of the lowest file, and can rise as far as the file that can
//     rise least. Of one that could not be audited nothing is known.
//  2. What was found of several files is said once.
func (l *Line) weakest(others []fileAnswer, tracks []Track) {
	if len(others) == 0 || l.Levels == nil {
		return
	}
	// 1.
	lowest := ""
	for _, other := range others {
		for _, t := range tracks {
			mine, had := l.Levels[t.ID], other.line.Levels != nil
			theirs := other.line.Levels[t.ID]
			if had && theirs.AtMost < mine.AtMost {
				mine.AtMost = theirs.AtMost
			}
			if theirs.Level < mine.Level {
				mine.Level, lowest = theirs.Level, other.name
			}
			l.Levels[t.ID] = mine
		}
	}
	// 2.
	named := map[string][]string{}
	var found []Finding
	for _, other := range others {
		for _, f := range other.line.Findings {
			if l.has(f.Text) {
				continue
			}
			if named[f.Text] == nil {
				found = append(found, f)
			}
			named[f.Text] = append(named[f.Text], other.name)
		}
	}
	for _, f := range found {
		f.Text = fmt.Sprintf("Of %s: %s", purl.Some(named[f.Text]), f.Text)
		l.Findings = append(l.Findings, f)
	}
	l.Notes = slices.DeleteFunc(slices.Clone(l.Notes), func(note string) bool { return strings.HasPrefix(note, "Each of the ") })
	said := fmt.Sprintf("Its digests are those of %d files of this version. Each was checked", len(others)+1)
	if lowest != "" {
		said += ", and the levels are those of the weakest: " + lowest
	}
	l.Notes = append(slices.Clip(l.Notes), said+".")
}

// loose brings a line down whose pin does not say which bytes are installed: what was
// audited is then one of those that may be.
//
//  1. A client that compares nothing with what is pinned takes whatever comes, and no
//     bytes stand for it.
//  2. Without a digest, its own or that of each file, it takes any of a version's files, of which one was audited.
func (l *Line) loose(p lockfile.Pin, out audit.Outcome, depth Depth) {
	if l.Levels == nil {
		return
	}
	var others int
	if i := slices.IndexFunc(out.Brief.Topics, func(t evidence.Topic) bool { return t.ID == evidence.OtherFiles }); i >= 0 {
		others = len(out.Brief.Topics[i].Items)
	}
	audited, err := purl.Parse(out.Brief.Reference)
	any := err == nil && audited.File != "" && p.Ref.File == "" && len(p.Ref.Digests) == 0 && others > 0
	if !any && p.Bare == 0 && !(p.Unheld && depth == Records) {
		return
	}
	for id, at := range l.Levels {
		l.Levels[id] = Level{0, at.AtMost}
	}
	if any {
		l.Notes = append(slices.Clip(l.Notes), fmt.Sprintf("No digest says which of its %d files is installed. Checked was %s alone, and that counts for none of the others.", others+1, audited.File))
	}
}

// require adds the levels that are required and not reached.
func (l *Line) require(want map[string]int, tracks []Track) {
	for _, t := range tracks {
		if at, found := l.Levels[t.ID]; found && want[t.ID] > at.Level {
			l.find("below-required", fmt.Sprintf("Required is %s %d, reached is %d.", t.Name, want[t.ID], at.Level))
		}
	}
}
