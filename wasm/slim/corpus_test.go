package main

import (
	"os/exec"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

// The tests of the real cases, compiled to WebAssembly with the pruned modules
// and run under Node: the repositories and their rollbacks, and the envelopes
// that are no bundles, which verify-bundle's arguments cannot ask about. The
// latter only where all is asked for: the former find what pruning breaks sooner.
func TestSlimPassesTheTestsOfTheCorpus(t *testing.T) {
	b := slow(t)
	node(t)
	cases(t)
	require.NoError(t, b.generate())
	starter, err := b.glue("go_js_wasm_exec")
	require.NoError(t, err)

	for _, tt := range []struct {
		pkg, skip string
		must      []string
	}{
		// What is skipped there flips thousands of bytes: the native run does.
		{"internal/trust", "^(TestMutation|Fuzz)", []string{
			"TestTUFCasesOfTheCorpus", "TestPublicRepository", "TestBadRootsOfTheCorpus",
			"TestRollback", "TestDamagedMemory", "TestStanding", "TestLacking", "TestRefresh",
		}},
		{"internal/sigstore", "^(TestMutants|TestWasm|Fuzz)", []string{
			"TestCorpus", "TestCorpusStaging", "TestCorpusCheckpoints", "TestVerifyBundleCorpus",
		}},
	} {
		t.Run(tt.pkg, func(t *testing.T) {
			if tt.pkg == "internal/sigstore" && !corpus.Whole() {
				t.Skip("left out: TOUCHSTONE_ALL=1 runs it")
			}
			flags := slices.Concat([]string{"test", "-v", "-count=1", "-vet=off", "-modfile=" + b.modfile(), "-exec=" + starter, "-skip=" + tt.skip}, compiling(wholeInlined), []string{"./" + tt.pkg})
			cmd := exec.Command("go", flags...)
			cmd.Dir, cmd.Env = b.root, append(cmd.Environ(), b.environment()...)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			for _, name := range tt.must {
				assert.Regexp(t, regexp.MustCompile(`(?m)^--- PASS: `+name+` `), string(out))
			}
		})
	}
}
