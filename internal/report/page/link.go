package page

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

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
	if err != nil || u.Scheme != "https" || u.User != nil || u.Opaque != "" || !named(u.Host) {
		return "", false
	}
	return templ.SafeURL(address), true
}

// named accepts host names of two labels or more, in ASCII letters, digits and
// hyphens; the last is of letters alone, as all of the root zone's are (RFC 1123,
// section 2.1), or the form of such a name in other letters (RFC 5890, section
// 2.3.2.1): so no number is a host.
func named(host string) bool {
	labels := strings.Split(host, ".")
	if len(labels) < 2 || len(host) > 253 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return false
		}
		for i := 0; i < len(label); i++ {
			if c := label[i]; !letter(c) && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	last := labels[len(labels)-1]
	other, encoded := strings.CutPrefix(strings.ToLower(last), "xn--")
	return encoded && other != "" || strings.Trim(last, letters) == ""
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// AuditLink leads to the audit of a reference on the page that shows this one.
// The reference stays in the fragment, which no server sees.
func AuditLink(reference string) templ.SafeURL {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.WriteByte('#')
	for i := 0; i < len(reference); i++ {
		c := reference[i]
		if letter(c) || c >= '0' && c <= '9' || strings.IndexByte("-._~!$&()*+,;=:@/", c) >= 0 {
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
