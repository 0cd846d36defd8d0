package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Further instructions of WebAssembly (core specification, 5.4).
const (
	opBlock, opIf                       = 0x02, 0x04
	opBranch, opBranchTable             = 0x0c, 0x0e
	opReturn, opCall, opCallIndirect    = 0x0f, 0x10, 0x11
	opGlobalSet                         = 0x24
	opLoads, opStores                   = 0x28, 0x3e // the first and the last
	opMemorySize, opMemoryGrow          = 0x3f, 0x40
	opConst64, opConstF32, opConstF64   = 0x42, 0x43, 0x44
	opNumeric, opNumericEnd, opSaturate = 0x45, 0xc4, 0xfc
)

// An instruction is one of a function's code.
type instruction struct {
	op      byte
	at, end int // where in the code it begins and ends
}

// A body is a function's: how many variables it has of which types, byte for byte,
// and its code.
type body struct {
	variables, code []byte
	list            []instruction
}

// readBodies reads a code section.
func readBodies(section []byte) ([]body, error) {
	count, n := binary.Uvarint(section)
	if n <= 0 {
		return nil, errors.New("it does not say how many functions it has")
	}
	rest := section[n:]
	var bodies []body
	for i := range count {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return nil, fmt.Errorf("function %d is cut short", i)
		}
		b, err := readBody(rest[n:][:size])
		if err != nil {
			return nil, fmt.Errorf("function %d: %w", i, err)
		}
		bodies = append(bodies, b)
		rest = rest[n+int(size):]
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes follow the last function", len(rest))
	}
	return bodies, nil
}

// writeBodies is the inverse of readBodies. It goes by the bytes of the bodies and
// not by the list of their instructions.
func writeBodies(bodies []body) []byte {
	section := binary.AppendUvarint(nil, uint64(len(bodies)))
	for _, b := range bodies {
		section = binary.AppendUvarint(section, uint64(len(b.variables)+len(b.code)))
		section = append(append(section, b.variables...), b.code...)
	}
	return section
}

func readBody(data []byte) (body, error) {
	groups, at := binary.Uvarint(data)
	if at <= 0 {
		return body{}, errors.New("it does not say how many variables it has")
	}
	for range groups {
		_, n := binary.Uvarint(data[at:])
		if n <= 0 || at+n >= len(data) {
			return body{}, errors.New("its variables are cut short")
		}
		at += n + 1
	}
	list, err := instructions(data[at:])
	return body{data[:at:at], data[at:], list}, err
}

// instructions takes code apart. It knows those that Go's compiler writes, and
// fails at any other.
func instructions(code []byte) ([]instruction, error) {
	var list []instruction
	for at := 0; at < len(code); {
		size, err := operands(code[at], code[at+1:])
		if err != nil {
			return nil, fmt.Errorf("its code at %d: %w", at, err)
		}
		end := at + 1 + size
		list = append(list, instruction{code[at], at, end})
		at = end
	}
	return list, nil
}

// operands says how many bytes of an instruction follow its first.
func operands(op byte, rest []byte) (int, error) {
	numbers := 0
	switch {
	case op == opBranch, op == opBranchIf, op == opCall, opGet <= op && op <= opGlobalSet, op == opConst, op == opConst64:
		numbers = 1
	case op == opCallIndirect, opLoads <= op && op <= opStores:
		numbers = 2
	case op == opBranchTable:
		count, n := binary.Uvarint(rest)
		if n <= 0 || count >= uint64(len(rest)) {
			return 0, errors.New("a table is cut short")
		}
		numbers = 2 + int(count) // how many, those, and the one for all others
	case op == opBlock, op == opLoop, op == opIf, op == opMemorySize, op == opMemoryGrow:
		return fits(1, rest)
	case op == opConstF32:
		return fits(4, rest)
	case op == opConstF64:
		return fits(8, rest)
	case op == opSaturate:
		return extended(rest)
	case op <= opIf+1 || op == opEnd || op == opReturn || op == 0x1a || op == 0x1b || opNumeric <= op && op <= opNumericEnd:
		return 0, nil // unreachable, nop, else, end, return, drop, select, and what computes
	default:
		return 0, fmt.Errorf("instruction %#x is none that Go's compiler writes: is the toolchain another one?", op)
	}
	size := 0
	for range numbers {
		last := slices.IndexFunc(rest[size:], func(b byte) bool { return b < 0x80 })
		if last < 0 || last >= binary.MaxVarintLen64 {
			return 0, errors.New("an operand is cut short")
		}
		size += last + 1
	}
	return size, nil
}

// extended is operands for instructions of two bytes: conversions that saturate,
// and what copies or fills memory.
func extended(rest []byte) (int, error) {
	if len(rest) == 0 {
		return 0, errors.New("an instruction is cut short")
	}
	switch kind := rest[0]; {
	case kind <= 7:
		return 1, nil
	case kind == 10:
		return fits(3, rest)
	case kind == 11:
		return fits(2, rest)
	default:
		return 0, fmt.Errorf("instruction 0xfc %d is none that Go's compiler writes: is the toolchain another one?", kind)
	}
}

func fits(size int, rest []byte) (int, error) {
	if size > len(rest) {
		return 0, errors.New("an operand is cut short")
	}
	return size, nil
}

// number is the operand of an instruction that has one, without a sign.
func (b body) number(i instruction) uint64 {
	v, _ := binary.Uvarint(b.code[i.at+1:])
	return v
}

// signed is the operand of an instruction that pushes a whole number.
func (b body) signed(i instruction) int64 {
	v, shift := int64(0), 0
	for _, c := range b.code[i.at+1 : i.end] {
		v |= int64(c&0x7f) << shift
		shift += 7
	}
	if last := b.code[i.end-1]; last&0x40 != 0 && shift < 64 {
		v -= 1 << shift
	}
	return v
}

// table are the operands of a br_table: how many blocks are left, and last for all
// other numbers.
func (b body) table(i instruction) []uint64 {
	rest := b.code[i.at+1 : i.end]
	_, n := binary.Uvarint(rest)
	var all []uint64
	for rest = rest[max(n, 0):]; len(rest) > 0; rest = rest[n:] {
		var blocks uint64
		if blocks, n = binary.Uvarint(rest); n <= 0 {
			break
		}
		all = append(all, blocks)
	}
	return all
}
