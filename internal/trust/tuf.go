package trust

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Where the anchors are refreshed from. Sigstore delegates the names below
// registry.npmjs.org to npm, so that the role of that name vouches for them.
const (
	repositoryHost   = "tuf-repo-cdn.sigstore.dev"
	repositoryURL    = "https://" + repositoryHost
	targetRoot       = "trusted_root.json"
	targetNPMKeys    = "registry.npmjs.org/keys.json"
	delegatedNPMRole = "registry.npmjs.org"
)

// A Host is a place that a refresh asks, as plain data.
type Host struct {
	// Name is the host's DNS name; requests are https on port 443.
	Name string
	// Paths are the shapes of the escaped paths asked for: regular expressions
	// (RE2), each for the whole path.
	Paths []string
}

// Hosts declares where a refresh goes.
func Hosts() []Host {
	const digest = `([0-9a-f]{64}|[0-9a-f]{128})`
	return []Host{{Name: repositoryHost, Paths: []string{
		`^/[1-9][0-9]{0,8}\.(root|snapshot|targets|registry\.npmjs\.org)\.json$`,
		`^/timestamp\.json$`,
		`^/targets/` + digest + `\.trusted_root\.json$`,
		`^/targets/registry\.npmjs\.org/` + digest + `\.keys\.json$`,
	}}}
}

// A Getter is the way out.
type Getter interface {
	// Get fetches one document. status is 0 exactly when no answer was had (in
	// a browser also when the answer was withheld from the page), err then says
	// why. An answer that is longer than maxLength bytes, cut short or otherwise
	// unreadable has its status and an err. Cancelling is the caller's: Get
	// returns an err at once, from then on every time.
	Get(url string, maxLength int64) (body []byte, status int, err error)
}

// What ended a refresh; every error of [Refresh] is one of them or a
// [*Rollback]. Whatever it is, the anchors stay what they were.
var (
	// ErrUnreachable: a document could not be had, or what came in its place
	// is none of the repository's.
	ErrUnreachable = errors.New("no usable answer could be had from the repository")
	// ErrForm: a document is genuine, and of a form that this program does not
	// read.
	ErrForm = errors.New("what the repository serves is of a form that this version does not read")
	// ErrExpired: what the repository serves is out of date, or the clock is
	// wrong.
	ErrExpired = errors.New("what the repository serves has expired")
	// ErrRefused: a document is wrong: signature, digest or version.
	ErrRefused = errors.New("what the repository serves was refused")
	// ErrMemory: what was kept from earlier refreshes is damaged.
	ErrMemory = errors.New("what was kept from earlier refreshes is damaged, and was put aside")
)

// A Rollback is a repository that serves an older state than one it served
// before: signed, and yet wrong. Retrying may help where a cache is behind; a
// lasting one is an attack, or a repository that broke its own rules.
type Rollback struct {
	Role    string // the role whose version went back, as in "timestamp"
	Seen    int64  // its version as seen before
	Offered int64  // its version now
}

func (r *Rollback) Error() string {
	return fmt.Sprintf("refreshing the trust anchors: the repository offers version %d of %s, and version %d was seen before; the anchors stay as they are",
		r.Offered, r.Role, r.Seen)
}

// An Answer is one document as it was served.
type Answer struct {
	URL  string
	Body []byte
}

// Versions are those of a TUF repository's metadata: of the four top-level
// roles, and of the role that npm's keys are delegated to. 0 is "none seen".
type Versions struct {
	Root       int64 `json:"root"`
	Timestamp  int64 `json:"timestamp"`
	Snapshot   int64 `json:"snapshot"`
	Targets    int64 `json:"targets"`
	Delegation int64 `json:"delegation"`
}

// max gives the higher of two versions, role by role.
func (v Versions) max(w Versions) Versions {
	return Versions{max(v.Root, w.Root), max(v.Timestamp, w.Timestamp), max(v.Snapshot, w.Snapshot),
		max(v.Targets, w.Targets), max(v.Delegation, w.Delegation)}
}

// behind names the first role whose version in offered is lower than seen, 0
// being lower than all: a listing must not vanish either (section 5.5.5). In a
// walk that was not complete, 0 is a role that it did not get to and is not
// compared, and the root only is once a timestamp was had: without a network
// its walk ends early.
func behind(offered, seen Versions, complete bool) *Rollback {
	root := offered.Root
	if offered.Timestamp == 0 && !complete {
		root = 0
	}
	for _, role := range []Rollback{
		{Role: "root", Seen: seen.Root, Offered: root},
		{Role: "timestamp", Seen: seen.Timestamp, Offered: offered.Timestamp},
		{Role: "snapshot", Seen: seen.Snapshot, Offered: offered.Snapshot},
		{Role: "targets", Seen: seen.Targets, Offered: offered.Targets},
		{Role: delegatedNPMRole, Seen: seen.Delegation, Offered: offered.Delegation},
	} {
		if (complete || role.Offered != 0) && role.Offered < role.Seen {
			return &role
		}
	}
	return nil
}

