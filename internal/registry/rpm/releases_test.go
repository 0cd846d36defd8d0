package rpm

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/purl"
	"touchstone/internal/trust"
)

// TestReleasesHaveKeys: what is served can be verified.
func TestReleasesHaveKeys(t *testing.T) {
	for _, r := range releases {
		assert.NotEmpty(t, trust.Embedded().Keys(r.anchors, trust.UsageSignatures), r.name)
		for _, folder := range r.folders("aarch64") {
			assert.True(t, strings.HasPrefix(folder, "/") && strings.HasSuffix(folder, "/"), folder)
		}
	}
}

// TestReleaseOf: which release a reference means.
func TestReleaseOf(t *testing.T) {
	for reference, want := range map[string]string{
		"pkg:rpm/fedora/bash@5.3.0-2.fc43":                                      "fedora-43",
		"pkg:rpm/fedora/bash@5.3.0-2.fc43?distro=fedora-44":                     "fedora-44", // one that was not built anew
		"pkg:rpm/fedora/htop@3.3.0-1.el9":                                       "epel-9",
		"pkg:rpm/fedora/htop@3.3.0-1.el10_1":                                    "epel-10",
		"pkg:rpm/centos/bash@5.1.8-9.el9":                                       "centos-9",
		"pkg:rpm/redhat/openssl@3.0.7-27.el9_4":                                 "rhel-9",
		"pkg:rpm/redhat/openssl@3.0.7-27.el9_4?distro=rhel-9.4":                 "rhel-9",
		"pkg:rpm/opensuse/bash@5.3.0-2.1":                                       "opensuse-tumbleweed",
		"pkg:rpm/opensuse/bash@5.3.0-2.1?distro=opensuse-tumbleweed-20261101":   "opensuse-tumbleweed",
		"pkg:rpm/opensuse/bash@5.3.0-2.1?distro=opensuse-leap-16.0":             "missing",
		"pkg:rpm/redhat/bash@4.4.20-5.el8?distro=rhel-8.10":                     "rhel-8",
		"pkg:rpm/redhat/bash@4.2.46-35.el7_9?distro=rhel-7.9":                   "missing",
		"pkg:rpm/fedora/bash?distro=fedora-430":                                 "missing",
		"pkg:rpm/fedora/bash@5.1.8-9.fc43?distro=rhel-9":                        "malformed",
		"pkg:rpm/opensuse/bash@5.3.0-2.fc43":                                    "malformed",
		"pkg:rpm/fedora/bash":                                                   "ambiguous",
		"pkg:rpm/centos/bash?arch=aarch64":                                      "ambiguous",
		"pkg:rpm/amzn/bash@5.2.15-1.amzn2023.0.2?distro=amzn-2023&arch=aarch64": "missing",
	} {
		ref, err := purl.Parse(reference)
		require.NoError(t, err, reference)
		r, notes, err := releaseOf(ref)
		if refused := (*purl.Refused)(nil); errors.As(err, &refused) {
			assert.Equal(t, want, string(refused.Kind), reference)
			for _, c := range refused.Choices {
				again, err := purl.Parse(c.Reference)
				require.NoError(t, err)
				_, _, err = releaseOf(again)
				assert.NoError(t, err, c.Reference)
			}
			for sentence := range strings.SplitSeq(refused.Detail, ". ") {
				assert.LessOrEqual(t, len(strings.Fields(sentence)), 25, sentence)
			}
			continue
		}
		assert.Equal(t, want, r.distro, reference)
		assert.Equal(t, ref.Qualifiers["distro"] == "" && r.suffix != "", len(notes) > 0, reference)
	}
}
