package sigstore

import "strings"

// A Kind tells apart why a bundle proves nothing.
type Kind string

// The kinds of failure. Only Wrong and Malformed speak against the bundle.
const (
	// Wrong: there, and it does not verify: a signature, a proof, a digest.
	Wrong Kind = "wrong"
	// Malformed: it cannot be what it says it is, or two readers would
	// understand it differently.
	Malformed Kind = "malformed"
	// NotUnderstood: of a version or a kind that this program does not know.
	NotUnderstood Kind = "not understood"
	// Missing: the bundle, or the question, lacks something that is needed.
	Missing Kind = "missing"
	// NoAnchor: there, but signed by a key, log or authority that is not
	// among the anchors given, so that there is nothing to check it with.
	NoAnchor Kind = "no anchor"
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
	Kind Kind
	Step Step
	// Reason is in words for people, the same on every platform.
	Reason string
}

func (f *Failure) Error() string {
	return "verifying the " + string(f.Step) + ": " + string(f.Kind) + ": " + f.Reason
}

func fail(kind Kind, step Step, reason string) *Failure {
	return &Failure{Kind: kind, Step: step, Reason: plain(reason)}
}

// plain makes the text of an error the same in every build: protobuf puts a
// no-break space into its errors in some builds and a space in others.
func plain(reason string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(reason, "\u00a0", " ")), " ")
}
