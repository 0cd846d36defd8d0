//go:build !js || touchstone_whole

package trust

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// maxKeptSteps bounds the documents of all steps that are kept of one keyring, in
// bytes.
const maxKeptSteps = 1 << 20

// keep adds a step to those that are kept, if they are not too large then: else the
// next visit begins with the program's own keys, and asks again.
func (out *KeyringRefreshed) keep(step KeyringStep) {
	steps := append(slices.Clone(out.Kept.Steps), step)
	total := 0
	for _, s := range steps {
		for _, d := range s.Documents {
			total += len(d.Body)
		}
	}
	if total <= maxKeptSteps {
		out.Kept.Steps = steps
	}
}

// RecallKeyrings opens what earlier refreshes of archive keys left in a memory: each
// step is gone again, from the keys of from, at its time. Where one does not lead where
// it led, its keyring is as it was in from, but for the version below which no list is
// followed.
func RecallKeyrings(from Anchors, m Memory, read Keyrings) Anchors {
	for i, k := range from.keyrings {
		kept, ok := m.keyring(k.Package)
		if !ok {
			continue
		}
		a := from
		for _, step := range kept.Steps {
			if next, err := RefreshKeyring(a, k.Package, KeptKeyring{}, step.again, read, step.At); err == nil {
				a = next.Anchors
			}
		}
		good := a.keyrings[i].version == kept.Version
		if !good {
			a = from
		}
		a.sets, a.keyrings = slices.Clone(a.sets), slices.Clone(a.keyrings)
		if k := &a.keyrings[i]; k.floor == "" && read.Compare(kept.Version, k.version) > 0 {
			k.floor = kept.Version
		}
		for j := range a.sets {
			ours := slices.ContainsFunc(k.sets, func(s keyringSet) bool { return s.id == a.sets[j].ID })
			if s := &a.sets[j]; ours && good && kept.AsOf.After(s.AsOf()) && !kept.AsOf.After(kept.At) {
				s.RefreshedAt, s.Through, s.ThroughKey = kept.AsOf, kept.Through, kept.ThroughKey
			}
			if ours {
				a.sets[j].ConfirmedAt = time.Time{} // in an earlier audit
			}
		}
		from = a
	}
	return from
}

// again answers with the documents of a step.
func (s KeyringStep) again(url string, _ KeyringFile, _ int64) KeyringAnswer {
	for _, d := range s.Documents {
		if d.URL == url {
			return KeyringAnswer{Body: d.Body, Status: 200, Direct: d.Direct}
		}
	}
	return KeyringAnswer{Err: errors.New("it was not kept")}
}

// keyring reads what was kept of one.
func (m Memory) keyring(name string) (KeptKeyring, bool) {
	raw, there := m.Keyrings[name]
	var kept KeptKeyring
	if !there || exactly(raw, &kept) != nil || kept.Version == "" {
		return KeptKeyring{}, false
	}
	return kept, true
}

// Keyring is what the memory holds of one keyring's refreshes; the zero value where it
// holds nothing that can be read.
func (m Memory) Keyring(name string) KeptKeyring {
	kept, _ := m.keyring(name)
	return kept
}

// WithKeyring is the memory with what a refresh through one keyring left.
func (m Memory) WithKeyring(name string, kept KeptKeyring) (Memory, error) {
	raw, err := json.Marshal(kept)
	if err != nil {
		return m, fmt.Errorf("writing what is kept of refreshes of %s: %w", name, err)
	}
	next := keptKeyrings{name: raw}
	for other, raw := range m.Keyrings {
		if other != name {
			next[other] = raw
		}
	}
	m.Keyrings = next
	return m, nil
}
