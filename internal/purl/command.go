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
	// valued are options followed by a value, elsewhere those that change
	// where the package comes from.
	valued, elsewhere []string
	// version and named are options that hold the version or the package.
	version, named []string
	read           func(spec string) (Ref, error)
}

// toolOf finds the tool that a program's name stands for.
func toolOf(program string) (tool, bool) {
	switch program {
	case "npm", "pnpm", "yarn", "bun":
		return tool{
			verbs:     []string{"install", "i", "in", "add", "exec", "x", "dlx", "view", "info", "show"},
			runs:      []string{"exec", "x", "dlx", "view", "info", "show"},
			valued:    []string{"--prefix", "-w", "--workspace", "--filter", "-C", "--dir", "--tag"},
			elsewhere: []string{"--registry", "--@"},
			read:      readNPMOperand,
		}, true
	case "npx", "bunx", "pnpx":
		return tool{
			runs:      []string{""},
			named:     []string{"-p", "--package"},
			elsewhere: []string{"--registry"},
			read:      readNPMOperand,
		}, true
	case "pip", "pip3", "pipx", "uv", "uvx", "poetry", "pdm":
		t := tool{
			verbs:  []string{"install", "add", "download", "run", "wheel"},
			runs:   []string{"run"},
			named:  []string{"--from", "--spec"},
			valued: []string{"--with", "-t", "--target", "--python", "-p", "--platform", "--group", "-G", "--dest", "-d", "-c", "--constraint"},
			elsewhere: []string{"-i", "--index-url", "--extra-index-url", "--index", "--default-index", "-f", "--find-links",
				"-e", "--editable", "-r", "--requirement", "--source", "--git", "--path", "--pip-args"},
			read: readPyPIOperand,
		}
		if program == "uvx" {
			t.verbs, t.runs = nil, []string{""}
		}
		return t, true
	case "cargo":
		return tool{
			verbs:     []string{"add", "install", "binstall", "info"},
			valued:    []string{"-F", "--features", "-p", "--package", "--target", "--bin", "--profile", "-j", "--jobs", "--root", "--rename"},
			elsewhere: []string{"--registry", "--index", "--git", "--path", "--branch", "--tag", "--rev"},
			version:   []string{"--version", "--vers"},
			read:      readCargoSpec,
		}, true
	case "go":
		return tool{
			verbs:     []string{"get", "install", "run", "list"},
			runs:      []string{"run"},
			valued:    []string{"-tags", "-o", "-ldflags", "-gcflags", "-f", "-p", "-C"},
			elsewhere: []string{"-modfile", "-overlay"},
			read:      func(spec string) (Ref, error) { return readGoSpec(spec, false) },
		}, true
	}
	return tool{}, false
}

// readNPMOperand reads what npm is told to install.
func readNPMOperand(spec string) (Ref, error) {
	if !strings.Contains(spec, "://") {
		return readNPMSpec(spec)
	}
	return readOperandAddress(NPM, spec)
}

// readPyPIOperand reads what pip is told to install; some of its relatives
// write name@1.2.3.
func readPyPIOperand(spec string) (Ref, error) {
	if strings.Contains(spec, "://") {
		return readOperandAddress(PyPI, spec)
	}
	if name, version, found := strings.Cut(spec, "@"); found {
		return newPyPI(name, version)
	}
	return readRequirement(spec)
}

func readOperandAddress(typ, spec string) (Ref, error) {
	ref, err := readAddress(spec)
	if err == nil && ref.Type != typ {
		return Ref{}, fail(Malformed, "the command would install from %s, which is no address of its registry; paste the package's page instead", shown(spec))
	}
	return ref, err
}

