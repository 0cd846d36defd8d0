package sumdb

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"touchstone/internal/digest"
)

// A lookup is a parsed lookup answer, nothing of it verified.
type lookup struct {
	id     int64
	record string
	lines  []Line
	note   []byte // the signed head, all that follows the record
}

const lookupAnswer = "the lookup answer"

// parseLookup reads a lookup answer: the record's number in decimal, the
// record, a blank line, a signed note (design 25530, "Checksum Database").
func parseLookup(data []byte) (lookup, error) {
	if len(data) > MaxAnswer {
		return lookup{}, &MalformedError{lookupAnswer, fmt.Sprintf("it has %d bytes, more than the %d allowed", len(data), MaxAnswer)}
	}
	id, text, rest, err := tlog.ParseRecord(data)
	if err != nil {
		return lookup{}, &MalformedError{lookupAnswer, "it is not a record number, a record and a blank line"}
	}
	// ParseRecord lets signs and leading zeros pass.
	if canonical := strconv.FormatInt(id, 10) + "\n"; id < 0 || !bytes.HasPrefix(data, []byte(canonical)) {
		return lookup{}, &MalformedError{lookupAnswer, "the record number is not a plain decimal"}
	}
	lines, err := Lines(string(text))
	if err != nil {
		return lookup{}, err
	}
	return lookup{id: id, record: string(text), lines: lines, note: rest}, nil
}

// A Line is one line of a record.
type Line struct {
	Module  string
	Version string // without the "/go.mod" that marks a manifest's line
	// GoMod tells that the hash is of the manifest file alone, not of all
	// files.
	GoMod bool
	// Hash is the h1 hash: SHA-256 over the sorted list of the files' SHA-256.
	Hash [32]byte
}

const manifestSuffix = "/go.mod"

// Lines parses a record: lines of "module version h1:base64", each ended by a
// newline. Lines with another hash than h1 are passed over, as the design asks
// of clients, so a record that is too new for us gives none. Two lines about
// the same thing are malformed: one of them would have to be ignored.
// The error is a [MalformedError].
func Lines(record string) ([]Line, error) {
	type subject struct {
		module, version string
		manifest        bool
	}
	seen := map[subject]bool{}
	var lines []Line
	for n := 1; record != ""; n++ {
		text, rest, ended := strings.Cut(record, "\n")
		record = rest
		line, understood, err := parseLine(text)
		if err == nil && !ended {
			err = errors.New("has no newline at its end")
		}
		if err != nil {
			return nil, &MalformedError{"the record", fmt.Sprintf("line %d %s", n, err)}
		}
		if !understood {
			continue
		}
		s := subject{line.Module, line.Version, line.GoMod}
		if seen[s] {
			return nil, &MalformedError{"the record", fmt.Sprintf("line %d is the second about the same module and version", n)}
		}
		seen[s] = true
		lines = append(lines, line)
	}
	return lines, nil
}

// parseLine parses one line. It is not understood if its hash is not h1.
func parseLine(text string) (line Line, understood bool, err error) {
	fields := strings.Split(text, " ")
	if len(fields) != 3 || fields[0] == "" || fields[1] == "" {
		return Line{}, false, errors.New("is not module, version and hash, with one space between")
	}
	algorithm, encoded, found := strings.Cut(fields[2], ":")
	if !found || algorithm == "" || encoded == "" {
		return Line{}, false, errors.New("has a hash that does not name its algorithm")
	}
	if algorithm != digest.H1 {
		return Line{}, false, nil
	}
	sum, err := digest.ParseH1(fields[2])
	if err != nil {
		return Line{}, false, errors.New("has an h1 hash that is not 32 bytes in base64")
	}
	line = Line{Module: fields[0], Hash: [32]byte(sum.Bytes())}
	line.Version, line.GoMod = strings.CutSuffix(fields[1], manifestSuffix)
	if line.Version == "" {
		return Line{}, false, errors.New("has no version")
	}
	return line, true, nil
}
