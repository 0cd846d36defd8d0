package sigstore

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/fault"
	"touchstone/internal/tsp"

	"github.com/digitorus/timestamp"
	"github.com/sigstore/sigstore-go/pkg/root"
)

// A ProvenTime is a time at which the signature existed, and who says so.
type ProvenTime struct {
	Source TimeSource
	// Who is the log's or the authority's address, as the root names it.
	Who string
	// Signer is the subject of the timestamp authority's certificate, where
	// the root names it.
	Signer string
	Time   time.Time // UTC
}

// A TimeSource is a kind of witness of time.
type TimeSource string

// The sources.
const (
	FromLog       TimeSource = "transparency log"
	FromAuthority TimeSource = "timestamp authority" // RFC 3161
)

// times lists the proven times, the log's first. A timestamp by a known
// authority that does not verify is wrong, however many others there are.
func (a *attempt) times(entries []LogEntry) ([]ProvenTime, error) {
	var times []ProvenTime
	for _, e := range entries {
		if e.Promise != nil {
			times = append(times, ProvenTime{Source: FromLog, Who: e.Log.Name, Time: e.Promise.Time})
		}
	}
	stamps, err := a.stamps()
	if err != nil {
		return nil, fail(fault.Malformed, StepTime, err.Error())
	}
	content, err := a.bundle.SignatureContent()
	if err != nil {
		return nil, fail(fault.Malformed, StepSignature, err.Error())
	}
	for i, s := range stamps {
		proven, err := a.checkStamp(s, content.Signature())
		if err != nil {
			err.Reason = fmt.Sprintf("timestamp %d: %s", i+1, err.Reason)
			if err.Kind != fault.NoAnchor {
				return nil, err
			}
			a.ignored = append(a.ignored, err.Reason)
			continue
		}
		times = append(times, *proven)
	}
	return times, a.checkTimes(times)
}

// A stamp is a timestamp of the bundle, read once.
type stamp struct {
	raw   []byte
	token tsp.Token
	known bool  // it names an authority that the root knows
	err   error // why it is no timestamp
}

// stamps are the bundle's timestamps.
func (a *attempt) stamps() ([]stamp, error) {
	all, err := a.bundle.Timestamps()
	if err != nil {
		return nil, err
	}
	for _, raw := range all[len(a.stamped):] {
		s := stamp{raw: raw, token: tsp.Read(tokenOf(raw))}
		s.known, s.err = a.query.Root.authority(s)
		a.stamped = append(a.stamped, s)
	}
	return a.stamped, nil
}

// checkStamp verifies one timestamp.
func (a *attempt) checkStamp(s stamp, signature []byte) (*ProvenTime, *Failure) {
	if s.err != nil {
		return nil, fail(cmp.Or(fault.Of(s.err), fault.Malformed), StepTime, s.err.Error())
	}
	if !s.known {
		return nil, fail(fault.NoAnchor, StepTime, "the timestamp authority is not among the anchors")
	}
	if err := s.token.Sound(); err != nil {
		return nil, fail(fault.Of(err), StepTime, err.Error())
	}
	var reason error
	for _, tsa := range a.seen.TimestampingAuthorities() {
		if _, err := tsa.Verify(s.raw, signature); err != nil {
			reason = firstMeaning(reason, err)
			continue
		}
		proven := a.seen.stamps[len(a.seen.stamps)-1]
		return &ProvenTime{Source: FromAuthority, Who: proven.URI, Signer: proven.signer, Time: proven.Time.UTC()}, nil
	}
	return nil, fail(fault.Wrong, StepTime, fmt.Sprintf("it does not verify: %v", reason))
}

// firstMeaning keeps the first reason: the authorities stand in the root's
// order, so it is the same every time.
func firstMeaning(have, next error) error {
	if have != nil {
		return have
	}
	return next
}

// checkTimes checks every proven time against the signer's validity: sigstore-go
// leaves out the second timestamp of one authority.
func (a *attempt) checkTimes(times []ProvenTime) error {
	for _, t := range times {
		if !a.bundle.signer.ValidAtTime(t.Time, a.seen) {
			return fail(fault.Wrong, StepTime, fmt.Sprintf("the %s says %s, outside the signer's validity", t.Source, t.Time.Format(time.RFC3339)))
		}
	}
	return nil
}

func anyTime(times []ProvenTime, holds func(time.Time) bool) bool {
	return slices.ContainsFunc(times, func(t ProvenTime) bool { return holds(t.Time) })
}

// authority tells whether a timestamp names a signer that the root knows. The error
// says why it is not a timestamp.
func (r *Root) authority(s stamp) (known bool, err error) {
	if err := s.token.Fits(); err != nil {
		return false, err
	}
	if raw := s.token.Raw; raw != nil && !tsp.Definite(raw) { // no library may read it
		return false, errors.New("its token is larger than is read, or not in DER")
	}
	if _, err := timestamp.ParseResponse(s.raw); err != nil {
		return false, fmt.Errorf("it is not a timestamp response: %w", err)
	}
	if s.token.CMS == nil {
		return false, errors.New("its token is not readable")
	}
	for _, signer := range s.token.CMS.Signers {
		issuer, serial := signer.IssuerAndSerialNumber.IssuerName.FullBytes, signer.IssuerAndSerialNumber.SerialNumber
		for _, authority := range r.trusted.TimestampingAuthorities() {
			tsa, ok := authority.(*root.SigstoreTimestampingAuthority)
			if !ok {
				return true, nil // cannot tell: it must verify
			}
			if tsa.Leaf != nil {
				if serial != nil && bytes.Equal(tsa.Leaf.RawIssuer, issuer) && tsa.Leaf.SerialNumber.Cmp(serial) == 0 {
					return true, nil
				}
				continue
			}
			if namesIssuer(tsa, issuer) {
				return true, nil
			}
		}
	}
	return false, nil
}

// namesIssuer tells whether an authority that the root names without its own
// certificate could have issued one under this name.
func namesIssuer(tsa *root.SigstoreTimestampingAuthority, issuer []byte) bool {
	all := slices.Clone(tsa.Intermediates)
	if tsa.Root != nil {
		all = append(all, tsa.Root)
	}
	return slices.ContainsFunc(all, func(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, issuer) })
}
