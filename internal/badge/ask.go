package badge

import (
	"errors"
	"net/url"
	"strings"

	"touchstone/internal/purl"
)

// Where badges and reports are asked for.
const (
	Prefix       = "/badge/"
	ReportPrefix = "/api/report/"
	// AnchorsPath is where the edge says by which trust anchors it judges.
	AnchorsPath = "/api/anchors"
)

// A form is what somebody wants of a verdict.
type form string

const (
	picture  form = ".svg"  // for a README
	endpoint form = ".json" // for shields.io
	report   form = ""      // all that the audit found
)

// asked is what an address asks for.
type asked struct {
	form form
	ref  purl.Ref
}

// moving says in which words no exact version was named; empty where one was.
func (a asked) moving() string {
	switch {
	case a.ref.Version != "":
		return ""
	case a.ref.Tag != "":
		return "tag " + a.ref.Tag
	}
	return "newest"
}

// errAddress: there is nothing at such an address.
var errAddress = errors.New("reading the address: write /badge/TYPE/NAME@VERSION.svg or .json, or /api/report/TYPE/NAME@VERSION; behind VERSION, %3Farch=ARCH and its like choose; of an image oci/REGISTRY/NAME@DIGEST or oci/REGISTRY/NAME:TAG")

// read reads the path of an address, as it was sent: TYPE/NAMESPACE/NAME@VERSION,
// which is a purl without "pkg:". Of the qualifiers, behind an encoded question
// mark, those are taken that choose one of a version's packages (arch, classifier,
// file_name). What else a purl may carry is refused: a badge is about one package
// and nothing that the asker brings.
func read(path string) (asked, error) {
	var a asked
	rest, found := strings.CutPrefix(path, ReportPrefix)
	if !found {
		if rest, found = strings.CutPrefix(path, Prefix); !found {
			return asked{}, errAddress
		}
		a.form = endpoint
		if strings.HasSuffix(rest, string(picture)) {
			a.form = picture
		}
		if rest, found = strings.CutSuffix(rest, string(a.form)); !found {
			return asked{}, errAddress
		}
	}
	if image, found := strings.CutPrefix(rest, purl.OCI+"/"); found {
		var err error
		a.ref, err = readImage(image)
		return a, err
	}
	if strings.ContainsAny(rest, "?#") {
		return a, errAddress
	}
	for _, mark := range [...]string{"%3F", "%3f"} {
		rest = strings.Replace(rest, mark, "?", 1)
	}
	ref, err := purl.Parse("pkg:" + rest)
	if err != nil {
		return a, err
	}
	if ref.Tag != "" || ref.Subpath != "" || len(ref.Digests) > 0 || ref.Qualifiers["repository_url"] != "" {
		return a, errAddress
	}
	a.ref = ref
	return a, nil
}

// readImage reads an image as clients write it: REGISTRY/NAME@DIGEST, or with a tag
// REGISTRY/NAME:TAG. Its purl has the registry in a qualifier, which no address
// takes. Whether that registry is asked is the auditor's to say.
func readImage(path string) (purl.Ref, error) {
	path, err := url.PathUnescape(path)
	if err != nil || strings.ContainsAny(path, "%?#&+") {
		return purl.Ref{}, errAddress
	}
	repository, sum, pinned := strings.Cut(path, "@")
	version := "@" + sum
	if !pinned {
		tag := "latest" // as clients read a name alone
		if i := strings.LastIndexByte(path, ':'); i >= 0 {
			repository, tag = path[:i], path[i+1:]
		}
		version = "@" + tag
	}
	host, name, _ := strings.Cut(repository, "/")
	if version == "@" || pinned != strings.Contains(version, ":") || !strings.Contains(host, ".") || name == "" {
		return purl.Ref{}, errAddress
	}
	return purl.Parse("pkg:" + purl.OCI + "/" + name[strings.LastIndexByte(name, '/')+1:] + version + "?repository_url=" + repository)
}

// objects is how many objects audit: each holds one instance of the program, and
// they may share one memory.
const objects = 4

// object names the one that audits a reference: always the same, so that what is
// asked often at once is audited once.
func object(ref purl.Ref) string {
	hash := uint32(2166136261) // FNV-1a
	for _, b := range []byte(ref.String()) {
		hash = (hash ^ uint32(b)) * 16777619
	}
	return "auditor-" + string(rune('0'+hash%objects))
}

// question is the address that an object is asked at.
func (a asked) question() string {
	what := "verdict"
	if a.form == report {
		what = "report"
	}
	return "https://auditor/" + what + "?reference=" + url.QueryEscape(a.ref.String())
}