// A Refreshed is what a refresh ended with.
type Refreshed struct {
	// Anchors are the refreshed ones, or those that the refresh began with.
	Anchors Anchors
	// Answers is every document that was fetched, in the order asked: what an
	// error, or Kept, rests on.
	Answers []Answer
	// Versions are those that the repository's verified metadata state, as far
	// as the refresh got.
	Versions Versions
	// Memory is to be kept for the next refresh, also after an error.
	Memory Memory
	// Kept are the anchors that could not be refreshed, and stayed.
	Kept []Kept
}

// A Kept is an anchor that a refresh left as it was.
type Kept struct {
	ID  ID
	Why error
}

// Refresh asks Sigstore's TUF repository for the current anchors, by the client
// workflow of the TUF specification 1.0.33, section 5
// (https://theupdateframework.github.io/specification/v1.0.33/#detailed-client-workflow),
// which go-tuf implements. now decides what has expired.
//
//  1. Walk from the TUF root at hand to the newest (5.3), then read timestamp,
//     snapshot and targets (5.4 to 5.6). A root that no answer was had for ends
//     the walk like one that does not exist: a browser cannot tell the two
//     apart, and the timestamp, which is a week old at most, needs the keys of
//     the current root. Roots in memory that do not verify are put aside, and
//     the walk begins again.
//  2. Refuse versions behind those that from, or memory, has seen.
//  3. Fetch the targets (5.7) and read each; one that cannot be had or
//     understood leaves its anchor as it was.
//
// After an error of step 1 or 2, or where no target could be had, the anchors
// are those of from.
func Refresh(from Anchors, memory Memory, get Getter, now time.Time) (out Refreshed, err error) {
	seen := from.seen.max(memory.Versions)
	c := &client{get: get, remembered: memory.Roots}
	// 1.
	walkErr := c.walk(string(from.Set(TUFRoot).Document), now)
	if errors.Is(walkErr, ErrMemory) {
		memory.Roots = nil // they are asked for again
		c = &client{get: get}
		walkErr = c.walk(string(from.Set(TUFRoot).Document), now)
	}
	offered := c.versions()
	out = Refreshed{
		Anchors:  from,
		Versions: offered,
		Memory:   Memory{seen.max(offered), keepRoots(from, memory, c, offered.Root), memory.At, memory.Documents, memory.Keyrings},
	}
	defer func() { out.Answers = c.answers }()
	// 2.
	if r := behind(offered, seen, walkErr == nil); r != nil {
		return out, r
	}
	if walkErr != nil {
		return out, fmt.Errorf("refreshing the trust anchors: %w", walkErr)
	}
	// 3.
	next := from
	next.sets = slices.Clone(from.sets)
	if doc, err := c.target(targetRoot, string(from.Set(SigstoreRoot).Document), checkTrustedRoot); err != nil {
		out.Kept = append(out.Kept, Kept{SigstoreRoot, err})
	} else {
		next.renew(SigstoreRoot, doc, nil, now)
	}
	var keys []Key
	readKeys := func(doc []byte) (err error) {
		keys, err = parseKeys(doc)
		return err
	}
	if doc, err := c.target(targetNPMKeys, string(from.Set(NPMKeys).Document), readKeys); err != nil {
		out.Kept = append(out.Kept, Kept{NPMKeys, err})
	} else {
		next.renew(NPMKeys, doc, keys, now)
	}
	if len(out.Kept) == 2 {
		return out, fmt.Errorf("refreshing the trust anchors: %w", out.Kept[0].Why)
	}
	root, expires, newer := c.root()
	if !newer {
		root = string(from.Set(TUFRoot).Document)
	}
	if set := next.renew(TUFRoot, []byte(root), nil, now); newer && set != nil {
		set.ValidUntil = &expires
	}
	next.seen = out.Memory.Versions
	out.Anchors = next
	if len(out.Kept) == 0 {
		out.Memory.At, out.Memory.Documents = now, c.documents
	}
	return out, nil
}

// renew puts what a refresh brought in a set's place. The receiver's sets are
// its own.
func (a *Anchors) renew(id ID, document []byte, keys []Key, now time.Time) *Set {
	for i := range a.sets {
		if s := &a.sets[i]; s.ID == id {
			s.Document, s.Keys, s.RefreshedAt = document, keys, now
			return s
		}
	}
	return nil
}

// keepRoots collects the roots that lead from the program's own to the newest
// accepted, so that the next visit need not ask for them again. The chain is
// verified again each time.
func keepRoots(from Anchors, memory Memory, c *client, newest int64) map[int64][]byte {
	roots := map[int64][]byte{}
	maps.Copy(roots, memory.Roots)
	for version, root := range c.roots {
		if version <= newest {
			roots[version] = root
		}
	}
	maps.DeleteFunc(roots, func(version int64, _ []byte) bool { return version <= from.built })
	return roots
}
