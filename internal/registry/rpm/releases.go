package rpm

import (
	"slices"
	"strings"

	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/trust"
)

// The hosts that serve the releases.
const (
	FedoraHost   = "dl.fedoraproject.org"
	OpenSUSEHost = "download.opensuse.org"
	CentOSHost   = "mirror.stream.centos.org"
	UBIHost      = "cdn-ubi.redhat.com"
)

// usualArch is assumed where none is given.
const usualArch = "x86_64"

// A release is one of a distribution whose keys are anchored. Those of others are
// refused by name: without its key nothing of a release can be proven.
type release struct {
	namespace, distro, name string
	host                    string
	// below are the folders of its repositories, in the order in which its client
	// prefers them; ARCH stands for the architecture.
	below []string
	// suffix ends the release of the distribution's own packages (".fc43"), or
	// stands before what a minor release adds (".el9_4").
	suffix  string
	anchors trust.ID
	// signsIndex tells that repomd.xml comes with a signature.
	signsIndex bool
	client     string
	manual     string // address of the client's manual
	report     string
}

const (
	dnfManual    = "https://dnf.readthedocs.io/en/latest/conf_ref.html"
	zypperManual = "https://github.com/openSUSE/libzypp/blob/master/zypp.conf"
	bugzilla     = "https://bugzilla.redhat.com/"
	jira         = "https://issues.redhat.com/projects/RHEL"
)

// releases are those served. Their keys are in trust/anchors/archive; where they came
// from stands there.
var releases = []release{
	{namespace: "fedora", distro: "fedora-44", name: "Fedora 44", host: FedoraHost, suffix: ".fc44", anchors: "fedora-44", client: "dnf", manual: dnfManual, report: bugzilla,
		below: []string{"/pub/fedora/linux/updates/44/Everything/ARCH/", "/pub/fedora/linux/releases/44/Everything/ARCH/os/"}},
	{namespace: "fedora", distro: "fedora-43", name: "Fedora 43", host: FedoraHost, suffix: ".fc43", anchors: "fedora-43", client: "dnf", manual: dnfManual, report: bugzilla,
		below: []string{"/pub/fedora/linux/updates/43/Everything/ARCH/", "/pub/fedora/linux/releases/43/Everything/ARCH/os/"}},
	{namespace: "fedora", distro: "fedora-31", name: "Fedora 31", host: FedoraHost, suffix: ".fc31", anchors: "fedora-31", client: "dnf", manual: dnfManual, report: bugzilla,
		below: []string{"/pub/archive/fedora/linux/updates/31/Everything/ARCH/", "/pub/archive/fedora/linux/releases/31/Everything/ARCH/os/"}},
	{namespace: "fedora", distro: "epel-10", name: "EPEL 10", host: FedoraHost, suffix: ".el10", anchors: "epel-10", client: "dnf", manual: dnfManual, report: bugzilla,
		below: []string{"/pub/epel/10/Everything/ARCH/"}},
	{namespace: "fedora", distro: "epel-9", name: "EPEL 9", host: FedoraHost, suffix: ".el9", anchors: "epel-9", client: "dnf", manual: dnfManual, report: bugzilla,
		below: []string{"/pub/epel/9/Everything/ARCH/"}},
	{namespace: "fedora", distro: "epel-7", name: "EPEL 7", host: FedoraHost, suffix: ".el7", anchors: "epel-7", client: "yum", manual: "https://man7.org/linux/man-pages/man5/yum.conf.5.html", report: bugzilla,
		below: []string{"/pub/archive/epel/7/ARCH/"}},
	{namespace: "centos", distro: "centos-10", name: "CentOS Stream 10", host: CentOSHost, suffix: ".el10", anchors: "centos", client: "dnf", manual: dnfManual, report: jira,
		below: []string{"/10-stream/BaseOS/ARCH/os/", "/10-stream/AppStream/ARCH/os/", "/10-stream/CRB/ARCH/os/"}},
	{namespace: "centos", distro: "centos-9", name: "CentOS Stream 9", host: CentOSHost, suffix: ".el9", anchors: "centos", client: "dnf", manual: dnfManual, report: jira,
		below: []string{"/9-stream/BaseOS/ARCH/os/", "/9-stream/AppStream/ARCH/os/", "/9-stream/CRB/ARCH/os/"}},
	{namespace: "redhat", distro: "rhel-10", name: "Red Hat UBI 10", host: UBIHost, suffix: ".el10", anchors: "redhat", client: "dnf", manual: dnfManual, report: jira,
		below: []string{"/content/public/ubi/dist/ubi10/10/ARCH/baseos/os/", "/content/public/ubi/dist/ubi10/10/ARCH/appstream/os/", "/content/public/ubi/dist/ubi10/10/ARCH/codeready-builder/os/"}},
	{namespace: "redhat", distro: "rhel-9", name: "Red Hat UBI 9", host: UBIHost, suffix: ".el9", anchors: "redhat", client: "dnf", manual: dnfManual, report: jira,
		below: []string{"/content/public/ubi/dist/ubi9/9/ARCH/baseos/os/", "/content/public/ubi/dist/ubi9/9/ARCH/appstream/os/", "/content/public/ubi/dist/ubi9/9/ARCH/codeready-builder/os/"}},
	{namespace: "redhat", distro: "rhel-8", name: "Red Hat UBI 8", host: UBIHost, suffix: ".el8", anchors: "redhat-8", client: "dnf", manual: dnfManual, report: jira,
		below: []string{"/content/public/ubi/dist/ubi8/8/ARCH/baseos/os/", "/content/public/ubi/dist/ubi8/8/ARCH/appstream/os/", "/content/public/ubi/dist/ubi8/8/ARCH/codeready-builder/os/"}},
	{namespace: "opensuse", distro: "opensuse-tumbleweed", name: "openSUSE Tumbleweed", host: OpenSUSEHost, anchors: "opensuse", signsIndex: true, client: "zypper", manual: zypperManual, report: "https://bugzilla.opensuse.org/",
		below: []string{"/tumbleweed/repo/oss/"}},
}

