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

func TestCounted(t *testing.T) {
	m := withLookup(small(), 0, 2)
	was := bytes.Clone(m)
	l, err := findLines(m)
	require.NoError(t, err)
	c, err := findCounted(m, l)
	require.NoError(t, err)
	assert.Equal(t, counted{places: base + 48, functions: 2, described: 24, lookup: c.lookup, buckets: bucketsPerFunction + 1}, c)
	require.True(t, c.clear(m))
	assert.NotEqual(t, was, m)
	assert.Equal(t, was[len(m)-5:], m[len(m)-5:], "the last entry")
	require.True(t, c.restore(m))
	assert.Equal(t, was, m)
}

func TestCountedRefuses(t *testing.T) {
	record := len(small())
	table := record + moduleSize
	set := func(at int, v uint64) func([]byte) []byte {
		return func(m []byte) []byte { binary.LittleEndian.PutUint64(m[at:], v); return m }
	}
	const places = base + 48
	for name, tt := range map[string]struct {
		change func([]byte) []byte
		want   string
	}{
		"no-record":          {set(record+8, 1), "0 records of the module"},
		"two-records":        {func(m []byte) []byte { return append(m, m[record:][:moduleSize]...) }, "2 records of the module"},
		"record-cut":         {func(m []byte) []byte { return m[:table-1] }, "the module's record is cut short"},
		"table-behind":       {set(record+moduleLookup, 1<<40), "does not fit the memory"},
		"ends-at-start":      {set(record+moduleLast, 0), "is not inside the memory"},
		"ends-before":        {set(record+moduleFirst, 1<<40), "does not fit the memory"},
		"ends-far":           {set(record+moduleLast, 1<<60), "does not fit the memory"},
		"table-cut":          {func(m []byte) []byte { return m[:len(m)-bucketSize] }, "is not inside the memory"},
		"place-of-another":   {set(table, 1), "not what counting gives"},
		"number-of-another":  {set(places+8, 5|112<<32), "not what counting gives"},
		"description-apart":  {set(places+8, 1|120<<32), "not what counting gives"},
		"number-in-another":  {func(m []byte) []byte { m[places+112]++; return m }, "not what counting gives"},
		"first-not-behind":   {set(places, 8<<32), "is not behind their places"},
		"first-at-no-eighth": {set(places, 28<<32), "is not behind their places"},
		"description-behind": {func(m []byte) []byte { binary.LittleEndian.PutUint32(m[places+24+functionPC:], 1<<30); return m }, "a description is not inside"},
	} {
		t.Run(name, func(t *testing.T) {
			m := withLookup(small(), 0, 2)
			l, err := findLines(m)
			require.NoError(t, err)
			_, err = findCounted(tt.change(m), l)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}
