// Package registrytest is what every adapter must pass, whatever it translates:
//
//	func TestContract(t *testing.T) {
//		registrytest.Run(t, registrytest.Suite{Registry: npm.Registry{}, Reference: "pkg:npm/thing@1.2.3", World: w, Anchors: a})
//	}
//
// It asks an adapter about a version that is as it should be, and then bends the
// world: nobody answers, everybody says no, answers are something else, of
// somebody else, or empty. A test of the adapter's own says what it translates;
// these say that nothing is made up.
package registrytest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/artifact"
	"touchstone/internal/digest"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/prove"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// A Suite is an adapter, and a world in which one version is as it should be.
type Suite struct {
	Registry  registry.Registry
	Reference string // names one version exactly
	World     mint.World
	Anchors   trust.Anchors // under which the world's signatures verify
	Time      time.Time     // of the audit
	// Mechanisms verify the repository's own signatures, where it makes any.
	Mechanisms map[registry.Form]evidence.Mechanism
}

// Run runs all of it.
func Run(t *testing.T, s Suite) {
	good, err := s.ask(s.World, nil, nil)
	require.NoError(t, err)
	t.Run("the version as it should be", func(t *testing.T) { s.checkGood(t, good) })
	t.Run("nobody answers", func(t *testing.T) { s.checkSilence(t, mint.Page{Err: errors.New("connection refused")}) })
	t.Run("everybody is busy", func(t *testing.T) { s.checkSilence(t, mint.Page{Status: 503, Body: []byte("busy")}) })
	t.Run("everything is refused", func(t *testing.T) { s.checkSilence(t, mint.Page{Status: 403, Body: []byte("no")}) })
	t.Run("nothing is there", s.checkNothing)
	t.Run("hostile answers", func(t *testing.T) { s.checkHostile(t, good) })
	t.Run("each document, one at a time", func(t *testing.T) { s.checkEach(t, good) })
	t.Run("somebody else's answers", func(t *testing.T) { s.checkOthers(t, good) })
	t.Run("an empty package", func(t *testing.T) { s.checkEmpty(t, good) })
	t.Run("a replay equals the live audit", func(t *testing.T) { s.checkReplay(t, good) })
	t.Run("a cancelled question", s.checkCancelled)
}

// seen is what an audit saw and found.
type seen struct {
	release  *registry.Release
	artifact *artifact.Artifact
	found    evidence.Examined
	answers  []fetch.Answer
}

// ask audits in a world, or in a replay of what was recorded.
func (s Suite) ask(w fetch.Transport, record, replay *fetch.Record) (*seen, error) {
	return s.asked(context.Background(), w, record, replay)
}

func (s Suite) asked(ctx context.Context, w fetch.Transport, record, replay *fetch.Record) (*seen, error) {
	ref, err := purl.Parse(s.Reference)
	if err != nil {
		return nil, err
	}
	o := fetch.Options{Hosts: append(s.Registry.Hosts(), prove.Hosts()...), Transport: w, Retries: -1}
	client, keeper := fetch.New(o), prove.Keep(s.Anchors, nil, nil)
	if replay != nil {
		client, keeper = fetch.NewReplay(replay, o), prove.Fixed(s.Anchors)
	}
	session := client.Session(fetch.SessionOptions{Record: record})
	defer session.Close()
	rel, err := s.Registry.Resolve(ctx, session, ref, registry.Visit{LogKey: s.Anchors.LogKey, Retired: func(trust.ID, string) bool { return false }})
	if err != nil {
		return nil, err
	}
	proofs, err := prove.Gather(ctx, session, keeper, rel, s.Time, evidence.MaySpeak(rel, evidence.Expectation{}))
	if err != nil {
		return nil, err
	}
	art, err := artifact.Arrive(ctx, session, rel, artifact.Want{Algorithms: proofs.Algorithms()})
	if err != nil {
		return nil, err
	}
	found := evidence.Examine(evidence.Case{Release: rel, Proofs: proofs, Artifact: art, Time: s.Time, Network: replay == nil, Mechanisms: s.Mechanisms})
	return &seen{rel, art, found, session.Answers()}, nil
}

