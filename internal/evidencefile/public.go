package evidencefile

import (
	"crypto/sha256"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/report"
	"touchstone/internal/trust"
)

// public are the members that people check with public tools: bundles,
// signatures with what they are over and the key, digests, anchors.
func (e Evidence) public() []archive.Member {
	var out []archive.Member
	put := func(path string, data []byte) { out = append(out, archive.Member{Path: path, Data: data}) }
	for i, bundle := range e.Seen.Proofs.Bundles {
		put(fmt.Sprintf("bundles/%d.sigstore.json", i+1), bundle)
	}
	n := 0
	for _, link := range e.Seen.Release.Chain {
		for _, s := range link.Signatures {
			message := s.Message
			if message == nil {
				message = link.Answer.Body
			}
			key, known := e.Seen.Proofs.Anchors.Key(s.Anchors, s.KeyID, trust.UsageSignatures)
			if !known || key.Public == nil || len(s.Bytes) == 0 {
				continue
			}
			n++
			put(fmt.Sprintf("signatures/%d.txt", n), message)
			put(fmt.Sprintf("signatures/%d.sig", n), s.Bytes)
			put(fmt.Sprintf("signatures/%d.pem", n), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: key.SPKI}))
		}
	}
	if contents := e.Seen.Artifact.Contents; contents != nil && contents.Complete {
		if list, err := archive.List(contents.Files, "", ""); err == nil { // else a list cannot hold the names
			put("files.sha256", list)
		}
	}
	var digests strings.Builder
	for _, name := range slices.Sorted(maps.Keys(e.Report.Artifact.Digests)) {
		fmt.Fprintf(&digests, "%s %s\n", name, e.Report.Artifact.Digests[name])
	}
	put("package.digests", []byte(digests.String()))
	return append(out, e.anchors()...)
}

// anchors are the sets by which this audit judged: for people alone.
func (e Evidence) anchors() []archive.Member {
	var out []archive.Member
	for _, s := range e.Seen.Proofs.Anchors.Sets() {
		described, err := json.MarshalIndent(struct {
			trust.Anchor
			SHA256 string `json:"sha256"` // of the document beside it
		}{s.Anchor, fmt.Sprintf("%x", sha256.Sum256(s.Document))}, "", "  ")
		if err != nil {
			panic(err) // names and dates can be written
		}
		name := "anchors/" + string(s.ID)
		out = append(out, archive.Member{Path: name + ".json", Data: append(described, '\n')}, archive.Member{Path: name + ".document", Data: s.Document})
	}
	return out
}

// ownTools begins the commands that need a network.
const ownTools = "With the ecosystem's own tools, which ask the repository:"

// readme says what the file is, and how to check it without this program.
func (e Evidence) readme(name string, withPackage bool, public []archive.Member) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	has := func(path string) bool {
		return slices.ContainsFunc(public, func(m archive.Member) bool { return m.Path == path })
	}
	say("Evidence for %s\nsaved by an audit of %s.\n", report.Clean(e.Report.Reference), e.Report.Time)
	say("report.html shows what that audit found. It proves nothing by itself: check again.")
	say("Checking again: give this zip to the page's Check evidence, or to: npm run -s audit -- --check THIS.zip")
	say("Anchors, times and sums in here are for reading; whoever checks brings their own anchors.\n")
	say("The same with public tools, in a folder where this zip was unpacked:\n")
	say("  sha256sum -c SHA256SUMS")
	say("      Every file of this zip is whole.")
	if has("files.sha256") {
		where := "package/" + strings.TrimPrefix(name, packages)
		if !withPackage {
			say("  The package itself is not in here: put it at %s for what follows.", where)
		}
		unpack := "tar -xzf " + where + " -C unpacked"
		if e.Seen.Release.File.Format == archive.Zip {
			unpack = "unzip -q " + where + " -d unpacked"
		}
		say("  mkdir unpacked && %s && cd unpacked && sha256sum -c ../files.sha256", unpack)
		say("      Every file of the package is as listed.")
	}
	if has("package.digests") {
		say("  cat package.digests")
		say("      The package's digests: sha256sum, sha512sum and openssl dgst compute them.")
	}
	for i := 1; has(fmt.Sprintf("signatures/%d.sig", i)); i++ {
		say("  openssl dgst -sha256 -verify signatures/%d.pem -signature signatures/%d.sig signatures/%d.txt", i, i, i)
		say("      The repository's signature; take the key from the repository, not from here.")
	}
	for i := 1; has(fmt.Sprintf("bundles/%d.sigstore.json", i)); i++ {
		say("  cosign verify-blob-attestation --new-bundle-format --bundle bundles/%d.sigstore.json \\", i)
		say("      --certificate-identity IDENTITY --certificate-oidc-issuer ISSUER --type TYPE %s", name)
		say("      A signed statement. Identity, issuer and type: those you expect; report.html names those found.")
	}
	if len(e.Report.Commands) > 0 {
		say("\n%s\n", ownTools)
	}
	for _, c := range e.Report.Commands {
		say("  %s", report.Clean(c.Text))
		say("      %s. %s", report.Clean(strings.TrimSuffix(c.Purpose, ".")), report.Clean(c.Expect))
	}
	return b.String()
}
