package purl

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// A Kind says why a text could not be read.
type Kind string

// The kinds of failure.
const (
	Empty            Kind = "empty"             // nothing but white space
	Malformed        Kind = "malformed"         // no known form, or several packages
	Ambiguous        Kind = "ambiguous"         // a word that may mean several packages
	UnsupportedType  Kind = "unsupported type"  // an ecosystem that is not served
	RefusedQualifier Kind = "refused qualifier" // asks for something that would not be honoured
	BadName          Kind = "bad name"          // against the ecosystem's grammar of names
	BadVersion       Kind = "bad version"       // no exact version
)

// Error is the only type of error that [Parse] returns: the question could
// not be asked. Detail says what was found and what to do.
type Error struct {
	Kind   Kind
	Input  string // as pasted, trimmed
	Detail string
}

// shownInput is how much of the input a message repeats, in bytes.
const shownInput = 80

func (e *Error) Error() string {
	if e.Input == "" {
		return "reading the reference: " + e.Detail
	}
	return "reading " + shown(e.Input) + ": " + e.Detail
}

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

func fail(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Detail: fmt.Sprintf(format, args...)}
}

// kindOf is the kind of an error made by fail; empty for nil.
func kindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}
