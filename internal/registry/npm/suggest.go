package npm

import (
	"context"
	"net/url"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// Bounds of a search: how many packages, and how large an answer, in bytes.
const (
	mostLike  = 8
	maxSearch = 1 << 20
)

// Suggest searches as npm's own page does (github.com/npm/registry,
// docs/REGISTRY-API.md, GET /-/v1/search): {"objects": [{"package": {"name",
// "description"}}]}. A name that is none of npm's is left out.
func (Registry) Suggest(ctx context.Context, c *fetch.Session, name string) (registry.Suggested, error) {
	var s registry.Suggested
	var err error
	s.Answer, err = c.Get(ctx, fetch.Request{URL: base + "-/v1/search?size=8&text=" + url.QueryEscape(name), Accept: "application/json", Step: "suggestions", Limit: maxSearch, Form: fetch.JSON})
	if err != nil || s.Answer.State != fetch.Found {
		return s, err
	}
	for _, raw := range strictjson.Fields(s.Answer.Body).List("objects") {
		found := strictjson.Fields(raw).Object("package")
		ref := purl.Ref{Type: Registry{}.Type(), Name: found.Text("name")}
		if scope, rest, scoped := strings.Cut(ref.Name, "/"); scoped {
			ref.Namespace, ref.Name = scope, rest
		}
		if read, err := purl.Parse(ref.String()); err == nil && read.Version == "" && read.Path() == found.Text("name") && len(s.Packages) < mostLike {
			s.Packages = append(s.Packages, registry.Like{Ref: ref, Description: found.Text("description")})
		}
	}
	return s, nil
}
