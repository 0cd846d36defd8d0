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
	Keyring string       `json:"keyring"`
	Sets    []archiveSet `json:"sets"`
}

// archiveSet is one set of them; that is also the form of its [Set.Document].
type archiveSet struct {
	ID   ID           `json:"id"`
	Name string       `json:"name"`
	Keys []archiveKey `json:"keys"`
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

// parseArchiveSets reads one document of them, whole or not at all.
func parseArchiveSets(doc []byte) ([]Set, error) {
	var list archiveSets
	if err := exactly(doc, &list); err != nil {
		return nil, err
	}
	taken, err := time.Parse(time.DateOnly, list.Taken)
	if err != nil || list.Source == "" || len(list.Sets) == 0 {
		return nil, errors.New("it does not say where the keys came from, and when")
	}
	var out []Set
	for _, s := range list.Sets {
		set := Set{Anchor: Anchor{ID: s.ID, Kind: KindArchiveKeys, Name: s.Name, Source: list.Source, Taken: taken, Keyring: list.Keyring, Closed: true}}
		if list.Keyring != "" {
			set.Refresh = "with a newer version of this program, from the package " + list.Keyring + " over its own signed index"
		}
		if s.ID == "" || s.Name == "" || len(s.Keys) == 0 || len(s.Keys) > maxKeys {
			return nil, fmt.Errorf("the set %q has no name, or %d keys", s.ID, len(s.Keys))
		}
		for _, k := range s.Keys {
			if !fingerprint.MatchString(k.Fingerprint) || (len(k.Packet) == 0) != s.Fingerprints || k.From.IsZero() ||
				slices.ContainsFunc(set.Keys, func(has Key) bool { return has.ID == k.Fingerprint }) {
				return nil, fmt.Errorf("reading the key %q of %s: it lacks a part, or is there twice", k.Fingerprint, s.ID)
			}
			set.Keys = append(set.Keys, Key{ID: k.Fingerprint, Usage: UsageSignatures, Details: k.Name, Packet: k.Packet, Start: k.From, End: k.Until})
		}
		if set.Document, err = json.MarshalIndent(s, "", "\t"); err != nil {
			return nil, fmt.Errorf("writing the set %q: %w", s.ID, err)
		}
		out = append(out, set)
	}
	return out, nil
}
