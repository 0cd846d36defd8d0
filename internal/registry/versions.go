package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
)

// A Lister is a Registry that lists the versions of a package. Its list is the
// repository's unsigned word: it helps to choose what to audit, and proves
// nothing.
type Lister interface {
	Registry
	// Offers asks which versions there are. The errors are those of
	// [Registry.Resolve].
	Offers(ctx context.Context, c *fetch.Session, ref purl.Ref) (Offers, error)
	// CompareVersions orders two versions as its clients do: below 0 where a is
	// the older one.
	CompareVersions(a, b string) int
	// Fits reads what an [Ingredient] asks for, and gives what tells whether a
	// version fits; nil where it asks for no version of this repository's, or
	// cannot be read.
	Fits(asked string) func(version string) bool
}

// Offers are the versions of a package that a repository offers.
type Offers struct {
	// Answer is the document that lists them. Where its State is not Found,
	// nothing is known.
	Answer fetch.Answer
	All    []Offer
	// Of is the package as its other versions are named, with all that says where it
	// is from and for what; the zero Ref where type, namespace and name are all.
	Of purl.Ref
	// Newest is the one that clients take where none is asked for; empty where
	// the list names none.
	Newest string
	// Moving tells that the versions are names that the repository can give to other
	// bytes at any time: in a reference they stand as its tag.
	Moving bool
	// More tells that the repository has more versions than were asked for.
	More bool
	// Highest tells that a range takes the highest version in it, whichever is named
	// as newest.
	Highest bool
}

// An Offer is one version.
type Offer struct {
	Version string
	// Withdrawn tells that the list calls it yanked, retracted or deprecated.
	Withdrawn bool
}

// Sort brings the offers into an order, newest first, each once.
func (o *Offers) Sort(compare func(a, b string) int) {
	slices.SortFunc(o.All, func(a, b Offer) int {
		// What differs in build metadata alone has no order of its own.
		return cmp.Or(compare(b.Version, a.Version), cmp.Compare(b.Version, a.Version))
	})
	o.All = slices.CompactFunc(o.All, func(a, b Offer) bool { return a.Version == b.Version })
}

// Fitting is the version that the usual client would take of those that fit, of
// sorted offers:
//
//  1. the newest, as the list names it, where that fits and nobody took it back, and
//     clients look for that one;
//  2. else the highest that fits and nobody took back;
//  3. else the highest that fits.
//
// It is empty where none fits. What is installed already, or asked for by other
// packages, can lead a client to another one.
func (o Offers) Fitting(fits func(version string) bool) string {
	fitting := slices.DeleteFunc(slices.Clone(o.All), func(v Offer) bool { return !fits(v.Version) })
	for _, better := range []func(Offer) bool{
		func(v Offer) bool { return v.Version == o.Newest && !v.Withdrawn && !o.Highest },
		func(v Offer) bool { return !v.Withdrawn },
		func(Offer) bool { return true },
	} {
		if i := slices.IndexFunc(fitting, better); i >= 0 {
			return fitting[i].Version
		}
	}
	return ""
}

// CompareNumbers orders two numbers of decimal digits, of any length: zeros before a
// number do not count, and no digits are zero.
func CompareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// MostAsked bounds what is read of a range, in bytes: it is a package's own text.
const MostAsked = 1000
