package sigstore

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	prototrust "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
	"github.com/sigstore/sigstore-go/pkg/root"

	"touchstone/internal/fault"
	"touchstone/internal/strictjson"
	"touchstone/internal/tsp"
)

// A Root is one Sigstore instance's anchors: certificate authorities, logs and
// timestamp authorities, each with its validity. It may be shared: what it keeps of
// chains that were verified changes no answer (issuer.go).
type Root struct {
	trusted  root.TrustedMaterial
	issuers  []*issuer
	stampers []root.TimestampingAuthority
}

// lastRoot is what ParseRoot read last: an audit, a self-test and each bundle of a
// batch bring the same bytes.
var lastRoot atomic.Pointer[readRoot]

type readRoot struct {
	doc  []byte
	root *Root
}

// ParseRoot reads a trusted_root.json
// (application/vnd.dev.sigstore.trustedroot+json;version=0.1).
func ParseRoot(doc []byte) (*Root, error) {
	if last := lastRoot.Load(); last != nil && bytes.Equal(last.doc, doc) {
		return last.root, nil
	}
	if err := strictjson.Check(doc); err != nil {
		return nil, fail(fault.Malformed, StepRoot, err.Error())
	}
	message, err := root.NewTrustedRootProtobuf(doc)
	if err != nil {
		return nil, fail(fault.Malformed, StepRoot, err.Error())
	}
	if err := checkPeriods(message); err != nil {
		return nil, fail(fault.Malformed, StepRoot, err.Error())
	}
	trusted, err := root.NewTrustedRootFromProtobuf(message)
	if err != nil {
		return nil, fail(fault.Malformed, StepRoot, err.Error())
	}
	r := newRoot(trusted)
	lastRoot.Store(&readRoot{bytes.Clone(doc), r})
	return r, nil
}

func newRoot(trusted root.TrustedMaterial) *Root {
	r := &Root{trusted: trusted}
	for _, authority := range trusted.FulcioCertificateAuthorities() {
		if ca, ok := authority.(*root.FulcioCertificateAuthority); ok { // sigstore-go has no other
			r.issuers = append(r.issuers, &issuer{FulcioCertificateAuthority: ca})
		}
	}
	for _, authority := range trusted.TimestampingAuthorities() {
		if tsa, ok := authority.(*root.SigstoreTimestampingAuthority); ok && tsa.Leaf != nil {
			authority = &stamper{SigstoreTimestampingAuthority: tsa}
		}
		r.stampers = append(r.stampers, authority)
	}
	return r
}

// checkPeriods checks that every anchor says since when it is one. sigstore-go
// asks that of logs only, and takes an authority without a start for one that
// has always been.
func checkPeriods(message *prototrust.TrustedRoot) error {
	for _, list := range [][]*prototrust.CertificateAuthority{message.GetCertificateAuthorities(), message.GetTimestampAuthorities()} {
		for _, authority := range list {
			if authority.GetValidFor().GetStart() == nil {
				return fmt.Errorf("the authority %q does not say since when it is valid", authority.GetUri())
			}
		}
	}
	for _, list := range [][]*prototrust.TransparencyLogInstance{message.GetTlogs(), message.GetCtlogs()} {
		for _, log := range list {
			if log.GetPublicKey().GetValidFor().GetStart() == nil {
				return fmt.Errorf("the log %q does not say since when its key is valid", log.GetBaseUrl())
			}
		}
	}
	return nil
}

// Policy says how much is enough. A number is the least that must verify.
type Policy struct {
	// LogEntries counts logs that hold the signature, by proof or promise.
	LogEntries int
	// Times counts proven times of the signature. A certificate always needs
	// one, whatever is said here.
	Times int
	// SCTs counts certificate transparency logs that promised to hold the
	// certificate. It is not asked of signatures by a key.
	SCTs int
}

// Policy returns what the instance offers, which is what its bundles must
// bring: an instance with a log logs every signature, one with certificate
// transparency logs every certificate, and one without a log has timestamps.
func (r *Root) Policy() Policy {
	p := Policy{Times: 1}
	if len(r.trusted.RekorLogs()) > 0 {
		p.LogEntries = 1
	}
	if len(r.trusted.CTLogs()) > 0 {
		p.SCTs = 1
	}
	return p
}

