package cargo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/semver"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// maxIndex bounds one crate's file of the index, in bytes; the largest are a few
// megabytes.
const maxIndex = 32 << 20

// newestForm is the newest form of an entry that cargo knows; entries of newer
// ones it passes over (registry-index.html#json-schema, "v").
const newestForm = 2

// indexForm is one entry a line, each a JSON object.
var indexForm = &fetch.Form{Name: "a list of a crate's versions", Fits: func(body []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimSpace(body), []byte("\n"))
	return strictjson.Fields(line).Has("vers")
}}

// An entry is one version as the index records it.
type entry struct {
	version, checksum, published string
	yanked                       bool
}

// An index is a crate's file of the index, read.
type index struct {
	answer  fetch.Answer
	name    string // as the index spells it; empty where nothing could be read
	entries []entry
	notes   []purl.Note
	// newest is the version that cargo chooses where none is asked for; empty
	// where there is none.
	newest string
	err    error // the entry of another crate among them
}

// indexURL is where the index keeps a crate
// (registry-index.html#index-files).
func indexURL(name string) string {
	name = strings.ToLower(name)
	folder := ""
	switch n := len(name); {
	case n < 3:
		folder = fmt.Sprint(n)
	case n == 3:
		folder = "3/" + name[:1]
	default:
		folder = name[:2] + "/" + name[2:4]
	}
	return "https://" + Index + "/" + folder + "/" + name
}

func askIndex(ctx context.Context, c *fetch.Session, name string) (index, error) {
	a, err := c.Get(ctx, fetch.Request{URL: indexURL(name), Step: "index", Limit: maxIndex, Form: indexForm})
	in := index{answer: a}
	if err != nil || a.State != fetch.Found {
		return in, err
	}
	in.read(name)
	return in, nil
}

// read takes the entries out of the file. What is no entry of this crate, in a
// form that is known, is passed over, as cargo does, and told.
func (in *index) read(name string) {
	passed := 0
	for line := range bytes.Lines(in.answer.Body) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		o, err := strictjson.Parse(line)
		form := json.Number("1")
		if stated := o.Text("name"); err == nil && stated != "" && !strings.EqualFold(stated, name) && in.err == nil {
			in.err = &registry.Astray{Stated: stated, Asked: name}
		}
		if err != nil || !strings.EqualFold(o.Text("name"), name) || !exact(o.Text("vers")) || o.Into("v", &form) != nil {
			passed++
			continue
		}
		if n, err := form.Int64(); err != nil || n > newestForm {
			passed++
			continue
		}
		e := entry{version: o.Text("vers"), checksum: o.Text("cksum"), published: o.Text("pubtime")}
		if o.Into("yanked", &e.yanked) != nil {
			passed++
			continue
		}
		in.name = o.Text("name")
		in.entries = append(in.entries, e)
	}
	if passed > 0 {
		in.notes = append(in.notes, purl.Note{Kind: "record", Text: fmt.Sprintf("Lines of the index that are no entries of this crate in a known form: %d. They were passed over.", passed)})
	}
	in.newest = newest(in.entries)
}

// exact tells whether s is a full semantic version without leading v.
func exact(s string) bool {
	v := "v" + s
	return semver.IsValid(v) && semver.Canonical(v)+semver.Build(v) == v
}

// newest is the version that cargo takes where none is asked for: the highest
// release that was not yanked, else the highest such pre-release (cargo add; of
// two that differ in build metadata alone, the later entry). Where all were
// yanked it would take none; then the highest of all is named, and that it was
// taken back is said beside it.
func newest(entries []entry) string {
	best := entry{yanked: true}
	rank := func(e entry) int {
		switch {
		case e.version == "":
			return 0
		case e.yanked:
			return 1
		case semver.Prerelease("v"+e.version) != "":
			return 2
		}
		return 3
	}
	for _, e := range entries {
		if a, b := rank(e), rank(best); a > b || a == b && semver.Compare("v"+e.version, "v"+best.version) >= 0 {
			best = e
		}
	}
	return best.version
}

// chosen says which version was taken where none was given.
func (in index) chosen() purl.Note {
	text := "You gave no version. This checks %s, the newest that crates.io has and nobody took back. That answer is not signed."
	if e, _ := in.entry(in.newest); e.yanked {
		text = "You gave no version, and every version was taken back (yanked). This checks the newest of all, %s. That answer is not signed."
	}
	return purl.Note{Kind: "moving", Text: fmt.Sprintf(text, in.newest)}
}

func (in index) entry(version string) (entry, bool) {
	for _, e := range in.entries {
		if e.version == version {
			return e, true
		}
	}
	return entry{}, false
}

// states are the digests that the index states of a version: more than one
// where it has several entries for it, and then the crate has to have each.
func (in index) states(at located) []registry.Stated {
	var out []registry.Stated
	for _, e := range in.entries {
		if d, err := digest.Hex("sha256", e.checksum); e.version == at.version && err == nil {
			out = append(out, registry.Stated{Of: registry.OfArtifact, Algorithm: "sha256", Value: d.Sum})
		}
	}
	return out
}

// recorded is the index's answer about a version: without an entry for it, it is
// none.
func (in index) recorded(at located) fetch.Answer {
	a := in.answer
	if a.State != fetch.Found || len(in.states(at)) > 0 {
		return a
	}
	a.Unusable(fmt.Sprintf("the index has no entry for version %s that states a checksum", at.version))
	return a
}

// about is what the index says of a version among the others.
func (in index) about(at located) registry.Index {
	out := registry.Index{State: in.answer.State, Latest: in.newest}
	e, found := in.entry(at.version)
	if in.answer.State == fetch.Found && in.newest == "" {
		out.State = fetch.Unknown
	}
	if found && e.yanked {
		out.Withdrawn = "Its publisher or crates.io took this version back (yanked). The index records no reason, and is not signed."
	}
	// It is shown in a sentence, so it must be nothing but a time.
	if t, err := time.Parse(time.RFC3339, e.published); found && err == nil {
		out.Published, out.PublishedRoute = t.UTC().Format(time.RFC3339), in.answer.Route
	}
	return out
}
