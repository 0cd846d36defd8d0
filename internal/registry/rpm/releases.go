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
	// suffix ends the release of the distribution's own packages (".fc43").
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
	{namespace: "fedora", distro: "epel-7", name: "EPEL 7", host: FedoraHost, suffix: ".el7", anchors: "epel-7", client: "yum", manual: "https://man7.org/linux/man-pages/man5/yum.conf.5.html", report: bugzilla,
		below: []string{"/pub/archive/epel/7/ARCH/"}},
	{namespace: "opensuse", distro: "opensuse-tumbleweed", name: "openSUSE Tumbleweed", host: OpenSUSEHost, anchors: "opensuse", signsIndex: true, client: "zypper", manual: zypperManual, report: "https://bugzilla.opensuse.org/",
		below: []string{"/tumbleweed/repo/oss/"}},
}

// releaseOf finds the release that a reference means: by its qualifier, else by how
// its version ends, else by its namespace where that has one release only.
func releaseOf(ref purl.Ref) (release, []purl.Note, error) {
	distro := ref.Qualifiers["distro"]
	var names []string
	var fits []release
	for _, r := range releases {
		names = append(names, r.name)
		switch {
		case distro != "" && r.distro == distro:
			return r, nil, agree(ref, r)
		case distro != "":
		case r.suffix != "" && strings.HasSuffix(ref.Version, r.suffix):
			note := purl.Note{Kind: "guess", Text: "You named no release of a distribution. By its version the package is of " + r.name + "."}
			return r, []purl.Note{note}, agree(ref, r)
		case ref.Namespace == r.namespace:
			fits = append(fits, r)
		}
	}
	if len(fits) == 1 {
		return fits[0], nil, nil
	}
	served := strings.Join(names, ", ")
	if distro == "" && len(fits) > 1 {
		refused := purl.Refuse(purl.Ambiguous, "Which release of the distribution is meant? Give the qualifier distro. Served are %s.", served)
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
	return release{}, nil, purl.Refuse(purl.Missing, "Packages of this release can't be checked here: its keys are not among the anchors. Served are %s.", served)
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
