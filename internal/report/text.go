package report

import (
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/level"
	"touchstone/internal/purl"
)

// Text is the report for a terminal. Nothing from outside reaches the terminal
// with control characters in it.
func (r *Report) Text(colour bool) string {
	w := &writer{colour: colour}
	w.answer(r)
	w.requirements(r)
	w.topics(r)
	w.again(r)
	return w.String()
}

type writer struct {
	strings.Builder
	colour bool
}

// The colours always stand beside a word or a sign that says the same.
const (
	bold, red, green, yellow, dim = "1", "1;31", "32", "33", "2"
)

func (w *writer) paint(code, s string) string {
	if !w.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (w *writer) linef(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *writer) answer(r *Report) {
	w.linef("%s", w.paint(bold, Clean(r.Reference)))
	for _, n := range r.Notes {
		w.linef("  %s", Clean(n))
	}
	w.linef("")
	if r.Verdict.Failed {
		w.linef("%s", w.paint(red, "FAILED"))
		for _, f := range r.Verdict.Failures {
			w.linef("  ✗ %s", Clean(f))
		}
	}
	for _, t := range r.Verdict.Tracks {
		w.linef("%s", w.paint(bold, trackLine(t)))
	}
	for _, a := range r.Verdict.Alarms {
		w.linef("%s %s", w.paint(red, "! alarm:"), Clean(a))
	}
	w.linef("")
	w.wrap("", Clean(r.Verdict.Headline))
	for _, a := range r.Verdict.Advice {
		w.wrap("  ", Clean(a.Text+" "+a.URL))
	}
	if !r.Verdict.Failed {
		w.wrap("", Clean(r.Verdict.Sentence)+" "+Clean(r.Came)+" It does not say that the package is safe.")
		w.next(r)
	}
}

// next says what stands between the first track's level and the one above.
func (w *writer) next(r *Report) {
	if len(r.Verdict.Tracks) == 0 || r.Verdict.Tracks[0].Level == r.Verdict.Tracks[0].Top {
		return
	}
	t := r.Verdict.Tracks[0]
	w.linef("")
	w.linef("%s", w.paint(bold, fmt.Sprintf("Why not %s %d", t.Name, t.Level+1)))
	for _, c := range r.Causes {
		if !c.Next {
			continue
		}
		w.wrap("  ", Clean(c.Text))
		w.wrap("    ", "So these are not met: "+strings.Join(requirementNames(r, c), "; ")+".")
		if c.Reach.Maintainer != "" {
			w.wrap("    ", "The maintainer could: "+Clean(c.Reach.Maintainer))
		}
		if c.Reach.Repository != "" {
			w.wrap("    ", "The repository could: "+Clean(c.Reach.Repository))
		}
	}
}

// requirementNames are the names of those that hang on a cause.
func requirementNames(r *Report, c Cause) []string {
	var out []string
	for _, q := range r.Requirements {
		if slices.Contains(c.Requirements, q.ID) {
			out = append(out, Clean(q.Name))
		}
	}
	return out
}

func trackLine(t level.Track) string {
	s := fmt.Sprintf("%s %d of %d", t.Name, t.Level, t.Top)
	if t.LevelName != "" {
		s += ", " + t.LevelName
	}
	if t.AtMost > t.Level {
		s += fmt.Sprintf(" (at most %d)", t.AtMost)
	}
	return s
}

func (w *writer) requirements(r *Report) {
	track := ""
	for _, q := range r.Requirements {
		if q.Track != track {
			track = q.Track
			w.linef("")
			w.linef("%s", w.paint(bold, trackName(r, track)))
		}
		sign := map[level.Status]string{
			level.Met:   w.paint(green, "✓ met  "),
			level.Open:  w.paint(yellow, "? open "),
			level.Unmet: w.paint(dim, "– unmet"),
		}[q.Status]
		w.linef("  %s %d  %s", sign, q.Level, Clean(q.Name))
		if q.Status == level.Met {
			w.wrap("             ", Clean(q.Reason))
		}
		for _, c := range r.CausesOf(q) {
			if c.Requirements[0] == q.ID { // else it is said already
				w.wrap("             ", Clean(c.Text))
			}
		}
	}
}

func trackName(r *Report, id string) string {
	for _, t := range r.Tracks {
		if t.ID == id {
			return t.Name
		}
	}
	return id
}

func (w *writer) topics(r *Report) {
	if len(r.Topics) > 0 {
		w.linef("")
		w.linef("%s", w.paint(bold, "Beside the levels"))
	}
	for _, f := range r.Topics {
		w.wrap("  ", Clean(f.Text))
		for i, item := range f.Items {
			if i == 8 {
				w.linef("      … and %d more", len(f.Items)-i)
				break
			}
			w.linef("      %s", strings.TrimRight(Clean(item+" "+f.Asked[item]), " "))
		}
		if f.Stop != "" {
			w.linef("      to prevent it: %s", Clean(f.Stop))
		}
	}
}

func (w *writer) again(r *Report) {
	w.linef("")
	w.linef("%s", w.paint(bold, "What arrived"))
	if r.Artifact.Missing != "" {
		w.linef("  nothing: %s", Clean(r.Artifact.Missing))
	} else {
		w.linef("  %s", Clean(r.Artifact.URL))
		switch {
		case r.Artifact.Left != "":
			w.linef("  its first %d bytes. %s", r.Artifact.Size, Clean(r.Artifact.Left))
		case len(r.Files) == 1:
			w.linef("  %d bytes, 1 file, sha256 %s", r.Artifact.Size, r.Artifact.Digests["sha256"])
		default:
			w.linef("  %d bytes, %d files, sha256 %s", r.Artifact.Size, len(r.Files), r.Artifact.Digests["sha256"])
		}
		if sum := r.Artifact.listSum(); sum != "" {
			w.linef("  list of files %s", sum)
		}
	}
	w.linef("  route: %s, audited at %s by the principles %s", r.Route, r.Time, r.Principles)
	if len(r.Commands) == 0 {
		return
	}
	w.linef("")
	w.linef("%s", w.paint(bold, "Check it again without us"))
	for _, c := range r.Commands {
		w.linef("  %s", c.Purpose)
		w.linef("    %s", c.Text)
		w.linef("    %s", c.Expect)
		for _, d := range c.Shows {
			w.linef("      recorded %s", Clean(d.Recorded))
			if d.Here != d.Recorded && d.Here != "" {
				w.linef("      here     %s", Clean(d.Here))
			}
		}
	}
}

// wrap breaks a paragraph at 88 columns.
func (w *writer) wrap(indent, text string) {
	line := indent
	for _, word := range strings.Fields(text) {
		if len([]rune(line))+len([]rune(word)) > 88 && line != indent {
			w.linef("%s", strings.TrimRight(line, " "))
			line = indent
		}
		line += word + " "
	}
	if line != indent {
		w.linef("%s", strings.TrimRight(line, " "))
	}
}

// Clean makes text from outside harmless for a terminal: control, invisible
// and direction-changing characters become visible escapes.
func Clean(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteRune(' ')
		case purl.Hidden(r):
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