// releaseOf finds the release that a reference means: by its qualifier, else by how
// its version ends, else by its namespace where that has one release only.
func releaseOf(ref purl.Ref) (release, []purl.Note, error) {
	distro := ref.Qualifiers["distro"]
	var fits, byVersion, elsewhere []release
	for _, r := range releases {
		switch ends := r.made(ref.Version); {
		case distro != "" && r.called(distro):
			return r, nil, agree(ref, r)
		case distro != "":
		case ends && ref.Namespace == r.namespace:
			byVersion = append(byVersion, r)
		case ends:
			elsewhere = append(elsewhere, r)
		case ref.Namespace == r.namespace:
			fits = append(fits, r)
		}
	}
	switch {
	case len(byVersion) > 0:
		note := purl.Note{Kind: "guess", Text: "You named no release of a distribution. By its version the package is of " + byVersion[0].name + "."}
		return byVersion[0], []purl.Note{note}, nil
	case len(elsewhere) > 0:
		return release{}, nil, agree(ref, elsewhere[0])
	case len(fits) == 1:
		return fits[0], nil, nil
	}
	if distro == "" && len(fits) > 1 {
		refused := purl.Refuse(purl.Ambiguous, "Several releases of the distribution are served. Choose one, or give the qualifier distro.")
		for _, r := range fits {
			choice := ref.Bare()
			choice.Qualifiers = map[string]string{"distro": r.distro}
			if arch := ref.Qualifiers["arch"]; arch != "" {
				choice.Qualifiers["arch"] = arch
			}
			refused.Offer(choice, r.name)
		}
		return release{}, nil, refused
	}
	return release{}, nil, purl.Refuse(purl.Missing, "Packages of this release can't be checked here: its keys are not among the anchors. Served are %s.", served())
}

// served names the releases, those of one distribution together.
func served() string {
	var out []string
	last := ""
	for _, r := range releases {
		i := strings.LastIndexByte(r.name, ' ')
		if name := r.name[:i]; name != last {
			out, last = append(out, r.name), name
		} else {
			out = append(out, r.name[i+1:])
		}
	}
	return strings.Join(out, ", ")
}

// called tells whether a release is meant by a name: also by that of a minor
// release ("rhel-9.4") or of a day's state ("opensuse-tumbleweed-20261101").
func (r release) called(distro string) bool {
	rest, ok := strings.CutPrefix(distro, r.distro)
	return ok && (rest == "" || (rest[0] == '.' || rest[0] == '-') && strings.Trim(rest[1:], ".0123456789") == "")
}

// made tells whether a version ends as those of the release's own packages do.
func (r release) made(version string) bool {
	i := strings.LastIndex(version, r.suffix)
	if r.suffix == "" || i < 0 {
		return false
	}
	rest := version[i+len(r.suffix):]
	return rest == "" || rest[0] == '_' || rest[0] == '.'
}

// agree refuses a namespace that is another distribution's.
func agree(ref purl.Ref, r release) error {
	if ref.Namespace == r.namespace {
		return nil
	}
	return purl.Refuse(purl.Malformed, "The reference names the distribution %s and the release %s, which don't belong together.", ref.Namespace, r.distro)
}

// folders are the release's repositories for one architecture.
func (r release) folders(arch string) []string {
	if !slices.Contains(arches, arch) || arch == "noarch" {
		arch = usualArch
	}
	var out []string
	for _, folder := range r.below {
		out = append(out, strings.ReplaceAll(folder, "ARCH", arch))
	}
	return out
}

// arches have repositories of their own.
var arches = []string{"x86_64", "aarch64", "ppc64le", "s390x", "noarch"}

// address is that of a folder.
func (r release) address(folder string) string { return "https://" + r.host + folder }

// installer is what the release's client does.
func (r release) installer() registry.Installer {
	return registry.Installer{Name: r.client, RefusesWrongDigest: true, ChecksSignature: true, Source: r.manual,
		Caveat: "Settings (gpgcheck) and options can turn that off."}
}
