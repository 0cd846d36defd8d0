package purl

import (
	"strings"
)

// rpmDialect is the row of RPM repositories.
func rpmDialect() *dialect {
	installs := func(distribution string, verbs ...string) *tool {
		return &tool{verbs: verbs, valued: []string{"--releasever", "--setopt", "--forcearch"},
			elsewhere: []string{"--repo", "--repoid", "--repofrompath", "--from", "-r"}, read: func(spec string) (Ref, error) { return readRPMSpec(distribution, spec) }}
	}
	dnf := func() *tool {
		return installs("fedora", "install", "reinstall", "upgrade", "update", "downgrade", "download", "info", "repoquery")
	}
	return &dialect{
		typ: RPM, name: "RPM repositories", many: "RPM packages", one: "RPM package", page: "fedora",
		read:    newRPM,
		origins: []string{"dl.fedoraproject.org", "download.opensuse.org"},
		qualifiers: map[string]func(*Ref, string) error{
			"arch":   rpmQualifier("arch", "x86_64"),
			"distro": rpmQualifier("distro", "fedora-43"),
			"epoch":  rpmQualifier("epoch", "1"),
		},
		canonical: func(c *Components) { c.Namespace = strings.ToLower(c.Namespace) },
		hosts: map[string]func(address) (Ref, error){
			"packages.fedoraproject.org": readFedoraPage, "dl.fedoraproject.org": readRPMAddress, "kojipkgs.fedoraproject.org": readRPMAddress,
			"koji.fedoraproject.org": readKojiPage, "download.opensuse.org": readRPMAddress, "archives.fedoraproject.org": readRPMAddress,
			"download.fedoraproject.org": readRPMAddress, "cdn-ubi.redhat.com": nil, "rpmfind.net": nil, "pkgs.org": nil,
		},
		tools: map[string]*tool{"dnf": dnf(), "dnf5": dnf(), "yum": dnf(), "microdnf": dnf(), "zypper": installs("opensuse", "install", "in", "update", "info"), "rpm": nil},
		word: func(word string) (Ref, bool, error) {
			if !strings.HasSuffix(word, ".rpm") {
				return Ref{}, false, nil
			}
			ref, err := readRPMFile(word)
			return ref, true, err
		},
	}
}

const rpmRule = "Names of RPM packages hold ASCII letters, digits and -._+ and begin with a letter or digit."

// newRPM makes a reference of a package, "fedora/bash", and of its version and
// release, before which an epoch may stand ("1:5.2-3.fc43").
func newRPM(path, version string) (Ref, error) {
	namespace, name, found := strings.Cut(path, "/")
	if !found { // a bare word means nothing here: many distributions have one of the name
		return Ref{}, badName("RPM package", path, "Its distribution stands before it, as in fedora/bash.")
	}
	namespace = strings.ToLower(namespace)
	if !rpmWord(name, "-._+") || !alphanumeric(name[0]) && name[0] != '_' {
		return Ref{}, badName("RPM package", name, rpmRule)
	}
	if !rpmWord(namespace, "-") {
		return Ref{}, badName("distribution", namespace, "It is named by the first part, as fedora.")
	}
	ref := Ref{Type: RPM, Namespace: namespace, Name: name}
	epoch, rest, has := strings.Cut(version, ":")
	if has {
		version = rest
	}
	switch upstream, release, ok := strings.Cut(version, "-"); {
	case version == "" && !has:
	case version == "latest":
		ref.Tag = version
		ref.note("moving", "latest is a moving name: it means the newest version that the distribution's index has now.")
	case !ok || !rpmWord(upstream, "._+~^") || !rpmWord(release, "._+~^"):
		return Ref{}, Refuse(BadVersion, "%s is no version of an RPM package. Give version and release, such as 5.2.37-1.fc43, or none for the newest.", shown(version)).Offer(ref, "the newest version")
	default:
		ref.Version = version
	}
	if has {
		return ref, rpmQualifier("epoch", "1")(&ref, epoch)
	}
	return ref, nil
}

// rpmWord tells whether s consists of letters, digits and those others.
func rpmWord(s, others string) bool { return len(s) <= 256 && consists(s, others) }

// rpmQualifier keeps a qualifier that is one word; an epoch is a number.
func rpmQualifier(key, example string) func(*Ref, string) error {
	return func(ref *Ref, value string) error {
		number := strings.Trim(value, "0123456789") == ""
		if !rpmWord(value, "-._") || key == "epoch" && (!number || len(value) > 9) {
			return fail(RefusedQualifier, "The qualifier %s is %s. Expected is for example %s.", key, shown(value), example)
		}
		if key != "epoch" || strings.Trim(value, "0") != "" {
			ref.setQualifier(key, value)
		}
		return nil
	}
}

// rpmArches end the names of packages and files.
var rpmArches = []string{"x86_64", "noarch", "aarch64", "ppc64le", "s390x", "i386", "i586", "i686", "src", "armv7hl", "ppc64", "riscv64"}

