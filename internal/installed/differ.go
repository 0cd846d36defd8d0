package installed

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"touchstone/internal/archive"
)

// Bounds of what is shown of a changed file.
const (
	largestText = 512 << 10 // bytes of either file
	mostCompare = 4 << 20   // pairs of lines that are compared
	mostShown   = 400       // lines
	context     = 2         // lines around a change
)

// Differ shows in which lines a file of the folder differs from the published
// one: "-" begins a published line, "+" one that stands here. What is no text, or
// differs too much, is an error that says so.
func (p Package) Differ(path string, here []byte) (string, error) {
	if p.Contents == nil {
		return "", errors.New("comparing a file: the package did not arrive")
	}
	i := slices.IndexFunc(p.Contents.Files, func(f archive.File) bool { return p.Written(f.Path) == path })
	if i < 0 {
		return "", fmt.Errorf("comparing a file: the package has no %.200q", path)
	}
	published, err := archive.Open(p.Read, p.Bytes, p.Contents.Files[i], largestText)
	if err != nil {
		return "", err
	}
	if len(here) > largestText || !isText(published) || !isText(here) {
		return "", fmt.Errorf("comparing a file: %.200q is no text of at most %d bytes", path, largestText)
	}
	return lines(split(published), split(here))
}

func isText(b []byte) bool { return utf8.Valid(b) && !bytes.Contains(b, []byte{0}) }

// split cuts a text into lines, with their ends: a changed end of a line shows.
func split(text []byte) []string { return slices.Collect(strings.Lines(string(text))) }

// lines writes the differences of two texts.
//
//  1. What both begin with and end with is left out.
//  2. Of what is between, the longest common subsequence stays (Wagner and
//     Fischer), by a table of the lengths of those of all rests.
//  3. Lines around each change are repeated, so that the place can be found.
func lines(a, b []string) (string, error) {
	// 1.
	begin := 0
	for begin < len(a) && begin < len(b) && a[begin] == b[begin] {
		begin++
	}
	end := 0
	for end < len(a)-begin && end < len(b)-begin && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	x, y := a[begin:len(a)-end], b[begin:len(b)-end]
	if (len(x)+1)*(len(y)+1) > mostCompare {
		return "", fmt.Errorf("comparing a file: too much differs to be shown, about %d lines here and %d published", len(y), len(x))
	}
	// 2.
	rest := make([][]int32, len(x)+1)
	for i := range rest {
		rest[i] = make([]int32, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				rest[i][j] = rest[i+1][j+1] + 1
			} else {
				rest[i][j] = max(rest[i+1][j], rest[i][j+1])
			}
		}
	}
	// 3.
	var out written
	out.around(a[max(begin-context, 0):begin])
	for i, j := 0, 0; i < len(x) || j < len(y); {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			out.line(" ", x[i])
			i, j = i+1, j+1
		case j == len(y) || i < len(x) && rest[i+1][j] >= rest[i][j+1]:
			out.line("-", x[i])
			i++
		default:
			out.line("+", y[j])
			j++
		}
	}
	out.around(a[len(a)-end : min(len(a)-end+context, len(a))])
	if out.more > 0 {
		fmt.Fprintf(&out.text, "… %d more lines\n", out.more)
	}
	return fmt.Sprintf("from line %d\n", max(begin-context, 0)+1) + out.text.String(), nil
}

// A written is the text of the differences, and how many lines are left out.
type written struct {
	text    strings.Builder
	n, more int
}

func (w *written) line(sign, line string) {
	if w.n == mostShown {
		w.more++
		return
	}
	w.n++
	w.text.WriteString(sign + strings.TrimSuffix(line, "\n") + "\n")
	if !strings.HasSuffix(line, "\n") {
		w.text.WriteString("\\ no end of line\n")
	}
}

func (w *written) around(all []string) {
	for _, line := range all {
		w.line(" ", line)
	}
}
