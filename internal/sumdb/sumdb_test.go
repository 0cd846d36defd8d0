package sumdb

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// kind names the error for tables; "other" is none that Verify may give about
// hostile evidence.
func kind(err error) string {
	var malformed *MalformedError
	var signature *SignatureError
	var fork *ForkError
	var absent *NotIncludedError
	var tile *TileError
	var missing *MissingError
	kinds := []string{}
	for name, is := range map[string]bool{
		"malformed": errors.As(err, &malformed), "signature": errors.As(err, &signature),
		"fork": errors.As(err, &fork), "not included": errors.As(err, &absent),
		"tile": errors.As(err, &tile), "missing": errors.As(err, &missing),
	} {
		if is {
			kinds = append(kinds, name)
		}
	}
	switch {
	case err == nil:
		return "none"
	case len(kinds) != 1:
		return "other"
	}
	return kinds[0]
}

func TestVerify(t *testing.T) {
	w := shared()
	l := w.small
	tests := []struct {
		name                  string
		id                    int
		lookup, latest, known int // sizes; 0 for none
		head                  int // size of the head reached
	}{
		{"one head", 7, 600, 0, 0, 600},
		{"first record of a tree of one", 0, 1, 0, 0, 1},
		{"last record", 599, 600, 0, 0, 600},
		{"full tiles only", 100, 512, 0, 0, 512},
		{"newer latest", 7, 500, 600, 0, 600},
		{"older latest", 599, 600, 300, 0, 600},
		{"older known", 299, 300, 500, 10, 500},
		{"newer known", 299, 300, 500, 600, 600},
		{"known between", 299, 300, 600, 400, 600},
		{"record is beyond the known and latest heads", 450, 500, 300, 200, 500},
		{"all the same", 3, 600, 600, 600, 600},
		{"tile borders", 255, 256, 512, 257, 512},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, s := evidence(t, l, tt.id, tt.lookup, tt.latest, tt.known)
			got, err := Verify(l.key, e)
			require.NoError(t, err)
			assert.Equal(t, int64(tt.id), got.ID)
			assert.Equal(t, record(tt.id, ""), got.Record)
			require.Len(t, got.Lines, 2)
			assert.Equal(t, fmt.Sprintf("example.test/m%d", tt.id), got.Lines[0].Module)
			assert.Equal(t, l.tree(t, tt.head), got.Head)
			assert.Contains(t, string(got.HeadNote), got.Head.Hash.String())
			require.NotEmpty(t, got.Heads)
			assert.Equal(t, got.Head, got.Heads[0].Tree)
			for i, h := range got.Heads {
				assert.True(t, h.Consistent, "head from %s", h.From)
				assert.Empty(t, h.Reason)
				assert.Equal(t, l.tree(t, int(h.N)), h.Tree)
				if i > 0 {
					assert.LessOrEqual(t, h.N, got.Heads[i-1].N)
				}
			}
			assert.LessOrEqual(t, len(s.asked), 1, "all tiles come in one batch")
		})
	}
}

// evidence is honest evidence about record id, with heads of the given sizes.
func evidence(tb testing.TB, l *testLog, id, lookup, latest, known int) (Evidence, *server) {
	tb.Helper()
	s := serve(l)
	e := Evidence{Lookup: l.lookup(tb, id, lookup), Tiles: s.tiles}
	if latest > 0 {
		e.Latest = l.head(tb, latest)
	}
	if known > 0 {
		e.Known = l.head(tb, known)
	}
	return e, s
}

func TestVerifyThreeLevels(t *testing.T) {
	l := large()
	for _, id := range []int{0, 255, 256, 65535, 65536, 69000, 69999} {
		e, _ := evidence(t, l, id, 70_000, 0, 65536)
		got, err := Verify(l.key, e)
		require.NoError(t, err, "record %d", id)
		assert.Equal(t, record(id, ""), got.Record)
		assert.Equal(t, int64(70_000), got.Head.N)
		assert.True(t, got.Heads[1].Consistent)
	}
}

