// Package rekor asks the public Sigstore log for what a bundle lacks: the proof
// that an entry which the log only promised to include is really in it. What it
// brings is unverified; package sigstore verifies it like any other proof.
package rekor

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"touchstone/internal/fetch"
	"touchstone/internal/sigstore"
)

// host is the public-good instance, version 1 of the API, which answers
// browsers.
const host = "rekor.sigstore.dev"

// Hosts declares where the log's client may go.
func Hosts() []fetch.Host {
	return []fetch.Host{{Name: host, Paths: []string{`/api/v1/log/entries`}}}
}

// Complete returns the bundle with the proofs that it lacks, as far as they
// could be had. A bundle that lacks none, cannot be read, or whose entries are
// those of another log is returned as it is. Only a cancelled context is an
// error.
func Complete(ctx context.Context, c *fetch.Session, logs []sigstore.Log, bundle []byte) ([]byte, error) {
	claimed, err := sigstore.Read(bundle)
	if err != nil {
		return bundle, nil
	}
	for _, e := range claimed.Log {
		if !lacks(e, logs) {
			continue
		}
		a, err := c.Get(ctx, fetch.Request{
			URL:  fmt.Sprintf("https://%s/api/v1/log/entries?logIndex=%s", host, strconv.FormatInt(e.Index, 10)),
			Step: "log proof", Limit: 4 << 20, Form: fetch.JSON,
		})
		if err != nil {
			return nil, err
		}
		if a.State != fetch.Found {
			continue
		}
		if completed, err := sigstore.Complete(bundle, a.Body); err == nil {
			bundle = completed
		}
	}
	return bundle, nil
}

// Lacking is for how many entries of a bundle [Complete] asks.
func Lacking(logs []sigstore.Log, bundle []byte) int {
	claimed, err := sigstore.Read(bundle)
	if err != nil {
		return 0
	}
	n := 0
	for _, e := range claimed.Log {
		if lacks(e, logs) {
			n++
		}
	}
	return n
}

// lacks tells whether an entry is without a proof that can be asked for here.
func lacks(e sigstore.ClaimedEntry, logs []sigstore.Log) bool {
	return !e.Proven && e.Promised && ours(logs, e.LogID) && e.Index >= 0
}

// ours tells whether the log with this id is the one that is asked here.
func ours(logs []sigstore.Log, id string) bool {
	return slices.ContainsFunc(logs, func(l sigstore.Log) bool { return l.ID == id && l.Name == "https://"+host })
}
