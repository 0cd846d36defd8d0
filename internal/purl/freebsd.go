package purl

import "strings"

// freebsdDialect is the row of FreeBSD's packages. The specification of package
// URLs has no type for them; this one is ours.
func freebsdDialect() *dialect {
	return &dialect{
		typ: FreeBSD, name: "FreeBSD packages", many: "FreeBSD packages", one: "FreeBSD package", page: "freebsd",
		read:    newFreeBSD,
		origins: []string{"pkg.freebsd.org"},
		flat:    true, wordless: true,
		qualifiers: map[string]func(*Ref, string) error{"abi": freebsdABI, "branch": freebsdBranch},
		hosts: map[string]func(address) (Ref, error){
			"www.freshports.org": readPortPage, "ports.freebsd.org": readPortSearch, "pkg.freebsd.org": readFreeBSDAddress, "cgit.freebsd.org": readPortTree,
		},
		word: func(word string) (Ref, bool, error) {
			base, ok := strings.CutSuffix(word, ".pkg")
			base, _, _ = strings.Cut(base, "~")
			ref, err := readFreeBSDSpec(base)
			if !ok || strings.Contains(word, "/") || err != nil || ref.Version == "" {
				return Ref{}, false, nil
			}
			return Ref{}, true, Refuse(Ambiguous, "%s may be a file of FreeBSD's packages. Installers of macOS are called so, too.", shown(word)).Offer(ref, "")
		},
		tools: map[string]*tool{"pkg": {verbs: []string{"install", "fetch", "search", "upgrade", "add", "info", "query"}, valued: []string{"-o"}, elsewhere: []string{"-r", "--repository"},
			read: readFreeBSDSpec}},
	}
}

// readFreeBSDSpec reads what pkg is told to install: a name, a port ("ftp/curl"),
// or an address. A version may end the name ("curl-8.11.1"): what follows the last
// hyphen is one where it begins with a digit (pkg(7), "pkg-name").
func readFreeBSDSpec(spec string) (Ref, error) {
	if strings.Contains(spec, "://") {
		return readOperandAddress(FreeBSD, spec)
	}
	if isOwnPath(spec) {
		return Ref{}, ownFile(spec)
	}
	if category, port, found := strings.Cut(spec, "/"); found && rpmWord(category, "-") {
		return portNamed(port)
	}
	if i := strings.LastIndexByte(spec, '-'); i > 0 && startsWithDigit(spec[i+1:]) && strings.Contains(spec[i:], ".") {
		return newFreeBSD(spec[:i], spec[i+1:])
	}
	return newFreeBSD(spec, "")
}

// readPortTree reads a port's folder in the source of the ports,
// /ports/tree/<category>/<port>.
func readPortTree(a address) (Ref, error) {
	if !a.is("ports", "tree") || len(a.segments) < 4 {
		return Ref{}, unknownPage(a, "https://cgit.freebsd.org/ports/tree/ftp/curl")
	}
	return portNamed(a.at(3))
}

const freebsdRule = "Names of FreeBSD packages hold ASCII letters, digits and -._+ and begin with a letter or digit."

// newFreeBSD makes a reference of a package, by its own name and not the port's.
func newFreeBSD(name, version string) (Ref, error) {
	if !rpmWord(name, "-._+") || !alphanumeric(name[0]) {
		return Ref{}, badName("FreeBSD package", name, freebsdRule)
	}
	ref := Ref{Type: FreeBSD, Name: name}
	switch {
	case version == "":
	case version == "latest":
		ref.Tag = version
		ref.note("moving", "latest is a moving name: it means the version that the catalogue has now.")
	case !rpmWord(version, "._+,"):
		return Ref{}, Refuse(BadVersion, "%s is no version of a FreeBSD package. Give one such as 8.11.1_2,1, or none for the one that the catalogue has.", shown(version)).Offer(ref, "the version that is there")
	default:
		ref.Version = version
	}
	return ref, nil
}

// freebsdABI keeps for which system a package is, as "FreeBSD:14:amd64".
func freebsdABI(ref *Ref, value string) error {
	parts := strings.Split(value, ":")
	if len(parts) != 3 || parts[0] != "FreeBSD" || len(parts[1]) > 3 || !startsWithDigit(parts[1]) || strings.Trim(parts[1], "0123456789") != "" || parts[2] == "" || strings.Trim(parts[2], "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return fail(RefusedQualifier, "The qualifier abi is %s. Expected is for example FreeBSD:14:amd64.", shown(value))
	}
	ref.setQualifier("abi", value)
	return nil
}

func freebsdBranch(ref *Ref, value string) error {
	if value != "latest" && value != "quarterly" {
		return fail(RefusedQualifier, "The qualifier branch is %s. Expected is latest or quarterly.", shown(value))
	}
	ref.setQualifier("branch", value)
	return nil
}

// readPortPage reads /<category>/<port>/. A package may be called otherwise.
func readPortPage(a address) (Ref, error) {
	if len(a.segments) != 2 {
		return Ref{}, unknownPage(a, "https://www.freshports.org/ftp/curl/")
	}
	return portNamed(a.at(1))
}

func portNamed(port string) (Ref, error) {
	ref, err := newFreeBSD(port, "")
	if err == nil {
		ref.note("guess", "The page is the port's. Checked is the package of the same name; some ports make packages of other names.")
	}
	return ref, err
}

// readPortSearch reads ports.cgi?query=<port>.
func readPortSearch(a address) (Ref, error) {
	if query := a.query.Get("query"); query != "" {
		return portNamed(query)
	}
	return Ref{}, unknownPage(a, "https://ports.freebsd.org/cgi/ports.cgi?query=curl")
}

// readFreeBSDAddress reads /<abi>/<branch>/All/[Hashed/]<name>-<version>[~<digest>].pkg.
func readFreeBSDAddress(a address) (Ref, error) {
	file := ""
	if n := len(a.segments); (n == 4 || n == 5 && a.at(3) == "Hashed") && a.at(2) == "All" {
		file = a.segments[n-1]
	}
	base, found := strings.CutSuffix(file, ".pkg")
	if !found {
		base, found = strings.CutSuffix(file, ".txz")
	}
	base, _, _ = strings.Cut(base, "~")
	i := strings.LastIndexByte(base, '-')
	if !found || i <= 0 || i == len(base)-1 {
		return Ref{}, unknownPage(a, "https://pkg.freebsd.org/FreeBSD:14:amd64/latest/All/curl-8.11.1.pkg")
	}
	ref, err := newFreeBSD(base[:i], base[i+1:])
	if err == nil {
		err = freebsdABI(&ref, a.at(0))
	}
	if err == nil {
		err = freebsdBranch(&ref, a.at(1))
	}
	return ref, err
}