func TestVerifyRefuses(t *testing.T) {
	w := shared()
	l := w.small
	good := func() Evidence { e, _ := evidence(t, l, 300, 500, 600, 400); return e }
	rec := strings.SplitAfterN(string(good().Lookup), "\n\n", 2)[0]
	head := string(l.head(t, 500))
	hash := l.tree(t, 500).Hash.String()
	tree := func(text string) []byte { return []byte(rec + string(l.sign(t, text))) }
	lookup := func(s string) func(*Evidence) { return func(e *Evidence) { e.Lookup = []byte(s) } }
	tests := []struct {
		name string
		with func(*Evidence)
		want string
		says string
	}{
		{"nothing", func(e *Evidence) { e.Lookup = nil }, "malformed", "the lookup answer"},
		{"lookup too large", func(e *Evidence) { e.Lookup = bytes.Repeat([]byte("1"), MaxAnswer+1) }, "malformed", "more than the 1048576 allowed"},
		{"latest too large", func(e *Evidence) { e.Latest = make([]byte, MaxAnswer+1) }, "malformed", "the request for the latest head"},
		{"number with a sign", lookup("+" + string(good().Lookup)), "malformed", "plain decimal"},
		{"number with zeros", lookup("0" + string(good().Lookup)), "malformed", "plain decimal"},
		{"number below zero", lookup("-" + string(good().Lookup)), "malformed", "plain decimal"},
		{"number too large", lookup(strings.Replace(string(good().Lookup), "300\n", "99999999999999999999\n", 1)), "malformed", "record number"},
		{"no head", lookup(rec), "malformed", "the signed head from the lookup answer"},
		{"something after the head", lookup(string(good().Lookup) + "more\n"), "malformed", "not a signed note"},
		{"two records", lookup(rec + rec + head), "signature", "from the lookup answer"},
		{"record without two spaces", lookup("300\nexample.test/m h1:x\n\n" + head), "malformed", "line 1"},
		{"not a tree", func(e *Evidence) { e.Lookup = tree("another text\n600\n" + hash + "\n") }, "malformed", "not a tree head"},
		{"tree too large", func(e *Evidence) { e.Lookup = tree(fmt.Sprintf("go.sum database tree\n%d\n%s\n", MaxSize+1, hash)) }, "malformed", "more than the 281474976710656 allowed"},
		{"empty tree with a hash", func(e *Evidence) { e.Known = l.sign(t, "go.sum database tree\n0\n"+hash+"\n") }, "malformed", "not that of the empty tree"},
		{"empty latest", func(e *Evidence) { e.Latest = []byte{} }, "malformed", "the request for the latest head"},
		{"empty known", func(e *Evidence) { e.Known = []byte{} }, "malformed", "an earlier visit"},
		{"lookup signed by another", func(e *Evidence) { e.Lookup = []byte(rec + signedBy(t, w.witness, l, 500)) }, "signature", "from the lookup answer"},
		{"latest signed by another", func(e *Evidence) { e.Latest = []byte(signedBy(t, w.witness, l, 600)) }, "signature", "from the request for the latest head"},
		{"known signed by another", func(e *Evidence) { e.Known = []byte(signedBy(t, w.witness, l, 400)) }, "signature", "from an earlier visit"},
		{"number beyond the lookup's own head", lookup(strings.Replace(string(good().Lookup), "300\n", "550\n", 1)), "not included", "500 records only"},
		{"number at the end of the lookup's own head", lookup(strings.Replace(string(good().Lookup), "300\n", "500\n", 1)), "not included", "500 records only"},
		{"number of another record", lookup(strings.Replace(string(good().Lookup), "300\n", "301\n", 1)), "not included", "do not believe"},
		{"another record", lookup(strings.Replace(string(good().Lookup), "m300 v1.0.0 ", "m300 v1.0.1 ", 1)), "not included", "do not believe"},
		{"record of a forked log under honest heads", lookup("300\n" + w.forked.records[300] + "\n" + head), "not included", "do not believe"},
		{"no tiles", func(e *Evidence) { e.Tiles = nil }, "missing", "could not be fetched"},
		{"no tiles, and a head from before the record", func(e *Evidence) { e.Tiles, e.Known = nil, l.head(t, 200) }, "missing", "record 300 is in the tree of 600 records"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := good()
			tt.with(&e)
			got, err := Verify(l.key, e)
			assert.Nil(t, got)
			require.Equal(t, tt.want, kind(err), "%v", err)
			assert.ErrorContains(t, err, tt.says)
		})
	}
}

