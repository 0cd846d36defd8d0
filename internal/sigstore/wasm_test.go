package sigstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/trust"
)

// The tests in wasm*_test.go ask the WebAssembly as anyone may,
//
//	node wasm/node/verify-bundle.mjs --batch FILE
//
// and compare its answers with what the corpus expects and with those of this
// package as it is compiled for this machine, from unpruned modules.

// An answer is what a batch answers to one line.
type answer struct {
	Accepted bool   `json:"accepted"`
	Reason   string `json:"reason"`
}

// A wasmRunner runs batches.
type wasmRunner struct {
	root, script string
	dir          string // of the files that lines name
}

// newWasm finds the WebAssembly, or skips.
func newWasm(t testing.TB) *wasmRunner {
	t.Helper()
	if testing.Short() {
		t.Skip("the WebAssembly is not asked in a short run")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("there is no Node.js on the PATH to run the WebAssembly with")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	if _, err := os.Stat(filepath.Join(root, "build", "conformance.wasm")); err != nil {
		t.Skip("build/conformance.wasm is not built; npm run -s verify-bundle makes it")
	}
	return &wasmRunner{root: root, script: filepath.Join(root, "wasm", "node", "verify-bundle.mjs"), dir: t.TempDir()}
}

// file writes a file for a line to name.
func (w *wasmRunner) file(t testing.TB, content []byte) string {
	t.Helper()
	f, err := os.CreateTemp(w.dir, "f")
	require.NoError(t, err)
	_, err = f.Write(content)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return f.Name()
}

// lines writes arguments as a batch does.
func lines(t testing.TB, questions [][]string) [][]byte {
	t.Helper()
	var all [][]byte
	for _, q := range questions {
		line, err := json.Marshal(q)
		require.NoError(t, err)
		all = append(all, line)
	}
	return all
}

// ask gives the WebAssembly's answers, from two processes that share the lines.
func (w *wasmRunner) ask(t testing.TB, questions [][]byte) []answer {
	t.Helper()
	half := len(questions) / 2
	var first, second []answer
	var errs [2]error
	var both sync.WaitGroup
	both.Go(func() { first, errs[0] = w.run(questions[:half]) })
	both.Go(func() { second, errs[1] = w.run(questions[half:]) })
	both.Wait()
	require.NoError(t, errors.Join(errs[:]...))
	return append(first, second...)
}

func (w *wasmRunner) run(questions [][]byte) ([]answer, error) {
	batch, err := os.CreateTemp(w.dir, "batch")
	if err != nil {
		return nil, err
	}
	if _, err := batch.Write(append(bytes.Join(questions, []byte("\n")), '\n')); err != nil {
		return nil, err
	}
	if err := batch.Close(); err != nil {
		return nil, err
	}
	cmd := exec.Command("node", w.script, "--batch", batch.Name())
	cmd.Dir, cmd.Stderr = w.root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var answers []answer
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var a answer
		if err := dec.Decode(&a); err != nil {
			return nil, fmt.Errorf("after %d answers the WebAssembly printed %.300q: %w", len(answers), out[dec.InputOffset():], err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(questions) {
		return nil, errors.New("the WebAssembly did not answer every line once")
	}
	return answers, nil
}

// native gives this build's answers.
func native(questions [][]byte) []answer {
	root := trust.Embedded().Set(trust.SigstoreRoot).Document
	all := make([]answer, len(questions))
	for i, q := range questions {
		accepted, reason, _ := Batch(q, readAsNode, root)
		all[i] = answer{accepted, reason}
	}
	return all
}

// readAsNode reads a file and says as the script does why it cannot.
func readAsNode(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err == nil {
		return content, nil
	}
	if strings.Contains(path, "\x00") {
		return nil, errors.New(path + ": ERR_INVALID_ARG_VALUE")
	}
	for errno, name := range map[syscall.Errno]string{
		syscall.ENOENT: "there is no such file", syscall.EISDIR: "EISDIR", syscall.ENOTDIR: "ENOTDIR", syscall.ENAMETOOLONG: "ENAMETOOLONG",
	} {
		if errors.Is(err, errno) {
			return nil, errors.New(path + ": " + name)
		}
	}
	return nil, err
}

// assertAlike asks both and compares every word. It returns the answers.
func (w *wasmRunner) assertAlike(t *testing.T, names []string, questions [][]byte) []answer {
	t.Helper()
	var want []answer
	var ours sync.WaitGroup
	ours.Go(func() { want = native(questions) })
	got := w.ask(t, questions)
	ours.Wait()
	differences := 0
	for i := range questions {
		if want[i] != got[i] {
			if differences++; differences <= 10 {
				assert.Equal(t, want[i], got[i], "%s: %.2000s", names[i], questions[i])
			}
		}
	}
	assert.Zero(t, differences, "differences among %d questions", len(questions))
	return got
}

// TestWasmKeepsOrder: a batch is answered line by line, in order, whatever the
// lines are.
func TestWasmKeepsOrder(t *testing.T) {
	w := newWasm(t)
	questions := [][]byte{
		[]byte(`["verify-bundle"]`), []byte(`{}`), []byte(`not JSON`), []byte(`["verify-bundle","--bundle","/nowhere","--key","/nowhere","` + strings.Repeat("a", 1000) + `"]`),
		[]byte(`["sign-bundle"]`), []byte(`["verify-bundle","--staging","--bundle","b","--key","k","a"]`), []byte(`[1]`), []byte("\"\u2028\""),
	}
	names := make([]string, len(questions))
	for _, a := range w.assertAlike(t, names, questions) {
		assert.False(t, a.Accepted)
		assert.NotEmpty(t, a.Reason)
	}
}
