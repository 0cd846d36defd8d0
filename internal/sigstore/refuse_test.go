package sigstore

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"

	"touchstone/internal/fault"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/stretchr/testify/assert"
)

// TestVerifyRefuses bends one part at a time.
func TestVerifyRefuses(t *testing.T) {
	type bent struct {
		v *virtual
		s signing
		// b and q exist once signed.
		b *protobundle.Bundle
		q Query
	}
	flip := func(b []byte) { b[len(b)/2] ^= 1 }
	entry := func(x *bent) int { return len(x.b.VerificationMaterial.TlogEntries) - 1 }
	for _, c := range []struct {
		name   string
		before func(*bent) // signing
		after  func(*bent) // the bundle
		ask    func(*bent) // the question
		kind   fault.Kind
		step   Step
		say    string
	}{
		// The log.
		{"no-entry", nil, func(x *bent) { x.b.VerificationMaterial.TlogEntries = nil }, nil, fault.Missing, StepLog, "0 verified log entries"},
		{"unknown-log", nil, nil, func(x *bent) { x.v.logs = newVirtual(x.v.t).logs; x.q.Root = x.v.root() }, fault.NoAnchor, StepLog, "not among the anchors"},
		{"promise-wrong", nil, func(x *bent) {
			flip(x.b.VerificationMaterial.TlogEntries[0].InclusionPromise.SignedEntryTimestamp)
		}, nil, fault.Wrong, StepLog, "unable to verify SET"},
		{"proof-wrong", nil, func(x *bent) { flip(x.b.VerificationMaterial.TlogEntries[0].InclusionProof.Hashes[0]) }, nil, fault.Wrong, StepLog, "root"},
		{"proof-size-wrong", nil, func(x *bent) {
			p := x.b.VerificationMaterial.TlogEntries[0].InclusionProof
			p.Checkpoint.Envelope = x.v.head(numbered, 3, p.RootHash, x.v.logKey)
		}, nil, fault.Wrong, StepLog, "another head"},
		{"checkpoint-by-another", nil, func(x *bent) {
			p := x.b.VerificationMaterial.TlogEntries[0].InclusionProof
			p.Checkpoint.Envelope = x.v.head(numbered, 2, p.RootHash, newKey(x.v.t))
		}, nil, fault.Wrong, StepLog, "checkpoint"},
		{"no-proof-0.3", func(x *bent) { x.s.proof = false }, nil, nil, fault.Missing, StepBundle, "inclusion proof missing"},
		{"no-promise-0.1", func(x *bent) { x.s.promise, x.s.mediaType = false, understood[0] }, nil, nil, fault.Missing, StepBundle, "inclusion promises missing"},
		{"second-entry-wrong", nil, func(x *bent) {
			e := x.v.entry(x.s, []byte("another signature"), []byte("another"))
			x.b.VerificationMaterial.TlogEntries = append(x.b.VerificationMaterial.TlogEntries, e)
		}, nil, fault.Wrong, StepLog, "signature does not match"},
		{"entry-twice", nil, func(x *bent) {
			x.b.VerificationMaterial.TlogEntries = append(x.b.VerificationMaterial.TlogEntries, x.b.VerificationMaterial.TlogEntries[0])
		}, nil, fault.Wrong, StepBundle, "duplicate"},
		{"kind-missing", nil, func(x *bent) { x.b.VerificationMaterial.TlogEntries[entry(x)].KindVersion = nil }, nil, fault.Malformed, StepLog, "its kindVersion is missing"},
		{"kind-without-version", nil, func(x *bent) { x.b.VerificationMaterial.TlogEntries[entry(x)].KindVersion.Version = "" }, nil, fault.Malformed, StepLog, "its kindVersion is missing"},
		{"kind-not-the-bodys", nil, func(x *bent) { x.b.VerificationMaterial.TlogEntries[entry(x)].KindVersion.Kind = "intoto" }, nil, fault.Wrong, StepLog, "its body is a dsse"},
		{"kind-unknown", nil, func(x *bent) {
			e := x.b.VerificationMaterial.TlogEntries[0]
			e.KindVersion.Version = "9.0.0"
			e.CanonicalizedBody = []byte(strings.Replace(string(e.CanonicalizedBody), "0.0.1", "9.0.0", 1))
		}, nil, fault.NotUnderstood, StepLog, "dsse 9.0.0"},
		{"log-not-in-use", func(x *bent) { x.s.promise = false }, nil, func(x *bent) {
			for _, l := range x.v.logs {
				l.ValidityPeriodEnd = signedAt.Add(-time.Hour)
			}
		}, fault.Missing, StepTime, "0 verified proven times"},
		{"promise-after-the-log-ended", nil, nil, func(x *bent) {
			for _, l := range x.v.logs {
				l.ValidityPeriodEnd = signedAt.Add(-time.Hour)
			}
		}, fault.Wrong, StepLog, "not valid at payload integrated time"},

		// The time.
		{"no-time", func(x *bent) { x.s.promise = false }, nil, nil, fault.Missing, StepTime, "proven times"},
		{"time-outside-certificate", func(x *bent) { x.s.time = signedAt.Add(time.Hour) }, nil, nil, fault.Wrong, StepLog, "outside certificate validity"},
		{"timestamp-garbage", nil, func(x *bent) {
			x.b.VerificationMaterial.TimestampVerificationData = &protobundle.TimestampVerificationData{Rfc3161Timestamps: []*protocommon.RFC3161SignedTimestamp{{SignedTimestamp: []byte("no")}}}
		}, nil, fault.Malformed, StepTime, "not a timestamp response"},

		// The certificate.
		{"another-authority", func(x *bent) {
			x.s.cert = newVirtual(x.v.t).leaf(x.s.key, func(c *x509.Certificate) { c.AuthorityKeyId = []byte{9} })
		}, nil, func(x *bent) {
			x.v.ca.Root.SubjectKeyId = []byte{7}
		}, fault.NoAnchor, StepCertificate, "not among the anchors"},
		{"forged-authority", func(x *bent) { x.s.cert = newVirtual(x.v.t).leaf(x.s.key, nil) }, nil, nil, fault.Wrong, StepCertificate, "leaf certificate verification failed"},
		{"not-for-code-signing", func(x *bent) {
			x.s.cert = x.v.leaf(x.s.key, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
		}, nil, nil, fault.Wrong, StepCertificate, "leaf certificate"},
		{"two-names", func(x *bent) {
			x.s.cert = x.v.leaf(x.s.key, func(c *x509.Certificate) { c.EmailAddresses = []string{"someone@example.org"} })
		}, nil, nil, fault.Malformed, StepCertificate, "2 subject alternative names"},
		{"no-name", func(x *bent) { x.s.cert = x.v.leaf(x.s.key, func(c *x509.Certificate) { c.URIs = nil }) }, nil, nil, fault.Malformed, StepCertificate, "0 subject alternative names"},
		{"two-issuers", func(x *bent) {
			x.s.cert = x.v.leaf(x.s.key, func(c *x509.Certificate) {
				c.ExtraExtensions = append(c.ExtraExtensions, rawExtension(1, "https://other.example.org"))
			})
		}, nil, nil, fault.Malformed, StepCertificate, "two issuers"},
		{"no-sct", nil, nil, func(x *bent) { x.q.Policy = &Policy{LogEntries: 1, Times: 1, SCTs: 1} }, fault.Missing, StepCertificate, "promised to hold"},
		{"chain-in-0.3", nil, func(x *bent) {
			x.b.VerificationMaterial.Content = &protobundle.VerificationMaterial_X509CertificateChain{X509CertificateChain: &protocommon.X509CertificateChain{Certificates: []*protocommon.X509Certificate{{RawBytes: x.s.cert}}}}
		}, nil, fault.Malformed, StepBundle, "chain"},
		{"certificate-garbage", func(x *bent) { x.s.cert = []byte("no") }, nil, nil, fault.Malformed, StepCertificate, "x509"},

		// The signature.
		{"signed-by-another-key", func(x *bent) { x.s.key = newKey(x.v.t) }, nil, nil, fault.Wrong, StepSignature, "could not verify envelope"},
		{"artifact-signed-by-another-key", func(x *bent) {
			x.s.payload, x.s.artifact, x.s.kind, x.s.key = nil, theArtifact, "hashedrekord", newKey(x.v.t)
		}, nil, nil, fault.Wrong, StepLog, "entry's signature"},
		{"encoding-signed-by-another-key", func(x *bent) { x.s.kind, x.s.key = "hashedrekord", newKey(x.v.t) }, nil, nil, fault.Wrong, StepLog, "entry's signature"},
		{"two-signatures", nil, func(x *bent) {
			e := x.b.GetDsseEnvelope()
			e.Signatures = append(e.Signatures, e.Signatures[0])
		}, nil, fault.Malformed, StepSignature, "2 signatures"},
		{"no-signature", nil, func(x *bent) { x.b.GetDsseEnvelope().Signatures = nil }, nil, fault.Malformed, StepSignature, "0 signatures"},
		{"names-another-key", func(x *bent) { x.s.keyID = "another" }, nil, nil, fault.NoAnchor, StepKey, `"another"`},

		// The statement.
		{"other-artifact", nil, nil, func(x *bent) { x.q.Artifact = Artifact{Bytes: []byte("other")} }, fault.Wrong, StepArtifact, "something else"},
		{"type-unknown", func(x *bent) {
			x.s.payload = []byte(strings.Replace(string(aStatement("")), "Statement/v1", "Statement/v2", 1))
		}, nil, nil, fault.NotUnderstood, StepStatement, "Statement/v2"},
		{"type-missing", func(x *bent) { x.s.payload = []byte(strings.Replace(string(aStatement("")), "_type", "_typo", 1)) }, nil, nil, fault.Malformed, StepStatement, "does not say"},
		{"types-differ", func(x *bent) { x.s.payload = aStatement(`,"type":"https://in-toto.io/Statement/v0.1"`) }, nil, nil, fault.Malformed, StepStatement, "differently"},
		{"key-twice", func(x *bent) { x.s.payload = aStatement(`,"subject":[]`) }, nil, nil, fault.Malformed, StepStatement, `"subject" stands twice`},
		{"key-twice-escaped", func(x *bent) { x.s.payload = aStatement(`,"\u0073ubject":[]`) }, nil, nil, fault.Malformed, StepStatement, `"subject" stands twice`},
		{"key-twice-deep", func(x *bent) { x.s.payload = aStatement(`,"x":[{"a":1,"a":2}]`) }, nil, nil, fault.Malformed, StepStatement, `"a" stands twice`},
		{"key-by-case", func(x *bent) { x.s.payload = aStatement(`,"Subject":[]`) }, nil, nil, fault.Malformed, StepStatement, "looks like"},
		{"trailing", func(x *bent) { x.s.payload = append(aStatement(""), []byte(" {}")...) }, nil, nil, fault.Malformed, StepStatement, "after top-level value"},
		{"no-subject", func(x *bent) {
			x.s.payload = []byte(strings.Replace(string(aStatement("")), `"subject":[{`, `"subject":[],"x":[{`, 1))
		}, nil, nil, fault.Malformed, StepStatement, "no subject"},
		{"no-digest", func(x *bent) { x.s.payload = statementOf("", "") }, nil, nil, fault.Malformed, StepStatement, "no digest"},
		{"digest-empty", func(x *bent) { x.s.payload = statementOf(`"sha256":""`, "") }, nil, nil, fault.Malformed, StepStatement, "is empty"},
		{"digest-short", func(x *bent) { x.s.payload = statementOf(`"sha256":"abcd"`, "") }, nil, nil, fault.Malformed, StepStatement, "32 bytes"},
		{"digest-weak", func(x *bent) {
			x.s.payload = statementOf(`"sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709","md5":"d41d8cd98f00b204e9800998ecf8427e"`, "")
		}, nil, nil, fault.Missing, StepArtifact, "256 bits"},
		{"digest-other-algorithm", func(x *bent) { x.s.payload = statementOf(`"sha3_256":"`+strings.Repeat("ab", 32)+`"`, "") }, nil, nil, fault.Missing, StepArtifact, "in common"},
		{"digests-disagree", func(x *bent) {
			sum := sha256.Sum256(theArtifact)
			x.s.payload = statementOf(fmt.Sprintf(`"sha256":"%x","sha512":"%s"`, sum, strings.Repeat("ab", 64)), "")
		}, nil, nil, fault.Wrong, StepArtifact, "something else"},
		{"predicate-not-object", func(x *bent) { x.s.payload = []byte(strings.Replace(string(aStatement("")), `{"n":1}`, `"n"`, 1)) }, nil, nil, fault.Malformed, StepStatement, "not an object"},
		{"no-predicate-type", func(x *bent) {
			x.s.payload = []byte(strings.Replace(string(aStatement("")), `predicateType`, `predicateTypo`, 1))
		}, nil, nil, fault.Malformed, StepStatement, "predicate"},
		{"payload-changed", nil, func(x *bent) { x.b.GetDsseEnvelope().Payload = aStatement(" ") }, nil, fault.Wrong, StepLog, "payload hash"},
		{"payload-type-changed", nil, func(x *bent) { x.b.GetDsseEnvelope().PayloadType = "text/plain" }, nil, fault.Wrong, StepSignature, ""},

		// The question.
		{"no-artifact", nil, nil, func(x *bent) { x.q.Artifact = Artifact{} }, fault.Missing, StepQuestion, "no digest"},
		{"weak-digest-asked", nil, nil, func(x *bent) {
			x.q.Artifact = Artifact{Digests: []Digest{{"sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709"}}}
		}, fault.Missing, StepQuestion, "no digest"},
		{"digest-asked-malformed", nil, nil, func(x *bent) { x.q.Artifact = Artifact{Digests: []Digest{{"sha256", "xy"}}} }, fault.Malformed, StepQuestion, "hexadecimal"},
		{"no-root", nil, nil, func(x *bent) { x.q.Root = nil }, fault.Missing, StepQuestion, "no trusted root"},

		// The form.
		{"not-json", nil, nil, func(x *bent) { x.q.Bundle = []byte("{") }, fault.Malformed, StepBundle, ""},
		{"bundle-trailing", nil, nil, func(x *bent) { x.q.Bundle = append(x.q.Bundle, '{', '}') }, fault.Malformed, StepBundle, "after top-level value"},
		{"bundle-key-twice", nil, nil, func(x *bent) { x.q.Bundle = append([]byte(`{"mediaType":"x",`), x.q.Bundle[1:]...) }, fault.Malformed, StepBundle, "stands twice"},
		{"bundle-key-two-spellings", nil, nil, func(x *bent) { x.q.Bundle = append([]byte(`{"media_type":"x",`), x.q.Bundle[1:]...) }, fault.Malformed, StepBundle, "duplicate"},
		{"bundle-field-unknown", nil, nil, func(x *bent) { x.q.Bundle = append([]byte(`{"novel":1,`), x.q.Bundle[1:]...) }, fault.NotUnderstood, StepBundle, "novel"},
		{"version-future", func(x *bent) { x.s.mediaType = "application/vnd.dev.sigstore.bundle.v0.4+json" }, nil, nil, fault.NotUnderstood, StepBundle, "v0.4"},
		{"media-type-other", func(x *bent) { x.s.mediaType = "application/json" }, nil, nil, fault.Malformed, StepBundle, "not a bundle's"},
		{"media-type-none", func(x *bent) { x.s.mediaType = "" }, nil, nil, fault.Malformed, StepBundle, "media type"},
		{"content-none", nil, func(x *bent) { x.b.Content = nil }, nil, fault.Missing, StepBundle, "content"},
		{"signer-none", nil, func(x *bent) { x.b.VerificationMaterial.Content = nil }, nil, fault.Missing, StepBundle, "verification material"},
		{"deep", nil, nil, func(x *bent) { x.q.Bundle = []byte(strings.Repeat("[", 100000)) }, fault.Malformed, StepBundle, "max depth"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newVirtual(t)
			x := &bent{v: v, s: v.signing(aStatement(""))}
			if c.before != nil {
				c.before(x)
			}
			x.b = v.sign(x.s)
			if c.after != nil {
				c.after(x)
			}
			x.q = query(v, x.b)
			if c.ask != nil {
				c.ask(x)
			}
			got, err := Verify(x.q)
			assert.Nil(t, got)
			f := requireFailure(t, err, c.kind)
			assert.Equal(t, c.step, f.Step, "%v", f)
			assert.Contains(t, f.Reason, c.say)

			_, again := Verify(x.q)
			assert.Equal(t, err, again, "the same question gives the same reason")
		})
	}
}
