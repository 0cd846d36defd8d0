//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/report"
)

// relay is where a relay stands before the worlds of these tests.
const relay = "https://relay.example"

// A relayed world refuses this client, and answers its relay.
type relayedWorld struct{ world }

func (w relayedWorld) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	rest, ok := strings.CutPrefix(r.URL, relay+"/")
	if !ok {
		return nil, errors.New("refused")
	}
	asked := *r
	asked.URL = "https://" + rest
	answer, err := w.world.Do(ctx, &asked)
	if err == nil {
		answer.URL, answer.Header = r.URL, maps.Clone(answer.Header)
		if answer.Header == nil {
			answer.Header = map[string]string{}
		}
		answer.Header[fetch.RelayMark] = fetch.RelayAnswer
	}
	return answer, err
}

// reportOf asks in a world, through the relay or not, with a file or without.
func reportOf(t testing.TB, reference string, o circumstances, w world, throughRelay bool, file []byte) *report.Report {
	t.Helper()
	o.Transport, o.File = w, file
	if throughRelay {
		o.Transport, o.Relay = relayedWorld{w}, relay
	}
	r, err := ask(context.Background(), reference, o)
	require.NoError(t, err)
	return r.Report
}

// A kind is one way for an answer to come out, with what its report must say
// and what it must never say.
type kind struct {
	name     string
	report   func(t *testing.T) *report.Report
	headline string
	title    string
	// cause is a part of what the requirement named first lacks.
	cause map[string]string
	// card is the word of a card's state, by its title.
	card map[string]string
	// never stands anywhere on the report.
	never []string
}

