package evidencefile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/report"
	"touchstone/internal/strictjson"
)

// ownTools begins the commands that need a network.
const ownTools = "With the ecosystem's own tools, which ask the repository:"

// unpacking are the commands that unpack a package of each form into the folder
// "unpacked", so that its files lie where files.sha256 names them. %s is the package.
var unpacking = map[archive.Format]string{
	archive.Zip:   "unzip -q %s -d unpacked",
	archive.TarGz: "tar -xzf %s -C unpacked",
	archive.Tar:   "tar -xf %s -C unpacked",
	archive.CPIO:  "rpm2archive - < %s | tar -xzf - -C unpacked",
	"deb":         "dpkg-deb -R %s unpacked",
	"file":        "cp %s unpacked",
}

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
	say("Anchors, keys, times and sums in here are for reading; whoever checks brings their own anchors.\n")
	say("The same with public tools, in a folder where this zip was unpacked:\n")
	say("  sha256sum -c SHA256SUMS")
	say("      Every file of this zip is whole.")
	if has("files.sha256") {
		if !withPackage && !e.isRecord() {
			say("  The package itself is not in here: put it at %s for what follows.", name)
		}
		if unpack, known := unpacking[e.Seen.Artifact.Contents.Format]; known {
			say("  mkdir unpacked && "+unpack+" && cd unpacked && sha256sum -c ../files.sha256", name)
		} else if !e.pieces(say, withPackage) {
			say("  Unpack the package with its own tool into a folder. There: sha256sum -c PATH/files.sha256")
		}
		say("      Every file of the package is as listed.")
	}
	if has("package.digests") {
		say("  cat package.digests")
		say("      The package's digests: sha256sum, sha512sum and openssl dgst compute them.")
	}
	for i, s := range e.signed() {
		say("  %s", s.command(i+1))
		if s.key == nil {
			say("      The repository's signature. KEYRING is the file of its keys, in binary: take it from the repository.")
			continue
		}
		say("      The repository's signature; take the key from the repository, not from here.")
	}
	for i, bundle := range e.Seen.Proofs.Bundles {
		over := name
		if e.payload(i) != nil {
			over = payloadName(i)
		}
		for _, line := range verifying(i+1, strictjson.Fields(bundle), over) {
			say("  %s", line)
		}
	}
	if len(e.Seen.Proofs.Bundles) > 0 {
		say("      Without a network, cosign needs --trusted-root and the file of a Sigstore trusted root that you have.")
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

// pieces says how to look into the archives that stand apart from the package, of
// which some take away what those before them brought; false where there are none.
func (e Evidence) pieces(say func(format string, args ...any), here bool) bool {
	any := false
	for _, p := range e.Seen.Artifact.Parts {
		if !p.OnDemand {
			continue
		}
		any, here = true, here && !p.Passes
		if here && p.Algorithm == "sha256" && p.Answer.State == fetch.Found {
			say("  tar -tf \"$(grep -m1 ^%s SHA256SUMS | cut -c67-)\"", p.Value)
			say("      What is in %s. A name that begins with .wh. takes away what stood there before.", report.Clean(p.Name))
		}
	}
	switch {
	case any && here:
		say("  Unpack them in this order into a folder, and take away what .wh. names say. There: sha256sum -c PATH/files.sha256")
	case any:
		say("  Its layers are not in here. Where they are unpacked, in their order: sha256sum -c PATH/files.sha256")
	}
	return any
}

// command verifies the n-th signature.
func (s signed) command(n int) string {
	if s.key == nil {
		return fmt.Sprintf("gpgv --keyring KEYRING signatures/%d.sig signatures/%d.txt", n, n)
	}
	return fmt.Sprintf("openssl dgst -sha256 -verify signatures/%d.pem -signature signatures/%d.sig signatures/%d.txt", n, n, n)
}

// verifying are the lines about the n-th bundle: of a statement or of a signature
// over the bytes, by a certificate or by a key. They are for cosign 3, which takes
// Sigstore bundles unasked and looks for the digests that the statement's subjects have
// (github.com/sigstore/cosign, doc/cosign_verify-blob-attestation.md, v3.1.3).
func verifying(n int, bundle strictjson.Object, name string) []string {
	who, those := "--certificate-identity IDENTITY --certificate-oidc-issuer ISSUER", "Identity and issuer"
	if material := bundle.Object("verificationMaterial"); material.Has("publicKey") {
		who, those = "--key KEY.pem", "The key"
	}
	if bundle.Has("messageSignature") {
		return []string{
			fmt.Sprintf("cosign verify-blob --bundle bundles/%d.sigstore.json \\", n),
			fmt.Sprintf("    %s %s", who, name),
			fmt.Sprintf("    With cosign 3: a signature over the bytes of that file. %s: those you expect; report.html names those found.", those),
		}
	}
	return []string{
		fmt.Sprintf("cosign verify-blob-attestation --bundle bundles/%d.sigstore.json \\", n),
		fmt.Sprintf("    %s --type TYPE %s", who, path.Clean(name)),
		fmt.Sprintf("    With cosign 3: a signed statement. %s, and type: those you expect; report.html names those found.", those),
	}
}
