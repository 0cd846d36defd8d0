package sigstore

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// A mutator bends documents, the same way again from the same seed.
type mutator struct {
	*rand.Rand
	others [][]byte // to splice from
}

// bundle bends a document of JSON: half the time its structure or something
// nested in it, else its bytes.
func (m *mutator) bundle(doc []byte) []byte {
	if m.IntN(10) < 4 {
		return m.bytes(doc)
	}
	bent := doc
	for range 1 + m.IntN(2) {
		bent = m.document(bent)
	}
	return bent
}

// bytes bends bytes that need not mean anything.
func (m *mutator) bytes(doc []byte) []byte {
	if len(doc) == 0 {
		return []byte{byte(m.IntN(256))}
	}
	bent := bytes.Clone(doc)
	at := m.IntN(len(bent))
	end := min(len(bent), at+1+m.IntN(40))
	switch m.IntN(12) {
	case 0, 1, 2, 3, 4:
		bent[at] ^= 1 << m.IntN(8)
	case 5:
		bent[at] = byte(m.IntN(256))
	case 6:
		return bent[:at]
	case 7:
		return slices.Delete(bent, at, end)
	case 8:
		return slices.Insert(bent, at, slices.Clone(bent[at:end])...)
	case 9:
		return slices.Insert(bent, at, byte(m.IntN(256)))
	case 10:
		other := m.others[m.IntN(len(m.others))]
		return append(bent[:at], other[min(at, len(other)):]...)
	case 11:
		tail := []string{"\n", " ", "{}", "null", "\x00", "\ufeff", string(doc[:end])}
		return append(bent, tail[m.IntN(len(tail))]...)
	}
	return bent
}

// A node is one place in a document, and how to change it.
type node struct {
	value any
	set   func(any)
	cut   func()
	named func(string) // renames it; nil in a list
	twice func()       // repeats it; nil in an object
}

// document bends one place of a document of JSON.
func (m *mutator) document(doc []byte) []byte {
	var value any
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	if dec.Decode(&value) != nil {
		return m.bytes(doc)
	}
	holder := map[string]any{"": value}
	all := nodes(holder, nil)
	if m.IntN(25) == 0 {
		return m.repeatedKey(doc)
	}
	n := all[m.IntN(len(all))]
	switch m.IntN(8) {
	case 0:
		n.cut()
	case 1:
		n.set(m.scalar())
	case 2:
		if n.named != nil {
			names := []string{"Signature", "media_type", "mediaType", "raw_bytes", "rawBytes", "", "hint", "x", "_type", "certificate", "publicKey"}
			n.named(names[m.IntN(len(names))])
		} else {
			n.twice()
		}
	case 3:
		other := all[m.IntN(len(all))]
		if holds(n.value, other.value) || holds(other.value, n.value) {
			break
		}
		n.set(other.value)
		other.set(n.value)
	default:
		n.set(m.value(n.value))
	}
	bent, err := json.Marshal(holder[""])
	if err != nil {
		return m.bytes(doc)
	}
	return bent
}

// holds tells whether a is, or has somewhere in it, b: a tree with a loop
// cannot be written.
func holds(a, b any) bool {
	switch a.(type) {
	case map[string]any, []any:
	default:
		return false
	}
	inner, err := json.Marshal(b)
	if err != nil {
		return true
	}
	outer, err := json.Marshal(a)
	return err != nil || bytes.Contains(outer, inner)
}

// nodes lists every place beneath a value, in the same order every time.
func nodes(value any, all []node) []node {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, node{
				value: v[key],
				set:   func(to any) { v[key] = to },
				cut:   func() { delete(v, key) },
				named: func(to string) { held := v[key]; delete(v, key); v[to] = held },
			})
			all = nodes(v[key], all)
		}
	case []any:
		for i := range v {
			all = append(all, node{
				value: v[i],
				set:   func(to any) { v[i] = to },
				cut:   func() { v[i] = nil },
				twice: func() { v[i] = []any{v[i], v[i]} },
			})
			all = nodes(v[i], all)
		}
	}
	return all
}

