package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The layout of what Go's runtime knows about functions, of the toolchain that
// the list pins: runtime/symtab.go, type pcHeader, and runtime/runtime2.go,
// type _func. All offsets are in bytes.
const (
	headerSize = 72 // of pcHeader on a machine of 8-byte pointers

	headerFunctions   = 8  // how many functions there are
	headerNames       = 32 // where the functions' names are
	headerUnits       = 40 // where the compilation units' files are listed
	headerFiles       = 48 // where the files' names are
	headerTables      = 56 // where the tables by instruction are
	headerDescription = 64 // where the functions are described

	functionSize  = 44
	functionStack = 16 // the table of stack depths
	functionFile  = 20 // the table of files
	functionLine  = 24 // the table of lines
	functionPC    = 28 // how many further tables there are
	functionUnit  = 32 // the compilation unit, for the files
	functionStart = 36 // the line of the function itself
	functionData  = 43 // how many pieces of other data there are, in one byte

	interruptible  = 0 // the further table that tells where a signal may stop it
	argumentsAlive = 3 // the further table that tells which arguments to print
	argumentsShape = 5 // the other data that tells how to print arguments
	argumentsSlots = 6 // and where they are
)

// pcMagic is how pcHeader begins: instructions of 1 byte, pointers of 8.
var pcMagic = []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}

// dropLines takes what only a stack trace needs out of the initial memory: the
// files, the lines, and the arguments' values; and what only signals need, of
// which WebAssembly has none. A trace then shows functions and offsets, as in
//
//	touchstone/internal/audit.(*Auditor).Audit(...)
//		?:0 +0x27
//
// The runtime needs the rest to find its way on stacks, and gets it unchanged:
//
//  1. read the functions' descriptions
//  2. of each function's tables, copy those that are needed, once each; the
//     offset 0, which the runtime takes for no table, replaces the others
//  3. put the copies where all tables were, and zeroes behind them
//  4. zero the files' names
func dropLines(l lines) error {
	t := tables{old: l.tables, new: []byte{0}, moved: map[uint32]uint32{0: 0}}
	for i := range l.count {
		if err := l.function(i, &t); err != nil { // 1. and 2.
			return fmt.Errorf("dropping the lines of the source: function %d: %w", i, err)
		}
	}
	if len(t.new) > len(l.tables) {
		return errors.New("dropping the lines of the source: the tables overlap: is the toolchain another one?")
	}
	clear(l.tables[copy(l.tables, t.new):]) // 3.
	clear(l.names)                          // 4.
	return nil
}

// lines are the parts of the memory that dropLines and shortenNames change.
type lines struct {
	header       int // its address
	count        int
	functions    []byte // their names
	names        []byte // files, by unit and by name
	tables       []byte
	descriptions []byte // and all memory behind them
}

// findLines finds the header. The bytes that it begins with could stand
// anywhere; that they are followed by ascending offsets and a number of
// functions that fits is asked for as well, and that it is so only once.
func findLines(memory []byte) (lines, error) {
	var found []lines
	for at := 0; ; at++ {
		next := bytes.Index(memory[at:], pcMagic)
		if next < 0 {
			break
		}
		at += next
		header := memory[at:]
		if len(header) < headerSize {
			break
		}
		field := func(offset int) uint64 { return binary.LittleEndian.Uint64(header[offset:]) }
		functions, units, files, tables, descriptions := field(headerNames), field(headerUnits), field(headerFiles), field(headerTables), field(headerDescription)
		if functions < headerSize || units < functions || files < units || tables <= files || descriptions <= tables || descriptions > uint64(len(header)) ||
			field(headerFunctions) > (uint64(len(header))-descriptions)/functionSize {
			continue
		}
		found = append(found, lines{at, int(field(headerFunctions)), header[functions:units], header[units:tables], header[tables:descriptions], header[descriptions:]})
	}
	if len(found) != 1 || found[0].count == 0 {
		return lines{}, fmt.Errorf("%d headers of the runtime's tables found, which are to be one, of some functions: is the toolchain another one?", len(found))
	}
	return found[0], nil
}

// function redirects one function's tables. What stands at the start of the
// descriptions is, for every function, its first instruction and where its
// description is, in 4 bytes each.
func (l lines) function(i int, t *tables) error {
	cut := errors.New("its description is cut short")
	at := uint64(binary.LittleEndian.Uint32(l.descriptions[8*i+4:]))
	if at+functionSize > uint64(len(l.descriptions)) {
		return cut
	}
	f := l.descriptions[at:]
	further, other := uint64(binary.LittleEndian.Uint32(f[functionPC:])), uint64(f[functionData])
	if functionSize+4*(further+other) > uint64(len(f)) {
		return cut
	}
	for _, offset := range []int{functionFile, functionLine, functionUnit, functionStart} {
		clear(f[offset : offset+4])
	}
	if err := t.move(f[functionStack:]); err != nil {
		return err
	}
	rest := f[functionSize:]
	for k := range further {
		if k == interruptible || k == argumentsAlive {
			clear(rest[4*k:][:4])
		}
		if err := t.move(rest[4*k:]); err != nil {
			return err
		}
	}
	rest = rest[4*further:]
	for _, k := range []uint64{argumentsShape, argumentsSlots} {
		if k < other {
			binary.LittleEndian.PutUint32(rest[4*k:], math.MaxUint32) // none
		}
	}
	return nil
}

// tables moves tables from an old place to a new one.
type tables struct {
	old, new []byte
	moved    map[uint32]uint32 // old to new offsets
}

// move copies the table whose offset stands at the start of field, unless it
// was copied before, and writes its new offset there.
func (t *tables) move(field []byte) error {
	from := binary.LittleEndian.Uint32(field)
	to, ok := t.moved[from]
	if !ok {
		table, err := t.read(from)
		if err != nil {
			return err
		}
		to = uint32(len(t.new))
		t.new = append(t.new, table...)
		t.moved[from] = to
	}
	binary.LittleEndian.PutUint32(field, to)
	return nil
}

// read returns one table: pairs of numbers, a change of the value and one of
// the instruction, until a change of the value, but not the first, is 0.
func (t *tables) read(from uint32) ([]byte, error) {
	if uint64(from) >= uint64(len(t.old)) {
		return nil, fmt.Errorf("its table at %d is behind all tables", from)
	}
	table := t.old[from:]
	end := 0
	for first := true; ; first = false {
		value, n := binary.Uvarint(table[end:])
		if n <= 0 {
			return nil, fmt.Errorf("its table at %d has no end", from)
		}
		end += n
		if value == 0 && !first {
			return table[:end], nil
		}
		if _, n = binary.Uvarint(table[end:]); n <= 0 {
			return nil, fmt.Errorf("its table at %d has no end", from)
		}
		end += n
	}
}
