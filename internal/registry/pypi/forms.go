package pypi

import (
	"bytes"

	"touchstone/internal/fetch"
	"touchstone/internal/strictjson"
)

// The kinds of documents that PyPI serves. Each form takes whatever can be such
// a document at all, a wrong one too: that is for the checks.
var (
	indexForm = &fetch.Form{Name: "a project's index", Fits: func(body []byte) bool {
		return strictjson.Fields(body).Has("files")
	}}
	provenanceForm = &fetch.Form{Name: "a provenance document", Fits: func(body []byte) bool {
		return strictjson.Fields(body).Has("attestation_bundles")
	}}
	metadataForm = &fetch.Form{Name: "a package's metadata", Fits: func(body []byte) bool {
		return !fetch.IsPage(body) && !fetch.IsJSON(body) &&
			(bytes.HasPrefix(body, []byte("Metadata-Version:")) || bytes.Contains(body, []byte("\nName:")) || bytes.Contains(body, []byte("\nVersion:")))
	}}
)
