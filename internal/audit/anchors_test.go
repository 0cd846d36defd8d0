//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// A counting transport knows how often each address was asked.
type counting struct {
	fetch.Transport
	mu    sync.Mutex
	asked map[string]int
}

func counted(t fetch.Transport) *counting {
	return &counting{Transport: t, asked: map[string]int{}}
}

func (c *counting) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	c.mu.Lock()
	c.asked[r.URL]++
	c.mu.Unlock()
	return c.Transport.Do(ctx, r)
}

// of counts the requests to addresses that begin so.
func (c *counting) of(prefix string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for url, times := range c.asked {
		if strings.HasPrefix(url, prefix) {
			n += times
		}
	}
	return n
}

// A refreshing is an npm package whose anchors come from a TUF repository of the
// test's own.
type refreshing struct {
	*thing
	tuf   *mint.TUF
	state mint.TUFState
	o     audit.Options
}

// refreshable makes the anchors in the program as old as they may be, so that
// only a refresh makes them count.
func refreshable(t testing.TB) *refreshing {
	p := package123(t)
	current := p.anchors()
	r := &refreshing{thing: p, tuf: mint.NewTUF(at, "registry.npmjs.org")}
	r.state = mint.TUFState{Timestamp: 10, Snapshot: 5, Targets: 3, Delegation: 2, TrustedRoot: current.Set(trust.SigstoreRoot).Document, NPMKeys: current.Set(trust.NPMKeys).Document}
	r.tuf.Publish(r.state)
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: current.Set(trust.SigstoreRoot).Document, NPMKeys: current.Set(trust.NPMKeys).Document,
		TUFRoot: r.tuf.Files["/1.root.json"], Taken: at.AddDate(0, 0, -31)})
	require.NoError(t, err)
	r.o = audit.Options{Anchors: anchors, Retries: -1}
	return r
}

// auditor is one over the package and the repository as they are now.
func (r *refreshing) auditor(memory []byte) (*audit.Auditor, *counting) {
	c := counted(r.served())
	return r.over(c, "", memory), c
}

// served are the package and the repository as they are now.
func (r *refreshing) served() world {
	w := r.world()
	for name, doc := range r.tuf.Files {
		w[mint.TUFAddress+name] = ok(doc)
	}
	return w
}

// over is an auditor over a transport, and a relay where there is one.
func (r *refreshing) over(way fetch.Transport, relay string, memory []byte) *audit.Auditor {
	o := r.o
	o.Transport, o.Relay, o.Memory = way, relay, memory
	a, err := audit.New(o)
	require.NoError(r.t, err)
	return a
}

func (r *refreshing) ask(a *audit.Auditor, when time.Time) *result {
	r.t.Helper()
	got, err := a.Audit(r.t.Context(), audit.Question{Pasted: mintedRef, Time: when})
	require.NoError(r.t, err)
	return &result{Report: got}
}

// TestOneWalkADay: three audits in a row make one TUF walk, with one auditor, or
// with one each and the memory carried over; the day after there is another.
func TestOneWalkADay(t *testing.T) {
	r := refreshable(t)
	a, asked := r.auditor(nil)
	for range 3 {
		got := r.ask(a, at)
		require.Equal(t, both(3, 3, 2, 2), levels(got), got.Report.Text(false))
	}
	walk := asked.of(mint.TUFAddress)
	require.Equal(t, 5, walk, "the next root, timestamp, snapshot, targets and delegation")
	require.Equal(t, 1, asked.of(mint.TUFAddress+"/timestamp.json"))
	require.Equal(t, 3, asked.of(mintedDoc), "a record is asked for each time")

	memory := a.Memory()
	for _, later := range []time.Duration{time.Hour, 23 * time.Hour} {
		again, asked := r.auditor(memory)
		got := r.ask(again, at.Add(later))
		require.Equal(t, both(3, 3, 2, 2), levels(got), "refreshed anchors are kept, and used")
		require.Zero(t, asked.of(mint.TUFAddress))
		memory = again.Memory()
	}
	tomorrow, asked := r.auditor(memory)
	r.ask(tomorrow, at.Add(25*time.Hour))
	require.Equal(t, 1, asked.of(mint.TUFAddress+"/timestamp.json"))
	for name := range r.tuf.Files {
		delete(r.tuf.Files, name)
	}
	offline, _ := r.auditor(memory)
	require.Equal(t, both(3, 3, 2, 2), levels(r.ask(offline, at.Add(25*time.Hour))), "without an answer the kept ones serve for 30 days")
}

