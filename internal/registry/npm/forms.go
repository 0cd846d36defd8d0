package npm

import (
	"touchstone/internal/fetch"
	"touchstone/internal/strictjson"
)

// The kinds of documents that the registry serves. Each form takes whatever can be
// such a document at all, a wrong one too: that is for the checks.
var (
	recordForm = &fetch.Form{Name: "a version record", Fits: func(body []byte) bool {
		record := strictjson.Fields(body)
		return (record.Has("name") || record.Has("version") || record.Has("dist"))
	}}
	attestationsForm = &fetch.Form{Name: "a list of attestations", Fits: func(body []byte) bool {
		return strictjson.Fields(body).Has("attestations")
	}}
)
