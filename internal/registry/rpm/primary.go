package rpm

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"

	"touchstone/internal/archive/packed"
	"touchstone/internal/digest"
	"touchstone/internal/registry"
)

// An entry is one package as primary.xml lists it.
type entry struct {
	name, epoch, version, release, arch string
	algorithm, sum                      string
	href                                string
	header                              int64 // where its header ends, in bytes; 0 where that is not said
}

// path is the file's place below the repository, escaped for an address.
func (e entry) path() string {
	return strings.NewReplacer("^", "%5E", "+", "%2B").Replace(e.href)
}

// The bounds of one entry, and of what is fetched as the header of a package, in
// bytes.
const (
	maxEntry  = 8 << 20
	maxHeader = 64 << 20
)

const (
	entryBegins = "<package "
	entryEnds   = "</package>"
)

// readPrimary finds the entries of a package in the list of all. The list is far
// larger than what is wanted of it, so it is read as it inflates, entry by entry,
// and only those of the wanted name are parsed.
func readPrimary(ctx context.Context, b []byte, w wanted) ([]entry, error) {
	_, in, err := packed.Open(b)
	if err != nil {
		return nil, fmt.Errorf("reading the list of packages: %w", err)
	}
	defer in.Close()
	scan := bufio.NewScanner(packed.AtMost(in, maxUnpacked))
	scan.Buffer(make([]byte, 0, 64<<10), maxEntry)
	scan.Split(splitEntries())
	var found []entry
	named := []byte("<name>" + w.name + "</name>")
	head, last := true, false
	for n := 0; scan.Scan(); n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		part := scan.Bytes()
		if head && !bytes.Contains(part, []byte("<metadata")) {
			return nil, errors.New("reading the list of packages: it is no primary.xml")
		}
		if err := plain(part); err != nil {
			return nil, fmt.Errorf("reading the list of packages: %w", err)
		}
		head = false
		i := bytes.Index(part, []byte(entryBegins))
		if i < 0 {
			last = bytes.Contains(part, []byte("</metadata>"))
			continue
		}
		if !bytes.Contains(part, named) {
			continue
		}
		e, err := readEntry(part[i:])
		if err != nil {
			return nil, fmt.Errorf("reading the list of packages: an entry of %s: %w", w.name, err)
		}
		if e.is(w) {
			found = append(found, e)
		}
	}
	switch {
	case scan.Err() != nil:
		return nil, fmt.Errorf("reading the list of packages: %w", scan.Err())
	case !last:
		return nil, errors.New("reading the list of packages: it ends before its end")
	}
	return found, nil
}

// splitEntries splits behind each entry. What was looked through for an end is not
// looked through again when more has come: else an entry without end would cost the
// square of its length.
func splitEntries() bufio.SplitFunc {
	seen := 0
	return func(data []byte, atEOF bool) (int, []byte, error) {
		from := max(0, min(seen, len(data))-len(entryEnds))
		if i := bytes.Index(data[from:], []byte(entryEnds)); i >= 0 {
			end := from + i + len(entryEnds)
			seen = 0
			return end, data[:end], nil
		}
		seen = len(data)
		if atEOF && len(data) > 0 {
			return len(data), data, nil
		}
		return 0, nil, nil
	}
}

// is tells whether an entry is of what is wanted: packages for every architecture
// are of each.
func (e entry) is(w wanted) bool {
	return e.name == w.name && (e.arch == w.arch || e.arch == "noarch" && w.arch != "src") &&
		(w.version == "" || e.version == w.version && e.release == w.release) &&
		(w.epoch == "" || e.epoch == w.epoch)
}

// readEntry parses one entry; each of its parts stands there once.
func readEntry(b []byte) (entry, error) {
	var doc struct {
		XMLName xml.Name `xml:"package"`
		Name    []string `xml:"name"`
		Arch    []string `xml:"arch"`
		Version []struct {
			Epoch string `xml:"epoch,attr"`
			Ver   string `xml:"ver,attr"`
			Rel   string `xml:"rel,attr"`
		} `xml:"version"`
		Checksum []checksum `xml:"checksum"`
		Location []struct {
			Href string `xml:"href,attr"`
			Base string `xml:"base,attr"`
		} `xml:"location"`
		Header []struct {
			End int64 `xml:"end,attr"`
		} `xml:"format>header-range"`
	}
	in := xml.NewDecoder(bytes.NewReader(b))
	if err := in.Decode(&doc); err != nil {
		return entry{}, unreadable(err)
	}
	if len(doc.Name) != 1 || len(doc.Arch) != 1 || len(doc.Version) != 1 || len(doc.Checksum) != 1 || len(doc.Location) != 1 || doc.Location[0].Base != "" {
		return entry{}, errors.New("it lacks a part, has one twice, or stands at another place")
	}
	v, href := doc.Version[0], doc.Location[0].Href
	sum, err := digest.Hex(doc.Checksum[0].Type, doc.Checksum[0].Value)
	switch {
	case err != nil:
		return entry{}, err
	case !registry.Below(href, inPaths) || !strings.HasSuffix(href, ".rpm"):
		return entry{}, fmt.Errorf("its place %.200q is no path below the repository", href)
	case v.Ver == "" || v.Rel == "" || len(v.Ver)+len(v.Rel)+len(v.Epoch) > 1024:
		return entry{}, errors.New("it has no version")
	}
	header := int64(0)
	if len(doc.Header) == 1 && doc.Header[0].End > 0 && doc.Header[0].End <= maxHeader {
		header = doc.Header[0].End
	}
	return entry{name: doc.Name[0], epoch: cmp.Or(v.Epoch, "0"), version: v.Ver, release: v.Rel, arch: doc.Arch[0],
		algorithm: sum.Algorithm, sum: sum.Sum, href: href, header: header}, nil
}

// compare orders two packages as rpm does: epoch, version, release
// (rpm's docs/manual/dependencies.md).
func compare(a, b entry) int {
	return cmp.Or(compareVersions(a.epoch, b.epoch), compareVersions(a.version, b.version), compareVersions(a.release, b.release))
}

// compareVersions orders two versions part by part: "~" is older than the end, the
// end older than "^", that older than anything else; a number is newer than
// letters; what stands between the parts does not count.
func compareVersions(a, b string) int {
	for {
		a, b = strings.TrimLeftFunc(a, between), strings.TrimLeftFunc(b, between)
		kind := kindOf(a)
		if c := cmp.Compare(kind, kindOf(b)); c != 0 || kind == end {
			return c
		}
		x, y := part(&a, kind), part(&b, kind)
		c := cmp.Compare(x, y)
		if kind == number {
			c = registry.CompareNumbers(x, y)
		}
		if c != 0 {
			return c
		}
	}
}

// The kinds of a version's parts, in their order.
const (
	tilde = iota
	end
	caret
	letters
	number
)

// kindOf is the kind of the part that comes next.
func kindOf(s string) int {
	switch {
	case s == "":
		return end
	case s[0] == '~':
		return tilde
	case s[0] == '^':
		return caret
	case isDigit(rune(s[0])):
		return number
	}
	return letters
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

func isAlpha(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// between tells whether a character is of no part.
func between(c rune) bool { return !isDigit(c) && !isAlpha(c) && c != '~' && c != '^' }

// part cuts a part off the beginning: one mark, or a run of digits or of letters.
func part(s *string, kind int) string {
	whole := *s
	switch kind {
	case number:
		*s = strings.TrimLeftFunc(whole, isDigit)
	case letters:
		*s = strings.TrimLeftFunc(whole, isAlpha)
	default:
		*s = whole[1:]
	}
	return whole[:len(whole)-len(*s)]
}
