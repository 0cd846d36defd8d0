package strictjson

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheck(t *testing.T) {
	for _, good := range []string{`{}`, ` [1,-2.5e3,"a\"\\\u0041",true,false,null,{"a":{"a":1}},[]] `, `""`, "0",
		`{"a":{"b":[{"b":1},{"b":2}]}}`, `{"�":1}`, `{"\ud83d\ude00":"\ud83d"}`, strings.Repeat("[", 256) + strings.Repeat("]", 256)} {
		require.NoError(t, Check([]byte(good)), good)
	}
	for bad, say := range map[string]string{
		``: "empty", " \n": "empty", "<!doctype html>": "web page", "\xff": "UTF-8", "\"\xed\xa0\x80\"": "UTF-8",
		`{`: "not JSON (byte 1", `{"a":1,}`: "not JSON", `[1,]`: "not JSON", `{"a"}`: "not JSON", `{"a":1 "b":2}`: "not JSON",
		`[1 2]`: "not JSON", `nul`: "not JSON", `01`: "not JSON", `"a`: "not JSON", "\"\n\"": "not JSON", `"\x"`: "not JSON", `{} {}`: "not JSON",
		`{"a":1,"a":2}`: `"a" stands twice`, `{"a":1,"\u0061":2}`: "twice", `[{"b":{"c":1,"c":1}}]`: "twice", `{"a":1,"b":2,"a":3}`: "twice",
		`{"\ud800":1}`: "half a character", `{"\ufffd":1}`: "half a character", `[{"a\udfff":1}]`: "half a character",
		strings.Repeat("[", 258) + strings.Repeat("]", 258): "nests deeper than 256",
	} {
		require.ErrorContains(t, Check([]byte(bad)), say, bad)
	}
}

// TestCursor visits part of a document and passes the rest.
func TestCursor(t *testing.T) {
	c, err := Open([]byte(` { "skip" : [ {"x":"]}\\\""} , 1 ] , "list":[ 1.5 ,"two", {"three":3} , [] ], "text" : "t\u0065xt" , "object":{ } } `))
	require.NoError(t, err)
	var seen []string
	require.NoError(t, c.Members(func(key string) error {
		seen = append(seen, key)
		switch key {
		case "list":
			return c.Elements(func() error { seen = append(seen, string(c.Raw())); return nil })
		case "text":
			seen = append(seen, c.Text())
			return nil
		}
		return c.Skip()
	}))
	require.Equal(t, []string{"skip", "list", "1.5", `"two"`, `{"three":3}`, "[]", "text", "text", "object"}, seen)
	require.Zero(t, c.Peek())

	c, err = Open([]byte(`[1]`))
	require.NoError(t, err)
	require.Error(t, c.Members(func(string) error { return nil }), "a list is no object")
	c, err = Open([]byte(`{"a":1}`))
	require.NoError(t, err)
	require.Error(t, c.Elements(func() error { return nil }), "an object is no list")
	require.Empty(t, Text([]byte(`{"a":1}`)))
}

func TestObject(t *testing.T) {
	o, err := Parse([]byte(`{"Name":"other","name":"exact","null":null,"list":[1,2],"object":{"n":3}}`))
	require.NoError(t, err)
	require.Equal(t, "exact", o.Text("name"))
	require.Empty(t, o.Text("NAME"))
	require.Empty(t, o.Text("list"), "no string")
	require.True(t, o.Has("Name"))
	require.False(t, o.Has("null"))
	require.False(t, o.Has("gone"))
	require.Len(t, o.List("list"), 2)
	require.Nil(t, o.List("name"))
	require.Nil(t, o.Object("name"))
	n, text := 0, "as it was"
	require.NoError(t, o.Object("object").Into("n", &n))
	require.Equal(t, 3, n)
	require.NoError(t, o.Into("null", &text))
	require.NoError(t, o.Into("gone", &text))
	require.Equal(t, "as it was", text)
	require.ErrorContains(t, o.Into("list", &text), `"list" is not of the right kind`)
	for _, none := range []string{`[]`, `null`, `"a"`, `{"a":1,"a":1}`, ``} {
		_, err := Parse([]byte(none))
		require.Error(t, err, none)
	}
	require.Equal(t, "2", string(Fields([]byte(`{"a":1,"a":2}`))["a"]), "as JavaScript reads it")
	require.Nil(t, Fields([]byte(`null`)))
}

// FuzzCheck: what is accepted every reader accepts, and to each it says the same;
// a cursor sees what encoding/json sees.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"b\u0041",null,{"c":-1.5e-3}]}`, `{"a":1,"\u0061":2}`, ` [ ] `, `{"a":{"b":"}]\\"},"c":[[],{}]}`, `[1e999,` + strings.Repeat("7", 400) + `]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if Check(doc) != nil {
			return
		}
		want := numbersAsText(t, doc)
		c, err := Open(doc)
		require.NoError(t, err)
		if got := build(t, c); !reflect.DeepEqual(want, got) {
			t.Fatalf("%q is %v, and to the cursor %v", doc, want, got)
		}
		require.Zero(t, c.Peek())
	})
}

func build(t *testing.T, c *Cursor) any {
	switch c.Peek() {
	case '{':
		out := map[string]any{}
		require.NoError(t, c.Members(func(key string) error { out[key] = build(t, c); return nil }))
		return out
	case '[':
		out := []any{}
		require.NoError(t, c.Elements(func() error { out = append(out, build(t, c)); return nil }))
		return out
	}
	return numbersAsText(t, c.Raw())
}

// numbersAsText decodes as encoding/json does, which says no number of a size that
// its types cannot hold: those stay as they are written.
func numbersAsText(t *testing.T, doc []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	require.NoError(t, d.Decode(&v))
	return v
}
