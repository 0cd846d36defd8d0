//go:build touchstone_testanchors

package auditor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/badge"
	"touchstone/internal/mint"
)

// TestOneOfSeveralFiles: the verdict on a version with two files names the one that was
// audited, and says that there are two; each can be asked for.
func TestOneOfSeveralFiles(t *testing.T) {
	s := play(t, gold("24"))
	wheel := mint.Wheel{Name: "thing", Version: "1.0", Files: map[string]string{"thing.py": "answer = 42\n"}}
	made := mint.NewPyPIFile(mint.NewSigstore("files", "rekor.sigstore.dev", s.now), wheel, "example/thing", strings.Repeat("01", 20))
	made.Attestations = nil
	other := *made
	other.File = "thing-1.0-py2-none-any.whl"
	w := mint.World{}
	mint.ServePyPI(w, "https://pypi.org/", "https://files.pythonhosted.org/", made, &other)
	s.do = w.Do

	v := s.verdict(t, "pkg:pypi/thing@1.0")
	assert.Equal(t, []any{badge.Settled, made.File, 2}, []any{v.State, v.File, v.Files})
	words := badge.Say(v, "a.example", "")
	assert.Equal(t, "Integrity 1 of 3: checksummed, 1 of 2 files", words.Message)
	assert.Contains(t, words.Title, "The file is "+made.File+".")
	for _, file := range []string{made.File, other.File} {
		assert.Equal(t, file, s.verdict(t, "pkg:pypi/thing@1.0?file_name="+file).File)
	}
}
