package golang

import (
	"context"
	"strings"
	"sync"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/sumdb"
)

// places are where the checksum database is served from. The proxy comes
// first, as it does for the go command; both serve the same signed bytes.
var places = []string{
	"https://" + Proxy + "/sumdb/" + Database + "/",
	"https://" + Database + "/",
}

// logged fetches a version's record, the newest signed head, and the tiles that
// connect them. It runs the verification only to learn which tiles are needed
// and throws the verdict away: the checks run it again.
//
// The second result is the answer of a place that says itself that it has no
// record of this version; its State is NotThere, or it is zero.
func logged(ctx context.Context, c *fetch.Session, at located, v registry.Visit) (registry.Link, fetch.Answer, error) {
	entry := &registry.LogEntry{Log: Database, Known: v.Heads[Database], Tiles: map[string]fetch.Answer{}}
	record := registry.Link{Name: "checksum record", Log: entry}
	var denied fetch.Answer
	err := fetch.Together(
		func() (err error) {
			record.Answer, denied, err = fromAnyPlace(ctx, c, "lookup/"+at.escPath+"@"+at.escVersion, fetch.Request{Step: "checksum record", Limit: 1 << 20, Form: lookupForm})
			return err
		},
		func() (err error) {
			entry.Latest, _, err = fromAnyPlace(ctx, c, "latest", fetch.Request{Step: "signed head", Limit: 1 << 16, Form: headForm})
			return err
		},
	)
	record.States = digests(record.Answer, at)
	if err != nil || record.Answer.State != fetch.Found {
		return record, denied, err
	}
	var cancelled error
	e := sumdb.Evidence{Lookup: record.Answer.Body, Known: entry.Known, Tiles: func(paths []string) []sumdb.TileAnswer {
		answers, err := tiles(ctx, c, entry, paths)
		if err != nil {
			cancelled = err
		}
		return answers
	}}
	if entry.Latest.State == fetch.Found {
		e.Latest = append([]byte{}, entry.Latest.Body...)
	}
	if key, ok := v.LogKey(Database); ok {
		_, _ = sumdb.Verify(key, e)
	}
	return record, denied, cancelled
}

// tiles fetches tiles in parallel and keeps every answer.
func tiles(ctx context.Context, c *fetch.Session, entry *registry.LogEntry, paths []string) ([]sumdb.TileAnswer, error) {
	out := make([]sumdb.TileAnswer, len(paths))
	answers := make([]fetch.Answer, len(paths))
	errs := make([]error, len(paths))
	var wg sync.WaitGroup
	for i, p := range paths {
		wg.Go(func() {
			answers[i], _, errs[i] = fromAnyPlace(ctx, c, p, fetch.Request{Step: "log tiles", Limit: 1 << 16, Form: tileForm, Immutable: true})
		})
	}
	wg.Wait()
	for i, p := range paths {
		if errs[i] != nil {
			return fillMissing(paths), errs[i]
		}
		entry.Tiles[p] = answers[i]
		if answers[i].State == fetch.Found {
			out[i].Data, out[i].Once = answers[i].Body, answers[i].Once
		} else {
			out[i].Err = &sumdb.MissingError{Path: p}
		}
	}
	return out, nil
}

func fillMissing(paths []string) []sumdb.TileAnswer {
	out := make([]sumdb.TileAnswer, len(paths))
	for i, p := range paths {
		out[i].Err = &sumdb.MissingError{Path: p}
	}
	return out
}

// fromAnyPlace asks one place after the other until one has the document. If
// none has, the answer is "not there" only if every place says so; denied is
// the answer of one that does.
func fromAnyPlace(ctx context.Context, c *fetch.Session, path string, r fetch.Request) (result, denied fetch.Answer, err error) {
	for i, place := range places {
		r.URL = place + path
		a, err := c.Get(ctx, r)
		if err != nil || a.State == fetch.Found {
			return a, fetch.Answer{}, err
		}
		if a.State == fetch.NotThere {
			denied = a
		}
		if i == 0 || result.State == fetch.NotThere {
			result = a
		}
	}
	return result, denied, nil
}

// A line is one line of a go.sum file.
type line struct{ text, module, version, value string }

// lines reads the go.sum lines of a lookup answer: those between the record's
// number and the first empty line. Malformed ones are left out; the
// verification refuses them.
func lines(lookup []byte) []line {
	head, _, _ := strings.Cut(string(lookup), "\n\n")
	var out []line
	for i, text := range strings.Split(head, "\n") {
		f := strings.Split(text, " ")
		if i == 0 || len(f) != 3 {
			continue
		}
		if d, err := digest.ParseH1(f[2]); err == nil {
			out = append(out, line{text, f[0], f[1], d.Sum})
		}
	}
	return out
}