// scalar is a value of any kind.
func (m *mutator) scalar() any {
	all := []any{
		nil, true, "", "A", "AAAA", "-1", "0", "18446744073709551616", json.Number("-1"), json.Number("0"), json.Number("1e3"),
		json.Number("9223372036854775807"), json.Number("1.5"), map[string]any{}, []any{}, []any{nil}, "SHA2_512", "\u0000", "ﬀ",
		strings.Repeat("A", 5000), "2000-01-01T00:00:00Z", "application/vnd.dev.sigstore.bundle.v0.9+json",
		"application/vnd.dev.sigstore.bundle+json;version=0.1", "application/vnd.dev.sigstore.bundle+json;version=0.2",
	}
	return all[m.IntN(len(all))]
}

// value bends a value after its kind.
func (m *mutator) value(value any) any {
	switch v := value.(type) {
	case json.Number:
		return m.number(string(v))
	case bool:
		return !v
	case []any:
		switch m.IntN(3) {
		case 0:
			if len(v) > 0 {
				i := m.IntN(len(v))
				return slices.Insert(slices.Clone(v), i, v[i])
			}
		case 1:
			reversed := slices.Clone(v)
			slices.Reverse(reversed)
			return reversed
		}
		return append(slices.Clone(v), m.scalar())
	case map[string]any:
		grown := maps.Clone(v)
		grown["novel"] = m.scalar()
		return grown
	case string:
		return m.text(v)
	}
	return m.scalar()
}

func (m *mutator) number(text string) any {
	switch m.IntN(5) {
	case 0:
		return text // a number in quotation marks
	case 1:
		return json.Number(text + "0")
	case 2:
		return json.Number("-" + strings.TrimPrefix(text, "-"))
	case 3:
		return json.Number(text + ".0")
	}
	return json.Number("1")
}

// text bends a string, and what is in it where it is encoded.
func (m *mutator) text(text string) any {
	if text != "" && strings.Trim(text, "0123456789") == "" && len(text) < 20 {
		return m.digits(text)
	}
	if strings.HasPrefix(strings.TrimSpace(text), "-----BEGIN") {
		return m.pem(text)
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(decoded) < 8 {
		return string(m.bytes([]byte(text)))
	}
	switch m.IntN(12) {
	case 0:
		return base64.URLEncoding.EncodeToString(decoded)
	case 1:
		return base64.RawStdEncoding.EncodeToString(decoded)
	case 2:
		at := m.IntN(len(text))
		return text[:at] + []string{"\n", " ", "=", "\r\n", "*"}[m.IntN(5)] + text[at:]
	}
	return base64.StdEncoding.EncodeToString(m.decoded(decoded))
}

func (m *mutator) digits(text string) any {
	switch m.IntN(5) {
	case 0:
		return json.Number(text)
	case 1:
		return "-" + text
	case 2:
		return text + "0"
	case 3:
		return "0" + text
	}
	bent := []byte(text)
	bent[m.IntN(len(bent))] = byte('0' + m.IntN(10))
	return string(bent)
}

// decoded bends what was encoded: a document, a key or certificate, anything.
func (m *mutator) decoded(content []byte) []byte {
	switch {
	case content[0] == '{' && json.Valid(content):
		return m.document(content)
	case bytes.HasPrefix(content, []byte("-----BEGIN")):
		return []byte(m.pem(string(content)))
	}
	return m.bytes(content)
}

func (m *mutator) pem(text string) string {
	block, _ := pem.Decode([]byte(text))
	if block == nil || m.IntN(3) == 0 {
		return string(m.bytes([]byte(text)))
	}
	if m.IntN(4) == 0 {
		block.Type = []string{"CERTIFICATE", "PUBLIC KEY", "EC PUBLIC KEY", "RSA PUBLIC KEY", ""}[m.IntN(5)]
	} else {
		block.Bytes = m.bytes(block.Bytes)
	}
	return string(pem.EncodeToMemory(block))
}

// repeatedKey puts a second value for a key, before or after the first.
func (m *mutator) repeatedKey(doc []byte) []byte {
	keys := []string{"mediaType", "verificationMaterial", "dsseEnvelope", "payload", "tlogEntries", "logIndex", "signatures", "rawBytes", "hint", "tlogs"}
	key := keys[m.IntN(len(keys))]
	extra := []byte(`"` + key + `":` + []string{"null", "{}", `""`, "[]"}[m.IntN(4)] + `,`)
	var opens []int
	for i, c := range doc {
		if c == '{' {
			opens = append(opens, i+1)
		}
	}
	if len(opens) == 0 {
		return m.bytes(doc)
	}
	return slices.Insert(bytes.Clone(doc), opens[m.IntN(len(opens))], extra...)
}
