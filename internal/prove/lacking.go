package prove

import (
	"cmp"
	"context"
	"slices"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/rekor"
	"touchstone/internal/sigstore"
)

// maxProofs bounds how many log entries are asked for in one audit: what is
// served decides how many there are, and the log is somebody else's.
const maxProofs = 16

// Speaks tells whether somebody whom a verified certificate names may speak for the
// release, as far as that is known before the package arrives. It only chooses what is
// asked for first.
type Speaks func(a registry.Attestation, id *sigstore.Identity) bool

// completed are a release's bundles, each with the log proofs that it lacked and that
// could be had.
func (p Proofs) completed(ctx context.Context, c *fetch.Session, rel *registry.Release, speaks Speaks) ([][]byte, error) {
	list := rel.File.Attestations
	if len(list.Each) == 0 {
		return nil, nil
	}
	bundles := make([][]byte, len(list.Each))
	lack := make([]int, len(list.Each))
	for i, a := range list.Each {
		if bundles[i] = a.Bundle; p.Root != nil {
			lack[i] = rekor.Lacking(p.Root.Logs(), a.Bundle)
		}
	}
	keys, left := p.StatementKeys(list.Keys), maxProofs
	for _, i := range p.order(rel, lack, keys, speaks) {
		if lack[i] == 0 || lack[i] > left {
			continue // the checks say what is wrong with it
		}
		left -= lack[i]
		var err error
		if bundles[i], err = p.complete(ctx, c, keys, bundles[i]); err != nil {
			return nil, err
		}
	}
	return bundles, nil
}

// complete adds to a bundle the proofs that it lacks. What was served must not fail
// for a proof that came from elsewhere and is wrong.
func (p Proofs) complete(ctx context.Context, c *fetch.Session, keys []sigstore.Key, bundle []byte) ([]byte, error) {
	completed, err := rekor.Complete(ctx, c, p.Root.Logs(), bundle)
	if err == nil && !p.verifies(completed, keys) && p.verifies(bundle, keys) {
		completed = bundle
	}
	return completed, err
}

// order is the one in which proofs are asked for: as the bundles were served, where
// all can be asked for. Where they lack more, others than the publisher may have put
// them there: then first those that verify without them, of these those whose signer
// may speak for the release, and of these those that are about what it states.
func (p Proofs) order(rel *registry.Release, lack []int, keys []sigstore.Key, speaks Speaks) []int {
	order, merits, all := make([]int, len(lack)), make([]int, len(lack)), 0
	for i := range lack {
		order[i], all = i, all+lack[i]
	}
	if all <= maxProofs {
		return order
	}
	for i, a := range rel.File.Attestations.Each {
		if lack[i] > 0 {
			merits[i] = p.merit(rel, a, keys, speaks)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(merits[j], merits[i]) })
	return order
}

// merit is how much a bundle's proof may be worth: nothing where it does not verify.
func (p Proofs) merit(rel *registry.Release, a registry.Attestation, keys []sigstore.Key, speaks Speaks) int {
	v, err := sigstore.Verify(sigstore.Itself(a.Bundle, p.Root, keys))
	if err != nil {
		return 0
	}
	merit := 1
	if v.Key != nil || v.Certificate != nil && speaks != nil && speaks(a, v.Certificate) {
		merit += 2
	}
	if about(rel, a, v) {
		merit++
	}
	return merit
}

// about tells whether something signed is about a digest that the release's documents
// state of the package.
func about(rel *registry.Release, a registry.Attestation, v *sigstore.Verified) bool {
	signed := []registry.SaidSubject{{Algorithm: v.By.Algorithm, Value: v.By.Hex}}
	if v.Statement != nil {
		for _, s := range v.Statement.Subjects {
			for algorithm, value := range s.Digests {
				signed = append(signed, registry.SaidSubject{Algorithm: algorithm, Value: value})
			}
		}
	}
	if a.Says != nil {
		signed = append(signed, a.Says.Subjects...)
	}
	return slices.ContainsFunc(signed, func(s registry.SaidSubject) bool {
		return slices.ContainsFunc(rel.Chain, func(l registry.Link) bool {
			return slices.ContainsFunc(l.States, func(stated registry.Stated) bool {
				return stated.Of == registry.OfArtifact && stated.Algorithm == digest.Name(s.Algorithm) && stated.Value == s.Value
			})
		})
	})
}
