//go:build touchstone_testanchors

package audit_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/mint"
)

func TestNPMWholeSet(t *testing.T) {
	p := package123(t)
	for route, r := range map[string]*result{"direct": p.audit(p.world()), "replay": p.replay(p.world())} {
		require.Equal(t, both(3, 3, 2, 2), levels(r), route)
		require.Empty(t, r.Report.Verdict.Alarms, route)
		require.False(t, r.Report.Verdict.Failed, route)
	}
	r := p.audit(p.world())
	hasOutcome(t, r, "build-attested", "pass", "entry 102 of the public log")
	hasOutcome(t, r, "repository-attestation", "pass", "")
	hasOutcome(t, r, "files-covered", "pass", "derived")
	hasOutcome(t, r, "source-agrees", "pass", "")
}

// TestNPMSignatureOnly: what a registry signature is worth, by key and route.
func TestNPMSignatureOnly(t *testing.T) {
	cases := []struct {
		name           string
		bend           func(p *thing)
		direct, replay map[string][2]int
		check          string // direct
		says, contains string
		failed         bool
	}{
		{"current key", nil, both(2, 2, 1, 1), both(2, 3, 0, 2), "registry-signature", "pass", "the signature verifies", false},
		{"retired key", func(p *thing) { p.Signers = keys(p.NPM.Old) }, both(2, 2, 1, 1), both(0, 3, 0, 2), "registry-signature", "pass", "asked directly, dates this version", false},
		{"both keys", func(p *thing) { p.Signers = keys(p.NPM.Old, p.NPM.Current) }, both(2, 2, 1, 1), both(2, 3, 0, 2), "registry-signature", "pass", "", false},
		{"no signature", func(p *thing) { p.Signers = nil }, both(1, 1, 1, 1), both(0, 3, 0, 2), "signature-served", "fail", "removed it", false},
		{"unknown key", func(p *thing) { p.Signers = keys(mint.Key("another")) }, both(1, 2, 1, 1), both(0, 3, 0, 2), "registry-signature", "unknown", "does not know", false},
		{"unknown key beside the current one", func(p *thing) { p.Signers = keys(mint.Key("another"), p.NPM.Current) }, both(2, 2, 1, 1), both(2, 3, 0, 2), "registry-signature", "pass", "", false},
		{"key of the other usage", func(p *thing) { p.NPM.Unused["npm:signatures"] = true }, both(1, 2, 1, 1), both(0, 3, 0, 2), "registry-signature", "unknown", "", false},
		{"wrong beside right", func(p *thing) {
			p.Record = func(_, dist map[string]any) {
				list := dist["signatures"].([]any)
				dist["signatures"] = append(list, map[string]any{"keyid": list[0].(map[string]any)["keyid"], "sig": "MEUCIQCklzPak9tCeZ2jmAW"})
			}
		}, both(0, 0, 0, 0), both(0, 0, 0, 0), "registry-signature", "fail", "does not verify", true},
		{"signature over another digest", func(p *thing) {
			p.Record = func(_, dist map[string]any) { dist["integrity"] = "sha512-" + strings.Repeat("A", 86) + "==" }
		}, both(0, 0, 0, 0), both(0, 0, 0, 0), "registry-signature", "fail", "", true},
		{"no integrity", func(p *thing) {
			p.Record = func(_, dist map[string]any) { delete(dist, "integrity") }
		}, both(0, 0, 0, 0), both(0, 0, 0, 0), "registry-signature", "fail", "", true},
		{"wrong shasum beside a right integrity", func(p *thing) {
			p.Record = func(_, dist map[string]any) { dist["shasum"] = strings.Repeat("ab", 20) }
		}, both(0, 0, 0, 0), both(0, 0, 0, 0), "digest-matches", "fail", "sha1", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := package123(t)
			p.Attestations = nil
			if c.bend != nil {
				c.bend(p)
			}
			r := p.audit(p.world())
			require.Equal(t, c.direct, levels(r), r.Report.Text(false))
			hasOutcome(t, r, c.check, c.says, c.contains)
			require.Equal(t, c.failed, r.Report.Verdict.Failed)
			r = p.replay(p.world())
			require.Equal(t, c.replay, levels(r), r.Report.Text(false))
		})
	}
}

