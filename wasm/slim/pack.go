package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// The sections of a WebAssembly module that pack looks at, by their id.
const (
	startSection = 8
	dataSection  = 11
)

// maxGap is the longest run of zeroes, in bytes, inside one data segment. The
// linker skips runs of 8 with a new segment, which is smaller as long as
// nothing compresses it: a hundred thousand addresses do not compress, zeroes
// do. 256 gave the smallest brotli; half or twice as much is the same to 0.1%.
const maxGap = 256

var wasmHeader = []byte("\x00asm\x01\x00\x00\x00")

// A section is one of a WebAssembly module's (core specification, 5.5.2).
type section struct {
	id   byte
	body []byte
}

// pack makes what the linker wrote a quarter smaller to send:
//
//  1. lay out the initial memory that the data segments describe
//  2. find what the runtime knows about functions, see [findLines]
//  3. drop the tables that say which line of the source an instruction is of,
//     see [dropLines]
//  4. drop what the program computes itself, see [dropPoints]
//  5. shorten the names of functions, see [shortenNames], but of the packages that
//     the program inlines
//  6. leave out what only counts functions, see [counted], and let the program
//     write it when it starts, see [addStart]
//  7. let functions jump straight ahead, see [straighten]
//  8. let functions write their address once, see [shareAddresses]
//  9. describe that memory with few segments instead of a hundred thousand
//
// All other sections are the same, byte for byte, but for the function that is
// added. It fails if the module is not laid out as the pinned toolchain does.
func pack(wasm []byte, inlines []string) ([]byte, error) {
	sections, err := readSections(wasm)
	if err != nil {
		return nil, fmt.Errorf("packing the wasm: %w", err)
	}
	if slices.ContainsFunc(sections, func(s section) bool { return s.id == startSection }) {
		return nil, errors.New("packing the wasm: it has a start section: the linker writes none, or it is packed already")
	}
	data := slices.IndexFunc(sections, func(s section) bool { return s.id == dataSection })
	if data < 0 {
		return nil, errors.New("packing the wasm: it has no data section")
	}
	// 1.
	memory, err := readData(sections[data].body)
	if err != nil {
		return nil, fmt.Errorf("packing the wasm: reading its data: %w", err)
	}
	// 2. to 6.
	start, err := packMemory(memory, inlines)
	if err != nil {
		return nil, fmt.Errorf("packing the wasm: %w", err)
	}
	// 7. and 8.
	if err := packCode(sections); err != nil {
		return nil, fmt.Errorf("packing the wasm: %w", err)
	}
	// 9.
	sections[data].body = writeData(memory)
	if sections, err = addStart(sections, start); err != nil {
		return nil, fmt.Errorf("packing the wasm: %w", err)
	}
	return writeSections(sections), nil
}

// packMemory does steps 2 to 6 of pack, and returns the code of the start.
func packMemory(memory []byte, inlines []string) ([]byte, error) {
	// 2.
	l, err := findLines(memory)
	if err != nil {
		return nil, err
	}
	// 3.
	if err := dropLines(l); err != nil {
		return nil, err
	}
	// 4.
	if err := dropPoints(memory, l); err != nil {
		return nil, err
	}
	// 5.
	if err := shortenNames(l, inlines); err != nil {
		return nil, err
	}
	// 6.
	c, err := findCounted(memory, l)
	if err != nil {
		return nil, err
	}
	c.clear(memory)
	return c.code(), nil
}

// packCode does steps 7 and 8 of pack, if there is code.
func packCode(sections []section) error {
	find := func(id byte) int { return slices.IndexFunc(sections, func(s section) bool { return s.id == id }) }
	types, functions, code := find(typeSection), find(functionSection), find(codeSection)
	if min(types, functions, code) < 0 {
		return nil
	}
	// 7.
	straight, err := straighten(sections[code].body)
	if err != nil {
		return err
	}
	// 8.
	sections[code].body, err = shareAddresses(sections[types].body, sections[functions].body, straight)
	return err
}

