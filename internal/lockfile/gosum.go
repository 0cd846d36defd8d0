package lockfile

import (
	"fmt"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/purl"
)

func looksGoSum(doc []byte) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(string(doc[:min(len(doc), 4096)])), "\n")
	words := strings.Fields(first)
	return len(words) == 3 && strings.HasPrefix(words[2], "h1:")
}

// readGoSum reads go.sum and go.work.sum (go.dev/ref/mod#go-sum-files): each
// line pins the files of one module version, or its go.mod alone.
func readGoSum(f *File, doc []byte) error {
	f.Format, f.joins = "go.sum", true
	line := 0
	for text := range strings.SplitSeq(string(doc), "\n") {
		line++
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if len(words) != 3 {
			return fmt.Errorf("line %d: %.200q is no line of a go.sum file, which has a module, a version and a hash", line, text)
		}
		p := Pin{Line: line, Key: words[0] + " " + words[1], Name: words[0]}
		version, manifest := strings.CutSuffix(words[1], "/go.mod")
		p.Version = version
		d, err := digest.ParseH1(words[2])
		p = p.ofPackage(purl.Golang, []digest.Digest{d}, err)
		if manifest && p.Kind == Package {
			p.Ref.Digests[0].Of = "go.mod"
		}
		if err := f.add(p); err != nil {
			return err
		}
	}
	return nil
}
