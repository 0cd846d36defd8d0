//go:build touchstone_testanchors

package audit_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
)

// TestEvidenceFileCommands runs what the README of an evidence file of each
// ecosystem says, with the public tools that this machine has.
func TestEvidenceFileCommands(t *testing.T) {
	for name, c := range inventedPackages(t) {
		if name == "rpm" {
			continue // RPM's tools want one that they made themselves: TestRPMTools
		}
		t.Run(name, func(t *testing.T) {
			r, err := ask(t.Context(), c.reference, c.o(c.world))
			require.NoError(t, err)
			archive := mint.NewArchiveKey("archive", time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC))
			requireCommands(t, r, archive.Certificate("A key of a test"), map[string]string{"deb": "gpgv", "npm": "openssl", "freebsd": "openssl"}[name])
		})
	}
}

// requireCommands unpacks an audit's evidence file and runs what its README says,
// with a keyring. The tool that verifies a signature must have run, where it is on
// this machine, and must refuse another text.
func requireCommands(t *testing.T, r *result, keyring []byte, verifier string) {
	dir := t.TempDir()
	for _, m := range membersOf(t, zipped(t, r, true)) {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(m.Path)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, m.Path), m.Data, 0o644))
	}
	ring := filepath.Join(dir, "keyring.gpg")
	require.NoError(t, os.WriteFile(ring, keyring, 0o600))
	readme, err := os.ReadFile(filepath.Join(dir, "README.txt"))
	require.NoError(t, err)
	offline, _, both := strings.Cut(string(readme), "With the ecosystem's own tools")
	require.True(t, both)
	tried := map[string]string{}
	for line := range strings.Lines(offline) {
		if !strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "   ") {
			continue // it says what the command before it does, or goes on with it
		}
		command := strings.ReplaceAll(strings.TrimSpace(line), "KEYRING", ring)
		tool, _, _ := strings.Cut(command, " ")
		if said, ran := runs(t, dir, command, true); ran {
			tried[tool] = command
			requireGood(t, tool, said)
		}
	}
	require.Contains(t, tried, "sha256sum")
	if _, err := exec.LookPath(verifier); verifier == "" || err != nil {
		return
	}
	require.Contains(t, tried, verifier, string(readme))
	text, err := os.ReadFile(filepath.Join(dir, "signatures", "1.txt"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "signatures", "1.txt"), append([]byte("x"), text...), 0o600))
	first := regexp.MustCompile(`signatures/\d+`).ReplaceAllString(tried[verifier], "signatures/1")
	_, ran := runs(t, dir, first, false)
	require.True(t, ran)
}

// needed are the tools inside a command that begins with another.
var needed = []string{"unzip", "dpkg-deb", "rpm2archive", "zstd"}

// runs runs a command in a folder, where every tool of it is on this machine, and
// holds whether it succeeds. Of cosign's, the identity is for a person to fill in.
func runs(t *testing.T, dir, command string, succeeds bool) (said string, ran bool) {
	tool, _, _ := strings.Cut(command, " ")
	for _, one := range append([]string{tool}, needed...) {
		if one != tool && !strings.Contains(command, one) {
			continue
		}
		if _, err := exec.LookPath(one); err != nil || one == "cosign" {
			t.Logf("not tried, as %s is not on this machine or needs an identity: %s", one, command)
			return "", false
		}
	}
	run := exec.Command("sh", "-e", "-c", command)
	run.Dir, run.Env = dir, append(os.Environ(), "GNUPGHOME="+t.TempDir(), "LC_ALL=C")
	out, err := run.CombinedOutput()
	require.Equal(t, succeeds, err == nil, "%s\n%s", command, out)
	return string(out), true
}

func requireGood(t *testing.T, tool, said string) {
	switch tool {
	case "openssl":
		require.Contains(t, said, "Verified OK")
	case "gpgv":
		require.Contains(t, said, "Good signature")
	}
}
