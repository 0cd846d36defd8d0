package trust

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAccusations(t *testing.T) {
	past := now.Add(-time.Second)
	all := []ID{SigstoreRoot, NPMKeys, TUFRoot}
	for name, c := range map[string]struct {
		spoil   func(*repo, *state)
		memory  Memory
		accused []ID
		says    string
	}{
		"nothing wrong": {spoil: func(*repo, *state) {}},
		"rollback": {spoil: func(*repo, *state) {}, memory: Memory{Versions: Versions{Timestamp: 11}},
			accused: all, says: "the repository offers version 10 of timestamp, and version 11 was seen before"},
		"freeze": {spoil: func(_ *repo, s *state) { s.Expires = map[string]time.Time{"timestamp": past} },
			accused: all, says: "timestamp.json is expired"},
		"wrong signature": {spoil: func(_ *repo, s *state) { s.Signer = map[string]string{"snapshot": "timestamp"} },
			accused: all, says: "not enough signatures"},
		"one delegation's signature": {spoil: func(_ *repo, s *state) { s.Signer = map[string]string{delegatedNPMRole: "timestamp"} },
			accused: []ID{NPMKeys}, says: "not enough signatures"},
		"other bytes": {spoil: func(r *repo, s *state) {
			r.after = map[string][]byte{"/targets/" + hexSum(newTrustedRoot()) + ".trusted_root.json": []byte("{}")}
		}, accused: []ID{SigstoreRoot}, says: "its length or digest is not the one"},
		"offline":      {spoil: func(r *repo, _ *state) { r.broken["/timestamp.json"] = errOffline }},
		"a login page": {spoil: func(r *repo, _ *state) { r.after = map[string][]byte{"/timestamp.json": []byte("<html>")} }},
		"a login page for the keys": {spoil: func(r *repo, s *state) {
			r.after = map[string][]byte{"/targets/registry.npmjs.org/" + hexSum(s.NPMKeys) + ".keys.json": []byte("<html>")}
		}},
		"a newer form": {spoil: func(_ *repo, s *state) { s.TrustedRoot, s.NPMKeys = []byte("{}"), []byte("{}") }},
	} {
		t.Run(name, func(t *testing.T) {
			r, s, from := published(t)
			c.spoil(r, &s)
			r.Publish(s)
			out, err := Refresh(from, c.memory, r, now)
			by := out.Accusations(err)
			under := out.Anchors.Accused(by)
			for _, id := range all {
				standing := under.Standing(id, now, true)
				if !assert.Equal(t, slices.Contains(c.accused, id), standing.Accused != nil, id) || standing.Accused == nil {
					continue
				}
				assert.False(t, standing.Counts)
				assert.Contains(t, standing.Reason, c.says)
				assert.Equal(t, id, standing.Accused.ID)
				assert.Equal(t, out.Answers, standing.Accused.Evidence)
				require.NotEmpty(t, out.Answers)
			}
			assert.Nil(t, under.Standing(GoChecksumDatabase, now, true).Accused, "it comes from elsewhere")
			assert.Equal(t, out.Anchors, under.Accused(nil))
		})
	}
}
