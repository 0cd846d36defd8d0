package npm

import (
	"context"
	"errors"
	"slices"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// An unknownName is the refusal of a name that the registry does not have.
type unknownName struct{ *purl.Refused }

func (u unknownName) Unwrap() error { return u.Refused }

// An unknownVersion is the refusal of a version that the registry does not have of a
// name that it has.
type unknownVersion struct{ *purl.Refused }

func (u unknownVersion) Unwrap() error { return u.Refused }

// nowhere is the refusal of a version of which neither record nor package came, of a
// name that nobody has; nil otherwise. A pin stays a question to the repository.
func (r Registry) nowhere(ctx context.Context, c *fetch.Session, ref purl.Ref, f find, file fetch.Request) error {
	if !f.nowhere || len(ref.Digests) > 0 {
		return nil
	}
	answer, err := c.Get(ctx, file)
	if err != nil || !answer.Gone() {
		return err
	}
	note := f.notes[len(f.notes)-1]
	return r.nearer(ctx, c, ref, unknownName{purl.Refuse(purl.Missing, "%s If name and version are right, try again later.", note.Text)})
}

// nearer adds names of nearly the same letters to the refusal of an unknown name, or
// of an unknown version: of a name that is there those alone that the registry's
// search puts before it. Every other error stays as it is.
func (r Registry) nearer(ctx context.Context, c *fetch.Session, ref purl.Ref, err error) error {
	var name unknownName
	var version unknownVersion
	var refused *purl.Refused
	switch {
	case errors.As(err, &name):
		refused = name.Refused
	case errors.As(err, &version):
		refused = version.Refused
	default:
		return err
	}
	found, failed := r.Suggest(ctx, c, ref.Path())
	if failed != nil {
		return failed
	}
	if i := slices.IndexFunc(found.Packages, func(l registry.Like) bool { return l.Ref.Path() == ref.Path() }); i >= 0 && version.Refused != nil {
		found.Packages = found.Packages[:i]
	}
	registry.OfferNear(refused, ref.Path(), "npm's own search", found)
	return refused
}
