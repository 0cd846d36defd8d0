package audit

import (
	"context"
	"time"

	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/rekor"
	"touchstone/internal/sigstore"
	"touchstone/internal/trust"
)

// signedHosts are where the clients of trust and log may go.
func signedHosts() []fetch.Host {
	hosts := rekor.Hosts()
	for _, h := range trust.Hosts() {
		hosts = append(hosts, fetch.Host{Name: h.Name, Paths: h.Paths})
	}
	return hosts
}

// prove fetches what the release's signatures need beside themselves: fresh
// anchors, and the proofs that its attestations lack. It changes the release's
// bundles and returns the anchors to judge by.
func prove(ctx context.Context, client *fetch.Client, rel *registry.Release, o Options) (trust.Anchors, []byte, error) {
	if len(rel.Signatures) == 0 && len(rel.Attestations.Each) == 0 {
		return o.Anchors, o.Memory, nil
	}
	anchors, memory, err := refreshed(ctx, client, o, unknownKeys(rel, o.Anchors))
	if err != nil {
		return anchors, memory, err
	}
	root, err := sigstore.ParseRoot(anchors.SigstoreRoot())
	if err != nil {
		return anchors, memory, nil // the checks say that it cannot be used
	}
	asked := 0
	for i := range rel.Attestations.Each {
		each := &rel.Attestations.Each[i]
		claimed, err := sigstore.Read(each.Bundle)
		if err != nil || asked+len(claimed.Log) > maxProofs {
			continue
		}
		asked += len(claimed.Log)
		completed, err := rekor.Complete(ctx, client, root.Logs(), each.Bundle)
		if err != nil {
			return anchors, memory, err
		}
		keys := evidence.StatementKeys(anchors, trust.ID(rel.Attestations.Keys))
		if verifies(completed, root, keys) || !verifies(each.Bundle, root, keys) {
			each.Bundle = completed
		}
	}
	return anchors, memory, nil
}

// verifies tells whether a bundle does, only to choose: what was served must not
// fail for a proof that came from elsewhere and is wrong.
func verifies(bundle []byte, root *sigstore.Root, keys []sigstore.Key) bool {
	_, err := sigstore.Verify(sigstore.Query{Bundle: bundle, Root: root, Keys: keys, AnyArtifact: true})
	return err == nil
}

// maxProofs bounds how many log entries are asked for in one audit: what is
// served decides how many there are, and the log is somebody else's.
const maxProofs = 16

// refreshFor is how long refreshed anchors are used without asking again.
const refreshFor = 24 * time.Hour

// unknownKeys tells whether something is signed by a key that the anchors lack:
// it may have come into use since they were refreshed.
func unknownKeys(rel *registry.Release, anchors trust.Anchors) bool {
	for _, s := range rel.Signatures {
		if _, known := anchors.Key(trust.ID(s.Keys), s.KeyID, trust.UsageSignatures); !known {
			return true
		}
	}
	for _, a := range rel.Attestations.Each {
		claimed, err := sigstore.Read(a.Bundle)
		if err != nil || claimed.KeyHint == "" {
			continue
		}
		if _, known := anchors.Key(trust.ID(rel.Attestations.Keys), claimed.KeyHint, trust.UsageAttestations); !known {
			return true
		}
	}
	return false
}

// refreshed asks for newer anchors, also early where they are found lacking.
// What cannot be had leaves the old ones, which the checks judge by their age; a
// replay never asks.
func refreshed(ctx context.Context, client *fetch.Client, o Options, lacking bool) (trust.Anchors, []byte, error) {
	anchor, _ := o.Anchors.Anchor(trust.SigstoreRoot)
	recent := o.Time.Sub(anchor.RefreshedAt) < refreshFor
	if o.Replay != nil || recent && !lacking {
		return o.Anchors, o.Memory, nil
	}
	known, err := trust.ParseMemory(o.Memory)
	if err != nil {
		return o.Anchors, o.Memory, nil // a damaged memory must not be refreshed over
	}
	fresh, err := trust.Refresh(o.Anchors, known, getter{ctx, client}, o.Time)
	if ctx.Err() != nil {
		return o.Anchors, o.Memory, ctx.Err()
	}
	memory, jsonErr := fresh.Memory.MarshalJSON()
	if jsonErr != nil {
		memory = o.Memory
	}
	if err != nil {
		return o.Anchors, memory, nil
	}
	return fresh.Anchors, memory, nil
}

// A getter asks for TUF's documents through the audit's client.
type getter struct {
	ctx    context.Context
	client *fetch.Client
}

// Get has the status 0 exactly where no answer was had.
func (g getter) Get(url string, maxLength int64) ([]byte, int, error) {
	a, err := g.client.Get(g.ctx, fetch.Request{URL: url, Limit: maxLength, Step: "trust anchors"})
	if err != nil {
		return nil, 0, err
	}
	if a.Err != nil {
		return nil, a.Status, a.Err
	}
	return a.Body, a.Status, nil
}
