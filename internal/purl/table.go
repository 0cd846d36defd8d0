package purl

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// The purl types that are read.
const (
	Golang  = "golang"
	NPM     = "npm"
	PyPI    = "pypi"
	Cargo   = "cargo"
	Maven   = "maven"
	OCI     = "oci"
	RPM     = "rpm"
	Deb     = "deb"
	FreeBSD = "freebsd"
)

// A dialect is everything that is known here about one ecosystem: one row of
// the table, in one file of its own. Serving another ecosystem means writing
// such a file, adding its row to table and taking its line out of named.json.
type dialect struct {
	typ string // purl type
	// name is what people call the repository, many its packages and one one
	// of them.
	name, many, one string
	// page is the id of the repository's assessment; empty for none.
	page string
	// read makes a reference of a name, as the ecosystem writes it, and of a
	// version or tag; empty for the newest. nil for an ecosystem that is named
	// here and no more.
	read func(path, version string) (Ref, error)
	// spelled is read for a type by whose purls the packages of another row are
	// named, too; nil for none.
	spelled func(path, version string) (Ref, error)
	// wordless tells that a word alone, or a name and a version, names none of the
	// packages: there is always more to say.
	wordless bool
	// flat tells that purls of the type have no namespace.
	flat bool
	// qualifiers are those that are honoured, beside checksum: each checks a
	// value and keeps it. Every other is refused.
	qualifiers map[string]func(ref *Ref, value string) error
	// canonical brings a purl's components into the form that purl-spec asks
	// for; nil where they stay as they are.
	canonical func(c *Components)
	// hosts are the sites whose addresses name a package, in lower case; nil
	// as reader tells that they do but are not read.
	hosts map[string]func(a address) (Ref, error)
	// mirrors read the addresses of hosts whose names end so, and that stand in no row.
	mirrors map[string]func(a address) (Ref, error)
	// origins are the hosts from which the ecosystem's own client fetches records
	// and packages: what a lock file names beside them is elsewhere.
	origins []string
	// tools are the programs whose commands name packages, nil as above.
	tools map[string]*tool
	// text reads what has several words or lines: entries of lock files,
	// source code, what tools print. The second result tells that it is such.
	text func(text string) (Ref, bool, error)
	// file reads files of several lines that are whole, and name several packages:
	// they are asked before any row takes a file for one of its own forms.
	file func(text string) (Ref, bool, error)
	// word reads a single word that can mean nothing else.
	word func(word string) (Ref, bool, error)
	// begins are how lines of an ecosystem begin that are not read, ends how the
	// names of its files end.
	begins, ends []string
}

// rows is filled by the first that asks: the readers in it ask it themselves.
var (
	rows     []*dialect
	fillRows sync.Once
)

// table is all that is known: first what is read, then what is only named.
func table() []*dialect {
	fillRows.Do(func() {
		rows = append([]*dialect{golangDialect(), npmDialect(), pypiDialect(), cargoDialect(), mavenDialect(), ociDialect(), dockerDialect(), rpmDialect(), freebsdDialect(), debDialect()}, namedDialects()...)
	})
	return rows
}

//go:embed named.json
var namedJSON []byte

// namedDialects are the ecosystems that are recognised and refused by name.
func namedDialects() []*dialect {
	var list []struct {
		Type, Name, Many, Page string
		Hosts, Tools           []string
		Begins, Ends           []string
	}
	if err := json.Unmarshal(namedJSON, &list); err != nil {
		panic(fmt.Sprintf("reading named.json: %v", err)) // compiled in, and tested
	}
	var out []*dialect
	for _, e := range list {
		d := &dialect{
			typ: e.Type, name: e.Name, many: e.Many, page: e.Page, begins: e.Begins, ends: e.Ends,
			hosts: map[string]func(address) (Ref, error){}, tools: map[string]*tool{},
		}
		for _, host := range e.Hosts {
			d.hosts[host] = nil
		}
		for _, program := range e.Tools {
			d.tools[program] = nil
		}
		out = append(out, d)
	}
	return out
}

// dialectOf finds the row of a purl type; nil for none.
func dialectOf(typ string) *dialect {
	for _, d := range table() {
		if d.typ == typ {
			return d
		}
	}
	return nil
}

// dialectOfHost finds who reads a host's addresses; nil for nobody.
func dialectOfHost(host string) *dialect {
	for _, d := range table() {
		if _, ok := d.hosts[host]; ok {
			return d
		}
	}
	return nil
}

// mirrorOf finds who reads the addresses of a mirror; nil for nobody.
func mirrorOf(host string) func(a address) (Ref, error) {
	for _, d := range table() {
		for end, read := range d.mirrors {
			if strings.HasSuffix(host, end) {
				return read
			}
		}
	}
	return nil
}

// Types are the purl types whose references are read here. Those ecosystems and
// no others are audited by the whole program, as a test of internal/arch compares:
// so does the page's first program know what it has to leave to that.
func Types() []string {
	var types []string
	for _, d := range table() {
		if d.read != nil {
			types = append(types, d.typ)
		}
	}
	return types
}

// NameOf is what people call the repository of a purl type; the type itself where
// it is not known.
func NameOf(typ string) string {
	if d := dialectOf(typ); d != nil {
		return d.name
	}
	return typ
}

// ManyOf is what people call the packages of a purl type; the type itself where it
// is not known.
func ManyOf(typ string) string {
	if d := dialectOf(typ); d != nil {
		return d.many
	}
	return typ
}

// LeftToWhole is the refusal of an ecosystem that only the whole program serves.
func LeftToWhole(typ string) *Refused {
	r := Refuse(WholeOnly, "Packages of %s are checked by the whole program, which is not loaded.", NameOf(typ))
	r.Type = typ
	return r
}

// NotServed is the refusal of an ecosystem whose packages cannot be audited.
func NotServed(typ string) *Refused {
	d := dialectOf(typ)
	if d == nil {
		return Refuse(UnsupportedType, "Packages of type %s can't be checked here yet.", shown(typ))
	}
	return d.notServed()
}

func (d *dialect) notServed() *Refused {
	r := Refuse(UnsupportedType, "%s can't be checked here yet.", strings.ToUpper(d.many[:1])+d.many[1:])
	if d.page != "" {
		r.Page = &Page{"/registries/" + d.page + "/", "How " + d.name + " does by the principles"}
	}
	return r
}
