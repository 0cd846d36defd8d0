package cargo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// siteForm is the site's record of one version.
var siteForm = &fetch.Form{Name: "a version record", Fits: func(body []byte) bool {
	return strictjson.Fields(body).Object("version") != nil
}}

// A siteRecord is what the site says of one version
// (crates.io's own description of its interface: crates.io/api/openapi.json).
type siteRecord struct {
	answer    fetch.Answer
	name      string // as the site spells it; empty where nothing could be read
	states    []registry.Stated
	source    registry.Source
	about     registry.About
	withdrawn string // in words; empty where the site does not say so
	published string // RFC 3339
	notes     []purl.Note
	err       error // why the record could not be read
}

func siteRequest(at located) fetch.Request {
	return fetch.Request{URL: "https://" + Site + "/api/v1/crates/" + at.name + "/" + at.escaped(), Accept: "application/json",
		Step: "version record", Limit: 4 << 20, Form: siteForm}
}

func askSite(ctx context.Context, c *fetch.Session, at located) (siteRecord, error) {
	a, err := c.Get(ctx, siteRequest(at))
	s := siteRecord{answer: a, source: registry.Source{Route: a.Route, Asked: a.State}}
	if err != nil || a.State != fetch.Found {
		return s, err
	}
	doc, err := strictjson.Parse(a.Body)
	version := doc.Object("version")
	if named := (located{version.Text("crate"), version.Text("num")}); err == nil && (named.version != at.version || !sameCrate(named.name, at.name)) {
		err = &registry.Astray{Stated: named.name + " " + named.version, Asked: at.name + " " + at.version}
	}
	if err != nil {
		why := err.Error()
		s.err = err
		s.answer.Unusable("what came as the version record cannot be used: " + why)
		s.source.Asked = fetch.Unknown
		s.notes = []purl.Note{{Kind: "record", Text: "The site's version record could not be used: " + why + ". It was not read further."}}
		return s, nil
	}
	s.read(version)
	return s, nil
}

// sameCrate tells whether crates.io takes two names for the same.
func sameCrate(a, b string) bool {
	return strings.EqualFold(strings.ReplaceAll(a, "_", "-"), strings.ReplaceAll(b, "_", "-"))
}

func (s *siteRecord) read(v strictjson.Object) {
	s.name = v.Text("crate")
	if d, err := digest.Hex("sha256", v.Text("checksum")); err == nil {
		s.states = []registry.Stated{{Of: registry.OfArtifact, Algorithm: "sha256", Value: d.Sum}}
	}
	s.about = registry.About{Description: v.Text("description"), License: v.Text("license"), Homepage: v.Text("homepage")}
	if t, err := time.Parse(time.RFC3339, v.Text("created_at")); err == nil {
		s.published = t.UTC().Format(time.RFC3339)
	}
	yanked := false
	if v.Into("yanked", &yanked) == nil && yanked {
		s.withdrawn = "Its publisher or crates.io took this version back (yanked), without a reason."
		if why := v.Text("yank_message"); why != "" {
			s.withdrawn = fmt.Sprintf("Its publisher or crates.io took this version back (yanked): %.300q.", why)
		}
	}
	s.source.Repository = v.Text("repository")
	s.trusted(v.Object("trustpub_data"))
}

// trusted reads which build service published the version, where crates.io says
// so: the claims of its token, which crates.io checked and nobody signed.
func (s *siteRecord) trusted(claims strictjson.Object) {
	path := map[string]string{
		"github": "https://github.com/" + claims.Text("repository"),
		"gitlab": "https://gitlab.com/" + claims.Text("project_path"),
	}[claims.Text("provider")]
	switch {
	case claims == nil:
	case path == "" || strings.HasSuffix(path, "/"):
		s.notes = append(s.notes, purl.Note{Kind: "record", Text: "crates.io says that a build service published this version, in a form that this version does not know."})
	default:
		s.source.Repository, s.source.Revision = path, claims.Text("sha")
		s.notes = append(s.notes, purl.Note{Kind: "record", Text: fmt.Sprintf("crates.io says that a build of %q published this version. It signs no such statement.", path)})
	}
}
