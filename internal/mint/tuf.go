package mint

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strconv"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// TUFAddress is where Sigstore's repository lies, and tufRoot its first target.
const (
	TUFAddress = "https://tuf-repo-cdn.sigstore.dev"
	tufRoot    = "trusted_root.json"
)

// A TUF is a repository (theupdateframework.github.io/specification/v1.0.33) of
// Sigstore's form, with keys of its own: the same in every run.
type TUF struct {
	Keys map[string]ed25519.PrivateKey // by role
	Root *metadata.Metadata[metadata.RootType]
	// Files are its documents by path, with a leading slash.
	Files map[string][]byte

	delegate string // the role that signs for the target DELEGATE/keys.json
	now      time.Time
}

// A TUFState is what a repository publishes. All but the first two lines bends
// something.
type TUFState struct {
	Timestamp, Snapshot, Targets, Delegation int64 // versions
	TrustedRoot, NPMKeys                     []byte

	Expires      map[string]time.Time           // by role; else in a year
	Signer       map[string]string              // by role: the role whose key signs, "" for nobody
	SnapshotMeta map[string]*metadata.MetaFiles // instead of the true ones
	TargetsSaid  *metadata.TargetFiles          // instead of the true entry of the trusted root
	NilTarget    bool                           // a null entry in the place of the trusted root's
}

// NewTUF makes a repository with nothing but its first root, which is valid for a
// year from now. delegate is the role that signs for the target DELEGATE/keys.json.
func NewTUF(now time.Time, delegate string) *TUF {
	r := &TUF{Keys: map[string]ed25519.PrivateKey{}, Files: map[string][]byte{}, delegate: delegate, now: now}
	r.Root = metadata.Root(now.AddDate(1, 0, 0))
	for i, role := range []string{"root", "timestamp", "snapshot", "targets", delegate} {
		seed := sha256.Sum256([]byte{byte(i)})
		r.Keys[role] = ed25519.NewKeyFromSeed(seed[:])
		if role != delegate {
			if err := r.Root.Signed.AddKey(r.key(role), role); err != nil {
				panic(err)
			}
		}
	}
	r.PublishRoot()
	return r
}

func (r *TUF) key(role string) *metadata.Key {
	return must(metadata.KeyFromPublicKey(r.Keys[role].Public()))
}

// PublishRoot signs the root as it stands, and gives it.
func (r *TUF) PublishRoot() []byte {
	r.Root.Signatures = nil
	doc := SignTUF(r.Root, r.Keys["root"])
	r.Files["/"+strconv.FormatInt(r.Root.Signed.Version, 10)+".root.json"] = doc
	return doc
}

// Rotate publishes the next root, and gives it.
func (r *TUF) Rotate() []byte {
	r.Root.Signed.Version++
	return r.PublishRoot()
}

// SignTUF signs metadata with a key; nil signs nothing.
func SignTUF[T metadata.Roles](m *metadata.Metadata[T], key ed25519.PrivateKey) []byte {
	if key != nil {
		must(m.Sign(must(signature.LoadED25519Signer(key))))
	}
	return must(m.ToBytes(false))
}

// Publish puts a state in the place of the one before.
func (r *TUF) Publish(s TUFState) {
	expires := func(role string) time.Time {
		if when, ok := s.Expires[role]; ok {
			return when
		}
		return r.now.AddDate(1, 0, 0)
	}
	key := func(role string) ed25519.PrivateKey {
		if other, ok := s.Signer[role]; ok {
			return r.Keys[other]
		}
		return r.Keys[role]
	}
	put := func(version int64, name string, doc []byte) {
		if version != 0 {
			name = strconv.FormatInt(version, 10) + "." + name
		}
		r.Files["/"+name] = doc
	}

	delegation := metadata.Targets(expires(r.delegate))
	delegation.Signed.Version = s.Delegation
	delegation.Signed.Targets[r.delegate+"/keys.json"] = r.PutTarget(r.delegate+"/keys.json", s.NPMKeys)
	put(s.Delegation, r.delegate+".json", SignTUF(delegation, key(r.delegate)))

	targets := metadata.Targets(expires("targets"))
	targets.Signed.Version = s.Targets
	targets.Signed.Targets[tufRoot] = r.PutTarget(tufRoot, s.TrustedRoot)
	if s.TargetsSaid != nil || s.NilTarget {
		targets.Signed.Targets[tufRoot] = s.TargetsSaid
	}
	delegated := r.key(r.delegate)
	keyID := must(delegated.ID())
	targets.Signed.Delegations = &metadata.Delegations{
		Keys: map[string]*metadata.Key{keyID: delegated},
		Roles: []metadata.DelegatedRole{{Name: r.delegate, KeyIDs: []string{keyID}, Threshold: 1,
			Terminating: true, Paths: []string{r.delegate + "/*"}}},
	}
	put(s.Targets, "targets.json", SignTUF(targets, key("targets")))

	snapshot := metadata.Snapshot(expires("snapshot"))
	snapshot.Signed.Version = s.Snapshot
	snapshot.Signed.Meta = map[string]*metadata.MetaFiles{
		"targets.json":       {Version: s.Targets},
		r.delegate + ".json": {Version: s.Delegation},
	}
	if s.SnapshotMeta != nil {
		snapshot.Signed.Meta = s.SnapshotMeta
	}
	put(s.Snapshot, "snapshot.json", SignTUF(snapshot, key("snapshot")))

	timestamp := metadata.Timestamp(expires("timestamp"))
	timestamp.Signed.Version = s.Timestamp
	timestamp.Signed.Meta["snapshot.json"] = &metadata.MetaFiles{Version: s.Snapshot}
	put(0, "timestamp.json", SignTUF(timestamp, key("timestamp")))
}

// PutTarget files a target under its digest, and gives its true entry.
func (r *TUF) PutTarget(name string, doc []byte) *metadata.TargetFiles {
	sum := sha256.Sum256(doc)
	dir, base := path.Split(name)
	r.Files["/targets/"+dir+hex.EncodeToString(sum[:])+"."+base] = doc
	return &metadata.TargetFiles{Length: int64(len(doc)), Hashes: metadata.Hashes{"sha256": sum[:]}}
}

// Serve puts the repository into a world, in the place of Sigstore's.
func (r *TUF) Serve(w World) {
	for name, doc := range r.Files {
		w[TUFAddress+name] = Page{Body: doc}
	}
}
