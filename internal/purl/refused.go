package purl

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Kind says why a question could not be asked.
type Kind string

// The kinds of refusal.
const (
	Empty            Kind = "empty"             // nothing but white space
	Malformed        Kind = "malformed"         // no known form, or one that contradicts itself
	Several          Kind = "several"           // more than one package
	Ambiguous        Kind = "ambiguous"         // a word that may mean several packages
	NoPackage        Kind = "no package"        // something known that is no package
	UnsupportedType  Kind = "unsupported type"  // an ecosystem that is not served
	WholeOnly        Kind = "whole program"     // an ecosystem that the page's first program leaves to the whole one
	RefusedQualifier Kind = "refused qualifier" // asks for something that would not be honoured
	BadName          Kind = "bad name"          // against the ecosystem's grammar of names
	BadVersion       Kind = "bad version"       // no exact version
	Missing          Kind = "missing"           // the repository says itself that it does not have it
	Unlearned        Kind = "not learned"       // whether the repository has it, or which version is meant, could not be learned now
)

// Refused is the only type of error by which a question is refused, by [Parse]
// or by the adapter of a repository: nothing was audited.
type Refused struct {
	Kind Kind `json:"kind"`
	// Detail says in whole sentences what was found and what to do. What was
	// pasted stands in it quoted and escaped.
	Detail string `json:"detail"`
	// Type is the purl type, where the kind is WholeOnly.
	Type string `json:"type,omitempty"`
	// Choices are references that may have been meant, best first. They are
	// made here from what was read, never taken out of a text.
	Choices []Choice `json:"choices"`
	// More is how many further ones there are, which are not among Choices.
	More int `json:"more,omitempty"`
	// Range is the range of versions that was given in place of one; empty where
	// none was. Which version it means only the repository can tell.
	Range string `json:"range,omitempty"`
	// Page is where the ecosystem is described; nil for none.
	Page *Page `json:"page,omitempty"`

	beyond []string // the references that More counts
}

// A Choice is a reference that may be asked instead.
type Choice struct {
	Reference string `json:"reference"` // a package URL
	Why       string `json:"why"`       // a few words that stand beside it; may be empty
}

// A Page is a page of the site.
type Page struct {
	Path string `json:"path"` // begins and ends with a slash
	Text string `json:"text"` // what the link says
}

// maxChoices is how many choices are offered at most.
const maxChoices = 20

// Error is the detail, with the choices.
func (r *Refused) Error() string {
	if len(r.Choices) == 0 {
		return r.Detail
	}
	var refs []string
	for _, c := range r.Choices {
		refs = append(refs, c.Reference)
	}
	if r.More > 0 {
		refs = append(refs, fmt.Sprintf("and %d more", r.More))
	}
	return r.Detail + " To choose from: " + strings.Join(refs, ", ")
}

// Offer adds a reference that may be asked instead, once. Beside it stands why,
// or where that is empty what kind of package it is.
func (r *Refused) Offer(ref Ref, why string) *Refused {
	text := ref.String()
	if d := dialectOf(ref.Type); why == "" && d != nil {
		why = d.one
	}
	r.take([]Choice{{text, why}})
	return r
}

// take adds choices, each once; those beyond the most are counted.
func (r *Refused) take(choices []Choice) {
	for _, c := range choices {
		is := func(has Choice) bool { return has.Reference == c.Reference }
		switch {
		case slices.ContainsFunc(r.Choices, is), slices.Contains(r.beyond, c.Reference):
		case len(r.Choices) < maxChoices:
			r.Choices = append(r.Choices, c)
		default:
			r.beyond = append(r.beyond, c.Reference)
			r.More++
		}
	}
}

// Some lists names for a sentence; how many are left out is said.
func Some(names []string) string {
	if len(names) <= maxChoices {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxChoices], ", "), len(names)-maxChoices)
}

// Refuse makes a refusal. Format gives whole sentences.
func Refuse(kind Kind, format string, args ...any) *Refused {
	return &Refused{Kind: kind, Detail: fmt.Sprintf(format, args...), Choices: []Choice{}}
}

// fail is Refuse where nothing is to choose from.
func fail(kind Kind, format string, args ...any) error {
	return Refuse(kind, format, args...)
}

// shownInput is how much of the input a message repeats, in bytes.
const shownInput = 80

// shown quotes what was pasted so that no character hides, and cuts it.
func shown(s string) string {
	if len(s) <= shownInput {
		return strconv.QuoteToASCII(s)
	}
	cut := shownInput
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strconv.QuoteToASCII(s[:cut]) + "…"
}

// kindOf is the kind of a refusal; empty for nil.
func kindOf(err error) Kind {
	var r *Refused
	if errors.As(err, &r) {
		return r.Kind
	}
	return ""
}
