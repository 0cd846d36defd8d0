package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func hexSum(doc []byte) string {
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:])
}

func write(t *testing.T, dir, name string, body []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), body, 0o600))
}

// storedMemory is what a refresh leaves, as it is kept.
func storedMemory(t testing.TB, m Memory) []byte {
	t.Helper()
	kept, err := m.Store()
	require.NoError(t, err)
	return kept
}

func TestMemoryKeepsWhatItWasGiven(t *testing.T) {
	r, s, from := published(t)
	r.Rotate()
	r.Rotate()
	out, err := Refresh(from, Memory{}, r, now)
	require.NoError(t, err)
	require.Len(t, out.Memory.Roots, 2)
	kept := storedMemory(t, out.Memory)
	anchors, back, err := Recall(from, kept)
	require.NoError(t, err)
	assert.Equal(t, out.Memory, back)
	assert.Equal(t, kept, storedMemory(t, back))

	assert.Equal(t, out.Anchors, anchors, "the refreshed anchors are had again, without a network")
	assert.Equal(t, s.NPMKeys, anchors.Set(NPMKeys).Document)
	anchor, _ := anchors.Anchor(NPMKeys)
	assert.Equal(t, now, anchor.RefreshedAt)

	t.Run("a failed refresh takes nothing from it", func(t *testing.T) {
		failed, err := Refresh(anchors, back, offline{}, now.Add(time.Hour))
		require.ErrorIs(t, err, ErrUnreachable)
		assert.Equal(t, out.Memory, failed.Memory)
	})
	t.Run("targets at hand are in it again after the next refresh", func(t *testing.T) {
		next, err := Refresh(anchors, back, r, now.Add(time.Hour))
		require.NoError(t, err)
		assert.Equal(t, out.Memory.Documents, next.Memory.Documents)
		assert.Equal(t, now.Add(time.Hour), next.Memory.At)
	})
	t.Run("a program with other anchors does not take them", func(t *testing.T) {
		anchors, _, err := Recall(Embedded(), kept)
		require.NoError(t, err)
		assert.Equal(t, Embedded(), anchors)
	})
}

func TestMemoryOfNothing(t *testing.T) {
	for _, kept := range [][]byte{nil, {}, storedMemory(t, Memory{})} {
		anchors, m, err := Recall(Embedded(), kept)
		require.NoError(t, err)
		assert.Equal(t, Memory{}, m)
		assert.Equal(t, Embedded(), anchors)
	}
}

func TestDamagedMemory(t *testing.T) {
	r, s, from := published(t)
	r.Rotate()
	out, err := Refresh(from, Memory{}, r, now)
	require.NoError(t, err)
	good := string(storedMemory(t, out.Memory))
	unrooted := out.Versions // without the successor of the program's own root
	unrooted.Root = 1
	other := func(change func(*Memory)) string {
		m := out.Memory
		change(&m)
		return string(storedMemory(t, m))
	}
	for name, c := range map[string]struct {
		kept, want string
		known      Versions
	}{
		"not JSON":          {"?", "parsing JSON", Versions{}},
		"cut short":         {good[:len(good)-1], "parsing JSON", Versions{}},
		"something follows": {good + "{}", "something follows", Versions{}},
		"null":              {"null", "not of form 2", Versions{}},
		"nothing":           {"{}", "not of form 2", Versions{}},
		"an older form":     {`{"format":1,"versions":{"root":16},"roots":{}}`, "unknown field", Versions{}},
		"a newer form":      {strings.Replace(good, `"format":2`, `"format":3`, 1), "not of form 2", Versions{}},
		"an unknown part":   {strings.Replace(good, `"root"`, `"roof"`, 1), "unknown field", Versions{}},
		"a higher version":  {strings.Replace(good, `"timestamp":10`, `"timestamp":99`, 1), "its sum differs", out.Versions},
		"a lower version":   {strings.Replace(good, `"timestamp":10`, `"timestamp":1`, 1), "its sum differs", out.Versions},
		"another time":      {strings.Replace(good, `"at":"20`, `"at":"21`, 1), "its sum differs", Versions{Root: 2}}, // expired by then
		"below zero":        {other(func(m *Memory) { m.Versions.Root = -1 }), "impossible version -1", out.Versions},
		"too high":          {other(func(m *Memory) { m.Versions.Targets = maxVersion + 1 }), "impossible version", out.Versions},
		"root that is none": {other(func(m *Memory) { m.Roots = map[int64][]byte{2: {}} }), "not what it is kept as", unrooted},
		"root out of place": {other(func(m *Memory) { m.Roots = map[int64][]byte{1: m.Roots[2]} }), "not what it is kept as", unrooted},
		"root not seen":     {other(func(m *Memory) { m.Versions.Root = 1 }), "not what it is kept as", out.Versions},
		"too long":          {strings.Repeat(" ", maxMemory) + good, "up to 4194304 are read", Versions{}},
	} {
		t.Run(name, func(t *testing.T) {
			anchors, m, err := Recall(from, []byte(c.kept))
			require.ErrorIs(t, err, ErrMemory)
			require.ErrorContains(t, err, c.want)
			assert.Equal(t, from, anchors)
			assert.Equal(t, Memory{Versions: c.known.max(Versions{Root: 1})}, m)

			renewed, err := Refresh(anchors, m, r, now)
			require.NoError(t, err, "a fresh walk from the embedded root renews it")
			assert.Equal(t, out.Anchors, renewed.Anchors)
			assert.Equal(t, out.Memory, renewed.Memory)
		})
	}
	t.Run("what signed documents in it still prove is not gone back behind", func(t *testing.T) {
		_, m, err := Recall(from, []byte(strings.Replace(good, `"timestamp":10`, `"timestamp":99`, 1)))
		require.ErrorIs(t, err, ErrMemory)
		s.Timestamp--
		r.Publish(s)
		_, err = Refresh(from, m, r, now)
		var rollback *Rollback
		require.ErrorAs(t, err, &rollback)
		assert.Equal(t, Rollback{Role: "timestamp", Seen: 10, Offered: 9}, *rollback)
	})
}

