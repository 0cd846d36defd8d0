package openpgp

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// maxBlocks bounds the armoured blocks of one text: a project's file of all its
// maintainers' keys has some hundreds.
const maxBlocks = 4096

// A block is one armoured block (RFC 9580, section 6).
type block struct {
	kind string // "SIGNATURE", "PUBLIC KEY BLOCK"
	data []byte
}

const (
	armorBegin = "-----BEGIN PGP "
	armorEnd   = "-----END PGP "
	armorDash  = "-----"
)

// blocks reads every armoured block of a text. beside tells that other text than
// blanks stands outside of them: in a file of keys it explains them, beside a
// signature it is in the way.
func blocks(text []byte) (all []block, beside bool, err error) {
	lines := strings.Split(string(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\r")
	}
	for i := 0; i < len(lines); i++ {
		kind, ok := armorKind(lines[i], armorBegin)
		if !ok {
			beside = beside || lines[i] != ""
			continue
		}
		if len(all) == maxBlocks {
			return nil, beside, malformed("it has more than %d armoured blocks", maxBlocks)
		}
		end := i + 1
		for end < len(lines) && lines[end] != armorEnd+kind+armorDash {
			end++
		}
		if end == len(lines) {
			return nil, beside, malformed("an armoured block begins and does not end")
		}
		data, err := unarmor(lines[i+1 : end])
		if err != nil {
			return nil, beside, err
		}
		all = append(all, block{kind, data})
		i = end
	}
	return all, beside, nil
}

// armorKind is what a line that begins or ends a block calls it.
func armorKind(line, begin string) (string, bool) {
	kind, ok := strings.CutPrefix(line, begin)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(kind, armorDash)
}

// unarmor reads the lines between a block's first and last.
//
//  1. Headers, "Name: value", up to an empty line. They say nothing.
//  2. Base64 in lines.
//  3. A checksum, "=" and four characters, where there is one: it must be right.
func unarmor(lines []string) ([]byte, error) {
	// 1.
	for len(lines) > 0 && lines[0] != "" {
		if !strings.Contains(lines[0], ":") {
			return nil, malformed("an armoured block has no empty line before its data")
		}
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return nil, malformed("an armoured block has no empty line before its data")
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	// 3.
	sum := ""
	if n := len(lines); n > 0 && strings.HasPrefix(lines[n-1], "=") {
		sum, lines = lines[n-1][1:], lines[:n-1]
	}
	// 2.
	data, err := base64.StdEncoding.Strict().DecodeString(strings.Join(lines, ""))
	if err != nil {
		return nil, malformed("an armoured block is not base64: %v", err)
	}
	if sum != "" {
		stated, err := base64.StdEncoding.Strict().DecodeString(sum)
		if err != nil || len(stated) != 3 {
			return nil, malformed("an armoured block's checksum cannot be read")
		}
		if c := crc24(data); !bytes.Equal(stated, []byte{byte(c >> 16), byte(c >> 8), byte(c)}) {
			return nil, malformed("an armoured block is damaged: its checksum differs")
		}
	}
	return data, nil
}

// crc24 is the armour's checksum (RFC 9580, section 6.1.1).
func crc24(b []byte) uint32 {
	crc := uint32(0xb704ce)
	for _, c := range b {
		crc ^= uint32(c) << 16
		for range 8 {
			crc <<= 1
			if crc&0x1000000 != 0 {
				crc ^= 0x1864cfb
			}
		}
	}
	return crc & 0xffffff
}
