//go:build touchstone_testanchors

package audit_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEvidenceFileCommands runs what an evidence file's README says, with the
// public tools that this machine has.
func TestEvidenceFileCommands(t *testing.T) {
	p := package123(t)
	r := p.audit(p.world())
	dir := t.TempDir()
	for _, m := range membersOf(t, zipped(t, r, true)) {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(m.Path)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, m.Path), m.Data, 0o644))
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.txt"))
	require.NoError(t, err)
	tried := map[string]int{}
	offline, _, both := strings.Cut(string(readme), "With the ecosystem's own tools")
	require.True(t, both)
	for line := range strings.Lines(offline) {
		command := strings.TrimSpace(line)
		tool, _, _ := strings.Cut(command, " ")
		if !strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "   ") || tool == "--certificate-identity" {
			continue
		}
		if tool == "cosign" {
			continue // its identity is for a person to fill in
		}
		if _, err := exec.LookPath(tool); err != nil {
			t.Logf("%s is not on this machine: not tried", tool)
			continue
		}
		run := exec.Command("sh", "-e", "-c", command)
		run.Dir = dir
		said, err := run.CombinedOutput()
		require.NoError(t, err, "%s\n%s", command, said)
		tried[tool]++
		if tool == "openssl" {
			require.Contains(t, string(said), "Verified OK")
		}
	}
	require.GreaterOrEqual(t, tried["sha256sum"], 1, string(readme))
	require.GreaterOrEqual(t, tried["mkdir"], 1, string(readme))
	for _, name := range []string{"bundles/1.sigstore.json", "signatures/1.sig", "anchors/npm-keys.json"} {
		require.FileExists(t, filepath.Join(dir, filepath.FromSlash(name)))
	}
}
