package freebsd

import (
	"errors"
	"fmt"
	"strings"
)

// The bounds of a document in UCL (libucl's README.md): bytes, values, and how deep
// they are nested.
const (
	maxUCL       = 64 << 10
	maxUCLValues = 1000
	maxUCLDepth  = 8
)

// readUCL reads the texts and numbers that a document states at its top, by key in
// lower case, as pkg takes them. Objects and lists are read over. What two readers
// could take differently is refused: a key that is there twice, macros, variables,
// texts of several lines.
func readUCL(b []byte) (map[string]string, error) {
	if len(b) > maxUCL {
		return nil, fmt.Errorf("it has more than %d bytes", maxUCL)
	}
	r := &uclReader{text: string(b)}
	out, braced := map[string]string{}, false
	if err := r.blank(); err != nil {
		return nil, err
	}
	if braced = r.take('{'); braced {
		if err := r.blank(); err != nil {
			return nil, err
		}
	}
	if err := r.object(out, braced, 0); err != nil {
		return nil, err
	}
	if err := r.blank(); err != nil {
		return nil, err
	}
	if r.text != "" {
		return nil, errors.New("something stands behind its end")
	}
	return out, nil
}

// A uclReader takes a document apart from its beginning.
type uclReader struct {
	text   string
	values int
}

func (r *uclReader) take(c byte) bool {
	if r.text == "" || r.text[0] != c {
		return false
	}
	r.text = r.text[1:]
	return true
}

// blank reads over blanks, line ends, comments and what ends a value.
func (r *uclReader) blank() error {
	for {
		r.text = strings.TrimLeft(r.text, " \t\r\n;,")
		switch {
		case strings.HasPrefix(r.text, "#"):
			_, r.text, _ = strings.Cut(r.text, "\n")
		case strings.HasPrefix(r.text, "/*"):
			_, rest, found := strings.Cut(r.text[2:], "*/")
			if !found {
				return errors.New("a comment in it does not end")
			}
			r.text = rest
		default:
			return nil
		}
	}
}

// object reads keys and values to the end of the document, or to the brace that ends
// an object. out is nil where nobody wants them.
func (r *uclReader) object(out map[string]string, braced bool, depth int) error {
	seen := map[string]bool{}
	for r.text != "" {
		if braced && r.take('}') {
			return nil
		}
		key, err := r.word("=: \t{\r\n")
		switch {
		case err != nil:
			return err
		case key == "" || key[0] == '.':
			return errors.New("a key in it is empty, or a macro")
		}
		key = strings.ToLower(key)
		if seen[key] {
			return fmt.Errorf("it states %.40q twice", key)
		}
		seen[key] = true
		r.text = strings.TrimLeft(r.text, " \t")
		if r.take('=') || r.take(':') {
			r.text = strings.TrimLeft(r.text, " \t")
		}
		value, scalar, err := r.value(depth)
		if err != nil {
			return err
		}
		if scalar && out != nil {
			out[key] = value
		}
		if err := r.blank(); err != nil {
			return err
		}
	}
	if braced {
		return errors.New("an object in it does not end")
	}
	return nil
}

// value reads one value, and gives it where it is no object and no list.
func (r *uclReader) value(depth int) (text string, scalar bool, err error) {
	if r.values++; r.values > maxUCLValues || depth > maxUCLDepth {
		return "", false, errors.New("it has too many values, or is nested too deeply")
	}
	switch {
	case r.take('{'):
		if err := r.blank(); err != nil {
			return "", false, err
		}
		return "", false, r.object(nil, true, depth+1)
	case r.take('['):
		for {
			if err := r.blank(); err != nil {
				return "", false, err
			}
			if r.take(']') {
				return "", false, nil
			}
			if _, _, err := r.value(depth + 1); err != nil {
				return "", false, err
			}
		}
	}
	text, err = r.word(";,]}\r\n#")
	if err == nil && text == "" {
		err = errors.New("a value in it is empty")
	}
	return text, true, err
}

// word reads a text in double quotes, or a bare one to where one of some characters
// stands.
func (r *uclReader) word(ends string) (string, error) {
	quoted := r.take('"')
	if quoted {
		ends = "\"\r\n"
	}
	i := strings.IndexAny(r.text, ends)
	if i < 0 {
		i = len(r.text)
	}
	word := r.text[:i]
	r.text = r.text[i:]
	if quoted && !r.take('"') {
		return "", errors.New("a text in it does not end on its line")
	}
	if strings.ContainsAny(word, "\\$<'\"[{") {
		return "", fmt.Errorf("it holds %.40q, which is not read", word)
	}
	return strings.TrimRight(word, " \t"), nil
}
