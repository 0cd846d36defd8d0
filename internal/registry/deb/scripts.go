package deb

import (
	"fmt"
	"slices"
	"strings"

	container "touchstone/internal/archive/deb"
	"touchstone/internal/registry"
)

// scripts are the maintainer scripts, by when dpkg runs them
// (debian-policy, chapter 6).
var scripts = []string{"preinst", "postinst", "prerm", "postrm", "config"}

// runs tells what dpkg runs, and what of that seems to fetch something.
func (i *inspector) runs(in *registry.Inside) {
	var files, fetches, lines []string
	for _, name := range scripts {
		doc := i.docs[name]
		if doc == nil {
			continue
		}
		files = append(files, container.Control+name)
		for line := range strings.Lines(doc.String()) {
			found := addresses(line)
			if len(found) > 0 || fetching(line) {
				lines = append(lines, name+": "+strings.TrimSpace(line))
			}
			for _, address := range found {
				if !slices.Contains(fetches, address) {
					fetches = append(fetches, address)
				}
			}
		}
	}
	if len(files) > 0 {
		in.Runs = append(in.Runs, registry.Run{When: "install", What: "dpkg runs its maintainer scripts, as root, when it is installed, upgraded or removed."}.In(files))
	}
	if len(lines) > 0 {
		what := "These scripts seem to fetch something while they run. What comes then is not among the files that were checked here."
		if len(fetches) > 0 {
			what += " They name " + strings.Join(fetches[:min(len(fetches), 5)], ", ") + "."
		}
		in.Runs = append(in.Runs, registry.Run{When: "install", What: what}.Showing(strings.Join(lines, "\n")))
	}
	if doc := i.docs["triggers"]; doc != nil {
		what := "It states triggers: its own or others' scripts run when files of other packages change."
		in.Runs = append(in.Runs, registry.Run{When: "trigger", What: what}.Showing(doc.String()))
	}
}

// fetchers are programs that fetch what they are told to.
var fetchers = []string{"wget", "curl", "aria2c", "lwp-download", "ftp", "scp", "rsync", "pip", "pip3", "npm", "gem", "cargo", "apt-get", "apt", "snap", "flatpak", "git"}

// fetching tells whether a line of a script, which is no comment, uses one of them. A
// program can fetch without it, so that no line found means nothing.
func fetching(line string) bool {
	if strings.HasPrefix(strings.TrimSpace(line), "#") {
		return false
	}
	words := strings.FieldsFunc(line, func(c rune) bool { return strings.ContainsRune(" \t\r\n;|&()`!\"'$", c) })
	for at, word := range words {
		word = word[strings.LastIndexByte(word, '/')+1:]
		if !slices.Contains(fetchers, word) || at+1 == len(words) {
			continue
		}
		verb := words[at+1]
		switch word {
		case "pip", "pip3", "npm", "gem", "cargo", "apt-get", "apt", "snap", "flatpak":
			if verb == "install" || verb == "i" || verb == "download" || verb == "update" || verb == "-y" || verb == "-q" {
				return true
			}
		case "git":
			if verb == "clone" || verb == "fetch" || verb == "pull" {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// addresses are those that a script names, outside of comments.
func addresses(script string) []string {
	var out []string
	for line := range strings.Lines(script) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, scheme := range []string{"http://", "https://", "ftp://"} {
			for rest := line; ; {
				at := strings.Index(rest, scheme)
				if at < 0 {
					break
				}
				end := strings.IndexAny(rest[at:], " \t\r\n\"'`<>()|;\\")
				if end < 0 {
					end = len(rest) - at
				}
				out = append(out, fmt.Sprintf("%.200s", rest[at:at+end]))
				rest = rest[at+end:]
			}
		}
	}
	return out
}
