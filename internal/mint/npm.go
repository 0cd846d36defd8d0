package mint

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// The types of the statements that npm's attestations hold.
const (
	SLSAType    = "https://slsa.dev/provenance/v1"
	PublishType = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1"
)

// NPM is a registry of npm's kind: it signs records and statements with a key,
// and had another before.
type NPM struct {
	*Sigstore
	Current, Old *ecdsa.PrivateKey
	Retired      time.Time       // when the old key ended
	Unused       map[string]bool // usages that the current key does not have
}

// NewNPM makes the registry that the seed gives; everything is signed at this time.
func NewNPM(seed string, at time.Time) *NPM {
	return &NPM{NewSigstore(seed, "rekor.sigstore.dev", at), Key(seed + " current"), Key(seed + " old"), at.AddDate(-1, 0, 0), map[string]bool{}}
}

// Keys is the document that lists the registry's keys
// (github.com/sigstore/root-signing, targets/registry.npmjs.org/keys.json).
func (n *NPM) Keys() []byte {
	start := n.At.AddDate(-2, 0, 0)
	var keys []any
	for _, usage := range []string{"npm:signatures", "npm:attestations"} {
		keys = append(keys, map[string]any{"keyId": KeyID(n.Old), "keyUsage": usage, "publicKey": publicKey(n.Old, start, n.Retired)})
		if !n.Unused[usage] {
			keys = append(keys, map[string]any{"keyId": KeyID(n.Current), "keyUsage": usage, "publicKey": publicKey(n.Current, start, time.Time{})})
		}
	}
	return must(json.Marshal(map[string]any{"keys": keys}))
}

// Attest makes one element of the list of attestations.
func (n *NPM) Attest(x Signing) map[string]any {
	if x.Label == "" {
		x.Label, _ = x.Statement["predicateType"].(string)
	}
	return map[string]any{"predicateType": x.Label, "bundle": n.Bundle(x)}
}

// An NPMPackage is one version of a package, every part of which can be bent.
type NPMPackage struct {
	NPM           *NPM
	Name, Version string
	Repository    string // address of its source
	Commit        string
	Manifest      map[string]any
	Files         map[string]string // beside package.json, by path in the archive
	Signers       []*ecdsa.PrivateKey
	// Attestations are served; nil serves and announces none.
	Attestations []map[string]any
	Record       func(doc, dist map[string]any) // bends the version's document
}

// NewNPMPackage is a package with the whole set: signature of the registry,
// publish attestation and provenance of its source on GitHub.
func NewNPMPackage(n *NPM, name, version, repository, commit string) *NPMPackage {
	p := &NPMPackage{NPM: n, Name: name, Version: version, Repository: repository, Commit: commit,
		Files:    map[string]string{"package/index.js": "module.exports = 1\n"},
		Manifest: map[string]any{"name": name, "version": version, "repository": map[string]any{"type": "git", "url": "git+" + repository + ".git", "directory": "packages/thing"}},
		Signers:  []*ecdsa.PrivateKey{n.Current}}
	p.Attest(p.Publish(), p.Provenance())
	return p
}

// Attest makes these the package's attestations, and no others.
func (p *NPMPackage) Attest(all ...Signing) {
	p.Attestations = []map[string]any{}
	for _, x := range all {
		p.Attestations = append(p.Attestations, p.NPM.Attest(x))
	}
}

// Tgz is the package's archive.
func (p *NPMPackage) Tgz() []byte {
	all := maps.Clone(p.Files)
	all["package/package.json"] = string(must(json.Marshal(p.Manifest)))
	return Tgz(all)
}

// Tgz packs files by path in the archive.
func Tgz(files map[string]string) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		must(0, w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}))
		must(io.WriteString(w, files[name]))
	}
	must(0, w.Close())
	must(0, z.Close())
	return out.Bytes()
}

