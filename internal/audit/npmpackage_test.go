//go:build touchstone_testanchors

package audit_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	slsaType    = "https://slsa.dev/provenance/v1"
	publishType = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1"
	mintedRepo  = "https://github.com/example/thing"
	mintedHead  = "0123456789012345678901234567890123456789"
	mintedRef   = "npm:@example/thing@1.2.3"
	mintedName  = "@example/thing"
	mintedDoc   = npmHost + "@example/thing/1.2.3"
	mintedTgz   = npmHost + "@example/thing/-/thing-1.2.3.tgz"
	mintedAtt   = npmHost + "-/npm/v1/attestations/@example%2fthing@1.2.3"
	mintedFull  = npmHost + "@example/thing"
)

// A thing is a package of a virtual npm, every part of which can be bent.
type thing struct {
	npm      *virtualNPM
	version  string
	manifest map[string]any
	files    map[string]string // beside package.json, by path in the archive
	signers  []*ecdsa.PrivateKey
	// attestations are served; nil serves and announces none.
	attestations []map[string]any
	record       func(doc, dist map[string]any)
}

// package123 is the whole set: registry signature, publish attestation,
// provenance.
func package123(t testing.TB) *thing {
	p := &thing{npm: newVirtualNPM(t), version: "1.2.3", files: map[string]string{"package/index.js": "module.exports = 1\n"},
		manifest: map[string]any{"name": mintedName, "version": "1.2.3", "repository": map[string]any{"type": "git", "url": "git+" + mintedRepo + ".git", "directory": "packages/thing"}}}
	p.signers = []*ecdsa.PrivateKey{p.npm.current}
	p.attestations = []map[string]any{p.npm.attest(p.publish()), p.npm.attest(p.provenance())}
	return p
}

func (p *thing) tgz() []byte {
	manifest, err := json.Marshal(p.manifest)
	require.NoError(p.npm.t, err)
	all := maps.Clone(p.files)
	all["package/package.json"] = string(manifest)
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		require.NoError(p.npm.t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(all[name])), Typeflag: tar.TypeReg}))
		_, err := w.Write([]byte(all[name]))
		require.NoError(p.npm.t, err)
	}
	require.NoError(p.npm.t, w.Close())
	require.NoError(p.npm.t, z.Close())
	return out.Bytes()
}

func (p *thing) statement(predicateType string, predicate map[string]any) map[string]any {
	sum := sha512.Sum512(p.tgz())
	return map[string]any{
		"_type": "https://in-toto.io/Statement/v1", "predicateType": predicateType, "predicate": predicate,
		"subject": []any{map[string]any{"name": "pkg:npm/%40example/thing@" + p.version, "digest": map[string]any{"sha512": hex.EncodeToString(sum[:])}}},
	}
}

func (p *thing) publish() signing {
	return signing{key: p.npm.current, statement: p.statement(publishType, map[string]any{"name": mintedName, "version": p.version, "registry": "https://registry.npmjs.org"})}
}

func (p *thing) provenance() signing { return p.builtFrom(mintedRepo) }

// builtFrom is provenance from a repository.
func (p *thing) builtFrom(repository string) signing {
	workflow := repository + "/.github/workflows/release.yml@refs/heads/main"
	run := repository + "/actions/runs/1/attempts/1"
	return signing{san: workflow,
		claims: map[int]string{
			8: "https://token.actions.githubusercontent.com", 9: workflow, 11: "github-hosted", 12: repository, 13: mintedHead,
			14: "refs/heads/main", 15: "42", 18: workflow, 21: run,
		},
		statement: p.statement(slsaType, map[string]any{
			"buildDefinition": map[string]any{
				"externalParameters":   map[string]any{"workflow": map[string]any{"repository": repository, "path": ".github/workflows/release.yml", "ref": "refs/heads/main"}},
				"resolvedDependencies": []any{map[string]any{"uri": "git+" + repository + "@refs/heads/main", "digest": map[string]any{"gitCommit": mintedHead}}},
			},
			"runDetails": map[string]any{"metadata": map[string]any{"invocationId": run}},
		})}
}

// world serves the package as npm does.
func (p *thing) world() world {
	tgz := p.tgz()
	sum := sha512.Sum512(tgz)
	integrity := "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	dist := map[string]any{"integrity": integrity, "tarball": mintedTgz}
	doc := maps.Clone(p.manifest)
	doc["name"], doc["version"], doc["dist"], doc["gitHead"] = mintedName, p.version, dist, mintedHead
	var signatures []any
	for _, key := range p.signers {
		sig := signed(p.npm.t, key, []byte(mintedName+"@"+p.version+":"+integrity))
		signatures = append(signatures, map[string]any{"keyid": keyID(p.npm.t, key), "sig": sig})
	}
	if signatures != nil {
		dist["signatures"] = signatures
	}
	w := world{mintedTgz: ok(tgz)}
	if p.attestations != nil {
		dist["attestations"] = map[string]any{"url": mintedAtt, "provenance": map[string]any{"predicateType": slsaType}}
		raw, err := json.Marshal(map[string]any{"attestations": p.attestations})
		require.NoError(p.npm.t, err)
		w[mintedAtt] = ok(raw)
	}
	if p.record != nil {
		p.record(doc, dist)
	}
	raw, err := json.Marshal(doc)
	require.NoError(p.npm.t, err)
	w[mintedDoc] = ok(raw)
	list, err := json.Marshal(map[string]any{"name": mintedName, "dist-tags": map[string]any{"latest": p.version},
		"time": map[string]any{p.version: retiredOn.AddDate(0, -1, 0).Format("2006-01-02T15:04:05.000Z")}, "versions": map[string]any{p.version: doc}})
	require.NoError(p.npm.t, err)
	w[mintedFull] = ok(list)
	return w
}

func (p *thing) options(w world) circumstances {
	o := options(w)
	o.Anchors = p.npm.anchors()
	return o
}

func (p *thing) audit(w world) *result {
	p.npm.t.Helper()
	r, err := ask(context.Background(), mintedRef, p.options(w))
	require.NoError(p.npm.t, err)
	return r
}

// replay audits again what an audit recorded.
func (p *thing) replay(w world) *result {
	p.npm.t.Helper()
	o := p.options(nil)
	o.Replay = p.audit(w).Record
	r, err := ask(context.Background(), mintedRef, o)
	require.NoError(p.npm.t, err)
	return r
}

func both(integrity, atMost, accountability, atMostThere int) map[string][2]int {
	return map[string][2]int{"integrity": {integrity, atMost}, "accountability": {accountability, atMostThere}}
}

// hasOutcome holds how a check ended, and a word of its reason.
func hasOutcome(t testing.TB, r *result, check, begins, contains string) {
	t.Helper()
	got := outcome(t, r, check)
	require.True(t, strings.HasPrefix(got, begins+": "), "%s: %s", check, got)
	require.Contains(t, got, contains, check)
}

func (p *thing) keys(keys ...*ecdsa.PrivateKey) []*ecdsa.PrivateKey { return keys }
