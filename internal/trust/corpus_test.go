package trust

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

// august is when the shared corpus's copy of the public repository was current.
var august = time.Date(2026, time.August, 25, 0, 0, 0, 0, time.UTC)

// publicGood serves the shared corpus's copy of Sigstore's public repository,
// as it is served to clients: each document under its version.
func publicGood(t *testing.T) *shelf {
	t.Helper()
	dir := corpus.Path(t, "sigstore-trust", "tuf-public-good")
	s := &shelf{files: map[string][]byte{
		"/timestamp.json":            read(t, dir, "metadata", "timestamp.json"),
		"/165.snapshot.json":         read(t, dir, "metadata", "snapshot.json"),
		"/14.targets.json":           read(t, dir, "metadata", "targets.json"),
		"/8.registry.npmjs.org.json": read(t, dir, "metadata", "registry.npmjs.org.json"),
	}}
	for version := 1; version <= 15; version++ {
		name := strconv.Itoa(version) + ".root.json"
		s.files["/"+name] = read(t, dir, "metadata", "root_history", name)
	}
	root := read(t, dir, "targets", "trusted_root.json")
	s.files["/targets/"+hexSum(root)+".trusted_root.json"] = root
	keys := read(t, dir, "targets", "registry.npmjs.org", "keys.json")
	s.files["/targets/registry.npmjs.org/"+hexSum(keys)+".keys.json"] = keys
	return s
}

func TestPublicRepository(t *testing.T) {
	s := publicGood(t)
	want := Versions{Root: 15, Timestamp: 762, Snapshot: 165, Targets: 14, Delegation: 8}
	older := committed()
	older.sigstoreRoot = string(newTrustedRoot())
	older.npmKeys = string(newKeys(t))
	older.seen = Versions{}

	for version := 5; version <= 15; version++ {
		t.Run("from root "+strconv.Itoa(version), func(t *testing.T) {
			s.asked = nil
			m := older
			m.tufRoot = string(s.files["/"+strconv.Itoa(version)+".root.json"])
			from, err := build(m)
			require.NoError(t, err)
			out, err := Refresh(from, Memory{}, s, august)
			require.NoError(t, err)
			require.Empty(t, out.Kept)
			requireDeclared(t, s.asked)
			assert.Equal(t, want, out.Versions)
			assert.Equal(t, committedSigstoreRoot, string(out.Anchors.Set(SigstoreRoot).Document))
			assert.Equal(t, committedNPMKeys, string(out.Anchors.Set(NPMKeys).Document))
			assert.Len(t, out.Anchors.Set(NPMKeys).Keys, 4)
			assert.Len(t, out.Memory.Roots, 15-version)
		})
	}
	t.Run("from the committed root", func(t *testing.T) {
		s.asked = nil
		out, err := Refresh(Embedded(), Memory{}, s, august)
		require.NoError(t, err)
		want := want
		want.Root = 16
		assert.Equal(t, want, out.Versions)
		assert.NotContains(t, strings.Join(s.asked, " "), "/targets/", "the committed targets are the current ones")
	})
	t.Run("roots 1 to 4 have keys in a form that is not read", func(t *testing.T) {
		for version := 1; version <= 4; version++ {
			m := older
			m.tufRoot = string(s.files["/"+strconv.Itoa(version)+".root.json"])
			from, err := build(m)
			require.NoError(t, err)
			out, err := Refresh(from, Memory{}, s, august)
			require.ErrorIs(t, err, ErrRefused)
			assert.Equal(t, from, out.Anchors)
		}
	})
	t.Run("expired", func(t *testing.T) {
		for name, c := range map[string]struct {
			from Anchors
			says string
		}{
			"root 15":       {anchored(t, s.files["/15.root.json"], Versions{}), "final root.json is expired"},
			"the committed": {Embedded(), "timestamp.json is expired"},
		} {
			out, err := Refresh(c.from, Memory{}, s, now)
			require.ErrorIs(t, err, ErrExpired, name)
			require.ErrorContains(t, err, c.says, name)
			assert.Equal(t, c.from, out.Anchors)
		}
		end := time.Date(2026, time.August, 28, 19, 25, 56, 0, time.UTC)
		_, err := Refresh(Embedded(), Memory{}, s, end.Add(-time.Second))
		require.NoError(t, err)
		_, err = Refresh(Embedded(), Memory{}, s, end.Add(time.Second))
		require.ErrorIs(t, err, ErrExpired)
	})
	t.Run("changed", func(t *testing.T) {
		m := older
		m.tufRoot = string(s.files["/14.root.json"])
		from, err := build(m)
		require.NoError(t, err)
		for name, good := range s.files {
			if number, isRoot := strings.CutSuffix(name, ".root.json"); isRoot && number != "/15" {
				continue
			}
			for i := 0; i < len(good); i += 41 {
				bad := slices.Clone(good)
				bad[i] ^= 1 << (i % 8)
				s.files[name] = bad
				out, err := Refresh(from, Memory{}, s, august)
				root, keys := string(out.Anchors.Set(SigstoreRoot).Document), string(out.Anchors.Set(NPMKeys).Document)
				rootKept, keysKept := root == m.sigstoreRoot, keys == m.npmKeys
				ok := (rootKept || root == committedSigstoreRoot) && (keysKept || keys == committedNPMKeys)
				require.True(t, ok && (err == nil || rootKept && keysKept), "%s, byte %d: %v", name, i, err)
			}
			s.files[name] = good
		}
	})
}

