package maven

import (
	"errors"
	"fmt"

	"touchstone/internal/digest"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
	"touchstone/internal/strictjson"
)

// A module is what Gradle wrote of a version
// (github.com/gradle/gradle, platforms/documentation, gradle-module-metadata-1.1).
type module struct {
	asked  bool
	answer fetch.Answer
	bundle fetch.Answer // Sigstore's, of the document
	lost   error        // why it could not be read
	// states are the digests that it states of the file that is audited.
	states []registry.Stated
}

// moduleOf asks for the module. One of another name states nothing.
func moduleOf(q *question, at coordinates) (module, error) {
	m := module{asked: true}
	var err error
	if m.answer, err = q.get(at.url(), "Gradle module", maxModule, moduleForm); err != nil || m.answer.State != fetch.Found {
		return m, err
	}
	if m.states, err = readModule(m.answer.Body, q.at); err != nil {
		m.states, m.lost = nil, err
		m.answer.Unusable("what came as the Gradle module cannot be used: " + err.Error())
	}
	return m, nil
}

// readModule reads the digests that a module states of a file.
//
//  1. Its component is this name and version.
//  2. Each variant's files: those whose address is the file's name.
//  3. What several variants state of one file is the same.
func readModule(doc []byte, at coordinates) ([]registry.Stated, error) {
	all, err := strictjson.Parse(doc)
	if err != nil {
		return nil, err
	}
	// 1.
	c := all.Object("component")
	if c.Text("group") == "" || c.Text("module") == "" || c.Text("version") == "" {
		return nil, errors.New("it does not say which version it is of")
	}
	if c.Text("group") != at.group || c.Text("module") != at.artifact || c.Text("version") != at.version {
		return nil, &registry.Astray{Stated: c.Text("group") + ":" + c.Text("module") + ":" + c.Text("version"), Asked: at.gav()}
	}
	// 2.
	var out []registry.Stated
	stated := map[string]string{}
	for _, raw := range all.List("variants") {
		for _, file := range strictjson.Fields(raw).List("files") {
			f := strictjson.Fields(file)
			if f.Text("url") != at.file() {
				continue
			}
			for _, algorithm := range algorithms {
				if !f.Has(algorithm) {
					continue
				}
				d, err := digest.Hex(algorithm, f.Text(algorithm))
				if err != nil {
					return nil, fmt.Errorf("a digest that it states of %s cannot be read: %w", at.file(), err)
				}
				// 3.
				if before, again := stated[algorithm]; again {
					if before != d.Sum {
						return nil, errors.New("it states two digests of one kind for one file")
					}
					continue
				}
				stated[algorithm] = d.Sum
				out = append(out, registry.Stated{Of: registry.OfArtifact, Algorithm: d.Algorithm, Value: d.Sum})
			}
		}
	}
	return out, nil
}
