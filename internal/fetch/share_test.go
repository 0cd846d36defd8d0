package fetch

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gated answers when the gate opens.
func gated(gate <-chan struct{}, s step) step {
	return func(ctx context.Context, r *Request) (*Response, error) {
		select {
		case <-gate:
			return s(ctx, r)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func TestIdenticalRequestsAreSentOnce(t *testing.T) {
	gate := make(chan struct{})
	s := play(map[string][]step{one: {gated(gate, says(200, "x"))}})
	record := &Record{}
	c, _ := client(t, s, func(o *both) { o.Record = record })
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			a, err := c.Get(context.Background(), Request{URL: one})
			assert.NoError(t, err)
			assert.Equal(t, "x", string(a.Body))
		})
	}
	close(gate)
	wg.Wait()
	a, err := c.Get(t.Context(), Request{URL: one, Method: "GET", Limit: DefaultLimit, Step: "again"})
	require.NoError(t, err)
	assert.Equal(t, "again", a.Request.Step, "each caller gets its own request back")
	assert.Equal(t, 1, s.count())
	assert.Len(t, record.Exchanges(), 1)
}

func TestWhatMakesRequestsDiffer(t *testing.T) {
	s := play(map[string][]step{one: {says(404, "")}, one + "?a": {says(404, "")}})
	c, _ := client(t, s)
	for i, r := range []Request{
		{URL: one}, {URL: one + "?a"}, {URL: one, Accept: "a/b"}, {URL: one, Limit: 7}, {URL: one, Method: "HEAD"},
	} {
		for range 2 {
			_, err := c.Get(t.Context(), r)
			require.NoError(t, err)
		}
		assert.Equal(t, i+1, s.count())
	}
}

func TestFailuresAreSharedToo(t *testing.T) {
	s := play(map[string][]step{one: {unreachable}})
	c, _ := client(t, s)
	for range 3 {
		a, err := c.Get(t.Context(), Request{URL: one})
		require.NoError(t, err)
		assert.Equal(t, Unreachable, a.Err.Kind)
	}
	assert.Equal(t, 3, s.count(), "three tries of one request")
}

// TestNobodyWaitsForASilentHost: each question of a thousand would be asked three times,
// and wait. Once it answers it is as good as any other.
func TestNobodyWaitsForASilentHost(t *testing.T) {
	steps := map[string][]step{}
	for i := range 40 {
		steps[fmt.Sprint(one, "?", i)] = []step{unreachable}
	}
	back := one + "?back"
	steps[back] = []step{says(200, "x")}
	steps[one+"?busy"] = []step{says(503, "")}
	steps[one+"?later"] = []step{unreachable}
	s := play(steps)
	c, _ := client(t, s)
	ask := func(address string) Answer {
		a, err := c.Get(t.Context(), Request{URL: address})
		require.NoError(t, err)
		return a
	}
	for i := range 40 {
		assert.Equal(t, Unreachable, ask(fmt.Sprint(one, "?", i)).Err.Kind)
	}
	assert.Equal(t, 3*enoughSilence+40-enoughSilence, s.count())
	before := s.count()
	ask(one + "?busy")
	assert.Equal(t, before+3, s.count(), "a host that is busy was reached")
	ask(one + "?later")
	assert.Equal(t, before+6, s.count(), "and is asked again as before")
	assert.Equal(t, Found, ask(back).State)
}

func TestPrefetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := play(map[string][]step{one: {gated(gate, says(200, "x"))}})
		c, _ := client(t, s)
		c.Prefetch(t.Context(), Request{URL: one})
		synctest.Wait()
		assert.Equal(t, 1, s.count(), "it is under way")
		close(gate)
		a, err := c.Get(t.Context(), Request{URL: one})
		require.NoError(t, err)
		assert.Equal(t, "x", string(a.Body))
		assert.Equal(t, 1, s.count())
	})
}

func TestOneLeavesOthersStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := play(map[string][]step{one: {gated(gate, says(200, "x"))}})
		c, _ := client(t, s)
		first, leave := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, err := c.Get(first, Request{URL: one})
			left <- err
		}()
		synctest.Wait()
		stayed := make(chan Answer)
		go func() {
			a, err := c.Get(t.Context(), Request{URL: one})
			assert.NoError(t, err)
			stayed <- a
		}()
		synctest.Wait()
		leave()
		assert.ErrorIs(t, <-left, context.Canceled)
		close(gate)
		assert.Equal(t, "x", string((<-stayed).Body))
		assert.Equal(t, 1, s.count())
	})
}

func TestCancel(t *testing.T) {
	tests := map[string]step{
		"before the answer": hangs,
		"half-way":          streams(thenHangs("hel"), length(5)...),
		"during back-off":   says(503, "", "retry-after", "20"),
	}
	for name, first := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				record := &Record{}
				s := play(map[string][]step{one: {first, says(200, "x")}})
				c, _ := client(t, s, func(o *both) { o.Sleep, o.Record = nil, record })
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error)
				go func() {
					_, err := c.Get(ctx, Request{URL: one})
					done <- err
				}()
				synctest.Wait()
				before := time.Now()
				cancel()
				assert.ErrorIs(t, <-done, context.Canceled)
				assert.Zero(t, time.Since(before), "the bubble's clock did not move")
				synctest.Wait()
				assert.Equal(t, 1, s.count())
				assert.Empty(t, record.Exchanges())
				// It counts as never asked.
				a, err := c.Get(t.Context(), Request{URL: one})
				require.NoError(t, err)
				assert.Equal(t, "x", string(a.Body))
			})
		})
	}
}

func TestCancelWaitingForASlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(map[string][]step{one: {hangs}})
		c, _ := client(t, s)
		for range parallel {
			c.client.slot("registry.example.org") <- struct{}{}
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := c.Get(ctx, Request{URL: one})
			done <- err
		}()
		synctest.Wait()
		cancel()
		assert.ErrorIs(t, <-done, context.Canceled)
		synctest.Wait()
		assert.Zero(t, s.count())
	})
}

func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t, play(map[string][]step{one: {hangs}}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Get(ctx, Request{URL: one})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestDefaultsWaitByTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(map[string][]step{one: {unreachable, hangs, says(200, "x")}})
		c := New(Options{Hosts: hosts(), Transport: s}).Session(SessionOptions{})
		start := time.Now()
		a, err := c.Get(t.Context(), Request{URL: one})
		require.NoError(t, err)
		require.NotNil(t, a.Err)
		assert.Equal(t, TimedOut, a.Err.Kind)
		assert.Equal(t, "registry.example.org sent nothing for 30s", a.Reason)
		assert.Equal(t, 30*time.Second+500*time.Millisecond, time.Since(start))
	})
}
