package notary

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"time"

	"github.com/sigstore/timestamp-authority/v2/pkg/verification"

	"touchstone/internal/fault"
	"touchstone/internal/tsp"
)

// A Stamp is a time that an authority proves a signature to have been made before.
type Stamp struct {
	// Earliest and Latest are the bounds within which the authority knows its time.
	Earliest, Latest time.Time
	// Root is the subject of the brought certificate that it rests on.
	Root string
}

// Stamped tells what the timestamp beside the signature proves (RFC 3161), by the
// time-stamping authorities that the reader brings. The errors are faults: Missing
// where there is none, NoAnchor where it rests on none of those brought, Wrong where
// it is no timestamp of this signature, Weak where it could be forged.
func (s *Signature) Stamped(brought []*x509.Certificate) (Stamp, error) {
	if s.stamp == nil {
		return Stamp{}, fault.New(fault.Missing, "there is no timestamp")
	}
	// Nobody signs what stands beside the signature: keys first, since a large one takes
	// minutes.
	token := tsp.Read(s.stamp)
	if token.CMS == nil {
		return Stamp{}, fault.New(fault.Wrong, "the timestamp cannot be read")
	}
	for _, c := range token.CMS.Certificates {
		if fitKey(c) != nil {
			return Stamp{}, fault.New(fault.Wrong, "the timestamp has a certificate whose key is too weak, or larger than is read")
		}
	}
	if err := token.Sound(); err != nil {
		return Stamp{}, err
	}
	// The token is the second part of a response, of which the first says "granted"
	// (RFC 3161, section 2.4.2).
	response, err := asn1.Marshal(struct {
		Status struct{ Status int }
		Token  asn1.RawValue
	}{Token: asn1.RawValue{FullBytes: s.stamp}})
	if err != nil {
		return Stamp{}, fault.New(fault.Wrong, "the timestamp cannot be read")
	}
	out := Stamp{}
	err = fault.New(fault.NoAnchor, "the timestamp's authority is none that was brought")
	for _, root := range brought {
		ts, failed := verification.VerifyTimestampResponse(response, bytes.NewReader(s.signature), verification.VerifyOpts{Roots: []*x509.Certificate{root}})
		if failed == nil {
			return Stamp{Earliest: ts.Time.Add(-ts.Accuracy), Latest: ts.Time.Add(ts.Accuracy), Root: root.Subject.String()}, nil
		}
		if unknown := (x509.UnknownAuthorityError{}); !errors.As(failed, &unknown) {
			err = fault.New(fault.Wrong, "the timestamp is none of this signature")
		}
	}
	return out, err
}
