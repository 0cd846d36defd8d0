//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

// instead are what comes in the place of a document where it is not what was
// asked for: by a login portal, a proxy, a host in trouble.
func instead(body []byte) map[string]page {
	login := map[string]string{"location": "https://login.example.org/?next=here"}
	return map[string]page{
		"a web page":        ok([]byte("<!doctype html><title>Sign in</title>")),
		"a page, loosely":   ok([]byte("\r\n <HTML><body>Gateway</body></HTML>")),
		"nothing":           ok(nil),
		"blanks":            ok([]byte(" \r\n")),
		"an error in JSON":  ok([]byte(`{"error":"log in first"}`)),
		"a list in JSON":    ok([]byte(`["log in"]`)),
		"a text":            ok([]byte("Service temporarily unavailable\n")),
		"other line ends":   ok(bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n"))),
		"a login elsewhere": {Status: 302, Header: login},
		"half of it":        {Status: 200, Body: body[:len(body)/2], Header: map[string]string{"content-length": fmt.Sprint(len(body))}},
	}
}

// TestAnswersOfAnotherKind: in every place where a record, a lookup, a list, an
// attestation, a head, a tile, a manifest or anchors are read, such an answer is no answer:
// nothing fails, nothing counts as not there, and no level rises.
func TestAnswersOfAnotherKind(t *testing.T) {
	p, wheel := package123(t), wheel123(t)
	shelf := wheel.world() // signed once
	for name, c := range map[string]struct {
		reference string
		world     func() map[string]page
		packages  string // the end of the address of the package itself, which is another matter
		o         func(w map[string]page) circumstances
	}{
		"go":    {errorsRef, func() map[string]page { return snapshot(t) }, ".zip", func(w map[string]page) circumstances { return options(world(w)) }},
		"cargo": {goldRef, func() map[string]page { w, _ := goldCrate(nil); return w }, ".crate", func(w map[string]page) circumstances { return options(world(w)) }},
		"pypi":  {mintedWheelRef, func() map[string]page { return maps.Clone(shelf) }, ".whl", func(w map[string]page) circumstances { return wheel.options(world(w)) }},
		"npm":   {mintedRef, func() map[string]page { return p.world() }, ".tgz", func(w map[string]page) circumstances { return p.options(world(w)) }},
	} {
		whole := c.world()
		o := c.o(whole)
		asked := counted(o.Transport)
		o.Transport = asked
		base, err := ask(context.Background(), c.reference, o)
		require.NoError(t, err)
		for url := range asked.asked {
			if strings.HasSuffix(url, c.packages) || whole[url].Body == nil {
				continue
			}
			for what, answer := range instead(whole[url].Body) {
				if (what == "other line ends" || what == "a text") && (strings.HasSuffix(url, ".mod") || strings.HasSuffix(url, ".metadata")) {
					continue // it might be such a document: only its digest tells
				}
				t.Run(name+", "+strings.TrimPrefix(url, "https://")+", "+what, func(t *testing.T) {
					w := c.world()
					w[url] = answer
					if second, found := strings.CutPrefix(url, database); found {
						w["https://sum.golang.org/"+second] = answer
					}
					r, err := ask(context.Background(), c.reference, c.o(w))
					require.NoError(t, err)
					require.False(t, r.Report.Verdict.Failed, r.Report.Text(false))
					notBetter(t, base, r, url)
					for _, f := range base.Report.Findings {
						got := outcome(t, r, f.Check)
						require.False(t, strings.HasPrefix(got, "fail:"), got)
						if f.Outcome == "pass" {
							require.Regexp(t, "^(pass|unknown|not applicable):", got, f.Check)
						}
					}
				})
			}
		}
	}
}

// The same where the anchors are refreshed from.
func TestAnchorsOfAnotherKind(t *testing.T) {
	for _, path := range []string{"/2.root.json", "/timestamp.json", "/5.snapshot.json", "/3.targets.json", "/2.registry.npmjs.org.json"} {
		for what, answer := range instead([]byte(`{"signed":{},"signatures":[]}`)) {
			if what == "other line ends" {
				continue // JSON is JSON with any line ends, and this one is wrong
			}
			t.Run(path+", "+what, func(t *testing.T) {
				r := refreshable(t)
				w := r.world()
				for name, doc := range r.tuf.Files {
					w[mint.TUFAddress+name] = ok(doc)
				}
				w[mint.TUFAddress+path] = answer
				o := circumstances{Options: r.o}
				o.Transport, o.Time = w, at
				got, err := ask(context.Background(), mintedRef, o)
				require.NoError(t, err)
				require.False(t, got.Report.Verdict.Failed, got.Report.Text(false))
			})
		}
	}
}
