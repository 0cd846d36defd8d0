//go:build !js

package audit_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/corpus"
	"touchstone/internal/fetch"
	"touchstone/internal/trust"
)

// TestSignedArchivesLive audits packages of the RPM distributions and of FreeBSD over
// the network, each by what is said of it and its header alone, where it has one.
// Where their hosts cannot be reached it says so and tests nothing.
func TestSignedArchivesLive(t *testing.T) {
	if testing.Short() || !corpus.Whole() {
		t.Skip("live, and lists of packages are large: TOUCHSTONE_ALL=1 asks for them")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	o := circumstances{Options: audit.Options{Transport: fetch.NewNative(), Anchors: trust.Embedded(), Retries: -1}}
	o.Most = -1
	for _, reference := range []string{
		"pkg:rpm/fedora/tree?distro=fedora-43", "pkg:rpm/fedora/htop?distro=epel-9", "pkg:rpm/centos/tree?distro=centos-9", "pkg:rpm/redhat/tree?distro=rhel-9", "pkg:rpm/opensuse/tree", "pkg:freebsd/tree",
	} {
		t.Run(reference, func(t *testing.T) {
			r, err := ask(ctx, reference, o)
			if err != nil {
				require.ErrorContains(t, err, "could not be learned")
				t.Skipf("its host cannot be reached here, so nothing was audited live: %v", err)
			}
			require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			has(t, r, "registry-signature", "pass", "")
		})
	}
}
