package purl

import (
	"slices"
	"strings"
)

// debDialect is the row of Debian's archive, and of Ubuntu's.
func debDialect() *dialect {
	installs := func() *tool {
		return &tool{
			verbs:  []string{"install", "reinstall", "upgrade", "download", "show", "policy", "madison", "satisfy", "remove", "source"},
			valued: []string{"-o", "--option", "-c", "--config-file", "-q"},
			behind: map[string]string{"-t": "/", "--target-release": "/", "--default-release": "/"},
			read:   readAptSpec,
		}
	}
	return &dialect{
		typ: Deb, name: "Debian", many: "Debian packages", one: "Debian package", page: "debian",
		read:       readDeb,
		origins:    []string{"deb.debian.org", "security.debian.org", "archive.ubuntu.com", "security.ubuntu.com"},
		qualifiers: map[string]func(*Ref, string) error{"arch": debQualifier("arch", "amd64"), "distro": debQualifier("distro", "trixie")},
		canonical: func(c *Components) {
			c.Namespace, c.Name = strings.ToLower(c.Namespace), strings.ToLower(c.Name)
		},
		hosts: map[string]func(address) (Ref, error){
			"packages.debian.org": readDebPage, "packages.ubuntu.com": readDebPage, "tracker.debian.org": readDebSource, "sources.debian.org": readDebSource, "launchpad.net": readLaunchpad,
			"deb.debian.org": readDebPool, "security.debian.org": readDebPool, "ftp.debian.org": readDebPool, "snapshot.debian.org": readDebSnapshot, "security-tracker.debian.org": readDebTracker,
			"archive.ubuntu.com": readDebPool, "security.ubuntu.com": readDebPool, "ports.ubuntu.com": readDebPool,
		},
		mirrors: map[string]func(address) (Ref, error){".debian.org": readDebMirror, ".archive.ubuntu.com": readDebMirror},
		tools: map[string]*tool{"apt": installs(), "apt-get": installs(), "aptitude": installs(), "apt-cache": installs(), "nala": installs(),
			"dpkg": {verbs: []string{"-i", "--install", "--unpack"}, read: readDpkgFile}},
		text: readDebText,
		word: func(word string) (Ref, bool, error) {
			if !strings.HasSuffix(word, ".deb") {
				return Ref{}, false, nil
			}
			ref, err := readDebFile("debian", word)
			return ref, true, err
		},
		ends: []string{".udeb", ".dsc"},
	}
}

const debRule = "Names of Debian packages hold lower-case letters, digits and +-. and begin with a letter or digit."

// readDeb is newDeb where the distribution is named: a bare word means no package
// of Debian.
func readDeb(path, version string) (Ref, error) {
	if !strings.Contains(path, "/") {
		return Ref{}, fail(BadName, "The package's distribution is missing. Write it as debian/%s.", path)
	}
	return newDeb(path, version)
}

// newDeb makes a reference of a package, "debian/bash" or "bash"
// (debian-policy, 5.6.1 and 5.6.12).
func newDeb(path, version string) (Ref, error) {
	namespace, name, found := strings.Cut(path, "/")
	if !found {
		namespace, name = "debian", path
	}
	if !debWord(name, "abcdefghijklmnopqrstuvwxyz0123456789+-.") || len(name) < 2 || !alphanumeric(name[0]) {
		return Ref{}, badName("Debian package", name, debRule)
	}
	if namespace = strings.ToLower(namespace); namespace != "debian" && namespace != "ubuntu" {
		return Ref{}, fail(UnsupportedType, "The archive of %s can't be asked here. Those of debian and ubuntu can.", shown(namespace))
	}
	ref := Ref{Type: Deb, Namespace: namespace, Name: name}
	switch {
	case version == "":
	case version == "latest":
		ref.Tag = version
		ref.note("moving", "latest is a moving name: it means the newest version that the archive's index has now.")
	case !debVersion(version):
		return Ref{}, Refuse(BadVersion, "%s is no version of a Debian package. Give one such as 1:2.10-3, or none for the newest.", shown(version)).Offer(ref, "the newest version")
	default:
		ref.Version = version
	}
	return ref, nil
}

