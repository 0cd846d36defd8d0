package sigstore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

// mutantCount is how many bent questions TestWasmMutants makes; of each four one
// is asked. TestMutants does more of them, of this build alone.
const mutantCount = 1500

// A question is one line of a batch, and its parts.
type question struct {
	name                   string
	bundle, root, artifact string // paths; the artifact may be a digest
	who                    []string
}

func (q question) args() []string {
	args := append([]string{"verify-bundle", "--bundle", q.bundle}, q.who...)
	if q.root != "" {
		args = append(args, "--trusted-root", q.root)
	}
	return append(args, q.artifact)
}

// A gathered bundle is one of the corpus, with the best question about it.
type gathered struct {
	question
	doc   []byte
	claim claim
}

// gather finds every document of the corpus that is, holds or pretends to be a
// bundle.
func (w *wasmRunner) gather(t *testing.T, dir string) []gathered {
	t.Helper()
	var all []gathered
	keys := w.corpusKeys(t, dir)
	seen := map[string]bool{}
	for _, folder := range []string{"sigstore-bundles", "npm-attestations", "pypi-attestations", "github-attestations", "slsa-provenance"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(dir, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !isBundleFile(path) {
				return err
			}
			content := mustRead(t, path)
			if len(content) > 1<<20 || bytes.Contains(content, []byte("trustedroot+json")) || bytes.Contains(content, []byte("signingconfig")) {
				return nil
			}
			bundles := [][]byte{content} // or what is no JSON at all
			if line, _, _ := bytes.Cut(content, []byte("\n")); json.Valid(content) || json.Valid(line) {
				bundles = bundlesIn(t, content)
			}
			for i, b := range bundles {
				if seen[string(b)] {
					continue
				}
				seen[string(b)] = true
				g := gathered{doc: b, claim: readClaim(b)}
				g.name = fmt.Sprintf("%s#%d", strings.TrimPrefix(path, dir+"/"), i)
				g.bundle = w.file(t, b)
				g.who = g.claim.who(keys)
				if strings.Contains(path, "managed-key") {
					g.who = []string{"--key", filepath.Join(dir, "sigstore-bundles/sigstore-rust/managed-key/key.pub")}
				}
				g.artifact = "sha256:" + sampleSHA256
				if len(g.claim.digests) > 0 {
					g.artifact = g.claim.digests[0]
				}
				all = append(all, g)
			}
			return nil
		}))
	}
	return all
}

// theRoots are those that the corpus's bundles are signed under, and others.
func theRoots(w *wasmRunner, t *testing.T, dir string) []string {
	var roots []string
	for _, name := range []string{
		"sigstore-trust/public-good/trusted_root.json", "sigstore-trust/staging/trusted_root.json", "sigstore-trust/github/trusted_root.json",
		"sigstore-bundles/sigstore-go-testing/trusted-roots/scaffolding.json", "sigstore-bundles/sigstore-go-testing/trusted-roots/public-key-validity.json",
		"sigstore-bundles/sigstore-rust/invalid-ct-key_fail/trusted_root.json", "sigstore-trust/public-good/trusted_root-2024.json",
	} {
		roots = append(roots, filepath.Join(dir, name))
	}
	return append(roots, w.file(t, []byte(`{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`)))
}

