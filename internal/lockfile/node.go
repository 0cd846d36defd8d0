package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tailscale/hujson"
	"go.yaml.in/yaml/v3"

	"touchstone/internal/strictjson"
)

// deepest bounds the nesting of documents. Parsers that call themselves would
// fill the stack, which no program survives.
const deepest = 200

// mostValues bounds how many values a document holds: each takes many times the
// two bytes with which it can be written.
const mostValues = 3 << 20

var errTooMany = fmt.Errorf("it holds more than %d values, which is as many as are read", mostValues)

// crowded tells that a document may hold more values than are read, by the marks
// that stand between them.
func crowded(doc []byte) error {
	n := 0
	for _, c := range doc {
		if c == ',' || c == '\n' || c == '[' || c == '{' {
			n++
		}
	}
	if n > mostValues {
		return errTooMany
	}
	return nil
}

// A node is a value of a document, in whatever notation it stands. Lookups in
// nil, and of another kind, give what is empty.
type node struct {
	line int // 0 where it is not known
	// text is what a string says; of another plain value what stands there.
	text  string
	plain bool
	keys  []string // of an object, in the order of the document
	at    map[string]*node
	list  []*node
}

func (n *node) get(keys ...string) *node {
	for _, key := range keys {
		if n == nil {
			return nil
		}
		n = n.at[key]
	}
	return n
}

func (n *node) str(keys ...string) string {
	if n = n.get(keys...); n == nil {
		return ""
	}
	return n.text
}

func (n *node) yes(key string) bool { return n.str(key) == "true" }

// members are an object's.
func (n *node) members(visit func(key string, value *node) error) error {
	if n == nil {
		return nil
	}
	for _, key := range n.keys {
		if err := visit(key, n.at[key]); err != nil {
			return err
		}
	}
	return nil
}

// elements are a list's.
func (n *node) elements() []*node {
	if n == nil {
		return nil
	}
	return n.list
}

func (n *node) put(key string, value *node) {
	if n.at == nil {
		n.at = map[string]*node{}
	}
	n.keys = append(n.keys, key)
	n.at[key] = value
}

// ofJSON reads a JSON document.
func ofJSON(doc []byte) (*node, error) {
	if err := strictjson.Check(doc); err != nil {
		return nil, err
	}
	c, err := strictjson.Open(doc)
	if err != nil {
		return nil, err
	}
	r := jsonReader{c, doc, 1, 0, 0}
	return r.value(0)
}

type jsonReader struct {
	*strictjson.Cursor
	doc        []byte
	line, seen int // the line at offset seen
	values     int
}

func (r *jsonReader) value(depth int) (*node, error) {
	if depth > deepest {
		return nil, fmt.Errorf("line %d: it nests deeper than %d", r.line, deepest)
	}
	if r.values++; r.values > mostValues {
		return nil, errTooMany
	}
	at := r.Offset()
	r.line += bytes.Count(r.doc[r.seen:at], []byte("\n"))
	r.seen = at
	n := &node{line: r.line}
	var err error
	switch r.Peek() {
	case '{':
		err = r.Members(func(key string) error {
			value, err := r.value(depth + 1)
			n.put(key, value)
			return err
		})
	case '[':
		err = r.Elements(func() error {
			value, err := r.value(depth + 1)
			n.list = append(n.list, value)
			return err
		})
	case '"':
		n.text, n.plain = r.Text(), true
	default:
		n.text, n.plain = string(r.Raw()), true
	}
	return n, err
}

// ofJSONC reads JSON with comments and trailing commas.
func ofJSONC(doc []byte) (*node, error) {
	if err := oddEnd(doc); err != nil {
		return nil, err
	}
	if tooDeep(doc) {
		return nil, fmt.Errorf("it nests deeper than %d", deepest)
	}
	if err := crowded(doc); err != nil {
		return nil, err
	}
	plain, err := hujson.Standardize(bytes.Clone(doc)) // every byte stays in its place
	if err != nil {
		return nil, err
	}
	return ofJSON(plain)
}

