package golang

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"touchstone/internal/fetch"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
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
func locate(ctx context.Context, c *fetch.Client, ref purl.Ref) (located, []purl.Note, error) {
	candidates := ref.Candidates
	if len(candidates) == 0 {
		candidates = []string{ref.Path()}
	}
	var notes []purl.Note
	var last located
	for i, path := range candidates {
		at, err := locatedAt(path, ref.Version)
		if err != nil {
			return located{}, nil, &registry.NotFound{Ref: ref, Detail: err.Error()}
		}
		last = at
		found, note, err := probe(ctx, c, at, ref.Tag, len(candidates) == 1)
		if err != nil {
			return located{}, nil, err
		}
		if found.Version == "" {
			continue
		}
		if i > 0 {
			notes = append(notes, purl.Note{Kind: "guess", Text: fmt.Sprintf("You pasted %s, which is no module by itself; audited is the module %s that contains it.", candidates[0], path)})
		}
		if note != "" {
			notes = append(notes, purl.Note{Kind: "moving", Text: note})
		}
		return found, notes, nil
	}
	if ref.Version != "" {
		// Nobody knows a shorter path either: ask about what was pasted, and
		// let the full set of answers say what is known.
		at, err := locatedAt(candidates[0], ref.Version)
		if err != nil {
			return located{}, nil, &registry.NotFound{Ref: ref, Detail: err.Error()}
		}
		return at, notes, nil
	}
	return located{}, nil, &registry.NotFound{Ref: ref, Detail: fmt.Sprintf(
		"the Go module proxy names no version of %s, so there is nothing to audit. Check the spelling (upper and lower case count), or give a version.", last.Path)}
}

// probe asks whether a module exists, and for its newest version where none
// was given. A zero version means no. With only one candidate and a version,
// nothing needs to be asked.
func probe(ctx context.Context, c *fetch.Client, at located, tag string, only bool) (located, string, error) {
	if at.Version != "" {
		if only {
			return at, "", nil
		}
		a, err := c.Get(ctx, fetch.Request{URL: at.url("info"), Step: "version record", Limit: 1 << 20})
		if err != nil || a.State != fetch.Found {
			return located{}, "", err
		}
		return at, "", nil
	}
	if tag != "" && tag != "latest" && tag != "upgrade" {
		return located{}, "", &registry.NotFound{Ref: purl.Ref{Type: "golang", Name: at.Path}, Detail: fmt.Sprintf("%q is a branch or tag name: give a version such as v1.2.3, or nothing for the newest", tag)}
	}
	newest, _, err := newestVersion(ctx, c, at)
	if err != nil || newest == "" {
		return located{}, "", err
	}
	found, err := locatedAt(at.Path, newest)
	if err != nil {
		return located{}, "", nil // the list holds something that is no version
	}
	return found, fmt.Sprintf("You gave no version; audited is %s, which the Go module proxy names as the newest. That answer is not signed.", newest), nil
}

// newestVersion is the version that the go command would choose for "latest":
// the highest release that is not retracted, else the highest pre-release,
// else what @latest says (go.dev/ref/mod#version-queries). mod is the go.mod
// of the highest version, where retractions stand.
func newestVersion(ctx context.Context, c *fetch.Client, at located) (version string, mod []byte, err error) {
	list, err := c.Get(ctx, fetch.Request{URL: "https://" + Proxy + "/" + at.escPath + "/@v/list", Step: "version list", Limit: 16 << 20})
	if err != nil {
		return "", nil, err
	}
	var versions []string
	if list.State == fetch.Found {
		for _, v := range strings.Fields(string(list.Body)) {
			if semver.IsValid(v) && !module.IsPseudoVersion(v) {
				versions = append(versions, v)
			}
		}
	}
	if len(versions) == 0 {
		v, err := askLatest(ctx, c, at)
		return v, nil, err
	}
	slices.SortFunc(versions, func(a, b string) int {
		if r := released(b) - released(a); r != 0 {
			return r
		}
		return semver.Compare(b, a)
	})
	if top, err := locatedAt(at.Path, versions[0]); err == nil {
		a, err := c.Get(ctx, fetch.Request{URL: top.url("mod"), Step: "newest go.mod", Limit: 16 << 20})
		if err != nil {
			return "", nil, err
		}
		if a.State == fetch.Found {
			mod = a.Body
		}
	}
	f, parseErr := modfile.ParseLax("go.mod", mod, nil)
	for _, v := range versions {
		if parseErr != nil || !anyInterval(f.Retract, v) {
			return v, mod, nil
		}
	}
	return versions[0], mod, nil
}

func askLatest(ctx context.Context, c *fetch.Client, at located) (string, error) {
	a, err := c.Get(ctx, fetch.Request{URL: "https://" + Proxy + "/" + at.escPath + "/@latest", Step: "newest version", Limit: 1 << 20})
	if err != nil || a.State != fetch.Found {
		return "", err
	}
	var i info
	if json.Unmarshal(a.Body, &i) != nil || !semver.IsValid(i.Version) {
		return "", nil
	}
	return i.Version, nil
}

// index says what the list names as newest, and whether this version was
// taken back.
func index(ctx context.Context, c *fetch.Client, at located) (registry.Index, error) {
	newest, mod, err := newestVersion(ctx, c, at)
	if err != nil {
		return registry.Index{}, err
	}
	if newest == "" {
		return registry.Index{State: fetch.Unknown}, nil
	}
	return registry.Index{Latest: newest, State: fetch.Found, Withdrawn: retracted(mod, at.Version)}, nil
}

// released sorts releases before pre-releases.
func released(v string) int {
	if semver.Prerelease(v) == "" {
		return 1
	}
	return 0
}

func anyInterval(rs []*modfile.Retract, v string) bool {
	for _, r := range rs {
		if inInterval(v, r.Low, r.High) {
			return true
		}
	}
	return false
}

func inInterval(v, low, high string) bool {
	return semver.Compare(low, v) <= 0 && semver.Compare(v, high) <= 0
}