// Whatever byte of a memory is changed: it never gives anchors that the
// repository did not sign, nor versions that it did not have.
func TestMutatedMemory(t *testing.T) {
	r, _, from := published(t)
	r.Rotate()
	out, err := Refresh(from, Memory{}, r, now)
	require.NoError(t, err)
	good := storedMemory(t, out.Memory)
	for i := 0; i < len(good); i += 211 {
		bad := slices.Clone(good)
		bad[i] ^= 1 << (i % 8)
		anchors, m, err := Recall(from, bad)
		require.ErrorIs(t, err, ErrMemory, "byte %d", i)
		require.Equal(t, from, anchors, "byte %d", i)
		require.Nil(t, behind(out.Versions, m.Versions, true), "byte %d", i)
	}
}

// Roots in a memory are no anchors: one that does not follow from the
// program's own is put aside, and asked for again.
func TestRememberedRootIsVerified(t *testing.T) {
	r, _, from := published(t)
	second := r.Rotate()
	stranger := newRepo()
	stranger.Keys["root"] = stranger.Keys["targets"]
	stranger.Root.Signed.Version = 2
	other := stranger.PublishRoot()
	require.NotEqual(t, second, other)

	memory := Memory{Versions: Versions{Root: 2}, Roots: map[int64][]byte{2: other}}
	out, err := Refresh(from, memory, r, now)
	require.NoError(t, err)
	assert.Equal(t, map[int64][]byte{2: second}, out.Memory.Roots)
	assert.Equal(t, second, out.Anchors.Set(TUFRoot).Document)

	t.Run("and a network that withholds it does not hide it", func(t *testing.T) {
		delete(r.files, "/2.root.json")
		out, err := Refresh(from, Memory{Versions: Versions{Root: 2}, Roots: map[int64][]byte{2: second}}, r, now)
		require.NoError(t, err)
		assert.EqualValues(t, 2, out.Versions.Root)
		_, err = Refresh(from, Memory{Versions: Versions{Root: 2}}, r, now)
		var rollback *Rollback
		require.ErrorAs(t, err, &rollback)
		assert.Equal(t, "root", rollback.Role)
	})
	t.Run("a bad root from the network is not remembered", func(t *testing.T) {
		r.files["/2.root.json"] = other
		out, err := Refresh(from, Memory{Versions: Versions{Root: 2}}, r, now)
		require.ErrorIs(t, err, ErrRefused)
		assert.Empty(t, out.Memory.Roots)
	})
	t.Run("roots that the program itself carries are forgotten", func(t *testing.T) {
		r.files["/2.root.json"] = second
		newer := anchored(t, second, Versions{})
		out, err := Refresh(newer, Memory{Versions: Versions{Root: 2}, Roots: map[int64][]byte{2: second}}, r, now)
		require.NoError(t, err)
		assert.Empty(t, out.Memory.Roots)
	})
}

func FuzzRecall(f *testing.F) {
	f.Add([]byte(`{"format":2,"sha256":"","memory":{"versions":{"root":16,"timestamp":762,"snapshot":165,"targets":14,"delegation":8}}}`))
	f.Add(storedMemory(f, Memory{Versions: Versions{Root: 16}}))
	f.Fuzz(func(t *testing.T, kept []byte) {
		anchors, m, err := Recall(Embedded(), kept)
		require.Equal(t, Embedded(), anchors)
		if err != nil {
			require.ErrorIs(t, err, ErrMemory)
			require.Empty(t, m.Documents)
			return
		}
		_, back, err := Recall(Embedded(), storedMemory(t, m))
		require.NoError(t, err)
		require.Equal(t, m.Versions, back.Versions)
		require.Len(t, back.Roots, len(m.Roots))
	})
}
