package sigstore

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"touchstone/internal/bundleform"
	"touchstone/internal/digest"
	"touchstone/internal/fault"
	"touchstone/internal/strictjson"
)

// This file is the client side of the public conformance suite
// (github.com/sigstore/sigstore-conformance, docs/cli_protocol.md).

// commandVerify is the one subcommand of the suite that this program has.
const commandVerify = "verify-bundle"

// commandUsage is what the suite passes.
const commandUsage = commandVerify + " --bundle FILE (--certificate-identity ID --certificate-oidc-issuer URL | --key PEM) [--trusted-root FILE] FILE_OR_DIGEST"

// command holds the arguments of verify-bundle.
type command struct {
	bundle, identity, issuer, key, root string
	artifact                            string
	staging                             bool
}

// VerifyBundle runs "verify-bundle" of the conformance suite: args begin with
// that word. It returns nil where the bundle is accepted. The trusted root is
// used where the arguments name no other.
//
//  1. Read the arguments.
//  2. Load the trusted root, the bundle and the artifact or its digest. Where
//     the file holds bundles in another form, one of them is to be accepted.
//  3. Verify: with a key, by that key; else by a certificate, which must be
//     promised to a certificate transparency log, unless the instance has no
//     logs of any kind.
//  4. Compare the certificate's identity, exactly, and refuse a chain that
//     brings its own root.
//
// As says as what the file was read, where it is no bundle itself.
func VerifyBundle(args []string, readFile func(string) ([]byte, error), trustedRoot []byte) (as string, err error) {
	// 1.
	c, err := parseCommand(args)
	if err != nil {
		return "", err
	}
	// 2.
	q, err := c.query(readFile, trustedRoot)
	if err != nil {
		return "", err
	}
	form, err := bundleform.Read(q.Bundle)
	if err != nil {
		return form.Name, fail(fault.Malformed, StepBundle, err.Error())
	}
	var first error
	for _, bundle := range form.Bundles {
		q.Bundle = bundle
		err := c.accept(q, readFile)
		if err == nil {
			return form.Name, nil
		}
		if first == nil {
			first = err
		}
	}
	if n := len(form.Bundles); n > 1 {
		return form.Name, fmt.Errorf("none of its %d bundles is accepted; the first: %w", n, first)
	}
	return form.Name, first
}

// accept verifies one bundle: steps 3 and 4 of [VerifyBundle].
func (c *command) accept(q Query, readFile func(string) ([]byte, error)) error {
	b, err := readBundle(q.Bundle)
	if err != nil {
		return err
	}
	if c.key != "" {
		if q.Keys, err = c.readKeys(b, readFile); err != nil {
			return err
		}
	}
	// 3.
	v, err := q.verify(b)
	if err != nil {
		return err
	}
	// 4.
	if c.key != "" {
		return nil
	}
	if err := v.Certificate.Match(Want{SAN: c.identity, Issuer: c.issuer}); err != nil {
		return err
	}
	return checkChain(b)
}

// checkChain refuses a bundle whose chain holds a root. The specification lets a
// client ignore that certificate, the suite does not. Bundles of version 0.1
// usually hold theirs, from before there was such a rule; later than 0.2 there
// are no chains.
func checkChain(b *read) error {
	if b.MediaType != understood[1] && b.MediaType != understood[4] {
		return nil
	}
	for _, c := range b.VerificationMaterial.GetX509CertificateChain().GetCertificates() {
		cert, err := x509.ParseCertificate(c.GetRawBytes())
		if err != nil {
			return fail(fault.Malformed, StepCertificate, err.Error())
		}
		if bytes.Equal(cert.RawIssuer, cert.RawSubject) {
			return fail(fault.Malformed, StepCertificate, "its chain brings a root certificate; roots are the verifier's to bring")
		}
	}
	return nil
}

// Batch runs one line of a batch: a JSON list of the arguments of
// [VerifyBundle]. Reason says why a bundle is not accepted, as as what a file was
// read that is no bundle itself.
func Batch(line []byte, readFile func(string) ([]byte, error), trustedRoot []byte) (accepted bool, reason, as string) {
	var args []string
	if err := strictjson.Check(line); err != nil {
		return false, "reading the line: " + err.Error(), ""
	}
	if err := json.Unmarshal(line, &args); err != nil {
		return false, "reading the line: it is not a list of strings", ""
	}
	as, err := VerifyBundle(args, readFile, trustedRoot)
	if err != nil {
		return false, plain(err.Error()), as
	}
	return true, "", as
}

