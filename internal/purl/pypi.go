package purl

import (
	"strings"
)

const pypiRule = "PyPI names hold ASCII letters, digits and -._ and begin and end with a letter or digit"

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
		return Ref{}, rangeRefused(version, "==1.2.3")
	case !pypiVersion(version):
		return Ref{}, fail(BadVersion, "%s is no version of a Python package; give an exact one such as 1.2.3, or none for the newest", shown(version))
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
		return "", "", fail(Malformed, "%s is no file name of a wheel (name-1.2.3-py3-none-any.whl) or source distribution (name-1.2.3.tar.gz)", shown(file))
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
		return Ref{}, fail(Malformed, "no package found; expected for example requests==2.31.0")
	}
	name, version, exact := strings.Cut(words[0], "==")
	if i := strings.IndexAny(name, "<>~!="); i >= 0 || strings.HasPrefix(version, "=") {
		return Ref{}, rangeRefused(words[0], "==1.2.3")
	}
	if exact && version == "" {
		return Ref{}, fail(BadVersion, "nothing follows the ==; give a version such as ==1.2.3, or leave it out")
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
		ref.note("guess", "You pasted %s with extras; those name further packages, and audited is %s itself.", shown(words[0]), name)
	}
	if hasMarker {
		ref.note("guess", "What follows the semicolon says when to install the package and does not change which one it is.")
	}
	ref.Digests, err = digestWords(words[1:])
	return ref, err
}
