package trust

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/stretchr/testify/require"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// corpus finds a folder of the shared corpus, or skips the test.
func corpus(t testing.TB, elem ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, dir, parent, "no go.mod above the test")
		dir = parent
	}
	dir = filepath.Join(dir, "..", "shared", "corpus")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared corpus is not at ../shared/corpus: this test needs its files")
	}
	return filepath.Join(append([]string{dir}, elem...)...)
}

func read(t testing.TB, elem ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(elem...))
	require.NoError(t, err)
	return b
}

// A shelf serves documents by path; what it lacks is a 404.
type shelf struct {
	files  map[string][]byte
	status map[string]int    // another status than 200
	broken map[string]error  // an err, with status[path]
	after  map[string][]byte // what comes in place of a file
	asked  []string
}

func (s *shelf) Get(url string, maxLength int64) ([]byte, int, error) {
	p := strings.TrimPrefix(url, repositoryURL)
	s.asked = append(s.asked, p)
	if err := s.broken[p]; err != nil {
		return nil, s.status[p], err
	}
	if status := s.status[p]; status != 0 {
		return nil, status, nil
	}
	if body, ok := s.after[p]; ok {
		return body, 200, nil
	}
	body, ok := s.files[p]
	if !ok {
		return nil, 404, nil
	}
	return body, 200, nil
}

// offline is no network at all.
type offline struct{}

var errOffline = errors.New("the network is off")

func (offline) Get(string, int64) ([]byte, int, error) { return nil, 0, errOffline }

// requireDeclared asserts that every path asked for has a declared shape.
func requireDeclared(t testing.TB, asked []string) {
	t.Helper()
	require.Len(t, Hosts(), 1)
	for _, p := range asked {
		var ok bool
		for _, shape := range Hosts()[0].Paths {
			ok = ok || regexp.MustCompile(shape).MatchString(p)
		}
		require.True(t, ok, "%s has no declared shape", p)
	}
}

// A repo is a TUF repository made by the test.
type repo struct {
	keys map[string]ed25519.PrivateKey // by role
	root *metadata.Metadata[metadata.RootType]
	*shelf
}

// A state is what a repo publishes.
type state struct {
	v            Versions
	expires      map[string]time.Time // by role; else one year after the tests' time
	signer       map[string]string    // by role: the role whose key signs, "" for nobody
	trustedRoot  []byte
	npmKeys      []byte
	snapshotMeta map[string]*metadata.MetaFiles // instead of the true ones
	targetsSaid  *metadata.TargetFiles          // instead of the true entry of the trusted root
	nilTarget    bool                           // a null entry in the place of the trusted root's
}

var now = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

func newRepo(t testing.TB) *repo {
	t.Helper()
	r := &repo{keys: map[string]ed25519.PrivateKey{}, shelf: &shelf{files: map[string][]byte{}, status: map[string]int{}, broken: map[string]error{}}}
	r.root = metadata.Root(now.AddDate(1, 0, 0))
	for i, role := range []string{"root", "timestamp", "snapshot", "targets", delegatedNPMRole} {
		seed := sha256.Sum256([]byte{byte(i)})
		r.keys[role] = ed25519.NewKeyFromSeed(seed[:])
		if role != delegatedNPMRole {
			require.NoError(t, r.root.Signed.AddKey(r.key(t, role), role))
		}
	}
	r.publishRoot(t)
	return r
}

func (r *repo) key(t testing.TB, role string) *metadata.Key {
	t.Helper()
	key, err := metadata.KeyFromPublicKey(r.keys[role].Public())
	require.NoError(t, err)
	return key
}

func (r *repo) publishRoot(t testing.TB) []byte {
	t.Helper()
	r.root.Signatures = nil
	doc := sign(t, r.root, r.keys["root"])
	r.files["/"+strconv.FormatInt(r.root.Signed.Version, 10)+".root.json"] = doc
	return doc
}

// rotate publishes the next root.
func (r *repo) rotate(t testing.TB) []byte {
	t.Helper()
	r.root.Signed.Version++
	return r.publishRoot(t)
}

