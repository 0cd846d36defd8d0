package purl

import (
	"strings"
)

// pypiDialect is PyPI's row.
func pypiDialect() *dialect {
	installs := func() *tool {
		return &tool{
			verbs:  []string{"install", "add", "download", "run", "wheel", "show", "index versions"},
			runs:   []string{"run"},
			named:  []string{"--from", "--spec"},
			valued: []string{"--with", "-t", "--target", "--python", "-p", "--platform", "--group", "-G", "--dest", "-d", "-c", "--constraint"},
			elsewhere: []string{"-i", "--index-url", "--extra-index-url", "--index", "--default-index", "-f", "--find-links",
				"-e", "--editable", "-r", "--requirement", "--source", "--git", "--path", "--pip-args"},
			read: readPyPIOperand,
		}
	}
	uvx := installs()
	uvx.verbs, uvx.runs = nil, []string{""}
	pipenv := installs()
	pipenv.valued = []string{"--python", "--categories"} // its -d is no folder
	second := func(a address) (Ref, error) { return newPyPI(a.at(1), "") }
	mirror := mirrored(func(a address) (Ref, error) {
		if a.segments = trimPrefix(a.segments, "pypi"); a.is("packages") {
			return readPyPIFileAddress(a)
		}
		return readPyPIPage(a)
	})
	return &dialect{
		typ: PyPI, name: "PyPI", many: "PyPI packages", one: "PyPI package", page: "pypi",
		read:    newPyPI,
		origins: []string{"pypi.org", "pypi.python.org", "files.pythonhosted.org"},
		flat:    true,
		qualifiers: map[string]func(*Ref, string) error{
			"file_name": func(ref *Ref, value string) error {
				_, _, err := splitPyPIFile(value)
				ref.File = value
				return err
			},
		},
		canonical: func(c *Components) { c.Name = canonicalPyPIName(c.Name) },
		hosts: map[string]func(address) (Ref, error){
			"pypi.org": readPyPIPage, "www.pypi.org": readPyPIPage, "pypi.python.org": readPyPIPage,
			"files.pythonhosted.org":    readPyPIFileAddress,
			"pypi.tuna.tsinghua.edu.cn": mirror, "mirrors.aliyun.com": mirror, "pypi.mirrors.ustc.edu.cn": mirror,
			"pypistats.org": second, "pepy.tech": second, "www.pepy.tech": second, "piwheels.org": second, "www.piwheels.org": second, "inspector.pypi.io": readPyPIPage,
		},
		tools: map[string]*tool{"pip": installs(), "pip3": installs(), "pipx": installs(), "uv": installs(), "uvx": uvx, "poetry": installs(), "pdm": installs(), "pipenv": pipenv},
		text:  readPyPIText,
		word: func(word string) (Ref, bool, error) {
			file := strings.HasSuffix(word, ".whl") || strings.HasSuffix(word, ".tar.gz") && !strings.ContainsAny(word, "/@=")
			if !file {
				return Ref{}, false, nil
			}
			ref, err := readPyPIFile(word)
			return ref, true, err
		},
	}
}

const pypiRule = "PyPI names hold ASCII letters, digits and -._ and begin and end with a letter or digit."

// newPyPI makes a reference of a PyPI project. The grammar of names is that of
// PEP 508; versions are not held to PEP 440, since PyPI keeps older ones.
func newPyPI(name, version string) (Ref, error) {
	if !pypiWord(name) {
		return Ref{}, badName("PyPI", name, pypiRule)
	}
	ref := Ref{Type: PyPI, Name: name}
	switch {
	case version == "":
	case version == "latest":
		ref.Tag = version
		ref.note("moving", "latest is a moving name: it means the version that PyPI shows as newest now.")
	case isPyPIRange(version):
		return Ref{}, rangeRefused(version, "==1.2.3").Offer(ref, "the newest version")
	case !pypiVersion(version):
		return Ref{}, Refuse(BadVersion, "%s is no version of a Python package. Give an exact one such as 1.2.3, or none for the newest.", shown(version)).Offer(ref, "the newest version")
	default:
		ref.Version = version
	}
	return ref, nil
}

