package fetch

import (
	"bytes"
	"fmt"
	"regexp"
	"sync"
	"unicode/utf8"

	"touchstone/internal/strictjson"
)

// A Form is a kind of document. It tells a document, right or wrong, from what a
// login portal, a proxy or a host in trouble sends in its place with status 200:
// that says nothing about the document.
type Form struct {
	// Name is what people call one such document, with its article.
	Name string
	// Fits tells whether a body can be such a document at all.
	Fits func(body []byte) bool
	// Plainly tells that its host never says by a web page that there is none: a page
	// with status 404 or 410 is then of whoever stands between.
	Plainly bool
}

// JSON is any object or array.
var JSON = &Form{Name: "a JSON document", Fits: IsJSON}

// IsJSON tells whether a body is a JSON object or array.
func IsJSON(body []byte) bool {
	text := bytes.TrimLeft(body, " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[') && strictjson.Valid(body)
}

// IsText tells whether a body is text and no web page; nothing at all is text.
func IsText(body []byte) bool { return utf8.Valid(body) && !IsPage(body) }

var pageBegins = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\A\x{feff}?\s*<(!doctype|!--|\?xml|html|head|body|title|meta|script|style|pre|center|div|h[1-6]|p)\b`)
})

// IsPage tells whether a body is a web page, or another document of markup.
func IsPage(body []byte) bool { return pageBegins().Match(body) }

// Fit takes what is of another kind than was asked for out of an answer.
func (f *Form) Fit(a *Answer) {
	switch {
	case f == nil || a.Request.Method == "HEAD":
		return
	case a.State == NotThere && f.Plainly && IsPage(a.Body):
		a.State = Unknown
		a.Reason = fmt.Sprintf("%s answers %d with a web page: it, or whoever stands between, refuses", HostOf(a.URL), a.Status)
		return
	case a.State != Found || f.Fits(a.Body):
		return
	}
	a.State = Unknown
	a.Reason = fmt.Sprintf("%s answers with %s, and not with %s", HostOf(a.URL), came(a.Body), f.Name)
	switch a.Route {
	case Relay:
		a.Reason = "the relay says that " + a.Reason
	case Replay:
		a.Reason = "in the recording, " + a.Reason
	}
	a.Err = &Error{OtherKind, a.Request.URL, a.Reason}
}

// came says what came in place of a document.
func came(body []byte) string {
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return "nothing"
	case IsPage(body):
		return "a web page"
	case IsJSON(body):
		return "another JSON document"
	case IsText(body):
		return "a text of another form"
	}
	return "something else"
}
