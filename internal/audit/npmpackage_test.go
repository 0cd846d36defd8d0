//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"crypto/ecdsa"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

const (
	mintedRepo = "https://github.com/example/thing"
	mintedHead = "0123456789012345678901234567890123456789"
	mintedRef  = "npm:@example/thing@1.2.3"
	mintedName = "@example/thing"
	mintedDoc  = npmHost + "@example/thing/1.2.3"
	mintedTgz  = npmHost + "@example/thing/-/thing-1.2.3.tgz"
	mintedAtt  = npmHost + "-/npm/v1/attestations/@example%2fthing@1.2.3"
	mintedFull = npmHost + "@example/thing"
)

// mintedAt is when everything in an invented registry is signed, retiredOn when
// its old key ended.
var mintedAt, retiredOn = at.AddDate(0, -1, 0), at.AddDate(-1, -1, 0)

// A thing is an invented package, and when the anchors of its registry were
// taken.
type thing struct {
	*mint.NPMPackage
	t     testing.TB
	taken time.Time
}

// package123 is the whole set: registry signature, publish attestation,
// provenance.
func package123(t testing.TB) *thing {
	return &thing{mint.NewNPMPackage(mint.NewNPM("a registry", mintedAt), mintedName, "1.2.3", mintedRepo, mintedHead), t, at}
}

// anchors pin the invented registry's.
func (p *thing) anchors() trust.Anchors {
	a, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: p.NPM.TrustedRoot(), NPMKeys: p.NPM.Keys(), Taken: p.taken})
	require.NoError(p.t, err)
	return a
}

func (p *thing) world() world {
	w := world{}
	p.Serve(w, npmHost)
	return w
}

func (p *thing) options(w world) circumstances {
	o := options(w)
	o.Anchors = p.anchors()
	return o
}

func (p *thing) audit(w world) *result {
	p.t.Helper()
	r, err := ask(context.Background(), mintedRef, p.options(w))
	require.NoError(p.t, err)
	return r
}

// replay audits again what an audit recorded.
func (p *thing) replay(w world) *result {
	p.t.Helper()
	o := p.options(nil)
	o.Replay = saved(p.t, p.audit(w), true).Record
	r, err := ask(context.Background(), mintedRef, o)
	require.NoError(p.t, err)
	return r
}

// hasOutcome holds how a check ended, and a word of its reason.
func hasOutcome(t testing.TB, r *result, check, begins, contains string) {
	t.Helper()
	got := outcome(t, r, check)
	require.True(t, strings.HasPrefix(got, begins+": "), "%s: %s", check, got)
	require.Contains(t, got, contains, check)
}

func keys(keys ...*ecdsa.PrivateKey) []*ecdsa.PrivateKey { return keys }
