//go:build touchstone_testanchors

package trust

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWithTestAnchors(t *testing.T) {
	r, s, _ := published(t)
	a, err := WithTestAnchors(TestAnchors{
		SigstoreRoot: s.TrustedRoot, NPMKeys: s.NPMKeys, TUFRoot: r.files["/1.root.json"],
		LogKeys: []string{"log.example+01020304+AQ=="}, Taken: now, Seen: first,
	})
	require.NoError(t, err)
	assert.Equal(t, s.TrustedRoot, a.Set(SigstoreRoot).Document)
	assert.Len(t, a.Set(NPMKeys).Keys, 2)
	assert.Equal(t, first, a.seen)
	_, ok := a.LogKey("sum.golang.org")
	assert.False(t, ok)
	key, ok := a.LogKey("log.example")
	assert.True(t, ok)
	assert.Equal(t, "log.example+01020304+AQ==", key)
	for _, anchor := range a.Sets() {
		if anchor.Kind != KindArchiveKeys { // whose documents state it
			assert.Equal(t, now, anchor.Taken)
		}
	}
	_, err = Refresh(a, Memory{}, r, now)
	require.NoError(t, err)

	same, err := WithTestAnchors(TestAnchors{Taken: now, Seen: committed().seen})
	require.NoError(t, err)
	assert.Equal(t, Embedded().Set(SigstoreRoot).Document, same.Set(SigstoreRoot).Document)
	_, ok = same.LogKey("sum.golang.org")
	assert.True(t, ok)

	_, err = WithTestAnchors(TestAnchors{NPMKeys: []byte("{}")})
	require.ErrorContains(t, err, "reading npm's registry keys")
}
