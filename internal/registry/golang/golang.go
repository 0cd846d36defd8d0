// Package golang translates the dialect of Go modules: the module proxy
// protocol (go.dev/ref/mod#goproxy-protocol) and the checksum database's
// addresses (golang.org/design/25530-sumdb).
package golang

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// Proxy is the default module proxy; Database the default checksum database,
// which the proxy serves too.
const (
	Proxy    = "proxy.golang.org"
	Database = "sum.golang.org"
	storage  = "storage.googleapis.com"
)

// Registry is the adapter.
type Registry struct{}

var _ registry.Registry = Registry{}

// Type is "golang".
func (Registry) Type() string { return "golang" }

// Name is what people call it.
func (Registry) Name() string { return "Go module proxy" }

// Hosts are the proxy, the database, and the storage to which the proxy
// redirects for large modules. All three refuse browsers (golang/go#77496).
func (Registry) Hosts() []fetch.Host {
	const (
		path    = `/[a-z0-9][A-Za-z0-9._~!/-]*`
		version = `v[A-Za-z0-9._+!~-]+`
		sumdb   = `/(lookup` + path + `@` + version + `|latest|tile/8/[0-9]+/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]+)?)`
	)
	return []fetch.Host{
		{Name: Proxy, RefusesBrowsers: true, Paths: []string{
			path + `/@v/list`, path + `/@latest`, path + `/@v/` + version + `\.(info|mod|zip)`,
			`/sumdb/sum\.golang\.org` + sumdb,
		}},
		{Name: Database, RefusesBrowsers: true, Paths: []string{sumdb}},
		{Name: storage, RefusesBrowsers: true, Storage: true, Paths: []string{`/proxy-golang-org-prod/.+`}},
	}
}

// Resolve learns the exact module and version, then asks for everything about
// it at once.
func (g Registry) Resolve(ctx context.Context, c *fetch.Session, ref purl.Ref, v registry.Visit) (*registry.Release, error) {
	at, notes, err := locate(ctx, c, ref)
	if err != nil {
		return nil, err
	}
	exact := ref
	exact.Namespace, exact.Name = splitPath(at.Path)
	exact.Version, exact.Tag, exact.Subpath, exact.Candidates = at.Version, "", "", nil

	rel := &registry.Release{
		Ref:        exact,
		Repository: g.Name(),
		Notes:      notes,
		File: registry.File{
			Request:   fetch.Request{URL: at.url("zip"), Step: "module zip", Limit: archive.DefaultLimits.Archive},
			Format:    archive.Zip,
			Rules:     zipRules(at.Version, at.Path),
			Manifest:  registry.Manifest{Path: "go.mod"},
			Inspector: newInspector(at.Path, at.Version),
		},
		Installer: registry.Installer{
			Name: "the go command", RefusesWrongDigest: true, ChecksSignature: true,
			Caveat: "Settings can turn that off (GONOSUMDB, GOPRIVATE, GOSUMDB=off).",
			Source: "https://go.dev/ref/mod#authenticating",
		},
		About:    registry.About{Source: byName(at.Path)},
		Commands: commands(at.Path, at.Version),
		Report:   "https://go.dev/security/policy",
	}
	if !v.FileInHand {
		c.Prefetch(ctx, rel.File.Request)
	}

	var infoAnswer, denied fetch.Answer
	var record registry.Link
	err = fetch.Together(
		func() (err error) {
			infoAnswer, err = c.Get(ctx, recordRequest(at, "info"))
			return err
		},
		func() (err error) {
			rel.File.Manifest.Answer, err = c.Get(ctx, recordRequest(at, "mod"))
			return err
		},
		func() (err error) {
			record, denied, err = logged(ctx, c, at, v)
			return err
		},
		func() (err error) {
			rel.Index, err = index(ctx, c, at)
			return err
		},
	)
	if err != nil {
		return nil, err
	}
	// Nothing of this version was had, and somebody who should have it says
	// that there is none: then there is nothing to audit.
	some := infoAnswer.State == fetch.Found || rel.File.Manifest.Answer.State == fetch.Found || record.Answer.State == fetch.Found
	if !some && (infoAnswer.State == fetch.NotThere || denied.State == fetch.NotThere) {
		if denied.State != fetch.NotThere {
			denied = record.Answer
		}
		return nil, notFound(ctx, c, ref, at, infoAnswer, denied)
	}
	if words := proxySays(infoAnswer); words != "" {
		rel.Notes = append(rel.Notes, purl.Note{Kind: "record", Text: words})
	}
	rel.Chain = []registry.Link{record}
	describe(rel, infoAnswer, at)
	return rel, nil
}

// byName is the source repository that a module's path names by itself: on these
// hosts it is the first two segments (go.dev/ref/mod#vcs-find).
func byName(path string) string {
	segments := strings.SplitN(path, "/", 4)
	if len(segments) < 3 || !slices.Contains([]string{"github.com", "bitbucket.org"}, segments[0]) {
		return ""
	}
	return "https://" + strings.Join(segments[:3], "/")
}

