package evidence

import (
	"testing"

	"touchstone/internal/bare"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"

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
