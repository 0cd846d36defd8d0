package purl

import "strings"

// readPyPIPage reads the pages and records of PyPI:
//
//	/project/<name>[/<version>]
//	/pypi/<name>[/<version>][/json]
//	/simple/<name>
//	/integrity/<name>/<version>/<file>/provenance
func readPyPIPage(a address) (Ref, error) {
	switch {
	case a.is("project") && (len(a.segments) == 2 || len(a.segments) == 3):
		return newPyPI(a.at(1), a.at(2))
	case a.is("simple") && len(a.segments) == 2:
		return newPyPI(a.at(1), "")
	case a.is("pypi") && len(a.segments) >= 2 && len(a.segments) <= 4:
		rest := a.segments[2:]
		if n := len(rest); n > 0 && rest[n-1] == "json" {
			rest = rest[:n-1]
		}
		if len(rest) < 2 {
			return newPyPI(a.at(1), strings.Join(rest, ""))
		}
	case a.is("integrity") && len(a.segments) == 5 && a.at(4) == "provenance":
		if _, _, err := splitPyPIFile(a.at(3)); err != nil {
			return Ref{}, err
		}
		ref, err := newPyPI(a.at(1), a.at(2))
		ref.File = a.at(3)
		return ref, err
	}
	return Ref{}, unknownPage(a, "https://pypi.org/project/requests/2.31.0/")
}

// readPyPIFileAddress reads the address of a file. The 64 hexadecimal digits
// in /packages/<2>/<2>/<60>/<file> are the file's BLAKE2b-256; simple indexes
// add "#sha256=…". Older addresses (/packages/source/f/foo/<file>) have
// neither.
func readPyPIFileAddress(a address) (Ref, error) {
	if !a.is("packages") || len(a.segments) != 5 {
		return Ref{}, unknownPage(a, "https://files.pythonhosted.org/packages/source/r/requests/requests-2.31.0.tar.gz")
	}
	ref, err := readPyPIFile(strings.TrimSuffix(a.at(4), ".metadata"))
	if err != nil {
		return Ref{}, err
	}
	if len(a.at(1)) == 2 && len(a.at(2)) == 2 {
		d, err := hexDigest("blake2b-256", a.at(1)+a.at(2)+a.at(3))
		if err != nil {
			return Ref{}, fail(Malformed, "The address of a file on PyPI holds its BLAKE2b-256 digest, but %v. Paste the whole address.", err)
		}
		ref.Digests = append(ref.Digests, d)
	}
	isFile := ref.File == a.at(4) // and not the metadata beside it
	if algorithm, value, ok := strings.Cut(a.fragment, "="); ok && isFile {
		d, err := hexDigest(algorithm, value)
		if err != nil {
			return Ref{}, fail(Malformed, "What follows the # of the address can't be compared: %v. Leave it out.", err)
		}
		ref.Digests = append(ref.Digests, d)
	}
	return ref, nil
}
