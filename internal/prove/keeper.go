package prove

import (
	"context"
	"errors"
	"sync"
	"time"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/sigstore"
	"touchstone/internal/trust"
)

// refreshFor is how long refreshed anchors are used without asking again.
const refreshFor = 24 * time.Hour

// A Keeper holds the anchors that many audits share: it recalls those of
// earlier visits, and refreshes them at most once in 24 hours, or once in an
// audit that meets a key which they lack. It is safe for concurrent use.
type Keeper struct {
	turn chan struct{} // held by who may walk: only that changes the fields below
	mu   sync.Mutex    // held while they are read or changed

	anchors trust.Anchors // as good as they were ever refreshed, accused of nothing
	root    *sigstore.Root
	rootErr error
	memory  trust.Memory
	kept    []byte      // the memory as it is kept
	notes   []purl.Note // for the next audit that uses anchors
	frozen  bool        // never refreshed; does not change

	// walked is the time of the audit that last walked to the end, whatever
	// that brought: audits of the same moment share it. accused is what it found.
	walked  time.Time
	accused []trust.Accusation

	// keyrings reads what a refresh of archive keys meets; nil where no archive is
	// served. By package: when it was last asked for, and what was wrong then.
	keyrings    trust.Keyrings
	askedKeys   map[string]time.Time
	keysAccused map[string][]trust.Accusation
}

// Keep recalls what earlier visits left beside the anchors that the program
// carries; kept is nil for a first visit. keyrings reads what a refresh of archive keys
// meets; nil where no archive is served.
func Keep(anchors trust.Anchors, kept []byte, keyrings trust.Keyrings) *Keeper {
	recalled, memory, err := trust.Recall(anchors, kept)
	k := &Keeper{turn: make(chan struct{}, 1), memory: memory, kept: kept,
		keyrings: keyrings, askedKeys: map[string]time.Time{}, keysAccused: map[string][]trust.Accusation{}}
	k.use(recalled)
	k.recallKeys()
	if errors.Is(err, trust.ErrMemory) {
		k.notes = []purl.Note{{Kind: "anchors", Text: "What this device kept of earlier refreshes of the trust anchors is damaged. It was put aside. The anchors are asked for anew, from the root that this program carries."}}
	}
	return k
}

// Fixed holds anchors that no audit refreshes: those of a replay.
func Fixed(anchors trust.Anchors) *Keeper {
	k := &Keeper{turn: make(chan struct{}, 1), frozen: true}
	k.use(anchors)
	return k
}

func (k *Keeper) use(anchors trust.Anchors) {
	k.anchors = anchors
	k.root, k.rootErr = sigstore.ParseRoot(anchors.Set(trust.SigstoreRoot).Document)
}

// Memory is what to keep for the next visit.
func (k *Keeper) Memory() []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept
}

// Anchors are those at hand, without asking anybody.
func (k *Keeper) Anchors() trust.Anchors { return k.held().Anchors }

// held is what is at hand.
func (k *Keeper) held() Proofs {
	k.mu.Lock()
	defer k.mu.Unlock()
	return Proofs{Anchors: k.anchors.Accused(append(k.keysAccusations(), k.accused...)), Root: k.root, Rootless: k.rootErr}
}

// fresh gives anchors for an audit that began at the given time.
//
//  1. Those refreshed less than 24 hours ago serve, unless something speaks
//     against them, or they lack a key that is used here: a refresh in this audit
//     settles that.
//  2. Else walk, unless an audit of the same moment did.
//  3. What a walk found wrong stands beside the anchors; what could not be had
//     leaves them as they were, and their age tells.
func (k *Keeper) fresh(ctx context.Context, c *fetch.Session, began time.Time, lacking func(trust.Anchors) bool) (Proofs, error) {
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return Proofs{}, ctx.Err()
	}
	serves := k.recent(began) && len(k.accused) == 0 && !lacking(k.anchors) // 1
	if !k.frozen && !serves && (k.walked.IsZero() || !k.walked.Equal(began)) {
		if err := k.walk(ctx, c, began); err != nil { // 2
			return Proofs{}, err
		}
	}
	p := k.held() // 3
	p.Notes, k.notes = k.notes, nil
	return p, nil
}

// Refresh walks now, whatever the anchors' age. What could not be had leaves them
// as they were; an error is ctx's, or says what the source serves wrong.
func (k *Keeper) Refresh(ctx context.Context, c *fetch.Session, began time.Time) error {
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := k.walk(ctx, c, began); err != nil {
		return err
	}
	var wrong []error
	for _, accusation := range k.accused {
		wrong = append(wrong, accusation.Why)
	}
	return errors.Join(wrong...)
}

// recent tells whether the anchors were refreshed in the 24 hours before began.
func (k *Keeper) recent(began time.Time) bool {
	for _, id := range []trust.ID{trust.SigstoreRoot, trust.NPMKeys} {
		anchor, _ := k.anchors.Anchor(id)
		if age := began.Sub(anchor.RefreshedAt); age < 0 || age >= refreshFor {
			return false
		}
	}
	return true
}

// walk refreshes. Only a cancelled context is an error, and then nothing changed.
func (k *Keeper) walk(ctx context.Context, c *fetch.Session, began time.Time) error {
	g := &getter{ctx: ctx, client: c}
	out, err := trust.Refresh(k.anchors, k.memory, g, began)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.walked, k.memory, k.accused = began, out.Memory, out.Accusations(err)
	switch {
	case g.detour:
		// What a relay bent, or kept from an earlier day, speaks not against the source.
		k.accused = nil
	case errors.Is(err, trust.ErrExpired) && g.clockDiffers(began):
		// The host's own clock says that not the documents are old, but that this
		// audit's time is another one.
		k.accused = nil
	}
	if kept, err := out.Memory.Store(); err == nil {
		k.kept = kept
	}
	k.use(out.Anchors)
	return nil
}

// A getter asks for TUF's documents through an audit's client.
type getter struct {
	ctx    context.Context
	client *fetch.Session
	date   time.Time // the latest that the host gave an answer; zero where it is not shown
	detour bool      // whether a document came otherwise than from the host itself
}

// Get has the status 0 exactly where no answer was had.
func (g *getter) Get(url string, maxLength int64) ([]byte, int, error) {
	a, err := g.client.Get(g.ctx, fetch.Request{URL: url, Limit: maxLength, Step: "trust anchors"})
	if err != nil {
		return nil, 0, err
	}
	if date, err := time.Parse(time.RFC1123, a.Header["date"]); err == nil && date.After(g.date) {
		g.date = date
	}
	if a.Err != nil {
		return nil, a.Status, a.Err
	}
	g.detour = g.detour || a.Route != fetch.Direct
	return a.Body, a.Status, nil
}

// clockDiffers tells whether the host's clock is a day or more from the given
// time. Where the host shows none (to pages of other sites) it does not.
func (g *getter) clockDiffers(from time.Time) bool {
	return !g.date.IsZero() && g.date.Sub(from).Abs() >= 24*time.Hour
}