// A Log is a transparency log that a root names.
type Log struct {
	Name string // base URL, as the root writes it
	ID   string // lower-case hexadecimal
}

// Logs are the instance's transparency logs, by ID.
func (r *Root) Logs() []Log {
	known := r.trusted.RekorLogs()
	var logs []Log
	for _, id := range slices.Sorted(maps.Keys(known)) {
		logs = append(logs, Log{Name: known[id].BaseURL, ID: id})
	}
	return logs
}

func (r *Root) log(id []byte) (*root.TransparencyLog, bool) {
	l, ok := r.trusted.RekorLogs()[hex.EncodeToString(id)]
	return l, ok
}

// material hands the anchors of one question to sigstore-go and keeps which of
// them verified. It belongs to one call.
type material struct {
	*Root
	keys []*signingKey
	// chains are those that a certificate authority verified, in order.
	chains []provenChain
	// stamps are the timestamps that an authority verified.
	stamps []provenStamp
}

type provenChain struct {
	by    *issuer
	chain []*x509.Certificate
}

type provenStamp struct {
	by               root.TimestampingAuthority
	stamp, signature []byte
	signer           string
	*root.Timestamp
}

func (m *material) RekorLogs() map[string]*root.TransparencyLog { return m.trusted.RekorLogs() }
func (m *material) CTLogs() map[string]*root.TransparencyLog    { return m.trusted.CTLogs() }

func (m *material) PublicKeyVerifier(hint string) (root.TimeConstrainedVerifier, error) {
	key, ok := findKey(m.keys, hint)
	if !ok {
		return nil, fail(fault.NoAnchor, StepKey, unknownKey(hint))
	}
	return key, nil
}

func (m *material) FulcioCertificateAuthorities() []root.CertificateAuthority {
	var list []root.CertificateAuthority
	for _, ca := range m.issuers {
		list = append(list, &watchedCA{ca, m})
	}
	return list
}

func (m *material) TimestampingAuthorities() []root.TimestampingAuthority {
	var list []root.TimestampingAuthority
	for _, tsa := range m.stampers {
		list = append(list, &watchedTSA{tsa, m})
	}
	return list
}

// watchedCA notes the chains that an authority verifies. One that it verified at
// another time holds if all of it is valid at this one.
type watchedCA struct {
	*issuer
	seen *material
}

func (w *watchedCA) Verify(leaf *x509.Certificate, at time.Time) ([][]*x509.Certificate, error) {
	i := slices.IndexFunc(w.seen.chains, func(p provenChain) bool {
		return p.by == w.issuer && p.chain[0] == leaf && w.valid(p.chain, at)
	})
	if i >= 0 {
		w.seen.chains = append(w.seen.chains, w.seen.chains[i])
		return [][]*x509.Certificate{w.seen.chains[i].chain}, nil
	}
	chains, err := w.issuer.Verify(leaf, at)
	if err == nil && len(chains) > 0 {
		w.seen.chains = append(w.seen.chains, provenChain{w.issuer, chains[0]})
	}
	return chains, err
}

// watchedTSA notes the timestamps that an authority verifies, and verifies each once.
type watchedTSA struct {
	root.TimestampingAuthority
	seen *material
}

func (w *watchedTSA) Verify(stamp, signature []byte) (*root.Timestamp, error) {
	i := slices.IndexFunc(w.seen.stamps, func(p provenStamp) bool {
		return p.by == w.TimestampingAuthority && bytes.Equal(p.stamp, stamp) && bytes.Equal(p.signature, signature)
	})
	if i >= 0 {
		w.seen.stamps = append(w.seen.stamps, w.seen.stamps[i])
		return w.seen.stamps[i].Timestamp, nil
	}
	if err := tsp.Read(tokenOf(stamp)).Sound(); err != nil {
		return nil, err
	}
	proven, err := w.TimestampingAuthority.Verify(stamp, signature)
	if err == nil {
		var signer string
		if tsa, ok := w.TimestampingAuthority.(*stamper); ok {
			signer = tsa.Leaf.Subject.String()
		}
		w.seen.stamps = append(w.seen.stamps, provenStamp{w.TimestampingAuthority, stamp, signature, signer, proven})
	}
	return proven, err
}
