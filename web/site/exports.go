package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"touchstone/principles"
)

// writeExports writes the principles as tables, as Markdown and as a feed.
func (s *site) writeExports(doc *principles.Document) error {
	lines, err := linesCSV(doc)
	if err != nil {
		return err
	}
	answers, err := answersCSV(doc)
	if err != nil {
		return err
	}
	news, err := feed(doc)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		url  string
		body []byte
	}{
		{"/principles.csv", lines},
		{"/registries.csv", answers},
		{"/principles.md", markdown(doc)},
		{"/registries.atom", news},
	} {
		if err := s.file(f.url, f.body); err != nil {
			return err
		}
	}
	return nil
}

// table writes rows as RFC 4180 asks. A field that a spreadsheet would take for
// a formula gets an apostrophe.
func table(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range rows {
		for i, field := range row {
			if field != "" && strings.ContainsRune("=+-@\t\r", rune(field[0])) {
				row[i] = "'" + field
			}
		}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("writing a table: %w", err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func linesCSV(doc *principles.Document) ([]byte, error) {
	rows := [][]string{{"track", "level", "id", "name", "term", "text", "strength", "each package", "needs", "how to check", "repository can", "maintainer can"}}
	for _, p := range allPlaces(doc) {
		q := p.rule
		strength, each := "must", ""
		if q.Strength == principles.Should {
			strength = "should"
		}
		if q.PerPackage {
			each = "yes"
		}
		rows = append(rows, []string{p.track.ID, strconv.Itoa(p.level.Level), q.ID, q.Name, q.Term, q.Text, strength, each, strings.Join(q.Needs, " "), q.HowToCheck, q.Reach.Repository, q.Reach.Maintainer})
	}
	return table(rows)
}

func answersCSV(doc *principles.Document) ([]byte, error) {
	rows := [][]string{{"repository", "track", "level", "line", "answer", "note", "source", "date", "second-hand", "confirmed"}}
	for _, r := range doc.Registries {
		for _, p := range allPlaces(doc) {
			a := r.Answer(p.rule.ID)
			second, confirmed := "", ""
			if a.Secondhand {
				second = "yes"
			}
			if a.Confirmed != nil {
				confirmed = a.Confirmed.Date
			}
			rows = append(rows, []string{r.ID, p.track.ID, strconv.Itoa(p.level.Level), p.rule.ID, string(a.Status), a.Note, a.Source, a.Date, second, confirmed})
		}
	}
	return table(rows)
}

// markdown is the lines as a document of one's own.
func markdown(doc *principles.Document) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s, %s\n\n%s\n", doc.Title, doc.Version, doc.Status)
	for _, t := range doc.Tracks {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", t.Name, t.Question)
		for _, l := range t.Levels {
			fmt.Fprintf(&b, "\n### Level %d: %s\n\n%s\n\n", l.Level, l.Name, l.Summary)
			for _, q := range l.All() {
				kind := ""
				if q.PerPackage {
					kind = " (each package)"
				}
				if q.Strength == principles.Should {
					kind = " (should)"
				}
				fmt.Fprintf(&b, "- **%s**%s `%s`: %s\n", q.Name, kind, q.ID, q.Text)
			}
		}
	}
	return b.Bytes()
}

// An atomFeed is what changed in the answers, by RFC 4287: an entry for each
// repository and day.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
	Content struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	} `xml:"content"`
}

func feed(doc *principles.Document) ([]byte, error) {
	const about = "tag:touchstone,2026:registries"
	f := atomFeed{ID: about, Title: "What changed in the answers about package repositories", Author: "Touchstone", Links: []atomLink{{"self", "/registries.atom"}, {"alternate", "/registries/changes/"}}}
	for _, e := range doc.History {
		at := e.Date + "T00:00:00Z"
		f.Updated = cmp.Or(f.Updated, at)
		for _, r := range doc.Registries {
			turns := turnsOf(e, r.ID)
			if len(turns) == 0 {
				continue
			}
			entry := atomEntry{ID: about + "/" + r.ID + "/" + e.Date, Title: fmt.Sprintf("%s: %d answers", r.Name, len(turns)), Updated: at, Link: atomLink{Href: registryPath(r.ID)}}
			var lines []string
			for _, t := range turns {
				was := "new"
				if t.Was != "" {
					was = wordOf(t.Was).lower()
				}
				lines = append(lines, fmt.Sprintf("%s: %s → %s", find(doc, t.Requirement).rule.Name, was, wordOf(t.Now).lower()))
			}
			entry.Content.Type, entry.Content.Text = "text", strings.Join(lines, "\n")
			f.Entries = append(f.Entries, entry)
		}
	}
	raw, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing the feed: %w", err)
	}
	return append([]byte(xml.Header), append(raw, '\n')...), nil
}
