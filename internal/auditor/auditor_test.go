//go:build touchstone_testanchors

package auditor

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/badge"
	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/registry/golang"
	"touchstone/internal/trust"
)

const (
	proxy    = "https://" + golang.Proxy + "/"
	exact    = "pkg:golang/example.com/gold@v1.2.3"
	database = proxy + "sumdb/" + golang.Database + "/"
)

// gold is an invented module.
func gold(carat string) mint.Module {
	return mint.Module{Path: "example.com/gold", Version: "v1.2.3", Files: map[string]string{
		"go.mod": "module example.com/gold\n\ngo 1.26\n", "gold.go": "package gold\n\nconst Carat = " + carat + "\n",
	}}
}

// large is the same module with more bytes than are hashed here. Its log has it
// as it is served: play adds what served is.
func large() mint.Module {
	m := gold("24")
	noise := make([]byte, mostBytes+1)
	rand.NewChaCha8([32]byte{}).Read(noise)
	m.Files["noise"] = string(noise)
	return m
}

// odd is a module whose own go.mod names another. Its log has it as it is served.
func odd() mint.Module {
	m := gold("24")
	m.Files["go.mod"], m.Files["noise"] = "module example.com/lead\n", "x"
	return m
}

// A shelf is a Store in memory. It forgets what its time is over, as the real
// one does.
type shelf struct {
	mu     sync.Mutex
	values map[string][]byte
	lives  map[string]time.Duration
	broken error
}

func (s *shelf) Get(key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values[key], s.broken
}

func (s *shelf) Put(key string, value []byte, life time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.values == nil {
		s.values, s.lives = map[string][]byte{}, map[string]time.Duration{}
	}
	s.values[key], s.lives[key] = value, life
	return s.broken
}

// A scene is an object and the world that it asks.
type scene struct {
	*Auditor
	verdicts, own *shelf
	asked         atomic.Int64
	do            func(context.Context, *fetch.Request) (*fetch.Response, error)
	said          []string
	now           time.Time
}

func (s *scene) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	s.asked.Add(1)
	return s.do(ctx, r)
}

// play makes a scene in which served is what the proxy has, while the log has
// gold as it should be.
func play(t *testing.T, served mint.Module) *scene {
	t.Helper()
	log := mint.NewSumDB(golang.Database, "a log")
	logged := gold("24")
	if served.Files["noise"] != "" {
		logged = served
	}
	log.Add(logged.Path, logged.Version, logged.Lines())
	w := mint.World{}
	served.Serve(w, proxy)
	log.Serve(w, database)
	s := &scene{verdicts: &shelf{}, own: &shelf{}, do: w.Do, now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{LogKeys: []string{log.Key}, Taken: s.now})
	require.NoError(t, err)
	s.Auditor = &Auditor{
		Verdicts: s.verdicts, Own: s.own, Transport: s, Anchors: anchors, Build: "b",
		Admit: func(string) bool { return true },
		Now:   func() time.Time { return s.now }, Complain: func(err error) { s.said = append(s.said, err.Error()) },
	}
	return s
}

func (s *scene) ask(what, reference string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/"+what+"?reference="+url.QueryEscape(reference), nil))
	return w
}

func (s *scene) verdict(t *testing.T, reference string) badge.Verdict {
	t.Helper()
	w := s.ask("verdict", reference)
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	var v badge.Verdict
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v))
	return v
}

func TestASettledVerdictIsKept(t *testing.T) {
	s := play(t, gold("24"))
	v := s.verdict(t, exact)
	assert.Equal(t, badge.Settled, v.State)
	assert.Equal(t, []any{"Integrity", 2, 3, "signed"}, []any{v.Track, v.Level, v.Of, v.LevelName})
	assert.Equal(t, []string{exact, "golang", "example.com/gold", "v1.2.3"}, []string{v.Reference, v.Type, v.Name, v.Version})
	assert.Equal(t, 30*24*time.Hour, v.Until.Sub(v.At))

	before := s.asked.Load()
	assert.Positive(t, before)
	assert.Equal(t, v, s.verdict(t, exact))
	report := s.ask("report", exact)
	assert.Contains(t, report.Body.String(), `"format": "touchstone-report/`)
	assert.Equal(t, before, s.asked.Load(), "nobody is asked again")
	assert.Len(t, s.verdicts.values, 3, "verdict, report, and which anchors are in use")

	s.now = s.now.Add(31 * 24 * time.Hour)
	assert.NotEqual(t, v.At, s.verdict(t, exact).At)
	assert.Greater(t, s.asked.Load(), before)
}

