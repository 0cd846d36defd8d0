package purl

import "strings"

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

// readKojiPage reads searches and builds by their names. Most pages of builds name
// them by a number, and are refused.
func readKojiPage(distribution string) func(a address) (Ref, error) {
	return func(a address) (Ref, error) {
		build := a.query.Get("buildID")
		if ref, is, err := readNEVRA(build); is && a.is("koji", "buildinfo") {
			ref.note("guess", "The page is a build's, of which several packages were made. Checked is the one of the same name.")
			return ref, err
		}
		if a.is("koji", "search") || a.is("koji", "packageinfo") {
			if terms := strings.TrimSuffix(a.query.Get("terms")+a.query.Get("packageID"), ".src"); !startsWithDigit(terms) && terms != "" {
				return newRPM(distribution+"/"+terms, "")
			}
		}
		return Ref{}, fail(Malformed, "Pages of the build system name builds by numbers. Paste the build's name, such as bash-5.3.0-2.fc43, or the package's file name.")
	}
}

// readBodhiPage reads searches for a package's updates. An update's own page is
// called by a number, and may hold several builds.
func readBodhiPage(a address) (Ref, error) {
	if name := a.query.Get("packages"); a.is("updates") && name != "" {
		return newRPM("fedora/"+name, "")
	}
	return Ref{}, fail(Malformed, "An update's page may hold several builds. Paste the name of one of them, such as bash-5.3.0-2.fc43.")
}

// readFedoraSource is the refusal of a source, /rpms/<name>: the package of that name
// is offered.
func readFedoraSource(a address) (Ref, error) {
	ref, err := newRPM("fedora/"+a.at(1), "")
	if err != nil || !a.is("rpms") || len(a.segments) < 2 {
		return Ref{}, unknownPage(a, "https://packages.fedoraproject.org/pkgs/bash/bash/fedora-43.html")
	}
	return Ref{}, Refuse(Ambiguous, "This is the page of a source, of which packages are built. One of the same name may be meant.").Offer(ref, "")
}

// rpmHosts are the pages and servers of packages that are read.
func rpmHosts() map[string]func(address) (Ref, error) {
	from := func(distribution string) func(address) (Ref, error) {
		return func(a address) (Ref, error) { return readRPMAddress(a, distribution) }
	}
	hosts := map[string]func(address) (Ref, error){
		"packages.fedoraproject.org": readFedoraPage, "bodhi.fedoraproject.org": readBodhiPage,
		"koji.fedoraproject.org": readKojiPage("fedora"), "kojihub.stream.centos.org": readKojiPage("centos"),
		"src.fedoraproject.org": readFedoraSource, "rpmfind.net": nil, "pkgs.org": nil,
		"download.opensuse.org": from("opensuse"), "mirror.stream.centos.org": from("centos"), "composes.stream.centos.org": from("centos"), "cdn-ubi.redhat.com": from("redhat"),
	}
	for _, host := range []string{"dl", "kojipkgs", "archives", "download"} {
		hosts[host+".fedoraproject.org"] = from("fedora")
	}
	return hosts
}

// readRPMAddress reads the address of a file on a distribution's server.
func readRPMAddress(a address, distribution string) (Ref, error) {
	if len(a.segments) == 0 || !strings.HasSuffix(a.segments[len(a.segments)-1], ".rpm") {
		return Ref{}, unknownPage(a, "https://dl.fedoraproject.org/pub/fedora/linux/releases/43/Everything/x86_64/os/Packages/b/bash-5.3.0-2.fc43.x86_64.rpm")
	}
	file := a.segments[len(a.segments)-1]
	base, arch := cutRPMArch(strings.TrimSuffix(file, ".rpm"))
	ref, err := readNVR(distribution, base)
	if err != nil || arch == "" {
		return Ref{}, fail(Malformed, "%s is no file name of an RPM package. Expected is for example bash-5.3.0-2.fc43.x86_64.rpm.", shown(file))
	}
	ref.setQualifier("arch", arch)
	for i, s := range a.segments[:len(a.segments)-1] { // …/releases/43/…, …/epel/7/…, …/9-stream/…, …/ubi9/…
		next := a.at(i + 1)
		stream, isStream := strings.CutSuffix(s, "-stream")
		ubi, isUBI := strings.CutPrefix(s, "ubi")
		switch {
		case (s == "releases" || s == "updates") && a.is("pub") && startsWithDigit(next):
			ref.setQualifier("distro", "fedora-"+next)
		case s == "epel" && startsWithDigit(next):
			ref.setQualifier("distro", "epel-"+next)
		case distribution == "centos" && isStream && startsWithDigit(stream):
			ref.setQualifier("distro", "centos-"+stream)
		case distribution == "redhat" && isUBI && startsWithDigit(ubi):
			ref.setQualifier("distro", "rhel-"+ubi)
		}
	}
	return ref, nil
}
