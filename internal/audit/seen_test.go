package audit_test

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"

	"touchstone/internal/evidence"
	"touchstone/internal/report"
	layout "touchstone/internal/report/page"
)

var (
	// token is a tag or a run of text.
	token = regexp.MustCompile(`<(/?)([a-z0-9]+)([^>]*)>|[^<]+`)
	// unseen are parts that the eye never sees, or that make one word of two.
	unseen = regexp.MustCompile(`class="rest"|\shidden`)
	// heard is what only those are told who listen to the page.
	heard  = regexp.MustCompile(`class="quiet"`)
	opened = regexp.MustCompile(`\sopen\b`)
	letter = regexp.MustCompile(`[\pL\pN]$`)
	stops  = regexp.MustCompile(`[.!?]\s+`)
	quoted = regexp.MustCompile(`“[^”]*”`)
	// inline are the elements that stand inside a line of text.
	inline = []string{"a", "bdi", "code", "span", "strong", "time"}
	// pressed are those that name what they open or begin.
	pressed = []string{"summary", "button", "h1", "h2", "h3", "option", "th"}
	// empty are those that hold nothing.
	empty = []string{"br", "input"}
)

// A block is what one element of a page says: a paragraph, a heading, a cell.
type block struct {
	text     string
	closed   bool // seen only once something is opened, or never
	sentence bool // neither a heading nor something to press
}

// blocks are all of a page, in reading order. Each part of the line that says what
// a package is stands alone, as do machines' lines, which are left out.
func blocks(page string) []block {
	type element struct {
		name                              string
		hidden, closed, list, code, heard bool
	}
	var open []element
	var out []block
	var now strings.Builder
	closed := func() bool {
		for i, e := range open {
			if e.hidden || e.closed && (i+1 == len(open) || open[i+1].name != "summary") {
				return true
			}
		}
		return false
	}
	is := func(what func(element) bool) bool { return slices.ContainsFunc(open, what) }
	end := func() {
		if text := strings.Join(strings.Fields(now.String()), " "); text != "" && !is(func(e element) bool { return e.code }) {
			out = append(out, block{text, closed(), len(open) > 0 && !slices.ContainsFunc(open, func(e element) bool { return slices.Contains(pressed, e.name) })})
		}
		now.Reset()
	}
	for _, m := range token.FindAllStringSubmatch(page, -1) {
		name, attributes := m[2], m[3]
		if name == "" {
			if is(func(e element) bool { return e.heard }) {
				continue
			}
			text := html.UnescapeString(m[0])
			if before := strings.TrimRight(now.String(), " \n"); before == now.String() && letter.MatchString(before) && letter.MatchString(string([]rune(text)[:1])) {
				now.WriteString(" ") // what stands apart by its style alone
			}
			now.WriteString(text)
			continue
		}
		if !slices.Contains(inline, name) || is(func(e element) bool { return e.list }) {
			end()
		} else if unseen.MatchString(attributes) {
			now.WriteString(" ")
		}
		switch {
		case m[1] == "/":
			open = open[:len(open)-1]
		case !slices.Contains(empty, name) && !strings.HasSuffix(attributes, "/"):
			open = append(open, element{name, unseen.MatchString(attributes), name == "details" && !opened.MatchString(attributes), strings.Contains(attributes, `class="about"`), name == "pre", heard.MatchString(attributes)})
		}
	}
	return out
}

// seen are the words that stand on a page before anything is opened.
func seen(page string) []string {
	var out []string
	for _, b := range blocks(page) {
		if !b.closed {
			out = append(out, strings.Fields(b.text)...)
		}
	}
	return out
}

// mostWords is how many stand on a page before anything is opened, of an npm package
// of level 2 of which nothing is open, and that has no alarm.
// Where the signing key is retired, why and what to do stand there, too.
const (
	mostWords        = 450
	mostWordsRetired = 480
)

// looked are the reports whose page was read, by what can differ there.
var looked sync.Map

// legible reads a report as its page shows it: no sentence is too long, and before
// anything is opened none is said twice.
func legible(r *report.Report) error {
	texts := append(texts(r), r.Type, fmt.Sprint(r.Artifact.Route))
	for _, c := range r.Causes {
		texts = append(texts, c.Text)
	}
	if _, done := looked.LoadOrStore(strings.Join(texts, "\n"), true); done {
		return nil
	}
	shown, err := layout.Render(r)
	if err != nil {
		return err
	}
	whys := words(strings.Join(r.Notes, "\n")) // they say what was being done: what was found; what to do
	for _, f := range r.Findings {
		if f.Outcome != evidence.Pass {
			whys += "\n" + words(f.Reason)
		}
	}
	for _, topic := range r.Topics {
		if strings.HasSuffix(topic.ID, "-unknown") {
			whys += "\n" + words(topic.Text)
		}
	}
	t := r.Verdict.Tracks[0]
	signed := r.Type == "npm" && t.Level == 2 && t.AtMost == t.Level && len(r.Verdict.Alarms) == 0
	most := mostWords
	if strings.Contains(shown, "The signing key is retired") {
		most = mostWordsRetired
	}
	if n := len(seen(shown)); signed && n > most {
		return fmt.Errorf("%d words stand on the page before anything is opened", n)
	}
	said := map[string]string{}
	for _, b := range blocks(shown) {
		for _, s := range stops.Split(words(strings.TrimPrefix(b.text, "Why: ")), -1) {
			parts := []string{s}
			if strings.Contains(whys, s) {
				parts = ends.Split(s, -1)
			}
			for _, part := range parts {
				if len(strings.Fields(part)) > longest {
					return fmt.Errorf("a sentence of the page is too long: %s", b.text)
				}
			}
		}
		for _, s := range stops.Split(b.text, -1) {
			if len(strings.Fields(s)) <= 4 || b.closed || !b.sentence {
				continue
			}
			if before, again := said[s]; again {
				return fmt.Errorf("the page says twice: %s\n%s\n%s", s, before, b.text)
			}
			said[s] = b.text
		}
	}
	return nil
}

// words are a text's; what it repeats of others is one word each.
func words(text string) string {
	return repeated.ReplaceAllString(quoted.ReplaceAllString(text, "X"), "X")
}
