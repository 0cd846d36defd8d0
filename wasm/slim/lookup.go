package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// The layout of the runtime's record of the module, and of the table in which
// it looks up the function of an instruction, of the toolchain that the list
// pins: runtime/symtab.go, types moduledata and findfuncbucket. Offsets and
// sizes are in bytes.
const (
	moduleLookup = 152 // the table's address
	moduleFirst  = 160 // the first instruction's address
	moduleLast   = 168 // the address behind the last one
	moduleSize   = 176 // of the part that is read here

	bucketSize = 20      // of an entry: the place of a function, and 16 steps from there
	bucketSpan = 1 << 12 // of the addresses that have an entry

	// On this machine a function has 1<<16 addresses, however long it is.
	bucketsPerFunction = 1 << 16 / bucketSpan
)

// lookupStep is by how many functions the coarse table proceeds. The table has
// 4 MB, most of it repetition; 16 times less of it changes when it is coarse,
// which is 23 kB of brotli, and the runtime takes 15 steps more at most.
const lookupStep = 16

// coarsen rounds the places in the runtime's table down. From the place that it
// reads there the runtime goes forward to the function (runtime.findfunc), so
// an earlier place leads to the same one:
//
//  1. find the module's record, which begins with the addresses of the header
//     and of the functions' names
//  2. check that each entry's place is not behind its function's, and has no
//     steps from there
//  3. round it down
func coarsen(memory []byte, l lines) error {
	table, first, err := findLookup(memory, l) // 1.
	if err != nil {
		return fmt.Errorf("coarsening the table of functions: %w", err)
	}
	for i := 0; i < len(table); i += bucketSize {
		place, function := binary.LittleEndian.Uint32(table[i:]), first+uint64(i/bucketSize/bucketsPerFunction)
		// 2.
		if int64(place) >= int64(l.count) || uint64(binary.LittleEndian.Uint32(l.descriptions[8*place:])) > function || len(bytes.Trim(table[i+4:i+bucketSize], "\x00")) > 0 {
			return fmt.Errorf("coarsening the table of functions: its entry %d does not lead to function %d: is the toolchain another one?", i/bucketSize, function)
		}
		// 3.
		binary.LittleEndian.PutUint32(table[i:], place/lookupStep*lookupStep)
	}
	return nil
}

// findLookup returns the table, an entry for each span of addresses, and the
// number of the first function.
func findLookup(memory []byte, l lines) (table []byte, function uint64, err error) {
	header := uint64(l.header)
	begins := binary.LittleEndian.AppendUint64(nil, header)
	begins = binary.LittleEndian.AppendUint64(begins, header+binary.LittleEndian.Uint64(memory[header+headerNames:]))
	if n := bytes.Count(memory, begins); n != 1 {
		return nil, 0, fmt.Errorf("%d records of the module found, which is to be one: is the toolchain another one?", n)
	}
	module := memory[bytes.Index(memory, begins):]
	if len(module) < moduleSize {
		return nil, 0, errors.New("the module's record is cut short")
	}
	field := func(offset int) uint64 { return binary.LittleEndian.Uint64(module[offset:]) }
	at, first, last := field(moduleLookup), field(moduleFirst), field(moduleLast)
	if at > uint64(len(memory)) || last < first || (last-first)/bucketSpan >= uint64(len(memory))/bucketSize {
		return nil, 0, errors.New("the module's record does not fit the memory: is the toolchain another one?")
	}
	size := (last - first) / bucketSpan * bucketSize // the last entry has fewer steps, and is left alone
	if size == 0 || size > uint64(len(memory))-at {
		return nil, 0, errors.New("the table is not inside the memory: is the toolchain another one?")
	}
	return memory[at:][:size], first / bucketSpan / bucketsPerFunction, nil
}
