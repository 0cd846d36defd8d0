//go:build !js || touchstone_whole

package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// maxKeyring bounds the package with the keys, in bytes, and maxKeyringList a list that
// is asked for its sake: Debian's largest has ten megabytes.
const (
	maxKeyring     = 1 << 20
	maxKeyringList = 16 << 20
)

// RecentFor is how long archive keys count as recent: as long as Debian's clients take
// an index for the newest. Up to then they are not asked for again.
const RecentFor = 7 * 24 * time.Hour

// Recent tells whether the anchor is as recent as that.
func (a Anchor) Recent(now time.Time) bool {
	age := a.Age(now)
	return age >= -clockLeeway && age <= RecentFor
}

// A KeyringRefreshed is what a refresh of archive keys ended with.
type KeyringRefreshed struct {
	// Anchors are the refreshed ones, or those that the refresh began with.
	Anchors Anchors
	// Kept is to be kept for the next visit.
	Kept KeptKeyring
	// Changed are the sets that may have other keys now, or another date.
	Changed []ID
	// Answers are the documents that were fetched, in the order asked.
	Answers []Answer
}

// A keyringWalk is one refresh under way.
type keyringWalk struct {
	get     KeyringGetter
	read    Keyrings
	now     time.Time
	signers []Key // those of the set that signs the lists which may sign now
	step    KeyringStep
}

// A keyringFound is what one way led to.
type keyringFound struct {
	name      string // by which the list states the package
	entry     KeyringEntry
	asOf      time.Time // up to when changes were seen
	made      time.Time // when the list was made
	confirmed bool      // nothing that may still change came by a detour or had run out
	through   string
	by        string // the key that signed the list
}

// RefreshKeyring asks the archive's own signed lists for the package by which the
// owner of some archive keys changes them. The keys at hand vouch for those that
// follow, so that only who could sign the archive's lists before can change them; a
// key that was withdrawn vouches for nothing any more.
//
//  1. Go one way after the other until the sets are recent. A list says what was
//     true when it was made, by its signed date. Where the archive's own host gave
//     it directly and it has not run out, it is the newest at now.
//  2. A package older than the one known is not followed.
//  3. The package known, by its digest: its keys are seen once more.
//  4. A newer one, or another build of it: fetch it, compare its digest, and let the sets be what it says.
//     Keys that are gone end with the date of the list.
//
// The error is of the first way that went wrong, where none made the sets recent: what
// is wrong is ErrRefused; what could not be had or is not understood, or came by a detour
// that may have changed it, speaks against nobody. What other ways led to stands all the same.
func RefreshKeyring(from Anchors, name string, kept KeptKeyring, get KeyringGetter, read Keyrings, now time.Time) (KeyringRefreshed, error) {
	out := KeyringRefreshed{Anchors: from, Kept: kept}
	i := slices.IndexFunc(from.keyrings, func(k keyringState) bool { return k.Package == name })
	if i < 0 {
		return out, fmt.Errorf("refreshing archive keys: %w: no package %q changes any here", ErrForm, name)
	}
	if from.keyrings[i].version != kept.Version {
		out.Kept.Steps = nil // they led elsewhere
	}
	var first error
	for _, way := range from.keyrings[i].Ways {
		k := out.Anchors.keyrings[i]
		w := &keyringWalk{get: get, read: read, now: now}
		for _, key := range out.Anchors.Keys(k.By, UsageSignatures) {
			if key.ValidAt(now) {
				w.signers = append(w.signers, key)
			}
		}
		err := out.follow(w, i, way) // 1. to 4.
		for _, d := range w.step.Documents {
			out.Answers = append(out.Answers, Answer{d.URL, d.Body})
		}
		if err != nil {
			first = firstOf(first, err)
		} else if by, _ := out.Anchors.Anchor(k.By); by.Recent(now) {
			return out, nil
		}
	}
	if first != nil {
		return out, fmt.Errorf("refreshing the keys of %s: %w", name, first)
	}
	return out, nil
}

// firstOf keeps the first error, or the first that accuses.
func firstOf(first, err error) error {
	if first == nil || Accuses(err) && !Accuses(first) {
		return err
	}
	return first
}

