package oci

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// Bounds of what is kept beside one image: anyone who may push may put more there.
const (
	maxBeside    = 32      // manifests read
	maxStatement = 8 << 20 // bytes of one
	maxSigned    = 64      // signatures and statements
)

// A find collects what is kept beside an image.
type find struct {
	at    located
	out   registry.Attestations
	keyed []keyed       // what only keys of the reader's can verify
	open  *fetch.Answer // the first place that could not be asked
	asked map[string]bool
	kinds map[string]int // of what stands there and is no signature, by its type
	named []string       // packages that bills of materials name
	bills int            // how many of those were met
	// unbilled says of each bill that was not read why, in sentences.
	unbilled []string
	none     *fetch.Answer // the last that says that there is nothing
}

// attestationsOf asks every place in which signatures and statements about a
// digest are kept:
//
//  1. the tags that cosign makes of the digest (github.com/sigstore/cosign,
//     specs/SIGNATURE_SPEC.md, ATTESTATION_SPEC.md and SBOM_SPEC.md);
//  2. the referrers API, and the tag that stands for it where a registry has none
//     (OCI distribution-spec, "Listing Referrers", "Referrers Tag Schema");
//  3. what GitHub keeps, for images of its registry.
//
// That one of them has nothing says nothing of the others. Where one could not be
// asked there may be more than what was found.
func attestationsOf(ctx context.Context, c *fetch.Session, at located, out registry.Attestations) (*find, error) {
	f := &find{at: at, out: out, asked: map[string]bool{}, kinds: map[string]int{}}
	flat := strings.Replace(at.sum, ":", "-", 1)
	// 1.
	for _, suffix := range []string{".sig", ".att", ".sbom"} {
		m, err := f.manifest(ctx, c, at.manifest(flat+suffix, "signatures"), false)
		if err != nil {
			return f, err
		}
		if m != nil && !m.isIndex {
			if err := f.layers(ctx, c, m); err != nil {
				return f, err
			}
		}
	}
	// 2.
	for _, request := range []fetch.Request{
		{URL: at.base() + "/referrers/" + at.sum, Accept: typeIndex, Step: "signatures", Limit: maxManifest, Form: indexForm},
		at.manifest(flat, "signatures"),
	} {
		m, err := f.manifest(ctx, c, request, true)
		if err != nil {
			return f, err
		}
		if err := f.referrers(ctx, c, m); err != nil {
			return f, err
		}
	}
	// 3.
	if at.owner != "" && strings.HasPrefix(at.sum, "sha256:") {
		if err := f.github(ctx, c); err != nil {
			return f, err
		}
	}
	switch {
	case f.open != nil:
		f.out.Answer = *f.open
	case f.none != nil:
		f.out.Answer = *f.none
	}
	if len(f.out.Each) > 0 && f.open == nil {
		f.out.Answer.State = fetch.Found
	}
	return f, nil
}

// manifest asks for a manifest; nil, and noted, where there is none, and where that is
// not known. quiet tells that a refusal says that the place does not exist.
func (f *find) manifest(ctx context.Context, c *fetch.Session, r fetch.Request, quiet bool) (*manifest, error) {
	a, err := c.Get(ctx, r)
	if err != nil {
		return nil, err
	}
	switch a.State {
	case fetch.NotThere:
		f.none = &a
		return nil, nil
	case fetch.Unknown:
		// Some registries refuse an interface that they do not have.
		if quiet && a.Route == fetch.Direct && (a.Status == 400 || a.Status == 405 || a.Status == 501) {
			a.State = fetch.NotThere
			f.none = &a
			return nil, nil
		}
		f.unknown(a)
		return nil, nil
	}
	m, err := readManifest(a.Body)
	if err != nil {
		// It counts for nothing, since others than the publisher can put it there;
		// but what it would say was not read.
		f.unreadable("a document beside it that is no manifest")
		return nil, nil
	}
	return m, nil
}

func (f *find) unreadable(kind string) {
	if !slices.Contains(f.out.Unread, kind) {
		f.out.Unread = append(f.out.Unread, kind)
	}
}

// beyond notes that there is more than is read: then nobody knows what that says.
func (f *find) beyond(what string) {
	f.unknown(fetch.Answer{Request: fetch.Request{URL: f.at.base() + "/referrers/" + f.at.sum}, Reason: "there is more beside this image than is read here: " + what})
}

func (f *find) unknown(a fetch.Answer) {
	if f.open == nil {
		a.State = fetch.Unknown
		f.open = &a
	}
}

