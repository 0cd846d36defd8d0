package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// The sections of a WebAssembly module that addStart changes, by their id.
const (
	typeSection     = 1
	importSection   = 2
	functionSection = 3
	exportSection   = 7
	codeSection     = 10
)

// Instructions of WebAssembly (core specification, 5.4).
const (
	opLoop, opEnd, opBranchIf         = 0x03, 0x0b, 0x0d
	opGet, opSet, opTee               = 0x20, 0x21, 0x22
	opLoad, opLoadByte, opStore       = 0x28, 0x2d, 0x36
	opConst, opLess                   = 0x41, 0x49
	opAdd, opSub, opAnd, opShl, opShr = 0x6a, 0x6b, 0x71, 0x74, 0x76
	noResult, wordType, functionType  = 0x40, 0x7f, 0x60
)

// addStart adds a function that runs before all others, where the module is
// instantiated. The others keep their numbers: it is the last.
//
//  1. name the type of a function that takes and returns nothing
//  2. declare one more function, of that type, and append its code
//  3. let it be the start, in a section behind the exports
func addStart(sections []section, code []byte) ([]section, error) {
	find := func(id byte) int { return slices.IndexFunc(sections, func(s section) bool { return s.id == id }) }
	types, imports, functions, exports, bodies := find(typeSection), find(importSection), find(functionSection), find(exportSection), find(codeSection)
	if min(types, imports, functions, exports, bodies) < 0 {
		return nil, errors.New("adding a start: the module has no types, imports, functions, exports or code")
	}
	imported, err := importedFunctions(sections[imports].body)
	if err != nil {
		return nil, fmt.Errorf("adding a start: what it imports: %w", err)
	}
	// 1.
	body, kind, err := appended(sections[types].body, []byte{functionType, 0, 0})
	if err != nil {
		return nil, fmt.Errorf("adding a start: its type: %w", err)
	}
	sections[types].body = body
	// 2.
	body, function, err := appended(sections[functions].body, binary.AppendUvarint(nil, kind))
	if err != nil {
		return nil, fmt.Errorf("adding a start: its declaration: %w", err)
	}
	sections[functions].body = body
	body, index, err := appended(sections[bodies].body, slices.Concat(binary.AppendUvarint(nil, uint64(len(code))), code))
	if err != nil || index != function {
		return nil, errors.Join(errors.New("adding a start: there is not a body for each function"), err)
	}
	sections[bodies].body = body
	// 3.
	start := section{startSection, binary.AppendUvarint(nil, imported+function)}
	return slices.Insert(sections, exports+1, start), nil
}

// appended is a vector with one more element, and that element's index.
func appended(vector, element []byte) ([]byte, uint64, error) {
	count, n := binary.Uvarint(vector)
	if n <= 0 {
		return nil, 0, errors.New("it does not say how many there are")
	}
	return slices.Concat(binary.AppendUvarint(nil, count+1), vector[n:], element), count, nil
}

// importedFunctions counts what the module imports. All of Go's imports are
// functions: kind 0 and the number of a type behind two names.
func importedFunctions(body []byte) (uint64, error) {
	count, n := binary.Uvarint(body)
	if n <= 0 {
		return 0, errors.New("it does not say how many there are")
	}
	rest := body[n:]
	for i := range count {
		for range 2 {
			size, n := binary.Uvarint(rest)
			if n <= 0 || size > uint64(len(rest)-n) {
				return 0, fmt.Errorf("import %d is cut short", i)
			}
			rest = rest[n+int(size):]
		}
		if len(rest) == 0 || rest[0] != 0 {
			return 0, fmt.Errorf("import %d is no function", i)
		}
		_, n := binary.Uvarint(rest[1:])
		if n <= 0 {
			return 0, fmt.Errorf("import %d is cut short", i)
		}
		rest = rest[1+n:]
	}
	return count, nil
}

// An assembly is the code of a function.
type assembly struct{ bytes.Buffer }

func (a *assembly) ops(ops ...byte) { a.Write(ops) }

// word pushes a number.
func (a *assembly) word(v int) { a.Write(appendSigned([]byte{opConst}, v)) }

// access loads or stores at an offset from an address. What it says of the
// alignment is only a hint: 0 is always right.
func (a *assembly) access(op byte, offset uint64) {
	a.Write(binary.AppendUvarint([]byte{op, 0}, offset))
}

// step adds to a variable, and leaves the sum on the stack if it is to be kept.
func (a *assembly) step(variable byte, by int, op byte) {
	a.ops(opGet, variable)
	a.word(by)
	a.ops(opAdd, op, variable)
}

// code does what restore does. A loop runs at least once: there is a function, and
// an entry.
func (c counted) code() []byte {
	const i, place, at = 0, 1, 2 // variables, zero at first
	a := new(assembly)
	a.ops(1, 3, wordType)
	number := func() {
		a.ops(opGet, i)
		a.word(c.first)
		a.ops(opAdd)
		a.access(opStore, 0)
	}
	again := func(count int) {
		a.step(i, 1, opTee)
		a.word(count)
		a.ops(opLess, opBranchIf, 0, opEnd)
	}
	a.word(c.places)
	a.ops(opSet, place)
	a.word(c.places + c.described)
	a.ops(opSet, at)
	a.ops(opLoop, noResult)
	{
		a.ops(opGet, place)
		number()
		a.ops(opGet, place, opGet, at)
		a.word(c.places)
		a.ops(opSub)
		a.access(opStore, 4)
		a.ops(opGet, at)
		number()
		a.ops(opGet, at)
		a.access(opLoad, functionPC)
		a.ops(opGet, at)
		a.access(opLoadByte, functionData)
		a.ops(opAdd)
		a.word(2)
		a.ops(opShl, opGet, at, opAdd)
		a.word(functionSize + descriptionStep - 1)
		a.ops(opAdd)
		a.ops(opConst, 0x80-descriptionStep, opAnd, opSet, at) // -8
		a.step(place, placeSize, opSet)
		again(c.functions)
	}
	a.word(0)
	a.ops(opSet, i)
	a.word(c.lookup)
	a.ops(opSet, place)
	a.ops(opLoop, noResult)
	{
		a.ops(opGet, place, opGet, i)
		a.word(4) // bucketsPerFunction is 1<<4
		a.ops(opShr)
		a.access(opStore, 0)
		a.step(place, bucketSize, opSet)
		again(c.buckets)
	}
	a.ops(opEnd)
	return a.Bytes()
}