// cutRPMArch cuts an architecture off the end of a name.
func cutRPMArch(s string) (rest, arch string) {
	for _, arch := range rpmArches {
		if rest, ok := strings.CutSuffix(s, "."+arch); ok {
			return rest, arch
		}
	}
	return s, ""
}

// readRPMFile makes a reference of a file's name, name-version-release.arch.rpm.
func readRPMFile(file string) (Ref, error) {
	base, ok := strings.CutSuffix(file, ".rpm")
	base, arch := cutRPMArch(base)
	ref, err := readNVR(distributionOf(base), base)
	if !ok || arch == "" || err != nil {
		return Ref{}, fail(Malformed, "%s is no file name of an RPM package. Expected is for example bash-5.2.37-1.fc43.x86_64.rpm.", shown(file))
	}
	ref.Qualifiers = map[string]string{"arch": arch}
	return ref, nil
}

// distributionOf is whose package a file is by the end of its release.
func distributionOf(nvr string) string {
	if strings.Contains(nvr, ".fc") || strings.Contains(nvr, ".el") {
		return "fedora"
	}
	return "opensuse" // which ends releases with the number of the build
}

// readNVR reads name-version-release.
func readNVR(distribution, text string) (Ref, error) {
	i := strings.LastIndexByte(text, '-')
	j := strings.LastIndexByte(text[:max(i, 0)], '-')
	if j <= 0 {
		return Ref{}, fail(Malformed, "%s has no version and release.", shown(text))
	}
	return newRPM(distribution+"/"+text[:j], text[j+1:])
}

// readRPMSpec reads what dnf is told to install: a name, with or without version,
// release and architecture (dnf(8), "Specifying packages").
func readRPMSpec(distribution, spec string) (Ref, error) {
	if strings.Contains(spec, "://") {
		return readOperandAddress(RPM, spec)
	}
	if isOwnPath(spec) {
		return Ref{}, ownFile(spec)
	}
	base, arch := cutRPMArch(spec)
	name, version, pinned := strings.Cut(base, "=") // zypper
	ref, err := newRPM(distribution+"/"+name, version)
	if nvr, wrong := readNVR(distribution, base); !pinned && wrong == nil && startsWithDigit(nvr.Version) && (arch != "" || strings.Contains(nvr.Version, ".fc") || strings.Contains(nvr.Version, ".el")) {
		ref, err = nvr, nil
	}
	if err == nil && arch != "" {
		ref.setQualifier("arch", arch)
	}
	return ref, err
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// readFedoraPage reads a page of Fedora's packages, /pkgs/<source>/<package>/[<release>.html].
func readFedoraPage(a address) (Ref, error) {
	if !a.is("pkgs") || len(a.segments) < 2 || len(a.segments) > 4 {
		return Ref{}, unknownPage(a, "https://packages.fedoraproject.org/pkgs/bash/bash/fedora-43.html")
	}
	name := a.at(2)
	if name == "" {
		name = a.at(1)
	}
	ref, err := newRPM("fedora/"+name, "")
	release, isPage := strings.CutSuffix(a.at(3), ".html")
	for _, repository := range []string{"-updates-testing", "-updates"} {
		release = strings.TrimSuffix(release, repository)
	}
	if err != nil || !isPage || release == "index" {
		return ref, err
	}
	return ref, rpmQualifier("distro", "fedora-43")(&ref, release)
}

// readKojiPage refuses pages of builds, which they name by a number, but for
// searches by name.
func readKojiPage(a address) (Ref, error) {
	if a.is("koji", "search") || a.is("koji", "packageinfo") {
		if terms := strings.TrimSuffix(a.query.Get("terms")+a.query.Get("packageID"), ".src"); !startsWithDigit(terms) && terms != "" {
			return newRPM("fedora/"+terms, "")
		}
	}
	return Ref{}, fail(Malformed, "Pages of Fedora's build system name builds by numbers. Paste the package's file name, such as bash-5.2.37-1.fc43.x86_64.rpm.")
}

// readRPMAddress reads the address of a file on a server of packages.
func readRPMAddress(a address) (Ref, error) {
	if len(a.segments) == 0 || !strings.HasSuffix(a.segments[len(a.segments)-1], ".rpm") {
		return Ref{}, unknownPage(a, "https://dl.fedoraproject.org/pub/fedora/linux/releases/43/Everything/x86_64/os/Packages/b/bash-5.3.0-2.fc43.x86_64.rpm")
	}
	ref, err := readRPMFile(a.segments[len(a.segments)-1])
	if err != nil {
		return Ref{}, err
	}
	if a.host == "download.opensuse.org" {
		ref.Namespace = "opensuse"
	}
	for i, s := range a.segments[:len(a.segments)-1] { // …/releases/43/…, …/epel/7/…
		next := a.at(i + 1)
		switch {
		case (s == "releases" || s == "updates") && a.is("pub") && startsWithDigit(next):
			ref.Qualifiers["distro"] = "fedora-" + next
		case s == "epel" && startsWithDigit(next):
			ref.Qualifiers["distro"] = "epel-" + next
		}
	}
	return ref, nil
}
