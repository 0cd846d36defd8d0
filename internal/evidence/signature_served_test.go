package evidence

import (
	"testing"
	"time"

	"touchstone/internal/bare"
	"touchstone/internal/fault"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/trust"

	"github.com/stretchr/testify/assert"
)

var mechanisms = map[registry.Form]Mechanism{registry.ECDSAP256: bare.ECDSAP256{}}

func TestSignatureServed(t *testing.T) {
	served := func(keyID string, length int) []registry.Signature {
		return []registry.Signature{{Form: registry.ECDSAP256, KeyID: keyID, Bytes: make([]byte, length)}}
	}
	direct := fetch.Answer{State: fetch.Found, Route: fetch.Direct}
	for name, c := range map[string]struct {
		record registry.Link
		want   Outcome
	}{
		"signs nothing":    {registry.Link{}, NotApplicable},
		"signed":           {registry.Link{SignsAll: "x", Signatures: served("SHA256:x", 70)}, Pass},
		"no base64":        {registry.Link{SignsAll: "x", Signatures: served("x", 0), Answer: direct}, Fail},
		"too short":        {registry.Link{SignsAll: "x", Signatures: served("x", 31), Answer: direct}, Fail},
		"by nobody":        {registry.Link{SignsAll: "x", Signatures: served("", 70), Answer: direct}, Fail},
		"garbage beside":   {registry.Link{SignsAll: "x", Signatures: append(served("x", 0), served("y", 70)...), Answer: direct}, Pass},
		"garbage, replay":  {registry.Link{SignsAll: "x", Signatures: served("x", 0), Answer: fetch.Answer{State: fetch.Found, Route: fetch.Replay}}, Unknown},
		"stripped, direct": {registry.Link{SignsAll: "x", Answer: fetch.Answer{State: fetch.Found, Route: fetch.Direct}}, Fail},
		"stripped, relay":  {registry.Link{SignsAll: "x", Answer: fetch.Answer{State: fetch.Found, Route: fetch.Relay}}, Unknown},
		"stripped, replay": {registry.Link{SignsAll: "x", Answer: fetch.Answer{State: fetch.Found, Route: fetch.Replay}}, Unknown},
		"no record":        {registry.Link{SignsAll: "x", Answer: fetch.Answer{State: fetch.Unknown}}, Unknown},
		"not there":        {registry.Link{SignsAll: "x", Answer: fetch.Answer{State: fetch.NotThere}}, Absent},
	} {
		t.Run(name, func(t *testing.T) {
			in := &exam{Case: Case{Mechanisms: mechanisms, Release: &registry.Release{Chain: []registry.Link{c.record}}}}
			assert.Equal(t, c.want, signatureServed(in).Outcome)
			if c.want == Fail {
				assert.Equal(t, Absent, registrySignature(in).Outcome, "the alarm is said once")
			}
		})
	}
}

// unreadable is a mechanism that does not understand a signature, by a key that is anchored
// or not.
type unreadable struct{ anchored bool }

func (u unreadable) Verify(_, _ []byte, keyID string, _ []trust.Key) (trust.Key, error) {
	err := fault.New(fault.NotUnderstood, "a test")
	if u.anchored {
		return trust.Key{ID: keyID}, err
	}
	return trust.Key{}, err
}

// TestSignatureNobodyHeardOf: something of a newer kind in the place of the known
// signature is how a stripped record looks, where the repository's keys were seen lately.
func TestSignatureNobodyHeardOf(t *testing.T) {
	embedded := trust.Embedded()
	fresh := embedded.Sets()[0].AsOf()
	one := func(set trust.ID) registry.Signature {
		return registry.Signature{Form: registry.OpenPGP, Anchors: set, KeyID: "A", Bytes: make([]byte, 64)}
	}
	known := registry.Signature{Form: registry.ECDSAP256, Anchors: "npm-keys", KeyID: "SHA256:x", Bytes: make([]byte, 70)}
	for name, c := range map[string]struct {
		signatures []registry.Signature
		by         unreadable
		route      fetch.Route
		now        time.Time
		want       Outcome
	}{
		"alone":                             {[]registry.Signature{one("npm-keys")}, unreadable{}, fetch.Direct, fresh, Fail},
		"twice":                             {[]registry.Signature{one("npm-keys"), one("npm-keys")}, unreadable{}, fetch.Direct, fresh, Fail},
		"by relay":                          {[]registry.Signature{one("npm-keys")}, unreadable{}, fetch.Relay, fresh, Unknown},
		"by an anchored key":                {[]registry.Signature{one("npm-keys")}, unreadable{true}, fetch.Direct, fresh, Pass},
		"beside a known one":                {[]registry.Signature{one("npm-keys"), known}, unreadable{}, fetch.Direct, fresh, Pass},
		"by a set that is not refreshed":    {[]registry.Signature{one("redhat")}, unreadable{}, fetch.Direct, fresh, Pass},
		"by a set that is open":             {[]registry.Signature{one("sigstore")}, unreadable{}, fetch.Direct, fresh, Pass},
		"by a set seen too long ago":        {[]registry.Signature{one("npm-keys")}, unreadable{}, fetch.Direct, fresh.AddDate(0, 0, 31), Pass},
		"of a form without any mechanism":   {[]registry.Signature{{Form: "x", Anchors: "npm-keys", KeyID: "A", Bytes: make([]byte, 64)}}, unreadable{}, fetch.Direct, fresh, Pass},
		"by a set that is not anchored yet": {[]registry.Signature{one("x")}, unreadable{}, fetch.Direct, fresh, Pass},
	} {
		t.Run(name, func(t *testing.T) {
			e := &exam{Case: Case{Mechanisms: map[registry.Form]Mechanism{registry.OpenPGP: c.by, registry.ECDSAP256: bare.ECDSAP256{}}, Time: c.now, Network: true,
				Release: &registry.Release{Chain: []registry.Link{{SignsAll: "x", Signatures: c.signatures, Answer: fetch.Answer{State: fetch.Found, Route: c.route}}}}}}
			e.Proofs.Anchors = embedded
			f := signatureServed(e)
			assert.Equal(t, c.want, f.Outcome, f.Reason)
			if c.want == Fail {
				assert.Contains(t, f.Reason, "by none of the repository's keys")
				assert.Equal(t, NotUnderstood, registrySignature(e).Outcome)
			}
		})
	}
}
