package sumdb

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

const corpusKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

// snapshot is recorded evidence; its tiles are what a client saw once.
type snapshot struct {
	dir     string
	modules []string // as escaped in the lookup's path
	latest  []byte
	asked   map[string]int // tile path to bytes
}

func openSnapshot(tb testing.TB) *snapshot {
	tb.Helper()
	s := &snapshot{dir: filepath.Join(corpus.Path(tb, "go-sumdb"), "snapshot", "sumdb", "sum.golang.org"), asked: map[string]int{}}
	lookups := filepath.Join(s.dir, "lookup")
	require.NoError(tb, filepath.WalkDir(lookups, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(lookups, path)
			s.modules = append(s.modules, filepath.ToSlash(name))
		}
		return err
	}))
	s.latest = s.read(tb, "latest")
	return s
}

func (s *snapshot) read(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	require.NoError(tb, err)
	return data
}

func (s *snapshot) tiles(paths []string) []TileAnswer {
	out := make([]TileAnswer, len(paths))
	for i, path := range paths {
		data, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(path)))
		if errors.Is(err, fs.ErrNotExist) {
			err = &MissingError{Path: path, Err: err}
		}
		out[i] = TileAnswer{Data: data, Err: err}
		s.asked[path] = len(data)
	}
	return out
}

func (s *snapshot) evidence(tb testing.TB, module string) Evidence {
	tb.Helper()
	return Evidence{Lookup: s.read(tb, "lookup/"+module), Latest: s.latest, Tiles: s.tiles}
}

func TestCorpusSnapshot(t *testing.T) {
	s := openSnapshot(t)
	require.Len(t, s.modules, 10)
	for _, name := range s.modules {
		t.Run(name, func(t *testing.T) {
			e := s.evidence(t, name)
			got, err := Verify(corpusKey, e)
			require.NoError(t, err)
			assert.Equal(t, int64(71909756), got.Head.N)
			assert.Equal(t, "iHqVxqh8cyFgqTcentUiEjZ88MD/U2r6w+0h9y1wcFA=", got.Head.Hash.String())
			assert.Equal(t, string(s.latest), string(got.HeadNote))
			require.Len(t, got.Heads, 2)
			assert.Equal(t, FromLookup, got.Heads[1].From)
			assert.True(t, got.Heads[1].Consistent, "%s", got.Heads[1].Reason)
			require.Len(t, got.Lines, 2)
			module, version, _ := strings.Cut(name, "@")
			for i, line := range got.Lines {
				assert.Equal(t, strings.ReplaceAll(module, "!burnt!sushi", "BurntSushi"), line.Module)
				assert.Equal(t, version, line.Version)
				assert.Equal(t, i == 1, line.GoMod)
			}
			record, _, _ := strings.Cut(string(e.Lookup), "\n\n")
			assert.True(t, strings.HasSuffix(record+"\n", got.Record))

			// The head kept from this visit is the newest on the next, where
			// nothing newer is to be had.
			again := e
			again.Latest, again.Known = nil, got.HeadNote
			known, err := Verify(corpusKey, again)
			require.NoError(t, err)
			assert.Equal(t, got.Head, known.Head)

			// Alone, the lookup's own head needs partial tiles that were not
			// recorded.
			again.Known = nil
			_, err = Verify(corpusKey, again)
			assert.Contains(t, []string{"none", "missing"}, kind(err), "%v", err)
		})
	}
}

func TestCorpusSnapshotFlips(t *testing.T) {
	s := openSnapshot(t)
	name := s.modules[0]
	e := s.evidence(t, name)
	_, err := Verify(corpusKey, e)
	require.NoError(t, err)
	for path, size := range s.asked {
		for _, i := range []int{0, size / 3, size - 1} {
			if size == 0 {
				continue // asked for, not recorded
			}
			bad := e
			bad.Tiles = func(paths []string) []TileAnswer {
				out := s.tiles(paths)
				for k := range paths {
					if paths[k] == path {
						out[k].Data = flip(out[k].Data, i)
					}
				}
				return out
			}
			_, err := Verify(corpusKey, bad)
			assert.Equal(t, "tile", kind(err), "%s byte %d: %v", path, i, err)
		}
	}
}
