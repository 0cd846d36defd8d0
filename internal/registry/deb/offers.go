package deb

import (
	"context"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

var _ registry.Lister = Registry{}

// Offers asks every list of the release for its versions of the package; versions
// that were replaced stand in none.
func (Registry) Offers(ctx context.Context, c *fetch.Session, ref purl.Ref) (registry.Offers, error) {
	d, known := distributionOf(ref)
	if !known {
		return registry.Offers{}, purl.Refuse(purl.Missing, "The archive of %s is not asked here. Those of debian and ubuntu are.", ref.Namespace)
	}
	release := ref.Qualifiers["distro"]
	for _, pocket := range pockets {
		release = strings.TrimSuffix(release, pocket)
	}
	s := &search{ctx: ctx, c: c, of: d, ref: ref, arch: ref.Qualifiers["arch"], every: true}
	if s.arch == "" {
		s.arch = usualArch
	}
	var o registry.Offers
	backports := d.suite(d.codename(release) + "-backports")
	indexes, err := s.ahead(append(d.suites(release, ""), backports))
	if err != nil {
		return registry.Offers{}, err
	}
	for _, in := range indexes {
		if err := s.suite(in); err != nil {
			return registry.Offers{}, err
		}
		for _, version := range s.others {
			o.All = append(o.All, registry.Offer{Version: version})
			if in.of != backports && (o.Newest == "" || Compare(version, o.Newest) > 0) { // of backports apt takes none unasked
				o.Newest = version
			}
		}
		s.others = nil
	}
	o.Answer = s.listed()
	return o, nil
}

// listed is the answer for all that was asked: of the first document that could not
// be read, else of the last list.
func (s *search) listed() fetch.Answer {
	var last fetch.Answer
	if len(s.unread) > 0 {
		in := s.unread[0]
		if in.broken != "" {
			in.answer.Unusable("the signed index cannot be read: " + in.broken)
		}
		return in.answer
	}
	for i := range s.lists {
		if last = s.lists[i].link(nil).Answer; s.lists[i].other {
			last.Unusable("the list of packages is not the one that the signed index states")
		}
		if !s.lists[i].read() {
			return last
		}
	}
	return last
}

// CompareVersions is dpkg's order.
func (Registry) CompareVersions(a, b string) int { return Compare(a, b) }

// Fits reads a relation to a version (debian-policy, 7.1); of alternatives the first
// is what the package at hand is asked for.
func (Registry) Fits(asked string) func(version string) bool {
	first, _, _ := strings.Cut(asked, " or ")
	relation, version, ok := strings.Cut(strings.TrimSpace(first), " ")
	if version = strings.TrimSpace(version); !ok || version == "" || len(asked) > registry.MostAsked {
		return nil
	}
	fits, known := map[string]func(c int) bool{
		"<<": func(c int) bool { return c < 0 }, "<=": func(c int) bool { return c <= 0 }, "=": func(c int) bool { return c == 0 },
		">=": func(c int) bool { return c >= 0 }, ">>": func(c int) bool { return c > 0 },
	}[relation]
	if !known {
		return nil
	}
	return func(v string) bool { return fits(Compare(v, version)) }
}
