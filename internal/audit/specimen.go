//go:build touchstone_testanchors && !js

package audit

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"time"

	"golang.org/x/mod/sumdb"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/registry/golang"
	"touchstone/internal/report"
	"touchstone/internal/trust"
)

// A Specimen is a report for the site to show: the audit of an invented Go
// module, recorded in an invented log under an invented key. The program and the
// rules are the real ones. Only the site's generator is built with the tag that
// lets such a key in; what the page loads is not.
type Specimen struct {
	ID     string // part of an address
	Name   string
	What   string // was done to the module
	Report *report.Report
}

// mintedAt is the clock of the examples, so that they are the same in each build.
var mintedAt = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

const (
	mintedModule  = "example.com/gold"
	mintedVersion = "v1.2.3"
	mintedProxy   = "https://" + golang.Proxy + "/"
	mintedMod     = "module " + mintedModule + "\n\ngo 1.26\n"
)

// A mintedWorld answers in place of the module proxy.
type mintedWorld struct {
	log    *sumdb.Server
	key    string // the log's public key
	pages  map[string][]byte
	silent string // what has this in its address gets no answer
}

// mint makes the world in which everything is as it should be.
func mint() (*mintedWorld, error) {
	seed := sha256.Sum256([]byte("an invented log"))
	private := ed25519.NewKeyFromSeed(seed[:])
	signer, verifier := noteKeys(golang.Database, private)
	packed, err := gold("24")
	if err != nil {
		return nil, err
	}
	contents, err := archive.Read(archive.Zip, packed, archive.Options{})
	if err != nil {
		return nil, fmt.Errorf("reading the example: %w", err)
	}
	whole, err := h1(contents.Files)
	if err != nil {
		return nil, err
	}
	onlyMod, err := h1([]archive.File{archive.Describe("go.mod", []byte(mintedMod))})
	if err != nil {
		return nil, err
	}
	sums := fmt.Appendf(nil, "%s %s %s\n%s %s/go.mod %s\n", mintedModule, mintedVersion, whole, mintedModule, mintedVersion, onlyMod)
	at := mintedProxy + mintedModule + "/@v/"
	w := &mintedWorld{
		log: sumdb.NewServer(sumdb.NewTestServer(signer, func(_, _ string) ([]byte, error) { return sums, nil })),
		key: verifier,
		pages: map[string][]byte{
			at + mintedVersion + ".zip":  packed,
			at + mintedVersion + ".mod":  []byte(mintedMod),
			at + mintedVersion + ".info": []byte(`{"Version":"` + mintedVersion + `","Time":"2026-11-20T09:00:00Z","Origin":{"VCS":"git","URL":"https://example.com/gold","Hash":"7c4c0a1e5b0d4b6f9a3f5a8f0f3c1d2e4b6a8c0d"}}`),
			at + "list":                  []byte(mintedVersion + "\n"),
		},
	}
	// The test server logs a record when it is first looked up. From then on the
	// log stays as it is, in whatever order an audit asks.
	w.log.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/lookup/"+mintedModule+"@"+mintedVersion, nil))
	return w, nil
}

// gold packs the module, as a module proxy does.
func gold(carat string) ([]byte, error) {
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, file := range [][2]string{
		{"LICENSE", "An invented licence.\n"},
		{"SECURITY.md", "Write to security@example.com.\n"},
		{"go.mod", mintedMod},
		{"gold.go", "// Package gold is invented.\npackage gold\n\n// Carat is how pure it is.\nconst Carat = " + carat + "\n"},
	} {
		w, err := z.Create(mintedModule + "@" + mintedVersion + "/" + file[0])
		if err != nil {
			return nil, fmt.Errorf("packing the example: %w", err)
		}
		if _, err := io.WriteString(w, file[1]); err != nil {
			return nil, fmt.Errorf("packing the example: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("packing the example: %w", err)
	}
	return packed.Bytes(), nil
}

// noteKeys are a signer's two keys in the form of golang.org/x/mod/sumdb/note.
func noteKeys(name string, private ed25519.PrivateKey) (signer, verifier string) {
	const algorithm = 1 // Ed25519
	public := append([]byte{algorithm}, private.Public().(ed25519.PublicKey)...)
	sum := sha256.Sum256(append([]byte(name+"\n"), public...))
	hash := binary.BigEndian.Uint32(sum[:])
	encoded := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, hash, encoded(append([]byte{algorithm}, private.Seed()...))),
		fmt.Sprintf("%s+%08x+%s", name, hash, encoded(public))
}

func h1(files []archive.File) (string, error) {
	sum, err := archive.Hash1(files)
	if err != nil {
		return "", fmt.Errorf("hashing the example's list of files: %w", err)
	}
	return "h1:" + base64.StdEncoding.EncodeToString(sum[:]), nil
}

// Do answers a request from memory.
func (w *mintedWorld) Do(_ context.Context, r *fetch.Request) (*fetch.Response, error) {
	if w.silent != "" && strings.Contains(r.URL, w.silent) {
		return &fetch.Response{Status: 503, URL: r.URL, Body: io.NopCloser(strings.NewReader("busy\n"))}, nil
	}
	if body, ok := w.pages[r.URL]; ok {
		return &fetch.Response{Status: 200, URL: r.URL, Body: io.NopCloser(bytes.NewReader(body))}, nil
	}
	if path, ok := strings.CutPrefix(r.URL, mintedProxy+"sumdb/"+golang.Database); ok {
		answer := httptest.NewRecorder()
		w.log.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
		return &fetch.Response{Status: answer.Code, URL: r.URL, Body: io.NopCloser(answer.Body)}, nil
	}
	return &fetch.Response{Status: 404, URL: r.URL, Body: io.NopCloser(strings.NewReader("not found\n"))}, nil
}

// mintedReport audits the module in the world as change leaves it.
func mintedReport(change func(*mintedWorld) error) (*report.Report, error) {
	w, err := mint()
	if err != nil {
		return nil, err
	}
	if err := change(w); err != nil {
		return nil, err
	}
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{LogKeys: []string{w.key}, Taken: mintedAt})
	if err != nil {
		return nil, fmt.Errorf("pinning the example's key: %w", err)
	}
	result, err := Run(context.Background(), mintedModule+"@"+mintedVersion, Options{Transport: w, Anchors: anchors, Time: mintedAt, Retries: -1})
	if err != nil {
		return nil, fmt.Errorf("auditing the example: %w", err)
	}
	return result.Report, nil
}

// Specimens audits the module as it should be, and as somebody else left it.
func Specimens() ([]Specimen, error) {
	var out []Specimen
	for _, e := range []struct {
		id, name, what string
		change         func(*mintedWorld) error
	}{
		{"signed", "As it should be", "The package is the one that its log signed for. The answer says what holds, and what would have to happen for the next level.",
			func(*mintedWorld) error { return nil }},
		{"failed", "One digit was changed", "Somebody changed one digit in one file after the package was published: 24 became 14. Nothing else is different.",
			func(w *mintedWorld) error {
				changed, err := gold("14")
				w.pages[mintedProxy+mintedModule+"/@v/"+mintedVersion+".zip"] = changed
				return err
			}},
		{"open", "The log did not answer", "The package arrived, but the log that signs for it could not be reached. That proves nothing either way, and no level is given on trust.",
			func(w *mintedWorld) error { w.silent = "/sumdb/"; return nil }},
	} {
		r, err := mintedReport(e.change)
		if err != nil {
			return nil, err
		}
		out = append(out, Specimen{ID: e.id, Name: e.name, What: e.what, Report: r})
	}
	return out, nil
}