// TestWasmModes asks about every bundle in every way that the protocol knows,
// and compares the WebAssembly with this build, word by word.
func TestWasmModes(t *testing.T) {
	dir := corpus.Path(t)
	w := newWasm(t)
	keys := w.corpusKeys(t, dir)
	var keyFiles []string
	for _, k := range registryKeys(t, dir) {
		keyFiles = append(keyFiles, keys[k.Hint])
	}
	for _, f := range []string{
		"sigstore-bundles/sigstore-rust/managed-key/key.pub", "sigstore-bundles/sigstore-go-testing/public-keys/public-key-validity.pem",
		"npm-attestations/oss-rebuild/ossrebuild.pub", "sigstore-bundles/sigstore-python/bundle.txt.crt", "CASES.jsonl",
	} {
		keyFiles = append(keyFiles, filepath.Join(dir, f))
	}
	roots := theRoots(w, t, dir)
	bare := roots[len(roots)-1]
	artifacts := w.artifacts(t, dir)
	empty := w.file(t, nil)
	var names []string
	var questions [][]string
	all := w.gather(t, dir)
	for _, g := range all {
		add := func(mode string, args ...string) {
			names, questions = append(names, g.name+" "+mode), append(questions, args)
		}
		vary := func(mode string, change func(*question)) {
			q := g.question
			change(&q)
			add(mode, q.args()...)
		}
		for _, root := range append(roots, "") {
			vary("root "+root, func(q *question) { q.root = root })
			vary("other digest", func(q *question) { q.root, q.artifact = root, "sha256:"+strings.Repeat("0", 64) })
		}
		for _, key := range keyFiles {
			for _, root := range []string{"", bare} {
				vary("key "+key+" root "+root, func(q *question) { q.root, q.who = root, []string{"--key", key} })
			}
		}
		by := func(san, issuer string) []string {
			return []string{"--certificate-identity", san, "--certificate-oidc-issuer", issuer}
		}
		for _, root := range right(g, roots) {
			for i, who := range [][]string{
				by(g.claim.san+"x", g.claim.issuer), by(strings.ToUpper(g.claim.san)+"-", g.claim.issuer), by(g.claim.san, g.claim.issuer+"/"),
				by(g.claim.issuer, g.claim.san), by(".*", ".*"), append([]string{"--key", keyFiles[0]}, by(g.claim.san, g.claim.issuer)...),
				nil, {"--certificate-identity", g.claim.san}, {"--staging", "--key", keyFiles[0]},
			} {
				vary(fmt.Sprintf("who %d", i), func(q *question) { q.root, q.who = root, who })
			}
			for _, artifact := range append(append([]string{empty, "/nowhere", "sha256:", "sha256:ab", "sha1:" + strings.Repeat("0", 40)}, g.claim.digests...), strings.ToUpper(g.artifact), g.artifact+"00") {
				vary("artifact "+artifact, func(q *question) { q.root, q.artifact = root, artifact })
			}
			if file, have := artifacts[g.artifact]; have {
				vary("file", func(q *question) { q.root, q.artifact = root, file })
			}
		}
		vary("bundle absent", func(q *question) { q.bundle = "/nowhere" })
		add("order", append([]string{"verify-bundle"}, append(append(g.who, "--trusted-root", roots[0]), "--bundle", g.bundle, g.artifact)...)...)
	}
	assert.GreaterOrEqual(t, len(all), 90, "the corpus has fewer bundles than it had")
	names, questions = some(t, 8, names, questions)
	answers := w.assertAlike(t, names, lines(t, questions))
	accepted := 0
	for _, a := range answers {
		if a.Accepted {
			accepted++
		}
	}
	t.Logf("%d bundles in %d questions: %d accepted, the rest refused, each by the same words", len(all), len(questions), accepted)
	assert.NotZero(t, accepted)
}

// some are one of so many of the questions, each with its name.
func some[T any](t *testing.T, of int, names []string, questions []T) (fewer []string, asked []T) {
	t.Helper()
	take := corpus.Sample(t, of)
	for i := range names {
		if take() {
			fewer, asked = append(fewer, names[i]), append(asked, questions[i])
		}
	}
	return fewer, asked
}

// right is the root under which a bundle is accepted, or the first where it is
// accepted under none.
func right(g gathered, roots []string) []string {
	for i := range roots {
		g.root = roots[i]
		line, err := json.Marshal(g.args())
		if err == nil && native([][]byte{line})[0].Accepted {
			return roots[i : i+1]
		}
	}
	return roots[:1]
}

