package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"maps"
	"math/rand"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"touchstone/internal/corpus"
)

// A job is a question to the probe, which documents it.
type job struct {
	Kind                 string
	Bundle, Root, Digest string            `json:",omitempty"`
	Key                  string            `json:",omitempty"`
	Files                map[string][]byte `json:",omitempty"`
	Time, Target         string            `json:",omitempty"`
	VerifierKey, Module  string            `json:",omitempty"`
	Text                 string            `json:",omitempty"`
}

// cases is the corpus, or skips.
func cases(t *testing.T) fs.FS { return os.DirFS(corpus.Path(t)) }

func read(t *testing.T, corpus fs.FS, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(corpus, name)
	require.NoError(t, err)
	return data
}

// tree reads all files beneath a folder, by their path in it.
func tree(t *testing.T, corpus fs.FS, dir string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	require.NoError(t, fs.WalkDir(corpus, dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files[strings.TrimPrefix(name, dir+"/")], err = fs.ReadFile(corpus, name)
		}
		return err
	}))
	return files
}

func purls(*testing.T) []job {
	var jobs []job
	for _, s := range []string{"pkg:npm/%40a/b@1", "pkg:golang/GitHub.com/A/b@v1?x=y&a=b#z", "pkg:pypi/A_b@1%2f", "npm/a", "pkg:npm/a@%zz", "pkg:/a", ""} {
		jobs = append(jobs, job{Kind: "purl", Text: s})
	}
	return jobs
}

func templates(*testing.T) []job {
	var jobs []job
	for _, s := range []string{"plain", "<b>&\"'", "javascript:alert(1)", "https://x.example/?a=b&c", "10px;color:red", "expression(1)", "\x00\u202e</script>"} {
		jobs = append(jobs, job{Kind: "templ", Text: s})
	}
	return jobs
}

// trees are signed trees of one record, and every flip of a byte of one.
func trees(t *testing.T) []job {
	secret, public, err := note.GenerateKey(rand.New(rand.NewSource(1)), "log.example")
	require.NoError(t, err)
	signer, err := note.NewSigner(secret)
	require.NoError(t, err)
	text := tlog.FormatTree(tlog.Tree{N: 1, Hash: tlog.RecordHash([]byte("record"))})
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	require.NoError(t, err)
	jobs := []job{{Kind: "tlog", VerifierKey: public, Text: string(signed), Module: "record"}, {Kind: "tlog", VerifierKey: public, Text: string(signed), Module: "other"}}
	for i := range signed {
		flipped := bytes.Clone(signed)
		flipped[i] ^= 1
		jobs = append(jobs, job{Kind: "tlog", VerifierKey: public, Text: string(flipped), Module: "record"})
	}
	return jobs
}

const (
	publicRoot = "sigstore-trust/public-good/trusted_root.json"
	mutations  = 25 // of each bundle
)

// npmBundles returns the bundles of real npm attestations that a key signed,
// or those that a certificate did.
func npmBundles(t *testing.T, corpus fs.FS, withKey bool) []json.RawMessage {
	files, err := fs.Glob(corpus, "npm-attestations/valid/*.json")
	require.NoError(t, err)
	var found []json.RawMessage
	for _, name := range files {
		data := read(t, corpus, name)
		var answer struct {
			Attestations []struct{ Bundle json.RawMessage }
		}
		require.NoError(t, json.Unmarshal(data, &answer), name)
		bundles := []json.RawMessage{data}
		for i, a := range answer.Attestations {
			bundles = append(bundles[:i], a.Bundle)
		}
		for _, b := range bundles {
			if bytes.Contains(b, []byte(`"publicKey"`)) == withKey {
				found = append(found, b)
			}
		}
	}
	require.NotEmpty(t, found)
	return found
}

// digestOf returns the digest that a bundle claims to be about, or one of
// nothing.
func digestOf(bundle []byte) string {
	var b struct {
		DSSEEnvelope     struct{ Payload []byte }
		MessageSignature struct{ MessageDigest struct{ Digest []byte } }
	}
	var statement struct {
		Subject []struct{ Digest map[string]string }
	}
	if json.Unmarshal(bundle, &b) == nil && json.Unmarshal(b.DSSEEnvelope.Payload, &statement) == nil && len(statement.Subject) > 0 {
		for _, algorithm := range slices.Sorted(maps.Keys(statement.Subject[0].Digest)) {
			return algorithm + ":" + statement.Subject[0].Digest[algorithm]
		}
	}
	digest := b.MessageSignature.MessageDigest.Digest
	if len(digest) != sha256.Size {
		digest = make([]byte, sha256.Size)
	}
	return "sha256:" + hex.EncodeToString(digest)
}

// withMutations asks about the bundle, the same with another artifact, and
// bundles with one bit flipped.
func withMutations(t *testing.T, j job) []job {
	other := j
	algorithm, digest, _ := strings.Cut(j.Digest, ":")
	other.Digest = algorithm + ":" + strings.Repeat("0", len(digest))
	jobs := []job{j, other}
	random := rand.New(rand.NewSource(int64(len(j.Bundle))))
	for range mutations {
		flipped := []byte(j.Bundle)
		flipped[random.Intn(len(flipped))] ^= 1 << random.Intn(7)
		m := j
		m.Bundle = string(flipped)
		jobs = append(jobs, m)
	}
	return jobs
}

