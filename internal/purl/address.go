package purl

import (
	"net/url"
	"slices"
	"strings"

	"touchstone/internal/hostname"
)

// An address is a pasted https address, taken apart. Nothing is ever fetched
// from it: it only names a package.
type address struct {
	host     string
	segments []string // of the path, unescaped; each may hold any character
	query    url.Values
	fragment string
}

// is tells whether the path begins with the segments given.
func (a address) is(prefix ...string) bool {
	return len(a.segments) >= len(prefix) && slices.Equal(a.segments[:len(prefix)], prefix)
}

// at is the i-th segment, empty where there is none.
func (a address) at(i int) string {
	if i < len(a.segments) {
		return a.segments[i]
	}
	return ""
}

// from are the segments from the i-th on.
func (a address) from(i int) []string { return a.segments[min(i, len(a.segments)):] }

// path joins the segments from the i-th on. A slash that was escaped would
// move their boundaries.
func (a address) path(i int) (string, error) {
	for _, s := range a.segments {
		if strings.Contains(s, "/") {
			return "", fail(Malformed, "The segment %s of the address holds an encoded slash. Paste the address of the package's own page.", shown(s))
		}
	}
	return strings.Join(a.from(i), "/"), nil
}

// trimPrefix drops a first segment.
func trimPrefix(segments []string, first string) []string {
	if len(segments) > 0 && segments[0] == first {
		return segments[1:]
	}
	return segments
}

// splitAddress takes an address apart and refuses what a page of a registry
// never has: a user, a port, empty segments, a backslash (which browsers and
// programs read in different ways).
func splitAddress(text string) (address, error) {
	u, err := url.Parse(text)
	if err != nil || strings.Contains(text, `\`) {
		return address{}, fail(Malformed, "This is no valid address. Look for characters that don't belong there.")
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return address{}, fail(Malformed, "Addresses with %s: are not read. Paste the https address of the package's page.", shown(u.Scheme))
	}
	if u.User != nil || u.Port() != "" {
		return address{}, fail(Malformed, "The address holds a user name or a port, which the pages of registries don't. Paste the page's plain address.")
	}
	a := address{host: hostname.Lower(u.Hostname()), fragment: u.Fragment, query: u.Query()}
	if path := strings.Trim(u.EscapedPath(), "/"); path != "" {
		a.segments = strings.Split(path, "/")
	}
	for i, s := range a.segments {
		a.segments[i], err = url.PathUnescape(s)
		if err != nil || s == "" {
			return address{}, fail(Malformed, "The address has an empty or wrongly encoded segment. Paste the page's address as the browser shows it.")
		}
	}
	return a, nil
}

// readAddress reads the address of a page, a file or a registry's record.
func readAddress(text string) (Ref, error) {
	// An image's tag looks like a port, so who is only named is named first.
	scheme, rest, _ := strings.Cut(text, "://")
	if scheme == "docker" || scheme == "oci" {
		return readImage(rest)
	}
	host := hostname.Lower(rest[:len(rest)-len(strings.TrimLeft(rest, hostCharacters))])
	if d := dialectOfHost(host); d != nil && d.hosts[host] == nil {
		return Ref{}, d.notServed()
	}
	a, err := splitAddress(text)
	if err != nil {
		return Ref{}, err
	}
	if words := a.query.Get("q") + a.query.Get("keywords"); a.is("search") && words != "" && belowSite(a.host) {
		return Ref{}, searched(a, words)
	}
	if read := sites()[a.host]; read != nil {
		return read(a)
	}
	if d := dialectOfHost(a.host); d != nil {
		return d.hosts[a.host](a)
	}
	if read := mirrorOf(a.host); read != nil {
		return read(a)
	}
	return Ref{}, fail(Malformed, "%s is not the site of a repository that is known here. Paste the package's page at its repository, or a package URL.", shown(a.host))
}

const hostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

// unknownPage is the refusal of an address on a known host that names nothing.
func unknownPage(a address, example string) error {
	return fail(Malformed, "This address on %s names no package. Expected is for example %s.", a.host, example)
}

// searched is the refusal of a search: what is called exactly so is offered.
func searched(a address, words string) error {
	r := Refuse(Malformed, "This is a search on %s, which may find many packages. Paste the page of the one that you choose.", a.host)
	if d := dialectOfHost(a.host); d != nil && d.read != nil && d.typ != Deb {
		if ref, err := d.read(words, ""); err == nil {
			r.Offer(ref, "the one of exactly this name")
		}
	}
	return r
}

// isPageHost tells whether a text without scheme begins with the host of a
// known site, as address bars show it.
func isPageHost(text string) bool {
	host, rest, found := strings.Cut(text, "/")
	if !found {
		return false
	}
	host = hostname.Lower(host)
	switch host {
	case "gopkg.in", "gitlab.com", "codeberg.org", "bitbucket.org":
		return false // these begin the paths of Go modules
	case "github.com":
		parts := strings.Split(rest, "/")
		talk := len(parts) > 3 && slices.Contains([]string{"issues", "pull", "discussions"}, parts[2]) && strings.Trim(parts[3], "0123456789") == ""
		return talk || len(parts) > 2 && slices.Contains([]string{"tree", "blob", "releases", "commit", "archive", "pkgs"}, parts[2])
	}
	return belowSite(host)
}

// belowSite tells whether a host is a site whose addresses are read, or below
// one: no Go module's path begins with a site's further hosts.
func belowSite(host string) bool {
	for found := true; found; _, host, found = strings.Cut(host, ".") {
		if sites()[host] != nil || dialectOfHost(host) != nil {
			return true
		}
	}
	return false
}

// mirrored reads the addresses of a host that copies a repository: what is
// audited is what the repository itself serves.
func mirrored(read func(address) (Ref, error)) func(address) (Ref, error) {
	return func(a address) (Ref, error) {
		ref, err := read(a)
		if err == nil {
			ref.note("guess", "The address is one of a mirror, %s. This checks what the public repository itself serves.", a.host)
		}
		return ref, err
	}
}

// repositoryAddress writes the address of a source repository as https, from
// the spellings of git; empty for anything else.
func repositoryAddress(word string) string {
	word = strings.TrimPrefix(word, "git+")
	if rest, ok := strings.CutPrefix(word, "git@"); ok { // git@host:owner/name
		host, path, found := strings.Cut(rest, ":")
		if !found || strings.Contains(host, "/") {
			return ""
		}
		return "https://" + host + "/" + strings.TrimPrefix(path, "/")
	}
	for _, scheme := range []string{"git://", "ssh://git@", "ssh://"} {
		if rest, ok := strings.CutPrefix(word, scheme); ok {
			return "https://" + rest
		}
	}
	return ""
}
