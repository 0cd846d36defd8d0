package golang

import (
	"bytes"
	"unicode/utf8"

	"touchstone/internal/fetch"
	"touchstone/internal/strictjson"
)

// The kinds of documents that proxy and database serve. Each form takes whatever
// can be such a document at all, a wrong one too: that is for the checks.
var (
	versionForm = &fetch.Form{Name: "a version record", Fits: func(body []byte) bool {
		return strictjson.Fields(body).Has("Version")
	}, Plainly: true}
	modForm = &fetch.Form{Name: "a go.mod file", Fits: func(body []byte) bool {
		return len(bytes.TrimSpace(body)) > 0 && !fetch.IsPage(body) && !fetch.IsJSON(body)
	}, Plainly: true}
	listForm = &fetch.Form{Name: "a list of versions", Fits: func(body []byte) bool {
		return !fetch.IsPage(body) && !fetch.IsJSON(body)
	}, Plainly: true}
	lookupForm = &fetch.Form{Name: "a checksum record", Fits: func(body []byte) bool {
		number, _, more := bytes.Cut(body, []byte("\n"))
		return more && len(number) > 0 && len(bytes.Trim(number, "0123456789")) == 0
	}, Plainly: true}
	headForm = &fetch.Form{Name: "a signed head", Fits: func(body []byte) bool { return bytes.HasPrefix(body, []byte("go.sum database tree\n")) }}
	// A tile is a row of hashes, which are no text.
	tileForm = &fetch.Form{Name: "a tile of the log", Fits: func(body []byte) bool {
		return len(body) > 0 && len(body)%32 == 0 && !utf8.Valid(body)
	}}
)
