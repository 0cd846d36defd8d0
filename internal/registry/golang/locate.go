package golang

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
)

// A located module is one path and one version, in both spellings.
type located struct {
	Path, Version       string
	escPath, escVersion string
}

func locatedAt(path, version string) (located, error) {
	escPath, err := module.EscapePath(path)
	if err != nil {
		return located{}, err
	}
	at := located{Path: path, Version: version, escPath: escPath}
	if version == "" {
		return at, nil
	}
	at.escVersion, err = module.EscapeVersion(version)
	return at, err
}

// url addresses a document of this version.
func (at located) url(kind string) string {
	return "https://" + Proxy + "/" + at.escPath + "/@v/" + at.escVersion + "." + kind
}

// locate finds which module is meant and which version. What was pasted may be
// a package inside a module: then the longest prefix that the proxy knows is
// the module (go.dev/ref/mod#resolve-pkg-mod).
func locate(ctx context.Context, c *fetch.Session, ref purl.Ref) (located, []purl.Note, error) {
	candidates := ref.Candidates
	if len(candidates) == 0 {
		candidates = []string{ref.Path()}
	}
	var notes []purl.Note
	sure := true // everything asked before said itself that it is no module
	for i, path := range candidates {
		at, err := locatedAt(path, ref.Version)
		if err != nil {
			return located{}, nil, purl.Refuse(purl.Missing, "%s is no name that the Go module proxy can be asked for: %v.", strconv.Quote(ref.Path()), err)
		}
		found, note, denied, err := probe(ctx, c, at, ref.Tag, len(candidates) == 1)
		if err != nil {
			return located{}, nil, err
		}
		if found.Version == "" {
			sure = sure && denied
			continue
		}
		switch {
		case i > 0 && sure:
			notes = append(notes, purl.Note{Kind: "guess", Text: fmt.Sprintf("You pasted %s, which is no module by itself. This checks the module %s that contains it.", candidates[0], path)})
		case i > 0:
			notes = append(notes, purl.Note{Kind: "guess", Text: fmt.Sprintf("You pasted %s. This checks the module %s that contains it. Whether a module of a longer name contains it could not be learned.", candidates[0], path)})
		}
		if note != "" {
			notes = append(notes, purl.Note{Kind: "moving", Text: note})
		}
		return found, notes, nil
	}
	at, err := locatedAt(candidates[0], ref.Version)
	if err != nil {
		return located{}, nil, purl.Refuse(purl.Missing, "%s is no name that the Go module proxy can be asked for: %v.", strconv.Quote(ref.Path()), err)
	}
	if ref.Version != "" {
		// Nobody knows a shorter path either: ask about what was pasted, and
		// let the full set of answers say what is known.
		return at, notes, nil
	}
	return located{}, nil, noVersion(ctx, c, ref, at)
}

// noVersion says why no version could be chosen. What it asks was asked before.
func noVersion(ctx context.Context, c *fetch.Session, ref purl.Ref, at located) error {
	list, err := askList(ctx, c, at)
	if err != nil {
		return err
	}
	_, latest, err := askLatest(ctx, c, at)
	if err != nil {
		return err
	}
	for _, a := range []fetch.Answer{list, latest} {
		if a.State == fetch.Unknown {
			return purl.Refuse(purl.Unlearned, "Which versions of %s there are could not be learned (%s). Give a version, or try again later.", at.Path, a.Reason)
		}
	}
	wanted := "no version"
	if prefix := versionPrefix(ref.Tag); prefix != "" {
		wanted = "no version that begins with " + prefix
	}
	refused := purl.Refuse(purl.Missing, "Of %s the Go module proxy names %s. Check the spelling (upper and lower case count), or give a version.", at.Path, wanted)
	if strings.Contains(ref.Pasted, "://") {
		refused.Detail += " A source repository may hold packages of other ecosystems: then paste the package's own page or name."
	}
	return refused
}

// versionPrefix is the tag where it is the beginning of a version ("v1.2"),
// and empty where it asks for the newest of all.
func versionPrefix(tag string) string {
	if semver.IsValid(tag) {
		return tag
	}
	return ""
}

// probe asks whether a module exists, and for its newest version where none
// was given. A zero version means no; denied tells that the proxy itself says
// so. With only one candidate and a version, nothing needs to be asked.
func probe(ctx context.Context, c *fetch.Session, at located, tag string, only bool) (found located, note string, denied bool, err error) {
	if at.Version != "" {
		if only {
			return at, "", false, nil
		}
		for _, kind := range []string{"info", "mod"} {
			a, err := c.Get(ctx, recordRequest(at, kind))
			switch {
			case err != nil || a.State == fetch.NotThere:
				return located{}, "", true, err
			case a.State == fetch.Found:
				return at, "", false, nil
			}
		}
		return located{}, "", false, nil
	}
	prefix := versionPrefix(tag)
	if prefix == "" && tag != "" && tag != "latest" {
		return located{}, "", false, purl.Refuse(purl.BadVersion, "%q is the name of a branch or a tag. Give a version such as v1.2.3, or none for the newest.", tag)
	}
	newest, err := newestVersion(ctx, c, at, prefix)
	if err != nil {
		return located{}, "", false, err
	}
	if newest.version == "" {
		list, err := askList(ctx, c, at)
		return located{}, "", list.State == fetch.NotThere, err
	}
	found, err = locatedAt(at.Path, newest.version)
	switch {
	case err != nil:
		return located{}, "", false, nil // the list holds something that is no version
	case newest.retracted:
		note = fmt.Sprintf("The Go module proxy names no version that its makers have not taken back. This checks the newest of all, %s. That answer is not signed.", newest.version)
	case prefix != "":
		note = fmt.Sprintf("This checks %s, the newest version beginning with %s that the Go module proxy names. That answer is not signed.", newest.version, prefix)
	default:
		note = fmt.Sprintf("You gave no version. This checks %s, which the Go module proxy names as the newest. That answer is not signed.", newest.version)
	}
	return found, note, false, nil
}

// recordRequest asks a document that stands beside the module's zip.
func recordRequest(at located, kind string) fetch.Request {
	if kind == "info" {
		return fetch.Request{URL: at.url(kind), Step: "version record", Limit: 1 << 20, Form: versionForm}
	}
	return fetch.Request{URL: at.url(kind), Step: "go.mod", Limit: 16 << 20, Form: modForm, Immutable: true}
}

func askList(ctx context.Context, c *fetch.Session, at located) (fetch.Answer, error) {
	return c.Get(ctx, fetch.Request{URL: "https://" + Proxy + "/" + at.escPath + "/@v/list", Step: "version list", Limit: 16 << 20, Form: listForm})
}
