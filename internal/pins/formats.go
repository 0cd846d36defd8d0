package pins

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"touchstone/internal/report"
)

// Formats are the forms in which a result is written.
var Formats = []string{"text", "json", "sarif", "csv", "junit", "html"}

// Write writes a result in one of the formats. Site is the address of the site
// where a pin's report can be asked for, empty for none: a document leads there.
// The error names a format that is not known.
func (r *Result) Write(format, site string) ([]byte, error) {
	switch format {
	case "text":
		return []byte(r.Text()), nil
	case "json":
		return indented(r)
	case "sarif":
		return r.SARIF()
	case "csv":
		return r.CSV()
	case "junit":
		return r.JUnit()
	case "html":
		return r.HTML(site)
	}
	return nil, fmt.Errorf("the format %q is not known; known are %s", format, strings.Join(Formats, ", "))
}

func indented(v any) ([]byte, error) {
	raw, err := json.MarshalIndent(v, "", "  ")
	return append(raw, '\n'), err
}

// Summary is the result in a few sentences that a person can quote.
func (r *Result) Summary() string {
	s := fmt.Sprintf("%s (%s) has %s", r.called(), r.Kind, map[bool]string{true: "1 entry", false: number(r.Entries) + " entries"}[r.Entries == 1])
	if r.Repeated > 0 {
		s += fmt.Sprintf(", of which %s say the same as one before", number(r.Repeated))
	}
	if r.Unchanged > 0 {
		s += fmt.Sprintf(", of which %s are unchanged", number(r.Unchanged))
	}
	var parts []string
	for _, state := range States {
		if n := r.Counts[state]; n > 0 {
			parts = append(parts, number(n)+" "+inWords[state])
		}
	}
	if len(parts) == 0 {
		return s + ". Nothing was to check."
	}
	return s + ". Checked: " + strings.Join(parts, ", ") + "."
}

// number is a number of things, with a comma before each thousand.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// inWords say what a line of this state is, after a number.
var inWords = map[State]string{Failed: "failed", Alarm: "with an alarm", Open: "not answered", Warning: "with a warning", Note: "with a note", OK: "with nothing to say"}

// looked says what the depth means, in whole sentences.
var looked = map[Depth]string{
	Records: "Compared were records, signatures and proofs with the pinned digests. No package was fetched.",
	Bytes:   "Each package was fetched and compared.",
}

func (r *Result) called() string {
	if r.Name == "" {
		return "The lock file"
	}
	return r.Name
}

// Text is the result for a terminal.
func (r *Result) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Summary())
	fmt.Fprintln(&b, looked[r.Depth])
	for _, note := range r.Notes {
		fmt.Fprintln(&b, printable(note))
	}
	all := r.shared()
	for _, s := range all {
		fmt.Fprintf(&b, "\nOf %s: %s %s (%s)\n", counted(s.lines, "pin"), printable(s.Text), printable(s.Do), s.Rule)
	}
	short := false // whether the line before had nothing of its own
	for _, l := range r.byState() {
		if len(l.Findings) == 0 {
			continue
		}
		own, rules := apart(l, all)
		if !short || len(own) > 0 {
			fmt.Fprintln(&b)
		}
		fmt.Fprintf(&b, "%s: %s\n", strings.ToUpper(string(l.State)), printable(l.where(r.in(l))))
		if short = len(own) == 0; len(rules) > 0 {
			fmt.Fprintf(&b, "  %s\n", above(rules))
		}
		for _, f := range own {
			fmt.Fprintf(&b, "  %s (%s)\n", printable(f.Text), f.Rule)
			if f.Allowed != "" {
				fmt.Fprintf(&b, "  Allowed: %s\n", printable(f.Allowed))
			}
		}
	}
	if len(r.Removed) > 0 {
		fmt.Fprintf(&b, "\nNo longer pinned: %s\n", printable(strings.Join(r.Removed, ", ")))
	}
	return b.String()
}

// printable shows what would steer a terminal.
func printable(s string) string {
	quoted := strconv.Quote(s)
	return report.Clean(strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(quoted[1 : len(quoted)-1]))
}

// in is the file in which a line stands.
func (r *Result) in(l Line) string { return cmp.Or(l.File, r.called()) }

// part says which part a line's package has in the project; empty where the file
// does not say.
func (l Line) part() string {
	var words []string
	for _, flag := range l.Flags {
		words = append(words, string(flag))
	}
	return strings.Join(words, ", ")
}

// where names a line: package, version, part in the project, place.
func (l Line) where(file string) string {
	s := strings.TrimSpace(l.Name + " " + l.Version)
	if l.Before != "" && l.Before != l.Version {
		s += " (before: " + l.Before + ")"
	}
	if part := l.part(); part != "" {
		s += " (" + part + ")"
	}
	if l.Line > 0 {
		return fmt.Sprintf("%s, %s line %d", s, file, l.Line)
	}
	return s + ", " + l.Key
}

// formula is where a spreadsheet would begin to read one: at the beginning of a
// cell, and, where semicolons part cells, behind each. The wide forms of East Asian
// writing count as well.
var formula = regexp.MustCompile("(^|;)([ '\"]*[=+@\uff1d\uff0b\uff0d\uff20-])")

// CSV has one row for each pin. What a spreadsheet would take for a formula is
// kept from being one.
func (r *Result) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"state", "file", "line", "name", "version", "before", "part", "kind", "reference"}
	for _, t := range r.Tracks {
		head = append(head, t.ID)
	}
	rows := [][]string{append(head, "rules", "text")}
	for _, l := range r.Lines {
		var rules, texts []string
		for _, f := range l.Findings {
			rules, texts = append(rules, f.Rule), append(texts, f.Text)
		}
		level := func(track string) string {
			if at, found := l.Levels[track]; found {
				return strconv.Itoa(at.Level)
			}
			return ""
		}
		row := []string{string(l.State), r.in(l), strconv.Itoa(l.Line), l.Name, l.Version, l.Before, l.part(), string(l.Kind), l.Reference}
		for _, t := range r.Tracks {
			row = append(row, level(t.ID))
		}
		rows = append(rows, append(row, strings.Join(rules, " "), strings.Join(append(texts, l.Notes...), " ")))
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = formula.ReplaceAllString(printable(cell), "$1'$2")
		}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("writing CSV: %w", err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// JUnit has one test case for each pin: what is refused is a failure.
func (r *Result) JUnit() ([]byte, error) {
	var cases strings.Builder
	failures := 0
	for _, l := range r.Lines {
		var texts []string
		for _, f := range l.Findings {
			texts = append(texts, f.Text)
		}
		fmt.Fprintf(&cases, "  <testcase classname=\"%s\" name=\"%s\">", inXML(r.in(l)), inXML(l.where(r.in(l))))
		if all := inXML(strings.Join(texts, " ")); slices.Contains([]State{Failed, Alarm, Open}, l.State) {
			failures++
			fmt.Fprintf(&cases, "<failure type=\"%s\" message=\"%s\"/>", inXML(l.Findings[0].Rule), all)
		} else if all != "" {
			fmt.Fprintf(&cases, "<system-out>%s</system-out>", all)
		}
		cases.WriteString("</testcase>\n")
	}
	return fmt.Appendf(nil, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" timestamp=\"%s\">\n%s</testsuite>\n",
		inXML(r.called()), len(r.Lines), failures, inXML(r.Time), cases.String()), nil
}

// inXML escapes a text; what XML cannot hold is shown as it would be on a
// terminal.
func inXML(s string) string { return templ.EscapeString(printable(s)) }
