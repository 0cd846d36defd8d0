// Package source reads addresses of source repositories, in the forms in which
// packages, records, statements and certificates write them, and compares them.
//
// An address that is not understood is neither the same as another nor a
// different one: it is not comparable. Only what names a host and a path in a
// known form can accuse anybody.
package source

import (
	"strings"
	"unicode/utf8"

	"touchstone/internal/hostname"
)

// A Repository is where source code is kept. The zero value is none.
type Repository struct {
	// Host is in lower case, with a port where that is not the scheme's own.
	Host string
	// Path is as written, without slashes around it and without ".git".
	Path string
}

// String is the repository's address on the web.
func (r Repository) String() string { return "https://" + r.Host + "/" + r.Path }

// An Address is a repository and what stands behind it.
type Address struct {
	Repository
	Reference string // branch, tag or commit; empty for none
	Folder    string // inside the repository; empty for its root
}

// ports are the schemes in which addresses are written, with their own ports.
var ports = map[string]string{"https": "443", "http": "80", "git": "9418", "ssh": "22"}

// Parse reads one address:
//
//   - a URL with one of the schemes https, http, git and ssh, or "git+" before
//     one of them (RFC 3986; git-clone(1), "GIT URLS");
//   - git's short form for SSH, "git@host:path", also behind a scheme;
//   - each perhaps with "#reference" at its end, or behind "git+" with
//     "@reference" (SPDX 2.3, section 7.7);
//   - on the large hosting sites the page of a branch or folder.
//
// Whatever else it is, it is not understood. What two readers could understand
// as two places (a backslash, an escape, an empty or dotted segment) is not
// understood either.
func Parse(text string) (Address, bool) {
	text, reference, _ := strings.Cut(strings.TrimSpace(text), "#")
	if !plain(text) {
		return Address{}, false
	}
	authority, path, scheme := "", "", "ssh"
	if before, rest, ok := strings.Cut(text, "://"); ok {
		var git bool
		scheme, git = strings.CutPrefix(before, "git+")
		authority, path, _ = strings.Cut(rest, "/")
		if i := strings.IndexByte(path, '@'); git && i > 0 && path[i-1] != '/' && reference == "" {
			path, reference = path[:i], path[i+1:]
		}
	} else if before, after, ok := strings.Cut(text, ":"); ok && strings.HasPrefix(before, "git@") {
		authority, path = before, after
	} else {
		return Address{}, false
	}
	host, first, ok := hostOf(authority, scheme)
	if !ok {
		return Address{}, false
	}
	if first != "" {
		path = first + "/" + path
	}
	return split(host, strings.TrimRight(path, "/"), reference)
}

// plain tells whether an address has no character that readers take differently.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`\%?"<>^{|}`+"`", r)
	})
}

// hostOf is the host of a URL's authority, with a port that is not the scheme's
// own. SSH's port says nothing of the place on the web. Behind a scheme too,
// "git@host:owner/name" is written: first is then the path's first segment.
func hostOf(authority, scheme string) (host, first string, ok bool) {
	own, known := ports[scheme]
	if !known {
		return "", "", false
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	host, port, _ := strings.Cut(authority, ":")
	if strings.Trim(port, "0123456789") != "" {
		port, first = "", port
	}
	if host = hostname.Lower(host); !hostname.Distinct(host) || strings.Contains(first, ":") {
		return "", "", false
	}
	if port != "" && port != own && scheme != "ssh" {
		host += ":" + port
	}
	return host, first, true
}

// The large hosting sites: on them paths do not distinguish upper and lower
// case, and a repository is an owner and a name.
var pages = map[string][]string{
	"github.com":    {"tree", "blob"},
	"bitbucket.org": {"src"},
	"codeberg.org":  nil,
	"gitlab.com":    nil, // groups nest; pages stand behind "/-/"
}

// split tells the repository from what follows it.
func split(host, path, reference string) (Address, bool) {
	a := Address{Reference: reference}
	if short := strings.TrimPrefix(host, "www."); known(short) {
		host = short
	}
	words, site := pages[host]
	switch {
	case host == "gitlab.com":
		path, _, _ = strings.Cut(path, "/-/")
	case site:
		parts := strings.SplitN(path, "/", 5)
		if len(parts) > 2 {
			page := false
			for _, word := range words {
				page = page || parts[2] == word && len(parts) > 3
			}
			if !page {
				return Address{}, false // a release, a list of issues: a place, and no repository
			}
			// A branch may hold slashes; one that does is read as a folder.
			if path = parts[0] + "/" + parts[1]; a.Reference == "" {
				a.Reference = parts[3]
			}
			if len(parts) == 5 {
				a.Folder = parts[4]
			}
		}
	}
	path = strings.TrimSuffix(path, ".git")
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." {
			return Address{}, false
		}
	}
	if site && !strings.Contains(path, "/") {
		return Address{}, false
	}
	a.Repository = Repository{host, path}
	return a, true
}