// checkGood holds what a release must be where nothing is wrong.
func (s Suite) checkGood(t *testing.T, good *seen) {
	require.NoError(t, fetch.CheckHosts(s.Registry.Hosts()))
	require.NotEmpty(t, s.Registry.Name())
	require.Equal(t, s.Registry.Type(), good.release.Ref.Type)
	require.NotEmpty(t, good.release.Ref.Version, "a release is of one version")
	require.NotEmpty(t, good.release.Repository)
	require.NotEmpty(t, good.release.Chain, "something says what the bytes are")
	for _, link := range good.release.Chain {
		require.NotEmpty(t, link.Name)
		require.Equal(t, fetch.Found, link.Answer.State, link.Answer.Reason)
		for _, d := range link.States {
			_, err := digest.Hex(d.Algorithm, d.Value)
			require.NoError(t, err)
			if computed, ok := good.artifact.Digests[digest.Name(d.Algorithm)]; ok && d.Of == registry.OfArtifact && !d.Choice {
				require.Equal(t, computed, d.Value)
			}
		}
	}
	require.Equal(t, fetch.Found, good.artifact.Answer.State, good.artifact.Answer.Reason)
	require.Empty(t, good.artifact.Unreadable)
	for _, f := range good.found.Findings {
		t.Logf("%s: %s: %s", f.Check, f.Outcome, f.Reason)
		require.NotEqual(t, evidence.Fail, f.Outcome, "%s: %s", f.Check, f.Reason)
	}
	for _, a := range good.answers {
		u, err := url.Parse(a.Request.URL)
		require.NoError(t, err)
		require.NoError(t, fetch.Allowed(append(s.Registry.Hosts(), prove.Hosts()...), u), "the world was asked where nobody declared to go")
	}
}

// A chorus answers the same to everything.
type chorus mint.Page

func (c chorus) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	return mint.World{r.URL: mint.Page(c)}.Do(ctx, r)
}

// checkSilence: what could not be asked is unknown. Nothing holds, nothing is
// wrong, nothing is said to be absent, and no list is said to be empty.
func (s Suite) checkSilence(t *testing.T, page mint.Page) {
	got, err := s.ask(chorus(page), nil, nil)
	var refused *purl.Refused
	if errors.As(err, &refused) {
		require.NotEqual(t, purl.Missing, refused.Kind, "nobody said that it is missing: %s", refused)
		return
	}
	require.NoError(t, err)
	for _, f := range got.found.Findings {
		// What the usual client does is known without asking.
		require.True(t, f.Outcome != evidence.Pass || f.Check == "installer-refuses", "%s: %s", f.Check, f.Reason)
		require.NotEqual(t, evidence.Fail, f.Outcome, "%s: %s", f.Check, f.Reason)
		require.NotContains(t, f.Reason, "its own host says that it is not there", f.Check)
	}
	for _, topic := range got.found.Topics {
		require.False(t, comforts(topic), topic.Text)
	}
}

// comforts tells whether a topic says that there is nothing.
func comforts(t evidence.Topic) bool {
	return strings.HasSuffix(t.ID, "-nothing") || strings.HasSuffix(t.ID, "-none")
}

// checkNothing: the repository's own host says of everything that it is not
// there; a relay that says so proves nothing.
func (s Suite) checkNothing(t *testing.T) {
	_, err := s.ask(chorus{Status: 404}, nil, nil)
	var refused *purl.Refused
	require.ErrorAs(t, err, &refused)
	require.Equal(t, purl.Missing, refused.Kind, "%s", refused)
	require.NotEmpty(t, refused.Error())
	_, err = s.ask(nil, nil, new(fetch.Record))
	if errors.As(err, &refused) {
		require.NotEqual(t, purl.Missing, refused.Kind, "an empty recording knows of no absence: %s", refused)
	}
}

// checkHostile puts something else in the place of each answer, one at a time.
func (s Suite) checkHostile(t *testing.T, good *seen) {
	for address, page := range s.World {
		for what, body := range map[string][]byte{
			"nothing": {}, "a web page": []byte("<!doctype html><title>Sign in</title>"), "null": []byte("null"), "a list": []byte("[]"), "an object": []byte("{}"),
			"a text": []byte(`"text"`), "a number": []byte("1e999"), "deep": bytes.Repeat([]byte("["), 100_000), "no text": {0xff, 0xfe, 0x00, 0x80},
			"half": page.Body[:len(page.Body)/2], "twice": append(slices.Clone(page.Body), page.Body...), "lines": bytes.Repeat([]byte("\n"), 100_000),
		} {
			s.checkBent(t, good, s.World.But(address, mint.Page{Body: body}), address+" is "+what)
		}
	}
}