func TestAnotherBasisIsAnotherAudit(t *testing.T) {
	s := play(t, gold("24"))
	v := s.verdict(t, exact)
	before := s.asked.Load()
	s.Build = "another"
	again := s.verdict(t, exact)
	assert.Equal(t, "another", again.Build)
	assert.NotEqual(t, v.Basis, again.Basis)
	assert.Greater(t, s.asked.Load(), before)
}

func TestTheNewestIsKeptForMinutesAndItsVersionForLong(t *testing.T) {
	s := play(t, gold("24"))
	v := s.verdict(t, "pkg:golang/example.com/gold")
	assert.Equal(t, exact, v.Reference)
	assert.Equal(t, 10*time.Minute, v.Until.Sub(v.At))
	before := s.asked.Load()
	assert.Equal(t, 30*24*time.Hour, s.verdict(t, exact).Until.Sub(v.At))
	assert.Equal(t, before, s.asked.Load())
}

func TestWhatMayChangeSoonIsKeptForMinutes(t *testing.T) {
	tests := map[string]struct {
		served mint.Module
		change func(*scene)
		state  badge.State
	}{
		"failed": {gold("14"), func(*scene) {}, badge.Failed},
		"open": {gold("24"), func(s *scene) {
			do := s.do
			s.do = func(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
				if strings.Contains(r.URL, "/sumdb/") {
					return nil, &fetch.Error{Kind: fetch.Unreachable, URL: r.URL}
				}
				return do(ctx, r)
			}
		}, badge.Open},
		"not there": {gold("24"), func(s *scene) { s.do = mint.World{}.Do }, badge.NotThere},
		"unhashed":  {large(), func(*scene) {}, badge.Unhashed},
		"out of time": {gold("24"), func(s *scene) {
			s.Patience = 20 * time.Millisecond
			s.do = func(ctx context.Context, _ *fetch.Request) (*fetch.Response, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
		}, badge.Open},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := play(t, tt.served)
			tt.change(s)
			v := s.verdict(t, exact)
			assert.Equal(t, tt.state, v.State)
			assert.Equal(t, tt.state == badge.Unhashed, v.RecordSigned, "the log signs it")
			assert.Zero(t, v.Level, "no number is kept that might be shown")
			assert.Empty(t, v.LevelName)
			assert.Equal(t, 5*time.Minute, v.Until.Sub(v.At))
			before := s.asked.Load()
			assert.Equal(t, v, s.verdict(t, exact))
			assert.Equal(t, before, s.asked.Load())
		})
	}
}

// TestAnAlarmIsKept: a level with an alarm is never shown as one without.
func TestAnAlarmIsKept(t *testing.T) {
	v := play(t, odd()).verdict(t, exact)
	assert.Equal(t, badge.Settled, v.State)
	assert.True(t, v.Alarms)
	assert.Equal(t, 5*time.Minute, v.Until.Sub(v.At))
	assert.False(t, play(t, gold("24")).verdict(t, exact).Alarms)
}

// TestNothingIsFetchedTwice: least of all a package, by one limit ahead of need
// and by another when it is wanted.
func TestNothingIsFetchedTwice(t *testing.T) {
	s := play(t, gold("24"))
	var mu sync.Mutex
	asked := map[string]int{}
	do := s.do
	s.do = func(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		asked[r.URL]++
		return do(ctx, r)
	}
	s.verdict(t, exact)
	assert.Contains(t, asked, proxy+"example.com/gold/@v/v1.2.3.zip")
	for url, times := range asked {
		assert.Equal(t, 1, times, url)
	}
}

func TestAskedOftenAtOnceItAuditsOnce(t *testing.T) {
	s := play(t, gold("24"))
	once := s.count(t)
	s = play(t, gold("24"))
	begin := make(chan struct{})
	do := s.do
	s.do = func(ctx context.Context, r *fetch.Request) (*fetch.Response, error) { <-begin; return do(ctx, r) }
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { assert.Equal(t, badge.Settled, s.verdict(t, exact).State) })
	}
	close(begin)
	all.Wait()
	assert.Equal(t, once, s.asked.Load())
}

