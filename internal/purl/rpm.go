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
		origins: []string{"dl.fedoraproject.org", "download.opensuse.org", "mirror.stream.centos.org", "cdn-ubi.redhat.com"},
		qualifiers: map[string]func(*Ref, string) error{
			"arch":   rpmQualifier("arch", "x86_64"),
			"distro": rpmQualifier("distro", "fedora-43"),
			"epoch":  rpmQualifier("epoch", "1"),
		},
		canonical: func(c *Components) { c.Namespace = strings.ToLower(c.Namespace) },
		hosts:     rpmHosts(),
		tools: map[string]*tool{"dnf": dnf(), "dnf5": dnf(), "yum": dnf(), "microdnf": dnf(), "zypper": installs("opensuse", "install", "in", "update", "info"),
			"rpm": installs("fedora", "-q", "-qi", "-ql", "-qa", "-i", "-ivh", "-U", "-Uvh", "-V", "-K", "--checksig")},
		word: func(word string) (Ref, bool, error) {
			if strings.HasSuffix(word, ".rpm") {
				ref, err := readRPMFile(word)
				return ref, true, err
			}
			return readNEVRA(word)
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
	if _, err := readNVR("fedora", base); !ok || arch == "" || err != nil {
		return Ref{}, fail(Malformed, "%s is no file name of an RPM package. Expected is for example bash-5.3.0-2.fc43.x86_64.rpm.", shown(file))
	}
	return readBuild(base, arch)
}

// readNEVRA reads what rpm, dnf and Koji print of a package: name, epoch, version,
// release and mostly the architecture. By its release it is of a distribution: else
// the word could be anything.
func readNEVRA(word string) (Ref, bool, error) {
	base, arch := cutRPMArch(word)
	if epoch, rest, found := strings.Cut(base, ":"); found && epoch != "" && strings.Trim(epoch, "0123456789") == "" { // as yum prints it
		if nvr, err := readNVR("fedora", rest); err == nil {
			base = nvr.Name + "-" + epoch + ":" + nvr.Version
		}
	}
	nvr, err := readNVR("fedora", base)
	if err != nil || !startsWithDigit(nvr.Version) || !madeFor(nvr.Version, ".fc") && !madeFor(nvr.Version, ".el") {
		return Ref{}, false, nil
	}
	ref, err := readBuild(base, arch)
	return ref, true, err
}

// madeFor tells whether a release ends with a distribution's mark and number, as
// "2.fc43" does, or "1.el9_4".
func madeFor(version, mark string) bool {
	i := strings.LastIndex(version, mark)
	return i >= 0 && startsWithDigit(version[i+len(mark):])
}

// readBuild reads name-version-release where nothing but the release says whose
// package it is. Releases for Enterprise Linux end alike for all who make such.
func readBuild(nvr, arch string) (Ref, error) {
	in := func(distribution string) (Ref, error) {
		ref, err := readNVR(distribution, nvr)
		if err == nil && arch != "" {
			ref.setQualifier("arch", arch)
		}
		return ref, err
	}
	switch {
	case madeFor(nvr, ".fc"):
		return in("fedora")
	case !madeFor(nvr, ".el"):
		return in("opensuse") // which ends releases with the number of the build
	}
	several := Refuse(Ambiguous, "Red Hat, CentOS and EPEL all end releases like that. Choose whose package it is.")
	number := nvr[strings.LastIndex(nvr, ".el")+len(".el"):]
	number = number[:len(number)-len(strings.TrimLeft(number, "0123456789"))]
	for _, d := range enterprise {
		ref, err := in(d.namespace)
		if err != nil {
			return Ref{}, err
		}
		ref.setQualifier("distro", d.distro+number)
		several.Offer(ref, d.name)
	}
	return Ref{}, several
}

// enterprise are those who make packages for Enterprise Linux, by the names that
// their systems call themselves (os-release(5)).
var enterprise = []struct{ namespace, distro, name string }{{"redhat", "rhel-", "of Red Hat"}, {"centos", "centos-", "of CentOS Stream"}, {"fedora", "epel-", "of EPEL"}}

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
	if build, is, wrong := readNEVRA(spec); is && !pinned {
		return build, wrong
	}
	if nvr, wrong := readNVR(distribution, base); !pinned && wrong == nil && startsWithDigit(nvr.Version) && arch != "" {
		ref, err = nvr, nil
	}
	if err == nil && arch != "" {
		ref.setQualifier("arch", arch)
	}
	return ref, err
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }
