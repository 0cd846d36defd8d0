// Package fault is the one vocabulary in which mechanisms of verification say
// why something proves nothing. What that means for a package is decided by
// whoever asked (package evidence).
package fault

import "errors"

// A Kind tells apart why something proves nothing. Only Wrong and Malformed
// speak against it.
type Kind string

// The kinds.
const (
	// Wrong: there, and it does not verify: a signature, a proof, a digest.
	Wrong Kind = "wrong"
	// Malformed: it cannot be what it says it is, or two readers would
	// understand it differently.
	Malformed Kind = "malformed"
	// NotUnderstood: of a version or a kind that this program does not know.
	NotUnderstood Kind = "not understood"
	// Missing: something that is needed is not there, or could not be fetched.
	Missing Kind = "missing"
	// Weak: there, by an algorithm that can be forged: it proves nothing, and
	// speaks against nobody.
	Weak Kind = "weak"
	// NoAnchor: there, but signed by a key, log or authority that is not
	// among the anchors given, so that there is nothing to check it with.
	NoAnchor Kind = "no anchor"
)

// A Fault is an error of a mechanism.
type Fault interface {
	error
	Fault() Kind
}

// Of is the kind of an error's fault; empty for an error that is none.
func Of(err error) Kind {
	if f, ok := errors.AsType[Fault](err); ok {
		return f.Fault()
	}
	return ""
}

// New makes a fault of a kind; the reason is for people.
func New(kind Kind, reason string) Fault { return fault{kind, reason} }

type fault struct {
	kind   Kind
	reason string
}

func (f fault) Error() string { return string(f.kind) + ": " + f.reason }
func (f fault) Fault() Kind   { return f.kind }
