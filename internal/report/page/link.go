package page

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"touchstone/internal/hostname"
	"touchstone/internal/report"
)

// maxLink is how long an address may be that is shown as a link, in bytes.
const maxLink = 2000

// Link makes an address from outside the target of a link, or refuses: then it
// is shown as text. It is the only way from an address to a link.
//
// Only https to a named host is linked: no other scheme, no user information,
// no port, and nothing outside printable ASCII, because a reader could not
// tell where such a link leads. templ's own type for addresses lets more
// schemes through.
func Link(address string) (templ.SafeURL, bool) {
	if len(address) > maxLink || !strings.HasPrefix(address, "https://") {
		return "", false
	}
	for i := 0; i < len(address); i++ {
		if c := address[i]; c <= ' ' || c > '~' || strings.IndexByte("\"'<>\\^`{|}", c) >= 0 {
			return "", false
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Opaque != "" || !hostname.Valid(hostname.Lower(u.Host)) {
		return "", false
	}
	return templ.SafeURL(address), true
}

// AuditLink leads to the audit of a reference on the page that shows this one.
// The reference stays in the fragment, which no server sees.
func AuditLink(reference string) templ.SafeURL {
	const (
		hex   = "0123456789ABCDEF"
		plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&()*+,;=:@/"
	)
	var b strings.Builder
	b.WriteByte('#')
	for i := 0; i < len(reference); i++ {
		c := reference[i]
		if strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return templ.SafeURL(b.String())
}

// ruleLink leads to a requirement's place in the principles. Track and id are
// the rules' own, of letters, digits and hyphens.
func ruleLink(q report.Requirement) templ.SafeURL {
	return templ.SafeURL("/principles/" + q.Track + "/#" + q.ID)
}
