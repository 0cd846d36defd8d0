package rpm

import (
	"cmp"
	"context"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

var _ registry.Lister = Registry{}

// Offers asks the indexes of all repositories of the release. An index keeps few
// versions of a package, mostly one.
func (Registry) Offers(ctx context.Context, c *fetch.Session, ref purl.Ref) (registry.Offers, error) {
	of, _, err := releaseOf(ref)
	if err != nil {
		return registry.Offers{}, err
	}
	w := wanted{name: ref.Name, arch: cmp.Or(ref.Qualifiers["arch"], usualArch)}
	out := registry.Offers{Of: purl.Ref{Type: purl.RPM, Namespace: of.namespace, Name: ref.Name, Qualifiers: map[string]string{"arch": w.arch, "distro": of.distro}}}
	for _, folder := range of.folders(w.arch) {
		l, err := ask(ctx, c, of, folder, w)
		if err != nil {
			return registry.Offers{}, err
		}
		out.Answer = l.primary
		if l.primary.Request.URL == "" {
			out.Answer = l.repomd
		}
		if !l.read { // what is not in the others may be in it
			out.All = nil
			return out, nil
		}
		for _, e := range l.all {
			out.All = append(out.All, registry.Offer{Version: e.evr()})
		}
	}
	out.Sort(Registry{}.CompareVersions)
	if len(out.All) > 0 {
		out.Newest = out.All[0].Version
	}
	return out, nil
}

// evr is epoch, version and release as references hold them.
func (e entry) evr() string {
	if e.epoch == "0" {
		return e.version + "-" + e.release
	}
	return e.epoch + ":" + e.version + "-" + e.release
}

// readEVR takes epoch, version and release apart; the release is empty where none is
// given.
func readEVR(text string) entry {
	e := entry{epoch: "0"}
	if epoch, rest, found := strings.Cut(text, ":"); found {
		e.epoch, text = cmp.Or(epoch, "0"), rest
	}
	if i := strings.LastIndexByte(text, '-'); i >= 0 {
		e.version, e.release = text[:i], text[i+1:]
	} else {
		e.version = text
	}
	return e
}

// CompareVersions is rpm's order of epoch, version and release.
func (Registry) CompareVersions(a, b string) int { return compare(readEVR(a), readEVR(b)) }

// Fits reads what a package asks of another, as ">= 1:5.2". A release counts where
// one is asked for (rpm's docs/manual/dependencies.md).
func (Registry) Fits(asked string) func(version string) bool {
	sign, text, found := strings.Cut(asked, " ")
	if !found || sign == "" || strings.Trim(sign, "<=>") != "" || strings.ContainsAny(text, " ()") || len(asked) > registry.MostAsked {
		return nil
	}
	bound := readEVR(text)
	return func(version string) bool {
		e := readEVR(version)
		if bound.release == "" {
			e.release = ""
		}
		switch c := compare(e, bound); {
		case c < 0:
			return strings.Contains(sign, "<")
		case c > 0:
			return strings.Contains(sign, ">")
		}
		return strings.Contains(sign, "=")
	}
}