func known(host string) bool {
	_, ok := pages[host]
	return ok
}

// A Relation is how two addresses stand to each other.
type Relation string

// The relations.
const (
	Same          Relation = "same"
	Different     Relation = "different"
	NotComparable Relation = "not comparable" // at least one is not understood
)

// Compare tells whether two addresses name one repository.
func Compare(a, b string) Relation {
	x, okX := Parse(a)
	y, okY := Parse(b)
	switch {
	case !okX || !okY:
		return NotComparable
	case x.compared() == y.compared():
		return Same
	}
	return Different
}

func (r Repository) compared() Repository {
	if known(r.Host) {
		r.Path = hostname.Lower(r.Path)
	}
	return r
}

// IsRevision tells whether a text can name a commit: the hexadecimal digits of
// a SHA-1 or SHA-256. Branches and tags name no commit: they move. Zeros alone
// are how git writes that there is none.
func IsRevision(text string) bool {
	return (len(text) == 40 || len(text) == 64) && strings.Trim(text, "0123456789abcdefABCDEF") == "" && strings.Trim(text, "0") != ""
}

// WithoutRef is a file that a certificate writes as "FILE@REF" without the ref: what
// stands behind the first "@refs/", since a branch may be called "a@b"; else behind the
// last "@", since a file may be called "a.yml@b.yml".
func WithoutRef(file string) string {
	if at := strings.Index(file, "@refs/"); at >= 0 {
		return file[:at]
	}
	if at := strings.LastIndexByte(file, '@'); at >= 0 {
		return file[:at]
	}
	return file
}

// Below is the path of a file that a certificate writes as
// "REPOSITORY/PATH@REF"; ok tells whether the file is in this repository.
func (r Repository) Below(file string) (path string, ok bool) {
	file = WithoutRef(file)
	root := r.String() + "/"
	if len(file) <= len(root) {
		return "", false
	}
	head, err := Parse(file[:len(root)-1])
	if !err || head.compared() != r.compared() || file[len(root)-1] != '/' {
		return "", false
	}
	// GitLab writes two slashes.
	return strings.TrimPrefix(file[len(root):], "/"), true
}

// Commit is the page on which the repository's site shows a commit; empty where
// that is not known.
func (r Repository) Commit(commit string) string { return r.page("/commit/", commit, "") }

// File is the page on which the repository's site shows a file as it was at a
// commit; empty where that is not known.
func (r Repository) File(commit, path string) string {
	if path == "" {
		return ""
	}
	return r.page("/blob/", commit, "/"+path)
}

func (r Repository) page(kind, commit, rest string) string {
	if !IsRevision(commit) {
		return ""
	}
	switch r.Host {
	case "github.com":
		return r.String() + kind + commit + rest
	case "gitlab.com":
		return r.String() + "/-" + kind + commit + rest
	}
	return ""
}
