package lockfile

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/purl"
	"touchstone/internal/strictjson"
)

func looksYarn(doc []byte) bool { return has(doc, "# yarn lockfile v1") }

func looksBerry(doc []byte) bool {
	return has(doc, "\n__metadata:") || strings.HasPrefix(string(doc[:min(len(doc), 20)]), "__metadata:")
}

// readYarn reads yarn.lock of Yarn 1, whose notation is its own: entries begin
// in the first column and end in a colon, fields are indented by two blanks, the
// fields of fields by four.
//
//	name@range, "name@other range":
//	  version "1.2.3"
//	  resolved "https://…#sha1"
//	  integrity sha512-…
//	  dependencies:
//	    other "^1.0.0"
//
// Yarn itself goes from word to word, and ends no field with its line: a line of any
// other form may say something to it that is not read here.
func readYarn(f *File, doc []byte) error {
	f.Format = "yarn.lock of Yarn 1"
	var entry *yarnEntry
	var all []*yarnEntry
	keys := map[string]bool{}
	if err := oddEnd(doc); err != nil {
		return err
	}
	line := 0
	for text := range strings.SplitSeq(string(doc), "\n") {
		line++
		bare := strings.TrimLeft(text, " ")
		var err error
		switch indent := len(text) - len(bare); {
		case bare == "" || bare[0] == '#':
		case indent == 0 && strings.HasSuffix(bare, ":"):
			if entry != nil {
				if err := f.add(entry.pin()); err != nil {
					return err
				}
			}
			if keys[bare] {
				return fmt.Errorf("line %d: the entry %.100q stands twice", line, bare)
			}
			keys[bare] = true
			entry = &yarnEntry{line: line, key: strings.TrimSuffix(bare, ":"), fields: map[string]string{}}
			entry.asked, err = yarnWords(entry.key, ", ")
			all = append(all, entry)
		case indent == 2 && entry != nil:
			err = entry.field(bare)
		case indent == 4 && entry != nil && strings.HasSuffix(entry.within, ":"): // Yarn ends its reading at one that stands below nothing
			err = entry.need(bare)
		default:
			err = fmt.Errorf("%.100q is nothing that Yarn writes", text)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	f.node = yarnProject(all)
	if entry == nil {
		return nil
	}
	return f.add(entry.pin())
}

type yarnEntry struct {
	line   int
	key    string
	asked  []string // what it answers, "name@range" each
	fields map[string]string
	within string   // the field whose own fields stand below it
	needs  []string // what it asks for, "name@range" each
}

// need takes a field of a field.
func (e *yarnEntry) need(text string) error {
	words, err := yarnWords(text, " ")
	if err != nil || len(words) != 2 {
		return fmt.Errorf("%.100q is no field that Yarn writes", text)
	}
	if e.within == "dependencies:" || e.within == "optionalDependencies:" {
		e.needs = append(e.needs, words[0]+"@"+words[1])
	}
	return nil
}

// yarnWords are the words of a text, with a mark between them: each in quotes, as in
// JSON, or without any of what would end it.
func yarnWords(text, between string) ([]string, error) {
	var words []string
	for rest := text; ; rest = rest[len(between):] {
		end := strings.IndexAny(rest, ` ,:"`)
		if quoted := strings.HasPrefix(rest, `"`); quoted {
			end = skip([]byte(rest))
		} else if end < 0 {
			end = len(rest)
		}
		word := rest[:end]
		if strings.HasPrefix(word, `"`) {
			if !strictjson.Valid([]byte(word)) {
				end = 0
			}
			word = strictjson.Text([]byte(word))
		}
		words, rest = append(words, word), rest[end:]
		switch {
		case end > 0 && rest == "":
			return words, nil
		case end == 0 || !strings.HasPrefix(rest, between):
			return nil, fmt.Errorf("%.100q is nothing that Yarn writes", text)
		}
	}
}

// yarnProject is who asks for what among the entries. What the project itself asks
// for stands in package.json alone.
func yarnProject(all []*yarnEntry) *nodeProject {
	answers := map[string]string{}
	for _, e := range all {
		for _, descriptor := range e.asked {
			answers[descriptor] = e.key
		}
	}
	needs := map[string][]string{}
	for _, e := range all {
		for _, descriptor := range e.needs {
			if key := answers[descriptor]; key != "" {
				needs[e.key] = append(needs[e.key], key)
			}
		}
	}
	return &nodeProject{needs: needs, find: func(name, spec string) string { return answers[name+"@"+spec] }}
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func (e *yarnEntry) field(text string) error {
	name, value, valued := strings.Cut(text, " ")
	// Yarn would also read a name in quotes, and several before one value.
	if valued == strings.HasSuffix(name, ":") || strings.Trim(strings.TrimSuffix(name, ":"), letters) != "" {
		return fmt.Errorf("%.100q is no field that Yarn writes", text)
	}
	if _, twice := e.fields[name]; twice {
		return fmt.Errorf("the field %.100q stands twice", name)
	}
	if valued {
		words, err := yarnWords(value, " ")
		if err != nil || len(words) != 1 {
			return fmt.Errorf("%.100q is no field that Yarn writes", text)
		}
		value = words[0]
	}
	e.fields[name], e.within = value, name
	return nil
}

func (e *yarnEntry) pin() Pin {
	p := Pin{Line: e.line, Key: e.key, Version: e.fields["version"]}
	asked := e.asked
	name, wanted := bunResolved(asked[0])
	ranged := !slices.ContainsFunc(asked, func(one string) bool { _, spec := bunResolved(one); return !isRange(spec) })
	p.Name = name
	if target, ok := strings.CutPrefix(wanted, "npm:"); ok {
		if real, _ := bunResolved(target); strings.Contains(target, "@") && real != "" {
			p.Name = real
		}
	}
	if real := e.fields["name"]; real != "" { // Yarn says it where one entry answers several
		p.Name = real
	}
	p = p.under(asked)
	address, sum, _ := strings.Cut(e.fields["resolved"], "#")
	if address == "" && strings.Contains(wanted, ":") && !strings.HasPrefix(wanted, "npm:") {
		if address = wanted; slices.ContainsFunc(asked, func(one string) bool { _, spec := bunResolved(one); return isRange(spec) }) {
			return p.is(NotRead, "It answers a range of versions, too, and does not say where that comes from.")
		}
	}
	digests, err := integrity(e.fields["integrity"])
	if sum != "" && err == nil && !strings.Contains(address, ".git") {
		var d digest.Digest
		if d, err = digest.Hex("sha1", sum); err == nil {
			digests = append(digests, d)
		}
	}
	return p.npmAt(address, ranged, func(p Pin) Pin { return p.ofPackage(purl.NPM, digests, err) })
}

// readBerry reads yarn.lock of Yarn 2 and later. Its checksums are of archives
// that Yarn makes itself: nothing that a repository serves can be compared.
func readBerry(f *File, doc []byte) error {
	root, err := ofYAML(doc)
	if err != nil {
		return err
	}
	f.Format, f.node = "yarn.lock of Yarn 2 and later, version "+root.str("__metadata", "version"), &nodeProject{says: true}
	err = root.members(func(key string, entry *node) error {
		if key == "__metadata" {
			return nil
		}
		return f.add(berryPackage(key, entry))
	})
	f.node.folders = berryFolders(root)
	f.place(berryGraph(root))
	return err
}

// berryFolders are the folders of the project's workspaces.
func berryFolders(root *node) map[string]map[string]string {
	folders := map[string]map[string]string{}
	_ = root.members(func(_ string, entry *node) error {
		if _, folder, is := strings.Cut(entry.str("resolution"), "@workspace:"); is && folder != "." {
			folders[folder] = nil
		}
		return nil
	})
	return folders
}

// berryGraph is what the project's workspaces ask for. An entry's key lists the
// descriptors that it answers, "name@npm:^1.0.0"; early versions leave "npm:" out
// where one asks. Yarn does not write what is for development.
func berryGraph(root *node) graph {
	var g graph
	answers, named := map[string]string{}, map[string]int{}
	for _, key := range root.names() {
		for _, descriptor := range berryAsked(key) {
			answers[descriptor] = key
			name, _ := bunResolved(descriptor)
			named[name]++
		}
	}
	_ = root.members(func(_ string, entry *node) error {
		if !strings.Contains(entry.str("resolution"), "@workspace:") {
			return nil
		}
		return entry.get("dependencies").members(func(name string, asked *node) error {
			key := answers[name+"@"+asked.text]
			if key == "" {
				key = answers[name+"@npm:"+asked.text]
			}
			if key != "" || named[name] > 0 {
				g.ask(&g.used, name, key)
			}
			return nil
		})
	})
	return g
}

// berryAsked are the descriptors in an entry's key: Yarn needs no blank between them.
func berryAsked(key string) []string {
	all := strings.Split(key, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

func berryPackage(key string, entry *node) Pin {
	p := Pin{Line: entry.line, Key: key}
	if conditions := entry.str("conditions"); conditions != "" {
		p = p.only([]string{conditions})
	}
	name, resolution := bunResolved(entry.str("resolution"))
	for range 5 { // a patch may be of what is patched already
		inner, patched := strings.CutPrefix(resolution, "patch:")
		if !patched {
			break
		}
		if len(p.Notes) == 0 || !strings.Contains(p.Notes[len(p.Notes)-1], "changes this package") {
			p = p.note("The project or Yarn changes this package after it was fetched. Checked is what it is made from.")
		}
		inner, _, _ = strings.Cut(inner, "#")
		if plain, err := url.PathUnescape(inner); err == nil {
			name, resolution = bunResolved(plain) // Yarn fetches it by that name
		}
	}
	p.Name = name
	p = p.under(berryAsked(key))
	version, isNPM := strings.CutPrefix(resolution, "npm:")
	if !isNPM {
		p.Version = entry.str("version")
		if at, commit, _ := strings.Cut(resolution, "#"); strings.HasSuffix(at, ".git") || strings.HasPrefix(commit, "commit=") {
			p.Address = resolution
			return p.is(Git, foreign["git+"].why)
		}
		return p.npmAt(resolution, false, func(p Pin) Pin {
			p.Address = resolution
			return p.is(Address, fmt.Sprintf("It comes from %.200q, and is pinned by no version of a package.", resolution))
		})
	}
	version, binding, _ := strings.Cut(version, "::")
	p.Version = version
	p = p.ofPackage(purl.NPM, nil, nil)
	if entry.str("checksum") != "" {
		p.Notes = append(p.Notes, "Its checksum is of an archive that Yarn makes itself. Nothing that the repository serves can be compared with it.")
	}
	values, err := url.ParseQuery(binding)
	if err != nil || len(values["__archiveUrl"]) > 1 { // Yarn reads it in its own way
		return p.is(NotRead, fmt.Sprintf("What it says of its address, %.200q, can't be read.", binding))
	}
	return p.at(values.Get("__archiveUrl"), func(path string) bool { return strings.Contains(path, "/"+p.Name+"/-/") })
}
