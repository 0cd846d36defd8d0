package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wasmOf is a module with that memory, as the linker lays it out: it imports a
// function, and has one of its own, which does nothing.
func wasmOf(memory []byte) []byte {
	return writeSections([]section{
		{typeSection, []byte("\x01\x60\x00\x00")},
		{importSection, []byte("\x01\x01a\x01b\x00\x00")},
		{functionSection, []byte("\x01\x00")},
		{5, []byte("\x01\x00\x01")},
		{exportSection, []byte("\x01\x03mem\x02\x00")},
		{codeSection, []byte("\x01\x02\x00\x0b")},
		{dataSection, writeData(memory)},
	})
}

// What was left out is there again when the module is instantiated.
func TestStartRestores(t *testing.T) {
	node(t)
	m := withLookup(small(), 0, 2)
	wasm, err := pack(wasmOf(m), inlined)
	require.NoError(t, err)
	file := t.TempDir() + "/a.wasm"
	require.NoError(t, os.WriteFile(file, wasm, 0o644))
	l, err := findLines(m)
	require.NoError(t, err)
	require.NoError(t, dropLines(l))
	require.NoError(t, shortenNames(l, inlined))
	got := memoryOf(t, file)
	require.Greater(t, len(got), len(m))
	assert.Equal(t, m, got[:len(m)])
	assert.Empty(t, bytes.Trim(got[len(m):], "\x00"))

	sections, err := readSections(wasm)
	require.NoError(t, err)
	for _, s := range sections {
		if s.id == dataSection {
			left, err := readData(s.body)
			require.NoError(t, err)
			c, err := findCounted(m, l)
			require.NoError(t, err)
			assert.Empty(t, bytes.Trim(left[c.places:][:c.functions*placeSize], "\x00"), "the places are sent")
		}
	}
}

func TestAddStartRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		id   byte
		body string
		want string
	}{
		"no-count-of-types":     {typeSection, "", "its type: it does not say how many"},
		"no-count-of-imports":   {importSection, "", "what it imports: it does not say how many"},
		"imports-cut":           {importSection, "\x01\x01a\x05b", "import 0 is cut short"},
		"imports-without-kind":  {importSection, "\x01\x01a\x01b", "import 0 is no function"},
		"imports-a-memory":      {importSection, "\x01\x01a\x01b\x02\x00\x01", "import 0 is no function"},
		"imports-without-type":  {importSection, "\x01\x01a\x01b\x00", "import 0 is cut short"},
		"no-count-of-functions": {functionSection, "", "its declaration: it does not say how many"},
		"more-functions":        {functionSection, "\x02\x00\x00", "not a body for each function"},
		"no-count-of-bodies":    {codeSection, "", "not a body for each function"},
	} {
		t.Run(name, func(t *testing.T) {
			sections, err := readSections(wasmOf(nil))
			require.NoError(t, err)
			for i := range sections {
				if sections[i].id == tt.id {
					sections[i].body = []byte(tt.body)
				}
			}
			_, err = addStart(sections, nil)
			assert.ErrorContains(t, err, tt.want)
		})
	}
	_, err := addStart(nil, nil)
	assert.ErrorContains(t, err, "no types, imports, functions, exports or code")
}

// onlyAdds holds a module to differ from another by a start, a function that is
// added behind all others, and by how the others jump and
// write down where they are.
func onlyAdds(t *testing.T, before, after []section) {
	t.Helper()
	var rest []section
	for _, s := range after {
		if s.id != startSection {
			rest = append(rest, s)
		}
	}
	require.Len(t, rest, len(before))
	assert.Len(t, after, len(before)+1)
	for i, s := range rest {
		was := before[i]
		require.Equal(t, was.id, s.id)
		switch s.id {
		case codeSection:
			onlyRewrites(t, was.body, s.body)
		case functionSection:
			count, n := binary.Uvarint(was.body)
			more, m := binary.Uvarint(s.body)
			assert.Equal(t, count+1, more)
			assert.True(t, bytes.HasPrefix(s.body[m:], was.body[n:]), "section %d", s.id)
		case typeSection:
			_, n := binary.Uvarint(was.body)
			assert.True(t, bytes.HasPrefix(s.body[n:], was.body[n:]), "types")
		default:
			assert.True(t, bytes.Equal(was.body, s.body), "section %d", s.id)
		}
	}
}

// memoryOf instantiates a module under Node; what it imports does nothing.
func memoryOf(t *testing.T, file string) []byte {
	t.Helper()
	const script = `const { readFileSync, writeSync } = require("node:fs");
		const program = new WebAssembly.Module(readFileSync(process.argv[1]));
		const imports = {};
		for (const { module, name } of WebAssembly.Module.imports(program)) (imports[module] ??= {})[name] = () => {};
		const memory = Buffer.from(new WebAssembly.Instance(program, imports).exports.mem.buffer);
		for (let at = 0; at < memory.length;) at += writeSync(1, memory, at);`
	out, err := exec.Command("node", "-e", script, file).Output()
	require.NoError(t, err)
	return out
}
