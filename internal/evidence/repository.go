package evidence

import (
	"net/url"
	"strings"
)

// sameRepository tells whether two addresses name one source repository:
// https, the same host, the same path. On the large hosting sites paths do not
// distinguish upper and lower case; elsewhere they do.
func sameRepository(a, b string) bool {
	x, okX := repository(a)
	y, okY := repository(b)
	return okX && okY && x == y
}

// repository is host and path in the form that is compared. What is not
// plainly the https address of a repository equals nothing.
func repository(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return "", false
	}
	host := strings.Map(lowerASCII, u.Host)
	path := strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), ".git")
	switch host {
	case "github.com", "gitlab.com", "bitbucket.org", "codeberg.org":
		path = strings.Map(lowerASCII, path)
	}
	if host == "" || strings.Count(path, "/") < 2 || strings.Contains(path, "//") || strings.Contains(path, "/../") {
		return "", false
	}
	return host + path, true
}

// lowerASCII leaves alone what merely looks like a letter: the Kelvin sign's
// lower case is "k".
func lowerASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}
