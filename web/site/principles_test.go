package main

import (
	"html"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/principles"
)

var (
	idAttribute = regexp.MustCompile(` id="([^"]*)"`)
	leading     = regexp.MustCompile(` (?:href|src)="([^"]*)"`)
	inline      = regexp.MustCompile(`<style|<script(?:>| [^>]*>[^<])| style="| on[a-z]+="`)
)

// ids are a page's ids; each may stand once.
func ids(t *testing.T, where, body string) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	for _, m := range idAttribute.FindAllStringSubmatch(body, -1) {
		require.False(t, seen[m[1]], "%s has the id %s twice", where, m[1])
		seen[m[1]] = true
	}
	return seen
}

// TestNoLinkInsideTheSiteIsDead follows every link of every page, to the file
// and to the place in it.
func TestNoLinkInsideTheSiteIsDead(t *testing.T) {
	_, files := built(t, "wasm")
	places := map[string]map[string]bool{}
	for name, body := range files {
		if strings.HasSuffix(name, ".html") {
			places[name] = ids(t, name, body)
		}
	}
	require.Greater(t, len(places), 25)
	followed := 0
	for name := range places {
		for _, m := range leading.FindAllStringSubmatch(files[name], -1) {
			u, err := url.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
			require.NoError(t, err, name)
			if u.Scheme != "" {
				require.Equal(t, "https", u.Scheme, "%s leads to %s", name, m[1])
				continue
			}
			target := name
			if u.Path != "" {
				require.True(t, strings.HasPrefix(u.Path, "/"), "%s leads to %s", name, m[1])
				if target = u.Path; strings.HasSuffix(target, "/") {
					target += "index.html"
				}
			}
			require.Contains(t, files, target, "%s leads to %s", name, m[1])
			// Behind the "#" of these pages stands a package.
			if u.Fragment != "" && target != "/index.html" && target != "/badge/index.html" {
				require.True(t, places[target][u.Fragment], "%s leads to %s", name, m[1])
			}
			followed++
		}
	}
	require.Greater(t, followed, 3000)
}

// TestNoScriptOrStyleIsInline: the content security policy refuses both.
func TestNoScriptOrStyleIsInline(t *testing.T) {
	_, files := built(t, "wasm")
	for name, body := range files {
		if strings.HasSuffix(name, ".html") {
			require.Empty(t, inline.FindString(body), name)
		}
	}
}

// TestEveryLineHasItsPlace: a person can cite each requirement in the document
// and on its track's page, and each repository's answer to it.
func TestEveryLineHasItsPlace(t *testing.T) {
	_, files := built(t, "wasm")
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	has := func(page, id string) {
		require.Contains(t, files[path.Join(page, "index.html")], ` id="`+id+`"`, "%s lacks %s", page, id)
	}
	table := files["/registries/index.html"]
	for _, track := range doc.Tracks {
		for _, p := range places(track) {
			has("/principles", p.rule.ID)
			has("/principles/"+track.ID, p.rule.ID)
			for _, r := range doc.Registries {
				has("/registries/"+r.ID, p.rule.ID)
				require.Contains(t, table, `href="/registries/`+r.ID+`/#`+p.rule.ID+`"`)
			}
		}
	}
	for _, r := range doc.Registries {
		require.Contains(t, files["/registries/"+r.ID+"/index.html"], "principles/registries/"+r.ID+".json", "how to correct it")
	}
}

// TestDataIsServed: under the address that stays and the one that moves on, as
// the program reads it, with its schema.
func TestDataIsServed(t *testing.T) {
	_, files := built(t, "wasm")
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	raw, err := doc.JSON()
	require.NoError(t, err)
	require.Equal(t, string(raw), files["/principles.json"])
	require.Equal(t, string(raw), files["/principles-"+doc.Version+".json"])
	require.Equal(t, string(principles.Schema()), files["/principles.schema.json"])
	one, err := principles.RegistrySchema()
	require.NoError(t, err)
	require.Equal(t, string(one), files["/registry.schema.json"])
}

// TestNothingIsRanked: no page adds tracks up or sorts repositories by answer.
func TestNothingIsRanked(t *testing.T) {
	_, files := built(t, "wasm")
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	last := -1
	for _, r := range doc.Registries {
		at := strings.Index(files["/registries/index.html"], `<tr role="row" data-registry="`+r.ID+`"`)
		require.Greater(t, at, last, "%s stands out of the order of the data", r.ID)
		last = at
	}
}

// TestAReasonIsGivenOnce: what a repository does not have keeps many lines from
// applying; its page says why at the first of them, and leads there from the others.
func TestAReasonIsGivenOnce(t *testing.T) {
	_, files := built(t, "wasm")
	doc, err := principles.LoadAll()
	require.NoError(t, err)
	given := 0
	for _, r := range doc.Registries {
		page := files["/registries/"+r.ID+"/index.html"]
		for _, l := range r.Lacks {
			want := 1
			for _, a := range r.Answers {
				if a.Note == l.Note && a.Status != principles.NotApplicable {
					want++ // a line that holds for the very reason why another does not apply
				}
			}
			require.Equal(t, want, strings.Count(page, "<p>"+html.EscapeString(l.Note)+"</p>"), "%s lacks %s", r.ID, l.Attribute)
			given++
		}
	}
	require.Greater(t, given, 40)
}

// TestNoSpaceBeforeAStop: a comma or a stop stands right behind the link it follows.
func TestNoSpaceBeforeAStop(t *testing.T) {
	_, files := built(t, "wasm")
	loose := regexp.MustCompile(`[a-z]<a |(?:</a>|</code>|</span>) +(?:<[a-z]+[^>]*>)?[.,;:] `)
	for name, body := range files {
		if strings.HasPrefix(name, "/principles/") || strings.HasPrefix(name, "/registries/") {
			require.Empty(t, loose.FindString(body), name)
		}
	}
}
