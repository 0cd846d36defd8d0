package trust

import (
	"encoding/json"
	"errors"
	"regexp"
	"time"
)

// A Keyring is the package through which the owner of archive keys changes them,
// and where the archive's signed lists state it.
type Keyring struct {
	// Package is what people call it. Version and SHA256 are those from which the keys
	// here were taken: hexadecimal digests of files, by the names under which lists
	// state them. One may be a smaller build of the same source.
	Package string            `json:"package"`
	Version string            `json:"version"`
	SHA256  map[string]string `json:"sha256"`
	// By is the set whose keys sign the lists.
	By ID `json:"by"`
	// Base is the archive's address without its last slash.
	Base string `json:"base"`
	// Ways are asked one after the other. Each is a row of lists, of which the first
	// that states the package decides.
	Ways [][]KeyringList `json:"ways"`
	// Files are the paths at which the package may have the keyring; the first that
	// is there is read.
	Files []string `json:"files"`
}

// A KeyringList is one list of packages of a suite.
type KeyringList struct {
	Suite string `json:"suite"`
	// List is its path below the suite, without the ending of its compression, and
	// Entry the name under which it states the package.
	List  string `json:"list"`
	Entry string `json:"entry"`
	// Settled tells that the suite does not change any more: what replaces its
	// packages stands in a list before it.
	Settled bool `json:"settled,omitempty"`
}

// Keyrings reads what a refresh of archive keys meets (package registry/deb does). It
// must not keep or change what it is given.
type Keyrings interface {
	// Index verifies the signed index of a suite by keys, of which one must have signed
	// it in a way that counts at now. The error is ErrRefused
	// where a signature by one of them is wrong, ErrForm where the index is not
	// signed by one of them or cannot be read.
	Index(index []byte, suite string, keys []Key, now time.Time) (KeyringIndex, error)
	// Entry finds a package in a list; its zero value where the list lacks it.
	Entry(list []byte, name string) (KeyringEntry, error)
	// Keys reads a keyring out of a package, the first of the files that is there.
	Keys(pkg []byte, files []string) ([]Key, error)
	// Compare orders versions: below zero where a comes before b.
	Compare(a, b string) int
}

// A KeyringIndex is what a suite's signed index says.
type KeyringIndex struct {
	Made       time.Time
	ValidUntil time.Time // zero where it does not say
	By         string    // the key whose signature verified
	// Find gives where a list stands, below the suite's folder.
	Find func(list string) (KeyringFile, bool)
}

// A KeyringFile is a document that a signed one states: where it stands, its SHA-256
// in hexadecimal, and its size in bytes. Moves tells that the address may come to mean
// another document: then one that differs is merely not this one.
type KeyringFile struct {
	Path, SHA256 string
	Size         int64
	Moves        bool
}

// A KeyringEntry is what a list says of the package.
type KeyringEntry struct {
	Version string
	File    KeyringFile // below the archive's base
}

// A KeyringAnswer is what came for one address. Status is 0 exactly where no answer
// was had; Direct tells that it came from the archive's own host, over TLS.
type KeyringAnswer struct {
	Body   []byte
	Status int
	Direct bool
	Err    error
}

// A KeyringGetter is the way out for a refresh of archive keys. An answer has maxLength
// bytes at most; file is empty, or says of the document what is known before.
type KeyringGetter func(url string, file KeyringFile, maxLength int64) KeyringAnswer

// MaxSuiteIndex and MaxSuiteList bound a suite's signed index and a list of packages as
// they are served, in bytes: the largest have a quarter of a megabyte, and 15.
const (
	MaxSuiteIndex = 4 << 20
	MaxSuiteList  = 64 << 20
)

// ErrBehind: the list offers an older package than one that was seen before.
var ErrBehind = errors.New("the list offers an older package than one that was seen before")

// A keyringState is a keyring and what is known of it.
type keyringState struct {
	Keyring
	version string            // the newest that was seen
	sha256  map[string]string // of its files that were read, by their names in lists
	sets    []keyringSet
	floor   string // a version below which no list is followed; empty for none
}

// A keyringSet is one of the sets that a keyring changes: the keys whose owner is
// called so.
type keyringSet struct {
	id    ID
	names *regexp.Regexp
}

// A KeptKeyring is what is kept of the refreshes through one keyring. It is not
// trusted: its steps are verified again, its version can only raise what is accepted.
// That a set which no step changed was seen once more is this device's own word.
type KeptKeyring struct {
	Version string `json:"version"`
	// At is the time of the last refresh, AsOf up to when it saw changes, Through by
	// which list, and ThroughKey the key that signed that.
	At         time.Time `json:"at"`
	AsOf       time.Time `json:"asOf"`
	Through    string    `json:"through"`
	ThroughKey string    `json:"throughKey"`
	// Steps are the refreshes that changed the keys, in their order.
	Steps []KeyringStep `json:"steps,omitempty"`
}

// A KeyringStep is one refresh: when, and the documents on which it rests.
type KeyringStep struct {
	At        time.Time         `json:"at"`
	Documents []KeyringDocument `json:"documents"`
}

// A KeyringDocument is one of them.
type KeyringDocument struct {
	URL    string `json:"url"`
	Body   []byte `json:"body"`
	Direct bool   `json:"direct,omitempty"`
}

// keptKeyrings are the KeptKeyring of a memory, by package: a program that serves no
// archives carries them along unread.
type keptKeyrings map[string]json.RawMessage

// KeyringsAt is the time of the last refresh of archive keys that the memory holds; zero
// for none.
func (m Memory) KeyringsAt() time.Time {
	var last time.Time
	for _, raw := range m.Keyrings {
		var kept KeptKeyring
		if json.Unmarshal(raw, &kept) == nil && kept.At.After(last) {
			last = kept.At
		}
	}
	return last
}
