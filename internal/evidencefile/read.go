package evidencefile

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/fetch/har"
	"touchstone/internal/strictjson"
)

// Saved is what of an evidence file another audit rests on: all of it is
// somebody's word.
type Saved struct {
	// Reference is the question.
	Reference string
	// Time is when it was audited, by the file's own word.
	Time time.Time
	// Record holds the answers.
	Record *fetch.Record
	// File is a package that the person had brought; nil for none. Name is what it
	// is called.
	File []byte
	Name string
}

// Is tells whether bytes begin as a zip does, and not as an HTTP Archive.
func Is(data []byte) bool { return bytes.HasPrefix(data, []byte("PK")) }

// limits are those of a file's zip. Nothing in one is compressed, but a person
// may have packed it again.
var limits = archive.Limits{Archive: Most + 1<<20, Total: Most, Entries: 10_000, Ratio: 100, Name: 255}

// Read reads an evidence file. The error says what else it is, what is damaged,
// or by which version it was made:
//
//  1. the zip must be such that every reader sees the same in it;
//  2. its head tells form and question;
//  3. the HTTP Archive holds the answers, and names their files.
func Read(data []byte) (*Saved, error) {
	saved, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("reading the evidence file: %w", err)
	}
	return saved, nil
}

func read(data []byte) (*Saved, error) {
	members, err := unpack(data) // 1
	if err != nil {
		return nil, err
	}
	first, there := members[head] // 2
	if !there {
		return nil, fmt.Errorf("the zip holds no %s, so it is none; a package file is given beside one, and a zip inside another is unpacked first", head)
	}
	o, err := strictjson.Parse(first)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; give the file as it was saved", head, err)
	}
	text := func(key string) string { return strictjson.Text(o[key]) }
	if text("format") != Format {
		return nil, fmt.Errorf("its form is %.60q, and this version reads %q; check it with the version that saved it", text("format"), Format)
	}
	saved := &Saved{Reference: text("reference")}
	if saved.Reference == "" {
		return nil, fmt.Errorf("%s names no package; give the file as it was saved", head)
	}
	if saved.Time, err = time.Parse(time.RFC3339, text("time")); err != nil {
		return nil, fmt.Errorf("%s: the time %.40q is none; give the file as it was saved", head, text("time"))
	}
	if name := text("package"); name != "" {
		if saved.File, there = members[name]; !there || !strings.HasPrefix(name, packages) {
			return nil, fmt.Errorf("%s names the package %.100q, which is not there; give the file as it was saved", head, name)
		}
		saved.Name = path.Base(name)
	}
	archived, there := members[requests] // 3
	if !there {
		return nil, fmt.Errorf("the zip holds no %s; give the file as it was saved", requests)
	}
	saved.Record, err = har.ReadBeside(archived, func(name string) ([]byte, bool) {
		body, there := members[name]
		return body, there && (strings.HasPrefix(name, answers) || strings.HasPrefix(name, packages))
	})
	return saved, err
}

// unpack gives the members that are read, by path.
func unpack(data []byte) (map[string][]byte, error) {
	members := map[string]*bytes.Buffer{}
	c, err := archive.Read(archive.Zip, data, archive.Options{Limits: limits, Inspect: func(name string, _ int64) io.Writer {
		if name != head && name != requests && !strings.HasPrefix(name, answers) && !strings.HasPrefix(name, packages) {
			return nil
		}
		members[name] = new(bytes.Buffer)
		return members[name]
	}})
	if err != nil {
		return nil, err
	}
	if len(c.Problems) > 0 {
		return nil, fmt.Errorf("%s Give the file as it was saved", c.Problems[0].Detail)
	}
	if !c.Complete {
		return nil, fmt.Errorf("it cannot be read to its end; give the file as it was saved")
	}
	out := make(map[string][]byte, len(members))
	for _, f := range c.Files {
		if b := members[f.Path]; b != nil {
			out[f.Path] = b.Bytes()
		}
	}
	return out, nil
}
