package audit

import (
	"context"
	"errors"
	"maps"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// Versions are what a repository offers of a package, by its own unsigned word.
type Versions struct {
	// Newest and Fits are references: of the version that the repository names
	// as newest, and of the one that the range means. Empty where there is none.
	Newest string `json:"newest"`
	Fits   string `json:"fits"`
	// All are the versions, newest first.
	All []Offer `json:"all"`
	// Note says what must be known of the list that was had; empty for nothing.
	Note string `json:"note"`
	// Unread says why the list could not be had; empty where it could.
	Unread string `json:"unread"`

	by    string      // who was asked
	route fetch.Route // how the list came
}

// An Offer is one version that could be audited.
type Offer struct {
	Version   string `json:"version"`
	Reference string `json:"reference"`
	Withdrawn bool   `json:"withdrawn"`
}

// Versions asks which versions there are of the package that a text names, and
// which of them the package's usual client would take for what another package
// asks for; empty where nothing is asked for. The errors are those of
// [Auditor.Audit].
func (a *Auditor) Versions(ctx context.Context, pasted, asked string) (*Versions, error) {
	ref, err := Read(pasted)
	if err != nil {
		return nil, err
	}
	reg, err := registryFor(ref.Type)
	if err != nil {
		return nil, err
	}
	lister, ok := reg.(registry.Lister)
	if !ok {
		return &Versions{All: []Offer{}, Unread: reg.Name() + " gives no list of versions that is read here."}, nil
	}
	session := a.client.Session(fetch.SessionOptions{Hosts: reg.Hosts()})
	defer session.Close()
	offers, err := lister.Offers(ctx, session, ref)
	if err != nil {
		return nil, err
	}
	out := &Versions{All: []Offer{}, by: reg.Name(), route: offers.Answer.Route}
	if offers.Answer.State != fetch.Found {
		out.Unread = offers.Answer.Reason
		return out, nil
	}
	var notes []string
	if offers.Moving {
		notes = append(notes, "A tag moves: what is checked is the digest that it names now.")
	}
	if offers.More {
		notes = append(notes, "There may be more than stand here.")
	}
	out.Note = strings.Join(notes, " ")
	offers.Sort(lister.CompareVersions)
	if offers.Of.Type != "" {
		ref = offers.Of
	}
	for _, o := range offers.All {
		out.All = append(out.All, Offer{o.Version, versionOf(ref, o.Version, offers), o.Withdrawn})
	}
	if offers.Newest != "" {
		out.Newest = versionOf(ref, offers.Newest, offers)
	}
	if fits := lister.Fits(asked); fits != nil && asked != "" {
		if version := offers.Fitting(fits); version != "" {
			out.Fits = versionOf(ref, version, offers)
		}
	}
	return out, nil
}

// versionOf is the reference of another version of a package, without what pins
// one version's bytes.
func versionOf(ref purl.Ref, version string, offers registry.Offers) string {
	qualifiers := offers.Of.Qualifiers
	if offers.Moving {
		qualifiers = maps.Clone(qualifiers)
		qualifiers["tag"], version = version, ""
	}
	return purl.Ref{Type: ref.Type, Namespace: ref.Namespace, Name: ref.Name, Version: version, Qualifiers: qualifiers}.String()
}

// fitting adds to the refusal of a range the newest version in it, where the
// repository says which that is.
func (a *Auditor) fitting(ctx context.Context, refusal error) error {
	var refused *purl.Refused
	if !errors.As(refusal, &refused) || refused.Range == "" || len(refused.Choices) == 0 {
		return refusal
	}
	v, err := a.Versions(ctx, refused.Choices[0].Reference, refused.Range)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil || v.Fits == "" {
		return refusal
	}
	more := *refused
	more.Choices = []purl.Choice{{Reference: v.Fits, Why: "the newest that fits, as an installer would choose now"}}
	for _, c := range refused.Choices {
		if c.Reference != v.Fits {
			more.Choices = append(more.Choices, c)
		}
	}
	return &more
}
