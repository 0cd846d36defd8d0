//go:build touchstone_testanchors

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/mint"
	"touchstone/internal/registry/golang"
	"touchstone/internal/trust"
)

// specimenTime is the clock of the examples, so that they are the same in each build.
var specimenTime = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// specimens audits the invented module as it should be, and as somebody else left it.
// Of the program that audits it, only the key of the log is invented, too.
func specimens() ([]specimen, error) {
	const proxy = "https://" + golang.Proxy + "/"
	const database = proxy + "sumdb/" + golang.Database + "/"
	published := mint.Gold("24")
	log := mint.NewSumDB(golang.Database, "an invented log")
	log.Add(published.Path, published.Version, published.Lines())
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{LogKeys: []string{log.Key}, Taken: specimenTime})
	if err != nil {
		return nil, fmt.Errorf("pinning the key of the examples' log: %w", err)
	}
	all := []specimen{
		{id: "signed", name: "As it should be", what: "The package is the one that its log signed for. The answer says what holds, and what would have to happen for the next level."},
		{id: "failed", name: "One digit was changed", what: "Somebody changed one digit in one file after the package was published: 24 became 14. Nothing else is different."},
		{id: "open", name: "The log did not answer", what: "The package arrived, but the log that signs for it could not be reached. That proves nothing either way, and no level is given on trust."},
	}
	for i, s := range all {
		w := mint.World{}
		served := published
		if s.id == "failed" {
			served = mint.Gold("14")
		}
		served.Serve(w, proxy)
		log.Serve(w, database)
		for url := range w {
			if s.id == "open" && strings.HasPrefix(url, database) {
				w[url] = mint.Page{Status: 503, Body: []byte("busy\n")}
			}
		}
		auditor, err := audit.New(audit.Options{Transport: w, Anchors: anchors, Retries: -1})
		if err != nil {
			return nil, err
		}
		r, err := auditor.Audit(context.Background(), audit.Question{Pasted: published.Path + "@" + published.Version, Time: specimenTime})
		if err != nil {
			return nil, fmt.Errorf("auditing the example %q: %w", s.name, err)
		}
		all[i].report = r
	}
	return all, nil
}
