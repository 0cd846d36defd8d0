package evidence

import (
	"slices"

	"touchstone/internal/prove"
	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
	"touchstone/internal/source"
)

// MaySpeak tells, before the package arrives, whose certificates may turn out to be
// those of somebody entitled: whom the repository or the name calls the publisher, whose
// source repository the record names, or from whom the reader expects the package. It
// judges nobody; the check of the signer's identity does.
func MaySpeak(rel *registry.Release, expected Expectation) prove.Speaks {
	return func(a registry.Attestation, id *sigstore.Identity) bool {
		named := rel.Publishers
		if a.Publisher != nil {
			named = []registry.Publisher{*a.Publisher}
		}
		repository, _ := id.Source()
		return slices.ContainsFunc(named, func(p registry.Publisher) bool { return contradiction(p, id) == "" }) ||
			repository != "" && source.Compare(rel.Source.Repository, repository) == source.Same ||
			expected != (Expectation{}) && expected.lacks(id) == ""
	}
}
