package sigstore

import (
	"fmt"

	"touchstone/internal/bundleform"
	"touchstone/internal/fault"
)

// otherForm says of a document that is no bundle what it is; nil where nothing is
// recognised. Package bundleform makes bundles of the forms that hold any; who
// asks for one bundle is only told.
func otherForm(doc []byte) error {
	what, give := bundleform.Named(doc)
	if what == "" {
		return nil
	}
	return fail(fault.NotUnderstood, StepBundle, fmt.Sprintf("it is %s, and no bundle: give %s", what, give))
}