func signedBy(tb testing.TB, key testKey, l *testLog, size int) string {
	tb.Helper()
	signed, err := note.Sign(&note.Note{Text: string(tlog.FormatTree(l.tree(tb, size)))}, key.signer)
	require.NoError(tb, err)
	return string(signed)
}

func TestVerifySignatureErrorTellsWhy(t *testing.T) {
	w := shared()
	l := w.small
	e, _ := evidence(t, l, 300, 500, 0, 0)
	e.Latest = []byte(signedBy(t, w.witness, l, 600))
	_, err := Verify(l.key, e)
	var signature *SignatureError
	require.ErrorAs(t, err, &signature)
	assert.Equal(t, FromLatest, signature.Head)
	var unsigned *note.UnverifiedNoteError
	assert.ErrorAs(t, err, &unsigned)

	e.Latest = bytes.Replace(l.head(t, 600), []byte("\n600\n"), []byte("\n599\n"), 1)
	_, err = Verify(l.key, e)
	var invalid *note.InvalidSignatureError
	assert.ErrorAs(t, err, &invalid)
}

func TestVerifyAllowsOtherSignatures(t *testing.T) {
	w := shared()
	l := w.small
	e, _ := evidence(t, l, 300, 500, 0, 0)
	e.Latest = l.sign(t, string(tlog.FormatTree(l.tree(t, 600))), w.witness.signer)
	got, err := Verify(l.key, e)
	require.NoError(t, err)
	assert.Equal(t, l.tree(t, 600), got.Head)
	assert.Equal(t, e.Latest, got.HeadNote)
	clear(e.Latest)
	assert.Contains(t, string(got.HeadNote), "go.sum database tree", "the result keeps its own copy")
}

func TestVerifyReadsTheKey(t *testing.T) {
	e, _ := evidence(t, shared().small, 300, 500, 0, 0)
	for _, key := range []string{"", "log.test", "log.test+00000000+AAAA"} {
		_, err := Verify(key, e)
		assert.ErrorContains(t, err, "verifier key", "%q", key)
		assert.Equal(t, "other", kind(err))
	}
}

func TestVerifyReturnsOtherTileErrors(t *testing.T) {
	l := shared().small
	e, _ := evidence(t, l, 300, 500, 600, 0)
	stopped := errors.New("stopped by the visitor")
	e.Tiles = func(paths []string) []TileAnswer {
		out := make([]TileAnswer, len(paths))
		for i := range out {
			out[i].Err = stopped
		}
		return out
	}
	_, err := Verify(l.key, e)
	require.ErrorIs(t, err, stopped)
	assert.Equal(t, "other", kind(err))

	// With one head nothing is compared first.
	alone := e
	alone.Latest = nil
	_, err = Verify(l.key, alone)
	require.ErrorIs(t, err, stopped)
	assert.ErrorContains(t, err, "proving that record 300 is in the tree of 500 records: reading tile/8/")

	// Only the full tile, in place of a partial one, is what stops.
	e.Tiles = func(paths []string) []TileAnswer {
		out := make([]TileAnswer, len(paths))
		for i, path := range paths {
			out[i].Err = stopped
			if strings.Contains(path, ".p/") {
				out[i].Err = &MissingError{Path: path, Err: errors.New("not found")}
			}
		}
		return out
	}
	_, err = Verify(l.key, e)
	require.ErrorIs(t, err, stopped)

	// Too few answers, at once or when full tiles are asked for.
	e.Tiles = func([]string) []TileAnswer { return nil }
	_, err = Verify(l.key, e)
	assert.ErrorContains(t, err, "must answer for each")
	e, s := evidence(t, l, 300, 400, 0, 0)
	s.gone["tile/8/0/001.p/144"] = true
	e.Tiles = func(paths []string) []TileAnswer {
		if len(s.asked) == 0 {
			return s.tiles(paths)
		}
		return nil
	}
	_, err = Verify(l.key, e)
	assert.ErrorContains(t, err, "1 were asked for and 0 answered")
}

