package strictjson

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// documents are in order, or nearly.
var documents = []string{
	``, ` `, `{}`, `[]`, `{ }`, `[ ]`, ` null `, `true`, `false`, `nul`, `truex`, `0`, `-0`, `-`, `01`, `1.`, `1.5`, `.5`, `1e`, `1e5`, `1E+5`, `1e-`, `-1.25e-10`, `+1`,
	`"`, `""`, `"a`, "\"\n\"", "\"\x7f\xff\"", `"\"`, `"\\"`, `"\x"`, `"\u12"`, `"\u12aF"`, `"\u12ag"`, `"\u123`, `"\`,
	`{"a":1}`, `{"a":1,}`, `{"a"}`, `{"a" : [1 , 2 , {"b":null}] , "c":"d"}`, `{a:1}`, `{"a":1 "b":2}`, `{"a":,}`, `{,}`, `[1,]`, `[,1]`, `[1 2]`, `[1}`, `{"a":1]`, `{} {}`, `[`, `{`, `{"a":`, `{"a"`,
	"\ufeff{}", "<html>", "[1]\x00", "\t[\r\n1\t]\n",
	strings.Repeat("[", mostNested) + strings.Repeat("]", mostNested), strings.Repeat("[", mostNested+1) + strings.Repeat("]", mostNested+1),
	strings.Repeat("[", mostNested) + "1" + strings.Repeat("]", mostNested), strings.Repeat(`{"a":`, mostNested) + "{}" + strings.Repeat("}", mostNested),
}

// TestValid: encoding/json says the same, of each document and of all that one
// byte makes of the short ones.
func TestValid(t *testing.T) {
	for _, doc := range documents {
		require.Equal(t, json.Valid([]byte(doc)), Valid([]byte(doc)), "%.80q", doc)
		if len(doc) > 100 {
			continue
		}
		for i := range doc {
			for _, b := range []byte("\x00 \"\\/{}[]:,-+.0eEu1atn\x1f\x80") {
				bent := []byte(doc)
				bent[i] = b
				require.Equal(t, json.Valid(bent), Valid(bent), "%q", bent)
			}
			cut := []byte(doc[:i])
			require.Equal(t, json.Valid(cut), Valid(cut), "%q", cut)
		}
	}
}

func FuzzValid(f *testing.F) {
	for _, doc := range documents {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) { require.Equal(t, json.Valid(doc), Valid(doc)) })
}

// FuzzText: a string is what encoding/json reads.
func FuzzText(f *testing.F) {
	for _, raw := range []string{`"a"`, `"a\u0041"`, "\"\xff\"", "\"\x7f\"", `"a" `, `"a"b"`, `"`, `""`, `1`, "\"\n\"", `"ä"`} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var want string
		if json.Unmarshal(raw, &want) != nil {
			want = ""
		}
		require.Equal(t, want, Text(raw))
	})
}

// FuzzFields: objects and lists are what encoding/json reads.
func FuzzFields(f *testing.F) {
	for _, doc := range append(documents, ` {"a" : "b\u0041" , "\u0061":[1 , {}] } `, "{\"\xff\":1,\"\\ud800\":2}", `[ 1 , "a" , null ]`) {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		var fields Object
		if json.Unmarshal(doc, &fields) != nil {
			fields = nil
		}
		require.Equal(t, fields, Fields(doc))
		var list []json.RawMessage
		if json.Unmarshal(doc, &list) != nil {
			list = nil
		}
		require.Equal(t, list, Object{"a": doc}.List("a"))
	})
}
