package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// An Object is a JSON object by the exact spelling of its keys: decoding into a
// struct would take "Name" for "name".
type Object map[string]json.RawMessage

// Parse checks a document (see [Check]), which must be an object.
func Parse(doc []byte) (Object, error) {
	if err := Check(doc); err != nil {
		return nil, err
	}
	o := Fields(doc)
	if o == nil {
		return nil, errors.New("it is not an object")
	}
	return o, nil
}

// Fields is an object inside a document that was checked, or one that is read
// as JavaScript reads it: of two equal keys the last counts. Nil where there is
// no object.
func Fields(doc []byte) Object {
	c := inside(doc, '{')
	if c == nil {
		return nil
	}
	o := Object{}
	for !c.take('}') {
		key := Text(c.Raw())
		c.take(':')
		o[key] = c.Raw()
		c.take(',')
	}
	return o
}

// inside stands behind the mark with which a document begins; nil where it does
// not, or is none. What is read there is a copy: it keeps nothing else in memory.
func inside(doc []byte, mark byte) *Cursor {
	if !Valid(doc) {
		return nil
	}
	c := &Cursor{doc: bytes.Clone(doc)}
	if !c.take(mark) {
		return nil
	}
	return c
}

// Has tells whether a key has a value other than null.
func (o Object) Has(key string) bool {
	raw, ok := o[key]
	return ok && string(raw) != "null"
}

// Text is the string at a key; empty where there is none.
func (o Object) Text(key string) string { return Text(o[key]) }

// Object is the object at a key; nil where there is none.
func (o Object) Object(key string) Object { return Fields(o[key]) }

// List is the list at a key; nil where there is none.
func (o Object) List(key string) []json.RawMessage { return List(o[key]) }

// List is a list by its elements, of a document as [Fields] takes it; nil where
// there is none.
func List(doc []byte) []json.RawMessage {
	c := inside(doc, '[')
	if c == nil {
		return nil
	}
	l := []json.RawMessage{}
	for !c.take(']') {
		l = append(l, c.Raw())
		c.take(',')
	}
	return l
}

// Into reads the value at a key into place, which is a pointer to a string, a
// number, an Object or a list: for a struct the spelling of keys would not
// count. What is not there, or null, leaves place as it is.
func (o Object) Into(key string, place any) error {
	if !o.Has(key) {
		return nil
	}
	if err := json.Unmarshal(o[key], place); err != nil {
		return fmt.Errorf("%q is not of the right kind", key)
	}
	return nil
}

// Text is the string that a value is; empty where it is something else.
func Text(raw []byte) string {
	if n := len(raw); n >= 2 && raw[0] == '"' && raw[n-1] == '"' && plain(raw[1:n-1]) {
		return string(raw[1 : n-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// plain tells whether text stands for itself in JSON.
func plain(text []byte) bool {
	for _, b := range text {
		if b < ' ' || b > '~' || b == '"' || b == '\\' {
			return false
		}
	}
	return true
}
