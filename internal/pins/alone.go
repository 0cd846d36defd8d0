package pins

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

//go:embed alone.css
var aloneCSS string

// HTML is the result as a document that is opened from a file, without scripts.
// Each pin leads to its report on the site, which must be at an address of https;
// with another, or with none, it leads nowhere.
func (r *Result) HTML(site string) ([]byte, error) {
	var b bytes.Buffer
	if err := alone(r, strings.TrimSuffix(site, "/")).Render(context.Background(), &b); err != nil {
		return nil, fmt.Errorf("writing HTML: %w", err)
	}
	return b.Bytes(), nil
}

func aloneStyle() templ.Component { return templ.Raw("<style>" + aloneCSS + "</style>") }

// byState are the lines, the weightiest first.
func (r *Result) byState() []Line {
	lines := slices.Clone(r.Lines)
	slices.SortStableFunc(lines, func(a, b Line) int { return slices.Index(States, a.State) - slices.Index(States, b.State) })
	return lines
}

// levels say how many lines reach which level, a sentence for each track.
func (r *Result) levels() []string {
	var out []string
	for _, t := range r.Tracks {
		track := t.ID
		if len(r.Levels[track]) == 0 {
			continue
		}
		var parts []string
		for _, level := range slices.Sorted(maps.Keys(r.Levels[track])) {
			parts = append(parts, fmt.Sprintf("%d at level %d", r.Levels[track][level], level))
		}
		out = append(out, t.Name+": "+strings.Join(parts, ", ")+".")
	}
	return out
}

// reached says which levels a line's package reaches.
func (r *Result) reached(l Line) string {
	var out []string
	for _, t := range r.Tracks {
		at, found := l.Levels[t.ID]
		if !found {
			continue
		}
		s := fmt.Sprintf("%s %d", t.Name, at.Level)
		if at.AtMost > at.Level {
			s += fmt.Sprintf(", at most %d", at.AtMost)
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}
