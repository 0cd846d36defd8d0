package npm

import (
	"encoding/json"
	"strings"

	"touchstone/internal/source"
	"touchstone/internal/strictjson"
)

// statedSource reads the field "repository": a string, an object with "url", or,
// in old packages, a list of those, of which the first counts. An address that
// is not understood is passed on as it stands.
func statedSource(raw json.RawMessage) string {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
		raw = list[0]
	}
	stated := strictjson.Text(raw)
	if o := strictjson.Fields(raw); o != nil {
		stated = o.Text("url")
	}
	stated = strings.TrimSpace(stated)
	if a, ok := expanded(stated); ok {
		return a.String()
	}
	return strings.TrimPrefix(stated, "git+")
}

// shortcuts are the hosts for which npm knows short forms
// (docs.npmjs.com/cli/configuring-npm/package-json, "repository").
var shortcuts = map[string]string{"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}

// expanded reads an address, also in npm's short forms "o/r" and "github:o/r".
func expanded(s string) (source.Address, bool) {
	before, path, colon := strings.Cut(s, ":")
	host, short := shortcuts[before]
	if !colon {
		name, _, _ := strings.Cut(s, "#")
		host, path = shortcuts["github"], s
		short = strings.Count(name, "/") == 1 && !strings.HasPrefix(s, ".") && !strings.HasPrefix(s, "@") && !strings.HasSuffix(name, "/")
	}
	if short {
		s = "https://" + host + "/" + path
	}
	return source.Parse(s)
}

// hosted reads what npm fetches by git from one of the hosts of shortcuts: an
// address elsewhere may be that of a package file.
func hosted(s string) (source.Address, bool) {
	a, ok := expanded(s)
	for _, host := range shortcuts {
		if ok && a.Host == host {
			return a, true
		}
	}
	return source.Address{}, false
}
