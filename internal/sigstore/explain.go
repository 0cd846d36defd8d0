package sigstore

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"touchstone/internal/fault"
	"touchstone/internal/sshkey"

	"github.com/google/certificate-transparency-go/x509util"
	"github.com/sigstore/sigstore-go/pkg/verify"
)

// explain finds out which step refused a bundle that sigstore-go refuses, by
// taking the steps one by one. It never turns a refusal into an acceptance.
func (a *attempt) explain(refusal error) error {
	a.ignored = nil
	entries, err := checkLog(a.bundle, a.seen, false, &a.ignored)
	if err != nil {
		return err
	}
	if err := a.enoughLog(entries); err != nil {
		return err
	}
	times, err := a.times(entries)
	if err != nil {
		return err
	}
	if err := a.enoughTimes(times); err != nil {
		return err
	}
	if a.keyless {
		if err := a.explainCertificate(times); err != nil {
			return err
		}
	}
	if err := a.explainSignature(); err != nil {
		return err
	}
	if a.unread != nil {
		return a.unread
	}
	if f, ok := errors.AsType[*Failure](refusal); ok {
		return f
	}
	return fail(fault.Wrong, StepBundle, refusal.Error())
}

func (a *attempt) enoughLog(entries []LogEntry) error {
	logs := map[string]bool{}
	for _, e := range entries {
		logs[e.Log.ID] = true
	}
	return a.enough(StepLog, "log entries", len(logs), a.policy.LogEntries)
}

func (a *attempt) enoughTimes(times []ProvenTime) error {
	return a.enough(StepTime, "proven times", len(times), a.policy.Times)
}

// enough tells a lack of evidence from a lack of anchors.
func (a *attempt) enough(step Step, what string, have, want int) error {
	if have >= want {
		return nil
	}
	reason := fmt.Sprintf("it has %d verified %s; %d are needed", have, what, want)
	if len(a.ignored) > 0 {
		return fail(fault.NoAnchor, step, reason+" ("+strings.Join(a.ignored, "; ")+")")
	}
	return fail(fault.Missing, step, reason)
}

// explainCertificate takes chain, transparency and validity one by one.
func (a *attempt) explainCertificate(times []ProvenTime) error {
	leaf := a.bundle.signer.Certificate()
	if _, err := readIdentity(leaf); err != nil {
		return fail(fault.Malformed, StepCertificate, err.Error())
	}
	if !a.query.Root.issued(leaf) {
		return fail(fault.NoAnchor, StepCertificate, "its authority is not among the anchors")
	}
	// x509 cannot read Fulcio's user names; readIdentity can, and just did.
	leaf.UnhandledCriticalExtensions = withoutSAN(leaf.UnhandledCriticalExtensions)
	var chains [][]*x509.Certificate
	var err error
	for _, t := range times {
		if chains, err = verify.VerifyLeafCertificate(t.Time, leaf, a.seen); err != nil {
			return fail(fault.Wrong, StepCertificate, err.Error())
		}
	}
	if a.policy.SCTs > 0 {
		if err := verify.VerifySignedCertificateTimestamp(chains, a.policy.SCTs, a.seen); err != nil {
			return a.explainSCT(leaf, err)
		}
	}
	return nil
}

// explainSCT tells why no certificate transparency log's promise verified.
func (a *attempt) explainSCT(leaf *x509.Certificate, refusal error) error {
	promises, err := x509util.ParseSCTsFromCertificate(leaf.Raw)
	if err != nil || len(promises) == 0 {
		return fail(fault.Missing, StepCertificate, "no certificate transparency log has promised to hold it")
	}
	for _, p := range promises {
		if _, known := a.seen.CTLogs()[hex.EncodeToString(p.LogID.KeyID[:])]; known {
			return fail(fault.Wrong, StepCertificate, "its transparency log's promise: "+refusal.Error())
		}
	}
	return fail(fault.NoAnchor, StepCertificate, "the certificate transparency log that promised to hold it is not among the anchors")
}

// issued tells whether the certificate names an authority of the root.
func (r *Root) issued(leaf *x509.Certificate) bool {
	for _, ca := range r.issuers {
		for _, c := range append([]*x509.Certificate{ca.Root}, ca.Intermediates...) {
			if bytes.Equal(c.RawSubject, leaf.RawIssuer) && (len(leaf.AuthorityKeyId) == 0 || bytes.Equal(c.SubjectKeyId, leaf.AuthorityKeyId)) {
				return true
			}
		}
	}
	return false
}

// explainSignature verifies the signature over the content alone.
func (a *attempt) explainSignature() error {
	if a.bundle.GetDsseEnvelope() == nil {
		return fail(fault.Wrong, StepSignature, "it does not verify over the artifact")
	}
	if err := verify.VerifySignature(a.bundle.unnamed(), a.bundle.signer, a.seen); err != nil {
		return fail(fault.Wrong, StepSignature, err.Error())
	}
	return nil
}

// keyNames are the names by which tools call a certificate's key: its SHA-256
// over SubjectPublicKeyInfo, in hexadecimal or base64, or as OpenSSH writes it.
func keyNames(leaf *x509.Certificate) []string {
	if leaf == nil {
		return nil
	}
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	names := []string{hex.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(sum[:])}
	if name := sshkey.Fingerprint(leaf.PublicKey); name != "" {
		names = append(names, name)
	}
	return names
}