// debVersion tells whether s is a version: an epoch, what begins with a digit, a
// revision (deb-version(7)).
func debVersion(s string) bool {
	if epoch, rest, ok := strings.Cut(s, ":"); ok {
		if epoch == "" || strings.Trim(epoch, "0123456789") != "" {
			return false
		}
		s = rest
	}
	return startsWithDigit(s) && debWord(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+-~:")
}

// debWord tells whether a word consists of some characters.
func debWord(s, of string) bool { return s != "" && len(s) <= 256 && strings.Trim(s, of) == "" }

// debQualifier keeps a qualifier that is one word.
func debQualifier(key, example string) func(*Ref, string) error {
	return func(ref *Ref, value string) error {
		if value = strings.ToLower(value); !debWord(value, "abcdefghijklmnopqrstuvwxyz0123456789.-") || key == "arch" && value == "source" {
			return fail(RefusedQualifier, "The qualifier %s is %s. Expected is for example %s; sources are not checked.", key, shown(value), example)
		}
		ref.setQualifier(key, value)
		return nil
	}
}

// readAptSpec reads what apt is told to install: name, name:arch, name=version,
// name/suite (apt-get(8)).
func readAptSpec(spec string) (Ref, error) {
	if strings.Contains(spec, "://") {
		return readOperandAddress(Deb, spec)
	}
	if isOwnPath(spec) {
		return Ref{}, ownFile(spec)
	}
	name, version, _ := strings.Cut(spec, "=")
	version, suite, _ := strings.Cut(version, "/") // which an option put behind it
	if before, after, found := strings.Cut(name, "/"); found {
		name, suite = before, after
	}
	name, arch, _ := strings.Cut(name, ":")
	ref, err := newDeb(name, version)
	for key, value := range map[string]string{"arch": arch, "distro": suite} {
		if err == nil && value != "" {
			err = debQualifier(key, "amd64")(&ref, value)
		}
	}
	return ref, err
}

// readDebFile makes a reference of a file's name, name_version_arch.deb; the
// version in it has no epoch (dpkg-name(1)).
func readDebFile(namespace, file string) (Ref, error) {
	base, ok := strings.CutSuffix(file, ".deb")
	parts := strings.Split(base, "_")
	if !ok || len(parts) != 3 {
		return Ref{}, fail(Malformed, "%s is no file name of a Debian package. Expected is for example hello_2.10-3_amd64.deb.", shown(file))
	}
	ref, err := newDeb(namespace+"/"+parts[0], strings.ReplaceAll(parts[1], "%3a", ":"))
	if err != nil {
		return Ref{}, err
	}
	return ref, debQualifier("arch", "amd64")(&ref, parts[2])
}

// readDebPool reads the address of a package in an archive's pool, or of what
// snapshot.debian.org keeps of one.
func readDebPool(a address) (Ref, error) {
	file := a.at(len(a.segments) - 1)
	if !slices.Contains(a.segments, "pool") || !strings.HasSuffix(file, ".deb") {
		return Ref{}, unknownPage(a, "https://deb.debian.org/debian/pool/main/h/hello/hello_2.10-3_amd64.deb")
	}
	namespace := "debian"
	if strings.HasSuffix(a.host, ".ubuntu.com") {
		namespace = "ubuntu"
	}
	ref, err := readDebFile(namespace, file)
	if err == nil && (a.host == "snapshot.debian.org" || a.host == "ports.ubuntu.com") {
		ref.note("guess", "The address is one of %s. Checked is what the archive itself serves now.", a.host)
	}
	return ref, err
}

// readDebPage reads /NAME, /SUITE/NAME, /SUITE/ARCH/NAME/download and what stands
// beside it, each also behind a language. Pages of sources offer the package of that
// name.
func readDebPage(a address) (Ref, error) {
	segments := a.segments
	if len(segments) > 1 && len(segments[0]) == 2 {
		segments = segments[1:]
	}
	if n := len(segments); n > 2 && slices.Contains([]string{"download", "filelist", "filenames"}, segments[n-1]) {
		segments = segments[:n-1]
	}
	if len(segments) == 0 || len(segments) > 3 {
		return Ref{}, unknownPage(a, "https://packages.debian.org/trixie/hello")
	}
	if name, is := strings.CutPrefix(segments[0], "src:"); is || segments[0] == "source" {
		if !is {
			name = segments[len(segments)-1]
		}
		return Ref{}, debSource(a, name)
	}
	if strings.Contains(segments[0], ":") || segments[0] == "search" || segments[0] == "contents" {
		return Ref{}, unknownPage(a, "https://packages.debian.org/trixie/hello")
	}
	namespace := "debian"
	if a.host == "packages.ubuntu.com" {
		namespace = "ubuntu"
	}
	ref, err := newDeb(namespace+"/"+segments[len(segments)-1], "")
	if err == nil && len(segments) > 1 {
		err = debQualifier("distro", "trixie")(&ref, segments[0])
	}
	if err == nil && len(segments) == 3 {
		err = debQualifier("arch", "amd64")(&ref, segments[1])
	}
	return ref, err
}
