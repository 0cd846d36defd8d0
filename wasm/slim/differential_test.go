package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Pruned wasm and unpruned native libraries give the same answer, to the
// letter, on real evidence and on hundreds of mutations of it. Of each kind
// the native ones accept some: two programs that refuse everything would
// agree as well.
func TestSlimAnswersAlike(t *testing.T) {
	b := slow(t)
	node(t)
	require.NoError(t, b.generate())
	require.NoError(t, b.build(probe, "", "build/probe.wasm"))
	native, starter := filepath.Join(t.TempDir(), "probe"), starter(t, b)
	_, _, err := run(b.root, nil, "go", "build", "-o", native, probe)
	require.NoError(t, err)

	for _, tt := range []struct {
		name   string
		jobs   func(*testing.T) []job
		accept string // the start of an answer that accepts
	}{
		{"purl", purls, "pkg:"},
		{"templ", templates, "<a style="},
		{"tlog", trees, "tree of 1 records"},
		{"bundle-with-certificate", certificateBundles, `{"mediaType"`},
		{"bundle-with-key", keyBundles, `{"mediaType"`},
		{"bundle-of-any-sort", otherBundles, `{"mediaType"`},
		{"tuf", tufRepositories, "root 15, timestamp 762"},
		{"sumdb", lookups, "github.com/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			jobs := tt.jobs(t)
			want := answers(t, exec.Command(native), jobs)
			got := answers(t, exec.Command("node", starter, b.path("build", "probe.wasm")), jobs)
			accepted, refused := 0, 0
			for i := range jobs {
				assert.Equal(t, want[i], got[i], "job %d", i)
				switch {
				case strings.HasPrefix(want[i], tt.accept):
					accepted++
				case strings.HasPrefix(want[i], "error: "):
					refused++
				}
			}
			t.Logf("%d jobs: %d accepted, %d refused", len(jobs), accepted, refused)
			assert.NotZero(t, accepted)
		})
	}
}

// starter returns the script that runs a wasm under Node.
func starter(t *testing.T, b *builder) string {
	t.Helper()
	name, err := b.glue("wasm_exec_node.js")
	require.NoError(t, err)
	return name
}

// answers runs the probe, one answer a job.
func answers(t *testing.T, probe *exec.Cmd, jobs []job) []string {
	t.Helper()
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, j := range jobs {
		require.NoError(t, enc.Encode(j))
	}
	probe.Stdin, probe.Stderr = &in, os.Stderr
	out, err := probe.Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	require.Len(t, lines, len(jobs))
	return lines
}
