package audit_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/trust"
)

// npmServed is one version as npm would serve it.
type npmServed struct {
	name, version string
	manifest      map[string]any
	dist          map[string]any
	tgz           []byte // nil: the package is not there
	attestations  []byte // the answer; nil: none announced
	published     string
}

func (s npmServed) ref() string { return "npm:" + s.name + "@" + s.version }

func (s npmServed) tarball() string {
	return npmHost + s.name + "/-/" + s.name[strings.LastIndexByte(s.name, '/')+1:] + "-" + s.version + ".tgz"
}

func (s npmServed) attested() string {
	return npmHost + "-/npm/v1/attestations/" + strings.Replace(s.name, "/", "%2f", 1) + "@" + s.version
}

func (s npmServed) world(t testing.TB) world {
	t.Helper()
	doc := map[string]any{}
	maps.Copy(doc, s.manifest)
	dist := map[string]any{"tarball": s.tarball()}
	maps.Copy(dist, s.dist)
	w := world{}
	if s.tgz != nil {
		w[s.tarball()] = ok(s.tgz)
	}
	if s.attestations != nil {
		dist["attestations"] = map[string]any{"url": s.attested(), "provenance": map[string]any{"predicateType": "https://slsa.dev/provenance/v1"}}
		w[s.attested()] = ok(s.attestations)
	}
	doc["name"], doc["version"], doc["dist"] = s.name, s.version, dist
	raw, err := json.Marshal(doc)
	require.NoError(t, err)
	w[npmHost+s.name+"/"+s.version] = ok(raw)
	all := map[string]any{"name": s.name, "dist-tags": map[string]any{"latest": s.version}, "versions": map[string]any{s.version: doc}}
	if s.published != "" {
		all["time"] = map[string]any{s.version: s.published}
	}
	raw, err = json.Marshal(all)
	require.NoError(t, err)
	w[npmHost+s.name] = ok(raw)
	return w
}

