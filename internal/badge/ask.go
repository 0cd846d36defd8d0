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

// newest tells whether no version was named.
func (a asked) newest() bool { return a.ref.Version == "" }

// errAddress: there is nothing at such an address.
var errAddress = errors.New("reading the address: write /badge/TYPE/NAME@VERSION.svg or .json, or /api/report/TYPE/NAME@VERSION")

// read reads the path of an address, as it was sent: TYPE/NAMESPACE/NAME@VERSION,
// which is a purl without "pkg:". What else a purl may carry is refused: a badge
// is about one package and nothing that the asker brings.
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
	ref, err := purl.Parse("pkg:" + rest)
	if err != nil {
		return a, err
	}
	if ref.Tag != "" || ref.File != "" || ref.Subpath != "" || len(ref.Digests) > 0 || strings.ContainsAny(rest, "?#") {
		return a, errAddress
	}
	a.ref = ref
	return a, nil
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
