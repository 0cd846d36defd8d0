package purl

import (
	"slices"
	"strings"
)

// A tool is a program whose commands name packages to install.
type tool struct {
	// verbs are the subcommands that name packages; empty where the program
	// takes packages at once.
	verbs []string
	// runs are those of them whose further operands are the arguments of what
	// is run.
	runs []string
	// prefixes are put before the names that follow a verb ("npm create vite"
	// runs create-vite).
	prefixes map[string]string
	// valued are options followed by a value, elsewhere those that change
	// where the package comes from.
	valued, elsewhere []string
	// behind are options whose value is put behind each package after a mark: apt's
	// "-t SUITE" means NAME/SUITE.
	behind map[string]string
	// version and named are options that hold the version or the package.
	version, named []string
	read           func(spec string) (Ref, error)
}

// A command is what one part of a command line installs.
type command struct {
	refs []Ref
	// quiet tells that it surely names no package ("cd app", "npm ci").
	quiet bool
	err   error
}

// readCommands reads a command line. It is not told apart by shells: words
// are those between white space, quotes around a whole word are taken off.
//
//  1. Take it apart at &&, ||, ; and |.
//  2. Each part either names packages, or surely names none, or is refused.
//  3. All that is named must be one package, else each is a choice.
func readCommands(words []string) (Ref, bool, error) {
	var found []Ref
	known := false
	var refused, quiet error
	all := parts(words)
	for _, part := range all { // 1.
		c, isCommand := readCommand(part, len(all) > 1)
		if !isCommand {
			if known || len(all) > 1 {
				c.err = fail(Malformed, "It is not known whether %s, a part of the command line, names a package. Paste only the command that installs.", shown(strings.Join(part, " ")))
			} else {
				return Ref{}, false, nil
			}
		}
		known = known || isCommand
		if c.err != nil && refused == nil && !c.quiet { // 2.
			refused = c.err
		}
		if c.quiet && c.err != nil {
			quiet = c.err
		}
		found = append(found, c.refs...)
	}
	switch { // 3.
	case !known:
		return Ref{}, false, nil
	case refused != nil:
		return Ref{}, true, refused
	case len(found) == 0 && quiet != nil:
		return Ref{}, true, quiet
	}
	ref, err := one(found)
	return ref, true, err
}

// one is the package that all references name; of several each is a choice.
func one(found []Ref) (Ref, error) {
	if len(found) == 0 {
		return Ref{}, fail(Malformed, "The command names no package. Paste it with the package's name.")
	}
	several := Refuse(Several, "Several packages are named, and one is checked at a time. Choose one.")
	for _, ref := range found {
		several.Offer(ref, "")
	}
	if len(several.Choices) > 1 {
		return Ref{}, several
	}
	return found[0], nil
}

// parts takes a command line apart.
func parts(words []string) [][]string {
	var out [][]string
	var part []string
	flush := func() {
		if len(part) > 0 {
			out = append(out, part)
		}
		part = nil
	}
	for _, w := range words {
		switch w {
		case "&&", "||", ";", "|":
			flush()
			continue
		}
		bare := strings.TrimRight(w, ";")
		if bare != "" {
			part = append(part, bare)
		}
		if bare != w {
			flush()
		}
	}
	flush()
	return out
}

// readCommand reads one command. Among others one word is a command too.
func readCommand(words []string, among bool) (command, bool) {
	for len(words) > 1 && (slices.Contains([]string{"sudo", "time", "exec", "command", "env", "RUN", "run:", "corepack"}, words[0]) || isAssignment(words[0])) {
		if setsElsewhere(words[0]) {
			return command{err: refuseElsewhere("setting", words[0])}, true
		}
		words = words[1:]
	}
	if magic := strings.TrimLeft(words[0], "!%"); magic == "pip" || magic == "conda" || magic == "uv" {
		words = append([]string{magic}, words[1:]...) // as notebooks write commands
	}
	if len(words) > 3 && strings.HasPrefix(words[0], "py") && words[1] == "-m" && strings.HasPrefix(words[2], "pip") {
		words = words[2:]
	}
	if isQuiet(words[0]) && (len(words) > 1 || among) {
		if set := configured(words[1:], false); set != "" {
			return command{err: refuseElsewhere("setting", set)}, true
		}
		c := command{quiet: true}
		if slices.Contains([]string{"nvm", "volta", "fnm"}, words[0]) {
			c.err = fail(NoPackage, "The command installs Node.js itself, or a tool beside it. If the tool is a package, paste that, such as npm:typescript.")
		}
		return c, true
	}
	if len(words) < 2 {
		return command{}, false
	}
	if err := foreign(words); err != nil {
		return command{err: err}, true
	}
	for _, d := range table() {
		t, ok := d.tools[words[0]]
		switch {
		case ok && t == nil:
			return command{err: d.notServed()}, true
		case ok:
			return t.command(words), true
		}
	}
	return command{}, false
}

