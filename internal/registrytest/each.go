package registrytest

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/evidence"
	"touchstone/internal/level"
	"touchstone/internal/mint"
	"touchstone/internal/purl"
	"touchstone/principles"
)

// checkEach takes every document that the good audit asked for away, one at a time and in
// each way in which a document can be missing, those among them that are not there:
//
//   - Where nobody says that it is not there, nothing is said to be missing or wrong that
//     is there and right, and every level that holds could still be reached.
//   - Where its own host says so, nothing that was not proven is.
func (s Suite) checkEach(t *testing.T, good *seen) {
	rules, err := principles.LoadWeighed()
	require.NoError(t, err)
	was := weighed(t, rules, good)
	asked := map[string]bool{}
	for _, a := range good.answers {
		asked[a.Request.URL] = true
	}
	for address := range asked {
		half := s.World[address].Body
		half = half[:len(half)/2]
		for what, page := range map[string]mint.Page{
			"refused":           {Status: 403},
			"led elsewhere":     {Status: 302, Header: map[string]string{"location": "https://elsewhere.example.org/"}},
			"cut short":         {Reader: io.MultiReader(strings.NewReader(string(half)), broken{})},
			"empty":             {},
			"a web page":        {Body: []byte("<!doctype html><title>Sign in</title>")},
			"a page that is no": {Status: 403, Body: []byte("<!doctype html><title>No</title>")},
		} {
			s.checkUnanswered(t, good, rules, was, address+" is "+what, s.World.But(address, page))
		}
		for _, status := range []int{404, 410} {
			got := s.checkBent(t, good, s.World.But(address, mint.Page{Status: status}), address+" is not there")
			if got == nil {
				continue
			}
			is := weighed(t, rules, got)
			for i, track := range is.Tracks {
				require.LessOrEqual(t, track.Level, was.Tracks[i].Level, "%s is not there: %s", address, track.ID)
			}
		}
	}
}

// A broken body breaks off.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

// idle are the checks that say, where nothing was read, that nothing was.
var idle = []string{"chain-whole", "list-inside", "signature-inside", "name-enforced", "index-current", "record-attested", "source-agrees", "build-ref"}

func (s Suite) checkUnanswered(t *testing.T, good *seen, rules *principles.Document, was level.Verdict, what string, w mint.World) {
	t.Helper()
	got, err := s.ask(w, nil, nil)
	if err != nil {
		var refused *purl.Refused
		require.ErrorAs(t, err, &refused, what)
		require.NotEqual(t, purl.Missing, refused.Kind, "%s: nobody said that it is missing: %s", what, refused)
		return
	}
	is := weighed(t, rules, got)
	require.False(t, is.Failed, "%s: %v", what, is.Failures)
	require.Empty(t, is.Alarms, what)
	for i, track := range is.Tracks {
		require.LessOrEqual(t, track.Level, was.Tracks[i].Level, "%s: %s", what, track.ID)
		require.GreaterOrEqual(t, track.AtMost, was.Tracks[i].Level, "%s: %s", what, track.ID)
	}
	known := map[string]bool{}
	for _, topic := range good.found.Topics {
		known[topic.ID] = true
	}
	for _, topic := range got.found.Topics {
		require.True(t, !comforts(topic) || known[topic.ID], "%s: %s", what, topic.Text)
	}
	for i, f := range got.found.Findings {
		before := good.found.Findings[i].Outcome
		if f.Outcome == before || f.Outcome == evidence.Unknown {
			continue
		}
		require.Equal(t, evidence.NotApplicable, f.Outcome, "%s: %s was %s: %s", what, f.Check, before, f.Reason)
		require.True(t, slices.Contains(idle, f.Check), "%s: %s was %s: %s", what, f.Check, before, f.Reason)
		require.Regexp(t, `^No |^Nothing `, f.Reason, "%s: %s", what, f.Check)
	}
}

func weighed(t *testing.T, rules *principles.Document, x *seen) level.Verdict {
	t.Helper()
	v, err := level.Weigh(rules, x.found.Findings)
	require.NoError(t, err)
	return v
}
