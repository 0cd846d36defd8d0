package deb

import "touchstone/internal/fetch"

// smallList bounds the lists that are asked for before it is known whether they are
// wanted, in bytes.
const smallList = 1 << 20

// ahead asks for the signed indexes of suites together, and then for every small list
// that they state: always for all of them, so that what is recorded does not depend on
// which came first. It decides nothing: each list is read in its turn, out of the same
// answer, and what is not come to is as if it had not been asked for.
func (s *search) ahead(suites []suite) ([]inRelease, error) {
	indexes := make([]inRelease, len(suites))
	var asks []func() error
	for i, of := range suites {
		asks = append(asks, func() (err error) {
			indexes[i], err = askInRelease(s.ctx, s.c, of)
			return err
		})
	}
	if err := fetch.Together(asks...); err != nil {
		return nil, err
	}
	asks = nil
	for i := range indexes {
		in := &indexes[i]
		if in.answer.State != fetch.Found || in.broken != "" {
			continue
		}
		for _, p := range s.places(in) {
			if p.size >= smallList {
				continue
			}
			asks = append(asks, func() error {
				// The answer, or the refusal, is for whoever comes to this list.
				_, _ = s.c.Get(s.ctx, in.request(p))
				return nil
			})
		}
	}
	return indexes, fetch.Together(asks...)
}

// places are the lists of a suite in which the package may stand, in their turn.
func (s *search) places(in *inRelease) []place {
	places := in.places(s.of.components, s.arch)
	if s.arch == "all" {
		places = append(places, in.places(s.of.components, usualArch)...)
	}
	return places
}
