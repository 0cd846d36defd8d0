package deb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"touchstone/internal/archive"
	container "touchstone/internal/archive/deb"
	"touchstone/internal/archive/packed"
	"touchstone/internal/fault"
	"touchstone/internal/fetch"
	"touchstone/internal/openpgp"
	"touchstone/internal/trust"
)

// Keyrings reads the archive's own signed lists and the package with its keys, for a
// refresh of the anchors ([trust.RefreshKeyring]).
type Keyrings struct{}

var _ trust.Keyrings = Keyrings{}

// Bounds of a keyring, in bytes and in keys: those of Debian and Ubuntu are a tenth.
const (
	maxKeyring     = 1 << 20
	maxKeyringKeys = 128
)

// Index verifies a signed index by keys: one of its signatures must be by one of them
// and count at now, and none that is may be wrong.
func (Keyrings) Index(index []byte, name string, keys []trust.Key, now time.Time) (trust.KeyringIndex, error) {
	in := inRelease{of: suite{name: name}, answer: fetch.Answer{State: fetch.Found, Body: index}}
	in.read()
	if in.broken != "" {
		return trust.KeyringIndex{}, fmt.Errorf("%w: %s", trust.ErrForm, in.broken)
	}
	out := trust.KeyringIndex{Made: in.date("date"), ValidUntil: in.date("valid-until"), Find: in.keyringList}
	if in.fields["valid-until"] != "" && out.ValidUntil.IsZero() {
		return out, fmt.Errorf("%w: until when it is valid cannot be read", trust.ErrForm)
	}
	for _, s := range in.signatures {
		key, err := openpgp.Anchored{}.Verify(s.Message, s.Bytes, s.KeyID, keys)
		switch fault.Of(err) {
		case "":
			if err == nil && out.By == "" && key.ValidAt(now) {
				out.By = key.ID
			}
		case fault.Wrong:
			return out, fmt.Errorf("%w: the signature by the key %s does not verify", trust.ErrRefused, s.KeyID)
		}
	}
	if out.By == "" {
		return out, fmt.Errorf("%w: no key that counts here signed it", trust.ErrForm)
	}
	return out, nil
}

// keyringList is where a list stands that the index states.
func (in *inRelease) keyringList(path string) (trust.KeyringFile, bool) {
	for _, packing := range packings {
		if l, ok := in.lists[path+packing]; ok {
			p := place{path + packing, l}
			return trust.KeyringFile{Path: strings.TrimPrefix(in.address(p), in.of.folder()), SHA256: l.sum, Size: l.size, Moves: !in.byHash()}, true
		}
	}
	return trust.KeyringFile{}, false
}

// Entry finds a package in a list. One that it has twice, with different bytes, it does
// not have in one way; of several versions the highest counts.
func (Keyrings) Entry(list []byte, name string) (trust.KeyringEntry, error) {
	_, stream, err := packed.Open(list)
	if err != nil {
		return trust.KeyringEntry{}, err
	}
	defer stream.Close()
	all, err := find(packed.AtMost(stream, maxInflated), name)
	if err != nil {
		return trust.KeyringEntry{}, err
	}
	var best trust.KeyringEntry
	for _, s := range all {
		e, err := readFile(s)
		if err != nil {
			return trust.KeyringEntry{}, fmt.Errorf("its entry of %s %s: %w", name, s["version"], err)
		}
		one := trust.KeyringEntry{Version: s["version"], File: trust.KeyringFile{Path: e.file, SHA256: e.sum, Size: e.size}}
		switch {
		case one.Version == "":
			return trust.KeyringEntry{}, errors.New("its entry states no version")
		case one.Version == best.Version && one != best:
			return trust.KeyringEntry{}, fmt.Errorf("it states two files of %s %s", name, one.Version)
		case best.Version == "" || Compare(one.Version, best.Version) > 0:
			best = one
		}
	}
	return best, nil
}

// Compare is dpkg's order.
func (Keyrings) Compare(a, b string) int { return Compare(a, b) }

// Keys reads a keyring out of a package, at the first of some paths: every key of it
// that may sign, as its owner bounds it.
func (Keyrings) Keys(pkg []byte, files []string) ([]trust.Key, error) {
	found := map[string]*bytes.Buffer{}
	c, err := container.Read(pkg, archive.Options{Inspect: func(path string, size int64) io.Writer {
		for _, want := range files {
			if strings.TrimPrefix(path, "./") == want && size <= maxKeyring && found[want] == nil {
				found[want] = &bytes.Buffer{}
				return found[want]
			}
		}
		return nil
	}})
	switch {
	case err != nil:
		return nil, err
	case !c.Complete:
		return nil, errors.New("the package cannot be read to its end")
	}
	for _, want := range files {
		if b := found[want]; b != nil {
			return signingKeys(b.Bytes())
		}
	}
	return nil, fmt.Errorf("it holds no %s", strings.Join(files, " and no "))
}

// signingKeys reduces a keyring to what anchors are. A certificate that cannot be read
// whole could hide its own end, so that the whole keyring is not read.
func signingKeys(ring []byte) ([]trust.Key, error) {
	all, err := openpgp.ReadKeys(ring)
	if err != nil {
		return nil, err
	}
	var out []trust.Key
	for _, c := range all {
		if c.Unread != "" {
			return nil, fmt.Errorf("the key %s in it cannot be read whole: %s", c.Primary.Fingerprint, c.Unread)
		}
		for _, k := range c.Signing {
			if k.Weakly || len(c.UserIDs) == 0 {
				continue
			}
			out = append(out, trust.Key{ID: k.Fingerprint, Usage: trust.UsageSignatures, Details: c.UserIDs[0], Packet: k.Packet, Start: k.From, End: k.Until})
		}
	}
	if len(out) == 0 || len(out) > maxKeyringKeys {
		return nil, fmt.Errorf("%d keys in it may sign; 1 to %d are read", len(out), maxKeyringKeys)
	}
	return out, nil
}
