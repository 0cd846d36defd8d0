package notary

import (
	"errors"
	"math"
	"unicode/utf8"
)

// The major types of CBOR (RFC 8949, section 3.1).
const (
	cborUnsigned = iota
	cborNegative
	cborBytes
	cborText
	cborList
	cborMap
	cborTag
	cborSimple
)

// maxCBORDepth bounds how deep values nest: envelopes need five.
const maxCBORDepth = 8

// A tagged value has a meaning by its tag's number (RFC 8949, section 3.4).
type tagged struct {
	number uint64
	value  any
}

var errCBOR = errors.New("not CBOR of definite lengths that all read alike")

// readCBOR reads one value, which is the whole document: int64, []byte, string,
// []any, map[any]any (keys are int64 or string), tagged, bool, or nil. Lengths are
// definite and no key stands twice. Floating-point numbers, which no envelope has,
// are refused.
func readCBOR(doc []byte) (any, error) {
	d := cborReader{rest: doc}
	v, err := d.value(0)
	if err == nil && len(d.rest) > 0 {
		err = errCBOR
	}
	return v, err
}

type cborReader struct{ rest []byte }

// head reads a value's major type and its argument.
func (d *cborReader) head() (major byte, argument uint64, err error) {
	if len(d.rest) == 0 {
		return 0, 0, errCBOR
	}
	first := d.rest[0]
	d.rest = d.rest[1:]
	major, argument = first>>5, uint64(first&31)
	if argument < 24 {
		return major, argument, nil
	}
	if argument > 27 { // reserved, or an indefinite length
		return 0, 0, errCBOR
	}
	n := 1 << (argument - 24)
	if len(d.rest) < n {
		return 0, 0, errCBOR
	}
	argument = 0
	for _, b := range d.rest[:n] {
		argument = argument<<8 | uint64(b)
	}
	d.rest = d.rest[n:]
	if major == cborSimple { // a float, or a simple value that nobody uses
		return 0, 0, errCBOR
	}
	return major, argument, nil
}

func (d *cborReader) value(depth int) (any, error) {
	major, n, err := d.head()
	if err != nil || depth > maxCBORDepth {
		return nil, errCBOR
	}
	switch major {
	case cborUnsigned, cborNegative:
		if n > math.MaxInt64 {
			return nil, errCBOR
		}
		if major == cborNegative {
			return -1 - int64(n), nil
		}
		return int64(n), nil
	case cborBytes, cborText:
		if n > uint64(len(d.rest)) {
			return nil, errCBOR
		}
		b := d.rest[:n]
		d.rest = d.rest[n:]
		if major == cborBytes {
			return b, nil
		}
		if !utf8.Valid(b) {
			return nil, errCBOR
		}
		return string(b), nil
	case cborList, cborMap:
		return d.collection(major, n, depth)
	case cborTag:
		v, err := d.value(depth + 1)
		return tagged{n, v}, err
	}
	switch n {
	case 20, 21:
		return n == 21, nil
	case 22:
		return nil, nil
	}
	return nil, errCBOR
}

// collection reads a list or a map of n entries, each of at least one byte.
func (d *cborReader) collection(major byte, n uint64, depth int) (any, error) {
	if n > uint64(len(d.rest)) {
		return nil, errCBOR
	}
	if major == cborList {
		list := []any{}
		for range n {
			v, err := d.value(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	m := map[any]any{}
	for range n {
		key, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		switch key.(type) {
		case int64, string:
		default:
			return nil, errCBOR
		}
		if _, twice := m[key]; twice {
			return nil, errCBOR
		}
		if m[key], err = d.value(depth + 1); err != nil {
			return nil, err
		}
	}
	return m, nil
}