// Statement is an in-toto statement about the package.
func (p *NPMPackage) Statement(predicateType string, predicate map[string]any) map[string]any {
	sum := sha512.Sum512(p.Tgz())
	return map[string]any{
		"_type": "https://in-toto.io/Statement/v1", "predicateType": predicateType, "predicate": predicate,
		"subject": []any{map[string]any{"name": "pkg:npm/" + strings.Replace(p.Name, "@", "%40", 1) + "@" + p.Version, "digest": map[string]any{"sha512": hex.EncodeToString(sum[:])}}},
	}
}

// Publish is the registry's statement that it published the package.
func (p *NPMPackage) Publish() Signing {
	return Signing{Key: p.NPM.Current, Statement: p.Statement(PublishType, map[string]any{"name": p.Name, "version": p.Version, "registry": "https://registry.npmjs.org"})}
}

// Provenance is the build's statement.
func (p *NPMPackage) Provenance() Signing { return p.BuiltFrom(p.Repository) }

// BuiltFrom is provenance from any repository.
func (p *NPMPackage) BuiltFrom(repository string) Signing {
	const workflow, ref = ".github/workflows/release.yml", "refs/heads/main"
	x := GitHubActions(repository, workflow, ref, p.Commit)
	x.Statement = p.Statement(SLSAType, map[string]any{
		"buildDefinition": map[string]any{
			"externalParameters":   map[string]any{"workflow": map[string]any{"repository": repository, "path": workflow, "ref": ref}},
			"resolvedDependencies": []any{map[string]any{"uri": "git+" + repository + "@" + ref, "digest": map[string]any{"gitCommit": p.Commit}}},
		},
		"runDetails": map[string]any{"metadata": map[string]any{"invocationId": x.Claims[21]}},
	})
	return x
}

// Where a registry at base, which ends with a slash, serves a package.
func (p *NPMPackage) DocAt(base string) string  { return base + p.Name + "/" + p.Version }
func (p *NPMPackage) FullAt(base string) string { return base + p.Name }
func (p *NPMPackage) TgzAt(base string) string {
	return base + p.Name + "/-/" + p.Name[strings.LastIndexByte(p.Name, '/')+1:] + "-" + p.Version + ".tgz"
}
func (p *NPMPackage) AttestationsAt(base string) string {
	return base + "-/npm/v1/attestations/" + strings.Replace(p.Name, "/", "%2f", 1) + "@" + p.Version
}

// Serve puts the package's documents into the world.
func (p *NPMPackage) Serve(w World, base string) {
	tgz := p.Tgz()
	sum := sha512.Sum512(tgz)
	integrity := "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	dist := map[string]any{"integrity": integrity, "tarball": p.TgzAt(base)}
	doc := maps.Clone(p.Manifest)
	doc["name"], doc["version"], doc["dist"], doc["gitHead"] = p.Name, p.Version, dist, p.Commit
	var signatures []any
	for _, key := range p.Signers {
		signatures = append(signatures, map[string]any{"keyid": KeyID(key), "sig": Sign(key, []byte(p.Name+"@"+p.Version+":"+integrity))})
	}
	if signatures != nil {
		dist["signatures"] = signatures
	}
	w[p.TgzAt(base)] = Page{Body: tgz}
	if p.Attestations != nil {
		dist["attestations"] = map[string]any{"url": p.AttestationsAt(base), "provenance": map[string]any{"predicateType": SLSAType}}
		w[p.AttestationsAt(base)] = Page{Body: must(json.Marshal(map[string]any{"attestations": p.Attestations}))}
	}
	if p.Record != nil {
		p.Record(doc, dist)
	}
	w[p.DocAt(base)] = Page{Body: must(json.Marshal(doc))}
	w[p.FullAt(base)] = Page{Body: must(json.Marshal(map[string]any{"name": p.Name, "dist-tags": map[string]any{"latest": p.Version},
		"time": map[string]any{p.Version: p.NPM.Retired.AddDate(0, -1, 0).Format("2006-01-02T15:04:05.000Z")}, "versions": map[string]any{p.Version: doc}}))}
}
