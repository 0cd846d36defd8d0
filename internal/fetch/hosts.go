package fetch

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"touchstone/internal/hostname"
)

// Allows tells whether an escaped path (as [url.URL.EscapedPath] gives it, with
// its leading slash) is safe to send and has one of the host's shapes.
//
// Refused whatever the shapes say: dot segments, empty segments, backslashes,
// "%2e", "%5c", "%25", control characters and everything that is not ASCII. An
// encoded slash passes only by a shape that spells "%2f" itself.
func (h Host) Allows(escapedPath string) bool {
	if checkPath(escapedPath) != nil {
		return false
	}
	encodedSlash := strings.Contains(strings.ToLower(escapedPath), "%2f")
	for _, shape := range h.Paths {
		if encodedSlash && !strings.Contains(strings.ToLower(shape), "%2f") {
			continue
		}
		if re, err := compileShape(shape); err == nil && re.MatchString(escapedPath) {
			return true
		}
	}
	return false
}

// Allowed tells whether u may be asked first: https, a declared host that does
// not only store, a declared path shape, and nothing that two readers of the
// address could read differently. The error says what was wrong; nil allows.
func Allowed(hosts []Host, u *url.URL) error {
	_, err := declared(hosts, u, false)
	return err
}

// AllowedRedirect is [Allowed] for where a declared host redirects to: hosts
// that only store are allowed too.
func AllowedRedirect(hosts []Host, u *url.URL) error {
	_, err := declared(hosts, u, true)
	return err
}

// declared finds the declaration that allows u.
func declared(hosts []Host, u *url.URL, redirect bool) (Host, error) {
	switch {
	case u.Scheme != "https":
		return Host{}, fmt.Errorf("the scheme is %q: only https is asked", u.Scheme)
	case u.Opaque != "":
		return Host{}, errors.New("the address has no host")
	case u.User != nil:
		return Host{}, errors.New("the address carries user information")
	case u.Fragment != "" || u.RawFragment != "":
		return Host{}, errors.New("the address carries a fragment")
	case !hostname.Valid(u.Host):
		return Host{}, fmt.Errorf("%q is no host name in lower case without port", u.Host)
	}
	if err := checkQuery(u.RawQuery); err != nil {
		return Host{}, err
	}
	path := u.EscapedPath()
	if err := checkPath(path); err != nil {
		return Host{}, err
	}
	known := false
	for _, h := range hosts {
		if h.Name != u.Host || h.Storage && !redirect {
			continue
		}
		known = true
		if h.Allows(path) {
			return h, nil
		}
	}
	if !known {
		return Host{}, fmt.Errorf("the host %s is not declared", u.Host)
	}
	return Host{}, fmt.Errorf("the path %q has no shape declared for %s", path, u.Host)
}

// CheckHosts tests declarations: names in lower case, at least one shape each,
// and shapes that compile. It is for tests; a client treats a shape that does
// not compile as one that matches nothing.
func CheckHosts(hosts []Host) error {
	for _, h := range hosts {
		if !hostname.Valid(h.Name) {
			return fmt.Errorf("checking declared hosts: %q is no host name in lower case without port", h.Name)
		}
		if len(h.Paths) == 0 {
			return fmt.Errorf("checking declared hosts: %s declares no path: nothing could be asked", h.Name)
		}
		for _, shape := range h.Paths {
			if _, err := compileShape(shape); err != nil {
				return fmt.Errorf("checking declared hosts: %s: path shape %q: %w", h.Name, shape, err)
			}
		}
	}
	return nil
}

// ConnectSources lists the hosts that a page asks itself as sources for
// connect-src (CSP Level 3, section 2.3.1): sorted, each once. Hosts that refuse
// browsers are asked through the relay only; in the list they would be a way out
// for whatever gets into the page. Storage hosts are in it, because a browser
// checks every redirect. Names that are no host names are left out.
func ConnectSources(hosts []Host) []string {
	var sources []string
	for _, h := range hosts {
		if hostname.Valid(h.Name) && !h.RefusesBrowsers {
			sources = append(sources, "https://"+h.Name)
		}
	}
	slices.Sort(sources)
	return slices.Compact(sources)
}

// compileShape compiles a path shape to match whole paths only. The shape is
// compiled alone first: "a)|(b" would otherwise break out of the anchors.
func compileShape(shape string) (*regexp.Regexp, error) {
	if known, found := shapes.Load(shape); found {
		return known.(*regexp.Regexp), nil
	}
	if _, err := regexp.Compile(shape); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(`\A(?:` + shape + `)\z`)
	if err == nil {
		shapes.Store(shape, re)
	}
	return re, err
}

// shapes are those that were compiled before, by their text: each request is held
// to some, and a program declares a few dozen.
var shapes sync.Map

// checkPath refuses escaped paths that servers, proxies and browsers read in
// more than one way.
func checkPath(escaped string) error {
	if !strings.HasPrefix(escaped, "/") {
		return fmt.Errorf("the path %q does not begin with a slash", escaped)
	}
	if err := checkCharacters("path", escaped, "\\\"<>^`{|}?#"); err != nil {
		return err
	}
	lower := strings.ToLower(escaped)
	for _, code := range []string{"%2e", "%5c", "%25"} {
		if strings.Contains(lower, code) {
			return fmt.Errorf("the path %q holds %q", escaped, code)
		}
	}
	plain, err := url.PathUnescape(escaped)
	if err != nil {
		return fmt.Errorf("the path %q is not percent-encoded well: %w", escaped, err)
	}
	for i := 0; i < len(plain); i++ {
		if plain[i] < 0x20 || plain[i] > 0x7e {
			return fmt.Errorf("the path %q encodes the byte %#02x", escaped, plain[i])
		}
	}
	if strings.Contains(plain, "//") {
		return fmt.Errorf("the path %q has an empty segment", escaped)
	}
	for segment := range strings.SplitSeq(plain, "/") {
		if segment == "." || segment == ".." {
			return fmt.Errorf("the path %q has a dot segment", escaped)
		}
	}
	return nil
}

// checkQuery refuses what a browser would encode before sending (WHATWG URL,
// special-query percent-encode set), so that what is checked is what is sent.
func checkQuery(raw string) error {
	return checkCharacters("query", raw, "\"<>#'\\")
}

func checkCharacters(what, s, refused string) error {
	for i := 0; i < len(s); i++ {
		if s[i] <= 0x20 || s[i] > 0x7e || strings.IndexByte(refused, s[i]) >= 0 {
			return fmt.Errorf("the %s %q holds the byte %#02x", what, s, s[i])
		}
	}
	return nil
}