// artifacts are the files of the corpus that its bundles are about, by digest.
func (w *wasmRunner) artifacts(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, c := range readCases(t, dir) {
		if !slices.Contains([]string{"Sigstore bundle", "GitHub attestation", "SLSA/Bazel bundle", "npm attestation", "PEP 740"}, c.Mechanism) {
			continue
		}
		file, have := c.artifactFile(dir)
		if !have {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil || len(content) > 1<<20 {
			continue // a folder, or too long to read that often
		}
		known, err := Artifact{Bytes: content}.known()
		require.NoError(t, err)
		for algorithm, sum := range known {
			found[algorithm+":"+hexOf(sum)] = file
		}
	}
	require.NotEmpty(t, found)
	return found
}

// TestWasmMutants bends accepted questions, in the bundle, the trusted root,
// the key, the artifact or the arguments, and compares the WebAssembly with
// this build, word by word. SEED=N asks the same again.
func TestWasmMutants(t *testing.T) {
	dir := corpus.Path(t)
	w := newWasm(t)
	seed := corpus.Seed(t)
	good := w.accepted(t, dir)
	m := &mutator{Rand: rand.New(rand.NewPCG(seed, 2))}
	for _, g := range good {
		m.others = append(m.others, g.doc)
	}
	names := make([]string, mutantCount)
	questions := make([][]byte, mutantCount)
	for i := range mutantCount {
		g := good[i%len(good)]
		names[i], questions[i] = w.bend(t, m, g)
	}
	names, questions = some(t, 4, names, questions)
	accepted := 0
	reasons := map[string]bool{}
	for _, a := range w.assertAlike(t, names, questions) {
		if a.Accepted {
			accepted++
		} else {
			step, _, _ := strings.Cut(a.Reason, ":")
			reasons[step] = true
		}
	}
	t.Logf("%d mutants of %d bundles: %d accepted, the rest refused at %d different steps, each by the same words", len(names), len(good), accepted, len(reasons))
	assert.Less(t, accepted, len(names)/2)
	assert.Greater(t, len(reasons), 8, "the mutants reach many steps: %v", reasons)
}

// accepted are the questions of the corpus that are accepted, one of each sort
// of bundle a few times over, so that every mutant is one change away from a
// good one.
func (w *wasmRunner) accepted(t *testing.T, dir string) []gathered {
	t.Helper()
	roots := theRoots(w, t, dir)
	var good []gathered
	for _, g := range w.gather(t, dir) {
		if len(g.doc) > 60_000 {
			continue
		}
		g.root = right(g, roots)[0]
		if native(lines(t, [][]string{g.args()}))[0].Accepted {
			good = append(good, g)
		}
	}
	require.GreaterOrEqual(t, len(good), 40)
	return good
}

// bend bends one thing about a question.
func (w *wasmRunner) bend(t *testing.T, m *mutator, g gathered) (name string, line []byte) {
	q := g.question
	what := "bundle"
	switch n := m.IntN(20); {
	case n < 14:
		q.bundle = w.file(t, m.bundle(g.doc))
	case n < 17 && q.root != "":
		what = "root"
		q.root = w.file(t, m.bundle(mustRead(t, q.root)))
	case n < 18 && q.who[0] == "--key":
		what = "key"
		q.who = []string{"--key", w.file(t, []byte(m.pem(string(mustRead(t, q.who[1])))))}
	case n < 19:
		what = "argument"
		args := q.args()
		i := m.IntN(len(args))
		args[i] = strings.ToValidUTF8(string(m.bytes([]byte(args[i]))), "?")
		if m.IntN(2) == 0 {
			args = slices.Delete(args, i, i+1)
		}
		bent, err := json.Marshal(args)
		require.NoError(t, err)
		return g.name + " argument", bent
	default:
		what = "line"
		bent := m.bytes(lines(t, [][]string{q.args()})[0])
		return g.name + " line", bytes.ReplaceAll(bytes.ToValidUTF8(bent, []byte("?")), []byte("\n"), []byte(" "))
	}
	return g.name + " " + what, lines(t, [][]string{q.args()})[0]
}
