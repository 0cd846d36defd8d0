package mint

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"golang.org/x/crypto/blake2b"
)

// A Wheel is one version of a Python project with one file, every part of which
// can be bent.
type Wheel struct {
	Name, Version string // the name in the index's form
	Files         map[string]string
	Metadata      string
	// Sigstore signs it for the publisher; nil serves no attestations.
	Sigstore   *Sigstore
	Repository string         // of the publisher, OWNER/NAME on GitHub
	Entry      map[string]any // put over what the index says of the file
}

// NewWheel has metadata, a list of its files, and a publisher.
func NewWheel(s *Sigstore, name, version, repository string) Wheel {
	return Wheel{Name: name, Version: version, Sigstore: s, Repository: repository,
		Files:    map[string]string{name + "/__init__.py": "carat = 24\n"},
		Metadata: "Metadata-Version: 2.4\nName: " + name + "\nVersion: " + version + "\nProject-URL: Source, https://github.com/" + repository + "\nRequires-Dist: metal>=1\n"}
}

// File is the file's name.
func (p Wheel) File() string { return p.Name + "-" + p.Version + "-py3-none-any.whl" }

// Packed is the file.
func (p Wheel) Packed() []byte {
	info := p.Name + "-" + p.Version + ".dist-info/"
	all := maps.Clone(p.Files)
	all[info+"METADATA"] = p.Metadata
	all[info+"WHEEL"] = "Wheel-Version: 1.0\nGenerator: mint\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
	var record strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		sum := sha256.Sum256([]byte(all[name]))
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", name, base64.RawURLEncoding.EncodeToString(sum[:]), len(all[name]))
	}
	all[info+"RECORD"] = record.String() + info + "RECORD,,\n"
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		must(io.WriteString(must(w.Create(name)), all[name]))
	}
	must(0, w.Close())
	return packed.Bytes()
}

// Where index and storage, each at a base that ends with a slash, serve it.
func (p Wheel) IndexAt(base string) string { return base + "simple/" + p.Name + "/" }
func (p Wheel) ProvenanceAt(base string) string {
	return base + "integrity/" + p.Name + "/" + p.Version + "/" + p.File() + "/provenance"
}
func (p Wheel) FileAt(base string) string {
	sum := blake2b.Sum256(p.Packed())
	folder := hex.EncodeToString(sum[:])
	return base + "packages/" + folder[:2] + "/" + folder[2:4] + "/" + folder[4:] + "/" + p.File()
}

// Serve puts the project's documents into the world.
func (p Wheel) Serve(w World, index, files string) {
	packed := p.Packed()
	sum, about := sha256.Sum256(packed), sha256.Sum256([]byte(p.Metadata))
	entry := map[string]any{"filename": p.File(), "url": p.FileAt(files), "hashes": map[string]any{"sha256": hex.EncodeToString(sum[:])},
		"core-metadata": map[string]any{"sha256": hex.EncodeToString(about[:])}, "size": len(packed), "upload-time": "2026-10-01T09:00:00.123456Z", "yanked": false, "provenance": nil}
	if p.Sigstore != nil {
		entry["provenance"] = p.ProvenanceAt(index)
		w[p.ProvenanceAt(index)] = Page{Body: must(json.Marshal(p.provenance(hex.EncodeToString(sum[:]))))}
	}
	maps.Copy(entry, p.Entry)
	w[p.IndexAt(index)] = Page{Body: must(json.Marshal(map[string]any{"meta": map[string]any{"api-version": "1.4"}, "name": p.Name,
		"versions": []any{p.Version}, "files": []any{entry}}))}
	w[p.FileAt(files)] = Page{Body: packed}
	w[p.FileAt(files)+".metadata"] = Page{Body: []byte(p.Metadata)}
}

// provenance is the publisher's statement that it published the file, in the
// form of PEP 740.
func (p Wheel) provenance(sum string) map[string]any {
	const workflow = "release.yml"
	x := GitHubActions("https://github.com/"+p.Repository, ".github/workflows/"+workflow, "refs/tags/v"+p.Version, strings.Repeat("0a", 20))
	x.Statement = map[string]any{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://docs.pypi.org/attestations/publish/v1", "predicate": nil,
		"subject": []any{map[string]any{"name": p.File(), "digest": map[string]any{"sha256": sum}}}}
	bundle := p.Sigstore.Bundle(x)
	material, envelope := bundle["verificationMaterial"].(map[string]any), bundle["dsseEnvelope"].(map[string]any)
	return map[string]any{"version": 1, "attestation_bundles": []any{map[string]any{
		"publisher": map[string]any{"kind": "GitHub", "repository": p.Repository, "workflow": workflow, "environment": nil, "claims": nil},
		"attestations": []any{map[string]any{"version": 1,
			"envelope":              map[string]any{"statement": envelope["payload"], "signature": envelope["signatures"].([]any)[0].(map[string]any)["sig"]},
			"verification_material": map[string]any{"certificate": material["certificate"].(map[string]any)["rawBytes"], "transparency_entries": material["tlogEntries"]},
		}},
	}}}
}
