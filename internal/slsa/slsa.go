// Package slsa reads SLSA build provenance, the one kind of statement that says
// how something was built (slsa.dev/spec/v1.2/build-provenance,
// slsa.dev/provenance/v0.2). It verifies nothing: who signed a statement is
// another question.
package slsa

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"touchstone/internal/source"
	"touchstone/internal/strictjson"
)

// The predicate types. Versions 1.0 to 1.2 share one; a minor version may be
// written behind it.
const (
	V1  = "https://slsa.dev/provenance/v1"
	V02 = "https://slsa.dev/provenance/v0.2"
)

// A Build is what provenance says of a build. What it does not say is empty.
type Build struct {
	Builder    string // the build platform's id, a URI
	Repository string // address of the source
	Commit     string
	Run        string // the build run's id, for most platforms an address
	// Inputs are the URIs of everything that went in, as they stand there.
	Inputs []string
}

// Is tells whether a predicate type is provenance of a version that is read.
// Statements of other kinds prove who signed them, and no build.
func Is(predicateType string) bool {
	minor, v1 := strings.CutPrefix(predicateType, V1)
	minor, dotted := strings.CutPrefix(minor, ".")
	return predicateType == V02 || v1 && (predicateType == V1 || dotted && minor != "" && strings.Trim(minor, "0123456789") == "")
}

// Read reads a predicate of a type that [Is] provenance. Keys count in their
// exact spelling alone: what readers that fold case would take for another key
// is another key. A predicate that says neither builder, source nor run states
// no build, and is an error.
func Read(predicateType string, predicate []byte) (Build, error) {
	if !Is(predicateType) {
		return Build{}, fmt.Errorf("reading provenance: %q is a statement of another kind", predicateType)
	}
	p := strictjson.Fields(predicate) // what stands twice is refused where the statement is read
	if p == nil {
		return Build{}, errors.New("reading provenance: it is no object")
	}
	var b Build
	var err error
	if predicateType == V02 {
		err = b.readV02(p)
	} else {
		err = b.readV1(p)
	}
	switch {
	case err != nil:
		return Build{}, fmt.Errorf("reading provenance: its %w", err)
	case b.Builder == "" && b.Repository == "" && b.Run == "":
		return Build{}, errors.New("reading provenance: it names neither builder, source nor build run")
	}
	return b, nil
}

func (b *Build) readV1(p strictjson.Object) error {
	var definition, parameters, workflow, run, builder, metadata strictjson.Object
	return errors.Join(
		p.Into("buildDefinition", &definition),
		definition.Into("externalParameters", &parameters),
		parameters.Into("workflow", &workflow),
		workflow.Into("repository", &b.Repository),
		p.Into("runDetails", &run),
		run.Into("builder", &builder),
		builder.Into("id", &b.Builder),
		run.Into("metadata", &metadata),
		metadata.Into("invocationId", &b.Run),
		b.take(definition["resolvedDependencies"], "gitCommit", "sha1"),
	)
}

func (b *Build) readV02(p strictjson.Object) error {
	var builder, invocation, config, digest, metadata strictjson.Object
	var uri string
	err := errors.Join(
		p.Into("builder", &builder),
		builder.Into("id", &b.Builder),
		p.Into("invocation", &invocation),
		invocation.Into("configSource", &config),
		config.Into("uri", &uri),
		config.Into("digest", &digest),
		digest.Into("sha1", &b.Commit),
		p.Into("metadata", &metadata),
		metadata.Into("buildInvocationId", &b.Run),
	)
	b.Repository = git(uri)
	return errors.Join(err, b.take(p["materials"], "sha1"))
}

// take reads the inputs: the source itself says the commit, all are listed.
// Other repositories may be among them.
func (b *Build) take(raw json.RawMessage, commits ...string) error {
	var list []json.RawMessage
	if len(raw) > 0 && json.Unmarshal(raw, &list) != nil {
		return errors.New("inputs are no list")
	}
	for _, each := range list {
		input := strictjson.Fields(each)
		if input == nil {
			return errors.New("inputs hold something that is no object")
		}
		var uri string
		var digest strictjson.Object
		if err := errors.Join(input.Into("uri", &uri), input.Into("digest", &digest)); err != nil {
			return fmt.Errorf("inputs hold something else than inputs: %w", err)
		}
		for _, algorithm := range commits {
			if b.Commit == "" && source.Compare(git(uri), b.Repository) == source.Same {
				if err := digest.Into(algorithm, &b.Commit); err != nil {
					return err
				}
			}
		}
		b.Inputs = append(b.Inputs, uri)
	}
	return nil
}

// git is the repository of "git+https://host/o/r@ref"; empty for another URI.
func git(uri string) string {
	a, ok := source.Parse(uri)
	if !ok || !strings.HasPrefix(uri, "git+") {
		return ""
	}
	return a.Repository.String()
}
