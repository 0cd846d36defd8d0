package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/fetch/har"
)

// node runs the command line, and returns standard output, standard error and the exit
// code: in one process after the other run, each in a fresh instance of the program.
func node(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	if testing.Short() {
		t.Skip("the WebAssembly is left out by -short")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("Node is not installed, so the WebAssembly was not run")
	}
	if _, err := os.Stat(filepath.Join("..", "..", "build", "touchstone.wasm")); err != nil {
		t.Skip("the WebAssembly is not built (npm run build), so it was not run")
	}
	nodes.Lock()
	defer nodes.Unlock()
	if nodes.asks == nil {
		// V8's quick compiler alone, and only for what is called: what a short run makes hot
		// is not worth compiling twice.
		cmd := exec.Command("node", "--liftoff-only", "--wasm-lazy-validation", filepath.Join("..", "..", "e2e", "many.mjs"))
		cmd.Env, cmd.Stderr = append(os.Environ(), "INIT_CWD="), os.Stderr
		asks, err := cmd.StdinPipe()
		require.NoError(t, err)
		answers, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		nodes.asks, nodes.answers = json.NewEncoder(asks), json.NewDecoder(answers)
	}
	require.NoError(t, nodes.asks.Encode(map[string]any{"args": args, "state": t.TempDir()}))
	var said struct {
		Stdout, Stderr string
		Code           int
	}
	require.NoError(t, nodes.answers.Decode(&said))
	return said.Stdout, said.Stderr, said.Code
}

// nodes is the process that node asks; it ends with this one, whose pipe it reads.
var nodes struct {
	sync.Mutex
	asks    *json.Encoder
	answers *json.Decoder
}

// TestNativeAndWasmAgree: the same archive, time and route give the same JSON,
// byte for byte.
func TestNativeAndWasmAgree(t *testing.T) {
	w := snapshot(t)
	const zip = proxy + "github.com/pkg/errors/@v/v0.9.1.zip"
	broken := bytes.Clone(w[zip].Body)
	broken[len(broken)/3] ^= 1
	tile := database + "tile/8/1/"
	cases := map[string]world{
		"good":         w,
		"broken zip":   w.But(zip, ok(broken)),
		"zip is text":  w.But(zip, ok([]byte("<html>"))),
		"no lookup":    w.But(database+"lookup/github.com/pkg/errors@v0.9.1", page{Status: 500}),
		"broken tiles": w,
	}
	for name, bad := range cases {
		t.Run(name, func(t *testing.T) {
			if name == "broken tiles" {
				for url := range w {
					if len(url) > len(tile) && url[:len(tile)] == tile {
						bad = bad.But(url, ok(bytes.Repeat([]byte{7}, len(w[url].Body))))
					}
				}
			}
			agree(t, bad, errorsRef)
		})
	}
}

// TestNativeAndWasmAgreeOnNPM is the same for signatures and attestations.
func TestNativeAndWasmAgreeOnNPM(t *testing.T) {
	const (
		reference = "pkg:npm/sigstore@1.0.0"
		tgz       = npmHost + "sigstore/-/sigstore-1.0.0.tgz"
		statement = npmHost + "-/npm/v1/attestations/sigstore@1.0.0"
	)
	w := npmWorld(t, "1.0.0", "valid/sigstore-1.0.0.json")
	broken, forged := bytes.Clone(w[tgz].Body), bytes.Clone(w[statement].Body)
	broken[len(broken)/3] ^= 1
	forged = bytes.Replace(forged, []byte(`"sig": "ME`), []byte(`"sig": "MF`), 1)
	require.NotEqual(t, string(w[statement].Body), string(forged))
	for name, bad := range map[string]world{
		"good":                  w,
		"no attestations":       npmWorld(t, "1.0.0", ""),
		"another's":             npmWorld(t, "1.0.0", "valid/sigstore-2.3.1.json"),
		"forged":                w.But(statement, ok(forged)),
		"attestations are HTML": w.But(statement, ok([]byte("<html>"))),
		"future bundles":        w.But(statement, ok(bytes.ReplaceAll(w[statement].Body, []byte("version=0.1"), []byte("version=9.9")))),
		"malformed bundles":     w.But(statement, ok(bytes.ReplaceAll(w[statement].Body, []byte(`"logIndex": `), []byte(`"logIndex": {}, "x": `)))),
		"broken package":        w.But(tgz, ok(broken)),
		"package is text":       w.But(tgz, ok([]byte("no package"))),
	} {
		t.Run(name, func(t *testing.T) { agree(t, bad, reference) })
	}
}

// TestNativeAndWasmAgreeOnCargo is the same for crates of the corpus.
func TestNativeAndWasmAgreeOnCargo(t *testing.T) {
	c := realCrate{"apache-avro-derive", "0.21.0", "cargo/crates/apache-avro-derive-0.21.0.crate", "cargo/index/apache-avro-derive"}
	w := c.world(t, corpus.Path(t, "eco"))
	broken := bytes.Clone(w[c.fileURL()].Body)
	broken[len(broken)/3] ^= 1
	for name, bad := range map[string]world{
		"good":          w,
		"broken crate":  w.But(c.fileURL(), ok(broken)),
		"no index":      w.But(c.indexURL(), page{Status: 500}),
		"a web page":    w.But(c.siteURL(), ok([]byte("<html>"))),
		"index in JSON": w.But(c.indexURL(), ok([]byte(`{"vers":"0.21.0","name":"apache-avro-derive","v":1e400}`))),
	} {
		t.Run(name, func(t *testing.T) { agree(t, bad, "pkg:cargo/apache-avro-derive@0.21.0") })
	}
}