func TestFork(t *testing.T) {
	w := shared()
	honest, forked := w.small, w.forked
	tests := []struct {
		name         string
		id           int
		e            Evidence
		older, newer []byte
		size         int
	}{
		{"latest and known of one size", 7, Evidence{Lookup: honest.lookup(t, 7, 300), Latest: honest.head(t, 600), Known: forked.head(t, 600)},
			forked.head(t, 600), honest.head(t, 600), 600},
		{"the lookup has another history than latest", 300, Evidence{Lookup: honest.lookup(t, 300, 500), Latest: forked.head(t, 600), Tiles: serve(forked).tiles},
			honest.head(t, 500), forked.head(t, 600), 500},
		{"the record is before the fork", 7, Evidence{Lookup: honest.lookup(t, 7, 500), Latest: forked.head(t, 600), Tiles: serve(forked).tiles},
			honest.head(t, 500), forked.head(t, 600), 500},
		{"an earlier visit saw another history", 300, Evidence{Lookup: forked.lookup(t, 300, 500), Latest: forked.head(t, 600), Known: honest.head(t, 260), Tiles: serve(forked).tiles},
			honest.head(t, 260), forked.head(t, 600), 260},
		{"the newest head's history is another", 300, Evidence{Lookup: honest.lookup(t, 300, 500), Latest: honest.head(t, 520), Known: forked.head(t, 600), Tiles: serve(forked).tiles},
			honest.head(t, 520), forked.head(t, 600), 520},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Verify(honest.key, tt.e)
			require.Equal(t, "fork", kind(err), "%v", err)
			var fork *ForkError
			require.ErrorAs(t, err, &fork)
			assert.ErrorContains(t, err, fmt.Sprintf("for the first %d records", tt.size))
			assert.Equal(t, string(tt.older), string(fork.Older))
			assert.Equal(t, string(tt.newer), string(fork.Newer))
			assert.Equal(t, int64(tt.size), fork.Size)
			assert.NotEqual(t, fork.Signed, fork.Computed)
			by, err := signerOf(honest.key)
			require.NoError(t, err)
			newer, err := by.open(FromLatest, fork.Newer)
			require.NoError(t, err)
			if newer.N == fork.Size {
				assert.Equal(t, newer.Hash, fork.Computed)
			}
		})
	}

	t.Run("heads from before the fork are no fork", func(t *testing.T) {
		e := Evidence{Lookup: forked.lookup(t, 300, 600), Known: honest.head(t, 250), Tiles: serve(forked).tiles}
		got, err := Verify(honest.key, e)
		require.NoError(t, err)
		assert.True(t, got.Heads[1].Consistent)
	})

	t.Run("forked tiles under a newer known head are wrong tiles", func(t *testing.T) {
		e := Evidence{Lookup: forked.lookup(t, 300, 500), Known: honest.head(t, 600), Tiles: serve(forked).tiles}
		_, err := Verify(honest.key, e)
		assert.Equal(t, "tile", kind(err), "%v", err)
	})

	t.Run("a fork is seen although the record cannot be proven", func(t *testing.T) {
		s := serve(forked)
		s.gone["tile/8/0/000"] = true
		e := Evidence{Lookup: honest.lookup(t, 7, 300), Latest: forked.head(t, 600), Tiles: s.tiles}
		_, err := Verify(honest.key, e)
		assert.Equal(t, "fork", kind(err), "%v", err)
	})
}
