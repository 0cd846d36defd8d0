package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// straighten makes a code section smaller, by 220 kB of brotli of the page's first
// program, and quicker: it changes how functions go from one place in them to
// another, and nothing else. WebAssembly has no jumps, only ways out of blocks; so
// Go's compiler (cmd/internal/obj/wasm) begins a function like
//
//		block                        where unwinding ends: it returns 1
//		  loop                       the entry
//		    block block … block
//		      local.get 0            the number of a place
//		      br_table               leaves as many blocks as its table says for that
//		    end … end … end          behind each end is a place
//
//	 1. For a jump, the compiler writes the place's number into variable 0 and goes to
//	    the entry. Where the place lies ahead, the block that ends there is left
//	    instead, which is what the table would do.
//	 2. Behind each call, the function leaves the outermost block where the call says
//	    that the stack is unwound. How many blocks that are is another number at each
//	    of 99,000 calls; to return 1 is the same everywhere.
func straighten(section []byte) ([]byte, error) {
	bodies, err := readBodies(section)
	if err != nil {
		return nil, fmt.Errorf("straightening its code: %w", err)
	}
	for i := range bodies {
		if bodies[i].code, err = straightened(bodies[i]); err != nil {
			return nil, fmt.Errorf("straightening its code: function %d: %w", i, err)
		}
	}
	return writeBodies(bodies), nil
}

// A way is where straightened is in a function.
type way struct {
	body
	open []int // the blocks that are open here, by their first instructions, from the outside in

	entry  int   // the loop in which jumps begin; -1 for none
	places []int // the block that ends at each place
	unwind int   // the block that ends where the function returns 1; -1 for none
}

// straightened is the code of a function with straight ways.
func straightened(b body) ([]byte, error) {
	w := way{body: b, entry: -1, unwind: -1}
	if err := w.findEntry(); err != nil {
		return nil, err
	}
	var out []byte
	for i := 0; i < len(b.list); {
		size, code := w.straight(i)
		if size == 0 {
			size, code = 1, b.code[b.list[i].at:b.list[i].end]
		}
		for k := range size {
			w.pass(i + k)
		}
		out = append(out, code...)
		i += size
	}
	return out, nil
}

// pass goes behind an instruction.
func (w *way) pass(i int) {
	switch w.list[i].op {
	case opBlock, opLoop, opIf:
		w.open = append(w.open, i)
	case opEnd:
		if len(w.open) > 0 { // else it is the function's own
			w.open = w.open[:len(w.open)-1]
		}
	}
}

// findEntry finds the entry, the places, and where the function returns 1. What is
// not as the compiler writes it is none.
func (w *way) findEntry() error {
	ends, err := w.ends()
	if err != nil {
		return err
	}
	last := len(w.list) - 3 // end, i32.const 1, end
	first := slices.IndexFunc(w.list, func(i instruction) bool { return i.op == opBlock })
	if first >= 0 && last > 0 && ends[first] == last && w.isVoid(first) && w.list[last+1].op == opConst && w.signed(w.list[last+1]) == 1 {
		w.unwind = first
	}
	table := slices.IndexFunc(w.list, func(i instruction) bool { return i.op == opBranchTable })
	if table < 1 || !w.isGet(table-1) || !w.onlyPlaces(table) {
		return nil
	}
	entry := table - 2
	for entry >= 0 && w.list[entry].op == opBlock && w.isVoid(entry) {
		entry--
	}
	if entry < 0 || w.list[entry].op != opLoop || !w.isVoid(entry) {
		return nil
	}
	if !w.onlyJumps(entry) {
		return nil
	}
	w.entry = entry
	for _, blocks := range w.table(w.list[table]) {
		place := -1
		if blocks < uint64(table-2-entry) {
			place = table - 2 - int(blocks)
		}
		w.places = append(w.places, place)
	}
	return nil
}

