package purl

import (
	"slices"
	"strings"
)

// listing are the names, in lower case, of files that list packages. Some are
// registered as names of packages, which nobody means who pastes them.
var listing = []string{
	"package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "deno.lock", "requirements.txt",
	"pyproject.toml", "poetry.lock", "uv.lock", "pipfile", "pipfile.lock", "cargo.toml", "cargo.lock", "go.mod", "go.sum", "pom.xml",
	"build.gradle", "build.gradle.kts", "gradle.lockfile", "libs.versions.toml", "dockerfile",
}

// known tells what a text is that is no package, where that is sure: a
// vulnerability, an e-mail address, a digest, a file of the reader's own, an
// action of GitHub; nil for anything else.
func known(words []string) error {
	first := words[0]
	if len(words) == 1 || isVulnerability(first) {
		switch d, err := readDigest(first); {
		case isVulnerability(first):
			return vulnerability(first)
		case isMail(first):
			return fail(NoPackage, "%s is an e-mail address, not a package.", shown(first))
		case err == nil:
			return fail(NoPackage, "This is a %s digest. Alone it does not say of which package. Paste the package, and the digest behind it.", d.Algorithm)
		case strings.HasPrefix(first, "h1:"):
			return fail(NoPackage, "This is the hash of a go.sum line. Alone it does not say of which module. Paste the whole line.")
		case isOwnPath(first):
			return ownFile(first)
		case isHere(first):
			return fail(NoPackage, "%s is a place in a network of your own, not a package.", shown(first))
		case isSite(first):
			if host := strings.ToLower(first); sites()[host] != nil || dialectOfHost(host) != nil {
				_, err := readAddress("https://" + first)
				return err
			}
			return fail(NoPackage, "%s is the name of a web site. If a package is called so, paste a package URL, such as %s.", shown(first), shown("pkg:npm/"+first))
		case slices.Contains(listing, strings.ToLower(first)):
			return fail(NoPackage, "%s is the name of a file that lists packages. Bring the file itself, or paste one of its lines.", shown(first))
		case exactSemver(strings.TrimPrefix(first, "v")):
			return fail(NoPackage, "%s is a version. Alone it does not say of which package. Paste name and version.", shown(first))
		case strings.HasPrefix(first, "github:"), strings.HasPrefix(first, "gist:"), strings.HasPrefix(first, "gitlab:"):
			return fail(NoPackage, "%s is a source repository, which is no package of a package repository. Paste the package's name.", shown(first))
		}
	}
	if i := slices.Index(words, "uses:"); i >= 0 && i <= 1 && len(words) > i+1 && !strings.HasPrefix(words[i+1], "docker://") {
		return fail(NoPackage, "%s is a GitHub Action. Actions are run from their source repository and stand in no package repository.", shown(words[i+1]))
	}
	return nil
}

// isVulnerability tells the numbers under which vulnerabilities are known.
func isVulnerability(word string) bool {
	upper := strings.ToUpper(strings.Trim(word, ".,:;()"))
	for _, prefix := range []string{"CVE-", "GHSA-", "PYSEC-", "RUSTSEC-", "OSV-", "GO-", "MAL-", "SNYK-", "DSA-", "USN-"} {
		rest, ok := strings.CutPrefix(upper, prefix)
		if ok && strings.Contains(rest, "-") && (prefix == "GHSA-" && len(rest) == 14 || prefix == "SNYK-" || len(rest) > 5 && rest[0] >= '0' && rest[0] <= '9') {
			return true
		}
	}
	return false
}

func vulnerability(number string) error {
	return fail(NoPackage, "%s is the number of a vulnerability, not a package. Known vulnerabilities are not looked up here. See osv.dev for the packages it is about.", shown(number))
}

// isMail tells whether a word is an e-mail address: what follows its only @
// is a domain and no version.
func isMail(word string) bool {
	user, domain, found := strings.Cut(strings.TrimPrefix(word, "mailto:"), "@")
	i := strings.LastIndexByte(domain, '.')
	if !found || user == "" || i <= 0 || strings.ContainsAny(user+domain, "/@:") || looksLikeVersion(domain) {
		return false
	}
	top := domain[i+1:]
	return len(top) >= 2 && strings.Trim(strings.ToLower(top), "abcdefghijklmnopqrstuvwxyz") == "" && !strings.ContainsAny(domain, "^~<>=*")
}

// isHere tells whether a word is a host and a port, as programs that serve on the
// reader's own device name themselves.
func isHere(word string) bool {
	host, port, found := strings.Cut(word, ":")
	number := strings.Count(host, ".") == 3 && strings.Trim(host, "0123456789.") == ""
	return found && port != "" && strings.Trim(port, "0123456789") == "" && (host == "localhost" || number)
}

// isSite tells whether a word is the name of a web site, and surely no package of
// the many that end as sites do (socket.io, go4.org).
func isSite(word string) bool {
	lower := strings.ToLower(word)
	if strings.Trim(lower, hostCharacters) != "" || !strings.Contains(lower, ".") {
		return false
	}
	return strings.HasPrefix(lower, "www.") || strings.HasSuffix(lower, ".com") || sites()[lower] != nil || dialectOfHost(lower) != nil
}

// isOwnPath tells whether a word is a place on the reader's own device.
func isOwnPath(word string) bool {
	for _, prefix := range []string{"./", "../", "/", "~/", "file:", `.\`, `..\`} {
		if strings.HasPrefix(word, prefix) {
			return true
		}
	}
	drive := len(word) > 2 && word[1] == ':' && (word[2] == '\\' || word[2] == '/') && alphanumeric(word[0])
	return drive || word == "." || word == ".."
}

func ownFile(path string) error {
	return fail(NoPackage, "%s is a place on a device of your own. Bring the file itself, and paste which package it should be.", shown(path))
}

// looksLikeVersion tells whether a word begins as versions do.
func looksLikeVersion(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "="), "v")
	return s != "" && s[0] >= '0' && s[0] <= '9'
}
