package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDataRoundTrip(t *testing.T) {
	far := append(make([]byte, 1<<20), 1)
	for name, tt := range map[string]struct {
		memory   []byte
		segments uint64
	}{
		"empty":               {nil, 0},
		"zeroes":              {make([]byte, 1000), 0},
		"one":                 {[]byte{1}, 1},
		"at-63":               {append(make([]byte, 63), 7), 1},
		"at-64":               {append(make([]byte, 64), 7), 1},
		"far":                 {far, 1},
		"gap-that-is-kept":    {append(append([]byte{1}, make([]byte, maxGap)...), 2), 1},
		"gap-that-is-skipped": {append(append([]byte{1}, make([]byte, maxGap+1)...), 2), 2},
		"zeroes-behind":       {append(bytes.Clone(far), make([]byte, 10)...), 1},
	} {
		t.Run(name, func(t *testing.T) {
			body := writeData(tt.memory)
			count, _ := binary.Uvarint(body)
			assert.Equal(t, tt.segments, count)
			got, err := readData(body)
			require.NoError(t, err)
			assert.Equal(t, string(bytes.TrimRight(tt.memory, "\x00")), string(got))
		})
	}
}

func TestReadDataRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ body, want string }{
		"nothing":          {"", "does not say how many segments"},
		"fewer":            {"\x01", "segment 0 does not begin"},
		"passive":          {"\x01\x01\x01a", "segment 0 does not begin"},
		"other-memory":     {"\x01\x02\x00\x41\x00\x0b\x01a", "segment 0 does not begin"},
		"global-address":   {"\x01\x00\x23\x00\x0b\x01a", "segment 0 does not begin"},
		"negative-address": {"\x01\x00\x41\x40\x0b\x01a", "not at a constant address"},
		"huge-address":     {"\x01\x00\x41\xff\xff\xff\xff\x07\x0b\x01a", "not at a constant address"},
		"longer-address":   {"\x01\x00\x41\x00\x6a\x0b\x01a", "not at a constant address"},
		"cut-short":        {"\x01\x00\x41\x00\x0b\x02a", "segment 0 is cut short"},
		"without-size":     {"\x01\x00\x41\x00\x0b", "segment 0 is cut short"},
		"overlap":          {"\x02\x00\x41\x01\x0b\x01b\x00\x41\x00\x0b\x02aa", "the segments at 1 overlap"},
		"more":             {"\x01\x00\x41\x00\x0b\x01a\x00", "1 bytes follow the last segment"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readData([]byte(tt.body))
			assert.ErrorContains(t, err, tt.want)
		})
	}
	got, err := readData([]byte("\x02\x00\x41\x02\x0b\x01b\x00\x41\x00\x0b\x02aa"))
	require.NoError(t, err, "segments may be in any order")
	assert.Equal(t, "aab", string(got))
}

// base is where the units of small are, behind the names of its functions.
const base = headerSize + 40

// small is a memory with two functions of a library. The first has two further tables, and
// shares one of them with the second; both say lines and arguments.
func small() []byte {
	const units, files, tables, descriptions = base, base + 8, base + 16, base + 48
	m := make([]byte, base+48)
	copy(m, pcMagic)
	for offset, v := range map[int]uint64{headerFunctions: 2, headerNames: headerSize, headerUnits: units, headerFiles: files, headerTables: tables, headerDescription: descriptions} {
		binary.LittleEndian.PutUint64(m[offset:], v)
	}
	copy(m[headerSize+11:], "a.io/b.One\x00a.io/b.Two\x00")
	copy(m[units:], "UNITUNITmain.go\x00")
	//                0   1 line          5 stack      9 alive         13 further
	copy(m[tables:], "\x00\x02\x03\x02\x00\x00\x07\x00\x02\x05\x00\x04\x04\x02\x01\x02\x01\x00")
	word := func(values ...uint32) {
		for _, v := range values {
			m = binary.LittleEndian.AppendUint32(m, v)
		}
	}
	word(0, 24, 1, 24+functionSize+4*4+7*4, 2, 0) // where they are, and where the last ends
	word(0, 11, 0, 0, 5, 1, 1, 4, 1, 33, 7<<24)
	word(0, 13, 0, 8)
	word(90, 91, 92, 93, 94, 95, 96)
	word(1, 22, 0, 0, 13, 1, 1, 0, 1, 34, 6<<24)
	word(90, 91, 92, 93, 94, 95)
	return m
}

