package purl

import "strings"

// debSource is the refusal of a page of a source, of which packages are built: the
// one of that name is offered.
func debSource(a address, name string) error {
	namespace := "debian"
	if strings.HasSuffix(a.host, ".ubuntu.com") || a.host == "launchpad.net" {
		namespace = "ubuntu"
	}
	ref, err := newDeb(namespace+"/"+name, "")
	if err != nil {
		return unknownPage(a, "https://packages.debian.org/trixie/hello")
	}
	return Refuse(Ambiguous, "This is the page of a source, of which packages are built. One of the same name may be meant.").Offer(ref, "")
}

// readDebSource reads /pkg/SOURCE of the tracker and /src/SOURCE of the sources.
func readDebSource(a address) (Ref, error) {
	if len(a.segments) < 2 || !a.is("pkg") && !a.is("src") {
		return Ref{}, unknownPage(a, "https://packages.debian.org/trixie/hello")
	}
	return Ref{}, debSource(a, a.at(1))
}

// readDebSnapshot reads /package/SOURCE and /binary/NAME[/VERSION] of what keeps all
// that the archive ever had, and its files.
func readDebSnapshot(a address) (Ref, error) {
	switch {
	case a.is("package") && len(a.segments) > 1:
		return Ref{}, debSource(a, a.at(1))
	case a.is("binary") && len(a.segments) > 1:
		ref, err := newDeb("debian/"+a.at(1), a.at(2))
		ref.note("guess", "The address is one of %s. Checked is what the archive itself serves now.", a.host)
		return ref, err
	}
	return readDebPool(a)
}

// readDebTracker reads /tracker/source-package/SOURCE; the other pages are about a
// vulnerability.
func readDebTracker(a address) (Ref, error) {
	switch {
	case a.is("tracker", "source-package") && len(a.segments) > 2:
		return Ref{}, debSource(a, a.at(2))
	case isVulnerability(a.at(1)):
		return Ref{}, vulnerability(a.at(1))
	}
	return Ref{}, unknownPage(a, "https://packages.debian.org/trixie/hello")
}

// readLaunchpad reads Ubuntu's pages there: /ubuntu/SUITE/+package/NAME,
// /ubuntu/SUITE/ARCH/NAME/VERSION, /ubuntu/+source/SOURCE.
func readLaunchpad(a address) (Ref, error) {
	switch n := len(a.segments); {
	case !a.is("ubuntu"):
	case n > 2 && a.at(1) == "+source":
		return Ref{}, debSource(a, a.at(2))
	case n > 3 && a.at(2) == "+source":
		return Ref{}, debSource(a, a.at(3))
	case n > 3 && (a.at(2) == "+package" || !strings.HasPrefix(a.at(2), "+")):
		version := ""
		if n > 4 {
			version = a.at(4)
		}
		ref, err := newDeb("ubuntu/"+a.at(3), version)
		if err == nil {
			err = debQualifier("distro", "noble")(&ref, a.at(1))
		}
		if err == nil && a.at(2) != "+package" {
			err = debQualifier("arch", "amd64")(&ref, a.at(2))
		}
		return ref, err
	}
	return Ref{}, unknownPage(a, "https://launchpad.net/ubuntu/noble/+package/hello")
}

// readDebMirror reads the address of a package in the pool of a mirror.
func readDebMirror(a address) (Ref, error) {
	ref, err := readDebPool(a)
	if err == nil && strings.HasSuffix(a.host, ".archive.ubuntu.com") {
		ref.Namespace = "ubuntu"
	}
	if err == nil {
		ref.note("guess", "The address is one of the mirror %s. Checked is what the archive itself serves now.", a.host)
	}
	return ref, err
}

// readDpkgFile is the refusal of a file that dpkg is told to install: the package
// that it is called after is offered.
func readDpkgFile(spec string) (Ref, error) {
	r := Refuse(NoPackage, "dpkg installs a file of your own device, and compares it with nothing. Bring the file, and paste which package it should be.")
	if ref, err := readDebFile("debian", spec[strings.LastIndexByte(spec, '/')+1:]); err == nil {
		r.Offer(ref, "the package that the file is called after")
	}
	return Ref{}, r
}

// readDebText reads what dpkg and apt print of a package, and the paragraph that says
// what one is. Lines of their sources name an archive, and no package.
func readDebText(text string) (Ref, bool, error) {
	words := strings.Fields(text)
	first, _, _ := strings.Cut(text, "\n")
	switch {
	case len(words) > 2 && (words[0] == "deb" || words[0] == "deb-src") && strings.Contains(first, "://"), strings.HasPrefix(text, "Types: deb"):
		return Ref{}, true, fail(NoPackage, "This names an archive, and none of its packages. Paste a package of it, such as pkg:deb/debian/hello?distro=trixie.")
	case strings.HasPrefix(text, "Package: "):
		return readDebParagraph(text)
	case len(words) > 3 && !strings.Contains(text, "\n") && (words[0] == "ii" || words[0] == "hi" || words[0] == "rc"): // dpkg --list
		ref, err := printedDeb(words[1], words[2])
		if err == nil {
			err = debQualifier("arch", "amd64")(&ref, words[3])
		}
		return ref, true, err
	case len(words) > 2 && len(words) < 6 && !strings.Contains(text, "\n") && strings.Contains(words[0], "/") && !strings.Contains(words[0], "//") && debVersion(words[1]): // apt list
		name, _, _ := strings.Cut(words[0], "/")
		ref, err := printedDeb(name, words[1])
		if err != nil {
			return Ref{}, false, nil
		}
		return ref, true, debQualifier("arch", "amd64")(&ref, words[2])
	}
	return Ref{}, false, nil
}

// printedDeb is a package as dpkg and apt print it, NAME[:ARCH] and a version: of
// Ubuntu where the version says so.
func printedDeb(name, version string) (Ref, error) {
	ref, err := readAptSpec(name + "=" + version)
	if strings.Contains(version, "ubuntu") {
		ref.Namespace = "ubuntu"
	}
	return ref, err
}

// readDebParagraph reads the fields of a package as a control file, a list of packages
// and apt show have them (deb822(5)).
func readDebParagraph(text string) (Ref, bool, error) {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(line, ":"); ok && !strings.ContainsAny(name, " \t") {
			fields[name] = strings.TrimSpace(value)
		}
	}
	if fields["Version"] == "" && fields["Architecture"] == "" {
		return Ref{}, false, nil
	}
	ref, err := newDeb(fields["Package"], fields["Version"])
	if arch := fields["Architecture"]; err == nil && arch != "" {
		err = debQualifier("arch", "amd64")(&ref, arch)
	}
	return ref, true, err
}
