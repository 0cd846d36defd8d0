package npm

import (
	"context"
	"errors"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// An unknownName is the refusal of a name that the registry does not have.
type unknownName struct{ *purl.Refused }

func (u unknownName) Unwrap() error { return u.Refused }

// nearer adds names of nearly the same letters to the refusal of an unknown name.
// Every other error stays as it is.
func (r Registry) nearer(ctx context.Context, c *fetch.Session, ref purl.Ref, err error) error {
	var unknown unknownName
	if !errors.As(err, &unknown) {
		return err
	}
	found, failed := r.Suggest(ctx, c, ref.Path())
	if failed != nil {
		return failed
	}
	registry.OfferNear(unknown.Refused, ref.Path(), "npm's own search", found)
	return unknown.Refused
}
