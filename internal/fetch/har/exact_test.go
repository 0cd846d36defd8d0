package har

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An entry in which readers could see two exchanges is none: any name twice, or
// in another case, at any level.
func TestReadHARIsExact(t *testing.T) {
	for _, place := range []string{
		`"request":{`, `"response":{`, `"startedDateTime":"`, `"time":`, `"method":"`, `"url":"`, `"headers":[{"name":":a`, `"status":`, `"redirectURL":"`,
		`"content":{`, `"size":`, `"mimeType":"`, `"text":"`, `"name":":authority"`, `"value":"registry`, `"_initiator":{`, `"stack":{`, `"wait":`,
	} {
		name := place[1 : 1+strings.Index(place[1:], `"`)]
		for what, second := range map[string]string{
			"twice": name, "upper case": strings.ToUpper(name), "by an escape": fmt.Sprintf(`\u%04x%s`, name[0], name[1:]),
			"by a letter that folds": strings.Replace(name, "s", "ſ", 1),
		} {
			if what == "by a letter that folds" && second == name || what == "upper case" && strings.HasPrefix(name, "_") {
				continue
			}
			t.Run(name+", "+what, func(t *testing.T) {
				_, err := Read(exported(place, `"`+second+`":null,`+place))
				require.ErrorContains(t, err, "reading the HTTP Archive: at byte ")
			})
		}
	}
	t.Run("one of ours alone, in another case", func(t *testing.T) {
		_, err := Read(exported(`"response":{`, `"Response":{`))
		require.ErrorContains(t, err, `the name "Response" looks like "response"`)
	})
	t.Run("a text that looks like names is none", func(t *testing.T) {
		r, err := Read(exported(`"text":"hello"`, `"text":"{\"a\":1,\"a\":2,\\\"a\":3}"`, `"size":5`, `"size":-1`))
		require.NoError(t, err)
		assert.Equal(t, `{"a":1,"a":2,\"a":3}`, string(r.Exchanges()[0].Body))
	})
	t.Run("the same name in two objects is no repetition", func(t *testing.T) {
		require.NoError(t, exact([]byte(`[{"a":{"a":[{"a":1},{"a":2}]},"b":[]},{"a":1}]`)))
	})
	t.Run("what nests without end, or has names without end, is refused before it fills the memory", func(t *testing.T) {
		for _, opens := range []string{"[", `{"a":`} {
			_, err := Read([]byte(`{"log":` + strings.Repeat(opens, 1<<20)))
			require.ErrorContains(t, err, "nests deeper")
		}
		require.NoError(t, exact([]byte(strings.Repeat("[]", 1<<16))), "beside each other is no nesting")
		var names strings.Builder
		for i := range mostNames + 1 {
			fmt.Fprintf(&names, `"n%d":0,`, i)
		}
		_, err := Read([]byte(`{` + names.String() + `"log":{}}`))
		require.ErrorContains(t, err, "more than 100000 names")
	})
}
