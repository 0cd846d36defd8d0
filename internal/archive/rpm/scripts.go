package rpm

import "strings"

// A Script is what runs at a moment of a package's life.
type Script struct {
	When    string   // "before installing", …
	Program string   // what runs it; "<lua>" is rpm's own interpreter
	Text    string   // empty where Program itself is all
	On      []string // names or paths on which a trigger waits; nil for none
}

// moments are the tags of scripts with their programs, in the order in which they
// run.
var moments = []struct {
	script, program Tag
	when            string
}{
	{1151, 1153, "before the transaction in which it is installed"},
	{1023, 1085, "before installing"},
	{1024, 1086, "after installing"},
	{1152, 1154, "after the transaction in which it is installed"},
	{1025, 1087, "before removing"},
	{1026, 1088, "after removing"},
	{5104, 5106, "before the transaction in which it is removed"},
	{5105, 5107, "after the transaction in which it is removed"},
	{1079, 1091, "when it is verified (rpm -V)"},
}

// triggers are the tags of scripts that wait for others: texts, programs, names,
// and to which script each name belongs.
var triggers = []struct {
	script, program, name, index Tag
	when                         string
}{
	{1065, 1092, 1066, 1069, "when another package is installed or removed"},
	{5066, 5067, 5069, 5070, "when files are installed or removed"},
	{5076, 5077, 5079, 5080, "at the end of a transaction in which files are installed or removed"},
}

// maxNamed bounds how many of the names on which a trigger waits are told.
const maxNamed = 20

// Scripts are all that installing, removing and verifying would run.
func (p *Package) Scripts() []Script {
	var out []Script
	for _, m := range moments {
		if p.Header.Has(m.script) || p.Header.Has(m.program) {
			out = append(out, Script{When: m.when, Program: strings.Join(p.Header.Texts(m.program), " "), Text: p.Header.Text(m.script)})
		}
	}
	for _, t := range triggers {
		programs, names := p.Header.Texts(t.program), map[uint64][]string{}
		of := p.Header.Numbers(t.index)
		for i, name := range p.Header.Texts(t.name) {
			if i < len(of) && len(names[of[i]]) < maxNamed {
				names[of[i]] = append(names[of[i]], name)
			}
		}
		for i, text := range p.Header.Texts(t.script) {
			s := Script{When: t.when, Text: text, On: names[uint64(i)]}
			if i < len(programs) {
				s.Program = programs[i]
			}
			out = append(out, s)
		}
	}
	return out
}

// A Need is another package, file or capability that this one asks for.
type Need struct {
	Name    string
	Asked   string // "= 1.2", ">= 3"; empty for any
	Wanted  bool   // asked for, and not needed ("recommends")
	OfRPM   bool   // what rpm itself must be able to do ("rpmlib(…)")
	Literal bool   // a package's name or a file, and no capability ("libc.so.6()(64bit)")
}

// needs are the tags of what is asked for: names, flags and versions.
var needs = []struct {
	name, flags, version Tag
	wanted               bool
}{{1049, 1048, 1050, false}, {5046, 5048, 5047, true}}

// Needs are what this package asks for.
func (p *Package) Needs() []Need {
	var out []Need
	for _, n := range needs {
		names, flags, versions := p.Header.Texts(n.name), p.Header.Numbers(n.flags), p.Header.Texts(n.version)
		for i, name := range names {
			need := Need{Name: name, Wanted: n.wanted, OfRPM: strings.HasPrefix(name, "rpmlib("), Literal: !strings.ContainsAny(name, "()/ ")}
			if i < len(flags) && i < len(versions) && versions[i] != "" {
				need.Asked = relation(flags[i]) + " " + versions[i]
			}
			out = append(out, need)
		}
	}
	return out
}

// relation writes the comparison that flags ask for.
func relation(flags uint64) string {
	out := ""
	for _, r := range []struct {
		flag uint64
		sign string
	}{{1 << 1, "<"}, {1 << 2, ">"}, {1 << 3, "="}} {
		if flags&r.flag != 0 {
			out += r.sign
		}
	}
	return out
}