// TestNPMRetiredKeyNeedsTheHostForBoth: somebody who has the old key, and sits
// where the record passes, gains nothing by the host's true date.
func TestNPMRetiredKeyNeedsTheHostForBoth(t *testing.T) {
	p := package123(t)
	p.Attestations, p.Signers = nil, keys(p.NPM.Old)
	w := p.world()
	// The record's address answers only through the relay.
	byRelay := w[mintedDoc]
	byRelay.Header = map[string]string{fetch.RelayMark: fetch.RelayAnswer}
	relayed := w.But(mintedDoc, page{Err: errors.New("connection refused")}).
		But("https://relay.example/"+strings.TrimPrefix(mintedDoc, "https://"), byRelay)
	o := p.options(relayed)
	o.Relay = "https://relay.example"
	r, err := ask(t.Context(), mintedRef, o)
	require.NoError(t, err)
	hasOutcome(t, r, "registry-signature", "unknown", "")
	require.Less(t, levels(r)["integrity"][0], 2, r.Report.Text(false))
}

// TestNPMAttestations: every way in which attestations differ from the whole set.
func TestNPMAttestations(t *testing.T) {
	const stranger = "https://github.com/stranger/fork"
	only := func(makers ...func(p *thing) mint.Signing) func(p *thing) {
		return func(p *thing) {
			p.Attestations = []map[string]any{}
			for _, m := range makers {
				p.Attestations = append(p.Attestations, p.NPM.Attest(m(p)))
			}
		}
	}
	publish := func(p *thing) mint.Signing { return p.Publish() }
	built := func(p *thing) mint.Signing { return p.Provenance() }
	bent := func(make func(p *thing) mint.Signing, how func(p *thing, s *mint.Signing)) func(p *thing) mint.Signing {
		return func(p *thing) mint.Signing {
			s := make(p)
			how(p, &s)
			return s
		}
	}
	fails := both(0, 0, 0, 0)
	cases := []struct {
		name           string
		bend           func(p *thing)
		want           map[string][2]int
		check          string
		says, contains string
	}{
		{"other order", only(built, publish), both(3, 3, 2, 2), "attestations-genuine", "pass", ""},
		{"two of each", only(built, publish, built, publish), both(3, 3, 2, 2), "attestations-genuine", "pass", ""},
		{"provenance only", only(built), both(3, 3, 2, 2), "repository-attestation", "absent", ""},
		{"publish only, provenance announced", only(publish), both(2, 3, 1, 2), "signer-identity", "unknown", "announces"},
		{"none, though announced", only(), both(2, 3, 1, 2), "signer-identity", "unknown", "announces"},
		{"publish without a registry signature", func(p *thing) { only(publish, built)(p); p.Signers = nil }, both(3, 3, 2, 2), "signature-served", "fail", ""},
		{"a promise only", only(publish, bent(built, func(_ *thing, s *mint.Signing) { s.Promise = true })), both(3, 3, 1, 2), "build-attested", "unknown", "promised"},
		{"a stranger's, and no other", only(publish, func(p *thing) mint.Signing { return p.BuiltFrom(stranger) }), both(2, 3, 1, 1), "signer-identity", "unknown", "not known to speak for this package"},
		{"a stranger's beside the publisher's", only(publish, func(p *thing) mint.Signing { return p.BuiltFrom(stranger) }, built), both(3, 3, 1, 1), "source-agrees", "fail", "impostor"},
		{"a stranger poses as the registry", only(built, bent(built, func(p *thing, s *mint.Signing) { s.Statement = p.Publish().Statement })), fails, "attestations-genuine", "fail", "poses as the repository's own"},
		{"a stranger poses under another label", only(built, bent(built, func(p *thing, s *mint.Signing) { s.Statement, s.Label = p.Publish().Statement, mint.SLSAType })), fails, "attestations-genuine", "fail", "labelled"},
		{"another issuer vouches for GitHub's", only(publish, bent(built, func(_ *thing, s *mint.Signing) { s.Claims[8] = "https://oidc.builds.example.org" })), both(2, 3, 1, 2), "signer-identity", "unknown", "that issuer cannot vouch for"},
		{"another issuer vouches for the source", only(publish, bent(built, func(_ *thing, s *mint.Signing) { s.Claims[8] = "https://oidc.builds.example.org" })), both(2, 3, 1, 2), "source-agrees", "unknown", "cannot vouch"},
		{"an enterprise's issuer", only(publish, bent(built, func(_ *thing, s *mint.Signing) { s.Claims[8] += "/acme" })), both(3, 3, 2, 2), "signer-identity", "pass", ""},
		{"an issuer that only begins so", only(publish, bent(built, func(_ *thing, s *mint.Signing) { s.Claims[8] += ".evil.example" })), both(2, 3, 1, 2), "signer-identity", "unknown", ""},
		{"no source in the certificate", only(publish, bent(built, func(_ *thing, s *mint.Signing) { delete(s.Claims, 12) })), both(2, 3, 1, 2), "signer-identity", "unknown", "names no source repository"},
		{"other case and .git", func(p *thing) {
			p.Manifest["repository"] = "https://github.com/Example/Thing.git"
			only(publish, built)(p)
		}, both(3, 3, 2, 2), "source-agrees", "pass", ""},
		{"the package names no source", func(p *thing) { delete(p.Manifest, "repository"); only(publish, built)(p) }, both(2, 3, 0, 0), "source-agrees", "absent", "not agreement"},
		{"the package names a look-alike", func(p *thing) {
			p.Manifest["repository"] = "https://github.com/example/thin\u0261"
			only(publish, built)(p)
		}, both(2, 3, 1, 1), "source-agrees", "fail", ""},
		{"the certificate says another commit", only(publish, bent(built, func(_ *thing, s *mint.Signing) { s.Claims[13] = strings.Repeat("b", 40) })), fails, "build-attested", "fail", "commit"},
		{"the certificate says another repository than the statement", only(publish, bent(built, func(p *thing, s *mint.Signing) { s.Statement = p.BuiltFrom(stranger).Statement })), fails, "build-attested", "fail", "source"},
		{"other git inputs first", only(publish, bent(built, func(_ *thing, s *mint.Signing) {
			d := s.Statement["predicate"].(map[string]any)["buildDefinition"].(map[string]any)
			d["resolvedDependencies"] = append([]any{map[string]any{"uri": "git+https://github.com/other/tool@refs/heads/main", "digest": map[string]any{"gitCommit": strings.Repeat("c", 40)}}}, d["resolvedDependencies"].([]any)...)
		})), both(3, 3, 2, 2), "build-attested", "pass", ""},
		{"other label", only(publish, bent(built, func(_ *thing, s *mint.Signing) { s.Label = "https://slsa.dev/provenance/v0.2" })), fails, "attestations-genuine", "fail", "labelled"},
		{"another package", only(publish, bent(built, func(_ *thing, s *mint.Signing) { subject(s)["name"] = "pkg:npm/%40example/other@1.2.3" })), fails, "attestations-genuine", "fail", "not about this version"},
		{"another version", only(built, bent(publish, func(_ *thing, s *mint.Signing) { subject(s)["name"] = "pkg:npm/%40example/thing@1.2.4" })), fails, "attestations-genuine", "fail", "not about this version"},
		{"the plain spelling of the scope", only(publish, bent(built, func(_ *thing, s *mint.Signing) { subject(s)["name"] = "pkg:npm/@example/thing@1.2.3" })), both(3, 3, 2, 2), "attestations-genuine", "pass", ""},
		{"other bytes", only(publish, bent(built, func(_ *thing, s *mint.Signing) { digest(s)["sha512"] = strings.Repeat("ab", 64) })), fails, "attestations-genuine", "fail", "other bytes"},
		{"a weak digest only", only(publish, bent(built, func(_ *thing, s *mint.Signing) {
			subject(s)["digest"] = map[string]any{"sha1": strings.Repeat("ab", 20)}
		})), fails, "attestations-genuine", "fail", "no sha512"},
		{"a right digest beside a wrong one", only(publish, bent(built, func(_ *thing, s *mint.Signing) { digest(s)["sha256"] = strings.Repeat("ab", 32) })), fails, "attestations-genuine", "fail", "other bytes"},
		{"several subjects, ours last", only(publish, bent(built, func(_ *thing, s *mint.Signing) {
			s.Statement["subject"] = append([]any{map[string]any{"name": "pkg:npm/other@1", "digest": map[string]any{"sha512": strings.Repeat("ab", 64)}}}, s.Statement["subject"].([]any)...)
		})), both(3, 3, 2, 2), "attestations-genuine", "pass", ""},
		{"published by the retired key in its time", only(built, bent(publish, func(p *thing, s *mint.Signing) { s.Key, s.Time = p.NPM.Old, retiredOn.Add(-time.Hour) })), both(3, 3, 2, 2), "repository-attestation", "pass", ""},
		{"published by the retired key too late", only(built, bent(publish, func(p *thing, s *mint.Signing) { s.Key, s.Time = p.NPM.Old, retiredOn })), fails, "attestations-genuine", "fail", ""},
		{"published by an unknown key", only(built, bent(publish, func(p *thing, s *mint.Signing) { s.Key = mint.Key("another") })), both(3, 3, 2, 2), "attestations-genuine", "unknown", "not among the anchors"},
		{"published by a key under the registry's id", only(built, bent(publish, func(p *thing, s *mint.Signing) { s.Key, s.Hint = mint.Key("another"), mint.KeyID(p.NPM.Current) })), fails, "attestations-genuine", "fail", ""},
		{"published by the key for records", func(p *thing) { p.NPM.Unused["npm:attestations"] = true; only(publish, built)(p) }, both(3, 3, 2, 2), "repository-attestation", "unknown", ""},
		{"published under two key ids", only(built, bent(publish, func(_ *thing, s *mint.Signing) {
			s.Bend = func(b map[string]any) {
				b["dsseEnvelope"].(map[string]any)["signatures"].([]any)[0].(map[string]any)["keyid"] = "SHA256:another"
			}
		})), fails, "attestations-genuine", "fail", "names another signer"},
		{"a certificate beside a key id", only(publish, bent(built, func(_ *thing, s *mint.Signing) {
			s.Bend = func(b map[string]any) {
				b["dsseEnvelope"].(map[string]any)["signatures"].([]any)[0].(map[string]any)["keyid"] = "SHA256:another"
			}
		})), fails, "attestations-genuine", "fail", "names another signer"},
		{"published elsewhere", only(built, bent(publish, func(_ *thing, s *mint.Signing) {
			s.Statement["predicate"].(map[string]any)["registry"] = "https://registry.example"
		})), fails, "attestations-genuine", "fail", "another name or version"},
		{"provenance by the registry's key", only(publish, bent(publish, func(p *thing, s *mint.Signing) { s.Statement = p.Provenance().Statement })), both(2, 2, 1, 1), "attestations-genuine", "not understood", "does not know"},
		{"a future bundle", only(publish, bent(built, func(_ *thing, s *mint.Signing) {
			s.Bend = func(b map[string]any) { b["mediaType"] = "application/vnd.dev.sigstore.bundle.v9.0+json" }
		})), both(2, 2, 1, 1), "signer-identity", "not understood", "not understood"},
		{"a future bundle beside the set", only(publish, built, bent(built, func(_ *thing, s *mint.Signing) {
			s.Bend = func(b map[string]any) { b["mediaType"] = "application/vnd.dev.sigstore.bundle.v9.0+json" }
		})), both(3, 3, 2, 2), "attestations-genuine", "not understood", "not understood"},
		{"an unknown kind, logged by the publisher", only(publish, built, bent(built, func(_ *thing, s *mint.Signing) { s.Statement["predicateType"] = "https://example.org/sbom" })), both(3, 3, 2, 2), "attestations-genuine", "pass", ""},
		{"another log", func(p *thing) {
			other := mint.NewNPM("another", mintedAt)
			s := p.Provenance()
			p.Attestations = []map[string]any{p.NPM.Attest(p.Publish()), other.Attest(s)}
		}, both(2, 2, 1, 1), "attestations-genuine", "absent", "not among the anchors"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := package123(t)
			c.bend(p)
			r := p.audit(p.world())
			hasOutcome(t, r, c.check, c.says, c.contains)
			require.Equal(t, c.want, levels(r), r.Report.Text(false))
			require.Equal(t, c.want["integrity"] == [2]int{0, 0}, r.Report.Verdict.Failed)
		})
	}
}

