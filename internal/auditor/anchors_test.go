//go:build touchstone_testanchors

package auditor

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/badge"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// A source is the repository from which the anchors are refreshed.
type source struct {
	tuf   *mint.TUF
	state mint.TUFState
}

func newSource(now time.Time) *source {
	embedded := trust.Embedded()
	s := &source{tuf: mint.NewTUF(now, "registry.npmjs.org")}
	s.state = mint.TUFState{Timestamp: 10, Snapshot: 5, Targets: 3, Delegation: 2, TrustedRoot: embedded.Set(trust.SigstoreRoot).Document, NPMKeys: embedded.Set(trust.NPMKeys).Document}
	s.tuf.Publish(s.state)
	return s
}

// publish moves the repository on, or back.
func (s *source) publish(timestamp int64) {
	s.state.Timestamp = timestamp
	s.tuf.Publish(s.state)
}

// refreshable is an object that asks the source, and shares this shelf.
func refreshable(t *testing.T, s *source, shared *shelf) *scene {
	t.Helper()
	o := play(t, gold("24"))
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{TUFRoot: s.tuf.Files["/1.root.json"], Taken: o.now.AddDate(0, 0, -20)})
	require.NoError(t, err)
	w := mint.World{}
	s.tuf.Serve(w)
	o.Auditor.Anchors, o.Auditor.Verdicts, o.verdicts, o.do = anchors, shared, shared, w.Do
	return o
}

func (s *scene) refresh() int {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/refresh", nil))
	return w.Code
}

func published(t *testing.T, shared *shelf) Anchors {
	t.Helper()
	var a Anchors
	raw, err := shared.Get(badge.AnchorsKey)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &a))
	return a
}

func TestRefreshedAnchorsAreForAllObjects(t *testing.T) {
	shared := &shelf{}
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	s := newSource(at)
	one, two := refreshable(t, s, shared), refreshable(t, s, shared)
	assert.True(t, one.held().At.IsZero(), "those in the program")
	require.Equal(t, http.StatusOK, one.refresh())
	assert.Equal(t, trust.Versions{Root: 1, Timestamp: 10, Snapshot: 5, Targets: 3, Delegation: 2}, published(t, shared).Versions)
	assert.Equal(t, at, published(t, shared).At)
	assert.Equal(t, one.held(), two.held())
	assert.Zero(t, two.asked.Load())

	again := refreshable(t, s, shared)
	again.own = one.own
	again.Auditor.Own = one.own
	again.Auditor.Verdicts = &shelf{}
	assert.Equal(t, one.held(), again.held(), "an object that was taken away finds its own")
}

func TestVersionsNeverGoBack(t *testing.T) {
	shared := &shelf{}
	s := newSource(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC))
	one := refreshable(t, s, shared)
	require.Equal(t, http.StatusOK, one.refresh())
	old := map[string][]byte{}
	for key, value := range shared.values {
		old[key] = value
	}
	s.publish(12)
	one = refreshable(t, s, shared)
	one.now = one.now.Add(time.Hour)
	require.Equal(t, http.StatusOK, one.refresh())
	require.EqualValues(t, 12, published(t, shared).Versions.Timestamp)

	// The store that all share is late: the object stays, and says so again.
	for key, value := range old {
		shared.values[key] = value
	}
	assert.EqualValues(t, 12, one.held().Versions.Timestamp)
	assert.EqualValues(t, 12, published(t, shared).Versions.Timestamp)

	// The repository goes back: that is told, and nothing follows it.
	s.publish(11)
	back := refreshable(t, s, shared)
	back.now = one.now.Add(time.Hour)
	assert.Equal(t, http.StatusBadGateway, back.refresh())
	require.NotEmpty(t, back.said)
	assert.Contains(t, back.said[len(back.said)-1], "version 11")
	assert.EqualValues(t, 12, back.held().Versions.Timestamp)
	assert.EqualValues(t, 12, published(t, shared).Versions.Timestamp)
}

func TestWhatIsNotThereIsPutOffAndDamageIsPutAside(t *testing.T) {
	shared := &shelf{}
	s := newSource(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC))
	one := refreshable(t, s, shared)
	one.do = mint.World{}.Do
	assert.Equal(t, http.StatusOK, one.refresh(), "unreachable is nobody's fault")
	assert.True(t, one.held().At.IsZero())

	require.NoError(t, shared.Put(badge.AnchorsKey, []byte(`{"digest":"x","at":"2027-01-01T00:00:00Z","versions":{"root":9,"timestamp":99,"snapshot":99,"targets":99,"delegation":99}}`), 0))
	require.NoError(t, shared.Put(memoryKey, []byte(`{"damaged`), 0))
	two := refreshable(t, s, shared)
	assert.True(t, two.held().At.IsZero())
	assert.NotEmpty(t, two.said)
}
