//go:build !js || touchstone_whole

package trust

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// archiveSets are the keys of archives as they were reduced from the keyrings that
// those publish: of every key that may sign, its public-key packet and its
// validity (package openpgp reads both; its tests compare them).
type archiveSets struct {
	// Source says where the keys came from, and Taken the day on which their source
	// called them current.
	Source string `json:"source"`
	Taken  string `json:"taken"`
	// Keyring names the package through which their owner changes the sets; empty
	// where there is none, and the validity of each key is its own.
	Keyring string `json:"keyring"`
	// Through says how a refresh finds that package; nil where it does not.
	Through *Keyring     `json:"through,omitempty"`
	Sets    []archiveSet `json:"sets"`
}

// archiveSet is one set of them; that is also the form of its [Set.Document].
type archiveSet struct {
	ID   ID           `json:"id"`
	Name string       `json:"name"`
	Keys []archiveKey `json:"keys"`
	// Names is the form, a regular expression, of the names whose keys the keyring
	// brings into this set.
	Names string `json:"names,omitempty"`
	// Fingerprints tells that only the digests of keys are held: each key comes
	// with what it signed.
	Fingerprints bool `json:"fingerprints"`
}

// archiveKey is one key that may sign, a certificate's primary one or a subkey.
type archiveKey struct {
	Fingerprint string     `json:"fingerprint"`
	Name        string     `json:"name"` // of the certificate's first user
	From        time.Time  `json:"from"`
	Until       *time.Time `json:"until,omitempty"`
	Packet      []byte     `json:"packet"`
}

var fingerprint = regexp.MustCompile(`\A([0-9A-F]{40}|[0-9A-F]{64})\z`)

// parseArchiveSets reads one document of them, whole or not at all, and the keyring
// through which they are refreshed; nil for none.
func parseArchiveSets(doc []byte) ([]Set, *keyringState, error) {
	var list archiveSets
	if err := exactly(doc, &list); err != nil {
		return nil, nil, err
	}
	keyring, err := list.keyring()
	if err != nil {
		return nil, nil, err
	}
	taken, err := time.Parse(time.DateOnly, list.Taken)
	if err != nil || list.Source == "" || len(list.Sets) == 0 {
		return nil, nil, errors.New("it does not say where the keys came from, and when")
	}
	var out []Set
	for _, s := range list.Sets {
		set := Set{Anchor: Anchor{ID: s.ID, Kind: KindArchiveKeys, Name: s.Name, Source: list.Source, Taken: taken, Keyring: list.Keyring, Closed: true}}
		if list.Keyring != "" {
			set.Refresh = "through the package " + list.Keyring + ", over its archive's own signed lists, in this program"
		}
		if s.ID == "" || s.Name == "" || len(s.Keys) == 0 || len(s.Keys) > maxKeys {
			return nil, nil, fmt.Errorf("the set %q has no name, or %d keys", s.ID, len(s.Keys))
		}
		for _, k := range s.Keys {
			if !fingerprint.MatchString(k.Fingerprint) || (len(k.Packet) == 0) != s.Fingerprints || k.From.IsZero() ||
				slices.ContainsFunc(set.Keys, func(has Key) bool { return has.ID == k.Fingerprint }) {
				return nil, nil, fmt.Errorf("reading the key %q of %s: it lacks a part, or is there twice", k.Fingerprint, s.ID)
			}
			set.Keys = append(set.Keys, Key{ID: k.Fingerprint, Usage: UsageSignatures, Details: k.Name, Packet: k.Packet, Start: k.From, End: k.Until})
		}
		if set.Document, err = json.MarshalIndent(s, "", "\t"); err != nil {
			return nil, nil, fmt.Errorf("writing the set %q: %w", s.ID, err)
		}
		out = append(out, set)
	}
	return out, keyring, nil
}

// keyring reads how they are refreshed.
func (list archiveSets) keyring() (*keyringState, error) {
	t := list.Through
	if t == nil {
		return nil, nil
	}
	if t.Package == "" || t.Package != list.Keyring || t.Version == "" || len(t.SHA256) == 0 || t.Base == "" || len(t.Files) == 0 || len(t.Ways) == 0 {
		return nil, errors.New("the way to its keyring lacks a part")
	}
	k := &keyringState{Keyring: *t, version: t.Version, sha256: t.SHA256}
	for _, way := range t.Ways {
		if len(way) == 0 || way[0].Settled {
			return nil, errors.New("a way to its keyring has no list that changes")
		}
	}
	for _, s := range list.Sets {
		names, err := regexp.Compile(`\A(` + s.Names + `)\z`)
		if err != nil || s.Names == "" {
			return nil, fmt.Errorf("the set %q does not say which keys of the keyring are its own", s.ID)
		}
		k.sets = append(k.sets, keyringSet{s.ID, names})
	}
	if !slices.ContainsFunc(list.Sets, func(s archiveSet) bool { return s.ID == t.By }) {
		return nil, fmt.Errorf("no set %q signs the lists of its keyring", t.By)
	}
	return k, nil
}