// checkBent: a world that was bent in one place proves nothing that the good one
// does not.
func (s Suite) checkBent(t *testing.T, good *seen, w mint.World, what string) *seen {
	t.Helper()
	got, err := s.ask(w, nil, nil)
	if err != nil {
		var refused *purl.Refused
		require.ErrorAs(t, err, &refused, what)
		return nil
	}
	require.Equal(t, good.release.Ref.Bare(), got.release.Ref.Bare(), "%s: audited is what was asked for", what)
	proven := map[string]bool{}
	for _, f := range good.found.Findings {
		for name, value := range f.Facts {
			proven[f.Check+"\x00"+name+"\x00"+value] = true
		}
	}
	for _, f := range got.found.Findings {
		for name, value := range f.Facts {
			require.True(t, f.Outcome != evidence.Pass || proven[f.Check+"\x00"+name+"\x00"+value] || strings.HasPrefix(name, "stated "), "%s: %s proves that %s is %q", what, f.Check, name, value)
		}
	}
	known := map[string]bool{}
	for _, topic := range good.found.Topics {
		known[topic.ID] = true
	}
	for _, topic := range got.found.Topics {
		require.True(t, !comforts(topic) || known[topic.ID], "%s: %s", what, topic.Text)
	}
	return got
}

// checkOthers serves documents of another name and of another version. A record
// of those states nothing about what was asked for.
func (s Suite) checkOthers(t *testing.T, good *seen) {
	ref, record := good.release.Ref, good.release.Record().Answer.Request.URL
	for address, page := range s.World {
		for what, body := range map[string][]byte{
			"another name":    bytes.ReplaceAll(page.Body, []byte(ref.Name), []byte("x"+ref.Name[1:])),
			"another version": bytes.ReplaceAll(page.Body, []byte(ref.Version), []byte(ref.Version[:1]+"9"+ref.Version[1:])),
		} {
			if bytes.Equal(body, page.Body) {
				continue
			}
			got := s.checkBent(t, good, s.World.But(address, mint.Page{Body: body}), address+" is of "+what)
			if got != nil && address == record && address == got.release.Record().Answer.Request.URL {
				require.Empty(t, got.release.Record().States, "a record of %s", what)
				require.True(t, accuses(got.found), "a record of %s is told", what)
			}
		}
	}
}

// accuses tells whether a check says that an answer was about something else.
func accuses(found evidence.Examined) bool {
	return slices.ContainsFunc(found.Findings, func(f evidence.Finding) bool {
		return f.Outcome == evidence.Fail && (f.Check == "answer-named" || f.Check == "log-record")
	})
}

// checkEmpty: of a package without a file in it nothing good is said, and of one
// without a byte neither.
func (s Suite) checkEmpty(t *testing.T, good *seen) {
	address := good.release.File.Request.URL
	for _, body := range [][]byte{nil, empty(good.release.File.Format)} {
		got := s.checkBent(t, good, s.World.But(address, mint.Page{Body: body}), "the package is empty")
		require.NotNil(t, got)
		for _, f := range got.found.Findings {
			require.False(t, f.Outcome == evidence.Pass && (f.Check == "digest-matches" || f.Check == "files-covered" || f.Check == "name-inside"), "%s: %s", f.Check, f.Reason)
		}
	}
}

// empty is an archive that holds no file.
func empty(format archive.Format) []byte {
	var b bytes.Buffer
	if format == archive.Zip {
		zip.NewWriter(&b).Close()
	} else {
		z := gzip.NewWriter(&b)
		tar.NewWriter(z).Close()
		z.Close()
	}
	return b.Bytes()
}

// checkReplay audits again what was recorded, twice: it asks nothing else, says
// the same each time, and every answer is the live one or open.
func (s Suite) checkReplay(t *testing.T, good *seen) {
	record := new(fetch.Record)
	_, err := s.ask(s.World, record, nil)
	require.NoError(t, err)
	again, err := s.ask(nil, nil, record)
	require.NoError(t, err)
	for _, a := range again.answers {
		require.True(t, a.Err == nil || a.Err.Kind != fetch.NotRecorded, "a replay asks for %s, which the live audit did not", a.Request.URL)
	}
	for i, f := range again.found.Findings {
		live := good.found.Findings[i]
		require.True(t, f.Outcome == live.Outcome || f.Outcome == evidence.Unknown || live.Outcome == evidence.Absent, "%s: live %s, replayed %s: %s", f.Check, live.Outcome, f.Outcome, f.Reason)
	}
	twice, err := s.ask(nil, nil, record)
	require.NoError(t, err)
	require.Equal(t, again.found, twice.found)
	require.Equal(t, again.artifact.Digests, twice.artifact.Digests)
}

// checkCancelled: somebody who left gets no report.
func (s Suite) checkCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.asked(ctx, s.World, nil, nil)
	require.ErrorIs(t, err, context.Canceled)
}
