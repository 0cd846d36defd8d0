package sumdb

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	client "golang.org/x/mod/sumdb"
)

// goCommand stands for what the go command's own client asks of the world.
type goCommand struct {
	key           string
	lookup, known []byte
	tile          func(path string) ([]byte, error)
}

func (o goCommand) ReadRemote(path string) ([]byte, error) {
	if strings.HasPrefix(path, "/lookup/") {
		return o.lookup, nil
	}
	return o.tile(strings.TrimPrefix(path, "/"))
}

func (o goCommand) ReadConfig(file string) ([]byte, error) {
	if file == "key" {
		return []byte(o.key), nil
	}
	return o.known, nil
}

func (goCommand) WriteConfig(string, []byte, []byte) error { return nil }
func (goCommand) ReadCache(string) ([]byte, error)         { return nil, os.ErrNotExist }
func (goCommand) WriteCache(string, []byte)                {}
func (goCommand) Log(string)                               {}
func (goCommand) SecurityError(string)                     {}

// TestTheGoCommandAcceptsWhatIsAcceptedHere asks both of answers, heads and tiles of
// a log and of its fork, mixed and damaged at random. It may accept more: a number
// with zeros before it, a record beyond its own head.
func TestTheGoCommandAcceptsWhatIsAcceptedHere(t *testing.T) {
	r, w, accepted := rand.New(rand.NewPCG(1, 9)), shared(), 0
	either := func() *testLog {
		if r.IntN(4) == 0 {
			return w.forked
		}
		return w.small
	}
	for range 1000 {
		answers, tiles, size, id := either(), either(), 1+r.IntN(600), r.IntN(600)
		lookup, known := answers.lookup(t, id, size), []byte(nil)
		if r.IntN(2) == 0 {
			known = either().head(t, 1+r.IntN(600))
		}
		switch r.IntN(4) {
		case 0:
			lookup = flip(lookup, r.IntN(len(lookup)))
		case 1:
			lookup = []byte(strings.Replace(string(lookup), answers.records[id], answers.records[(id+1)%600], 1))
		}
		module, _, _ := strings.Cut(answers.records[id], " ")
		got, err := Verify(w.key.public, Evidence{Lookup: lookup, Known: known, Tiles: serve(tiles).tiles})
		if err != nil || !strings.Contains(got.Record, module+" v1.0.0 ") {
			continue
		}
		accepted++
		c := client.NewClient(goCommand{w.key.public, lookup, known, tiles.tile})
		c.SetTileHeight(TileHeight)
		lines, err := c.Lookup(module, "v1.0.0")
		assert.NoError(t, err)
		assert.NotEmpty(t, lines)
	}
	assert.Greater(t, accepted, 100)
}
