// Package badge says in one small picture, or in one line of JSON, what an audit
// at the edge found. It decides nothing about packages: a [Verdict] is what is
// left of a report, and what may be shown of it.
package badge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"

	"touchstone/internal/purl"
)

// A State is how an audit at the edge ended.
type State string

// The states. Only Settled has a level to show.
const (
	Settled  State = "settled"   // the level stands: nothing that could raise it is open
	Open     State = "open"      // something could not be checked now
	Failed   State = "failed"    // what is served is not what it should be
	Unhashed State = "unhashed"  // the bytes are too many to be hashed here
	NotThere State = "not there" // the repository says that there is no such version
)

// A Verdict is what the edge keeps of an audit.
type Verdict struct {
	// Reference is the purl that was audited, with its exact version.
	Reference string `json:"reference"`
	// Type, Name and Version are those of Reference, as people write them: of an
	// image, its registry and repository, and its digest.
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version"`
	// Which are the qualifiers of Reference that choose one of the version's packages
	// ("arch=arm64"), File its file where a version has several.
	Which string `json:"which,omitempty"`
	File  string `json:"file,omitempty"`
	// Files is how many files the version has, of which one was audited, where that
	// is more than one.
	Files int `json:"files,omitempty"`

	State State `json:"state"`
	// Track names the track, Level the level reached, LevelName its name, Of
	// the highest there is; they say nothing where State is not Settled.
	Track     string `json:"track"`
	Level     int    `json:"level"`
	LevelName string `json:"levelName"`
	Of        int    `json:"of"`
	// RecordSigned: a signature covers what binds the name to the bytes, where they
	// were not hashed: those of a package file, or of an image's layers.
	RecordSigned bool `json:"recordSigned"`
	// Withdrawn: the repository says that this version was retracted, yanked or
	// deprecated.
	Withdrawn bool `json:"withdrawn"`
	// Alarms: the audit found what is odd enough to be told first, whatever the level.
	Alarms bool `json:"alarms"`

	// At is when the audit was made, Until how long its answer may be given:
	// both RFC 3339, in UTC.
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
	// Basis names by what the audit judged.
	Basis
}

// On begins a verdict on a reference.
func On(ref purl.Ref, state State, basis Basis, at time.Time) Verdict {
	v := Verdict{Reference: ref.String(), Type: ref.Type, Name: ref.Path(), Version: ref.Version, File: ref.File, State: state, At: at, Basis: basis}
	if ref.Type == purl.OCI {
		v.Name = cmp.Or(ref.Qualifiers["repository_url"], v.Name)
		return v // its digest chooses
	}
	var which []string
	for _, key := range slices.Sorted(maps.Keys(ref.Qualifiers)) {
		which = append(which, key+"="+ref.Qualifiers[key])
	}
	v.Which = strings.Join(which, " ")
	return v
}

// A Basis is what a verdict rests on beside the package. An audit by another
// basis is another audit.
type Basis struct {
	Rules   string `json:"rules"`   // version of the principles
	Anchors string `json:"anchors"` // digest of the trust anchors
	Build   string `json:"build"`   // digest of the program
}

// How long an answer may be given.
const (
	keepSettled = 30 * 24 * time.Hour // an exact version's settled verdict
	keepNewest  = 10 * time.Minute    // which version is the newest
	keepOpen    = 5 * time.Minute     // whatever may be another answer soon
)

// Lifetime is how long the verdict may be given for what was asked: for one
// version, or for the newest, whichever that is.
func (v Verdict) Lifetime(exact bool) time.Duration {
	switch {
	case v.State != Settled || v.Withdrawn || v.Alarms:
		return keepOpen
	case !exact:
		return keepNewest
	}
	return keepSettled
}

// Serves tells whether the verdict may still be given at now, by a program with
// this basis.
func (v Verdict) Serves(b Basis, now time.Time) bool {
	return v.Basis == b && now.Before(v.Until)
}

// maxKey is how long a key of the edge's store may be, in bytes.
const maxKey = 512

// Key is where the verdict on a reference is kept by the program of this digest,
// which carries the rules.
func Key(build string, ref purl.Ref) string {
	key := "verdict " + build + " " + ref.String()
	if len(key) > maxKey-len(reportPrefix) {
		sum := sha256.Sum256([]byte(key))
		key = "verdict " + build + " " + hex.EncodeToString(sum[:])
	}
	return key
}

// AnchorsKey is where the edge's store says which anchors are in use: JSON with the
// member "digest".
const AnchorsKey = "anchors"

const reportPrefix = "report of "

// ReportKey is where the report is kept whose verdict is at key.
func ReportKey(key string) string { return reportPrefix + key }
