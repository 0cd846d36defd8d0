package sumdb

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A testLog is a log in memory, with all its tiles.
type testLog struct {
	key     string
	signer  note.Signer
	records []string
	hashes  []tlog.Hash
}

// A testKey is a key pair made for the test.
type testKey struct {
	public string
	signer note.Signer
}

func newKey(tb testing.TB, name string) testKey {
	tb.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, name)
	require.NoError(tb, err)
	signer, err := note.NewSigner(secret)
	require.NoError(tb, err)
	return testKey{public, signer}
}

// record is the text of the log's record i in one of its histories.
func record(i int, history string) string {
	h1 := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
	}
	name := fmt.Sprintf("example.test/m%d", i)
	return fmt.Sprintf("%s v1.0.0 %s\n%s v1.0.0/go.mod %s\n", name, h1(name+history), name, h1(name+"/go.mod"+history))
}

// newLog makes a log of n records whose history departs at record fork
// (n for the honest one).
func newLog(tb testing.TB, key testKey, n, fork int) *testLog {
	tb.Helper()
	l := &testLog{key: key.public, signer: key.signer}
	for i := range n {
		text := record(i, "")
		if i >= fork {
			text = record(i, "forked")
		}
		l.records = append(l.records, text)
		stored, err := tlog.StoredHashes(int64(i), []byte(text), l)
		require.NoError(tb, err)
		l.hashes = append(l.hashes, stored...)
	}
	return l
}

func (l *testLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x >= int64(len(l.hashes)) {
			return nil, fmt.Errorf("hash %d is beyond the log", x)
		}
		out[i] = l.hashes[x]
	}
	return out, nil
}

func (l *testLog) tree(tb testing.TB, size int) tlog.Tree {
	tb.Helper()
	hash, err := tlog.TreeHash(int64(size), l)
	require.NoError(tb, err)
	return tlog.Tree{N: int64(size), Hash: hash}
}

func (l *testLog) sign(tb testing.TB, text string, more ...note.Signer) []byte {
	tb.Helper()
	signed, err := note.Sign(&note.Note{Text: text}, append([]note.Signer{l.signer}, more...)...)
	require.NoError(tb, err)
	return signed
}

func (l *testLog) head(tb testing.TB, size int) []byte {
	tb.Helper()
	return l.sign(tb, string(tlog.FormatTree(l.tree(tb, size))))
}

func (l *testLog) lookup(tb testing.TB, id, size int) []byte {
	tb.Helper()
	text, err := tlog.FormatRecord(int64(id), []byte(l.records[id]))
	require.NoError(tb, err)
	return append(text, l.head(tb, size)...)
}

// tile serves a tile as the log would: any width there is.
func (l *testLog) tile(path string) ([]byte, error) {
	tile, err := tlog.ParseTilePath(path)
	if err != nil {
		return nil, err
	}
	data, err := tlog.ReadTileData(tile, l)
	if err != nil {
		return nil, &MissingError{Path: path, Err: err}
	}
	return data, nil
}

// A server answers for tiles, with faults.
type server struct {
	log    *testLog
	gone   map[string]bool
	change map[string]func([]byte) []byte
	asked  [][]string
	given  map[string][]byte
}

func serve(l *testLog) *server {
	return &server{log: l, gone: map[string]bool{}, change: map[string]func([]byte) []byte{}, given: map[string][]byte{}}
}

func (s *server) tiles(paths []string) []TileAnswer {
	s.asked = append(s.asked, paths)
	out := make([]TileAnswer, len(paths))
	for i, path := range paths {
		if s.gone[path] {
			out[i].Err = &MissingError{Path: path}
			continue
		}
		out[i].Data, out[i].Err = s.log.tile(path)
		if f := s.change[path]; f != nil {
			out[i].Data = f(out[i].Data)
		}
		s.given[path] = out[i].Data
	}
	return out
}

// A world is a log, its forked twin and the outsider's key, made once: they
// are only read.
type world struct {
	key, witness testKey
	small        *testLog // 600 records
	forked       *testLog // the same, another history from record 250 on
}

var shared = sync.OnceValue(func() *world {
	// There is no test to fail yet: a key or hash that cannot be made panics.
	tb := &panicTB{}
	w := &world{key: newKey(tb, "log.test"), witness: newKey(tb, "witness.test")}
	w.small = newLog(tb, w.key, 600, 600)
	w.forked = newLog(tb, w.key, 600, 250)
	return w
})

// large is a log of 70,000 records: three levels of tiles.
var large = sync.OnceValue(func() *testLog {
	return newLog(&panicTB{}, shared().key, 70_000, 70_000)
})

// panicTB fails loudly outside a test.
type panicTB struct{ testing.TB }

func (panicTB) Helper()                      {}
func (panicTB) Errorf(f string, args ...any) { panic(fmt.Sprintf(f, args...)) }
func (panicTB) FailNow()                     { panic("test log could not be made") }
