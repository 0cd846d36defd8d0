//go:build touchstone_testanchors

package auditor

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/badge"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// ship makes a scene in which a registry has an image, whose owner signed it or not.
// The image's purl has the digest.
func ship(t *testing.T, signed bool) (s *scene, reference string) {
	t.Helper()
	s = play(t, gold("24"))
	const own, head = "ghcr.io/example/thing", "0123456789abcdef0123456789abcdef01234567"
	image := mint.NewImage(mint.NewSigstore("images", "rekor.sigstore.dev", s.now.Add(-time.Hour)), "ghcr.io", "ghcr.io", "example/thing", map[string]any{}, map[string]string{"thing": "answer\n"})
	if signed {
		x := mint.GitHubActions("https://github.com/example/thing", ".github/workflows/release.yml", "refs/heads/main", head)
		x.Claims[16] = "https://github.com/example"
		x.Statement = image.Statement(own, "https://sigstore.dev/cosign/sign/v1", map[string]any{})
		image.Refer(image.Bundle(x))
	}
	image.Tag("v1", image.Index)
	w := mint.World{}
	image.Serve(w)
	s.do = w.Do
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: image.TrustedRoot(), Taken: s.now})
	require.NoError(t, err)
	s.Anchors = anchors
	return s, "pkg:oci/thing@" + mint.Digest(image.Index) + "?repository_url=ghcr.io%2Fexample%2Fthing"
}

func TestAnImage(t *testing.T) {
	s, reference := ship(t, false)
	v := s.verdict(t, reference)
	assert.Equal(t, badge.Settled, v.State)
	assert.Equal(t, []any{"Integrity", 1, 3}, []any{v.Track, v.Level, v.Of})
	assert.Equal(t, []string{reference, "oci", "ghcr.io/example/thing"}, []string{v.Reference, v.Type, v.Name})
	assert.True(t, strings.HasPrefix(v.Version, "sha256:"))
	assert.Equal(t, 30*24*time.Hour, v.Until.Sub(v.At))
	before := s.asked.Load()
	assert.Equal(t, v, s.verdict(t, reference))
	assert.Equal(t, before, s.asked.Load(), "nobody is asked again")
}

// TestASignedImageHasNoNumber: its layers are not fetched here, so that the level
// stays open; what is signed is said.
func TestASignedImageHasNoNumber(t *testing.T) {
	s, reference := ship(t, true)
	v := s.verdict(t, reference)
	assert.Equal(t, badge.Unhashed, v.State)
	assert.True(t, v.RecordSigned)
	assert.Zero(t, v.Level)
}

// TestATagIsKeptForMinutes: the verdict is on the digest that it means now.
func TestATagIsKeptForMinutes(t *testing.T) {
	s, reference := ship(t, false)
	tagged := strings.Replace(reference, reference[strings.Index(reference, "@"):strings.Index(reference, "?")], "", 1) + "&tag=v1"
	v := s.verdict(t, tagged)
	assert.Equal(t, badge.Settled, v.State)
	assert.Equal(t, reference+"&tag=v1", v.Reference)
	assert.Equal(t, 10*time.Minute, v.Until.Sub(v.At))
}

// TestOnlyDeclaredRegistriesAreAsked: another is refused before anybody is asked.
func TestOnlyDeclaredRegistriesAreAsked(t *testing.T) {
	s, reference := ship(t, false)
	w := s.ask("verdict", strings.Replace(reference, "ghcr.io", "registry.example.com", 1))
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.Contains(t, w.Body.String(), "none of those that are asked here")
	assert.Zero(t, s.asked.Load())
}
