package report

import (
	"touchstone/internal/artifact"
	"touchstone/internal/digest"
	"touchstone/internal/registry"
)

// A Comparison is a digest that somebody stated beside the one computed here.
type Comparison struct {
	// Of says of what: "artifact", "files" or "manifest".
	Of        registry.Subject `json:"of"`
	Algorithm string           `json:"algorithm"`
	// By is who stated it: "repository", or "you".
	By string `json:"by"`
	// Recorded is what was stated; Here is empty where nothing was computed.
	Recorded Spellings `json:"recorded"`
	Here     Spellings `json:"here"`
}

// Spellings are the ways in which tools write one digest.
type Spellings struct {
	// Hex is as sha256sum and its kin write it, Tool as the ecosystem's own
	// tools do: "sha512-…" (Subresource Integrity) or "h1:…".
	Hex  string `json:"hex"`
	Tool string `json:"tool"`
}

// Same tells whether something was computed and is what was stated.
func (c Comparison) Same() bool { return c.Here == c.Recorded }

// compared puts every digest that is stated of the package beside its own.
func compared(rel *registry.Release, art *artifact.Artifact) []Comparison {
	out := []Comparison{}
	for _, d := range rel.Ref.Digests {
		of := registry.OfArtifact
		switch {
		case d.Of != "artifact":
			continue // of the manifest alone
		case d.Algorithm == digest.H1:
			of = registry.OfFiles
		}
		out = append(out, compare(art, of, d.Algorithm, d.Value, "you"))
	}
	for _, s := range rel.Record().States {
		if s.Of == registry.OfArtifact || s.Of == registry.OfFiles {
			out = append(out, compare(art, s.Of, s.Algorithm, s.Value, "repository"))
		}
	}
	return out
}

func compare(art *artifact.Artifact, of registry.Subject, algorithm, value, by string) Comparison {
	here := art.Digests[digest.Name(algorithm)]
	if of == registry.OfFiles {
		here = art.ListDigest
	}
	return Comparison{Of: of, Algorithm: digest.Name(algorithm), By: by, Recorded: spellings(algorithm, value), Here: spellings(algorithm, here)}
}

// spellings writes a digest; what is none stays as it is.
func spellings(algorithm, value string) Spellings {
	d, err := digest.Hex(algorithm, value)
	switch {
	case err != nil:
		return Spellings{value, value}
	case algorithm == digest.H1:
		return Spellings{value, d.String()}
	}
	return Spellings{value, d.SRI()}
}

// commands are those of the ecosystem's own tools that can be followed: what
// their output must show stands beside them.
func commands(rel *registry.Release, all []Comparison) []Command {
	out := []Command{}
	for _, c := range rel.Commands {
		text, ok := Shell(c.Env, c.Argv)
		shows := shown(c.Shows, all)
		if !ok || len(shows) < len(c.Shows) {
			continue
		}
		out = append(out, Command{Purpose: c.Purpose, Text: text, Expect: c.Expect, Shows: shows})
	}
	return out
}

// shown finds the digests that a command's output shows.
func shown(wanted []registry.Shown, all []Comparison) []Shown {
	out := []Shown{}
	for _, w := range wanted {
		for _, c := range all {
			if c.By != "repository" || c.Of != w.Of || c.Algorithm != w.Algorithm {
				continue
			}
			one := Shown{Label: w.Label, Recorded: c.Recorded.Tool, Here: c.Here.Tool}
			if w.Hex {
				one.Recorded, one.Here = c.Recorded.Hex, c.Here.Hex
			}
			out = append(out, one)
			break
		}
	}
	return out
}