func integrityOf(tgz []byte) string {
	sum := sha512.Sum512(tgz)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

// TestNPMCorpusSignatures audits every registry signature of the corpus, by
// both routes, and the packages that are there as whole packages.
func TestNPMCorpusSignatures(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("hundreds of audits one after the other are left out by -short")
	}
	dir := corpus.Path(t, "npm-signatures")
	file, err := os.Open(filepath.Join(dir, "signatures.jsonl"))
	require.NoError(t, err)
	defer file.Close()
	const current = "SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U"
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	valid, whole := map[string]bool{}, 0
	take := corpus.Sample(t, 6)
	for lines.Scan() {
		var c struct {
			Name, Version, Integrity, Verdict, Published string
			Signatures                                   []struct{ KeyID, Sig string }
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		if c.Verdict == "valid" && !take() {
			continue
		}
		var signatures []any
		for _, s := range c.Signatures {
			signatures = append(signatures, map[string]any{"keyid": s.KeyID, "sig": s.Sig})
		}
		s := npmServed{name: c.Name, version: c.Version, published: c.Published,
			dist: map[string]any{"integrity": c.Integrity, "signatures": signatures}}
		s.tgz, err = os.ReadFile(filepath.Join(dir, "tarballs", strings.ReplaceAll(c.Name, "/", "__")+"-"+c.Version+".tgz"))
		if err == nil {
			require.Equal(t, c.Integrity, integrityOf(s.tgz))
			s.manifest = manifestOf(t, s.tgz)
		}
		w := s.world(t)
		direct, replay := fresh(t, w, s.ref()), replayed(t, w, s.ref())
		if c.Verdict != "valid" {
			require.True(t, direct.Report.Verdict.Failed, s.ref())
			require.True(t, replay.Report.Verdict.Failed, s.ref())
			continue
		}
		valid[c.Name+"@"+c.Version] = true
		require.False(t, direct.Report.Verdict.Failed, s.ref())
		dated := c.Signatures[0].KeyID == current || c.Published != ""
		want := map[bool]string{true: "pass", false: "unknown"}
		has(t, direct, "registry-signature", want[dated], "")
		has(t, replay, "registry-signature", want[c.Signatures[0].KeyID == current], "")
		if s.tgz == nil {
			continue
		}
		whole++
		level := map[bool]int{true: 2, false: 1}
		require.Equal(t, level[dated], levels(direct)["integrity"][0], direct.Report.Text(false))
		level[false] = 0
		require.Equal(t, level[c.Signatures[0].KeyID == current], levels(replay)["integrity"][0], replay.Report.Text(false))
		require.GreaterOrEqual(t, levels(replay)["integrity"][1], 2)
	}
	require.NoError(t, lines.Err())
	if !corpus.Whole() {
		require.NotEmpty(t, valid)
		return
	}
	require.Len(t, valid, 318)
	require.GreaterOrEqual(t, whole, 14)
}

// fresh audits a week after the anchors were taken: young enough to count.
func fresh(t testing.TB, w world, reference string) *result {
	t.Helper()
	o := options(w)
	anchor, _ := o.Anchors.Anchor(trust.SigstoreRoot)
	o.Time = anchor.AsOf().AddDate(0, 0, 7)
	r, err := ask(context.Background(), reference, o)
	require.NoError(t, err)
	return r
}

// has holds how a check ended, and a word of its reason.
func has(t testing.TB, r *result, check, begins, contains string) {
	t.Helper()
	got := outcome(t, r, check)
	require.True(t, strings.HasPrefix(got, begins+": "), "%s %s: %s", r.Report.Reference, check, got)
	require.Contains(t, got, contains, check)
}

// asServed is a file of the corpus in the form of npm's answer.
func asServed(t testing.TB, raw []byte) []byte {
	t.Helper()
	var answer struct{ Attestations []json.RawMessage }
	if json.Unmarshal(raw, &answer) == nil && answer.Attestations != nil {
		return raw
	}
	var each []any
	for _, line := range bundlesOf(raw) {
		var b struct{ DSSEEnvelope struct{ Payload []byte } }
		require.NoError(t, json.Unmarshal(line, &b))
		var statement struct{ PredicateType string }
		require.NoError(t, json.Unmarshal(b.DSSEEnvelope.Payload, &statement))
		each = append(each, map[string]any{"predicateType": statement.PredicateType, "bundle": json.RawMessage(line)})
	}
	out, err := json.Marshal(map[string]any{"attestations": each})
	require.NoError(t, err)
	return out
}

// bundlesOf takes one bundle, or several a line each.
func bundlesOf(raw []byte) [][]byte {
	if json.Valid(raw) {
		return [][]byte{raw}
	}
	return bytes.Split(bytes.TrimSpace(raw), []byte("\n"))
}

// TestNPMCorpusAttestations audits every case of npm's attestations, as served
// for the package that it is about.
func TestNPMCorpusAttestations(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("hundreds of audits one after the other are left out by -short")
	}
	dir := corpus.Path(t)
	file, err := os.Open(filepath.Join(dir, "CASES.jsonl"))
	require.NoError(t, err)
	defer file.Close()
	accepted, rejected := 0, 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var c struct {
			ID, Mechanism, Subject, Expected, Why string
			Files                                 []string
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		if c.Mechanism != "npm attestation" {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			s := npmServed{dist: map[string]any{}}
			var bundles [][]byte
			for _, f := range c.Files {
				raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f)))
				require.NoError(t, err)
				if strings.HasSuffix(f, ".tgz") {
					s.tgz = raw
					continue
				}
				bundles = append(bundles, raw)
			}
			s.attestations = asServed(t, bundles[0])
			if len(bundles) > 1 {
				s.attestations = joined(t, bundles)
			}
			s.name, s.version = "@laurentsimon/provenance-npm-test", "1.0.0"
			if s.tgz != nil {
				s.manifest = manifestOf(t, s.tgz)
				s.name, s.version = s.manifest["name"].(string), s.manifest["version"].(string)
				s.dist["integrity"] = integrityOf(s.tgz)
			} else {
				s.dist["integrity"] = subjectIntegrity(t, s.attestations)
			}
			w := s.world(t)
			direct, replay := fresh(t, w, s.ref()), replayed(t, w, s.ref())
			if c.Expected != "accept" {
				rejected++
				for _, r := range []*result{direct, replay} {
					require.True(t, r.Report.Verdict.Failed, "%s\n%s", c.Why, r.Report.Text(false))
					require.Equal(t, map[string][2]int{"integrity": {0, 0}, "accountability": {0, 0}}, levels(r))
				}
				return
			}
			accepted++
			require.False(t, direct.Report.Verdict.Failed, direct.Report.Verdict.Failures)
			if s.tgz == nil {
				has(t, direct, "attestations-genuine", "unknown", "did not arrive")
				return
			}
			accountability := [2]int{1, 2} // a promise only
			if bytes.Contains(s.attestations, []byte("rootHash")) {
				accountability = [2]int{2, 2}
			}
			require.Equal(t, map[string][2]int{"integrity": {3, 3}, "accountability": accountability}, levels(direct), direct.Report.Text(false))
			want := map[string][2]int{"integrity": {3, 3}, "accountability": accountability}
			if !bytes.Contains(s.attestations, []byte("npm/attestation/tree/main/specs/publish")) {
				// Provenance alone: by replay nobody of the repository says
				// whose package it is.
				want = map[string][2]int{"integrity": {0, 3}, "accountability": {0, 2}}
			}
			require.Equal(t, want, levels(replay), replay.Report.Text(false))
		})
	}
	require.GreaterOrEqual(t, accepted, 12)
	require.GreaterOrEqual(t, rejected, 13)
}

// joined is one answer of several bare bundles.
func joined(t testing.TB, bundles [][]byte) []byte {
	t.Helper()
	var each []json.RawMessage
	for _, b := range bundles {
		var answer struct{ Attestations []json.RawMessage }
		require.NoError(t, json.Unmarshal(asServed(t, b), &answer))
		each = append(each, answer.Attestations...)
	}
	out, err := json.Marshal(map[string]any{"attestations": each})
	require.NoError(t, err)
	return out
}

// subjectIntegrity is the digest that a provenance statement gives its subject.
func subjectIntegrity(t testing.TB, answer []byte) string {
	t.Helper()
	var list struct {
		Attestations []struct {
			Bundle struct{ DSSEEnvelope struct{ Payload []byte } }
		}
	}
	require.NoError(t, json.Unmarshal(answer, &list))
	for _, a := range list.Attestations {
		var statement struct {
			Subject []struct{ Digest map[string]any }
		}
		if json.Unmarshal(a.Bundle.DSSEEnvelope.Payload, &statement) != nil || len(statement.Subject) == 0 {
			continue
		}
		if value, ok := statement.Subject[0].Digest["sha512"].(string); ok {
			raw, err := hex.DecodeString(value)
			require.NoError(t, err)
			return "sha512-" + base64.StdEncoding.EncodeToString(raw)
		}
	}
	t.Fatal("no statement gives a digest")
	return ""
}