func subject(s *mint.Signing) map[string]any {
	return s.Statement["subject"].([]any)[0].(map[string]any)
}

func digest(s *mint.Signing) map[string]any { return subject(s)["digest"].(map[string]any) }

// TestNPMPromisedAttestationsThatDoNotCome: announced is not absent.
func TestNPMPromisedAttestationsThatDoNotCome(t *testing.T) {
	p := package123(t)
	huge := page{Status: 200, Reader: bytes.NewReader(bytes.Repeat([]byte(" "), 9<<20))}
	for name, c := range map[string]struct {
		answer page
		want   [2]int
	}{
		"404":       {page{Status: 404}, [2]int{2, 3}},
		"500":       {page{Status: 500}, [2]int{2, 3}},
		"403":       {page{Status: 403}, [2]int{2, 3}},
		"HTML":      {ok([]byte("<!doctype html>")), [2]int{2, 3}},
		"empty":     {ok(nil), [2]int{2, 3}},
		"no bundle": {ok([]byte(`{"attestations":[{}]}`)), [2]int{2, 2}},
		"huge":      {huge, [2]int{2, 2}},
		"none":      {ok([]byte(`{"attestations":[]}`)), [2]int{2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			r := p.audit(p.world().But(mintedAtt, c.answer))
			require.Equal(t, c.want, levels(r)["integrity"], r.Report.Text(false))
			require.False(t, r.Report.Verdict.Failed)
			hasOutcome(t, r, "signer-identity", map[bool]string{true: "unknown", false: "not understood"}[c.want[1] == 3], "")
		})
	}
}

