package pypi

import (
	"context"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

var _ registry.Lister = Registry{}

// Offers asks for the project's index. A version is withdrawn when all its files
// are.
func (Registry) Offers(ctx context.Context, c *fetch.Session, ref purl.Ref) (registry.Offers, error) {
	index, err := indexOf(ctx, c, canonical(ref.Name))
	if err != nil {
		return registry.Offers{}, err
	}
	o := registry.Offers{Answer: index.answer, Newest: index.newest()}
	kept := map[string]bool{} // by the files' spellings: whether some file was not withdrawn
	for _, e := range index.files {
		kept[e.name.version] = kept[e.name.version] || !e.yanked
	}
	at := map[string]int{}
	for spelled, some := range kept {
		v := index.versionOf(entry{name: filename{version: spelled}})
		i, seen := at[v]
		if !seen {
			i, at[v] = len(o.All), len(o.All)
			o.All = append(o.All, registry.Offer{Version: v, Withdrawn: true})
		}
		o.All[i].Withdrawn = o.All[i].Withdrawn && !some
	}
	return o, nil
}

// CompareVersions is the order of PEP 440.
func (Registry) CompareVersions(a, b string) int { return compareVersions(a, b) }

// Fits reads a requirement without its name: specifiers, then markers. Of several
// requirements the machine's markers choose, and no machine is known here.
func (Registry) Fits(asked string) func(version string) bool {
	text, markers, _ := strings.Cut(asked, ";")
	if s, ok := parseSpecifiers(text); ok && !strings.Contains(markers, ";") && len(asked) <= registry.MostAsked {
		return s.has
	}
	return nil
}