// ofYAML reads a YAML document. Writers of lock files use no aliases: with them
// a small file could stand for an endless one.
func ofYAML(doc []byte) (*node, error) {
	all, err := ofYAMLs(doc)
	if err != nil {
		return nil, err
	}
	if len(all) > 1 {
		return nil, fmt.Errorf("line %d: a second YAML document begins; only files of one are read", all[1].line)
	}
	return all[0], nil
}

// mostYAML is how many documents of one file are read.
const mostYAML = 4

// ofYAMLs reads the documents of a file, at least one.
func ofYAMLs(doc []byte) ([]*node, error) {
	if err := oddEnd(doc); err != nil {
		return nil, err
	}
	if err := crowded(doc); err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(doc))
	var all []*node
	for {
		var root yaml.Node
		err := decoder.Decode(&root)
		switch {
		case errors.Is(err, io.EOF) && len(all) > 0:
			return all, nil
		case errors.Is(err, io.EOF) || err == nil && len(root.Content) != 1:
			return nil, errors.New("it holds nothing")
		case err != nil:
			return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
		case len(all) == mostYAML:
			return nil, fmt.Errorf("line %d: it holds more than %d YAML documents", root.Line, mostYAML)
		}
		n, err := ofYAMLNode(root.Content[0], 0)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
}

func ofYAMLNode(y *yaml.Node, depth int) (*node, error) {
	n := &node{line: y.Line}
	switch {
	case depth > deepest:
		return nil, fmt.Errorf("line %d: it nests deeper than %d", y.Line, deepest)
	case y.Kind == yaml.AliasNode || y.Anchor != "":
		return nil, fmt.Errorf("line %d: an anchor or alias of YAML, which no lock file has", y.Line)
	case y.Style&yaml.TaggedStyle != 0: // what a tag makes of a value differs between programs
		return nil, fmt.Errorf("line %d: a tag of YAML (%.40q), which no lock file has", y.Line, y.Tag)
	case y.Kind == yaml.SequenceNode:
		for _, one := range y.Content {
			value, err := ofYAMLNode(one, depth+1)
			if err != nil {
				return nil, err
			}
			n.list = append(n.list, value)
		}
	case y.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(y.Content); i += 2 {
			key, value := y.Content[i], y.Content[i+1]
			if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" || key.Style&yaml.TaggedStyle != 0 || key.Anchor != "" || n.at[key.Value] != nil {
				return nil, fmt.Errorf("line %d: the key %.100q stands twice, or is none", key.Line, key.Value)
			}
			child, err := ofYAMLNode(value, depth+1)
			if err != nil {
				return nil, err
			}
			child.line = key.Line
			n.put(key.Value, child)
		}
	default:
		n.text, n.plain = y.Value, true
	}
	return n, nil
}

// quoted are what begins and what ends the parts of JSON with comments in which no
// bracket counts.
var quoted = [...][2]string{{`"`, `"`}, {"//", "\n"}, {"/*", "*/"}}

// tooDeep tells whether the brackets of JSON with comments nest deeper than deepest,
// without calling itself.
func tooDeep(doc []byte) bool {
	depth := 0
	for i := 0; i < len(doc); {
		if n := skip(doc[i:]); n > 0 {
			i += n
			continue
		}
		switch doc[i] {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth > deepest {
			return true
		}
		i++
	}
	return false
}

// skip is the length of the quoted part that begins here; 0 where none does. In a
// string, a backslash keeps what follows from ending it.
func skip(doc []byte) int {
	for _, q := range quoted {
		if !bytes.HasPrefix(doc, []byte(q[0])) {
			continue
		}
		i := len(q[0])
		for i < len(doc) && !bytes.HasPrefix(doc[i:], []byte(q[1])) {
			if doc[i] == '\\' && q[0] == `"` {
				i++
			}
			i++
		}
		return min(i+len(q[1]), len(doc))
	}
	return 0
}