// A scenario is one case of the shared corpus and how this client meets it.
type scenario struct {
	start string    // the root to begin with, in the case's folder or test-template
	clock time.Time // of the audit
	seen  Versions  // versions of an earlier visit
	want  error
	says  string
	get   string // the target to fetch in the end
	bytes string // and what is in it
}

func TestTUFCasesOfTheCorpus(t *testing.T) {
	winter := time.Date(2023, time.February, 1, 0, 0, 0, 0, time.UTC)
	second := Versions{Root: 2, Timestamp: 2, Snapshot: 2, Targets: 2}
	scenarios := map[string]scenario{
		"no-size-no-hash-snapshot-timestamp": {clock: winter, get: "test.txt", bytes: "test file\n"},
		"root-too-big":                       {clock: winter, want: ErrUnreachable, says: "2.root.json: reading the answer: the answer is longer than the 98304 bytes it may have"},
		"root-unsigned":                      {clock: winter, want: ErrRefused, says: "Verifying root failed, not enough signatures, got 0, want 1"},
		"root-update-with-invalid-signature": {clock: winter, want: ErrRefused, says: "invalid JSON hex bytes"},
		"root-update-with-unknown-fields":    {start: "4.root.json", clock: now},
		"snapshot-expired":                   {clock: winter, want: ErrExpired, says: "snapshot.json is expired"},
		"snapshot-invalid-hash":              {clock: winter, want: ErrRefused, says: "its length or digest is not the one that signed metadata states"},
		"snapshot-target-version-rollback":   {clock: winter, seen: second, says: "offers version 1 of targets, and version 2 was seen before"},
		"snapshot-version-mismatch":          {clock: winter, want: ErrRefused, says: "expected 3, got 2"},
		"targets-download-invalid-hash":      {clock: winter, get: "test.txt", want: ErrRefused, says: "reading test.txt: what the repository serves was refused: its length or digest"},
		"targets-expired":                    {clock: winter, want: ErrExpired, says: "new targets is expired"},
		"targets-invalid-hash":               {clock: winter, want: ErrRefused, says: "its length or digest is not the one that signed metadata states"},
		"targets-with-subdirs":               {clock: time.Date(2024, time.December, 1, 0, 0, 0, 0, time.UTC), get: "subdir/test.txt", bytes: "test file\n"},
		"timestamp-unsigned":                 {clock: winter, want: ErrRefused, says: "Verifying root failed, not enough signatures, got 0, want 1"},
	}
	// In timestamp-unsigned the root is another repository's too, so that it ends
	// there; an unsigned timestamp is a case of TestRefreshEndsWithoutAnchorsChanged.
	// The two cases of the public repository have tests of their own above.
	elsewhere := []string{"tuf-public-good-snapshot", "tuf-npm-keys"}
	synthetic := corpus.Path(t, "sigstore-trust", "tuf-negative", "sigstore-java", "synthetic")

	met := 0
	for line := range bytes.Lines(read(t, corpus.Path(t, "CASES.jsonl"))) {
		var c struct {
			ID, Mechanism, Expected string
			Files                   []string
		}
		require.NoError(t, json.Unmarshal(line, &c))
		if c.Mechanism != "TUF" {
			continue
		}
		met++
		if slices.Contains(elsewhere, c.ID) {
			require.Equal(t, "accept", c.Expected)
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			name := filepath.Base(c.Files[0])
			s, ok := scenarios[name]
			require.True(t, ok, "the corpus has a case that this test does not know: %s", c.ID)
			require.Equal(t, c.Expected == "accept", s.says == "", "what the corpus expects")
			s.meet(t, synthetic, name)
		})
	}
	assert.Equal(t, len(scenarios)+len(elsewhere), met)
}

