package mint

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A SumDB is a checksum database (golang.org/design/25530-sumdb).
type SumDB struct {
	// Key is its verifier's, in the form of golang.org/x/mod/sumdb/note.
	Key string

	signer note.Signer
	hashes []tlog.Hash // as package tlog stores them
	texts  []string    // of the records, by number
	names  []string    // "path@version", escaped, by number
}

// NewSumDB makes an empty one of this name, under a key that the seed gives.
func NewSumDB(name, seed string) *SumDB {
	const algorithm = 1 // Ed25519
	sum := sha256.Sum256([]byte(seed))
	private := ed25519.NewKeyFromSeed(sum[:])
	public := append([]byte{algorithm}, private.Public().(ed25519.PublicKey)...)
	id := sha256.Sum256(append([]byte(name+"\n"), public...))
	key := fmt.Sprintf("%s+%08x+", name, binary.BigEndian.Uint32(id[:]))
	encoded := base64.StdEncoding.EncodeToString
	signer := must(note.NewSigner("PRIVATE+KEY+" + key + encoded(append([]byte{algorithm}, private.Seed()...))))
	return &SumDB{Key: key + encoded(public), signer: signer}
}

// Add logs go.sum's lines of one module version.
func (d *SumDB) Add(path, version, lines string) {
	d.hashes = append(d.hashes, must(tlog.StoredHashes(int64(len(d.texts)), []byte(lines), d.reader()))...)
	d.texts, d.names = append(d.texts, lines), append(d.names, must(module.EscapePath(path))+"@"+version)
}

// Head is the signed head of the log as it is now.
func (d *SumDB) Head() []byte {
	n := int64(len(d.texts))
	text := tlog.FormatTree(tlog.Tree{N: n, Hash: must(tlog.TreeHash(n, d.reader()))})
	return must(note.Sign(&note.Note{Text: string(text)}, d.signer))
}

// Serve puts what the log answers now into the world, beneath base, which ends
// with a slash: its head, its lookups, where of one version the last record
// counts, and its tiles of height 8.
func (d *SumDB) Serve(w World, base string) {
	const height = 8
	head := d.Head()
	w[base+"latest"] = Page{Body: head}
	for i, name := range d.names {
		w[base+"lookup/"+name] = Page{Body: append(must(tlog.FormatRecord(int64(i), []byte(d.texts[i]))), head...)}
	}
	n := int64(len(d.texts))
	for level := 0; n > 0; level, n = level+1, n>>height {
		for at := int64(0); at<<height < n; at++ {
			tile := tlog.Tile{H: height, L: level, N: at, W: int(min(n-at<<height, 1<<height))}
			w[base+tile.Path()] = Page{Body: must(tlog.ReadTileData(tile, d.reader()))}
		}
	}
}

func (d *SumDB) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range indexes {
			out = append(out, d.hashes[i])
		}
		return out, nil
	})
}
