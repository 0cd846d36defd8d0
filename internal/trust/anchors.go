package trust

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// An ID names an anchor.
type ID string

// The anchors. The ID of a checksum database's key is the name of its log.
const (
	SigstoreRoot       ID = "sigstore"
	NPMKeys            ID = "npm-keys"
	TUFRoot            ID = "sigstore-tuf-root"
	GoChecksumDatabase ID = "sum.golang.org"
)

// A Kind tells what an anchor is made of.
type Kind string

// The kinds of anchors.
const (
	KindTrustedRoot Kind = "sigstore trusted root" // authorities and logs, with their validity
	KindKeys        Kind = "public keys"           // named keys, each with its validity
	KindArchiveKeys Kind = "archive keys"          // OpenPGP keys that sign an archive's index or packages
	KindTUFRoot     Kind = "tuf root"              // where a refresh starts
	KindLogKey      Kind = "log key"               // the key of a signed log
)

// An Anchor describes one trust anchor: everything but its bytes.
type Anchor struct {
	ID   ID     `json:"id"`
	Kind Kind   `json:"kind"`
	Name string `json:"name"` // for people, as in "npm's registry keys"
	// Source says where the committed copy came from.
	Source string `json:"source"`
	// Taken is the committed date: the latest moment from which it is known
	// that the source itself called this copy current.
	Taken time.Time `json:"taken"`
	// RefreshedAt is when the anchor was last refreshed; zero for never.
	RefreshedAt time.Time `json:"refreshedAt,omitzero"`
	// ConfirmedAt is when it was last asked whether archive keys had changed, and the
	// answer was one that their clients take as the newest; zero for never.
	ConfirmedAt time.Time `json:"confirmedAt,omitzero"`
	// Through says by what archive keys were last refreshed, as part of a sentence, and
	// ThroughKey by the word of which key; empty for never.
	Through    string `json:"through,omitempty"`
	ThroughKey string `json:"throughKey,omitempty"`
	// ValidUntil is the end of the anchor's own validity, exclusive; nil where
	// it has none, or where its parts have theirs.
	ValidUntil *time.Time `json:"validUntil,omitempty"`
	// Refresh says how the anchor is refreshed; empty where there is no way.
	Refresh string `json:"refresh,omitempty"`
	// Keyring names the package through which the owner of archive keys changes
	// them; empty where there is none.
	Keyring string `json:"keyring,omitempty"`
	// Closed tells that the set is complete: a key that is not in it is not
	// the owner's. Open sets lack most keys: there are other instances of
	// Sigstore than the public one, and the world is full of PGP keys.
	Closed bool `json:"closed"`
}

// A Set is one anchored set of keys, authorities or logs.
type Set struct {
	Anchor
	// Keys are those of a set of keys; a key with two usages is there twice.
	Keys []Key
	// Document is the set as its source publishes it: Sigstore's trusted root and
	// npm's list of keys and reduced archive keys as JSON, a TUF root, a log's key in the form that
	// golang.org/x/mod/sumdb/note.NewVerifier reads.
	Document []byte
}

// Anchors are every set: a value, safe to copy and to share. The zero value
// holds none, and nothing can be proven by it.
type Anchors struct {
	sets []Set // and what they hold are never written once they are here
	// seen are the versions of the TUF repository that these anchors came
	// from: a refresh never goes back behind them.
	seen Versions
	// built is the version of the TUF root that the program carries, whatever
	// a refresh put in its place since.
	built int64
	// keyrings are the packages through which sets of archive keys are refreshed.
	keyrings []keyringState
	// accused are the anchors that nothing may rest on now.
	accused []Accusation
}

//go:embed anchors/trusted_root.json
var committedSigstoreRoot string

//go:embed anchors/npm-keys.json
var committedNPMKeys string

//go:embed anchors/root.json
var committedTUFRoot string

// committedLogKey is in the form of golang.org/x/mod/sumdb/note: name, key
// hash, and base64 of the algorithm (1 is Ed25519) and the key.
const committedLogKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

// material is what a set of anchors is built from.
type material struct {
	sigstoreRoot, npmKeys, tufRoot string
	logKeys                        []string
	archives                       [][]byte // documents of archive keys
	taken, logKeyTaken             time.Time
	seen                           Versions // but for the root's, which stands in tufRoot
	source                         string
}

// committed is what anchors/SOURCES.md describes; the two change together.
func committed() material {
	return material{
		sigstoreRoot: committedSigstoreRoot,
		npmKeys:      committedNPMKeys,
		tufRoot:      committedTUFRoot,
		logKeys:      []string{committedLogKey},
		archives:     archiveDocuments(),
		taken:        time.Date(2026, time.October, 7, 0, 0, 0, 0, time.UTC),
		logKeyTaken:  time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC),
		seen:         Versions{Timestamp: 762, Snapshot: 165, Targets: 14, Delegation: 8},
		source:       "Sigstore's public-good TUF repository, " + repositoryURL,
	}
}

// Embedded gives the anchors that the program carries, read once. Were they
// unreadable, it would give none: then nothing could be proven by them.
func Embedded() Anchors { return embedded() }

var embedded = sync.OnceValue(func() Anchors {
	a, err := build(committed())
	if err != nil {
		return Anchors{}
	}
	return a
})