// describe copies what the version record claims.
func describe(rel *registry.Release, answer fetch.Answer, at located) {
	rel.Source = registry.Source{Route: answer.Route, Asked: answer.State}
	if answer.State != fetch.Found {
		return
	}
	info, err := strictjson.Parse(answer.Body)
	if err != nil {
		rel.Source.Asked = fetch.Unknown
		rel.Notes = append(rel.Notes, purl.Note{Kind: "record", Text: "The version record is not the JSON document it should be, so nothing was read from it: " + err.Error() + "."})
		return
	}
	if info.Text("Version") != at.Version {
		rel.Source.Asked = fetch.Unknown
		if stated := info.Text("Version"); stated != "" {
			rel.Lost("version record", &registry.Astray{Stated: at.Path + "@" + stated, Asked: at.Path + "@" + at.Version})
		}
		rel.Notes = append(rel.Notes, purl.Note{Kind: "record", Text: fmt.Sprintf("The version record is about %.100q, not %q, so nothing was read from it.", info.Text("Version"), at.Version)})
		return
	}
	// It is shown in a sentence, so it must be nothing but a time.
	if t, err := time.Parse(time.RFC3339, info.Text("Time")); err == nil {
		rel.Index.Published, rel.Index.PublishedRoute = t.UTC().Format(time.RFC3339), answer.Route
	}
	origin := info.Object("Origin")
	rel.Source.Repository, rel.Source.Revision = origin.Text("URL"), origin.Text("Hash")
}

// digests reads the claims out of the database's answer. They count only once
// the log is verified, which is why each keeps the line it stands in.
func digests(lookup fetch.Answer, at located) []registry.Stated {
	if lookup.State != fetch.Found {
		return nil
	}
	var out []registry.Stated
	for _, l := range lines(lookup.Body) {
		d := registry.Stated{Of: registry.OfFiles, Algorithm: "h1", Value: l.value, Line: l.text}
		switch {
		case l.module != at.Path:
			continue
		case l.version == at.Version+"/go.mod":
			d.Of = registry.OfManifest
		case l.version != at.Version:
			continue
		}
		out = append(out, d)
	}
	return out
}

// proxySays are the proxy's own words for why it has no version record; empty
// where it has one, or says nothing.
func proxySays(info fetch.Answer) string {
	words := strings.TrimSpace(string(info.Body))
	refused := slices.Contains([]int{403, 404, 410, 451}, info.Status)
	if info.State == fetch.Found || !refused || words == "" || strings.HasPrefix(words, "<") {
		return ""
	}
	return fmt.Sprintf("The Go module proxy's own words: %.300q.", words)
}

// notFound is the refusal of a version that nobody gives, with those that there
// are. Only the proxy's own word makes it missing: who is refused, or gets no
// answer, has not learned whether it is there, whatever the database lacks. What it
// asks was asked before.
func notFound(ctx context.Context, c *fetch.Session, ref purl.Ref, at located, info, lookup fetch.Answer) error {
	answers := fmt.Sprintf("The answers: version record: %s. Checksum record: %s.", info.Reason, lookup.Reason)
	refused := purl.Refuse(purl.Missing, "Nobody who was asked has %s@%s. Check the spelling (upper and lower case count) and the version. Private modules are not there, and can't be checked from outside. %s", at.Path, at.Version, answers)
	if info.State != fetch.NotThere {
		refused = purl.Refuse(purl.Unlearned, "Whether the Go module proxy has %s@%s could not be learned. Check the version, or try again later or from another network. %s", at.Path, at.Version, answers)
	}
	if words := proxySays(info); words != "" {
		refused.Detail += " " + words
	}
	offer := func(version, why string) {
		if version == "" {
			return
		}
		other := purl.Ref{Type: ref.Type, Version: version}
		other.Namespace, other.Name = splitPath(at.Path)
		refused.Offer(other, why)
	}
	newest, err := newestVersion(ctx, c, at, "")
	if err != nil {
		return err
	}
	list, err := listed(ctx, c, at)
	if err != nil {
		return err
	}
	offer(newest.version, "the newest version")
	before, after := "", ""
	for _, v := range list {
		switch semver.Compare(v, at.Version) {
		case -1:
			before = v
		case 1:
			if after == "" {
				after = v
			}
		}
	}
	offer(before, "the nearest before it")
	offer(after, "the nearest after it")
	return refused
}

func splitPath(path string) (namespace, name string) {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

// zipRules are those of module zips (golang.org/x/mod/zip).
func zipRules(version, path string) archive.Rules {
	return archive.Rules{
		Prefix:     path + "@" + version + "/",
		OnlyAtRoot: []string{"go.mod"},
		MaxSizes:   map[string]int64{"go.mod": 16 << 20, "LICENSE": 16 << 20},
		CheckPath:  module.CheckFilePath,
	}
}

// commands check the same with the go command.
func commands(path, version string) []registry.Command {
	return []registry.Command{{
		Purpose: "Let the go command fetch the module and check it against the checksum database.",
		Env:     [][2]string{{"GOFLAGS", "-mod=mod"}, {"GONOSUMDB", "none"}, {"GOSUMDB", Database}},
		Argv:    []string{"go", "mod", "download", "-json", path + "@" + version},
		Expect:  "\"Sum\" is the recorded value, and there is no \"Error\".",
		Shows:   []registry.Shown{{Label: "Sum", Of: registry.OfFiles, Algorithm: "h1"}},
	}}
}

// retracted tells what a newer go.mod says against a version; nil says nothing.
func retracted(f *modfile.File, version string) string {
	if f == nil {
		return ""
	}
	for _, r := range f.Retract {
		if semver.Compare(r.Low, version) <= 0 && semver.Compare(version, r.High) <= 0 {
			if r.Rationale != "" {
				return fmt.Sprintf("The author has retracted this version: %q. The list of retractions is not signed.", registry.Cut(r.Rationale, 500))
			}
			return "The author has retracted this version. The list of retractions is not signed."
		}
	}
	if f.Module != nil && f.Module.Deprecated != "" {
		return fmt.Sprintf("The author has deprecated this module: %q.", registry.Cut(f.Module.Deprecated, 500))
	}
	return ""
}