func TestDropLines(t *testing.T) {
	m := small()
	l, err := findLines(m)
	require.NoError(t, err)
	require.NoError(t, dropLines(l))
	assert.Equal(t, make([]byte, 16), m[base:][:16], "files")
	assert.Equal(t, "\x00"+"\x00\x07\x00"+"\x02\x01\x02\x01\x00", string(m[base+16:][:9]), "tables")
	assert.Equal(t, make([]byte, 32-9), m[base+16+9:][:32-9], "behind the tables")
	var words []uint32
	for at := base + 48 + 24; at < len(m); at += 4 {
		words = append(words, binary.LittleEndian.Uint32(m[at:]))
	}
	const none = ^uint32(0)
	assert.Equal(t, []uint32{
		0, 11, 0, 0, 1, 0, 0, 4, 0, 0, 7 << 24,
		0, 4, 0, 0,
		90, 91, 92, 93, 94, none, none,
		1, 22, 0, 0, 4, 0, 0, 0, 0, 0, 6 << 24,
		90, 91, 92, 93, 94, none,
	}, words)
}

func TestDropLinesRefuses(t *testing.T) {
	set := func(at int, v uint32) func([]byte) []byte {
		return func(m []byte) []byte { binary.LittleEndian.PutUint32(m[at:], v); return m }
	}
	const first = base + 48 + 24
	for name, tt := range map[string]struct {
		change func([]byte) []byte
		want   string
	}{
		"no-header":           {set(0, 0xfffffff0), "0 headers"},
		"two-headers":         {func(m []byte) []byte { return append(m, small()...) }, "2 headers"},
		"no-functions":        {set(headerFunctions, 0), "1 headers"},
		"too-many-functions":  {set(headerFunctions, 1000), "0 headers"},
		"offsets-descend":     {set(headerTables, base), "0 headers"},
		"offset-behind":       {set(headerDescription, 1<<20), "0 headers"},
		"header-cut":          {func(m []byte) []byte { return m[:headerSize-1] }, "0 headers"},
		"description-behind":  {set(base+48+4, 1<<20), "function 0: its description is cut short"},
		"too-many-tables":     {set(first+functionPC, 1<<31), "function 0: its description is cut short"},
		"last-cut":            {func(m []byte) []byte { return m[:len(m)-1] }, "function 1: its description is cut short"},
		"table-behind":        {set(first+functionStack, 32), "function 0: its table at 32 is behind all tables"},
		"table-without-end":   {func(m []byte) []byte { copy(m[base+16+13:base+48], bytes.Repeat([]byte{1}, 32)); return m }, "function 0: its table at 13 has no end"},
		"tables-that-overlap": {overlapping, "the tables overlap"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := findLines(tt.change(small()))
			if err == nil {
				err = dropLines(l)
			}
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

// overlapping has the four tables of the first function end alike, so that
// their copies would not fit.
func overlapping(m []byte) []byte {
	copy(m[base+16:], append(bytes.Repeat([]byte{1}, 31), 0))
	const first = base + 48 + 24
	for i, at := range []int{first + functionStack, first + functionSize, first + functionSize + 4, first + functionSize + 8} {
		binary.LittleEndian.PutUint32(m[at:], uint32(1+2*i))
	}
	return m
}

func TestPackRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ wasm, want string }{
		"nothing":       {"", "does not begin like a WebAssembly module"},
		"other-version": {"\x00asm\x02\x00\x00\x00", "does not begin like a WebAssembly module"},
		"cut-short":     {"\x00asm\x01\x00\x00\x00\x0b\x05\x00", "the one of id 11, 3 bytes before the end, is cut short"},
		"without-size":  {"\x00asm\x01\x00\x00\x00\x0b", "is cut short"},
		"no-data":       {"\x00asm\x01\x00\x00\x00\x0a\x00", "it has no data section"},
		"starts":        {"\x00asm\x01\x00\x00\x00\x08\x01\x00\x0b\x01\x00", "it has a start section"},
		"no-lines":      {"\x00asm\x01\x00\x00\x00\x0b\x01\x00", "0 headers"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pack([]byte(tt.wasm), inlined)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func FuzzPack(f *testing.F) {
	f.Add(wasmOf(withLookup(small(), 0, 2)))
	f.Fuzz(func(t *testing.T, wasm []byte) {
		packed, err := pack(wasm, inlined)
		if err != nil {
			return
		}
		_, err = pack(packed, inlined)
		assert.ErrorContains(t, err, "it has a start section")
	})
}

// In a real wasm, every section but the data is the same, but for the function that
// was added, and every function does the same, step for step; and when it has run, so is every byte of memory but lines and names.
func TestPackKeepsWhatTheRuntimeReads(t *testing.T) {
	b := slow(t)
	node(t)
	require.NoError(t, b.generate())
	require.NoError(t, b.build(probe, "", "build/probe.wasm"))
	b.unpacked = true
	require.NoError(t, b.build(probe, "", "build/unpacked.wasm"))
	before, from := sectionsOf(t, b.path("build", "unpacked.wasm"))
	after, _ := sectionsOf(t, b.path("build", "probe.wasm"))
	onlyAdds(t, before, after)

	to := memoryOf(t, b.path("build", "probe.wasm"))[:len(from)]
	a, err := findLines(from)
	require.NoError(t, err)
	z, err := findLines(to)
	require.NoError(t, err)
	require.Equal(t, a.count, z.count)
	require.Greater(t, a.count, 5000)
	for _, at := range inlinedNames(t, from, a) {
		was, err := a.name(at)
		require.NoError(t, err)
		is, err := z.name(at)
		require.NoError(t, err)
		require.Equal(t, was, is, "what is inlined is still named")
	}
	tables := 0
	for i := range a.count {
		at := binary.LittleEndian.Uint32(a.descriptions[8*i+4:])
		require.Equal(t, at, binary.LittleEndian.Uint32(z.descriptions[8*i+4:]))
		f, g := a.descriptions[at:], z.descriptions[at:]
		offsets := []int{functionStack}
		for k := range int(binary.LittleEndian.Uint32(f[functionPC:])) {
			if k != interruptible && k != argumentsAlive {
				offsets = append(offsets, functionSize+4*k)
			}
		}
		for _, offset := range offsets {
			was, is := binary.LittleEndian.Uint32(f[offset:]), binary.LittleEndian.Uint32(g[offset:])
			require.Equal(t, was == 0, is == 0, "function %d", i)
			if was > 0 {
				require.Equal(t, pairs(a.tables[was:]), pairs(z.tables[is:]), "function %d", i)
				tables++
			}
		}
		was, err := a.name(binary.LittleEndian.Uint32(f[functionName:]))
		require.NoError(t, err)
		is, err := z.name(binary.LittleEndian.Uint32(g[functionName:]))
		require.NoError(t, err)
		require.Equal(t, shortName(was, inlined), is)
		// What may differ is made equal, so that the rest can be compared.
		further := int(binary.LittleEndian.Uint32(f[functionPC:]))
		copy(f[functionName:functionName+4], g[functionName:functionName+4])
		copy(f[functionStack:functionPC], g[functionStack:functionPC])
		copy(f[functionUnit:functionStart+4], g[functionUnit:functionStart+4])
		copy(f[functionSize:functionSize+4*further], g[functionSize:functionSize+4*further])
		for _, k := range []int{argumentsShape, argumentsSlots} {
			if k < int(f[functionData]) {
				offset := functionSize + 4*(further+k)
				copy(f[offset:offset+4], "\xff\xff\xff\xff")
			}
		}
	}
	assert.Greater(t, tables, a.count)
	copy(a.functions, z.functions)
	copy(a.names, z.names)
	copy(a.tables, z.tables)
	assert.True(t, bytes.Equal(from, to), "the rest of the memory")
}

// inlinedNames are where the names of functions are that are inlined in others:
// each function's tree of them (runtime/symtabinl.go, type inlinedCall), as far as
// its table by instruction goes into it.
func inlinedNames(t *testing.T, memory []byte, l lines) (names []uint32) {
	t.Helper()
	const (
		index, tree              = 2, 3 // the further table that leads into the tree, and the other data that is it
		entrySize, nameAt        = 16, 4
		moduleTrees              = 320 // where other data begins (runtime/symtab.go, moduledata.gofunc)
		noData            uint32 = 1<<32 - 1
	)
	header := uint64(l.header)
	begins := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, header), header+binary.LittleEndian.Uint64(memory[header+headerNames:]))
	base := binary.LittleEndian.Uint64(memory[bytes.Index(memory, begins)+moduleTrees:])
	for i := range l.count {
		f := l.descriptions[binary.LittleEndian.Uint32(l.descriptions[8*i+4:]):]
		further := int(binary.LittleEndian.Uint32(f[functionPC:]))
		if further <= index || int(f[functionData]) <= tree {
			continue
		}
		table, at := binary.LittleEndian.Uint32(f[functionSize+4*index:]), binary.LittleEndian.Uint32(f[functionSize+4*(further+tree):])
		if table == 0 || at == noData {
			continue
		}
		most, value := int64(-1), int64(-1)
		for k, delta := range pairs(l.tables[table:]) {
			if k%2 == 0 { // what the next instructions have, by how much it differs, with the sign last
				value += int64(delta>>1) ^ -int64(delta&1)
				most = max(most, value)
			}
		}
		for k := range most + 1 {
			names = append(names, binary.LittleEndian.Uint32(memory[base+uint64(at)+uint64(k)*entrySize+nameAt:]))
		}
	}
	require.NotEmpty(t, names)
	return names
}

// sectionsOf reads a wasm: its sections without the data, and the memory.
func sectionsOf(t *testing.T, file string) (sections []section, memory []byte) {
	t.Helper()
	wasm, err := os.ReadFile(file)
	require.NoError(t, err)
	all, err := readSections(wasm)
	require.NoError(t, err)
	for _, s := range all {
		if s.id != dataSection {
			sections = append(sections, s)
			continue
		}
		memory, err = readData(s.body)
		require.NoError(t, err)
	}
	return sections, memory
}

// pairs decodes a table, to where it says that it ends.
func pairs(table []byte) (values []uint64) {
	for {
		value, n := binary.Uvarint(table)
		if n <= 0 || value == 0 && len(values) > 0 {
			return values
		}
		pc, m := binary.Uvarint(table[n:])
		values = append(values, value, pc)
		table = table[n+m:]
	}
}

// A packed program finds its way on deep stacks and out of a panic, and knows
// its own functions' names and those that a trace shows of the runtime; files and lines are gone.
func TestPackedStacks(t *testing.T) {
	b := slow(t)
	node(t)
	require.NoError(t, b.generate())
	script, wasm := starter(t, b), "build/trace.wasm"
	traces := make(map[bool][]string)
	for _, unpacked := range []bool{true, false} {
		b.unpacked = unpacked
		require.NoError(t, b.build("./wasm/slim/testdata/trace", "", wasm))
		out, err := exec.Command("node", script, b.path("build", "trace.wasm")).Output()
		require.NoError(t, err)
		traces[unpacked] = strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	full, packed := traces[true], traces[false]
	require.Len(t, packed, len(full))
	assert.Equal(t, "panics: true", full[0])
	assert.Contains(t, full[1], "main.say main.go:")
	assert.Contains(t, full, "recovered: runtime error: index out of range [1] with length 1")
	for i := range full {
		function, _, isFrame := strings.Cut(full[i], " ")
		if !isFrame || strings.HasSuffix(function, ":") {
			assert.Equal(t, full[i], packed[i])
			continue
		}
		assert.Equal(t, shortName(function, inlined)+" ?:0", packed[i])
	}
}
