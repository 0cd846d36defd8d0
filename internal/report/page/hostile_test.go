package page

import (
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/level"
	"touchstone/internal/purl"
	"touchstone/internal/report"
	"touchstone/principles"
)

// evil holds one of everything that text could become on a page: an element, an
// attribute's end, a character reference, an address that runs, and characters
// of every kind that nobody sees.
const evil = "javascript:alert(1)//</pre></code></a>'\"><img src=x onerror=alert(1) evilattribute=1><script>alert(1)</script>&lt;" +
	"\x00\x1b\x7f\u0085\u00ad\u034f\u061c\u115f\u17b4\u180b\u180e\u200b\u200f\u202e\u2028\u2060\u2066\u2800\u3164\ufe0f\ufeff\uffa0\ufffc\xff\U0001bca0\U0001d173\U000e0041\U000e0100"

// many is how long every list is: more than every part of the page shows at once,
// and more than there are tracks.
const many = 9

// fill puts the text into every string that the value holds, at every depth.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		v.SetInt(2)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), many, many))
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, text)
		fill(value, text)
		v.SetMapIndex(key, value)
	}
}

var loadRules = sync.OnceValues(principles.LoadAll)

// everywhere is a report in which every string is text, wherever its type says
// that a string is: a field added later is filled too. What names a part of the
// page or an outcome is set back, in every way that shows something.
func everywhere(t *testing.T, text string, outcome evidence.Outcome, failed, missing bool) *report.Report {
	t.Helper()
	rules, err := loadRules()
	require.NoError(t, err)
	r := new(report.Report)
	fill(reflect.ValueOf(r).Elem(), text)
	// The clock and the rules are ours.
	r.Time, r.Principles = "2026-03-01T12:00:00Z", rules.Version
	r.Verdict.Failed = failed
	if !missing {
		r.Artifact.Missing = ""
	}
	r.Verdict.Tracks = r.Verdict.Tracks[:len(rules.Tracks)]
	for i, track := range rules.Tracks {
		r.Verdict.Tracks[i] = level.Track{ID: track.ID, Name: track.Name, Level: 1, AtMost: 2, Top: len(r.Tracks[i].Levels)}
	}
	r.Tracks = r.Tracks[:len(rules.Tracks)]
	for i, track := range rules.Tracks {
		r.Tracks[i].ID, r.Tracks[i].Name = track.ID, track.Name
	}
	for i := range r.Requirements {
		q := &r.Requirements[i]
		q.ID, q.Track, q.Level, q.Status, q.State = "x", rules.Tracks[0].ID, 1+i%3, []level.Status{level.Met, level.Open, level.Unmet}[i%3], report.Open
	}
	for i := range r.Causes {
		r.Causes[i].Requirements, r.Causes[i].State = []string{"x"}, report.Wrong
	}
	for i := range r.Cards {
		r.Cards[i].ID, r.Cards[i].State, r.Cards[i].Checks = "attestation", report.Wrong, []string{rules.Checks[0].ID}
	}
	facts := map[string]string{text: text, "list": text}
	r.Findings = nil
	for _, c := range rules.Checks {
		r.Findings = append(r.Findings, report.Finding{Finding: evidence.Finding{Check: c.ID, Outcome: outcome, Reason: text, Facts: facts}, Question: text})
	}
	for i := range r.Topics {
		r.Topics[i].ID, r.Topics[i].About = "x", []string{"containment", "ingredients", "contact", "index"}[i%4]
	}
	return r
}