func (s scenario) meet(t *testing.T, synthetic, name string) {
	served := &shelf{files: map[string][]byte{}}
	if name != "targets-with-subdirs" && s.start == "" {
		serve(t, served, filepath.Join(synthetic, "test-template"))
	}
	serve(t, served, filepath.Join(synthetic, name))
	start := s.start
	if start == "" {
		start = "1.root.json"
	}
	c := &client{get: served}
	err := c.walk(string(served.files["/"+start]), s.clock)
	if r := behind(c.versions(), s.seen, err == nil); r != nil {
		err = r
	}
	var doc []byte
	if err == nil && s.get != "" {
		doc, err = c.target(s.get, "", func([]byte) error { return nil })
	}
	switch {
	case s.start != "": // roots only
		require.ErrorIs(t, err, ErrUnreachable)
		require.ErrorContains(t, err, "timestamp.json: answered with status 404")
		assert.EqualValues(t, 5, c.versions().Root)
	case s.says == "":
		require.NoError(t, err)
		assert.Equal(t, s.bytes, string(doc))
	case s.seen != Versions{}:
		var rollback *Rollback
		require.ErrorAs(t, err, &rollback)
		require.ErrorContains(t, err, s.says)
	default:
		require.ErrorIs(t, err, s.want)
		require.ErrorContains(t, err, s.says)
		assert.Nil(t, doc)
	}
}

// serve puts every file of a folder on the shelf.
func serve(t *testing.T, s *shelf, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		body, err := os.ReadFile(name)
		s.files["/"+filepath.ToSlash(rel)] = body
		return err
	}))
}

// Roots that other implementations must refuse as a start.
func TestBadRootsOfTheCorpus(t *testing.T) {
	dir := corpus.Path(t, "sigstore-trust", "tuf-negative", "sigstore-rust-negative")
	for name, says := range map[string]string{
		"invalid-root-json-signature.root.json": "not enough signatures",
		"no-root-json-signatures.root.json":     "not enough signatures",
		"duplicate-sigs.root.json":              "multiple signatures found for key ID",
	} {
		t.Run(name, func(t *testing.T) {
			from := anchored(t, read(t, dir, name), Versions{})
			out, err := Refresh(from, Memory{}, &shelf{}, now)
			require.ErrorIs(t, err, ErrRefused)
			require.ErrorContains(t, err, says)
			assert.Equal(t, from, out.Anchors)
			assert.Equal(t, Versions{}, out.Versions)
		})
	}
}
