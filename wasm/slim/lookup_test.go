package main

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withLookup appends to a memory that begins with a header a record of the
// module, and a table of that many functions, of which the last is short.
func withLookup(m []byte, first, functions int) []byte {
	binary.LittleEndian.PutUint64(m[headerNames:], headerSize)
	m[headerNames-1] = 1 // unused; otherwise a header at address 0 would look like a record
	record := make([]byte, moduleSize)
	for offset, v := range map[int]int{
		8: headerSize, moduleLookup: len(m) + moduleSize,
		moduleFirst: first << 16, moduleLast: (first+functions-1)<<16 + bucketSpan + 10,
	} {
		binary.LittleEndian.PutUint64(record[offset:], uint64(v))
	}
	m = append(m, record...)
	for i := range (functions-1)*bucketsPerFunction + 1 {
		m = binary.LittleEndian.AppendUint32(m, uint32(i/bucketsPerFunction))
		m = append(m, make([]byte, bucketSize-4)...)
	}
	return append(binary.LittleEndian.AppendUint32(m, uint32(functions-1)), 0)
}

// many is a memory with the table of 40 functions, the first of which is of
// number 4096, as the linker counts.
func many() ([]byte, lines) {
	l := lines{count: 40}
	for i := range l.count + 1 {
		l.descriptions = binary.LittleEndian.AppendUint64(l.descriptions, uint64(4096+i))
	}
	return withLookup(make([]byte, headerSize), 4096, l.count), l
}

// found is the place of a function as runtime.findfunc finds it from an entry.
func found(l lines, entry []byte, function uint64) int {
	place := int(binary.LittleEndian.Uint32(entry))
	for uint64(binary.LittleEndian.Uint32(l.descriptions[8*(place+1):])) <= function {
		place++
	}
	return place
}

func TestCoarsen(t *testing.T) {
	m, l := many()
	last := bytes.Clone(m[len(m)-5:])
	require.NoError(t, coarsen(m, l))
	table, first, err := findLookup(m, l)
	require.NoError(t, err)
	require.Len(t, table, (39*bucketsPerFunction+1)*bucketSize)
	for i := 0; i < len(table); i += bucketSize {
		function := i / bucketSize / bucketsPerFunction
		assert.Equal(t, uint32(function/lookupStep*lookupStep), binary.LittleEndian.Uint32(table[i:]))
		assert.Equal(t, function, found(l, table[i:], first+uint64(function)))
	}
	assert.Equal(t, last, m[len(m)-5:], "the last entry")
	again := bytes.Clone(m)
	require.NoError(t, coarsen(again, l))
	assert.Equal(t, m, again, "what is coarse stays")
}

func TestCoarsenRefuses(t *testing.T) {
	const record, table = headerSize, headerSize + moduleSize
	set := func(at int, v uint64) func([]byte) []byte {
		return func(m []byte) []byte { binary.LittleEndian.PutUint64(m[at:], v); return m }
	}
	for name, tt := range map[string]struct {
		change func([]byte) []byte
		want   string
	}{
		"no-record":        {set(record+8, 1), "0 records of the module"},
		"two-records":      {func(m []byte) []byte { return append(m, m[record:][:moduleSize]...) }, "2 records of the module"},
		"record-cut":       {func(m []byte) []byte { return m[:table-1] }, "the module's record is cut short"},
		"table-behind":     {set(record+moduleLookup, 1<<40), "does not fit the memory"},
		"ends-at-start":    {set(record+moduleLast, 4096<<16), "the table is not inside the memory"},
		"ends-before":      {set(record+moduleLast, 1), "does not fit the memory"},
		"ends-far":         {set(record+moduleLast, 1<<60), "does not fit the memory"},
		"table-cut":        {func(m []byte) []byte { return m[:len(m)-bucketSize] }, "the table is not inside the memory"},
		"place-behind":     {set(table, 1), "its entry 0 does not lead to function 4096"},
		"place-behind-all": {set(table, 40), "its entry 0 does not lead to function 4096"},
		"steps":            {set(table+bucketSize+8, 1<<56), "its entry 1 does not lead to function 4096"},
	} {
		t.Run(name, func(t *testing.T) {
			m, l := many()
			assert.ErrorContains(t, coarsen(tt.change(m), l), tt.want)
		})
	}
}