// follow goes one way to its end.
func (out *KeyringRefreshed) follow(w *keyringWalk, i int, way []KeyringList) error {
	k := out.Anchors.keyrings[i]
	by, _ := out.Anchors.Anchor(k.By)
	found, err := w.find(k.Keyring, way, by.AsOf())
	if err != nil {
		return err
	}
	known, read := k.sha256[found.name]
	newer := w.read.Compare(found.entry.Version, k.version)
	switch {
	case newer < 0, k.floor != "" && w.read.Compare(found.entry.Version, k.floor) < 0: // 2.
		return fmt.Errorf("%w: %s %s after %s", ErrBehind, k.Package, found.entry.Version, k.version)
	case newer == 0 && read && found.entry.File.SHA256 != known:
		return fmt.Errorf("%w: it lists another file as %s %s than the one known", ErrRefused, k.Package, k.version)
	case newer == 0 && read: // 3.
		out.renew(i, found, nil, w.now)
		return nil
	}
	// 4.
	pkg, _, err := w.fetch(k.Base+"/"+found.entry.File.Path, found.entry.File, maxKeyring)
	if err != nil {
		return err
	}
	keys, err := w.read.Keys(pkg, k.Files)
	if err != nil {
		return fmt.Errorf("%w: reading %s %s: %w", ErrForm, k.Package, found.entry.Version, err)
	}
	for _, set := range k.sets {
		if !slices.ContainsFunc(keys, func(key Key) bool { return set.names.MatchString(key.Details) }) {
			return fmt.Errorf("%w: %s %s holds no key for %s", ErrForm, k.Package, found.entry.Version, set.id)
		}
	}
	out.renew(i, found, keys, w.now)
	out.keep(KeyringStep{w.now, w.step.Documents})
	return nil
}

// errNothingNewer: a list is not newer than what is known.
var errNothingNewer = fmt.Errorf("%w: its signed index is not newer than what is known", ErrUnreachable)

// find asks the lists of a way for the package. Those that say nothing of the time
// after asOf are not read.
func (w *keyringWalk) find(k Keyring, way []KeyringList, asOf time.Time) (keyringFound, error) {
	found := keyringFound{asOf: w.now, confirmed: true}
	for _, l := range way {
		folder := k.Base + "/dists/" + l.Suite + "/"
		body, directly, err := w.fetch(folder+"InRelease", KeyringFile{}, MaxSuiteIndex)
		if err != nil {
			return found, err
		}
		index, err := w.read.Index(body, l.Suite, w.signers, w.now)
		switch {
		case errors.Is(err, ErrRefused) && !directly:
			return found, fmt.Errorf("the signed index of %s: %w: what came by a detour is not what was signed: %s", l.Suite, ErrUnreachable, err.Error())
		case err != nil:
			return found, fmt.Errorf("the signed index of %s: %w", l.Suite, err)
		case index.Made.IsZero() || index.Made.After(w.now.Add(clockLeeway)):
			return found, fmt.Errorf("the signed index of %s: %w: its date is of days to come, or it has none", l.Suite, ErrForm)
		}
		current := directly && (index.ValidUntil.IsZero() || !w.now.After(index.ValidUntil))
		if !current && !l.Settled {
			found.confirmed = found.confirmed && !index.ValidUntil.IsZero() && !w.now.After(index.ValidUntil)
			if index.Made.Before(found.asOf) {
				found.asOf = index.Made
			}
			if !index.Made.After(asOf) {
				return found, fmt.Errorf("%s: %w", l.Suite, errNothingNewer)
			}
		}
		file, there := index.Find(l.List)
		if !there {
			return found, fmt.Errorf("the signed index of %s: %w: it states no list %s", l.Suite, ErrForm, l.List)
		}
		if file.Size > maxKeyringList {
			return found, fmt.Errorf("the list %s of %s: %w: it has %d bytes, and up to %d are read", l.List, l.Suite, ErrForm, file.Size, int64(maxKeyringList))
		}
		list, _, err := w.fetch(folder+file.Path, file, MaxSuiteList)
		if err != nil {
			return found, err
		}
		if found.entry, err = w.read.Entry(list, l.Entry); err != nil {
			return found, fmt.Errorf("the list of packages of %s: %w: %w", l.Suite, ErrForm, err)
		}
		if found.entry.Version == "" {
			continue
		}
		found.name, found.made = l.Entry, index.Made
		found.through, found.by = fmt.Sprintf("%s %s in a list of %s, which the key %s signed", k.Package, found.entry.Version, day(found.made), index.By), index.By
		return found, nil
	}
	return found, fmt.Errorf("%w: no list has the package %s", ErrForm, k.Package)
}

