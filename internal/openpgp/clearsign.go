package openpgp

import (
	"bytes"
	"strings"
)

// A Clearsigned is a text with its signatures around it.
type Clearsigned struct {
	// Text is what is signed: line ends are CR LF, none follows the last line,
	// and no line ends in a blank.
	Text []byte
	// Signatures are over Text, each by a key of its own.
	Signatures []Signature
}

const (
	clearBegin = "-----BEGIN PGP SIGNED MESSAGE-----"
	sigBegin   = "-----BEGIN PGP SIGNATURE-----"
)

// ReadClearsigned reads a clearsigned text (RFC 9580, section 7). Whatever stands
// outside the signed block is a fault: tools drop it silently, and whoever reads
// the document by another one sees it.
//
//  1. The document begins with the line that begins a signed text.
//  2. Headers, which are only "Hash: …", up to an empty line.
//  3. The text. A line that begins with a hyphen is escaped by "- ".
//  4. One armoured block of signatures, and nothing behind it.
func ReadClearsigned(doc []byte) (Clearsigned, error) {
	if bytes.IndexByte(doc, 0) >= 0 {
		return Clearsigned{}, malformed("a signed text holds a zero byte")
	}
	lines := strings.Split(string(doc), "\n")
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		if strings.ContainsRune(line, '\r') {
			return Clearsigned{}, malformed("a signed text holds a carriage return inside a line")
		}
		if rest, escaped := strings.CutPrefix(line, "- "); escaped {
			lines[i] = "- " + strings.TrimRight(rest, " \t")
		} else {
			lines[i] = strings.TrimRight(line, " \t")
		}
	}
	// 1.
	if lines[0] != clearBegin {
		return Clearsigned{}, malformed("it does not begin with %q: unsigned text may stand before the signed one", clearBegin)
	}
	// 2.
	i := 1
	for ; i < len(lines) && lines[i] != ""; i++ {
		if !hashHeader(lines[i]) {
			return Clearsigned{}, malformed("a signed text has a header that is not \"Hash\" with names of digests")
		}
	}
	// 3.
	i++
	var text []string
	for ; i < len(lines) && lines[i] != sigBegin; i++ {
		line, escaped := strings.CutPrefix(lines[i], "- ")
		if !escaped && strings.HasPrefix(line, "-") {
			return Clearsigned{}, malformed("a line of a signed text begins with a hyphen that is not escaped")
		}
		text = append(text, line)
	}
	if i >= len(lines) {
		return Clearsigned{}, malformed("a signed text has no signature")
	}
	// 4.
	found, beside, err := blocks([]byte(strings.Join(lines[i:], "\n")))
	switch {
	case err != nil:
		return Clearsigned{}, err
	case len(found) != 1 || beside || found[0].kind != "SIGNATURE":
		return Clearsigned{}, malformed("text stands behind the signed one, outside of what the signature covers")
	}
	out := Clearsigned{Text: []byte(strings.Join(text, "\r\n"))}
	if out.Signatures, err = readSignatures(found[0].data); err != nil {
		return Clearsigned{}, err
	}
	for _, s := range out.Signatures {
		if s.Type != TypeText {
			return Clearsigned{}, notUnderstood("a signature around a text is of type %#02x, and not over a text", byte(s.Type))
		}
	}
	return out, nil
}

// hashHeader tells whether a header names digests (RFC 9580, section 7.1), and
// nothing else that somebody could read.
func hashHeader(line string) bool {
	names, ok := strings.CutPrefix(line, "Hash: ")
	for name := range strings.SplitSeq(names, ",") {
		switch strings.TrimLeft(name, " ") {
		case "MD5", "SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-512":
		default:
			return false
		}
	}
	return ok
}