// onlyJumps tells whether all that goes to the entry writes variable 0 just before.
func (w *way) onlyJumps(entry int) bool {
	before := way{body: w.body}
	for i, in := range w.list {
		if in.op == opBranch || in.op == opBranchIf {
			at := len(before.open) - 1 - int(w.number(in))
			if at >= 0 && before.open[at] == entry && !w.isSet(i-1) {
				return false
			}
		}
		before.pass(i)
	}
	return true
}

// ends are where the blocks end: the instruction, for each by its own first.
func (w *way) ends() (map[int]int, error) {
	ends := make(map[int]int)
	var open []int
	for i, in := range w.list {
		switch in.op {
		case opBlock, opLoop, opIf:
			open = append(open, i)
		case opEnd:
			if len(open) == 0 {
				if i != len(w.list)-1 {
					return nil, errors.New("its code goes on behind its end")
				}
				return ends, nil
			}
			ends[open[len(open)-1]] = i
			open = open[:len(open)-1]
		}
	}
	return nil, errors.New("its code has no end")
}

// isVoid tells whether a block gives nothing.
func (w *way) isVoid(i int) bool { return w.code[w.list[i].at+1] == noResult }

// isGet tells whether an instruction reads variable 0.
func (w *way) isGet(i int) bool { return w.list[i].op == opGet && w.number(w.list[i]) == 0 }

// onlyPlaces tells whether variable 0 is read only for the one table, but for calls
// of what a variable names, which keep that there for one instruction:
//
//	local.set 0, i32.const 0, local.get 0, call_indirect
func (w *way) onlyPlaces(table int) bool {
	for i, in := range w.list {
		switch {
		case in.op == opBranchTable && i != table, in.op == opTee && w.number(in) == 0:
			return false
		case w.isGet(i) && i != table-1 && (i < 2 || w.list[i-1].op != opConst || !w.isSet(i-2)):
			return false
		}
	}
	return true
}

// isSet tells whether an instruction writes variable 0.
func (w *way) isSet(i int) bool { return w.list[i].op == opSet && w.number(w.list[i]) == 0 }

// straight is what takes the place of the next instructions, and of how many; 0 for
// none.
func (w *way) straight(i int) (size int, code []byte) {
	in := w.list[i]
	switch {
	case in.op == opBranchIf && w.unwind >= 0 && w.number(in)+1 == uint64(len(w.open)) && w.open[0] == w.unwind:
		return 1, []byte{opIf, noResult, opConst, 1, opReturn, opEnd}
	case in.op == opIf && w.isVoid(i) && i+4 < len(w.list) && w.list[i+4].op == opEnd:
		// The block of the condition itself is one more to leave: not with br_if.
		if blocks, ok := w.ahead(i+1, 1); ok {
			return 5, binary.AppendUvarint([]byte{opBranchIf}, blocks)
		}
	case in.op == opConst:
		if blocks, ok := w.ahead(i, 0); ok {
			return 3, binary.AppendUvarint([]byte{opBranch}, blocks)
		}
	}
	return 0, nil
}

// ahead tells, of the three instructions of a jump to a place ahead, how many blocks
// are to be left to get there. inside says how many blocks have begun since w.
//
//	i32.const PLACE, local.set 0, br ENTRY
func (w *way) ahead(i, inside int) (blocks uint64, ok bool) {
	if w.entry < 0 || i+2 >= len(w.list) || w.list[i].op != opConst || !w.isSet(i+1) || w.list[i+2].op != opBranch {
		return 0, false
	}
	at := len(w.open) + inside - 1 - int(w.number(w.list[i+2]))
	place := w.signed(w.list[i])
	if at < 0 || at >= len(w.open) || w.open[at] != w.entry || place < 0 || place >= int64(len(w.places)) {
		return 0, false
	}
	depth := slices.Index(w.open, w.places[place])
	if depth < 0 { // it lies behind
		return 0, false
	}
	return uint64(len(w.open) - 1 - depth), true
}