// build reads and checks a set of anchors.
func build(m material) (Anchors, error) {
	if err := checkTrustedRoot([]byte(m.sigstoreRoot)); err != nil {
		return Anchors{}, fmt.Errorf("reading Sigstore's trusted root: %w", err)
	}
	keys, err := parseKeys([]byte(m.npmKeys))
	if err != nil {
		return Anchors{}, fmt.Errorf("reading npm's registry keys: %w", err)
	}
	root, err := readRootHead([]byte(m.tufRoot))
	if err != nil {
		return Anchors{}, fmt.Errorf("reading the TUF root: %w", err)
	}
	m.seen.Root = root.version

	const byTUF = "by TUF, from " + repositoryURL + ", in this program"
	a := Anchors{
		seen:  m.seen,
		built: root.version,
		sets: []Set{
			{Anchor{ID: SigstoreRoot, Kind: KindTrustedRoot, Name: "Sigstore's trusted root",
				Source: m.source, Taken: m.taken, Refresh: byTUF}, nil, []byte(m.sigstoreRoot)},
			{Anchor{ID: NPMKeys, Kind: KindKeys, Name: "npm's registry keys",
				Source: m.source, Taken: m.taken, Refresh: byTUF, Closed: true}, keys, []byte(m.npmKeys)},
			{Anchor{ID: TUFRoot, Kind: KindTUFRoot, Name: "the root of Sigstore's TUF repository",
				Source: m.source, Taken: m.taken, ValidUntil: &root.expires, Refresh: byTUF, Closed: true}, nil, []byte(m.tufRoot)},
		},
	}
	for _, key := range m.logKeys {
		name, _, ok := strings.Cut(key, "+")
		if !ok || name == "" {
			return Anchors{}, fmt.Errorf("reading a log's key: %q does not begin with a name and a plus sign", key)
		}
		a.sets = append(a.sets, Set{Anchor{ID: ID(name), Kind: KindLogKey, Name: "the key of " + name,
			Source: "the source of the go command, src/cmd/go/internal/modfetch/key.go", Taken: m.logKeyTaken, Closed: true}, nil, []byte(key)})
	}
	for _, doc := range m.archives {
		sets, keyring, err := parseArchiveSets(doc)
		if err != nil {
			return Anchors{}, fmt.Errorf("reading archive keys: %w", err)
		}
		a.sets = append(a.sets, sets...)
		if keyring != nil {
			a.keyrings = append(a.keyrings, *keyring)
		}
	}
	return a, nil
}

// Sets are all sets, always in the same order.
func (a Anchors) Sets() []Set {
	out := make([]Set, len(a.sets))
	for i, s := range a.sets {
		out[i] = s.clone()
	}
	return out
}

func (s Set) clone() Set {
	s.Keys, s.Document = slices.Clone(s.Keys), slices.Clone(s.Document)
	return s
}

// Set is one set; it is empty where these anchors do not hold it.
func (a Anchors) Set(id ID) Set {
	for _, s := range a.sets {
		if s.ID == id {
			return s.clone()
		}
	}
	return Set{}
}

// Anchor describes one anchor.
func (a Anchors) Anchor(id ID) (Anchor, bool) {
	for _, s := range a.sets {
		if s.ID == id {
			return s.Anchor, true
		}
	}
	return Anchor{}, false
}

// LogKey gives the key of a checksum database by the log's name, in the form
// that golang.org/x/mod/sumdb/note.NewVerifier reads.
func (a Anchors) LogKey(name string) (key string, ok bool) {
	s := a.Set(ID(name))
	return string(s.Document), s.Kind == KindLogKey
}

// trustedRootType is the one form of trusted root that this program reads.
const trustedRootType = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"

// checkTrustedRoot refuses a trusted root that this program would not
// understand, so that a newer form never takes the place of a readable one.
func checkTrustedRoot(doc []byte) error {
	var head struct {
		MediaType              string            `json:"mediaType"`
		TLogs                  []json.RawMessage `json:"tlogs"`
		CertificateAuthorities []json.RawMessage `json:"certificateAuthorities"`
		CTLogs                 []json.RawMessage `json:"ctlogs"`
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return fmt.Errorf("parsing JSON: %w", err)
	}
	if head.MediaType != trustedRootType {
		return fmt.Errorf("its form is %q; this version reads %q", head.MediaType, trustedRootType)
	}
	if len(head.TLogs) == 0 || len(head.CertificateAuthorities) == 0 || len(head.CTLogs) == 0 {
		return errors.New("it lists no transparency log, no certificate authority or no certificate log")
	}
	return nil
}

// rootHead is what is read of a TUF root before it is verified.
type rootHead struct {
	version int64
	expires time.Time
}

// readRootHead reads version and end of validity; it verifies nothing.
func readRootHead(doc []byte) (rootHead, error) {
	var root struct {
		Signed struct {
			Type    string    `json:"_type"`
			Version int64     `json:"version"`
			Expires time.Time `json:"expires"`
		} `json:"signed"`
	}
	if err := json.Unmarshal(doc, &root); err != nil {
		return rootHead{}, fmt.Errorf("parsing JSON: %w", err)
	}
	if root.Signed.Type != "root" || root.Signed.Version < 1 {
		return rootHead{}, fmt.Errorf("it is of type %q and version %d, not a root of version 1 or later",
			root.Signed.Type, root.Signed.Version)
	}
	return rootHead{root.Signed.Version, root.Signed.Expires}, nil
}
