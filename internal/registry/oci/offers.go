package oci

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

var _ registry.Lister = Registry{}

// Bounds of a list of tags.
const (
	maxTagPages = 5       // answers
	tagsOfPage  = 1000    // tags asked for in one answer; a registry may give fewer
	maxTagPage  = 4 << 20 // bytes
)

// tagsForm is a list of tags (OCI distribution-spec, "Listing Tags"). Some
// registries write null where there is none.
var tagsForm = &fetch.Form{Name: "a list of tags", Fits: func(body []byte) bool {
	doc := strictjson.Fields(body)
	return doc.Has("tags") || doc.Has("name")
}}

// Offers asks for the tags of the repository (OCI distribution-spec, "Listing
// Tags").
//
//  1. A page; the next one is asked for as the one before says (its Link header), or
//     by its last tag.
//  2. The list ends with a page that adds no tag. There may be more where that page
//     repeats others or names a further one, and after maxTagPages.
//  3. What signatures and statements are kept under is no tag of an image.
func (Registry) Offers(ctx context.Context, c *fetch.Session, ref purl.Ref) (registry.Offers, error) {
	at, _, err := locate(ref)
	if err != nil {
		return registry.Offers{}, err
	}
	o := registry.Offers{Moving: true, Of: purl.Ref{Type: ref.Type, Name: ref.Name, Qualifiers: map[string]string{"repository_url": at.image()}}}
	if arch := ref.Qualifiers["arch"]; arch != "" {
		o.Of.Qualifiers["arch"] = arch
	}
	known, last, next := map[string]bool{}, "", "?n="+strconv.Itoa(tagsOfPage)
	for page := 0; ; page++ {
		if page == maxTagPages {
			o.More = true
			return o, nil
		}
		// 1.
		answer, err := c.Get(ctx, fetch.Request{URL: at.base() + "/tags/list" + next, Step: "tags", Limit: maxTagPage, Form: tagsForm})
		if err != nil {
			return registry.Offers{}, err
		}
		switch {
		case page == 0 && answer.State == fetch.NotThere:
			return registry.Offers{}, purl.Refuse(purl.Missing, "%s lists no tags of %s. It may not exist, or not be public.", at.name, at.image())
		case page > 0 && answer.State != fetch.Found:
			o.More = true
			return o, nil
		}
		if o.Answer = answer; answer.State != fetch.Found {
			return o, nil
		}
		// 2. and 3.
		added, again := false, 0
		before := last
		for _, raw := range strictjson.Fields(answer.Body).List("tags") {
			tag := strictjson.Text(raw)
			if known[tag] && tag != before {
				again++
			}
			if known[tag] || !tagForm.MatchString(tag) {
				continue
			}
			known[tag], added, last = true, true, tag
			if !besideTag.MatchString(tag) {
				o.All = append(o.All, registry.Offer{Version: tag})
			}
		}
		linked := nextPage(answer)
		if !added {
			o.More = again > 0 || linked != "" && linked != next
			return o, nil
		}
		if next = linked; next == "" {
			next = fmt.Sprintf("?n=%d&last=%s", tagsOfPage, url.QueryEscape(last))
		}
	}
}

// linkForm is one link of an answer's header, to what follows it (RFC 8288, section 3).
var linkForm = regexp.MustCompile(`<([^<>\s]+)>\s*;\s*rel="?next"?\s*(?:[,;]|\z)`)

// nextPage is the query by which an answer says that the next page is asked for; empty
// where it does not say. Whatever place it names, the same list is asked.
func nextPage(a fetch.Answer) string {
	if m := linkForm.FindStringSubmatch(a.Header["link"]); m != nil {
		if u, err := url.Parse(m[1]); err == nil && u.RawQuery != "" && len(u.RawQuery) <= 1000 {
			return "?" + u.RawQuery
		}
	}
	return ""
}

var (
	tagForm = regexp.MustCompile(`\A` + reference + `\z`)
	// besideTag is one that cosign or the referrers' fallback makes of a digest.
	besideTag = regexp.MustCompile(`\Asha(?:256-` + hexadecimal + `|512-[0-9a-f]{128})(?:\.[a-z]+)?\z`)
)

// CompareVersions orders tags for reading alone, since no specification orders
// them: those that begin with a number, perhaps after a v, before words; numbers in
// them as numbers; 1.2 above its variant 1.2-alpine.
func (Registry) CompareVersions(a, b string) int {
	x, y := strings.TrimPrefix(a, "v"), strings.TrimPrefix(b, "v")
	if p, q := numbered(x), numbered(y); p != q {
		if p {
			return 1
		}
		return -1
	} else if !p {
		x, y = a, b
	}
	for x != "" && y != "" {
		var p, q string
		p, x = run(x)
		q, y = run(y)
		if p == q {
			continue
		}
		if numbered(p) && numbered(q) {
			if c := registry.CompareNumbers(p, q); c != 0 {
				return c
			}
			continue
		}
		return strings.Compare(p, q)
	}
	switch {
	case x == "" && y == "":
		return 0
	case x == "":
		return shorter(y)
	}
	return -shorter(x)
}

// shorter compares a tag with one that goes on: with a further number that one is
// the newer, with a word it is a variant or comes before.
func shorter(rest string) int {
	if len(rest) > 1 && rest[0] == '.' && numbered(rest[1:]) {
		return -1
	}
	return 1
}

func numbered(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// run cuts a text behind what it begins with: digits, or none.
func run(s string) (first, rest string) {
	i := 1
	for i < len(s) && numbered(s[i:]) == numbered(s) {
		i++
	}
	return s[:i], s[i:]
}

// Fits reads no range: nothing asks for an image by one.
func (Registry) Fits(string) func(version string) bool { return nil }
