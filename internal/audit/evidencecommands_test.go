//go:build touchstone_testanchors

package audit_test

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
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
	"touchstone/internal/prove"
	"touchstone/internal/trust"
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

// TestEvidenceFileCommandsOfOldSignatures: what cosign signed of an image at first is a
// document that names it, and that is in the file.
func TestEvidenceFileCommandsOfOldSignatures(t *testing.T) {
	i := ghcrImage()
	i.SignOld("ghcr.io/example/thing", i.Index, i.by("example", "ghcr.io/example/thing"))
	o := i.options(t, i.world())
	o.Parts = true
	r, err := ask(t.Context(), i.pinned(), o)
	require.NoError(t, err)
	require.Equal(t, both(3, 3, 1, 2), levels(r), r.Report.Text(false))
	requireCommands(t, r, nil, "")
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
	requireCosign(t, dir, offline, r.Seen.Proofs)
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
// holds whether it succeeds. Those of cosign are for [requireCosign].
func runs(t *testing.T, dir, command string, succeeds bool) (said string, ran bool) {
	tool, _, _ := strings.Cut(command, " ")
	for _, one := range append([]string{tool}, needed...) {
		if one != tool && !strings.Contains(command, one) {
			continue
		}
		if one == "cosign" {
			return "", false // requireCosign runs it
		}
		if _, err := exec.LookPath(one); err != nil {
			t.Logf("not tried, as %s is not on this machine: %s", one, command)
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
// that is in the file, and the package; where cosign 3 is on this machine it is run, with
// what a person would put in, and must refuse another file.
func requireCosign(t *testing.T, dir, readme string, p prove.Proofs) {
	lines := cosignLine.FindAllStringSubmatch(readme, -1)
	require.Len(t, lines, len(p.Bundles), readme)
	for _, m := range lines {
		words := strings.Fields(m[2] + m[3])
		require.Equal(t, 1, len(words)%2, "flags with values, and the package: %q", words)
		given := map[string]string{}
		for i := 0; i+1 < len(words); i += 2 {
			given[words[i]] = words[i+1]
		}
		raw, err := os.ReadFile(filepath.Join(dir, given["--bundle"]))
		require.NoError(t, err)
		bundle := signedBundle{}
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
		over := words[len(words)-1]
		_, err = os.Stat(filepath.Join(dir, over))
		require.NoError(t, err, "the package")
		runCosign(t, dir, m[1], given, bundle, over, p)
	}
}

// signedBundle is what the lines for cosign depend on in a bundle.
type signedBundle struct {
	MediaType string `json:"mediaType"`
	Statement *struct {
		Payload []byte `json:"payload"`
	} `json:"dsseEnvelope"`
	Material struct {
		Certificate struct {
			Raw []byte `json:"rawBytes"`
		} `json:"certificate"`
		Chain struct {
			Certificates []struct {
				Raw []byte `json:"rawBytes"`
			} `json:"certificates"`
		} `json:"x509CertificateChain"`
		Key struct {
			Hint string `json:"hint"`
		} `json:"publicKey"`
	} `json:"verificationMaterial"`
}

// runCosign runs one line, offline, with what the bundle itself says of its signer.
func runCosign(t *testing.T, dir, verb string, given map[string]string, bundle signedBundle, over string, p prove.Proofs) {
	if _, err := exec.LookPath("cosign"); err != nil {
		t.Logf("not tried, as cosign is not on this machine: %s %s", verb, given)
		return
	}
	args := []string{verb, "--bundle", given["--bundle"], "--trusted-root", "anchors/" + string(trust.SigstoreRoot) + ".document"}
	if bundle.Statement != nil {
		var says struct {
			Type string `json:"predicateType"`
		}
		require.NoError(t, json.Unmarshal(bundle.Statement.Payload, &says))
		args = append(args, "--type", says.Type)
	}
	raw := bundle.Material.Certificate.Raw
	if chain := bundle.Material.Chain.Certificates; len(chain) > 0 {
		raw = chain[0].Raw
	}
	if raw != nil {
		leaf, err := x509.ParseCertificate(raw)
		require.NoError(t, err)
		issuer := ""
		for _, e := range leaf.Extensions {
			if e.Id.String() == "1.3.6.1.4.1.57264.1.8" {
				_, err := asn1.Unmarshal(e.Value, &issuer)
				require.NoError(t, err)
			}
		}
		require.NotEmpty(t, leaf.URIs)
		args = append(args, "--certificate-identity", leaf.URIs[0].String(), "--certificate-oidc-issuer", issuer)
	} else {
		keys := p.Anchors.Keys(trust.NPMKeys, trust.UsageAttestations)
		i := slices.IndexFunc(keys, func(k trust.Key) bool { return k.ID == bundle.Material.Key.Hint })
		require.GreaterOrEqual(t, i, 0, bundle.Material.Key.Hint)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "KEY.pem"), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: keys[i].SPKI}), 0o600))
		args = append(args, "--key", "KEY.pem")
	}
	for file, good := range map[string]bool{over: true, "README.txt": false} {
		run := exec.Command("cosign", append(slices.Clone(args), file)...)
		run.Dir, run.Env = dir, append(os.Environ(), "HOME="+dir, "TUF_ROOT="+filepath.Join(dir, "tuf"))
		out, err := run.CombinedOutput()
		require.Equal(t, good, err == nil, "%q\n%s", run.Args, out)
		require.Equal(t, good, strings.Contains(string(out), "Verified OK"), "%s", out)
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
