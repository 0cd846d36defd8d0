package registry

import (
	"context"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
)

// A Suggester is a Registry that knows packages by a part of their name. What it
// suggests is its unsigned word: it helps to write a name, and proves nothing.
type Suggester interface {
	Registry
	// Suggest asks for packages whose names are like this one; at most a dozen.
	// The errors are those of [Registry.Resolve].
	Suggest(ctx context.Context, c *fetch.Session, name string) (Suggested, error)
}

// Suggested are packages that a registry has under names like the one asked for.
type Suggested struct {
	// Answer is the document that lists them. Where its State is not Found,
	// nothing is known.
	Answer   fetch.Answer
	Packages []Like
}

// A Like is one package, without a version, and what it says that it is.
type Like struct {
	Ref         purl.Ref
	Description string
}
