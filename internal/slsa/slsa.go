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
	p, err := object(predicate)
	if err != nil {
		return Build{}, fmt.Errorf("reading provenance: it %w", err)
	}
	var b Build
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

func (b *Build) readV1(p fields) error {
	var definition, parameters, workflow, run, builder, metadata fields
	return errors.Join(
		p.in("buildDefinition", &definition),
		definition.in("externalParameters", &parameters),
		parameters.in("workflow", &workflow),
		workflow.in("repository", &b.Repository),
		p.in("runDetails", &run),
		run.in("builder", &builder),
		builder.in("id", &b.Builder),
		run.in("metadata", &metadata),
		metadata.in("invocationId", &b.Run),
		b.take(definition["resolvedDependencies"], "gitCommit", "sha1"),
	)
}

func (b *Build) readV02(p fields) error {
	var builder, invocation, config, digest, metadata fields
	var uri string
	err := errors.Join(
		p.in("builder", &builder),
		builder.in("id", &b.Builder),
		p.in("invocation", &invocation),
		invocation.in("configSource", &config),
		config.in("uri", &uri),
		config.in("digest", &digest),
		digest.in("sha1", &b.Commit),
		p.in("metadata", &metadata),
		metadata.in("buildInvocationId", &b.Run),
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
		input, err := object(each)
		var uri string
		var digest fields
		if err := errors.Join(err, input.in("uri", &uri), input.in("digest", &digest)); err != nil {
			return fmt.Errorf("inputs hold something else than inputs: %w", err)
		}
		for _, algorithm := range commits {
			if b.Commit == "" && source.Compare(git(uri), b.Repository) == source.Same {
				if err := digest.in(algorithm, &b.Commit); err != nil {
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

// fields is a JSON object by the exact spelling of its keys. A key that stands
// twice is refused where the whole statement is read (package sigstore).
type fields map[string]json.RawMessage

func object(raw []byte) (fields, error) {
	var f fields
	if json.Unmarshal(raw, &f) != nil || f == nil {
		return nil, errors.New("is no object")
	}
	return f, nil
}

// in reads the value at a key into place; a key that is not there, or null,
// leaves it as it is.
func (f fields) in(key string, place any) error {
	raw, there := f[key]
	if !there || string(raw) == "null" {
		return nil
	}
	if err := json.Unmarshal(raw, place); err != nil {
		return fmt.Errorf("%q is not of the right kind", key)
	}
	return nil
}
