//go:build touchstone_testanchors

package pins

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/lockfile"
	"touchstone/internal/mint"
	"touchstone/internal/report"
)

// TestRefusedIsNotMissing: only the proxy's own word makes a module's version
// missing. Who is refused, or is answered by whoever stands between, has not
// learned whether it is there; neither has who asks only a database that lacks it.
func TestRefusedIsNotMissing(t *testing.T) {
	sum := sha256.Sum256([]byte("a module"))
	f, err := lockfile.ReadAll(one("go.sum", []byte("example.com/m v1.0.0 h1:"+base64.StdEncoding.EncodeToString(sum[:])+"\n")))
	require.NoError(t, err)
	errOffline := errors.New("no network")
	page := []byte("<!doctype html><title>Blocked by the company</title>")
	for name, c := range map[string]struct {
		proxy, database mint.Page
		want            string
	}{
		"the proxy has none":                {mint.Page{Status: 404, Body: []byte("not found: example.com/m@v1.0.0")}, mint.Page{Status: 404, Body: []byte("not found")}, "alarm missing"},
		"gone":                              {mint.Page{Status: 410, Body: []byte("gone")}, mint.Page{Status: 404}, "alarm missing"},
		"the proxy has none, database busy": {mint.Page{Status: 404}, mint.Page{Status: 503}, "alarm missing"},
		"refused":                           {mint.Page{Status: 403, Body: []byte("This module version is not available.")}, mint.Page{Status: 404}, "open not-answered"},
		"refused by law":                    {mint.Page{Status: 451}, mint.Page{Status: 404}, "open not-answered"},
		"refused everywhere":                {mint.Page{Status: 403}, mint.Page{Status: 403}, "open not-answered"},
		"a company's page in its place":     {mint.Page{Status: 410, Body: page}, mint.Page{Status: 404, Body: page}, "open not-answered"},
		"a company's page for the proxy":    {mint.Page{Status: 404, Body: page}, mint.Page{Status: 404}, "open not-answered"},
		"in the proxy, not in the log":      {mint.Page{Body: []byte(`{"Version":"v1.0.0"}`)}, mint.Page{Status: 404, Body: []byte("not found")}, "open digest-unpublished"},
		"in the proxy, the log busy":        {mint.Page{Body: []byte(`{"Version":"v1.0.0"}`)}, mint.Page{Status: 503}, "open not-answered"},
		"the proxy in trouble":              {mint.Page{Status: 502}, mint.Page{Status: 404}, "open not-answered"},
		"no network":                        {mint.Page{Err: errOffline}, mint.Page{Err: errOffline}, "open not-answered"},
	} {
		w := mint.World{}
		for _, kind := range []string{"info", "mod", "zip"} {
			w[proxy+"example.com/m/@v/v1.0.0."+kind] = c.proxy
		}
		for _, place := range []string{database, proxy + "sumdb/sum.golang.org/"} {
			w[place+"lookup/example.com/m@v1.0.0"] = c.database
		}
		a, err := audit.New(audit.Options{Transport: w, Retries: -1})
		require.NoError(t, err)
		r, err := Check(t.Context(), a, f, nil, Options{Depth: Records, Time: at}, nil)
		require.NoError(t, err)
		require.Equal(t, c.want, states(r), name)
	}
}

// TestWordAlone: a pin that agrees with what only a relay said meets no level, and is told why.
func TestWordAlone(t *testing.T) {
	const word = "The record came through a relay, not from the repository's own host, so it is only somebody's word."
	for name, c := range map[string]struct {
		agrees, direct evidence.Outcome
		level          int
		want           string
	}{
		"relayed":             {evidence.Pass, evidence.Unknown, 0, "record-relayed"},
		"relayed and signed":  {evidence.Pass, evidence.Unknown, 2, ""},
		"direct":              {evidence.Pass, evidence.Pass, 1, ""},
		"relayed, unanswered": {evidence.Unknown, evidence.Unknown, 0, "not-answered"},
	} {
		l := Line{Levels: map[string]Level{"integrity": {Level: c.level}}}
		l.checked(&report.Brief{Findings: []evidence.Finding{{Check: "digests-known", Outcome: evidence.NotApplicable}, {Check: "pin-agrees", Outcome: c.agrees}, {Check: "record-direct", Outcome: c.direct, Reason: word}}})
		if c.want == "" {
			require.Empty(t, l.Findings, name)
			continue
		}
		require.Len(t, l.Findings, 1, name)
		require.Equal(t, c.want, l.Findings[0].Rule, name)
	}
}
