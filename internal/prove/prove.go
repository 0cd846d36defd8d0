// Package prove gathers what a release's signatures need beside themselves:
// anchors that are fresh, and the log proofs that attestations lack. It runs
// the verification only to find its way; what it brings is judged by the checks
// (package evidence).
package prove

import (
	"context"
	"maps"
	"slices"
	"time"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/rekor"
	"touchstone/internal/sigstore"
	"touchstone/internal/trust"
)

// Proofs are what a release's signatures are judged with.
type Proofs struct {
	// Anchors are those to judge by, refreshed where that could be done.
	Anchors trust.Anchors
	// Root is Sigstore's trusted root among them; where it cannot be used it is
	// nil, and Rootless says why.
	Root     *sigstore.Root
	Rootless error
	// Bundles are the release's attestations, in its order, each completed by
	// the log proofs that it lacked and that could be had.
	Bundles [][]byte
	// Notes tell what a person should know of how the anchors were had.
	Notes []purl.Note
}

// Hosts declares where the clients of trust and log may go.
func Hosts() []fetch.Host {
	hosts := rekor.Hosts()
	for _, h := range trust.Hosts() {
		hosts = append(hosts, fetch.Host{Name: h.Name, Paths: h.Paths})
	}
	return hosts
}

// Gather fetches what rel's signatures need, for an audit that began at the
// given time. The release is not changed. Only a cancelled context is an error:
// what could not be had leaves the older anchors, or the bundle as it was
// served. Where more log proofs are lacking than are asked for, those are asked for
// first whose signer speaks tells may speak for the release; see order.
func Gather(ctx context.Context, c *fetch.Session, k *Keeper, rel *registry.Release, began time.Time, speaks Speaks) (Proofs, error) {
	notes, err := k.freshKeys(ctx, c, rel, began)
	if err != nil {
		return Proofs{}, err
	}
	if !refreshed(rel, k.Anchors()) && len(rel.File.Attestations.Each)+len(rel.Record().Attestations.Each) == 0 {
		p := k.held()
		p.Notes = notes
		return p, nil
	}
	p, err := k.fresh(ctx, c, began, func(a trust.Anchors) bool { return lacking(rel, a) })
	if err != nil {
		return Proofs{}, err
	}
	p.Notes = append(p.Notes, notes...)
	p.Bundles, err = p.completed(ctx, c, rel, speaks)
	return p, err
}

// verifies tells whether a bundle does, only to choose.
func (p Proofs) verifies(bundle []byte, keys []sigstore.Key) bool {
	_, err := sigstore.Verify(sigstore.Itself(bundle, p.Root, keys))
	return err == nil
}

// StatementKeys are the keys of an anchored set that may sign statements.
func (p Proofs) StatementKeys(set trust.ID) []sigstore.Key {
	var out []sigstore.Key
	for _, k := range p.Anchors.Keys(set, trust.UsageAttestations) {
		if k.Public == nil {
			continue
		}
		key := sigstore.Key{Hint: k.ID, SPKI: k.SPKI, Start: k.Start}
		if k.End != nil {
			key.End = *k.End
		}
		out = append(out, key)
	}
	return out
}

// Algorithms are those of the digests that the release's statements state of
// their subjects. Nothing of that is verified.
func (p Proofs) Algorithms() []string {
	var out []string
	for _, bundle := range p.Bundles {
		claimed, err := sigstore.Read(bundle)
		if err != nil || claimed.Statement == nil {
			continue
		}
		for _, s := range claimed.Statement.Subjects {
			out = slices.AppendSeq(out, maps.Keys(s.Digests))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// refreshed tells whether a signature is by a key of a set that is refreshed through
// TUF, as those of archives are not.
func refreshed(rel *registry.Release, anchors trust.Anchors) bool {
	return slices.ContainsFunc(rel.Signatures(), func(s registry.Signature) bool {
		anchor, known := anchors.Anchor(s.Anchors)
		return !known || anchor.Kind != trust.KindArchiveKeys
	})
}

// lacking tells whether something is signed by a key that the anchors lack: it
// may have come into use since they were refreshed.
func lacking(rel *registry.Release, anchors trust.Anchors) bool {
	lacks := func(set trust.ID, key string, usage string) bool {
		_, known := anchors.Key(set, key, usage)
		return !known
	}
	return slices.ContainsFunc(rel.Signatures(), func(s registry.Signature) bool {
		return lacks(s.Anchors, s.KeyID, trust.UsageSignatures)
	}) || slices.ContainsFunc(rel.File.Attestations.Each, func(a registry.Attestation) bool {
		claimed, err := sigstore.Read(a.Bundle)
		return err == nil && claimed.KeyHint != "" && lacks(rel.File.Attestations.Keys, claimed.KeyHint, trust.UsageAttestations)
	})
}