// isPyPIRange tells whether s is a version specifier of several versions. A
// bare "1.2" is exact in Python.
func isPyPIRange(s string) bool {
	return strings.ContainsAny(s, "^<>=~*, ") || s == "x"
}

func pypiWord(s string) bool {
	for _, c := range []byte(s) {
		if !alphanumeric(c) && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return s != "" && alphanumeric(s[0]) && alphanumeric(s[len(s)-1])
}

// pypiVersion tells whether s can be a version: an epoch, a release, and
// suffixes all consist of these characters.
func pypiVersion(s string) bool {
	for _, c := range []byte(s) {
		if !alphanumeric(c) && strings.IndexByte(".!+-_", c) < 0 {
			return false
		}
	}
	return s != "" && alphanumeric(s[0]) && alphanumeric(s[len(s)-1])
}

// canonicalPyPIName is the name as purl-spec writes it
// (types/pypi-definition.json): lower case, '-' for '_', dots kept.
func canonicalPyPIName(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "_", "-")
}

// splitPyPIFile reads project and version out of a distribution's file name
// (packaging.python.org, binary and source distribution formats):
//
//	{name}-{version}[-{build}]-{python}-{abi}-{platform}.whl
//	{name}-{version}.tar.gz, also .zip and .tar.bz2 of old
func splitPyPIFile(file string) (name, version string, err error) {
	if base, ok := strings.CutSuffix(file, ".whl"); ok {
		parts := strings.Split(base, "-")
		if len(parts) == 5 || len(parts) == 6 {
			name, version = parts[0], parts[1]
		}
		for _, p := range parts {
			if p == "" || strings.Trim(p, wheelCharacters) != "" {
				name = ""
			}
		}
	} else {
		for _, ending := range []string{".tar.gz", ".zip", ".tar.bz2", ".tgz"} {
			base, ok := strings.CutSuffix(file, ending)
			if i := strings.LastIndexByte(base, '-'); ok && i > 0 {
				name, version = base[:i], base[i+1:]
				break
			}
		}
	}
	if !pypiWord(name) || !pypiVersion(version) {
		return "", "", fail(Malformed, "%s is no file name of a wheel (name-1.2.3-py3-none-any.whl) or of a source distribution (name-1.2.3.tar.gz).", shown(file))
	}
	return name, version, nil
}

// wheelCharacters are those that the parts of a wheel's file name consist of.
const wheelCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+!"

// readPyPIFile makes a reference of one distribution file.
func readPyPIFile(file string) (Ref, error) {
	name, version, err := splitPyPIFile(file)
	if err != nil {
		return Ref{}, err
	}
	ref, err := newPyPI(name, version)
	ref.File = file
	return ref, err
}

// readPyPIOperand reads what pip is told to install; some of its relatives
// write name@1.2.3.
func readPyPIOperand(spec string) (Ref, error) {
	if strings.Contains(spec, "://") {
		return readOperandAddress(PyPI, spec)
	}
	if isOwnPath(spec) {
		return Ref{}, ownFile(spec)
	}
	if name, version, found := strings.Cut(spec, "@"); found {
		return newPyPI(name, version)
	}
	return readRequirement(spec)
}