func readSections(wasm []byte) ([]section, error) {
	rest, ok := bytes.CutPrefix(wasm, wasmHeader)
	if !ok {
		return nil, errors.New("reading its sections: it does not begin like a WebAssembly module of version 1")
	}
	var sections []section
	for len(rest) > 0 {
		id := rest[0]
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || size > uint64(len(rest)-1-n) {
			return nil, fmt.Errorf("reading its sections: the one of id %d, %d bytes before the end, is cut short", id, len(rest))
		}
		body := rest[1+n:][:size]
		rest = rest[1+n+int(size):]
		sections = append(sections, section{id, body})
	}
	return sections, nil
}

func writeSections(sections []section) []byte {
	out := bytes.Clone(wasmHeader)
	for _, s := range sections {
		out = append(out, s.id)
		out = binary.AppendUvarint(out, uint64(len(s.body)))
		out = append(out, s.body...)
	}
	return out
}

// maxMemory bounds what the data segments may describe, in bytes.
const maxMemory = 1 << 28

// A segment is a piece of the initial memory.
type segment struct {
	at   int // address
	data []byte
}

// readData returns the memory that the segments of a data section fill, from
// address 0 to the last byte. They may be in any order, and not overlap.
func readData(body []byte) ([]byte, error) {
	segments, err := readSegments(body)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(segments, func(a, b segment) int { return cmp.Compare(a.at, b.at) })
	var memory []byte
	for _, s := range segments {
		if s.at < len(memory) {
			return nil, fmt.Errorf("the segments at %d overlap", s.at)
		}
		memory = append(memory, make([]byte, s.at-len(memory))...)
		memory = append(memory, s.data...)
	}
	return memory, nil
}

// readSegments reads a vector of segments, each of memory 0 and at a constant
// address: 00, i32.const ADDRESS, end, SIZE and the bytes.
func readSegments(body []byte) ([]segment, error) {
	count, n := binary.Uvarint(body)
	if n <= 0 {
		return nil, errors.New("it does not say how many segments it has")
	}
	rest := body[n:]
	var segments []segment
	for i := range count {
		if len(rest) < 2 || rest[0] != 0 || rest[1] != 0x41 {
			return nil, fmt.Errorf("segment %d does not begin as the linker writes it", i)
		}
		at, n := signed(rest[2:])
		if n == 0 || at > maxMemory || len(rest) < 3+n || rest[2+n] != 0x0b {
			return nil, fmt.Errorf("segment %d is not at a constant address below %d", i, maxMemory)
		}
		rest = rest[3+n:]
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return nil, fmt.Errorf("segment %d is cut short", i)
		}
		segments = append(segments, segment{at, rest[n:][:size]})
		rest = rest[n+int(size):]
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes follow the last segment", len(rest))
	}
	return segments, nil
}

// writeData is the inverse of readData, but for zeroes at the end: memory is
// zero where no segment is.
func writeData(memory []byte) []byte {
	var segments []byte
	count := uint64(0)
	for at := 0; ; {
		at += zeroes(memory[at:])
		if at == len(memory) {
			break
		}
		end := at
		for end < len(memory) {
			gap := zeroes(memory[end:])
			if gap > maxGap || end+gap == len(memory) {
				break
			}
			end += gap + 1
		}
		segments = append(segments, 0, 0x41)
		segments = appendSigned(segments, at)
		segments = append(segments, 0x0b)
		segments = binary.AppendUvarint(segments, uint64(end-at))
		segments = append(segments, memory[at:end]...)
		count++
		at = end
	}
	return append(binary.AppendUvarint(nil, count), segments...)
}

// zeroes counts the zero bytes at the start.
func zeroes(data []byte) int { return len(data) - len(bytes.TrimLeft(data, "\x00")) }

// signed reads a signed LEB128 of at most 32 bits that is not negative, and
// says in how many bytes; none if there is no such number.
func signed(data []byte) (value, n int) {
	u, n := binary.Uvarint(data)
	if n <= 0 || n > 5 || u > math.MaxInt32 || data[n-1]&0x40 != 0 {
		return 0, 0
	}
	return int(u), n
}

func appendSigned(data []byte, value int) []byte {
	for ; value >= 0x40; value >>= 7 {
		data = append(data, byte(value)|0x80)
	}
	return append(data, byte(value))
}
