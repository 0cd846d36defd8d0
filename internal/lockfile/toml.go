package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"touchstone/internal/stricttoml"
)

// ofTOML reads a TOML document. Lines are those of the headers of tables that
// stand in a list, where they can be told.
func ofTOML(doc []byte) (*node, error) {
	if err := crowded(doc); err != nil {
		return nil, err
	}
	all, err := stricttoml.Parse(doc)
	if err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("line %d: %s", syntax.Position.Line, syntax.Message)
		}
		return nil, err
	}
	root := ofValue(all)
	lines := map[string][]int{}
	n := 0
	for line := range bytes.Lines(doc) {
		n++
		if header := string(bytes.TrimSpace(line)); strings.HasPrefix(header, "[[") && strings.HasSuffix(header, "]]") {
			name := header[2 : len(header)-2]
			lines[name] = append(lines[name], n)
		}
	}
	for name, at := range lines {
		if list := root.get(name).elements(); len(list) == len(at) {
			for i := range list {
				list[i].line = at[i]
			}
		}
	}
	return root, nil
}

// tables are those of a list; none where there is no list of this name.
func (n *node) tables(list string) ([]*node, error) {
	all := n.get(list)
	if all == nil {
		return nil, nil
	}
	wrong := all.plain || len(all.keys) > 0
	for _, one := range all.list {
		wrong = wrong || one.plain || one.list != nil
	}
	if wrong {
		return nil, fmt.Errorf("%q is no list of tables", list)
	}
	return all.list, nil
}

// otherTables adds what stands in lists of tables that are not known in this format:
// its client may read them.
func (f *File) otherTables(root *node, known ...string) error {
	for _, key := range root.keys {
		if slices.Contains(known, key) {
			continue
		}
		for i, one := range root.at[key].list {
			if one.keys == nil {
				continue
			}
			p := Pin{Line: one.line, Key: fmt.Sprintf("%s[%d]", key, i), Name: one.str("name"), Version: one.str("version")}
			if err := f.add(p.is(NotRead, fmt.Sprintf("It stands in a list %.60q, which is not known in files of this format.", key))); err != nil {
				return err
			}
		}
	}
	return nil
}

// ofValue is a TOML value, with keys in alphabetical order.
func ofValue(value any) *node {
	n := &node{}
	switch v := value.(type) {
	case map[string]any:
		var keys []string
		for key := range v {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			n.put(key, ofValue(v[key]))
		}
	case []map[string]any:
		for _, one := range v {
			n.list = append(n.list, ofValue(one))
		}
	case []any:
		for _, one := range v {
			n.list = append(n.list, ofValue(one))
		}
	default:
		n.text, n.plain = fmt.Sprint(v), true
	}
	return n
}
