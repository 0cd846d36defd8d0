package npm

import (
	"encoding/json"
	"strings"
)

// A source is where a package.json says that its code is.
type source struct{ address, folder, reference string }

// statedSource reads the field "repository": a string, an object with "url" and
// perhaps "directory", or, in old packages, a list of those, of which the first
// counts.
func statedSource(raw json.RawMessage) source {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
		raw = list[0]
	}
	stated, folder := text(raw), ""
	if o := parseFields(raw); o != nil {
		stated, folder = o.text("url"), o.text("directory")
	}
	stated = strings.TrimSpace(stated)
	if g, ok := hosted(stated); ok {
		if folder == "" {
			folder = g.folder
		}
		return source{"https://" + g.host + "/" + g.path, folder, g.reference}
	}
	return source{strings.TrimPrefix(stated, "git+"), folder, ""}
}

// A gitPlace is a repository on one of the hosts for which npm knows short
// forms (docs.npmjs.com/cli/configuring-npm/package-json, "repository").
type gitPlace struct{ host, path, folder, reference string }

// shortcuts are npm's names for those hosts.
var shortcuts = map[string]string{"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}

// hosted reads every form in which such a repository is written: "o/r",
// "github:o/r", "git@github.com:o/r.git", and URLs with the schemes https,
// http, git, ssh and git+ any of them; each perhaps with "#reference".
func hosted(s string) (gitPlace, bool) {
	s, reference, _ := strings.Cut(s, "#")
	var host, path string
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		switch strings.TrimPrefix(scheme, "git+") {
		case "https", "http", "git", "ssh":
		default:
			return gitPlace{}, false
		}
		host, path, _ = strings.Cut(rest, "/")
		if _, after, user := strings.Cut(host, "@"); user {
			host = after
		}
		// git@github.com:o/r.git is written behind a scheme, too.
		if name, first, colon := strings.Cut(host, ":"); colon && first != "" {
			host = name
			if strings.Trim(first, "0123456789") != "" {
				path = first + "/" + path
			}
		}
	} else if before, after, colon := strings.Cut(s, ":"); colon {
		host, path = shortcuts[before], after
		if user, name, at := strings.Cut(before, "@"); at && user == "git" {
			host = name
		}
	} else {
		host, path = "github.com", s
		if strings.Count(s, "/") != 1 || strings.HasPrefix(s, ".") || strings.HasPrefix(s, "@") {
			return gitPlace{}, false
		}
	}
	return onHost(strings.TrimPrefix(strings.ToLower(host), "www."), path, reference)
}

// onHost splits a path on a known host into repository and what follows.
func onHost(host, path, reference string) (gitPlace, bool) {
	g := gitPlace{host: host, reference: reference}
	path = strings.Trim(path, "/")
	switch host {
	case "github.com", "bitbucket.org":
		parts := strings.SplitN(path, "/", 5)
		if len(parts) < 2 {
			return g, false
		}
		switch {
		case len(parts) == 2:
		case len(parts) >= 4 && (parts[2] == "tree" || parts[2] == "src"):
			// A branch may hold slashes; one that does is read as a folder.
			if g.reference == "" {
				g.reference = parts[3]
			}
			if len(parts) == 5 {
				g.folder = parts[4]
			}
		default:
			return g, false // a release, an archive: a place, and no repository
		}
		path = parts[0] + "/" + parts[1]
	case "gitlab.com":
		path, _, _ = strings.Cut(path, "/-/")
		if strings.Count(path, "/") < 1 {
			return g, false
		}
	default:
		return g, false
	}
	g.path = strings.TrimSuffix(path, ".git")
	for part := range strings.SplitSeq(g.path, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "?%\\ \t") {
			return g, false
		}
	}
	return g, true
}
