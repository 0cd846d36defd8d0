package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

func TestMemoryKeepsWhatItWasGiven(t *testing.T) {
	r, _, from := published(t)
	r.rotate(t)
	r.rotate(t)
	out, err := Refresh(from, Memory{}, r, now)
	require.NoError(t, err)
	require.Len(t, out.Memory.Roots, 2)
	stored, err := json.Marshal(out.Memory)
	require.NoError(t, err)
	back, err := ParseMemory(stored)
	require.NoError(t, err)
	assert.Equal(t, out.Memory, back)
	again, err := json.Marshal(back)
	require.NoError(t, err)
	assert.Equal(t, stored, again)
}

func TestMemoryOfNothing(t *testing.T) {
	for _, stored := range [][]byte{nil, {}} {
		m, err := ParseMemory(stored)
		require.NoError(t, err)
		assert.Equal(t, Memory{}, m)
	}
	stored, err := json.Marshal(Memory{})
	require.NoError(t, err)
	m, err := ParseMemory(stored)
	require.NoError(t, err)
	assert.Equal(t, Memory{}, m)
}

func TestDamagedMemory(t *testing.T) {
	const good = `{"format":1,"versions":{"root":16,"timestamp":762,"snapshot":165,"targets":14,"delegation":8}}`
	_, err := ParseMemory([]byte(good))
	require.NoError(t, err)
	root16, err := json.Marshal([]byte(committedTUFRoot))
	require.NoError(t, err)
	for name, c := range map[string]struct{ stored, want string }{
		"not JSON":           {"?", "parsing JSON"},
		"cut short":          {good[:len(good)-1], "parsing JSON"},
		"something follows":  {good + "{}", "something follows"},
		"null":               {"null", "not of form 1"},
		"nothing":            {"{}", "not of form 1"},
		"a newer form":       {strings.Replace(good, `"format":1`, `"format":2`, 1), "not of form 1"},
		"an unknown part":    {strings.Replace(good, `"root"`, `"roof"`, 1), "unknown field"},
		"below zero":         {strings.Replace(good, "762", "-1", 1), "impossible version -1"},
		"too high":           {strings.Replace(good, "762", "9007199254740993", 1), "impossible version"},
		"not a number":       {strings.Replace(good, "762", `"762"`, 1), "parsing JSON"},
		"root that is none":  {strings.Replace(good, "}}", `},"roots":{"16":"AAAA"}}`, 1), "not what it is kept as"},
		"root out of place":  {strings.Replace(good, "}}", `},"roots":{"15":`+string(root16)+`}}`, 1), "not what it is kept as"},
		"root not seen":      {strings.Replace(strings.Replace(good, "16,", "15,", 1), "}}", `},"roots":{"16":`+string(root16)+`}}`, 1), "not what it is kept as"},
		"root of no version": {strings.Replace(good, "}}", `},"roots":{"x":`+string(root16)+`}}`, 1), "parsing JSON"},
		"too long":           {strings.Repeat(" ", maxMemory) + good, "up to 4194304 are read"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := ParseMemory([]byte(c.stored))
			require.ErrorIs(t, err, ErrMemory)
			require.ErrorContains(t, err, c.want)
			assert.Equal(t, Memory{}, m)
		})
	}
	kept, err := ParseMemory([]byte(strings.Replace(good, "}}", `},"roots":{"16":`+string(root16)+`}}`, 1)))
	require.NoError(t, err)
	assert.Len(t, kept.Roots, 1)
}

// Roots in a memory are no anchors: one that does not follow from the
// program's own ends the refresh.
func TestRememberedRootIsVerified(t *testing.T) {
	r, _, from := published(t)
	second := r.rotate(t)
	stranger := newRepo(t)
	stranger.keys["root"] = stranger.keys["targets"]
	stranger.root.Signed.Version = 2
	other := stranger.publishRoot(t)
	require.NotEqual(t, second, other)

	memory := Memory{Versions: Versions{Root: 2}, Roots: map[int64][]byte{2: other}}
	out, err := Refresh(from, memory, r, now)
	require.ErrorIs(t, err, ErrMemory)
	require.ErrorContains(t, err, "clear this site's stored data")
	assert.Equal(t, from, out.Anchors)

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

func FuzzParseMemory(f *testing.F) {
	f.Add([]byte(`{"format":1,"versions":{"root":16,"timestamp":762,"snapshot":165,"targets":14,"delegation":8}}`))
	f.Add([]byte(`{"format":1,"versions":{},"roots":{"1":null}}`))
	f.Fuzz(func(t *testing.T, stored []byte) {
		m, err := ParseMemory(stored)
		if err != nil {
			require.ErrorIs(t, err, ErrMemory)
			require.Equal(t, Memory{}, m)
			return
		}
		out, err := json.Marshal(m)
		require.NoError(t, err)
		back, err := ParseMemory(out)
		require.NoError(t, err)
		require.Equal(t, m.Versions, back.Versions)
		require.Len(t, back.Roots, len(m.Roots))
	})
}
