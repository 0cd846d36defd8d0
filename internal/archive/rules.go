package archive

import (
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
}

// Check lists how the contents break the rules, in the archive's order, files
// first.
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
		problems = append(problems, Problem{RuleRoot, f.Path, "A file " + r.OnlyAtRoot[i] + " may stand only at the root, and only in this spelling."})
	}
	if limit, ok := r.MaxSizes[rest]; ok && f.Size > limit {
		problems = append(problems, Problem{RuleSize, f.Path, rest + " is larger than it may be."})
	}
	return problems
}

func (r Rules) checkPath(full, rest string) []Problem {
	if r.CheckPath == nil {
		return nil
	}
	if err := r.CheckPath(rest); err != nil {
		return []Problem{{RulePath, full, "The path is not allowed: " + err.Error() + "."}}
	}
	return nil
}

func (r Rules) outside(path string) Problem {
	return Problem{RulePrefix, path, "The path does not start with " + r.Prefix + "."}
}
