package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"touchstone/internal/level"
	"touchstone/internal/purl"
)

// JSON is the canonical form: two spaces, one final newline.
func (r *Report) JSON() ([]byte, error) {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return append(visible(raw), '\n'), nil
}

// visible escapes what JSON may hold as it is and a terminal obeys or hides:
// the same characters that the text does not let through (see [clean]).
func visible(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRune(raw[i:])
		if r == '\n' || !purl.Hidden(r) {
			out = append(out, raw[i:i+n]...)
		} else {
			for _, unit := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
		}
		i += n
	}
	return out
}

// Read reads a report that was saved, in the form that JSON writes. It takes
// it as it is: that a report says something proves nothing, only checking again
// does. Errors say what is not in the form.
func Read(raw []byte) (*Report, error) {
	r := new(Report)
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("reading a saved report: %w; give the file as it was saved", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("reading a saved report: something follows its end; give the file as it was saved")
	}
	if r.Format != Format {
		return nil, fmt.Errorf("reading a saved report: its form is %q, and this version reads %q; check the package again instead", r.Format, Format)
	}
	if bad := r.unknownName(); bad != "" {
		return nil, fmt.Errorf("reading a saved report: %q is no name of this form; give the file as it was saved", bad)
	}
	tracks := make([]level.Track, 0, len(r.Tracks))
	for _, t := range r.Tracks {
		i := slices.IndexFunc(r.Verdict.Tracks, func(v level.Track) bool { return v.ID == t.ID })
		if i < 0 || r.Verdict.Tracks[i].Top != len(t.Levels) {
			return nil, fmt.Errorf("reading a saved report: verdict and tracks disagree about %q; give the file as it was saved", t.ID)
		}
		r.Verdict.Tracks[i].Name = t.Name
		tracks = append(tracks, r.Verdict.Tracks[i])
	}
	r.Verdict.Tracks = tracks
	return r, nil
}

// ids are how the rules and this package name things.
var ids = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`) })

// unknownName returns what stands where a name of ours should and is none;
// these become parts of a page.
func (r *Report) unknownName() string {
	var names, classes []string
	for _, t := range r.Tracks {
		names = append(names, t.ID)
	}
	for _, q := range r.Requirements {
		names, classes = append(names, q.ID, q.Track), append(classes, q.State.Class)
	}
	for _, f := range r.Findings {
		names = append(names, f.Check)
	}
	for _, c := range r.Causes {
		names, classes = append(names, c.Requirements...), append(classes, c.State.Class)
	}
	for _, t := range r.Topics {
		names = append(names, t.ID, t.About)
	}
	for _, c := range r.Cards {
		names, classes = append(names, c.ID), append(classes, c.State.Class)
	}
	for _, name := range names {
		if !ids().MatchString(name) {
			return name
		}
	}
	for _, class := range classes {
		if !slices.Contains(looks, class) {
			return class
		}
	}
	return ""
}

// MarshalJSON gives every track a member of its own, by its id.
func (v Verdict) MarshalJSON() ([]byte, error) {
	m := map[string]any{"failed": v.Failed, "title": v.Title, "headline": v.Headline, "advice": v.Advice, "sentence": v.Sentence, "missing": v.Missing, "alarms": v.Alarms, "failures": v.Failures}
	for _, t := range v.Tracks {
		m[t.ID] = t
	}
	return json.Marshal(m)
}

// UnmarshalJSON reads what MarshalJSON writes; the tracks come in the order of
// their ids.
func (v *Verdict) UnmarshalJSON(raw []byte) error {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return err
	}
	for name, into := range map[string]any{"failed": &v.Failed, "title": &v.Title, "headline": &v.Headline, "advice": &v.Advice, "sentence": &v.Sentence, "missing": &v.Missing, "alarms": &v.Alarms, "failures": &v.Failures} {
		if err := json.Unmarshal(m[name], into); err != nil {
			return fmt.Errorf("the verdict's %s: %w", name, err)
		}
		delete(m, name)
	}
	for id, track := range m {
		t := level.Track{ID: id}
		if err := json.Unmarshal(track, &t); err != nil {
			return fmt.Errorf("the verdict's %s: %w", id, err)
		}
		v.Tracks = append(v.Tracks, t)
	}
	sort.Slice(v.Tracks, func(i, j int) bool { return v.Tracks[i].ID < v.Tracks[j].ID })
	return nil
}
