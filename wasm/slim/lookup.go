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
	functionSpan       = 1 << 16
	bucketsPerFunction = functionSpan / bucketSpan

	placeSize       = 8 // of a function's place: its number, and where its description is
	descriptionStep = 8 // descriptions begin at multiples of it
)

// A counted says where the memory has what only counts functions: the number of
// each, where its description is, and the table in which instructions are looked
// up. That is 4.5 MB which say little, and 61 kB of brotli of the page's first
// program. All are addresses or numbers.
type counted struct {
	places    int // the table of the functions' places, with the descriptions behind it
	functions int
	first     int // the number of the first function
	described int // where the first description is, from places on
	lookup    int // the table of instructions
	buckets   int // how many entries of it lead to their function's own place
}

// findCounted finds them. It fails if one of them says another thing than what
// counting gives, which [counted.restore] does.
func findCounted(memory []byte, l lines) (counted, error) {
	fail := func(err error) (counted, error) {
		return counted{}, fmt.Errorf("counting functions: %w: is the toolchain another one?", err)
	}
	places := l.header + int(binary.LittleEndian.Uint64(memory[l.header+headerDescription:]))
	if places%descriptionStep != 0 {
		return fail(errors.New("their places are not at a multiple of 8"))
	}
	lookup, size, first, err := findLookup(memory, l)
	if err != nil {
		return fail(err)
	}
	described := int(binary.LittleEndian.Uint32(l.descriptions[4:]))
	if described < placeSize*l.count || described%descriptionStep != 0 {
		return fail(errors.New("the first description is not behind their places"))
	}
	c := counted{places, l.count, first, described, lookup, size / bucketSize}
	again := bytes.Clone(memory)
	if !c.clear(again) || !c.restore(again) {
		return fail(errors.New("a description is not inside the memory"))
	}
	if !bytes.Equal(memory, again) {
		return fail(errors.New("a number or a place is not what counting gives"))
	}
	return c, nil
}

// clear zeroes what restore writes. It tells whether all of it is inside the
// memory.
func (c counted) clear(memory []byte) bool {
	clear(memory[c.places:][:c.functions*placeSize])
	for i := range c.buckets {
		clear(memory[c.lookup+i*bucketSize:][:4])
	}
	return c.descriptions(memory, func(_, at int) { clear(memory[at:][:4]) })
}

// restore writes into a memory what clear zeroed. The program does the same when
// it starts, see [counted.code]:
//
//  1. for each function its number, in its description too, and where that is
//  2. for each entry of the table of instructions the function's place
func (c counted) restore(memory []byte) bool {
	put := func(at, v int) { binary.LittleEndian.PutUint32(memory[at:], uint32(v)) }
	// 1.
	inside := c.descriptions(memory, func(i, at int) {
		put(c.places+i*placeSize, c.first+i)
		put(c.places+i*placeSize+4, at-c.places)
		put(at, c.first+i)
	})
	// 2.
	for i := range c.buckets {
		put(c.lookup+i*bucketSize, i/bucketsPerFunction)
	}
	return inside
}

// descriptions says for each function where its description is: behind the tables
// and other data of the one before. It tells whether all are inside the memory.
func (c counted) descriptions(memory []byte, say func(function, at int)) bool {
	at := c.places + c.described
	for i := range c.functions {
		if at+functionSize > len(memory) {
			return false
		}
		say(i, at)
		further, other := binary.LittleEndian.Uint32(memory[at+functionPC:]), memory[at+functionData]
		end := at + functionSize + 4*(int(further)+int(other))
		at = (end + descriptionStep - 1) / descriptionStep * descriptionStep
	}
	return true
}

// findLookup returns where the table of instructions is, the size of those of its
// entries that stand for a whole span of addresses, and the number of the first function.
func findLookup(memory []byte, l lines) (at, size, function int, err error) {
	header := uint64(l.header)
	begins := binary.LittleEndian.AppendUint64(nil, header)
	begins = binary.LittleEndian.AppendUint64(begins, header+binary.LittleEndian.Uint64(memory[header+headerNames:]))
	if n := bytes.Count(memory, begins); n != 1 {
		return 0, 0, 0, fmt.Errorf("%d records of the module found, which is to be one", n)
	}
	module := memory[bytes.Index(memory, begins):]
	if len(module) < moduleSize {
		return 0, 0, 0, errors.New("the module's record is cut short")
	}
	field := func(offset int) uint64 { return binary.LittleEndian.Uint64(module[offset:]) }
	table, first, last := field(moduleLookup), field(moduleFirst), field(moduleLast)
	if table > uint64(len(memory)) || last < first || (last-first)/bucketSpan >= uint64(len(memory))/bucketSize {
		return 0, 0, 0, errors.New("the module's record does not fit the memory")
	}
	span := (last - first) / bucketSpan * bucketSize // the last entry has fewer steps, and is left alone
	if span == 0 || span > uint64(len(memory))-table {
		return 0, 0, 0, errors.New("the table of instructions is not inside the memory")
	}
	return int(table), int(span), int(first / functionSpan), nil
}