func sign[T metadata.Roles](t testing.TB, m *metadata.Metadata[T], key ed25519.PrivateKey) []byte {
	t.Helper()
	if key != nil {
		signer, err := signature.LoadED25519Signer(key)
		require.NoError(t, err)
		_, err = m.Sign(signer)
		require.NoError(t, err)
	}
	doc, err := m.ToBytes(false)
	require.NoError(t, err)
	return doc
}

func (r *repo) publish(t testing.TB, s state) {
	t.Helper()
	expires := func(role string) time.Time {
		if when, ok := s.expires[role]; ok {
			return when
		}
		return now.AddDate(1, 0, 0)
	}
	key := func(role string) ed25519.PrivateKey {
		if other, ok := s.signer[role]; ok {
			return r.keys[other]
		}
		return r.keys[role]
	}
	put := func(version int64, name string, doc []byte) {
		if version != 0 {
			name = strconv.FormatInt(version, 10) + "." + name
		}
		r.files["/"+name] = doc
	}

	delegation := metadata.Targets(expires(delegatedNPMRole))
	delegation.Signed.Version = s.v.Delegation
	delegation.Signed.Targets[targetNPMKeys] = r.putTarget(targetNPMKeys, s.npmKeys)
	put(s.v.Delegation, delegatedNPMRole+".json", sign(t, delegation, key(delegatedNPMRole)))

	targets := metadata.Targets(expires("targets"))
	targets.Signed.Version = s.v.Targets
	targets.Signed.Targets[targetRoot] = r.putTarget(targetRoot, s.trustedRoot)
	if s.targetsSaid != nil || s.nilTarget {
		targets.Signed.Targets[targetRoot] = s.targetsSaid
	}
	delegated := r.key(t, delegatedNPMRole)
	keyID, err := delegated.ID()
	require.NoError(t, err)
	targets.Signed.Delegations = &metadata.Delegations{
		Keys: map[string]*metadata.Key{keyID: delegated},
		Roles: []metadata.DelegatedRole{{Name: delegatedNPMRole, KeyIDs: []string{keyID}, Threshold: 1,
			Terminating: true, Paths: []string{"registry.npmjs.org/*"}}},
	}
	put(s.v.Targets, "targets.json", sign(t, targets, key("targets")))

	snapshot := metadata.Snapshot(expires("snapshot"))
	snapshot.Signed.Version = s.v.Snapshot
	snapshot.Signed.Meta = map[string]*metadata.MetaFiles{
		"targets.json":             {Version: s.v.Targets},
		delegatedNPMRole + ".json": {Version: s.v.Delegation},
	}
	if s.snapshotMeta != nil {
		snapshot.Signed.Meta = s.snapshotMeta
	}
	put(s.v.Snapshot, "snapshot.json", sign(t, snapshot, key("snapshot")))

	timestamp := metadata.Timestamp(expires("timestamp"))
	timestamp.Signed.Version = s.v.Timestamp
	timestamp.Signed.Meta["snapshot.json"] = &metadata.MetaFiles{Version: s.v.Snapshot}
	put(0, "timestamp.json", sign(t, timestamp, key("timestamp")))
}

func (r *repo) putTarget(name string, doc []byte) *metadata.TargetFiles {
	sum := sha256.Sum256(doc)
	dir, base := path.Split(name)
	r.files["/targets/"+dir+hex.EncodeToString(sum[:])+"."+base] = doc
	return &metadata.TargetFiles{Length: int64(len(doc)), Hashes: metadata.Hashes{"sha256": sum[:]}}
}

// newTrustedRoot and newKeys differ from the committed documents in bytes and,
// as far as the keys go, in meaning.
func newTrustedRoot() []byte { return append([]byte(committedSigstoreRoot), '\n') }

func newKeys(t testing.TB) []byte {
	t.Helper()
	var doc struct {
		Keys []json.RawMessage `json:"keys"`
	}
	require.NoError(t, json.Unmarshal([]byte(committedNPMKeys), &doc))
	doc.Keys = doc.Keys[:2]
	out, err := json.Marshal(doc)
	require.NoError(t, err)
	return out
}

// anchored gives the committed anchors, but with root as the TUF root and seen
// as the versions.
func anchored(t testing.TB, root []byte, seen Versions) Anchors {
	t.Helper()
	m := committed()
	m.tufRoot = string(root)
	m.seen = seen
	a, err := build(m)
	require.NoError(t, err)
	return a
}
