package evidence

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/archive"
	"touchstone/internal/artifact"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

// TestSilenceClaimsNothing: of an adapter that fills in nothing, nothing is
// proven but what the bytes show by themselves, nothing accuses anybody, and no
// sentence comforts.
func TestSilenceClaimsNothing(t *testing.T) {
	files := &archive.Contents{Files: []archive.File{archive.Describe("p/a", []byte("a"))}, Complete: true}
	for name, c := range map[string]struct {
		rel *registry.Release
		art *artifact.Artifact
	}{
		"nothing at all":           {&registry.Release{}, &artifact.Artifact{}},
		"bytes":                    {&registry.Release{}, &artifact.Artifact{Answer: fetch.Answer{State: fetch.Found}, Contents: files}},
		"an empty record":          {&registry.Release{Chain: []registry.Link{{}}}, &artifact.Artifact{}},
		"a record that came":       {&registry.Release{Chain: []registry.Link{{Answer: fetch.Answer{State: fetch.Found}}}}, &artifact.Artifact{}},
		"two links, both empty":    {&registry.Release{Chain: []registry.Link{{}, {}}}, &artifact.Artifact{}},
		"a log that says nothing":  {&registry.Release{Chain: []registry.Link{{Log: &registry.LogEntry{}}}}, &artifact.Artifact{}},
		"a publisher without name": {&registry.Release{Publishers: []registry.Publisher{{}}}, &artifact.Artifact{}},
	} {
		found := Examine(Case{Release: c.rel, Artifact: c.art})
		assert.Len(t, found.Findings, len(checks), name)
		for _, f := range found.Findings {
			if f.Check != "archive-sound" {
				assert.NotEqual(t, Pass, f.Outcome, "%s: %s: %s", name, f.Check, f.Reason)
			}
			assert.NotEqual(t, Fail, f.Outcome, "%s: %s: %s", name, f.Check, f.Reason)
			assert.NotEmpty(t, f.Reason, "%s: %s", name, f.Check)
			assert.NotContains(t, f.Reason, "its own host", "%s: %s: nobody said so", name, f.Check)
		}
		for _, topic := range found.Topics {
			assert.True(t, strings.HasSuffix(topic.ID, "-unknown"), "%s: %s", name, topic.Text)
		}
		assert.Equal(t, Proven{}, found.Proven, name)
		assert.Empty(t, found.Heads, name)
	}
}
