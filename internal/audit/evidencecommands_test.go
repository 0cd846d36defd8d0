//go:build touchstone_testanchors

package audit_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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
	requireCosign(t, dir, offline, len(r.Seen.Proofs.Bundles))
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

// cosignLine is one that asks cosign, over its two lines.
var cosignLine = regexp.MustCompile(`(?m)^  cosign (verify-blob|verify-blob-attestation) ((?:\S+ )*)\\\n +(.+)$`)

// requireCosign holds each line for cosign to what cosign 3 takes: its flags, a bundle
// that is in the file, and the package.
func requireCosign(t *testing.T, dir, readme string, bundles int) {
	lines := cosignLine.FindAllStringSubmatch(readme, -1)
	require.Len(t, lines, bundles, readme)
	for _, m := range lines {
		words := strings.Fields(m[2] + m[3])
		require.Equal(t, 1, len(words)%2, "flags with values, and the package: %q", words)
		given := map[string]string{}
		for i := 0; i+1 < len(words); i += 2 {
			given[words[i]] = words[i+1]
		}
		raw, err := os.ReadFile(filepath.Join(dir, given["--bundle"]))
		require.NoError(t, err)
		var bundle struct {
			MediaType   string          `json:"mediaType"`
			Statement   json.RawMessage `json:"dsseEnvelope"`
			OverTheFile json.RawMessage `json:"messageSignature"`
		}
		require.NoError(t, json.Unmarshal(raw, &bundle))
		require.Contains(t, bundle.MediaType, "application/vnd.dev.sigstore.bundle")
		want := []string{"--bundle"}
		if given["--key"] == "" {
			want = append(want, "--certificate-identity", "--certificate-oidc-issuer")
		} else {
			want = append(want, "--key")
		}
		if bundle.Statement != nil {
			want = append(want, "--type")
		}
		require.ElementsMatch(t, want, slices.Collect(maps.Keys(given)))
		require.Equal(t, bundle.Statement != nil, m[1] == "verify-blob-attestation")
		_, err = os.Stat(filepath.Join(dir, words[len(words)-1]))
		require.NoError(t, err, "the package")
	}
}

func requireGood(t *testing.T, tool, said string) {
	switch tool {
	case "openssl":
		require.Contains(t, said, "Verified OK")
	case "gpgv":
		require.Contains(t, said, "Good signature")
	}
}