// TestNPMStaleAnchors: what rests on anchors that could have been refreshed is
// open after 30 days; without a network it counts, and says as of when.
func TestNPMStaleAnchors(t *testing.T) {
	p := package123(t)
	p.taken = at.AddDate(0, 0, -31)
	r := p.audit(p.world())
	require.Equal(t, both(1, 3, 1, 2), levels(r), r.Report.Text(false))
	hasOutcome(t, r, "registry-signature", "unknown", "more than 30 days ago")
	r = p.replay(p.world())
	require.Equal(t, both(3, 3, 2, 2), levels(r), r.Report.Text(false))
	hasOutcome(t, r, "registry-signature", "pass", "later revocations unseen")
}

// TestNPMStaleAnchorsMayHideTheSource: where the record names no source, a
// statement that cannot be judged now may still name it.
func TestNPMStaleAnchorsMayHideTheSource(t *testing.T) {
	p := package123(t)
	p.Record = func(doc, _ map[string]any) { delete(doc, "gitHead") }
	require.Equal(t, both(3, 3, 2, 2), levels(p.audit(p.world())))
	p.taken = at.AddDate(0, 0, -31)
	r := p.audit(p.world())
	require.Equal(t, both(1, 3, 0, 2), levels(r), r.Report.Text(false))
	hasOutcome(t, r, "source-stated", "unknown", "more than 30 days ago")
	// What is there and not understood leaves nothing open.
	p.taken = at
	r = p.audit(p.world().But(mintedAtt, ok([]byte(`{"attestations":[{}]}`))))
	hasOutcome(t, r, "source-stated", "absent", "")
}

