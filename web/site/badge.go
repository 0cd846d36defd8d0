package main

import (
	"fmt"
	"time"

	"touchstone/internal/badge"
)

// exampleBadge is the asset that shows how a badge looks; there is none where the
// site has no examples.
const exampleBadge = "badge-example.svg"

// drawExample makes the badge of the first example.
func drawExample(assets map[string]asset, all []specimen) error {
	if len(all) == 0 {
		return nil
	}
	r := all[0].report
	t := r.Verdict.Tracks[0]
	at, err := time.Parse(time.RFC3339, r.Time)
	if err != nil {
		return fmt.Errorf("drawing the example of a badge: %w", err)
	}
	words := badge.Say(badge.Verdict{
		Type: r.Type, Name: r.Name, Version: r.Version, State: badge.Settled,
		Track: t.Name, Level: t.Level, LevelName: t.LevelName, Of: t.Top, At: at,
	}, "an example", "")
	svg, err := words.SVG()
	if err != nil {
		return err
	}
	assets[exampleBadge] = newAsset(exampleBadge, []byte(svg))
	return nil
}
