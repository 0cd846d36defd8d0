package trust

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

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

// A repo is a TUF repository made by the test, on a shelf.
type repo struct {
	*mint.TUF
	*shelf
}

type state = mint.TUFState

var now = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

func newRepo() *repo {
	tuf := mint.NewTUF(now, delegatedNPMRole)
	return &repo{tuf, &shelf{files: tuf.Files, status: map[string]int{}, broken: map[string]error{}}}
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

// firstState publishes the versions in first.
func firstState(trustedRoot, npmKeys []byte) state {
	return state{Timestamp: first.Timestamp, Snapshot: first.Snapshot, Targets: first.Targets, Delegation: first.Delegation, TrustedRoot: trustedRoot, NPMKeys: npmKeys}
}