func certificateBundles(t *testing.T) []job {
	corpus := cases(t)
	root := string(read(t, corpus, publicRoot))
	var jobs []job
	for _, b := range npmBundles(t, corpus, false) {
		jobs = append(jobs, withMutations(t, job{Kind: "bundle", Bundle: string(b), Root: root, Digest: digestOf(b)})...)
	}
	return jobs
}

func keyBundles(t *testing.T) []job {
	corpus := cases(t)
	root := string(read(t, corpus, publicRoot))
	var keys struct {
		Keys []struct {
			PublicKey struct{ RawBytes []byte }
		}
	}
	require.NoError(t, json.Unmarshal(read(t, corpus, "sigstore-trust/public-good/npm-keys.json"), &keys))
	var jobs []job
	for _, b := range npmBundles(t, corpus, true) {
		for _, i := range []int{0, len(keys.Keys) - 1} {
			key := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: keys.Keys[i].PublicKey.RawBytes})
			jobs = append(jobs, withMutations(t, job{Kind: "bundle", Bundle: string(b), Root: root, Digest: digestOf(b), Key: string(key)})...)
		}
	}
	return jobs
}

// otherBundles are all the bundles there are, good and bad, against two roots.
func otherBundles(t *testing.T) []job {
	corpus := cases(t)
	var jobs []job
	for _, dir := range []string{"sigstore-bundles", "pypi-attestations", "github-attestations"} {
		files := tree(t, corpus, dir)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if !strings.Contains(name, "sigstore") && !strings.HasSuffix(name, ".json") && !strings.HasSuffix(name, ".attestation") || len(files[name]) > 1<<20 {
				continue
			}
			for _, root := range []string{publicRoot, "sigstore-trust/staging/trusted_root.json"} {
				jobs = append(jobs, job{Kind: "bundle", Bundle: string(files[name]), Root: string(read(t, corpus, root)), Digest: digestOf(files[name])})
			}
		}
	}
	return jobs
}

// tufRepositories is Sigstore's own, as far as a client asks for it that knows
// a late root, at good and bad times, and with one bit flipped in one file.
func tufRepositories(t *testing.T) []job {
	corpus := cases(t)
	const dir = "sigstore-trust/tuf-public-good/"
	files := make(map[string][]byte)
	for name, data := range tree(t, corpus, dir+"metadata") {
		role := path.Base(name)
		if root, ok := strings.CutPrefix(name, "root_history/"); ok {
			if root > "12" && len(root) == len("12.root.json") {
				files["metadata/"+root] = data
			}
			continue
		}
		var m struct{ Signed struct{ Version int } }
		require.NoError(t, json.Unmarshal(data, &m), name)
		if role != "timestamp.json" {
			role = fmt.Sprintf("%d.%s", m.Signed.Version, role)
		}
		files["metadata/"+role] = data
	}
	for _, name := range []string{"trusted_root.json", "registry.npmjs.org/keys.json"} {
		data := read(t, corpus, dir+"targets/"+name)
		files["targets/"+path.Join(path.Dir(name), hash(data)+"."+path.Base(name))] = data
	}
	const good = "2026-08-25T00:00:00Z"
	root := string(files["metadata/12.root.json"])
	var jobs []job
	for _, target := range []string{"trusted_root.json", "registry.npmjs.org/keys.json", "nope"} {
		for _, at := range []string{good, "2026-11-01T00:00:00Z", "2040-01-01T00:00:00Z"} {
			jobs = append(jobs, job{Kind: "tuf", Root: root, Files: files, Time: at, Target: target})
		}
	}
	random := rand.New(rand.NewSource(1))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if len(files[name]) == 0 {
			continue
		}
		changed := make(map[string][]byte)
		for n, data := range files {
			changed[n] = bytes.Clone(data)
		}
		changed[name][random.Intn(len(changed[name]))] ^= 1
		jobs = append(jobs, job{Kind: "tuf", Root: root, Files: changed, Time: good, Target: "trusted_root.json"})
	}
	return jobs
}

// lookups are recorded ones in Go's checksum database, and those with one bit
// flipped in one of the answers.
func lookups(t *testing.T) []job {
	corpus := cases(t)
	const key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
	files := make(map[string][]byte)
	for name, data := range tree(t, corpus, "go-sumdb/snapshot/sumdb/sum.golang.org") {
		files["/"+name] = data
	}
	var jobs []job
	for _, m := range []string{"github.com/pkg/errors@v0.9.1", "github.com/google/uuid@v1.6.0", "github.com/google/uuid@v1.6.0/go.mod", "github.com/google/uuid@v9.9.9"} {
		jobs = append(jobs, job{Kind: "sumdb", VerifierKey: key, Module: m, Files: files})
	}
	random := rand.New(rand.NewSource(1))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if len(files[name]) == 0 {
			continue
		}
		changed := make(map[string][]byte)
		for n, data := range files {
			changed[n] = bytes.Clone(data)
		}
		changed[name][random.Intn(len(changed[name]))] ^= 1
		jobs = append(jobs, job{Kind: "sumdb", VerifierKey: key, Module: "github.com/pkg/errors@v0.9.1", Files: changed})
	}
	return jobs
}