// TestReasonsAreCauses: the answers that once were explained by what was not
// the case, over ecosystems and outcomes.
func TestReasonsAreCauses(t *testing.T) {
	npm := func(bend func(p *thing), throughRelay bool) func(*testing.T) *report.Report {
		return func(t *testing.T) *report.Report {
			p := package123(t)
			p.Attestations = nil
			if bend != nil {
				bend(p)
			}
			w := p.world()
			return reportOf(t, mintedRef, p.options(w), w, throughRelay, nil)
		}
	}
	golang := func(reference string, change func(w world) world, throughRelay bool, file []byte) func(*testing.T) *report.Report {
		return func(t *testing.T) *report.Report {
			w := change(snapshot(t))
			return reportOf(t, reference, options(w), w, throughRelay, file)
		}
	}
	same := func(w world) world { return w }
	const zip = proxy + "github.com/pkg/errors/@v/v0.9.1.zip"
	otherBytes := func(w world) world { return w.But(zip, w[proxy+"github.com/google/uuid/@v/v1.6.0.zip"]) }
	unsigned := func(p *thing) { p.Signers = nil }
	noHead := func(p *thing) { p.Record = func(doc, _ map[string]any) { delete(doc, "gitHead") } }

	advised := map[string]string{ // what to do follows what failed
		"Go, other bytes":                  "file by file. Tell the repository: Go module proxy.",
		"Go, a wrong digest pasted":        "The digest in the reference is of other bytes.",
		"Go, a text brought as the module": "check that instead of your file.",
	}
	for _, k := range []kind{
		{"npm, whole", func(t *testing.T) *report.Report {
			p := package123(t)
			w := p.world()
			return reportOf(t, mintedRef, p.options(w), w, false, nil)
		}, "Built by GitHub Actions from example/thing at 0123456, signed, publicly logged.", "Integrity 3 of 3: @example/thing 1.2.3", nil,
			map[string]string{"Source": "Confirmed", "Build": "Confirmed", "Integrity": "Confirmed", "Attestation": "Confirmed"}, nil},
		{"npm, signed", npm(nil, false), "The npm registry signed these bytes. Who built them is not proven.", "Integrity 2 of 3: @example/thing 1.2.3",
			map[string]string{"integrity-identity": "no attestations", "accountability-attested": "no attestations"},
			map[string]string{"Registry signature": "Confirmed", "Build": "Not there"}, nil},
		// a, b, c, d, e
		{"npm, unsigned", npm(unsigned, false), "Careful: The repository's signature is missing. The bytes match the record as it was served, which proves no more.", "1 alarm, Integrity 1 of 3: @example/thing 1.2.3",
			map[string]string{"integrity-bytes-signed": "signs every version", "integrity-record-signed": "signs every version", "integrity-files": "signs every version", "integrity-offline": "signs every version"},
			map[string]string{"Attestation": "Not there"},
			[]string{"signed log", "signature was checked here", "Sign every package", "State the name", "published", "undamaged"}},
		// f, g
		{"npm through the relay", npm(unsigned, true), "These bytes match their record. Whether that is the repository's own record could not be checked.", "Integrity 0 of 3, at most 3: @example/thing 1.2.3",
			map[string]string{"integrity-from-repository": "came through a relay", "integrity-bytes-signed": "carries no signature", "integrity-identity": "announces no attestations", "accountability-attested": "announces no attestations"},
			map[string]string{"Integrity": "Matches its record as it came"}, []string{"could not be asked for", "Nothing is settled", "straight from"}},
		// h
		{"npm without the revision", npm(noHead, false), "The npm registry signed these bytes.", "Integrity 2 of 3",
			map[string]string{"accountability-stated": "names the repository https://github.com/example/thing, but not the revision"},
			map[string]string{"Source": "Stated in part, not confirmed"}, []string{"no source repository"}},
		// j, s
		{"Go", golang(errorsRef, same, false, nil), "The same bytes for everyone: the public log sum.golang.org has them. Nobody proves who made them.", "Integrity 2 of 3: github.com/pkg/errors v0.9.1",
			map[string]string{"integrity-identity": "No certificate names who made them", "accountability-attested": "No certificate names who made them"},
			map[string]string{"Public log record": "Confirmed"}, []string{"entitled to this name", "npm"}},
		// i
		{"Go through the relay", golang(errorsRef, same, true, nil), "The same bytes for everyone", "Integrity 2 of 3", map[string]string{"accountability-stated": "came through a relay"},
			map[string]string{"Source": "Could not be checked"}, []string{"Something could not be checked now"}},
		// k, l, m, n
		{"Go, other bytes", golang(errorsRef, otherBytes, false, nil), "Do not use it. These are not the published bytes.", "FAILED: github.com/pkg/errors v0.9.1",
			map[string]string{"integrity-matches": "what arrived has", "integrity-offline": "what arrived has"},
			map[string]string{"Public log record": "Genuine, but of other bytes", "Integrity": "Wrong"},
			[]string{"No signature covers", "no complete signed proof"}},
		// o
		{"Go, a wrong digest pasted", golang("github.com/pkg/errors v0.9.1 h1:GEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=", same, true, nil),
			"Do not use it. These are not the bytes that the digest in the reference names.", "FAILED: github.com/pkg/errors v0.9.1", nil,
			map[string]string{"Integrity": "Wrong", "Public log record": "Confirmed"}, []string{"not what it should be", "empty cache"}},
		// p
		{"Go, a text brought as the module", golang(errorsRef, same, false, []byte("this is no module at all\n")),
			"Do not use your file as github.com/pkg/errors v0.9.1. These are not the published bytes. It cannot be read as a package.", "FAILED: your file as github.com/pkg/errors v0.9.1",
			nil, nil, []string{"Everything came straight"}},
		// q, u
		{"Go, nothing but the package", golang(errorsRef, func(w world) world { return world{zip: w[zip]} }, true, nil), "Not enough could be fetched to say.", "Integrity 0 of 3, at most 2",
			nil, nil, []string{"No signature covers this list"}},
		// v
		{"Go, no such module", golang("pkg:golang/example.com/none@v1.0.0", same, true, nil), "There seems to be no example.com/none v1.0.0: nobody who was asked has it.", "Integrity 0 of 3", nil, nil, nil},
	} {
		t.Run(k.name, func(t *testing.T) {
			r := k.report(t)
			require.True(t, strings.HasPrefix(r.Verdict.Headline, k.headline), r.Verdict.Headline)
			require.True(t, strings.HasPrefix(r.Verdict.Title, k.title), r.Verdict.Title)
			for id, part := range k.cause {
				i := slices.IndexFunc(r.Requirements, func(q report.Requirement) bool { return q.ID == id })
				require.Contains(t, r.Requirements[i].Reason, part, id)
			}
			for title, word := range k.card {
				i := slices.IndexFunc(r.Cards, func(c report.Card) bool { return c.Title == title })
				require.GreaterOrEqual(t, i, 0, title)
				require.Equal(t, word, r.Cards[i].State.Word, title)
			}
			advice := ""
			for _, a := range r.Verdict.Advice {
				advice += a.Text + " "
			}
			require.Contains(t, advice, advised[k.name])
			require.Equal(t, advised[k.name] != "", advice != "")
			said := strings.Join(append(answers(r), advice), "\n")
			for _, never := range k.never {
				require.NotContains(t, said, never)
			}
		})
	}
}

// answers are what a report says of this package, without what the rules say of
// every one.
func answers(r *report.Report) []string {
	out := []string{r.Came, r.Covered, r.Verdict.Headline, r.Verdict.Sentence}
	for _, q := range r.Requirements {
		out = append(out, q.Reason, q.Reach.Maintainer, q.Reach.Repository)
	}
	for _, c := range r.Cards {
		out = append(out, c.Reason, c.State.Word)
	}
	return out
}
