package notary

import (
	"encoding/binary"
	"fmt"
	"time"

	"touchstone/internal/fault"
)

// The labels of headers (RFC 9052, section 3.1; RFC 9360, section 2), and the tags of
// a COSE_Sign1 and of a time.
const (
	labelAlgorithm   = int64(1)
	labelCritical    = int64(2)
	labelContentType = int64(3)
	labelChain       = int64(33)

	tagSign1 = 18
	tagTime  = 1
)

// coseAlgorithms are the names of those that may be used (RFC 9053, section 2.1; RFC
// 8230, section 2).
var coseAlgorithms = map[int64]string{-7: "ES256", -35: "ES384", -36: "ES512", -37: "PS256", -38: "PS384", -39: "PS512"}

// readCOSE reads a tagged COSE_Sign1 (RFC 9052, section 4.2), as the Notary Project
// restricts it (specs/signature-envelope-cose.md).
func readCOSE(doc []byte) (*envelope, error) {
	v, err := readCBOR(doc)
	if err != nil {
		return nil, malformed("its envelope is " + err.Error())
	}
	t, _ := v.(tagged)
	parts, _ := t.value.([]any)
	if t.number != tagSign1 || len(parts) != 4 {
		return nil, malformed("its envelope is no COSE_Sign1")
	}
	var e envelope
	protected, isBytes := parts[0].([]byte)
	beside, isMap := parts[1].(map[any]any)
	payload, attached := parts[2].([]byte)
	signature, isSigned := parts[3].([]byte)
	if !isBytes || !isMap || !attached || !isSigned {
		return nil, malformed("its envelope is no COSE_Sign1 with its payload")
	}
	e.payload, e.signature, e.signed = payload, signature, toBeSigned(protected, payload)
	v, err = readCBOR(protected)
	header, isMap := v.(map[any]any)
	if err != nil || !isMap {
		return nil, malformed("its protected header is no map")
	}
	for label := range header {
		if _, twice := beside[label]; twice {
			return nil, malformed("a header is there twice, protected and not")
		}
	}
	if e.attributes, err = coseAttributes(header); err != nil {
		return nil, err
	}
	chain, _ := beside[labelChain].([]any)
	for _, c := range chain {
		der, isBytes := c.([]byte)
		if !isBytes {
			return nil, malformed("a certificate in it is no text of bytes")
		}
		e.chain = append(e.chain, der)
	}
	e.stamp, _ = beside[attributeStamp].([]byte)
	return &e, nil
}

// toBeSigned is the Sig_structure of a COSE_Sign1 without external data (RFC 9052,
// section 4.4).
func toBeSigned(protected, payload []byte) []byte {
	out := []byte{cborList<<5 | 4, cborText<<5 | 10}
	out = append(out, "Signature1"...)
	for _, b := range [][]byte{protected, nil, payload} {
		out = append(cborHead(out, cborBytes, uint64(len(b))), b...)
	}
	return out
}

// cborHead appends a value's head in its shortest form (RFC 8949, section 4.2.1).
func cborHead(out []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(out, major<<5|byte(n))
	case n < 1<<8:
		return append(out, major<<5|24, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(out, major<<5|25), uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32(append(out, major<<5|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(out, major<<5|27), n)
}

// coseAttributes reads the protected header.
func coseAttributes(header map[any]any) (attributes, error) {
	var a attributes
	number, isNumber := header[labelAlgorithm].(int64)
	if !isNumber {
		return a, malformed("its protected header names no algorithm")
	}
	name, known := coseAlgorithms[number]
	if !known {
		return a, fault.New(fault.NotUnderstood, fmt.Sprintf("its algorithm has the number %d", number))
	}
	a.algorithm = name
	a.contentType, _ = header[labelContentType].(string)
	a.scheme, _ = header[attributeScheme].(string)
	critical, _ := header[labelCritical].([]any)
	for _, c := range critical {
		// A number is of a header that no attribute has here.
		a.critical = append(a.critical, fmt.Sprint(c))
	}
	for name, place := range map[string]*time.Time{attributeTime: &a.made, attributeAuthentic: &a.authentic, attributeExpiry: &a.ends} {
		v, there := header[name]
		if !there {
			continue
		}
		t, _ := v.(tagged)
		seconds, isNumber := t.value.(int64)
		if t.number != tagTime || !isNumber || seconds < -1<<36 || seconds > 1<<36 {
			return a, malformed("its " + name + " is no time")
		}
		*place = time.Unix(seconds, 0).UTC()
	}
	return a, nil
}
