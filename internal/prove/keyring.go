//go:build !js || touchstone_whole

package prove

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// keyringAgain is how long a keyring is not asked for again, whatever the last time
// brought, unless a key is lacking.
const keyringAgain = 24 * time.Hour

// keepFrom is from which size, in bytes, a document is worth keeping on the device.
const keepFrom = 1 << 20

// recallKeys has the archive keys of earlier visits again.
func (k *Keeper) recallKeys() {
	if k.keyrings != nil {
		k.anchors = trust.RecallKeyrings(k.anchors, k.memory, k.keyrings)
	}
}

// freshKeys refreshes the archive keys by which rel is signed, through the packages by
// which their owners change them. Only a cancelled context is an error.
//
//  1. Those that are recent serve, unless they lack a key that is used here.
//  2. Else the keyring is asked for, once for audits of the same moment, and once a day.
//  3. What was wrong stands beside the keys; what could not be had leaves them as they
//     were, and their age tells.
func (k *Keeper) freshKeys(ctx context.Context, c *fetch.Session, rel *registry.Release, began time.Time) ([]purl.Note, error) {
	if k.keyrings == nil || k.frozen {
		return nil, nil
	}
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	wanted := map[string]bool{} // and whether a key is lacking
	for _, s := range rel.Signatures() {
		anchor, known := k.anchors.Anchor(s.Anchors)
		if !known || anchor.Keyring == "" || !k.anchors.HasKeyring(anchor.Keyring) {
			continue
		}
		_, has := k.anchors.Key(s.Anchors, s.KeyID, trust.UsageSignatures)
		if !has || !anchor.Recent(began) || len(k.keysAccused[anchor.Keyring]) > 0 { // 1.
			wanted[anchor.Keyring] = wanted[anchor.Keyring] || !has
		}
	}
	var notes []purl.Note
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		lacks := wanted[name]
		last, asked := k.askedKeys[name]
		since := began.Sub(last)
		if asked && (since == 0 || !lacks && since > 0 && since < keyringAgain && len(k.keysAccused[name]) == 0) {
			continue
		}
		note, err := k.askKeys(ctx, c, name, began) // 2. and 3.
		if err != nil {
			return nil, err
		}
		notes = append(notes, note...)
	}
	return notes, nil
}

// askKeys asks for one keyring. Where that led nowhere a note says why.
func (k *Keeper) askKeys(ctx context.Context, c *fetch.Session, name string, began time.Time) (notes []purl.Note, cancelled error) {
	get := func(url string, file trust.KeyringFile, most int64) trust.KeyringAnswer {
		r := fetch.Request{URL: url, Limit: most, Step: "archive keys", Immutable: file.SHA256 != "" && !file.Moves}
		if r.Immutable && file.Size > keepFrom {
			r.Sum = file.SHA256
		}
		a, err := c.Get(ctx, r)
		if err != nil {
			return trust.KeyringAnswer{Err: err}
		}
		out := trust.KeyringAnswer{Body: a.Body, Status: a.Status, Direct: a.Route == fetch.Direct}
		if a.State == fetch.Unknown {
			out.Err = errors.New(a.Reason)
		}
		return out
	}
	out, err := trust.RefreshKeyring(k.anchors, name, k.memory.Keyring(name), get, k.keyrings, began)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.askedKeys[name] = began
	delete(k.keysAccused, name)
	switch {
	case trust.Accuses(err):
		for _, id := range k.anchors.ChangedBy(name) {
			k.keysAccused[name] = append(k.keysAccused[name], trust.Accusation{ID: id, Why: err, Evidence: out.Answers})
		}
	case err != nil:
		notes = append(notes, purl.Note{Kind: "anchors", Text: fmt.Sprintf("The archive's keys stay as they were known here: %.300s.", err)})
	}
	if len(out.Changed) == 0 {
		return notes, nil
	}
	if memory, err := k.memory.WithKeyring(name, out.Kept); err == nil {
		if kept, err := memory.Store(); err == nil {
			k.memory, k.kept = memory, kept
		}
	}
	k.use(out.Anchors)
	return notes, nil
}

// keysAccusations are what refreshes of archive keys found wrong.
func (k *Keeper) keysAccusations() []trust.Accusation {
	var all []trust.Accusation
	for _, of := range k.keysAccused {
		all = append(all, of...)
	}
	slices.SortFunc(all, func(a, b trust.Accusation) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all
}
