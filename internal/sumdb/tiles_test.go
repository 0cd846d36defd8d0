package sumdb

import (
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// needed are the paths of the tiles that were given, sorted.
func (s *server) needed() []string {
	var paths []string
	for path := range s.given {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	return paths
}

func TestMissingTilesAreUnknown(t *testing.T) {
	l := shared().small
	e, s := evidence(t, l, 300, 500, 600, 400)
	want, err := Verify(l.key, e)
	require.NoError(t, err)
	// Under the older heads too.
	s.gone["tile/8/0/002.p/88"] = true
	_, err = Verify(l.key, e)
	require.NoError(t, err)
	s.gone["tile/8/0/001.p/244"] = true
	_, err = Verify(l.key, e)
	require.NoError(t, err)
	paths := s.needed()
	require.Greater(t, len(paths), 5)

	reached := map[int64]int{}
	for set := range 1 << len(paths) {
		s := serve(l)
		for i, path := range paths {
			s.gone[path] = set>>i&1 == 1
		}
		e.Tiles = s.tiles
		got, err := Verify(l.key, e)
		if err != nil {
			require.Equal(t, "missing", kind(err), "%v", err)
			require.Nil(t, got)
			reached[0]++
			continue
		}
		require.Equal(t, want.ID, got.ID)
		require.Equal(t, want.Record, got.Record)
		require.Equal(t, l.tree(t, int(got.Head.N)), got.Head)
		for _, h := range got.Heads {
			require.Equal(t, h.Consistent, h.Reason == "", "head of %d", h.N)
			require.False(t, h.Consistent && h.N > got.Head.N)
		}
		reached[got.Head.N]++
	}
	for _, size := range []int64{0, 400, 500, 600} {
		assert.Positive(t, reached[size], "no set of missing tiles ends at size %d: %v", size, reached)
	}
}

func TestOlderHeadServesWhereTheNewestCannot(t *testing.T) {
	l := shared().small
	e, s := evidence(t, l, 300, 500, 600, 400)
	s.gone["tile/8/0/002.p/88"] = true
	got, err := Verify(l.key, e)
	require.NoError(t, err)
	assert.Equal(t, l.tree(t, 500), got.Head)
	require.Len(t, got.Heads, 3)
	assert.False(t, got.Heads[0].Consistent)
	assert.Equal(t, FromLatest, got.Heads[0].From)
	assert.Contains(t, got.Heads[0].Reason, "tile/8/0/002.p/88")
	assert.True(t, got.Heads[1].Consistent)
	assert.Equal(t, FromLookup, got.Heads[1].From)
	assert.True(t, got.Heads[2].Consistent)
	assert.Equal(t, FromKnown, got.Heads[2].From)
}

func TestConsistencyMayStayOpen(t *testing.T) {
	l := shared().small
	e, s := evidence(t, l, 7, 300, 600, 0)
	s.gone["tile/8/0/001"] = true // where the older tree ends, not where the record is
	got, err := Verify(l.key, e)
	require.NoError(t, err)
	assert.Equal(t, l.tree(t, 600), got.Head)
	assert.False(t, got.Heads[1].Consistent)
	assert.Contains(t, got.Heads[1].Reason, "tile/8/0/001")
}

func TestPartialTileFallsBackToTheFullOne(t *testing.T) {
	l := shared().small
	const part, full = "tile/8/0/001.p/144", "tile/8/0/001"
	with := func(change func([]byte) []byte) (*Result, *server, error) {
		e, s := evidence(t, l, 300, 400, 0, 0)
		s.gone[part] = true
		s.change[full] = change
		got, err := Verify(l.key, e)
		return got, s, err
	}
	got, s, err := with(nil)
	require.NoError(t, err)
	assert.Equal(t, record(300, ""), got.Record)
	require.Len(t, s.asked, 2)
	assert.Contains(t, s.asked[0], part)
	// The lowest levels' partial tiles are there; only this one is asked for.
	assert.Equal(t, []string{full}, s.asked[1])

	_, _, err = with(func(b []byte) []byte { return flip(b, 144*32-1) })
	assert.Equal(t, "tile", kind(err), "a byte that the tree needs")
	_, _, err = with(func(b []byte) []byte { return flip(b, 144*32) })
	assert.NoError(t, err, "a byte beyond the tree")
	_, _, err = with(func(b []byte) []byte { return b[:144*32] })
	require.Equal(t, "tile", kind(err))
	assert.ErrorContains(t, err, full+" ")
	_, _, err = with(func(b []byte) []byte { return append(b[:len(b):len(b)], 0) })
	assert.Equal(t, "tile", kind(err))

	e, s := evidence(t, l, 300, 400, 0, 0)
	s.gone[part], s.gone[full] = true, true
	_, err = Verify(l.key, e)
	var missing *MissingError
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, part, missing.Path)
}

func TestTileOfAnotherLength(t *testing.T) {
	l := shared().small
	for _, n := range []int{0, 1, 31, 87 * 32, 88*32 - 1, 88*32 + 1, 256 * 32} {
		e, s := evidence(t, l, 300, 600, 0, 0)
		s.change["tile/8/0/002.p/88"] = func(b []byte) []byte { return append(b[:len(b):len(b)], make([]byte, 8192)...)[:n] }
		_, err := Verify(l.key, e)
		var tile *TileError
		require.ErrorAs(t, err, &tile, "%d bytes", n)
		assert.Equal(t, []string{"tile/8/0/002.p/88"}, tile.Paths)
	}
}

func flip(b []byte, i int) []byte {
	b = append([]byte(nil), b...)
	b[i] ^= 1 << (i % 8)
	return b
}

// TestFlipTiles changes every byte of every tile: all of them are hashed.
// Changes in between are also made where older heads are compared.
func TestFlipTiles(t *testing.T) {
	l := shared().small
	for _, tt := range []struct {
		name                  string
		lookup, latest, known int
		step                  int
	}{{"inclusion", 600, 0, 0, 1}, {"consistency", 500, 600, 300, 37}} {
		honest, s := evidence(t, l, 7, tt.lookup, tt.latest, tt.known)
		_, err := Verify(l.key, honest)
		require.NoError(t, err)
		for _, path := range s.needed() {
			size := len(s.given[path])
			t.Run(tt.name+" "+path, func(t *testing.T) {
				t.Parallel()
				for i := 0; i < size; i += tt.step {
					e, s := evidence2(honest, l)
					s.change[path] = func(b []byte) []byte { return flip(b, i) }
					got, err := Verify(l.key, e)
					if kind(err) != "tile" || got != nil {
						t.Fatalf("byte %d changed: %v", i, err)
					}
				}
			})
		}
	}
}

// evidence2 is the same evidence with a new server.
func evidence2(e Evidence, l *testLog) (Evidence, *server) {
	s := serve(l)
	e.Tiles = s.tiles
	return e, s
}

// TestFlipNotes changes every bit of the lookup answer and of the heads.
func TestFlipNotes(t *testing.T) {
	l := shared().small
	honest, _ := evidence(t, l, 7, 500, 600, 300)
	want, err := Verify(l.key, honest)
	require.NoError(t, err)
	fields := map[string]func(*Evidence) *[]byte{
		"lookup": func(e *Evidence) *[]byte { return &e.Lookup },
		"latest": func(e *Evidence) *[]byte { return &e.Latest },
		"known":  func(e *Evidence) *[]byte { return &e.Known },
	}
	for name, field := range fields {
		good := *field(&honest)
		for i := range good {
			for bit := range 8 {
				e, _ := evidence2(honest, l)
				bad := append([]byte(nil), good...)
				bad[i] ^= 1 << bit
				*field(&e) = bad
				got, err := Verify(l.key, e)
				switch kind(err) {
				case "malformed", "signature", "not included":
				case "none":
					// The last character of a signature's base64 has bits that
					// stand for nothing.
					if i < len(good)-4 || got.Record != want.Record || got.ID != want.ID || got.Head != want.Head {
						t.Fatalf("%s with byte %d (%q) changed to %q is accepted", name, i, good[i], bad[i])
					}
				default:
					t.Fatalf("%s with byte %d (%q) changed to %q: %v", name, i, good[i], bad[i], err)
				}
			}
		}
		for n := range good {
			e, _ := evidence2(honest, l)
			*field(&e) = good[:n]
			_, err := Verify(l.key, e)
			if k := kind(err); k != "malformed" && k != "signature" {
				t.Fatalf("%s cut to %d bytes: %v", name, n, err)
			}
		}
	}
}
