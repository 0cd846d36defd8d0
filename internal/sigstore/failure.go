package sigstore

import (
	"strings"

	"touchstone/internal/fault"
)

// A Step names a step of [Verify].
type Step string

// The steps, in the order of [Verify].
const (
	StepBundle      Step = "bundle"
	StepStatement   Step = "statement"
	StepLog         Step = "transparency log"
	StepTime        Step = "time"
	StepCertificate Step = "certificate"
	StepKey         Step = "key"
	StepSignature   Step = "signature"
	StepArtifact    Step = "artifact"
	StepRoot        Step = "trusted root"
	StepQuestion    Step = "question" // what the caller asked with
)

// A Failure says why nothing is proven. It is the only type of error that this
// package returns for a bundle, an envelope or a trusted root.
type Failure struct {
	Kind fault.Kind
	Step Step
	// Reason is in words for people, the same on every platform.
	Reason string
}

func (f *Failure) Error() string {
	return "verifying the " + string(f.Step) + ": " + string(f.Kind) + ": " + f.Reason
}

// Fault is the kind, in the vocabulary of all mechanisms.
func (f *Failure) Fault() fault.Kind { return f.Kind }

func fail(kind fault.Kind, step Step, reason string) *Failure {
	return &Failure{Kind: kind, Step: step, Reason: plain(reason)}
}

// plain makes the text of an error the same in every build: protobuf puts a
// no-break space into its errors in some builds and a space in others.
func plain(reason string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(reason, "\u00a0", " ")), " ")
}
