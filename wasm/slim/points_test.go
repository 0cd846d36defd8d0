package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/wasm/p256"
)

// tableOf is the table as the sources of the toolchain have it.
func tableOf(t *testing.T) []byte {
	t.Helper()
	b, err := newBuilder("build/slim")
	require.NoError(t, err)
	goroot, err := b.goCommand("env", "GOROOT")
	require.NoError(t, err)
	file := filepath.Join(strings.TrimSpace(string(goroot)), "src", "crypto", "internal", "fips140", "nistec", "p256_table.go")
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var table []byte
	ast.Inspect(parsed, func(n ast.Node) bool {
		if v, ok := n.(*ast.BasicLit); ok && v.Kind == token.INT {
			one, err := strconv.ParseUint(v.Value, 0, 8)
			require.NoError(t, err)
			table = append(table, byte(one))
		}
		return true
	})
	return table
}

func TestPointsAreThoseOfTheToolchain(t *testing.T) {
	table := tableOf(t)
	assert.Len(t, table, p256.Size)
	assert.Equal(t, p256.Sum, hash(table))
	assert.Equal(t, p256.Begins, string(table[:len(p256.Begins)]))
}

func TestDropPoints(t *testing.T) {
	table := tableOf(t)
	memory := bytes.Join([][]byte{[]byte("before"), []byte(p256.Begins), table, []byte("behind")}, nil)
	was := bytes.Clone(memory)
	require.NoError(t, dropPoints(memory, lines{functions: []byte("\x00main.main\x00")}))
	assert.Equal(t, was, memory, "a program that does not make the table keeps it")

	makes := lines{functions: []byte("\x00" + p256.Fills + "\x00")}
	require.NoError(t, dropPoints(memory, makes))
	assert.Equal(t, "before"+p256.Begins+strings.Repeat("\x00", p256.Size)+"behind", string(memory))
	assert.ErrorContains(t, dropPoints(memory, makes), "it is not there once", "none")
	assert.ErrorContains(t, dropPoints(append(was, table...), makes), "it is not there once", "two")
	assert.ErrorContains(t, dropPoints(bytes.Clone(table[:p256.Size-1]), makes), "it is not there once", "cut short")
}

// TestNothingIsVerifiedWithoutTheTable: a program that is sent without it refuses to
// verify until it has made it, and then does.
func TestNothingIsVerifiedWithoutTheTable(t *testing.T) {
	assert.Equal(t, "before: panicked\nafter: true\nanother text: false\n", said(t, "withheld"))
}

// said is what a program of testdata writes, built and run under Node.
func said(t *testing.T, name string) string {
	t.Helper()
	b, err := newBuilder("build/slim")
	require.NoError(t, err)
	watchSources(t, b.root)
	require.NoError(t, b.generate())
	require.NoError(t, b.build("./wasm/slim/testdata/"+name, "", "build/"+name+".wasm"))
	out, err := exec.Command("node", starter(t, b), b.path("build", name+".wasm")).Output()
	require.NoError(t, err)
	return string(out)
}

// TestManyOfOneKeyAreVerifiedAlike: with a table of a key's multiples each signature is
// good and bad as it is by Go's own library.
func TestManyOfOneKeyAreVerifiedAlike(t *testing.T) {
	out := said(t, "verifies")
	var good, bad int
	var differ string
	_, err := fmt.Sscanf(out, "good: %d bad: %d differ: %s", &good, &bad, &differ)
	require.NoError(t, err, out)
	assert.Equal(t, "[]", differ, out)
	assert.Greater(t, good, 500)
	assert.Greater(t, bad, 5000)
}