var (
	tag       = regexp.MustCompile(`<[^>]*>`)
	attribute = regexp.MustCompile(`\s([^\s=>"]+)(?:="([^"]*)")?`)
	// elements and attributes that the templates write themselves.
	elements   = regexp.MustCompile(`^</?(a|article|bdi|button|circle|code|dd|details|div|dl|dt|h1|h2|h3|h4|header|input|label|li|nav|ol|p|path|pre|section|select|span|strong|summary|svg|table|tbody|td|th|thead|time|tr|ul)[\s/>]`)
	attributes = regexp.MustCompile(`^(aria-[a-z]+|autocapitalize|autocomplete|class|cx|cy|d|data-[a-z-]+|datetime|dir|disabled|fill|focusable|for|height|hidden|href|id|open|r|rel|role|scope|spellcheck|tabindex|target|title|type|value|viewBox|width)$`)
	target     = regexp.MustCompile(`^(https://[A-Za-z0-9.-]+\.(xn--[A-Za-z0-9-]+|[A-Za-z]+)(/|$)|(/badge/)?#pkg:|/badge/#[^"<>\s]*$|/how/|/principles/[a-z]+/#[a-z0-9-]+$|#[a-z]+$)`)
)

// onlyText holds a page to what the templates write: no element, attribute or
// address comes from outside, and no character is on it that nobody sees.
func onlyText(t *testing.T, html string) {
	t.Helper()
	for _, one := range tag.FindAllString(html, -1) {
		require.Regexp(t, elements, one)
		inside := strings.TrimRight(strings.TrimSuffix(one, ">"), "/ ")
		for _, pair := range attribute.FindAllStringSubmatch(inside, -1) {
			require.Regexp(t, attributes, pair[1], one)
			switch pair[1] {
			case "href":
				require.Regexp(t, target, pair[2])
			case "data-copy": // what is copied is what it stands for, to the character
			case "id", "for", "class", "data-goto", "aria-labelledby":
				require.Regexp(t, `^[a-zA-Z0-9 -]*$`, pair[2], "names come from the templates alone")
			default:
				require.Equal(t, -1, strings.IndexFunc(pair[2], purl.Hidden), "%s in %q", pair[1], one)
			}
		}
	}
	seen := strings.NewReplacer("\n", "", "\t", "", "&#39;", "", "&#34;", "", "&lt;", "", "&gt;", "", "&amp;", "").Replace(tag.ReplaceAllString(html, ""))
	require.Equal(t, -1, strings.IndexFunc(seen, purl.Hidden), "%q", seen)
	require.NotContains(t, seen, "<")
	require.NotContains(t, seen, ">")
}

func TestNoFieldOfAReportBecomesMoreThanText(t *testing.T) {
	for _, text := range []string{evil, "pkg:" + evil, "https://a.example/" + evil, "https://a.example\\@b.example/", "https://a.example/x", "#" + evil} {
		for _, outcome := range []evidence.Outcome{evidence.Pass, evidence.Fail, evidence.Absent, evidence.Unknown} {
			for _, failed := range []bool{false, true} {
				for _, missing := range []bool{false, true} {
					html, err := Render(everywhere(t, text, outcome, failed, missing))
					require.NoError(t, err)
					onlyText(t, html)
				}
			}
		}
	}
}

// TestASavedReportShowsTheSame: the page needs nothing but what was saved.
func TestASavedReportShowsTheSame(t *testing.T) {
	for _, outcome := range []evidence.Outcome{evidence.Pass, evidence.Fail, evidence.Absent, evidence.Unknown} {
		r := everywhere(t, "https://a.example/x", outcome, outcome == evidence.Fail, false)
		r.Format = report.Format
		raw, err := r.JSON()
		require.NoError(t, err)
		back, err := report.Read(raw)
		require.NoError(t, err)
		again, err := back.JSON()
		require.NoError(t, err)
		require.Equal(t, string(raw), string(again))
		want, err := Render(r)
		require.NoError(t, err)
		got, err := Render(back)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// FuzzHTML: whatever stands in a report, the page shows it as text.
func FuzzHTML(f *testing.F) {
	for _, text := range []string{evil, "pkg:npm/a", "https://a.example/", "https://a.ex5ample/", "https://A.exaWple/", "https://example.xn--p1ai/x", "\"'`<>&"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		html, err := Render(everywhere(t, text, evidence.Pass, false, false))
		require.NoError(t, err)
		onlyText(t, html)
	})
}