// TestNPMManifestConfusion: the record and the package do not agree.
func TestNPMManifestConfusion(t *testing.T) {
	for name, record := range map[string]func(doc, dist map[string]any){
		"hidden dependency": func(doc, _ map[string]any) { doc["dependencies"] = map[string]any{"harmless": "1"} },
		"hidden script":     func(doc, _ map[string]any) { doc["scripts"] = map[string]any{"postinstall": "true"} },
	} {
		t.Run(name, func(t *testing.T) {
			p := package123(t)
			p.Record = record
			r := p.audit(p.world())
			require.Equal(t, [2]int{1, 1}, levels(r)["integrity"], r.Report.Text(false))
			require.NotEmpty(t, r.Report.Verdict.Alarms)
			require.False(t, r.Report.Verdict.Failed)
		})
	}
	p := package123(t)
	p.Manifest["name"] = "@example/other"
	p.Attestations = []map[string]any{p.NPM.Attest(p.Publish()), p.NPM.Attest(p.Provenance())}
	r := p.audit(p.world())
	require.Equal(t, [2]int{1, 1}, levels(r)["integrity"])
	hasOutcome(t, r, "name-inside", "fail", "@example/other")
}

// TestNPMForeignHost: bytes come from the registry's own host, or not at all.
func TestNPMForeignHost(t *testing.T) {
	p := package123(t)
	p.Record = func(_, dist map[string]any) { dist["tarball"] = "https://evil.example/thing-1.2.3.tgz" }
	w := p.world()
	r := p.audit(w)
	require.Equal(t, both(3, 3, 2, 2), levels(r))
	require.Contains(t, strings.Join(r.Report.Notes, " "), "evil.example")
	for _, s := range r.Report.Sources {
		require.NotContains(t, s.URL, "evil.example")
	}
	r = p.audit(w.But(mintedTgz, page{Status: 404}))
	require.False(t, r.Report.Verdict.Failed)
	require.Equal(t, 0, levels(r)["integrity"][0])
}

// TestNPMAnswerAboutAnother: a record or a list that is about another package is
// an alarm, also where attestations carry the level.
func TestNPMAnswerAboutAnother(t *testing.T) {
	for what, bend := range map[string]func(p *thing){
		"record, another name":    func(p *thing) { p.Record = func(fields, _ map[string]any) { fields["name"] = "another" } },
		"record, another version": func(p *thing) { p.Record = func(fields, _ map[string]any) { fields["version"] = "9.9.9" } },
	} {
		t.Run(what, func(t *testing.T) {
			p := package123(t)
			bend(p)
			r := p.audit(p.world())
			hasOutcome(t, r, "answer-named", "fail", "The version record is about")
			require.Contains(t, strings.Join(r.Report.Verdict.Alarms, " "), "The version record is about")
			require.False(t, r.Report.Verdict.Failed)
		})
	}
	p := package123(t)
	r := p.audit(p.world())
	hasOutcome(t, r, "answer-named", "pass", "")
}
