//go:build touchstone_testanchors

package audit_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/mint"
	"touchstone/internal/purl"
)

// TestImageTags: what a registry lists of tags, page by page, hostile lists too.
func TestImageTags(t *testing.T) {
	i := ghcrImage()
	list := func(tags ...any) page {
		body, err := json.Marshal(map[string]any{"name": i.Name, "tags": tags})
		require.NoError(t, err)
		return page{Body: body}
	}
	first, after := i.address("tags/list?n=1000"), func(tag string) string { return i.address("tags/list?n=1000&last=" + tag) }
	const moves = "A tag moves: what is checked is the digest that it names now."
	const more = " There may be more than stand here."
	linked := func(p page, link string) page {
		p.Header = map[string]string{"Link": link}
		return p
	}
	endless := world{first: list("t0")}
	for n := range 9 {
		endless[after(fmt.Sprintf("t%d", n))] = list(fmt.Sprintf("t%d", n+1))
	}
	for name, tt := range map[string]struct {
		world        world
		want         []string
		note, unread string
		refused      purl.Kind
	}{
		"in order, numbers as numbers": {world: world{first: list("v1.2", "latest", "1.10-alpine", "edge", "1.10", "1.10.1", "1.9"), after("1.9"): list()},
			want: []string{"1.10.1", "1.10", "1.10-alpine", "1.9", "v1.2", "latest", "edge"}, note: moves},
		"page by page":           {world: world{first: list("2", "1"), after("1"): list("3"), after("3"): list()}, want: []string{"3", "2", "1"}, note: moves},
		"the same page for ever": {world: world{first: list("1"), after("1"): list("1", "2"), after("2"): list("1", "2")}, want: []string{"2", "1"}, note: moves + more},
		"the last once more":     {world: world{first: list("1"), after("1"): list("1")}, want: []string{"1"}, note: moves},
		"a page by its link": {world: world{first: linked(list("1"), `</v2/example/thing/tags/list?next_page=x&n=1>; rel="next"`), i.address("tags/list?next_page=x&n=1"): list("2"), after("2"): list()},
			want: []string{"2", "1"}, note: moves},
		"a link to another host": {world: world{first: linked(list("1"), `<https://elsewhere.example/v2/other/tags/list?last=x>; rel="next"`), i.address("tags/list?last=x"): list()},
			want: []string{"1"}, note: moves},
		"a link without an end": {world: world{first: linked(list("1"), `<?last=x>; rel=next`), i.address("tags/list?last=x"): linked(list("1"), `<?last=y>; rel="next"`)},
			want: []string{"1"}, note: moves + more},
		"links that say nothing": {world: world{first: linked(list("1"), `<?last=x>; rel="prev", <:::>; rel="next"`), after("1"): list()},
			want: []string{"1"}, note: moves},
		"without an end":                      {world: endless, want: []string{"t4", "t3", "t2", "t1", "t0"}, note: moves + more},
		"a second page that cannot be had":    {world: world{first: list("1"), after("1"): {Status: 500}}, want: []string{"1"}, note: moves + more},
		"what stands beside images is no tag": {world: world{first: list("1", strings.Replace(mint.Digest(i.Index), ":", "-", 1), strings.Replace(mint.Digest(i.Index), ":", "-", 1)+".sig"), after(strings.Replace(mint.Digest(i.Index), ":", "-", 1) + ".sig"): list()}, want: []string{"1"}, note: moves},
		"no tags in it":                       {world: world{first: list("../..", "<b>", 7, nil, "", strings.Repeat("a", 129))}, note: moves},
		"null":                                {world: world{first: {Body: []byte(`{"name":"example/thing","tags":null}`)}}, note: moves},
		"a page of the web":                   {world: world{first: {Body: []byte("<html>")}}, unread: "a list of tags"},
		"too many requests":                   {world: world{first: {Status: http.StatusTooManyRequests}}, unread: "429"},
		"no such image":                       {world: world{}, refused: purl.Missing},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := audit.New(i.options(t, tt.world).Options)
			require.NoError(t, err)
			got, err := a.Versions(t.Context(), i.pinned(), "")
			if tt.refused != "" {
				var refused *purl.Refused
				require.ErrorAs(t, err, &refused)
				require.Equal(t, tt.refused, refused.Kind)
				return
			}
			require.NoError(t, err)
			require.Contains(t, got.Unread, tt.unread)
			require.Equal(t, tt.unread == "", got.Unread == "")
			require.Equal(t, tt.note, got.Note)
			var tags []string
			for _, o := range got.All {
				tags = append(tags, o.Version)
				ref, err := purl.Parse(o.Reference)
				require.NoError(t, err)
				require.Equal(t, [3]string{"", o.Version, "ghcr.io/example/thing"}, [3]string{ref.Version, ref.Tag, ref.Qualifiers["repository_url"]})
			}
			require.Equal(t, tt.want, tags)
			require.Empty(t, got.Newest, "no registry says which is the newest")
		})
	}
}
