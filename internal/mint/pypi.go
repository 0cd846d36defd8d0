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

// PyPIPublish is the type of the statement by which a publisher says that it
// published a file.
const PyPIPublish = "https://docs.pypi.org/attestations/publish/v1"

// A Wheel is a wheel for any platform, every part of which can be bent.
type Wheel struct {
	Name, Version string
	Metadata      string            // METADATA, behind name and version
	Files         map[string]string // beside its own documents
	Record        func(string) string
}

// File is the wheel's name.
func (w Wheel) File() string { return w.Name + "-" + w.Version + "-py3-none-any.whl" }

// Core is its METADATA.
func (w Wheel) Core() string {
	return "Metadata-Version: 2.4\nName: " + w.Name + "\nVersion: " + w.Version + "\n" + w.Metadata
}

// Bytes is the archive, its list of files last, as the specification advises.
func (w Wheel) Bytes() []byte {
	info := w.Name + "-" + w.Version + ".dist-info/"
	all := maps.Clone(w.Files)
	all[info+"METADATA"] = w.Core()
	all[info+"WHEEL"] = "Wheel-Version: 1.0\nGenerator: mint\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
	var record strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		sum := sha256.Sum256([]byte(all[name]))
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", name, base64.RawURLEncoding.EncodeToString(sum[:]), len(all[name]))
	}
	list := record.String() + info + "RECORD,,\n"
	if w.Record != nil {
		list = w.Record(list)
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	add := func(name, text string) { must(io.WriteString(must(z.Create(name)), text)) }
	for _, name := range slices.Sorted(maps.Keys(all)) {
		add(name, all[name])
	}
	add(info+"RECORD", list)
	must(0, z.Close())
	return packed.Bytes()
}

// A PyPIFile is one file of a project on PyPI, with the attestations that its
// publisher made.
type PyPIFile struct {
	*Sigstore
	Project, Version, File string
	Raw                    []byte
	Metadata               string         // served beside it; empty for none
	Publisher              map[string]any // whom PyPI names
	Attestations           []Signing      // none: none is announced
	Entry                  func(entry map[string]any)
}

// NewPyPIFile is a wheel that its publisher, OWNER/NAME on GitHub, attests.
func NewPyPIFile(s *Sigstore, w Wheel, publisher, commit string) *PyPIFile {
	const workflow = "release.yml"
	f := &PyPIFile{Sigstore: s, Project: w.Name, Version: w.Version, File: w.File(), Raw: w.Bytes(), Metadata: w.Core(),
		Publisher: map[string]any{"kind": "GitHub", "repository": publisher, "workflow": workflow, "environment": nil, "claims": nil}}
	f.Attestations = []Signing{f.Published("https://github.com/"+publisher, workflow, commit)}
	return f
}

// Statement is an in-toto statement about the file.
func (f *PyPIFile) Statement(predicateType string, predicate any) map[string]any {
	sum := sha256.Sum256(f.Raw)
	return map[string]any{"_type": "https://in-toto.io/Statement/v1", "predicateType": predicateType, "predicate": predicate,
		"subject": []any{map[string]any{"name": f.File, "digest": map[string]any{"sha256": hex.EncodeToString(sum[:])}}}}
}

// Published is the publisher's statement, signed in a run of a workflow.
func (f *PyPIFile) Published(repository, workflow, commit string) Signing {
	x := GitHubActions(repository, ".github/workflows/"+workflow, "refs/tags/v"+f.Version, commit)
	x.Statement = f.Statement(PyPIPublish, nil)
	return x
}

// attestation is a bundle as PyPI keeps it (PEP 740).
func attestation(bundle map[string]any) map[string]any {
	material, envelope := bundle["verificationMaterial"].(map[string]any), bundle["dsseEnvelope"].(map[string]any)
	return map[string]any{"version": 1,
		"verification_material": map[string]any{"certificate": material["certificate"].(map[string]any)["rawBytes"], "transparency_entries": material["tlogEntries"]},
		"envelope":              map[string]any{"statement": envelope["payload"], "signature": envelope["signatures"].([]any)[0].(map[string]any)["sig"]}}
}

// Where a repository with these addresses, which end with slashes, serves a file.
func (f *PyPIFile) IndexAt(index string) string { return index + "simple/" + f.Project + "/" }
func (f *PyPIFile) ProvenanceAt(index string) string {
	return index + "integrity/" + f.Project + "/" + f.Version + "/" + f.File + "/provenance"
}
func (f *PyPIFile) FileAt(files string) string {
	sum := blake2b.Sum256(f.Raw)
	h := hex.EncodeToString(sum[:])
	return files + "packages/" + h[:2] + "/" + h[2:4] + "/" + h[4:] + "/" + f.File
}

// ServePyPI puts the files of one project into the world.
func ServePyPI(w World, index, files string, all ...*PyPIFile) {
	var entries, versions []any
	for _, f := range all {
		sum := sha256.Sum256(f.Raw)
		entry := map[string]any{"filename": f.File, "url": f.FileAt(files), "hashes": map[string]any{"sha256": hex.EncodeToString(sum[:])},
			"size": len(f.Raw), "upload-time": f.At.Format("2006-01-02T15:04:05.000000Z"), "yanked": false, "core-metadata": false, "provenance": nil}
		w[f.FileAt(files)] = Page{Body: f.Raw}
		if f.Metadata != "" {
			sum := sha256.Sum256([]byte(f.Metadata))
			entry["core-metadata"] = map[string]any{"sha256": hex.EncodeToString(sum[:])}
			w[f.FileAt(files)+".metadata"] = Page{Body: []byte(f.Metadata)}
		}
		if f.Attestations != nil {
			entry["provenance"] = f.ProvenanceAt(index)
			list := []any{}
			for _, x := range f.Attestations {
				list = append(list, attestation(f.Bundle(x)))
			}
			w[f.ProvenanceAt(index)] = Page{Body: must(json.Marshal(map[string]any{"version": 1,
				"attestation_bundles": []any{map[string]any{"publisher": f.Publisher, "attestations": list}}}))}
		}
		if f.Entry != nil {
			f.Entry(entry)
		}
		entries = append(entries, entry)
		if !slices.Contains(versions, any(f.Version)) {
			versions = append(versions, f.Version)
		}
	}
	w[all[0].IndexAt(index)] = Page{Body: must(json.Marshal(map[string]any{"meta": map[string]any{"api-version": "1.4"},
		"name": all[0].Project, "versions": versions, "files": entries, "project-status": map[string]any{"status": "active"}}))}
}
