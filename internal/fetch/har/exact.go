package har

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// readNames are the names of members that mean something here.
var readNames = func() map[string]string {
	names := map[string]string{}
	for _, name := range []string{
		"log", "version", "entries", "startedDateTime", "time", "_route", "comment", "request", "response", "method", "url",
		"headers", "name", "value", "status", "redirectURL", "content", "size", "mimeType", "text", "encoding", "_file",
	} {
		names[folded(name)] = name
	}
	return names
}()

// mostNested bounds how deep a document nests: it is that of the decoder, which comes
// second and would see it only when all names were noted.
const mostNested = 10_000

// mostNames bounds how many names an object has: entries stand in lists.
const mostNames = 100_000

// exact refuses a document in which an object has a name twice, or one of ours
// in another case: readers disagree on which of the two counts. It looks at names
// alone; that all else is JSON is for the decoder to see.
func exact(doc []byte) error {
	var open []map[string]bool // the names of each object; nil is an array
	isName := false
	for i := 0; i < len(doc); i++ {
		if len(open) > mostNested {
			return fmt.Errorf("at byte %d: it nests deeper than %d", i, mostNested)
		}
		switch doc[i] {
		case '{':
			open, isName = append(open, map[string]bool{}), true
		case '[':
			open, isName = append(open, nil), false
		case '}', ']':
			open, isName = open[:max(len(open)-1, 0)], false
		case ',':
			isName = len(open) > 0 && open[len(open)-1] != nil
		case '"':
			end := i + 1
			for end < len(doc) && doc[end] != '"' {
				if next := bytes.IndexAny(doc[end:], `"\\`); next < 0 {
					return nil
				} else if end += next; doc[end] == '\\' {
					end += 2
				}
			}
			if end >= len(doc) {
				return nil
			}
			if isName {
				if err := fresh(open[len(open)-1], doc[i:end+1]); err != nil {
					return fmt.Errorf("at byte %d: %w", i, err)
				}
			}
			i, isName = end, false
		}
	}
	return nil
}

// fresh notes a name of an object.
func fresh(seen map[string]bool, quoted []byte) error {
	var name string
	if json.Unmarshal(quoted, &name) != nil {
		return nil
	}
	key := folded(name)
	if ours, known := readNames[key]; known && ours != name {
		return fmt.Errorf("the name %.40q looks like %q", name, ours)
	}
	if len(seen) == mostNames {
		return fmt.Errorf("an object has more than %d names", mostNames)
	}
	if seen[key] {
		return fmt.Errorf("%.40q stands twice, in this or another case", name)
	}
	seen[key] = true
	return nil
}

// folded makes names alike that encoding/json takes for one: each rune becomes
// the smallest that differs from it in case alone.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		smallest := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			smallest = min(smallest, other)
		}
		return smallest
	}, name)
}
