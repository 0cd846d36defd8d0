package npm

import (
	"context"
	"strings"

	"touchstone/internal/fetch"
)

// get asks for a document about a package. An archive may hold it under another
// spelling of a scoped name's address, which means the same to the registry.
func get(ctx context.Context, c *fetch.Client, r fetch.Request, name string) (fetch.Answer, error) {
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
	c, err := open(doc)
	if err != nil {
		return nil, false, err
	}
	stated := ""
	err = c.members(func(key string) error {
		switch key {
		case "name":
			raw, err := c.raw()
			stated = text(raw)
			return err
		case "_id", "time":
			whole = true
		case "versions":
			return c.members(func(version string) error {
				raw, err := c.raw()
				if version == at.version {
					entry = raw
				}
				return err
			})
		}
		return c.skip()
	})
	if err == nil && stated != at.name {
		return nil, false, otherPackage(stated, at.name)
	}
	return entry, whole, err
}
