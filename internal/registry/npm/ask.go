package npm

import (
	"context"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/strictjson"
)

// get asks for a document about a package. An archive may hold it under another
// spelling of a scoped name's address, which means the same to the registry.
func get(ctx context.Context, c *fetch.Session, r fetch.Request, name string) (fetch.Answer, error) {
	answer, err := c.Get(ctx, r)
	if err != nil || !notRecorded(answer) || !strings.Contains(name, "/") {
		return answer, err
	}
	asked := r.URL
	for _, slash := range []string{"/", "%2f", "%2F"} {
		for _, written := range []string{"/", "%2f"} {
			r.URL = strings.Replace(asked, strings.Replace(name, "/", written, 1), strings.Replace(name, "/", slash, 1), 1)
			if r.URL == asked {
				continue
			}
			other, err := c.Get(ctx, r)
			if err != nil || !notRecorded(other) {
				return other, err
			}
		}
	}
	return answer, nil
}

// notRecorded tells that a replay's archive does not hold the answer.
func notRecorded(a fetch.Answer) bool { return a.Err != nil && a.Err.Kind == fetch.NotRecorded }

// entryOf finds one version's entry in a package's document; nil where it lists
// no such version. whole tells that it is the full document, whose entries are
// the versions' own; those of the abbreviated one lack scripts and source
// (github.com/npm/registry, docs/responses/package-metadata.md).
func entryOf(doc []byte, at located) (entry []byte, whole bool, err error) {
	full := func(c *strictjson.Cursor) error {
		whole = true
		return c.Skip()
	}
	err = packument(doc, at.name, map[string]visit{"_id": full, "time": full, "versions": func(c *strictjson.Cursor) error {
		return c.Members(func(version string) error {
			if raw := c.Raw(); version == at.version {
				entry = raw
			}
			return nil
		})
	}})
	if err != nil {
		return nil, false, err
	}
	return entry, whole, nil
}