// readPyPIText reads lines of requirements files and of Python source.
func readPyPIText(text string) (Ref, bool, error) {
	if strings.Contains(text, "\n") {
		return Ref{}, false, nil
	}
	words := strings.Fields(text)
	switch {
	case len(words) > 1 && words[0] == "import" && !strings.ContainsAny(text, "\"'`") && pythonModule(words[1]),
		len(words) > 3 && words[0] == "from" && words[2] == "import":
		return Ref{}, true, fail(NoPackage, "This line imports a module, which may be in a package of another name: Python's yaml is in PyYAML. Paste the name of the package.")
	case strings.Contains(words[0], "=="), len(words) > 1 && words[1] == "==", strings.IndexByte(words[0], '[') > 0 && pypiWord(words[0][:strings.IndexByte(words[0], '[')]), len(words) > 1 && strings.HasPrefix(words[1], "--hash"):
		ref, err := readRequirement(strings.ReplaceAll(text, " == ", "=="))
		return ref, true, err
	case len(words) > 2 && words[1] == "@" && strings.Contains(words[2], "://"): // PEP 508: name @ address
		ref, err := readOperandAddress(PyPI, words[2])
		if err == nil && canonicalPyPIName(ref.Name) != canonicalPyPIName(words[0]) {
			err = fail(Malformed, "The line names the package %s and an address of %s. Paste one of the two.", shown(words[0]), shown(ref.Name))
		}
		return ref, true, err
	}
	// A version specifier of PEP 440 that is no ==.
	if i := strings.IndexAny(text, "<>~!="); i > 0 && pypiWord(strings.TrimSpace(text[:i])) {
		for _, operator := range []string{">=", "<=", "~=", "!=", "==", "<", ">"} {
			if rest, ok := strings.CutPrefix(text[i:], operator); ok && looksLikeVersion(strings.TrimSpace(rest)) {
				ref, err := readRequirement(text)
				return ref, true, err
			}
		}
	}
	return Ref{}, false, nil
}

// pythonModule tells whether a word is a dotted name of Python.
func pythonModule(s string) bool {
	s = strings.TrimSuffix(s, ",")
	for _, c := range []byte(s) {
		if !alphanumeric(c) && c != '_' && c != '.' {
			return false
		}
	}
	return s != ""
}

// readRequirement reads the line of a requirements file, or what pip is told
// to install: "name[extra]==1.2 ; marker" and words with digests. Of the
// version specifiers of PEP 440 only == names one version.
func readRequirement(text string) (Ref, error) {
	text, marker, hasMarker := strings.Cut(text, ";")
	words := strings.Fields(text)
	if hasMarker {
		for i, w := range strings.Fields(marker) {
			if strings.HasPrefix(w, "--hash") {
				words = append(words, strings.Fields(marker)[i:]...)
				break
			}
		}
	}
	if len(words) == 0 {
		return Ref{}, fail(Malformed, "No package was found. Expected is for example requests==2.31.0.")
	}
	if len(words) > 1 && strings.ContainsAny(words[1][:1], "<>~!=") {
		words = append([]string{words[0] + strings.Join(words[1:], "")}, words[len(words):]...)
	}
	name, version, exact := strings.Cut(words[0], "==")
	if i := strings.IndexAny(name, "<>~!="); i >= 0 || strings.HasPrefix(version, "=") {
		refused := rangeRefused(words[0], "==1.2.3")
		refused.Range = words[0][strings.IndexAny(words[0], "<>~!="):]
		if newest, err := newPyPI(words[0][:strings.IndexAny(words[0], "[<>~!=")], ""); err == nil {
			refused.Offer(newest, "the newest version")
		}
		return Ref{}, refused
	}
	if exact && version == "" {
		return Ref{}, fail(BadVersion, "Nothing follows the ==. Give a version such as ==1.2.3, or leave it out.")
	}
	name, extras, hasExtras := strings.Cut(name, "[")
	if hasExtras && !strings.HasSuffix(extras, "]") {
		return Ref{}, badName("PyPI", words[0], pypiRule)
	}
	ref, err := newPyPI(name, version)
	if err != nil {
		return Ref{}, err
	}
	if hasExtras {
		ref.note("guess", "You pasted %s with extras, which name further packages. This checks %s itself.", shown(words[0]), name)
	}
	if hasMarker {
		ref.note("guess", "What follows the semicolon says when to install the package and does not change which one it is.")
	}
	ref.Digests, err = digestWords(words[1:])
	return ref, err
}
