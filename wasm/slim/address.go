package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	firstFunction = 0x1000 // the number by which the runtime knows a module's own first function
	opAdd64       = 0x7c
	longType      = 0x7e

	// fewAddresses is how often a function must write its own address for a variable to
	// be shorter.
	fewAddresses = 2
)

// plainType is that of functions as Go calls them: they take the number of a place,
// and tell whether the stack is unwound. The linker writes it first.
var plainType = []byte{functionType, 1, wordType, 1, wordType}

// shareAddresses makes a code section smaller, by 62 kB of brotli of the page's first
// program. Before each of 99,000 calls a function writes down where it goes on: a
// constant of its own address and of the place in it, which is like no other. Here a
// function has its address in a variable that it sets when it begins, and adds the
// place:
//
//	i64.const ADDRESS + PLACE    becomes    i64.const PLACE, local.get N, i64.add
//
// That is the same number, for nothing else writes the variable: it is a new one.
func shareAddresses(types, functions, code []byte) ([]byte, error) {
	plain, err := plainFunctions(types, functions)
	if err != nil {
		return nil, fmt.Errorf("sharing the addresses of functions: %w", err)
	}
	bodies, err := readBodies(code)
	if err != nil {
		return nil, fmt.Errorf("sharing the addresses of functions: %w", err)
	}
	for i := range bodies {
		if i < len(plain) && plain[i] {
			bodies[i] = sharing(bodies[i], int64(firstFunction+i)<<16)
		}
	}
	return writeBodies(bodies), nil
}

// plainFunctions tells which functions are as Go calls them.
func plainFunctions(types, functions []byte) ([]bool, error) {
	_, n := binary.Uvarint(types)
	if n <= 0 {
		return nil, errors.New("it does not say how many types there are")
	}
	first := bytes.HasPrefix(types[n:], plainType)
	count, n := binary.Uvarint(functions)
	if n <= 0 || count > uint64(len(functions)) {
		return nil, errors.New("the types of functions are cut short")
	}
	var plain []bool
	for rest := functions[n:]; len(rest) > 0; rest = rest[n:] {
		var kind uint64
		if kind, n = binary.Uvarint(rest); n <= 0 {
			return nil, errors.New("the types of functions are cut short")
		}
		plain = append(plain, first && kind == 0)
	}
	return plain, nil
}

// sharing is a body that has its address in a variable, if it writes it often enough.
func sharing(b body, address int64) body {
	own := func(i instruction) bool { return i.op == opConst64 && b.signed(i)>>16 == address>>16 }
	found := 0
	for _, i := range b.list {
		if own(i) {
			found++
		}
	}
	if found < fewAddresses {
		return b
	}
	variables, variable := withVariable(b.variables)
	constant := func(v int64) []byte { return appendSigned([]byte{opConst64}, int(v)) }
	named := func(code []byte, op byte) []byte { return binary.AppendUvarint(append(code, op), variable) }
	code := named(constant(address), opSet)
	for _, i := range b.list {
		if own(i) {
			code = append(named(append(code, constant(b.signed(i)-address)...), opGet), opAdd64)
			continue
		}
		code = append(code, b.code[i.at:i.end]...)
	}
	return body{variables: variables, code: code}
}

// withVariable declares one more variable behind those of a function that has one
// parameter, and gives its number.
func withVariable(variables []byte) (more []byte, number uint64) {
	groups, at := binary.Uvarint(variables)
	number = 1 // the parameter is 0
	last, size := at, uint64(0)
	for range groups {
		last = at
		var n int
		size, n = binary.Uvarint(variables[at:])
		number += size
		at += n + 1
	}
	if groups > 0 && variables[at-1] == longType {
		more = binary.AppendUvarint(bytes.Clone(variables[:last]), size+1)
		return append(more, longType), number
	}
	_, n := binary.Uvarint(variables)
	more = append(binary.AppendUvarint(nil, groups+1), variables[n:]...)
	return append(more, 1, longType), number
}