// readCommand reads an install command. It is not told apart by shells: words
// are those between white space, quotes around a whole word are taken off.
func readCommand(words []string) (ref Ref, isCommand bool, err error) {
	if words[0] == "sudo" {
		words = words[1:]
	}
	if len(words) > 3 && strings.HasPrefix(words[0], "py") && words[1] == "-m" && strings.HasPrefix(words[2], "pip") {
		words = words[2:]
	}
	if len(words) < 2 {
		return Ref{}, false, nil
	}
	if typ := typeOfTool(words[0]); typ != "" {
		return Ref{}, true, NotServed(typ)
	}
	t, ok := toolOf(words[0])
	if !ok {
		return Ref{}, false, nil
	}
	if len(words) > 3 && words[0] == "go" && words[1] == "mod" && words[2] == "download" {
		t.read = func(spec string) (Ref, error) { return readGoSpec(spec, true) }
		t.verbs, t.runs, words = nil, nil, words[2:]
	}
	args := words[1:]
	verb := ""
	if len(t.verbs) > 0 {
		for len(args) > 0 && slices.Contains([]string{"global", "pip", "tool"}, args[0]) {
			args = args[1:]
		}
		if len(args) == 0 || !slices.Contains(t.verbs, args[0]) {
			return Ref{}, true, fail(Malformed, "this %s command installs no package; paste the name of the package", words[0])
		}
		verb, args = args[0], args[1:]
	}
	ref, err = t.readArguments(args, slices.Contains(t.runs, verb))
	return ref, true, err
}

// readArguments reads options and operands; exactly one operand may name a
// package.
func (t tool) readArguments(args []string, runs bool) (Ref, error) {
	var spec, version string
	var hashes []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if !strings.HasPrefix(arg, "-") {
			if spec != "" && runs {
				break
			}
			if spec != "" {
				return Ref{}, fail(Malformed, "the command names several packages (%s and %s); paste one", shown(spec), shown(arg))
			}
			spec = arg
			continue
		}
		if spec != "" && runs {
			break
		}
		option, value, hasValue := strings.Cut(arg, "=")
		takesValue := func() string {
			if !hasValue && i+1 < len(args) {
				i++
				return args[i]
			}
			return value
		}
		switch {
		case t.isElsewhere(option):
			return Ref{}, fail(RefusedQualifier, "the option %s changes where the package comes from, and only the ecosystem's public registry is audited; leave it out to audit that", shown(option))
		case option == "--hash":
			hashes = append(hashes, takesValue())
		case slices.Contains(t.version, option):
			version = strings.TrimPrefix(takesValue(), "=")
		case slices.Contains(t.named, option):
			if spec != "" {
				return Ref{}, fail(Malformed, "the command names several packages; paste one")
			}
			spec = takesValue()
			runs = true
		case slices.Contains(t.valued, option):
			takesValue()
		case runs && !hasValue && !isFlag(option):
			return Ref{}, fail(Malformed, "it is not known whether the option %s takes the word after it as its value; paste the package's name alone", shown(option))
		}
	}
	if spec == "" {
		return Ref{}, fail(Malformed, "the command names no package; paste it with the package's name")
	}
	if version != "" {
		if strings.Contains(spec, "@") {
			return Ref{}, fail(Malformed, "the command gives two versions; paste one")
		}
		spec += "@" + version
	}
	ref, err := t.read(spec)
	if err != nil {
		return Ref{}, err
	}
	digests, err := digestWords(hashes)
	ref.Digests = append(ref.Digests, digests...)
	return ref, err
}

// isFlag tells whether an option of a command that runs a package surely has
// no value: the word after any other could be taken for the package.
func isFlag(option string) bool {
	switch option {
	case "--", "-y", "--yes", "--no", "--no-install", "-q", "--quiet", "--silent", "-v", "--verbose", "--isolated", "--no-cache",
		"-n", "-x", "-a", "-race", "-work", "-trimpath":
		return true
	}
	return false
}

// isElsewhere tells whether an option changes where the package comes from;
// npm's "--@scope:registry" counts by its beginning, and so does "-ihttps:…".
func (t tool) isElsewhere(option string) bool {
	for _, e := range t.elsewhere {
		if option == e || e == "--@" && strings.HasPrefix(option, e) || len(e) == 2 && strings.HasPrefix(option, e+"http") {
			return true
		}
	}
	return false
}

// unquote takes the quotes off words that are quoted as a whole.
func unquote(words []string) []string {
	for i, w := range words {
		if n := len(w); n >= 2 && (w[0] == '"' || w[0] == '\'' || w[0] == '`') && w[n-1] == w[0] {
			words[i] = w[1 : n-1]
		}
	}
	return words
}
