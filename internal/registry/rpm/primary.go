package rpm

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"touchstone/internal/archive/packed"
	"touchstone/internal/digest"
)

// An entry is one package as primary.xml lists it.
type entry struct {
	name, epoch, version, release, arch string
	algorithm, sum                      string
	href                                string
}

// path is the file's place below the repository, escaped for an address.
func (e entry) path() string {
	return strings.NewReplacer("^", "%5E", "+", "%2B").Replace(e.href)
}

// maxEntry bounds one entry, in bytes.
const maxEntry = 8 << 20

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
	limited := &io.LimitedReader{R: in, N: maxUnpacked}
	scan := bufio.NewScanner(limited)
	scan.Buffer(make([]byte, 0, 64<<10), maxEntry)
	scan.Split(splitEntries)
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
	case limited.N == 0:
		return nil, fmt.Errorf("reading the list of packages: it inflates to more than %d bytes", maxUnpacked)
	case !last:
		return nil, errors.New("reading the list of packages: it ends before its end")
	}
	return found, nil
}

// splitEntries splits behind each entry.
func splitEntries(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.Index(data, []byte(entryEnds)); i >= 0 {
		return i + len(entryEnds), data[:i+len(entryEnds)], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
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
	}
	in := xml.NewDecoder(bytes.NewReader(b))
	in.DefaultSpace = ""
	if err := in.Decode(&doc); err != nil {
		return entry{}, err
	}
	if len(doc.Name) != 1 || len(doc.Arch) != 1 || len(doc.Version) != 1 || len(doc.Checksum) != 1 || len(doc.Location) != 1 || doc.Location[0].Base != "" {
		return entry{}, errors.New("it lacks a part, has one twice, or stands at another place")
	}
	v, href := doc.Version[0], doc.Location[0].Href
	sum, err := digest.Hex(doc.Checksum[0].Type, doc.Checksum[0].Value)
	switch {
	case err != nil:
		return entry{}, err
	case !pathChars(href) || !strings.HasSuffix(href, ".rpm"):
		return entry{}, fmt.Errorf("its place %.200q is no path below the repository", href)
	case v.Ver == "" || v.Rel == "" || len(v.Ver)+len(v.Rel)+len(v.Epoch) > 1024:
		return entry{}, errors.New("it has no version")
	}
	return entry{name: doc.Name[0], epoch: cmp.Or(v.Epoch, "0"), version: v.Ver, release: v.Rel, arch: doc.Arch[0],
		algorithm: sum.Algorithm, sum: sum.Sum, href: href}, nil
}

// compare orders two packages as rpm does: epoch, version, release
// (rpm's docs/manual/dependencies.md).
func compare(a, b entry) int {
	return cmp.Or(compareVersions(a.epoch, b.epoch), compareVersions(a.version, b.version), compareVersions(a.release, b.release))
}

// compareVersions orders two versions part by part: "~" is older than the end, the
// end older than "^", the end older than anything else; a number is newer than
// letters; what stands between the parts does not count.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		a, b = skipBetween(a), skipBetween(b)
		for _, mark := range []byte{'~', '^'} {
			inA, inB := a != "" && a[0] == mark, b != "" && b[0] == mark
			switch {
			case inA && inB:
			case !inA && !inB:
				continue
			case mark == '~' && inA, mark == '^' && inB && a != "":
				return -1
			case mark == '~' && inB, mark == '^' && inA && b != "":
				return 1
			case inA: // "^" against the end
				return 1
			default:
				return -1
			}
			a, b = a[1:], b[1:]
			return compareVersions(a, b)
		}
		if a == "" || b == "" {
			break
		}
		numeric := isDigit(a[0])
		if numeric != isDigit(b[0]) {
			if numeric {
				return 1
			}
			return -1
		}
		var x, y string
		x, a = cutPart(a, numeric)
		y, b = cutPart(b, numeric)
		if numeric {
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if len(x) != len(y) {
				return cmp.Compare(len(x), len(y))
			}
		}
		if x != y {
			return strings.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func skipBetween(s string) string {
	for s != "" && !isDigit(s[0]) && !isAlpha(s[0]) && s[0] != '~' && s[0] != '^' {
		s = s[1:]
	}
	return s
}

// cutPart cuts a run of digits or of letters off.
func cutPart(s string, digits bool) (part, rest string) {
	i := 0
	for i < len(s) && (digits && isDigit(s[i]) || !digits && isAlpha(s[i])) {
		i++
	}
	return s[:i], s[i:]
}
