package mint

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"sync"
	"time"
)

// A FreeBSDKey signs catalogues, with the key beside the signature.
type FreeBSDKey struct {
	// Public is the key as it stands in a catalogue, behind Mark.
	Public []byte
	// Mark says by which kind of key it is; empty for RSA.
	Mark    string
	private crypto.Signer
}

// NewFreeBSDCurveKey makes a key of ECDSA.
func NewFreeBSDCurveKey() *FreeBSDKey {
	private := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	return &FreeBSDKey{Public: must(x509.MarshalPKIXPublicKey(private.Public())), Mark: "$PKGSIGN:ecdsa$", private: private}
}

// NewFreeBSDKey makes a key; it takes a tenth of a second.
func NewFreeBSDKey() *FreeBSDKey {
	private := must(rsa.GenerateKey(rand.Reader, 2048))
	public := must(x509.MarshalPKIXPublicKey(private.Public()))
	return &FreeBSDKey{Public: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), private: private}
}

// freeBSDKeys are made once for a process.
var freeBSDKeys = sync.OnceValue(func() [2]*FreeBSDKey { return [2]*FreeBSDKey{NewFreeBSDKey(), NewFreeBSDKey()} })

// FreeBSDKeys are two keys, the same in every test of a process.
func FreeBSDKeys() (one, other *FreeBSDKey) { return freeBSDKeys()[0], freeBSDKeys()[1] }

// Sign is a signature over a document, as pkg makes it: over the hexadecimal digits
// of its SHA-256.
func (k *FreeBSDKey) Sign(document []byte) []byte {
	sum := sha256.Sum256(document)
	again := sha256.Sum256([]byte(hex.EncodeToString(sum[:])))
	return append([]byte(k.Mark), must(k.private.Sign(rand.Reader, again[:], crypto.SHA256))...)
}

// FreeBSDKeySet is a document of anchored fingerprints, in the form of package trust.
func FreeBSDKeySet(from time.Time, keys ...*FreeBSDKey) []byte {
	var list []map[string]any
	for _, k := range keys {
		sum := sha256.Sum256(k.Public)
		list = append(list, map[string]any{"fingerprint": strings.ToUpper(hex.EncodeToString(sum[:])), "name": "a key of a test", "from": from})
	}
	return must(json.Marshal(map[string]any{"source": "a test", "taken": "2026-11-01", "keyring": "", "sets": []any{map[string]any{"id": "freebsd", "name": "FreeBSD's keys", "fingerprints": true, "keys": list}}}))
}

// A FreeBSDPackage is one package, every part of which can be bent.
type FreeBSDPackage struct {
	Name, Version string
	Files         map[string]string // by path from the root
	Manifest      map[string]any    // put over what the manifest says
}

// NewFreeBSDPackage has a file, a script and a dependency.
func NewFreeBSDPackage(name, version string) FreeBSDPackage {
	return FreeBSDPackage{Name: name, Version: version, Files: map[string]string{"/usr/local/bin/" + name: "#!/bin/sh\necho gold\n"}}
}

// A TarMember is a file to write.
type TarMember struct{ Name, Body string }

// PackedTar writes members in their order, compressed.
func PackedTar(members ...TarMember) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, m := range members {
		if err := w.WriteHeader(&tar.Header{Name: m.Name, Mode: 0o644, Size: int64(len(m.Body)), Format: tar.FormatUSTAR}); err != nil {
			panic(err)
		}
		must(w.Write([]byte(m.Body)))
	}
	for _, c := range []interface{ Close() error }{w, z} {
		if err := c.Close(); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

// Packed is the package's file.
func (p FreeBSDPackage) Packed() []byte {
	sums := map[string]any{}
	var members []TarMember
	for path, text := range p.Files {
		sums[path] = "1$" + hex.EncodeToString(sum256(text))
		members = append(members, TarMember{path, text})
	}
	manifest := map[string]any{"name": p.Name, "version": p.Version, "origin": "misc/" + p.Name, "files": sums,
		"scripts": map[string]any{"post-install": "ldconfig\n"}, "deps": map[string]any{"metal": map[string]any{"origin": "misc/metal", "version": "1.0"}}}
	maps.Copy(manifest, p.Manifest)
	return PackedTar(append([]TarMember{{"+MANIFEST", string(must(json.Marshal(manifest)))}}, members...)...)
}

func sum256(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// At is where a repository serves the package.
func (p FreeBSDPackage) At() string { return "All/" + p.Name + "-" + p.Version + ".pkg" }

// ServeFreeBSD puts a repository of these packages into the world at a base that
// ends with a slash; a nil key leaves the catalogue unsigned.
func ServeFreeBSD(w World, base string, key *FreeBSDKey, packages ...FreeBSDPackage) {
	list := []any{}
	for _, p := range packages {
		file := p.Packed()
		w[base+p.At()] = Page{Body: file}
		list = append(list, map[string]any{"name": p.Name, "version": p.Version, "origin": "misc/" + p.Name, "sum": hex.EncodeToString(sum256(string(file))), "repopath": p.At(), "path": p.At()})
	}
	document := must(json.Marshal(map[string]any{"groups": []any{}, "packages": list}))
	members := []TarMember{{"data", string(document)}}
	if key != nil {
		members = append([]TarMember{{"data.sig", string(key.Sign(document))}, {"data.pub", key.Mark + string(key.Public)}}, members...)
	}
	w[base+"data.pkg"] = Page{Body: PackedTar(members...)}
	w[base+"meta.conf"] = Page{Body: []byte("version = 2;\npacking_format = \"tzst\";\nmanifests = \"packagesite.yaml\";\ndata = \"data\";\nmanifests_archive = \"packagesite\";\n")}
}
