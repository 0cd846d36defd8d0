// Package stricttoml reads TOML (toml.io/en/v1.0.0) from outside within bounds: what
// nests takes stack, and a key of many parts takes time that grows with their square.
package stricttoml

import (
	"bytes"
	"fmt"

	"github.com/BurntSushi/toml"
)

// Bounds of a document.
const (
	maxDepth = 200     // brackets inside one another
	maxDots  = 32      // between the parts of the keys of one line
	maxWork  = 4 << 20 // of all lines, the squares of those numbers
)

// Parse reads a document: a table by the exact spelling of its keys, which decoding
// into a struct would pass over. The error says in which line it leaves the bounds, or
// is a [toml.ParseError].
func Parse(doc []byte) (map[string]any, error) {
	if err := bounded(doc); err != nil {
		return nil, err
	}
	var all map[string]any
	if _, err := toml.Decode(string(doc), &all); err != nil {
		return nil, err
	}
	return all, nil
}

// quotes are what begins and what ends a part in which no mark counts, longer ones
// first; in those that escape, a backslash keeps what follows from ending it. A
// comment ends with its line.
var quotes = []struct {
	from, to string
	escapes  bool
}{{`"""`, `"""`, true}, {"'''", "'''", false}, {`"`, `"`, true}, {"'", "'", false}, {"#", "", false}}

// bounded tells where brackets or dots leave the bounds. A bracket that nothing
// opened closes nothing.
func bounded(doc []byte) error {
	depth, dots, work := 0, 0, 0
	for i := 0; i < len(doc); {
		if n := quoted(doc[i:]); n > 0 {
			i += n
			continue
		}
		switch doc[i] {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		case '.':
			work += 2*dots + 1 // the difference of two squares
			dots++
		case '\n':
			dots = 0
		}
		if depth > maxDepth || dots > maxDots || work > maxWork {
			line := 1 + bytes.Count(doc[:i], []byte{'\n'})
			if depth > maxDepth {
				return fmt.Errorf("line %d: it nests deeper than %d", line, maxDepth)
			}
			return fmt.Errorf("line %d: its keys have more parts than are read", line)
		}
		i++
	}
	return nil
}

// quoted is the length of the part in quotes, or the comment, that begins here; 0
// where none does. One that does not end in its line is no TOML, and ends there.
func quoted(doc []byte) int {
	for _, q := range quotes {
		if !bytes.HasPrefix(doc, []byte(q.from)) {
			continue
		}
		i := len(q.from)
		for i < len(doc) && (q.to == "" || !bytes.HasPrefix(doc[i:], []byte(q.to))) {
			if len(q.from) == 1 && doc[i] == '\n' {
				return i
			}
			if doc[i] == '\\' && q.escapes {
				i++
			}
			i++
		}
		return min(i+len(q.to), len(doc))
	}
	return 0
}
