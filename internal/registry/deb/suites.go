package deb

import (
	"slices"
	"strings"

	"touchstone/internal/purl"
	"touchstone/internal/trust"
)

// The hosts.
const (
	DebianHost   = "deb.debian.org"
	SecurityHost = "security.debian.org"
	UbuntuHost   = "archive.ubuntu.com"
	// UbuntuSecurityHost has what security suites hold before the archive's mirrors.
	UbuntuSecurityHost = "security.ubuntu.com"
)

// The anchored sets of keys.
const (
	debianKeys   trust.ID = "debian-archive"
	securityKeys trust.ID = "debian-security"
	ubuntuKeys   trust.ID = "ubuntu-archive"
)

// A suite is one signed index: a release, or its updates.
type suite struct {
	base string // address below which dists/ and pool/ stand, without its last slash
	name string // as its folder below dists/ is called
	keys trust.ID
}

func (s suite) folder() string { return s.base + "/dists/" + s.name + "/" }

// A distribution is whose archive it is.
type distribution struct {
	namespace, name string
	components      []string
	// codenames are the releases by what else they are called; newest is what is
	// meant where none is named.
	codenames map[string]string
	newest    string
	signs     string // documentation of the signatures
	report    string
}

var distributions = []distribution{
	{
		namespace: "debian", name: "Debian", components: []string{"main", "contrib", "non-free-firmware", "non-free"}, newest: "trixie",
		codenames: map[string]string{"stable": "trixie", "13": "trixie", "debian-13": "trixie", "oldstable": "bookworm", "12": "bookworm", "debian-12": "bookworm",
			"oldoldstable": "bullseye", "11": "bullseye", "debian-11": "bullseye", "unstable": "sid", "testing": "forky", "14": "forky", "debian-14": "forky"},
		signs:  "https://wiki.debian.org/SecureApt",
		report: "https://www.debian.org/security/faq#contact",
	},
	{
		namespace: "ubuntu", name: "Ubuntu", components: []string{"main", "universe", "restricted", "multiverse"}, newest: "noble",
		codenames: map[string]string{"24.04": "noble", "ubuntu-24.04": "noble", "22.04": "jammy", "ubuntu-22.04": "jammy", "20.04": "focal", "ubuntu-20.04": "focal"},
		signs:     "https://help.ubuntu.com/community/SecureApt",
		report:    "https://ubuntu.com/security/disclosure-policy",
	},
}

// distributionOf is whose package a reference names.
func distributionOf(ref purl.Ref) (distribution, bool) {
	i := slices.IndexFunc(distributions, func(d distribution) bool { return d.namespace == ref.Namespace })
	if i < 0 {
		return distribution{}, false
	}
	return distributions[i], true
}

// pockets are the suites that belong to a release, by how their names end.
var pockets = []string{"-security", "-updates", "-backports", "-proposed-updates", "-proposed"}

// suites are those that may hold a version of a release, small ones first: that of
// security, of updates, of backports where the version says so, then the release
// itself. A reference that names one of them means that alone.
func (d distribution) suites(asked, version string) []suite {
	for _, pocket := range pockets {
		if base, ok := strings.CutSuffix(asked, pocket); ok {
			return []suite{d.suite(d.codename(base) + pocket)}
		}
	}
	codename := d.codename(asked)
	if d.namespace == "debian" && codename == "sid" {
		return []suite{d.suite(codename)}
	}
	names := []string{codename + "-security", codename + "-updates"}
	if strings.Contains(version, "~bpo") {
		names = append([]string{codename + "-backports"}, names...)
	}
	var out []suite
	for _, name := range append(names, codename) {
		out = append(out, d.suite(name))
	}
	return out
}

func (d distribution) codename(asked string) string {
	if asked == "" {
		return d.newest
	}
	if name, ok := d.codenames[asked]; ok {
		return name
	}
	return asked
}

func (d distribution) suite(name string) suite {
	security := strings.HasSuffix(name, "-security")
	switch {
	case d.namespace == "ubuntu" && security:
		return suite{"https://" + UbuntuSecurityHost + "/ubuntu", name, ubuntuKeys}
	case d.namespace == "ubuntu":
		return suite{"https://" + UbuntuHost + "/ubuntu", name, ubuntuKeys}
	case security:
		return suite{"https://" + SecurityHost + "/debian-security", name, securityKeys}
	}
	return suite{"https://" + DebianHost + "/debian", name, debianKeys}
}