// isAssignment tells whether a word sets a variable of the command after it.
func isAssignment(word string) bool {
	name, _, found := strings.Cut(word, "=")
	return found && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// isQuiet tells programs that never name a package.
func isQuiet(program string) bool {
	return slices.Contains([]string{"cd", "mkdir", "export", "set", "source", ".", "pushd", "popd", "touch", "rm", "ls", "nvm", "volta", "fnm", "echo", "true", "clear"}, program)
}

// foreign is the refusal of programs that fetch or run something that is no
// package; an address among their words is offered.
func foreign(words []string) error {
	why := ""
	switch words[0] {
	case "git", "gh", "hg", "svn":
		why = "The command copies a source repository, which is no package of a package repository."
	case "curl", "wget", "bash", "sh", "zsh", "node", "python", "python3", "iwr", "irm", "make", "ruby", "perl":
		why = "The command fetches or runs a file, and names no package of a package repository. Paste the package."
	default:
		return nil
	}
	r := Refuse(NoPackage, "%s", why)
	for _, w := range words[1:] {
		at := repositoryAddress(w)
		if at == "" {
			at = w
		}
		if !strings.Contains(at, "://") {
			continue
		}
		if ref, err := readAddress(at); err == nil {
			label := ""
			if ref.Type == Golang {
				label = "the Go module of that repository, if it is one"
			}
			r.Offer(ref, label)
		}
	}
	return r
}

// command reads a tool's command.
func (t *tool) command(words []string) command {
	args, verb := words[1:], ""
	if len(t.verbs) > 0 {
		for len(args) > 0 && (strings.HasPrefix(args[0], "+") || slices.Contains([]string{"global", "pip", "tool", "self"}, args[0])) { // +nightly
			args = args[1:]
		}
		if len(args) > 1 && slices.Contains(t.verbs, args[0]+" "+args[1]) {
			args = append([]string{args[0] + " " + args[1]}, args[2:]...)
		}
		if len(args) > 1 && slices.Contains([]string{"config", "c", "set", "env"}, args[0]) {
			if set := configured(args[1:], true); set != "" {
				return command{err: refuseElsewhere("setting", set)}
			}
		}
		if len(args) > 1 && slices.Contains([]string{"ERR!", "error", "WARN", "warn"}, args[0]) {
			return command{quiet: true, err: fail(Malformed, "This is a message of %s and no command. Paste only the package that it is about.", words[0])}
		}
		if len(args) == 0 || !slices.Contains(t.verbs, args[0]) {
			return command{quiet: true, err: fail(Malformed, "This %s command installs no package. Paste the name of the package.", words[0])}
		}
		verb, args = args[0], args[1:]
	}
	specs, digests, err := t.arguments(args, slices.Contains(t.runs, verb))
	if err != nil {
		return command{err: err}
	}
	if len(specs) == 0 {
		return command{quiet: true, err: fail(Malformed, "The command names no package. Paste it with the package's name.")}
	}
	if len(specs) > 1 && len(digests) > 0 {
		return command{err: fail(Malformed, "The command names several packages beside digests. Paste one package with its digests.")}
	}
	var c command
	for _, spec := range specs {
		if prefix := t.prefixes[verb]; prefix != "" {
			spec = created(prefix, spec)
		}
		ref, err := t.read(spec)
		if err != nil {
			return command{err: err}
		}
		ref.Digests = append(ref.Digests, digests...)
		c.refs = append(c.refs, ref)
	}
	return c
}

// created is the package that "npm create NAME" runs
// (docs.npmjs.com/cli/commands/npm-init).
func created(prefix, spec string) string {
	scope, name, scoped := strings.Cut(spec, "/")
	switch {
	case !strings.HasPrefix(spec, "@"):
		return prefix + spec
	case scoped:
		return scope + "/" + prefix + name
	}
	scope, version, versioned := strings.Cut(spec[1:], "@")
	if versioned {
		version = "@" + version
	}
	return "@" + scope + "/" + strings.TrimSuffix(prefix, "-") + version
}

// arguments reads options and operands.
func (t *tool) arguments(args []string, runs bool) (specs []string, digests []Digest, err error) {
	var version, behind string
	var hashes []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if len(specs) > 0 && runs {
			break
		}
		if !strings.HasPrefix(arg, "-") {
			specs = append(specs, arg)
			continue
		}
		option, value, hasValue := strings.Cut(arg, "=")
		next := value
		if !hasValue && i+1 < len(args) {
			next = args[i+1]
		}
		takesValue := func() string {
			if !hasValue && i+1 < len(args) {
				i++
				return args[i]
			}
			return value
		}
		switch {
		case t.isElsewhere(option), leads(option), option == "--config" && leads(next):
			return nil, nil, refuseElsewhere("option", option)
		case option == "--hash":
			hashes = append(hashes, takesValue())
		case slices.Contains(t.version, option):
			version = strings.TrimPrefix(takesValue(), "=")
		case slices.Contains(t.named, option):
			if spec := takesValue(); spec != "" {
				specs = append(specs, spec)
			}
			runs = true
		case t.behind[option] != "":
			behind = t.behind[option] + takesValue()
		case slices.Contains(t.valued, option):
			takesValue()
		case runs && !hasValue && !isFlag(option):
			return nil, nil, fail(Malformed, "It is not known whether the option %s takes the word after it as its value. Paste the package's name alone.", shown(option))
		}
	}
	if version != "" && len(specs) > 0 {
		if len(specs) > 1 || strings.Contains(specs[0], "@") {
			return nil, nil, fail(Malformed, "It is not clear which package the option's version is of. Paste one package, with one version.")
		}
		specs[0] += "@" + version
	}
	for i := range specs {
		specs[i] += behind
	}
	digests, err = digestWords(hashes)
	return specs, digests, err
}