// fetch asks for a document. One whose digest is known must have it.
func (w *keyringWalk) fetch(url string, file KeyringFile, most int64) (body []byte, direct bool, err error) {
	if file.Size > most || file.Size < 0 {
		return nil, false, fmt.Errorf("fetching %s: %w: it has %d bytes, and up to %d are read", url, ErrForm, file.Size, most)
	}
	a := w.get(url, file, most)
	if a.Status != 200 || a.Err != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrUnreachable, &unanswered{url, a.Status, a.Err})
	}
	if int64(len(a.Body)) > most {
		return nil, false, fmt.Errorf("fetching %s: %w: it is longer than %d bytes", url, ErrForm, most)
	}
	w.step.Documents = append(w.step.Documents, KeyringDocument{url, a.Body, a.Direct})
	if sum := sha256.Sum256(a.Body); file.SHA256 != "" && hex.EncodeToString(sum[:]) != file.SHA256 {
		kind := ErrRefused
		if file.Moves || !a.Direct {
			kind = ErrUnreachable
		}
		return nil, false, fmt.Errorf("fetching %s: %w: it has another digest than a signed document states", url, kind)
	}
	return a.Body, a.Direct, nil
}

// renew puts what was found in the place of what was known; keys is nil where they
// are the same. What is here is a copy: other audits may hold the anchors.
func (out *KeyringRefreshed) renew(i int, found keyringFound, keys []Key, now time.Time) {
	a := out.Anchors
	a.sets, a.keyrings = slices.Clone(a.sets), slices.Clone(a.keyrings)
	k := &a.keyrings[i]
	files := map[string]string{found.name: found.entry.File.SHA256}
	if k.version == found.entry.Version {
		maps.Copy(files, k.sha256)
	}
	k.version, k.sha256, k.floor = found.entry.Version, files, found.entry.Version
	for _, one := range k.sets {
		j := slices.IndexFunc(a.sets, func(s Set) bool { return s.ID == one.id })
		s := &a.sets[j]
		if keys != nil {
			s.change(one, keys, found)
		}
		if keys != nil || found.asOf.After(s.AsOf()) {
			s.Through, s.ThroughKey = found.through, found.by
		}
		if found.asOf.After(s.AsOf()) {
			s.RefreshedAt = found.asOf
		}
		if found.confirmed {
			s.ConfirmedAt = now
		}
		out.Changed = append(out.Changed, one.id)
		out.Kept.AsOf, out.Kept.Through = s.RefreshedAt, s.Through
		out.Kept.ThroughKey = s.ThroughKey
	}
	out.Kept.Version, out.Kept.At = k.version, now
	out.Anchors = a
}

// change lets a set be what the package says of it: its keys count as they are there,
// and one that is gone ends with the date of the list, if it had not before.
func (s *Set) change(of keyringSet, keys []Key, found keyringFound) {
	var next []Key
	for _, key := range keys {
		if of.names.MatchString(key.Details) {
			next = append(next, key)
		}
	}
	for _, key := range s.Keys {
		if slices.ContainsFunc(next, func(has Key) bool { return has.ID == key.ID }) {
			continue
		}
		if key.End == nil || found.made.Before(*key.End) {
			key.End, key.Withdrawn = new(found.made), found.entry.Version
		}
		next = append(next, key)
	}
	s.Keys = next
	doc := archiveSet{ID: s.ID, Name: s.Name}
	for _, key := range next {
		doc.Keys = append(doc.Keys, archiveKey{key.ID, key.Details, key.Start, key.End, key.Packet})
	}
	if raw, err := json.MarshalIndent(doc, "", "\t"); err == nil {
		s.Document = raw
	}
}

// HasKeyring tells whether a package is known by which archive keys can be refreshed.
func (a Anchors) HasKeyring(name string) bool { return len(a.ChangedBy(name)) > 0 }

// ChangedBy are the sets that a keyring's package changes.
func (a Anchors) ChangedBy(name string) []ID {
	var out []ID
	for _, k := range a.keyrings {
		for _, set := range k.sets {
			if k.Package == name {
				out = append(out, set.id)
			}
		}
	}
	return out
}
