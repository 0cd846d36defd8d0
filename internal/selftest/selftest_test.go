package selftest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/trust"
)

// known are the known answers as the site serves them.
func known(t *testing.T) Known {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/sigstore/sigstore-go").Output()
	require.NoError(t, err)
	examples := filepath.Join(strings.TrimSpace(string(out)), "examples")
	var k Known
	read := func(path string) []byte {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		return b
	}
	require.NoError(t, json.Unmarshal(read("../../web/known/log.json"), &k.Log))
	k.Provenance, k.Publish = read(filepath.Join(examples, "bundle-provenance.json")), read(filepath.Join(examples, "bundle-publish.json"))
	k.OpenPGP.Key, k.OpenPGP.Signed = string(read("../../web/known/key.asc")), string(read("../../web/known/signed.asc"))
	return k
}

func run(t *testing.T, k Known, anchors trust.Anchors) map[string]string {
	t.Helper()
	doc, err := json.Marshal(k)
	require.NoError(t, err)
	wrong := map[string]string{}
	for _, s := range Steps {
		if err := s.Run(doc, anchors); err != nil {
			wrong[s.Name] = err.Error()
		}
	}
	return wrong
}

// TestKnownAnswers: what is known is what this program finds, by the anchors that
// it carries.
func TestKnownAnswers(t *testing.T) {
	require.Empty(t, run(t, known(t), trust.Embedded()))
}

// TestAnotherAnswerIsFound: a good one that is refused, and a bad one that is
// accepted, for each mechanism.
func TestAnotherAnswerIsFound(t *testing.T) {
	for _, bend := range []struct {
		step string
		bend func(k *Known)
	}{
		{"the proof of a log", func(k *Known) { k.Log.Proof[0] = k.Log.Proof[1] }},
		{"the proof of a log", func(k *Known) { k.Log.ID++ }},
		{"the proof of a log", func(k *Known) { k.Log.Head = changed(k.Log.Head) }},
		{"the signature of a key", func(k *Known) { k.Publish = k.Provenance }},
		{"the signature of a certificate", func(k *Known) { k.Provenance = k.Publish }},
		{"the signature of an OpenPGP key", func(k *Known) { k.OpenPGP.Signed = changed(k.OpenPGP.Signed) }},
		{"the signature of an OpenPGP key", func(k *Known) { k.OpenPGP.Key = "" }},
		{"the signature of an OpenPGP key", func(k *Known) { k.OpenPGP.Signed = strings.ReplaceAll(k.OpenPGP.Signed, "0123456789", "") }},
	} {
		k := known(t)
		bend.bend(&k)
		wrong := run(t, k, trust.Embedded())
		require.Len(t, wrong, 1)
		require.NotEmpty(t, wrong[bend.step])
	}
	// Without anchors nothing good is accepted, but for what needs none.
	require.Len(t, run(t, known(t), trust.Anchors{}), len(Steps)-2)
	require.ErrorContains(t, both(nil, nil), "a bad one was accepted")
	require.NotEqual(t, "a1b2c3d4", changed("a1b2c3d4"))
}