// isFlag tells whether an option of a command that runs a package surely has
// no value: the word after any other could be taken for the package.
func isFlag(option string) bool {
	switch option {
	case "--", "-y", "--yes", "--no", "--no-install", "-q", "--quiet", "--silent", "-v", "--verbose", "--isolated", "--no-cache",
		"-it", "-ti", "-d", "--rm", "-n", "-x", "-a", "-race", "-work", "-trimpath", "--json", "-A", "-g":
		return true
	}
	return false
}

// isElsewhere tells whether an option changes where the package comes from;
// npm's "--@scope:registry" counts by its beginning, and so does "-ihttps:…".
func (t *tool) isElsewhere(option string) bool {
	for _, e := range t.elsewhere {
		if option == e || e == "--@" && strings.HasPrefix(option, e) || len(e) == 2 && strings.HasPrefix(option, e+"http") {
			return true
		}
	}
	return false
}

// readOperandAddress reads an address among the operands of a tool.
func readOperandAddress(typ, spec string) (Ref, error) {
	if at := repositoryAddress(spec); at != "" || strings.HasPrefix(spec, "git+") {
		return Ref{}, fail(NoPackage, "The command would install from the source repository %s, which is no package of a package repository.", shown(spec))
	}
	ref, err := readAddress(spec)
	if err == nil && ref.Type != typ {
		return Ref{}, fail(Malformed, "The command would install from %s, which is no address of its registry. Paste the package's page instead.", shown(spec))
	}
	return ref, err
}

// unquote takes the quotes off words that are quoted as a whole.
func unquote(words []string) []string {
	for i, w := range words {
		if n := len(w); n >= 2 && (w[0] == '"' || w[0] == '\'' || w[0] == '`') && w[n-1] == w[0] {
			words[i] = w[1 : n-1]
		} else if n > 4 && strings.HasPrefix(w, "**") && strings.HasSuffix(w, "**") { // Markdown's bold
			words[i] = w[2 : n-2]
		}
	}
	return words
}