// TestWrongAnchors: what the anchors' source serves and must not is shown, with
// its documents, and what rests on it fails; what merely did not come does not.
func TestWrongAnchors(t *testing.T) {
	past := at.Add(-time.Second)
	for name, c := range map[string]struct {
		bend   func(r *refreshing)
		failed bool
		says   string
	}{
		"rollback":         {func(r *refreshing) { r.state.Timestamp-- }, true, "version 9 of timestamp, and version 10 was seen before"},
		"freeze":           {func(r *refreshing) { r.state.Expires = map[string]time.Time{"timestamp": past} }, true, "expired"},
		"wrong signature":  {func(r *refreshing) { r.state.Signer = map[string]string{"targets": "snapshot"} }, true, "not enough signatures"},
		"wrong delegation": {func(r *refreshing) { r.state.Signer = map[string]string{"registry.npmjs.org": "snapshot"} }, true, "not enough signatures"},
		"a newer form":     {func(r *refreshing) { r.state.TrustedRoot, r.state.NPMKeys = []byte("{}"), []byte("{}") }, false, ""},
		"a web page":       {func(r *refreshing) { r.tuf.Files["/timestamp.json"] = []byte("<html>Log in</html>") }, false, ""},
		"nothing":          {func(r *refreshing) { clear(r.tuf.Files) }, false, ""},
		"a newer state":    {func(r *refreshing) { r.state.Timestamp++ }, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := refreshable(t)
			first, _ := r.auditor(nil)
			r.ask(first, at)
			state := r.state
			c.bend(r)
			if !strings.HasPrefix(name, "a web") && name != "nothing" {
				r.tuf.Publish(r.state)
			}
			a, _ := r.auditor(first.Memory())
			record := new(fetch.Record)
			report, err := a.Audit(t.Context(), audit.Question{Pasted: mintedRef, Time: at.Add(25 * time.Hour), Record: record})
			require.NoError(t, err)
			got := &result{Report: report}
			require.Equal(t, c.failed, report.Verdict.Failed, report.Text(false))
			if !c.failed {
				require.Equal(t, both(3, 3, 2, 2), levels(got), report.Text(false))
				return
			}
			require.Equal(t, [2]int{0, 0}, levels(got)["integrity"])
			hasOutcome(t, got, "registry-signature", "fail", c.says)
			shown := false
			for _, f := range report.Findings {
				for fact := range f.Facts {
					shown = shown || strings.Contains(fact, mint.TUFAddress+"/timestamp.json")
				}
			}
			require.True(t, shown, "the documents are the proof")
			saved := false
			for _, x := range record.Exchanges() {
				saved = saved || x.URL == mint.TUFAddress+"/timestamp.json"
			}
			require.True(t, saved)

			// By a relay the same may be the relay's own doing: the anchors stay as they were known.
			relayed := r.ask(r.over(relayedWorld{r.served()}, relay, first.Memory()), at.Add(25*time.Hour))
			require.False(t, relayed.Report.Verdict.Failed, relayed.Report.Text(false))
			hasOutcome(t, relayed, "registry-signature", "pass", "verifies")

			// It is asked again in the next audit, and forgotten when that is right.
			r.state = state
			r.tuf.Publish(r.state)
			mended, _ := r.auditor(a.Memory())
			require.Equal(t, both(3, 3, 2, 2), levels(r.ask(mended, at.Add(26*time.Hour))))
		})
	}
	t.Run("an audit of another time is no freeze", func(t *testing.T) {
		r := refreshable(t)
		r.state.Expires = map[string]time.Time{"timestamp": at.AddDate(0, 0, 7)}
		r.tuf.Publish(r.state)
		w := r.world()
		for name, doc := range r.tuf.Files {
			w[mint.TUFAddress+name] = page{Status: 200, Body: doc, Header: map[string]string{"date": at.Format(time.RFC1123)}}
		}
		o := r.o
		o.Transport = w
		a, err := audit.New(o)
		require.NoError(t, err)
		got := r.ask(a, at.AddDate(1, 0, 0))
		require.False(t, got.Report.Verdict.Failed, got.Report.Text(false))
		hasOutcome(t, got, "registry-signature", "unknown", "")
	})
}

// TestDamagedMemoryIsRenewed: it is put aside and said, the anchors come anew
// from the program's own root, and what is kept then is whole again.
func TestDamagedMemoryIsRenewed(t *testing.T) {
	r := refreshable(t)
	first, _ := r.auditor(nil)
	r.ask(first, at)
	good := first.Memory()
	for name, damaged := range map[string][]byte{
		"no memory at all": []byte("?"), "cut short": good[:len(good)/2],
		"a digit changed": []byte(strings.Replace(string(good), `"timestamp":10`, `"timestamp":90`, 1)),
	} {
		t.Run(name, func(t *testing.T) {
			a, asked := r.auditor(damaged)
			got := r.ask(a, at.Add(time.Hour))
			require.Equal(t, both(3, 3, 2, 2), levels(got), got.Report.Text(false))
			require.Contains(t, strings.Join(got.Report.Notes, " "), "is damaged. It was put aside.")
			require.Equal(t, 1, asked.of(mint.TUFAddress+"/timestamp.json"))
			require.NotContains(t, strings.Join(r.ask(a, at.Add(time.Hour)).Report.Notes, " "), "damaged", "it is said once")
			again, asked := r.auditor(a.Memory())
			require.Empty(t, r.ask(again, at.Add(2*time.Hour)).Report.Notes)
			require.Zero(t, asked.of(mint.TUFAddress))
		})
	}
	t.Run("what it still proves is not gone back behind", func(t *testing.T) {
		r.state.Timestamp--
		r.tuf.Publish(r.state)
		a, _ := r.auditor([]byte(strings.Replace(string(good), `"timestamp":10`, `"timestamp":1`, 1)))
		got := r.ask(a, at.Add(time.Hour))
		require.True(t, got.Report.Verdict.Failed, got.Report.Text(false))
		require.Contains(t, strings.Join(got.Report.Notes, " "), "put aside")
	})
}