// count is how many requests one audit makes.
func (s *scene) count(t *testing.T) int64 {
	s.verdict(t, exact)
	return s.asked.Load()
}

func TestAPanicEndsOneAudit(t *testing.T) {
	s := play(t, gold("24"))
	do := s.do
	var broken atomic.Bool
	s.verdicts.broken = errors.New("no store")
	s.do = func(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
		if !broken.Swap(true) {
			return nil, errors.New("x")
		}
		return do(ctx, r)
	}
	assert.Equal(t, badge.Settled, s.verdict(t, exact).State, "a store that is down is no reason to be silent")
	assert.NotEmpty(t, s.said)

	s = play(t, gold("24"))
	now := s.Now
	s.Now = func() time.Time { panic("boom") }
	w := s.ask("verdict", exact)
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.NotContains(t, w.Body.String(), "goroutine", "the trace is for our log")
	require.Len(t, s.said, 1)
	assert.Contains(t, s.said[0], "boom")
	s.Now = now
	assert.Equal(t, badge.Settled, s.verdict(t, exact).State)
}

func TestTooManyAtOnceArePutOff(t *testing.T) {
	s := play(t, gold("24"))
	s.verdict(t, exact)
	s.turn <- struct{}{} // somebody audits, and goes on auditing
	s.do = mint.World{}.Do
	var all sync.WaitGroup
	var busy, done atomic.Int64
	const more = 7
	for i := range queue + 1 + more {
		all.Go(func() {
			switch w := s.ask("verdict", exact+strings.Repeat("1", i+1)); w.Code {
			case http.StatusServiceUnavailable:
				if busy.Add(1) == more {
					<-s.turn
				}
			case http.StatusOK:
				done.Add(1)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, more, busy.Load())
	assert.EqualValues(t, queue+1, done.Load())
}

func TestAnAuditSendsNoMoreThanItMay(t *testing.T) {
	l := limit(mint.World{}, 3)
	for range 3 {
		_, err := l.Do(t.Context(), &fetch.Request{URL: proxy})
		require.NoError(t, err)
	}
	_, err := l.Do(t.Context(), &fetch.Request{URL: proxy})
	var failed *fetch.Error
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, fetch.Unreachable, failed.Kind, "what was not asked is unknown")
}

func TestWhatIsNoQuestionIsRefused(t *testing.T) {
	s := play(t, gold("24"))
	for path, want := range map[string]int{
		"/verdict?reference=left+pad":      400,
		"/verdict":                         400,
		"/verdict?reference=pkg:julia/b@1": 400,
		"/":                                404,
		"/x?reference=" + exact:            404,
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		assert.Equal(t, want, w.Code, "%s: %s", path, w.Body)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("POST", "/verdict?reference="+exact, nil))
	assert.Equal(t, 404, w.Code)
	assert.Zero(t, s.asked.Load())
}

func TestOnlyNewAuditsCount(t *testing.T) {
	s := play(t, gold("24"))
	var askers []string
	s.Admit = func(asker string) bool { askers = append(askers, asker); return asker != "203.0.113.7" }
	ask := func(asker, reference string) int {
		r := httptest.NewRequest("GET", "/verdict?reference="+url.QueryEscape(reference), nil)
		r.Header.Set(AskerHeader, asker)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	assert.Equal(t, 429, ask("203.0.113.7", exact))
	assert.Zero(t, s.asked.Load())
	assert.Equal(t, 200, ask("203.0.113.8", exact))
	assert.Equal(t, 200, ask("203.0.113.7", exact), "it is there")
	assert.Equal(t, []string{"203.0.113.7", "203.0.113.8"}, askers)
	s.verdict(t, "pkg:golang/example.com/gold")
	assert.Len(t, askers, 2, "the edge itself may")
	assert.Empty(t, s.said, "who asked what is nobody's business")
}

func TestLogHeadsStayInTheObject(t *testing.T) {
	s := play(t, gold("24"))
	s.verdict(t, exact)
	assert.Contains(t, string(s.own.values[headsKey]), golang.Database)
	assert.NotContains(t, s.verdicts.values, headsKey)
	s.own.values[headsKey] = []byte("{damaged")
	s.now = s.now.Add(31 * 24 * time.Hour)
	assert.Equal(t, badge.Settled, s.verdict(t, exact).State)
	assert.Len(t, s.said, 1)
}
