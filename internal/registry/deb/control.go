package deb

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxStanza bounds one paragraph, in bytes, and maxLine one line.
const (
	maxStanza = 1 << 20
	maxLine   = 1 << 20
)

// A stanza is one paragraph of fields (deb822(5)); names in lower case. A value of
// several lines keeps its line ends.
type stanza map[string]string

// parseStanza reads one paragraph. What readers take differently is an error: a
// field that stands there twice, a line of blanks only (for some the paragraph's
// end), a second paragraph, a comment (for dpkg and apt none).
func parseStanza(text string) (stanza, error) {
	out, last, over := stanza{}, "", false
	var more []string // lines of the last field: there may be a million
	end := func() {
		if len(more) > 0 {
			out[last] += "\n" + strings.Join(more, "\n")
		}
		more = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "":
			over = over || len(out) > 0
			continue
		case over:
			return nil, errors.New("it has more than one paragraph")
		case strings.Trim(line, " \t\r") == "":
			return nil, errors.New("a line of it holds blanks only")
		case line[0] == ' ' || line[0] == '\t':
			if last == "" {
				return nil, errors.New("it begins inside a field")
			}
			more = append(more, line[1:])
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name = strings.ToLower(name)
		if !ok || name == "" || name[0] == '#' || name[0] == '-' || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > '~' }) {
			return nil, fmt.Errorf("a line of it is no field: %.60q", line)
		}
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("it states the field %q twice", name)
		}
		end()
		out[name], last = strings.TrimSpace(value), name
	}
	end()
	return out, nil
}

// find reads a list of paragraphs to its end and gives those of one package. The
// error says why the list could not be read whole.
func find(in io.Reader, name string) ([]stanza, error) {
	lines := bufio.NewReaderSize(in, maxLine)
	field, head := []byte("Package:"), []byte("Package: "+name)
	var out []stanza
	var text bytes.Buffer
	wanted, inside := false, false
	for {
		line, err := lines.ReadSlice('\n')
		switch {
		case err == nil: // a million times
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("a line is longer than %d bytes", maxLine)
		case !errors.Is(err, io.EOF):
			return nil, err
		}
		bare := line
		for n := len(bare); n > 0 && (bare[n-1] == '\n' || bare[n-1] == '\r'); n-- {
			bare = bare[:n-1]
		}
		switch {
		case len(bare) > 0 && !inside && !bytes.HasPrefix(bare, field), inside && !wanted && bytes.HasPrefix(bare, field):
			return nil, errors.New("an entry does not begin with its package's name")
		case len(bare) > 0 && (bare[0] == ' ' || bare[0] == '\t') && len(bytes.TrimLeft(bare, " \t\r")) == 0:
			return nil, errors.New("a line of an entry holds blanks only")
		case len(bare) > 0 && !inside:
			inside, wanted = true, bytes.Equal(bare, head)
		}
		if wanted && text.Len()+len(line) > maxStanza {
			return nil, fmt.Errorf("an entry is longer than %d bytes", maxStanza)
		}
		if wanted {
			text.Write(line)
		}
		if (len(bare) == 0 || err != nil) && wanted {
			s, bad := parseStanza(text.String())
			if bad == nil && s["package"] != name {
				bad = errors.New("its name goes on in another line")
			}
			if bad != nil {
				return nil, fmt.Errorf("the entry of %s: %w", name, bad)
			}
			out = append(out, s)
		}
		if len(bare) == 0 {
			text.Reset()
			wanted, inside = false, false
		}
		if err != nil {
			return out, nil
		}
	}
}