// referrers reads each manifest that an index lists: its own type counts, since
// some registries and tools list another.
func (f *find) referrers(ctx context.Context, c *fetch.Session, index *manifest) error {
	if index == nil || !index.isIndex {
		return nil
	}
	for _, d := range index.list {
		if f.asked[d.digest()] {
			continue
		}
		if len(f.asked) >= maxBeside {
			f.beyond("over " + strconv.Itoa(maxBeside) + " manifests")
			return nil
		}
		f.asked[d.digest()] = true
		m, err := f.manifest(ctx, c, f.at.manifest(d.digest(), "signatures"), false)
		if err != nil {
			return err
		}
		if m != nil && m.isIndex {
			f.unreadable("an index among what is about it")
		}
		if m == nil || m.isIndex || m.subject != f.at.sum {
			continue
		}
		if err := f.layers(ctx, c, m); err != nil {
			return err
		}
	}
	return nil
}

// layers reads what a manifest holds, by the type of each.
func (f *find) layers(ctx context.Context, c *fetch.Session, m *manifest) error {
	signatures, others := 0, []string(nil)
	for _, d := range m.layers {
		_, isBill := billKinds[d.mediaType]
		switch {
		case isBill:
			signatures++
			if err := f.bill(ctx, c, d); err != nil {
				return err
			}
			continue
		case !readable(m, d):
			others = append(others, d.mediaType)
			continue
		case len(f.out.Each)+len(f.keyed) >= maxSigned:
			f.beyond("over " + strconv.Itoa(maxSigned) + " signatures and statements")
			return nil
		case d.size > maxStatement:
			f.beyond("a statement of over " + strconv.Itoa(maxStatement>>20) + " MB")
			continue
		}
		signatures++
		body := d.data
		if body == nil {
			a, err := c.Get(ctx, f.at.blob(d, "signatures", maxStatement))
			if err != nil {
				return err
			}
			if a.State == fetch.Found && sumOf(d.algorithm, a.Body) != d.sum {
				a.Unusable("what came in the place of a signature or statement has another digest than is stated")
			}
			if a.State != fetch.Found {
				f.unknown(a)
				continue
			}
			body = a.Body
		}
		if m.kind == typeNotary {
			f.keyed = append(f.keyed, keyed{envelope: d.mediaType, document: body})
		} else if own := byKey(d, body); own != nil {
			f.keyed = append(f.keyed, own...)
		} else if isDockers(d.mediaType) {
			f.unreadable(fmt.Sprintf("a document of the kind %s that is no signed statement", quoted(d.mediaType)))
		} else {
			f.out.Each = append(f.out.Each, translate(d, body)...)
		}
	}
	if signatures == 0 {
		f.kinds[cmp.Or(m.artifact(others), "of no type")]++
	}
	return nil
}

// detached is what only keys of the reader's can verify.
func (f *find) detached() registry.Detached {
	out := registry.Detached{Answer: f.out.Answer, Open: true, Judge: judge(f.keyed)}
	if len(f.keyed) > 0 {
		out.Answer.State = fetch.Found
	} else if f.open == nil && out.Answer.State == fetch.Found {
		out.Answer.State = fetch.NotThere // what was found is of other kinds
	}
	return out
}

// github asks what GitHub keeps of statements about the digest
// (docs.github.com/rest/orgs/attestations, rest/users/attestations).
func (f *find) github(ctx context.Context, c *fetch.Session) error {
	owner, _, _ := strings.Cut(f.at.repository, "/")
	for _, kind := range []string{"orgs", "users"} {
		a, err := c.Get(ctx, fetch.Request{URL: "https://" + attestationsHost + "/" + kind + "/" + owner + "/attestations/" + f.at.sum, Accept: "application/vnd.github+json", Step: "signatures", Limit: maxStatement, Form: githubForm})
		switch {
		case err != nil:
			return err
		case a.State == fetch.NotThere:
			f.none = &a
			continue
		case a.State == fetch.Unknown:
			f.unknown(a)
			return nil
		}
		for _, raw := range strictjson.Fields(a.Body).List("attestations") {
			bundle := strictjson.Fields(raw)["bundle"]
			switch {
			case len(bundle) <= len("null"):
				f.unreadable("a statement whose bundle GitHub's answer does not hold")
			case len(f.out.Each) >= maxSigned:
				f.beyond("over " + strconv.Itoa(maxSigned) + " signatures and statements")
			default:
				f.out.Each = append(f.out.Each, registry.Attestation{Bundle: bundle})
			}
		}
		return nil
	}
	return nil
}

var githubForm = &fetch.Form{Name: "a list of attestations", Fits: func(body []byte) bool {
	return strictjson.Fields(body).Has("attestations")
}}
