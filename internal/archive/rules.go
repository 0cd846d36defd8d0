package archive

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Rules are what an ecosystem demands of its archives beyond what [Read] finds
// by itself (links, collisions and names that no archive should have are
// Problems already). The zero value demands nothing.
type Rules struct {
	// Prefix must start every path; it ends in "/". The other rules are about
	// what follows it.
	Prefix string
	// OnlyAtRoot are names of files that may stand only at the root, and only
	// in this case.
	OnlyAtRoot []string
	// MaxSizes bounds files, in bytes, by path.
	MaxSizes map[string]int64
	// CheckPath, where set, is asked for every path of a file or folder.
	CheckPath func(path string) error
	// Written, where set, is what the ecosystem's installer makes of a path as
	// the archive has it (a folder's without its last "/"): the path that it
	// writes, inside the package's folder; "" where it writes nothing. An error
	// says how the entry is not installed as listed, where that is no mere
	// renaming. Two entries that are written to one place are a problem.
	Written func(path string, folder bool) (string, error)
}

// Check lists how the contents break the rules, in the archive's order, files
// first, and notes of each file where it is installed.
func (r Rules) Check(c *Contents) []Problem {
	var problems []Problem
	for _, f := range c.Files {
		problems = append(problems, r.checkFile(f)...)
	}
	for _, folder := range c.Folders {
		rest, found := strings.CutPrefix(folder, r.Prefix)
		switch {
		case !found:
			problems = append(problems, r.outside(folder))
		case rest != "":
			problems = append(problems, r.checkPath(folder, strings.TrimSuffix(rest, "/"))...)
		}
	}
	return append(problems, r.checkWritten(c)...)
}

// checkWritten enters what the installer writes into a tree of its own.
// Collisions that the archive's paths have already are not told again.
func (r Rules) checkWritten(c *Contents) []Problem {
	if r.Written == nil {
		return nil
	}
	told := map[string]bool{}
	for _, p := range c.Problems {
		told[p.Path] = told[p.Path] || p.Kind == Duplicate || p.Kind == CaseFold || p.Kind == FileAndFolder
	}
	var problems []Problem
	paths := tree{}
	enter := func(listed string, folder bool) string {
		path, err := r.Written(strings.TrimSuffix(listed, "/"), folder)
		if err != nil {
			problems = append(problems, Problem{RuleWritten, cut(listed), "What is installed is not what is listed: " + err.Error() + "."})
		}
		if at := paths.add(clean(path), folder, listed, math.MaxInt); at.kind != "" && !told[printable(cut(listed))] {
			problems = append(problems, Problem{at.kind, cut(listed),
				fmt.Sprintf("The installer writes %q and %q to one place (%q).", cut(at.from), cut(listed), cut(at.at))})
		}
		return path
	}
	for i, f := range c.Files {
		c.Files[i].Installed = enter(f.Path, false)
	}
	for _, folder := range c.Folders {
		enter(folder, true)
	}
	return problems
}

func (r Rules) checkFile(f File) []Problem {
	rest, found := strings.CutPrefix(f.Path, r.Prefix)
	if !found {
		return []Problem{r.outside(f.Path)}
	}
	problems := r.checkPath(f.Path, rest)
	base := rest[strings.LastIndexByte(rest, '/')+1:]
	isBase := func(name string) bool { return strings.EqualFold(name, base) }
	if i := slices.IndexFunc(r.OnlyAtRoot, isBase); i >= 0 && rest != r.OnlyAtRoot[i] {
		problems = append(problems, Problem{RuleRoot, cut(f.Path), "A file " + r.OnlyAtRoot[i] + " may stand only at the root, and only in this spelling."})
	}
	if limit, ok := r.MaxSizes[rest]; ok && f.Size > limit {
		problems = append(problems, Problem{RuleSize, cut(f.Path), rest + " is larger than it may be."})
	}
	return problems
}

func (r Rules) checkPath(full, rest string) []Problem {
	if r.CheckPath == nil {
		return nil
	}
	if err := r.CheckPath(rest); err != nil {
		return []Problem{{RulePath, cut(full), "The path is not allowed: " + err.Error() + "."}}
	}
	return nil
}

func (r Rules) outside(path string) Problem {
	return Problem{RulePrefix, cut(path), "The path does not start with " + r.Prefix + "."}
}
