package npm

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/mint"
)

// TestSuggest: names that are npm's, in the registry's order, and no others.
func TestSuggest(t *testing.T) {
	type object map[string]any
	named := func(name any) object { return object{"package": object{"name": name, "description": "says <b>so</b>"}} }
	search := func(objects ...any) []string {
		body, err := json.Marshal(object{"objects": objects})
		require.NoError(t, err)
		w := mint.World{base + "-/v1/search?size=8&text=%40a%2Fb": mint.Page{Body: body}}
		c := fetch.New(fetch.Options{Hosts: Registry{}.Hosts(), Transport: w}).Session(fetch.SessionOptions{Hosts: Registry{}.Hosts()})
		defer c.Close()
		s, err := Registry{}.Suggest(context.Background(), c, "@a/b")
		require.NoError(t, err)
		names := []string{}
		for _, like := range s.Packages {
			require.Equal(t, "says <b>so</b>", like.Description)
			names = append(names, like.Ref.String())
		}
		return names
	}
	require.Equal(t, []string{"pkg:npm/left-pad", "pkg:npm/%40scope/left"}, search(named("left-pad"), named("@scope/left")))
	require.Empty(t, search(named("../x"), named("a/b"), named("a@1.0.0"), named("a?x=1"), named("javascript:alert(1)"), named(7), object{}, "x", named("l\u043edash")))
	many := make([]any, 50)
	for i := range many {
		many[i] = named("left-pad")
	}
	require.Len(t, search(many...), 8)
}
