package evidence

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/artifact"
	"touchstone/internal/fault"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// A verdict of a mechanism: the key, or why not.
type says struct{ kind fault.Kind }

func (s says) Verify(_, _ []byte, keyID string, _ []trust.Key) (trust.Key, error) {
	if s.kind != "" {
		return trust.Key{ID: keyID}, fault.New(s.kind, "a test")
	}
	return trust.Key{ID: keyID, Start: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}, nil
}

// How a record is covered, in the rows of the table below.
type coverage struct {
	kind    fault.Kind // what the mechanism says of the signature
	none    bool       // no signature at all
	before  bool       // it is over a document before the record, which states the record
	apart   bool       // over a text apart
	whole   bool       // which is all that was read of it
	broken  bool       // the document before states another one
	outside bool       // the source stands in a document that is not the record
}

func (c coverage) exam(route fetch.Route, s registry.Source) *exam {
	record := registry.Link{Name: "record", Answer: fetch.Answer{State: fetch.Found, Route: route, Body: []byte("record")},
		States: []registry.Stated{{Of: registry.OfArtifact, Algorithm: "sha256", Value: "00"}}}
	record.Answer.Request.URL = "https://example.com/record"
	signed := &record
	chain := []registry.Link{record}
	if c.before {
		sum := fmt.Sprintf("%x", sha256.Sum256(record.Answer.Body))
		if c.broken {
			sum = fmt.Sprintf("%x", sha256.Sum256(nil))
		}
		chain = []registry.Link{{Name: "index", Answer: fetch.Answer{State: fetch.Found, Route: route, Body: []byte("index")},
			States: []registry.Stated{{Of: registry.OfNext, Algorithm: "sha256", Value: sum}}}, record}
	}
	signed = &chain[0]
	if !c.none {
		one := registry.Signature{Form: registry.OpenPGP, Anchors: "npm-keys", KeyID: "key", Bytes: make([]byte, 64), Whole: c.whole}
		if c.apart {
			one.Message, one.Binds = []byte("text"), signed.States
		}
		signed.Signatures = []registry.Signature{one}
	}
	s.Route, s.Asked, s.InRecord = route, fetch.Found, !c.outside
	e := &exam{Case: Case{Artifact: &artifact.Artifact{}, Release: &registry.Release{Chain: chain, Source: s}, Mechanisms: map[registry.Form]Mechanism{registry.OpenPGP: says{c.kind}}}}
	e.Proofs.Anchors, e.Time, e.Network = trust.Embedded(), trust.Embedded().Sets()[0].AsOf(), true
	e.whole = chainWhole(e)
	return e
}

// TestWhoseWord: whether what a record states is the repository's own word follows from
// how it came and from what covers it, and never from less.
func TestWhoseWord(t *testing.T) {
	covers := map[string]struct {
		c    coverage
		good bool
	}{
		"by a signature over it":                        {coverage{}, true},
		"by one over all that was read of it":           {coverage{apart: true, whole: true}, true},
		"by one over what stands before it":             {coverage{before: true}, true},
		"by one over the text of what stands before it": {coverage{before: true, apart: true}, true},
		"by one over a text apart, not all of it":       {coverage{apart: true}, false},
		"by none":                                     {coverage{none: true}, false},
		"by none, and none before it":                 {coverage{none: true, before: true}, false},
		"by a wrong one":                              {coverage{kind: fault.Wrong}, false},
		"by a weak one":                               {coverage{kind: fault.Weak}, false},
		"by a stranger's":                             {coverage{kind: fault.NoAnchor}, false},
		"by one not understood":                       {coverage{kind: fault.NotUnderstood}, false},
		"by one over what states another record":      {coverage{before: true, broken: true}, false},
		"by one over it, and the source stands apart": {coverage{outside: true}, false},
	}
	for _, route := range []fetch.Route{fetch.Direct, fetch.Relay, fetch.Replay, fetch.File} {
		for name, c := range covers {
			own := route == fetch.Direct || c.good
			t.Run(fmt.Sprintf("%s, covered %s", route, name), func(t *testing.T) {
				silent := sourceStated(c.c.exam(route, registry.Source{}))
				named := sourceStated(c.c.exam(route, registry.Source{Repository: thing, Revision: commit}))
				if own {
					assert.Equal(t, Absent, silent.Outcome, silent.Reason)
					assert.Equal(t, Pass, named.Outcome, named.Reason)
				} else {
					assert.Equal(t, Unknown, silent.Outcome, silent.Reason)
					assert.Equal(t, Unknown, named.Outcome, named.Reason)
				}
				assert.Equal(t, c.good && own, named.Reason == "The record names where the code comes from. The repository's own key signed the record.")
				e := c.c.exam(route, registry.Source{})
				assert.Equal(t, own || c.c.outside && c.c.kind == "", e.ownWord(route, e.isRecord(e.Release.Record().Answer)), "a publisher named in the record")
				assert.Equal(t, route == fetch.Direct, e.ownWord(route, e.isRecord(fetch.Answer{State: fetch.Found, Route: route})), "another document")
			})
		}
	}
}
