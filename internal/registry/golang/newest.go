package golang

import (
	"bytes"
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// A choice is what looking for the newest version learned.
type choice struct {
	// version is the one chosen; empty where none could be.
	version string
	// mod is what the go.mod file of the newest version of all says, where
	// retractions stand; nil where it could not be had, or read.
	mod *modfile.File
	// retracted tells that every version there is was taken back.
	retracted bool
}

// newestVersion is the version that the go command would choose for "latest"
// or, with a prefix, among those that begin so (go.dev/ref/mod#version-queries).
//
//  1. Retractions stand in the go.mod file of the newest version of all.
//  2. Of the versions that are not retracted, the highest release, else the
//     highest pre-release; +incompatible ones as compatible says.
//  3. Where the list has none, what @latest says; where the proxy has no such
//     answer, the pseudo-version of the latest time that it lists.
//  4. Where every version is retracted, the newest all the same: that it was
//     taken back is said beside it.
func newestVersion(ctx context.Context, c *fetch.Session, at located, prefix string) (choice, error) {
	versions, err := listed(ctx, c, at)
	if err != nil {
		return choice{}, err
	}
	// 1.
	top, err := highest(ctx, c, at, versions, "")
	if err != nil {
		return choice{}, err
	}
	found := choice{}
	var taken intervals
	if top != "" {
		mod, err := goMod(ctx, c, at, top)
		if err != nil {
			return choice{}, err
		}
		if found.mod = readMod(mod); found.mod != nil {
			taken = retractions(found.mod.Retract)
		}
	}
	// 2.
	if prefix != "" {
		versions = slices.DeleteFunc(versions, func(v string) bool { return !strings.HasPrefix(v, prefix+".") })
	}
	kept := slices.DeleteFunc(slices.Clone(versions), taken.hold)
	if found.version, err = highest(ctx, c, at, kept, prefix); err != nil || found.version != "" || prefix != "" && len(versions) == 0 {
		return found, err
	}
	// 3.
	if prefix == "" {
		latest, a, err := askLatest(ctx, c, at)
		if err == nil && latest == "" && a.Gone() {
			latest, err = latestCommit(ctx, c, at)
		}
		if err != nil || latest != "" && !taken.hold(latest) {
			found.version = latest
			return found, err
		}
	}
	// 4.
	found.version, err = highest(ctx, c, at, versions, prefix)
	found.retracted = found.version != ""
	return found, err
}

// listed are the versions that the proxy lists, in order; none where the list
// could not be had.
func listed(ctx context.Context, c *fetch.Session, at located) ([]string, error) {
	list, err := askList(ctx, c, at)
	if err != nil || list.State != fetch.Found {
		return nil, err
	}
	versions := slices.DeleteFunc(strings.Fields(string(list.Body)), func(v string) bool { return !semver.IsValid(v) || module.IsPseudoVersion(v) })
	semver.Sort(versions)
	return versions, nil
}

// latestCommit is the listed pseudo-version of the latest commit, as the go
// command chooses of a proxy that does not answer @latest
// (cmd/go/internal/modfetch, proxyRepo.latestFromList); empty where none is.
func latestCommit(ctx context.Context, c *fetch.Session, at located) (string, error) {
	list, err := askList(ctx, c, at)
	if err != nil || list.State != fetch.Found {
		return "", err
	}
	best, when := "", time.Time{}
	for _, v := range strings.Fields(string(list.Body)) {
		made, err := module.PseudoVersionTime(v)
		if err == nil && made.After(when) {
			best, when = v, made
		}
	}
	return best, nil
}

// highest is the highest release of sorted versions, else the highest
// pre-release; empty where there is none. A version that says +incompatible is
// of a time before modules: where the highest version without it has a go.mod
// file of its own, and no major version is asked for that only such versions
// have, they are passed over (go.dev/ref/mod#incompatible-versions).
func highest(ctx context.Context, c *fetch.Session, at located, versions []string, prefix string) (string, error) {
	_, pathMajor, _ := module.SplitPathVersion(at.Path)
	wanted := prefix != "" && module.CheckPathMajor(prefix, pathMajor) != nil
	if first := slices.IndexFunc(versions, incompatible); first > 0 && !wanted {
		mod, err := goMod(ctx, c, at, versions[first-1])
		if err != nil {
			return "", err
		}
		// What could not be had is taken for what newer modules have. The
		// proxy makes a file of one line where there is none.
		if mod.State != fetch.Found || !bytes.Equal(mod.Body, []byte("module "+modfile.AutoQuote(at.Path)+"\n")) {
			versions = slices.DeleteFunc(slices.Clone(versions), incompatible)
		}
	}
	for i := len(versions) - 1; i >= 0; i-- {
		if semver.Prerelease(versions[i]) == "" {
			return versions[i], nil
		}
	}
	if len(versions) == 0 {
		return "", nil
	}
	return versions[len(versions)-1], nil
}

func incompatible(version string) bool { return strings.HasSuffix(version, "+incompatible") }

// goMod is a version's go.mod file; the zero answer where the list holds something
// that is no version.
func goMod(ctx context.Context, c *fetch.Session, at located, version string) (fetch.Answer, error) {
	this, err := locatedAt(at.Path, version)
	if err != nil {
		return fetch.Answer{}, nil
	}
	return c.Get(ctx, recordRequest(this, "mod"))
}

// readMod is what a go.mod file says to those who depend on it; nil where it could not
// be had, or read. All lines of a module share it.
func readMod(mod fetch.Answer) *modfile.File {
	if mod.State != fetch.Found {
		return nil
	}
	return mod.Once("go.mod", func() any {
		f, err := modfile.ParseLax("go.mod", mod.Body, nil)
		if err != nil {
			return (*modfile.File)(nil)
		}
		return f
	}).(*modfile.File)
}

func askLatest(ctx context.Context, c *fetch.Session, at located) (string, fetch.Answer, error) {
	a, err := c.Get(ctx, fetch.Request{URL: "https://" + Proxy + "/" + at.escPath + "/@latest", Step: "newest version", Limit: 1 << 20, Form: versionForm})
	if err != nil || a.State != fetch.Found {
		return "", a, err
	}
	info, err := strictjson.Parse(a.Body)
	if version := info.Text("Version"); err == nil && semver.IsValid(version) {
		return version, a, nil
	}
	return "", a, nil
}

// index says what the list names as newest, and whether this version was
// taken back.
func index(ctx context.Context, c *fetch.Session, at located) (registry.Index, error) {
	newest, err := newestVersion(ctx, c, at, "")
	if err != nil {
		return registry.Index{}, err
	}
	if newest.version == "" {
		return registry.Index{State: fetch.Unknown}, nil
	}
	return registry.Index{Latest: newest.version, State: fetch.Found, Withdrawn: retracted(newest.mod, at.Version)}, nil
}

// intervals are ordered and apart, so that asking is cheap: both the list of
// versions and the list of retractions may be megabytes long.
type intervals []modfile.VersionInterval

func retractions(rs []*modfile.Retract) intervals {
	all := make(intervals, 0, len(rs))
	for _, r := range rs {
		all = append(all, r.VersionInterval)
	}
	sort.Slice(all, func(i, j int) bool { return semver.Compare(all[i].Low, all[j].Low) < 0 })
	var apart intervals
	for _, i := range all {
		if n := len(apart); n > 0 && semver.Compare(i.Low, apart[n-1].High) <= 0 {
			if semver.Compare(i.High, apart[n-1].High) > 0 {
				apart[n-1].High = i.High
			}
			continue
		}
		apart = append(apart, i)
	}
	return apart
}

// hold tells whether a version is in one of the intervals.
func (is intervals) hold(v string) bool {
	i := sort.Search(len(is), func(i int) bool { return semver.Compare(is[i].Low, v) > 0 })
	return i > 0 && semver.Compare(v, is[i-1].High) <= 0
}
