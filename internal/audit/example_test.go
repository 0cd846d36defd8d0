//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"fmt"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// One auditor answers question after question. Here the outside is a world in
// memory, with a registry that exists nowhere; a program takes fetch.NewNative()
// or fetch.NewGlobal(), and trust.Embedded().
func Example() {
	now := time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)
	gold := mint.NewNPMPackage(mint.NewNPM("an example", now.AddDate(0, -1, 0)), "gold", "1.0.0", "https://github.com/example/gold", "0123456789012345678901234567890123456789")
	world := mint.World{}
	gold.Serve(world, npmHost)
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: gold.NPM.TrustedRoot(), NPMKeys: gold.NPM.Keys(), Taken: now})
	if err != nil {
		fmt.Println(err)
		return
	}
	auditor, err := audit.New(audit.Options{Transport: world, Anchors: anchors})
	if err != nil {
		fmt.Println(err)
		return
	}
	say := func(q audit.Question) {
		report, err := auditor.Audit(context.Background(), q)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, t := range report.Verdict.Tracks {
			fmt.Println(report.Reference, t.Name, t.Level, "of", t.Top)
		}
	}
	record := new(fetch.Record)
	say(audit.Question{Pasted: "npm install gold@1.0.0", Time: now, Record: record})
	// The same again, from the recording alone: nothing in it rests on the word of
	// the host.
	say(audit.Question{Pasted: "pkg:npm/gold@1.0.0", Time: now, Replay: record})
	// Output:
	// pkg:npm/gold@1.0.0 Integrity 3 of 3
	// pkg:npm/gold@1.0.0 Accountability 2 of 3
	// pkg:npm/gold@1.0.0 Integrity 3 of 3
	// pkg:npm/gold@1.0.0 Accountability 2 of 3
}