// agree audits a world, and what was recorded natively and in the wasm.
func agree(t *testing.T, w world, reference string) {
	t.Helper()
	live := run(t, w, reference)
	o := options(nil)
	o.Replay = live.Record
	native, err := ask(context.Background(), reference, o)
	require.NoError(t, err)
	want, err := native.Report.JSON()
	require.NoError(t, err)

	archiveFile := filepath.Join(t.TempDir(), "audit.har")
	file, err := os.Create(archiveFile)
	require.NoError(t, err)
	require.NoError(t, har.Write(file, live.Record))
	require.NoError(t, file.Close())
	got, _, code := node(t, reference, "--json", "--replay", archiveFile, "--time", at.Format(time.RFC3339))
	require.Equal(t, string(want), got)
	if native.Report.Verdict.Failed {
		require.Equal(t, 1, code)
	} else {
		require.Equal(t, 0, code)
	}
}

// TestCommandLine holds the exit codes and what goes where.
func TestCommandLine(t *testing.T) {
	w := snapshot(t)
	archiveFile := filepath.Join(t.TempDir(), "audit.har")
	var buf bytes.Buffer
	require.NoError(t, har.Write(&buf, run(t, w, errorsRef).Record))
	require.NoError(t, os.WriteFile(archiveFile, buf.Bytes(), 0o600))
	saved, err := run(t, w, errorsRef).Report.JSON()
	require.NoError(t, err)
	savedFile := filepath.Join(t.TempDir(), "report.json")
	require.NoError(t, os.WriteFile(savedFile, saved, 0o600))
	const wrong = "github.com/pkg/errors v0.9.1 h1:GEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4="
	cases := []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string // must contain; empty stdout must be empty for code 2
	}{
		{"text", []string{errorsRef, "--replay", archiveFile}, 0, "Integrity 2 of 3, signed", ""},
		{"json", []string{errorsRef, "--replay", archiveFile, "--json"}, 0, `"reference": "pkg:golang/github.com/pkg/errors@v0.9.1"`, ""},
		{"required and met", []string{errorsRef, "--replay", archiveFile, "--require", "integrity=2"}, 0, "", ""},
		{"required and not met", []string{errorsRef, "--replay", archiveFile, "--require", "integrity=3"}, 1, "Integrity 2", "required integrity 3, got 2"},
		{"one of two not met", []string{errorsRef, "--replay", archiveFile, "--require", "integrity=2,accountability=1"}, 1, "", "accountability"},
		{"failed", []string{wrong, "--replay", archiveFile}, 1, "FAILED", ""},
		{"failed, unquoted", append([]string{"--replay", archiveFile}, "github.com/pkg/errors", "v0.9.1", "h1:GEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4="), 1, "FAILED", ""},
		{"no reference", []string{"--json"}, 2, "", "no reference"},
		{"malformed", []string{"pkg:golang/%zz", "--replay", archiveFile}, 2, "", "touchstone:"},
		{"not served", []string{"pkg:julia/b@1", "--replay", archiveFile}, 2, "", "can't be checked here yet"},
		{"expected and not shown", []string{errorsRef, "--replay", archiveFile, "--expect-source", "github.com/pkg/errors"}, 1, "Integrity 2", "not shown to be from where it is expected"},
		{"expected in no known form", []string{errorsRef, "--replay", archiveFile, "--expect-source", "pkg"}, 2, "", "is no address of a repository"},
		{"expected of nobody", []string{errorsRef, "--replay", archiveFile, "--expect-signer", ""}, 2, "", "nothing was given"},
		{"unknown track", []string{errorsRef, "--replay", archiveFile, "--require", "safety=1"}, 2, "", "no such track"},
		{"bad requirement", []string{errorsRef, "--require", "integrity"}, 2, "", "integrity=2"},
		{"bad time", []string{errorsRef, "--replay", archiveFile, "--time", "yesterday"}, 2, "", "2026-01-31T12:00:00Z"},
		{"unknown option", []string{errorsRef, "--quick"}, 2, "", "usage:"},
		{"archive missing", []string{errorsRef, "--replay", archiveFile + ".none"}, 2, "", "ENOENT"},
		{"archive broken", []string{errorsRef, "--replay", "wasm_test.go"}, 2, "", "touchstone:"},
		{"file missing", []string{errorsRef, "--replay", archiveFile, "--file", "none.zip"}, 2, "", "ENOENT"},
		{"saved", []string{"--show", savedFile}, 0, "Integrity 2 of 3, signed", "A saved report proves nothing"},
		{"saved, of another form", []string{"--show", archiveFile}, 2, "", "reading a saved report"},
		{"saved, with a question", []string{errorsRef, "--show", savedFile}, 2, "", "leave out the reference"},
		{"file wrong", []string{errorsRef, "--replay", archiveFile, "--file", "wasm_test.go"}, 1, "FAILED", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, code := node(t, c.args...)
			require.Equal(t, c.code, code, stderr)
			require.Contains(t, stdout, c.stdout)
			require.Contains(t, stderr, c.stderr)
			if c.code == 2 {
				require.Empty(t, stdout)
			}
		})
	}
}
