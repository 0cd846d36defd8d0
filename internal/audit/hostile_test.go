//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

const filler = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"

// TestAForkIsNotForgottenWhereTilesAreWithheld: a log that forked withholds
// the tiles that would show it. The head kept from the earlier visit is the
// only witness: it must not be replaced by one that it was never connected
// with, and nothing counts as logged until it is.
func TestAForkIsNotForgottenWhereTilesAreWithheld(t *testing.T) {
	for _, c := range []struct {
		name     string
		kept     int    // records of the tree that the earlier visit saw
		withheld string // tile
	}{
		{"the kept head is newer", 2000, ""},
		{"the kept head is older", 300, "tile/8/0/001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			log, w := newLog(), world{}
			other := newLog()
			for i := range 1000 {
				log.Add("example.com/more", fmt.Sprint("v1.0.", i), "example.com/more v1.0.0 "+filler)
			}
			log.publish(w, hello())
			for i := range c.kept {
				other.Add("example.com/elsewhere", fmt.Sprint("v1.0.", i), "example.com/elsewhere v1.0.0 "+filler)
			}
			delete(w, database+c.withheld)
			kept := map[string][]byte{"sum.golang.org": other.Head()}
			r := mintedRun(t, w, log, kept)
			require.Equal(t, string(kept["sum.golang.org"]), string(r.Heads["sum.golang.org"]))
			require.Equal(t, [2]int{1, 2}, levels(r)["integrity"], r.Report.Text(false))
			require.True(t, strings.HasPrefix(outcome(t, r, "log-record"), "unknown"), outcome(t, r, "log-record"))
		})
	}
}

// TestADamagedKeptHeadAccusesNobody: what was kept here and can no longer be
// read is our own damage, not the log's.
func TestADamagedKeptHeadAccusesNobody(t *testing.T) {
	log, w := newLog(), world{}
	log.publish(w, hello())
	good := string(log.Head())
	for name, head := range map[string]string{
		"no note": "garbage", "nothing": "", "cut": good[:len(good)-9],
		"another key": string(mint.NewSumDB("sum.golang.org", "another").Head()), "changed": strings.Replace(good, "\n1\n", "\n2\n", 1),
	} {
		t.Run(name, func(t *testing.T) {
			r := mintedRun(t, w, log, map[string][]byte{"sum.golang.org": []byte(head)})
			require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, [2]int{2, 2}, levels(r)["integrity"])
			require.Equal(t, good, string(r.Heads["sum.golang.org"]))
			require.Contains(t, strings.Join(r.Report.Notes, " "), "earlier visit")
		})
	}
}

// TestARecordWithNewHashesIsNotWrong: lines with hashes that this version does
// not know are "too new", not "about another package".
func TestARecordWithNewHashesIsNotWrong(t *testing.T) {
	log, w := newLog(), world{}
	m := hello()
	log.publish(w, m)
	log.Add(m.Path, m.Version, "example.com/hello v1.0.0 h2:AAAA\nexample.com/hello v1.0.0/go.mod h2:BBBB\n")
	log.Serve(w, database)
	r := mintedRun(t, w, log, nil)
	require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
	require.Equal(t, [2]int{0, 0}, levels(r)["integrity"], "what is not understood leaves nothing open")
	require.True(t, strings.HasPrefix(outcome(t, r, "log-record"), "not understood"), outcome(t, r, "log-record"))
}

// TestManyRetractionsEnd: 16 MiB of retractions against as many versions.
func TestManyRetractionsEnd(t *testing.T) {
	log, w := newLog(), world{}
	log.publish(w, hello())
	var list, mod strings.Builder
	mod.WriteString("module example.com/hello\nretract (\n")
	for i := range 60_000 {
		list.WriteString("v0.0." + strconv.Itoa(i) + "\n")
		mod.WriteString("v0.1." + strconv.Itoa(i) + "\n")
	}
	mod.WriteString("[v0.0.0, v0.0.99999]\n)\n")
	w[proxy+"example.com/hello/@v/list"] = ok([]byte(list.String()))
	w[proxy+"example.com/hello/@v/v0.0.59999.mod"] = ok([]byte(mod.String()))
	ctx, cancel := context.WithTimeout(context.Background(), 60e9)
	defer cancel()
	o := options(w)
	o.Anchors = log.anchors(t)
	r, err := ask(ctx, "example.com/hello@v1.0.0", o)
	require.NoError(t, err)
	require.NoError(t, ctx.Err())
	require.Equal(t, [2]int{2, 2}, levels(r)["integrity"])
}