func parseCommand(args []string) (*command, error) {
	if len(args) == 0 || args[0] != commandVerify {
		return nil, errors.New("reading the arguments: the first is not " + commandVerify + "; usage: " + commandUsage)
	}
	c := &command{}
	values := map[string]*string{
		"--bundle": &c.bundle, "--key": &c.key, "--trusted-root": &c.root,
		"--certificate-identity": &c.identity, "--certificate-oidc-issuer": &c.issuer,
	}
	for rest := args[1:]; len(rest) > 0; {
		place, takes := values[rest[0]]
		switch {
		case takes && len(rest) > 1 && rest[1] != "" && *place == "":
			*place, rest = rest[1], rest[2:]
		case rest[0] == "--staging":
			c.staging, rest = true, rest[1:]
		case !strings.HasPrefix(rest[0], "--") && c.artifact == "" && len(rest) == 1:
			c.artifact, rest = rest[0], nil
		default:
			return nil, fmt.Errorf("reading the arguments: %q is not expected there; usage: %s", rest[0], commandUsage)
		}
	}
	return c, c.check()
}

func (c *command) check() error {
	identity := c.identity != "" || c.issuer != ""
	switch {
	case c.staging && c.root == "":
		return errors.New("reading the arguments: --staging names an instance that this build does not trust; give its root with --trusted-root")
	case c.bundle == "" || c.artifact == "":
		return errors.New("reading the arguments: no bundle or no artifact; usage: " + commandUsage)
	case c.key != "" && identity:
		return errors.New("reading the arguments: a bundle is signed by a key or by a certificate's identity; give one of them")
	case c.key == "" && (c.identity == "" || c.issuer == ""):
		return errors.New("reading the arguments: who should have signed is not said; usage: " + commandUsage)
	}
	return nil
}

// query loads the files that the arguments name.
func (c *command) query(readFile func(string) ([]byte, error), trustedRoot []byte) (Query, error) {
	var q Query
	var err error
	if c.root != "" {
		if trustedRoot, err = readFile(c.root); err != nil {
			return Query{}, fmt.Errorf("reading the trusted root: %w", err)
		}
	}
	if q.Root, err = ParseRoot(trustedRoot); err != nil {
		return Query{}, err
	}
	if q.Bundle, err = readFile(c.bundle); err != nil {
		return Query{}, fmt.Errorf("reading the bundle: %w", err)
	}
	if q.Artifact, err = c.readArtifact(readFile); err != nil {
		return Query{}, err
	}
	policy := q.Root.Policy()
	if c.key == "" && policy.LogEntries > 0 {
		// An instance that logs in public logs its certificates as well: a root
		// that does not name the logs to ask is no reason not to.
		policy.SCTs = max(policy.SCTs, 1)
	}
	q.Policy = &policy
	return q, nil
}

// readArtifact takes the last argument as a digest where it looks like one and
// is no file.
func (c *command) readArtifact(readFile func(string) ([]byte, error)) (Artifact, error) {
	content, err := readFile(c.artifact)
	if err == nil {
		if content == nil {
			content = []byte{} // an empty file is there
		}
		return Artifact{Bytes: content}, nil
	}
	if algorithm, sum, ok := strings.Cut(c.artifact, ":"); ok {
		if _, unreadable := digest.Hex(algorithm, sum); unreadable == nil && digest.Strong(algorithm) {
			return Artifact{Digests: []Digest{{Algorithm: algorithm, Hex: sum}}}, nil
		}
	}
	return Artifact{}, fmt.Errorf("reading the artifact: %w", err)
}

// readKeys loads the one key that is trusted, under the names that the bundle
// gives its signer: the suite trusts the key, whatever it is called.
func (c *command) readKeys(b *read, readFile func(string) ([]byte, error)) ([]Key, error) {
	text, err := readFile(c.key)
	if err != nil {
		return nil, fmt.Errorf("reading the key: %w", err)
	}
	spki, err := ParsePEM(text)
	if err != nil {
		return nil, err
	}
	public := b.VerificationMaterial.GetPublicKey()
	if public == nil {
		return nil, fail(fault.Missing, StepKey, "the bundle is signed by a certificate and not by a key")
	}
	keys := []Key{{Hint: public.GetHint(), SPKI: spki}}
	if id := b.keyID(); id != public.GetHint() {
		keys = append(keys, Key{Hint: id, SPKI: spki})
	}
	return keys, nil
}
