package fetch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWhatComesThroughTheRelayBearsItsMark: the relay's own words, and those of
// a server that has no relay, are never taken for the host's. Else a page that
// a front put in between would be hashed as the package.
func TestWhatComesThroughTheRelayBearsItsMark(t *testing.T) {
	relayed := relay + "/shy.example.org/pkg/one"
	const page = "<!DOCTYPE html><title>Hello</title>"
	none := says(200, page, RelayMark, "")
	tests := map[string]struct {
		steps  []step
		state  State
		status int
		reason string
		naps   []time.Duration
	}{
		"an answer": {[]step{says(200, "x", RelayMark, RelayAnswer)}, Found, 200, "", nil},
		"an answer that is a refusal of the host": {
			[]step{says(403, "x", RelayMark, RelayAnswer)}, Unknown, 403, "the relay says that shy.example.org answers 403: it refuses", nil,
		},
		"a page in its place": {
			[]step{none}, Unknown, 0,
			"no answer from shy.example.org: what answers 200 in the relay's place is not the relay", []time.Duration{500 * time.Millisecond, time.Second},
		},
		"a site without a relay": {
			[]step{says(404, page, RelayMark, "")}, Unknown, 0,
			"no answer from shy.example.org: what answers 404 in the relay's place is not the relay", []time.Duration{500 * time.Millisecond, time.Second},
		},
		"a front that sends elsewhere": {
			[]step{says(302, "", RelayMark, "", "location", "/login")}, Unknown, 0,
			"no answer from shy.example.org: what answers 302 in the relay's place is not the relay", []time.Duration{500 * time.Millisecond, time.Second},
		},
		"another mark": {
			[]step{says(200, page, RelayMark, "ANSWER")}, Unknown, 0,
			"no answer from shy.example.org: what answers 200 in the relay's place is not the relay", []time.Duration{500 * time.Millisecond, time.Second},
		},
		"the relay's own refusal": {
			[]step{says(403, "refusing to relay: the host \u202eshy is not declared\n", RelayMark, RelayRefusal)}, Unknown, 0,
			`no answer from shy.example.org: the relay answers 403 itself: "refusing to relay: the host \u202eshy is not declared"`, []time.Duration{500 * time.Millisecond, time.Second},
		},
		"a refusal that says nothing": {
			[]step{says(502, "", RelayMark, RelayRefusal)}, Unknown, 0,
			"no answer from shy.example.org: the relay answers 502 itself", []time.Duration{500 * time.Millisecond, time.Second},
		},
		"a refusal for a while": {
			[]step{says(503, "busy", RelayMark, RelayRefusal, "retry-after", "7"), says(200, "x", RelayMark, RelayAnswer)}, Found, 200, "", []time.Duration{7 * time.Second},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			record := &Record{}
			c, naps := client(t, play(map[string][]step{relayed: tt.steps}), withRelay, func(o *both) { o.Record = record })
			a, err := c.Get(t.Context(), Request{URL: shy})
			require.NoError(t, err)
			assert.Equal(t, tt.state, a.State)
			assert.Equal(t, tt.status, a.Status)
			assert.Equal(t, tt.reason, a.Reason)
			assert.Equal(t, Relay, a.Route)
			assert.Equal(t, tt.naps, naps.all)
			if tt.status == 0 {
				require.NotNil(t, a.Err)
				assert.Equal(t, Unreachable, a.Err.Kind)
				assert.Empty(t, a.Body)
				assert.Empty(t, record.Exchanges(), "nobody's answer is no record of the host")
			}
		})
	}
}

// TestALongRefusalIsCutShort: a lying relay does not fill the report.
func TestALongRefusalIsCutShort(t *testing.T) {
	var read int64
	long := streams(endless(&read), RelayMark, RelayRefusal)
	c, _ := client(t, play(map[string][]step{relay + "/shy.example.org/pkg/one": {long}}), withRelay, func(o *both) { o.Retries = -1 })
	a, err := c.Get(t.Context(), Request{URL: shy})
	require.NoError(t, err)
	assert.Less(t, len(a.Reason), 1000)
	assert.Less(t, read, int64(100<<10))
}

// TestOnlyTheRelayIsAskedForItsMark: a host may send the field as it likes.
func TestOnlyTheRelayIsAskedForItsMark(t *testing.T) {
	c, _ := client(t, play(map[string][]step{one: {says(200, "x", RelayMark, RelayRefusal)}}), withRelay)
	a, err := c.Get(t.Context(), Request{URL: one})
	require.NoError(t, err)
	assert.Equal(t, Found, a.State)
	assert.Equal(t, Direct, a.Route)
}
