//go:build !js

package audit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/corpus"
	"touchstone/internal/fetch"
	"touchstone/internal/trust"
)

// TestDebLive: packages of Debian's archive, and one of Ubuntu's, from the signed
// index to every file. Those of main fetch its whole list, of 5 to 10 MB.
func TestDebLive(t *testing.T) {
	ctx := live(t, 3*time.Minute)
	a, err := audit.New(audit.Options{Transport: fetch.NewNative(), Anchors: trust.Embedded(), Retries: -1})
	require.NoError(t, err)
	references := map[string]string{
		"pkg:deb/debian/hello?arch=amd64&distro=trixie":                          "trixie",
		"pkg:deb/debian/linux-image-amd64-dbg?arch=amd64&distro=trixie-security": "trixie-security",
		"pkg:deb/debian/tzdata-legacy?arch=all&distro=trixie-updates":            "trixie-updates",
		"apt install -t trixie-backports linux-modules-amd64":                    "trixie-backports",
		"pkg:deb/ubuntu/gcc-13-multilib?arch=amd64&distro=noble":                 "noble",
	}
	if corpus.Whole() {
		references["pkg:deb/debian/ca-certificates?arch=all&distro=trixie"] = "trixie" // of the list for all architectures
	}
	for reference, suite := range references {
		t.Run(suite+" "+reference, func(t *testing.T) {
			answer, err := a.Audit(ctx, audit.Question{Pasted: reference})
			if err != nil || answer.Artifact.Size == 0 {
				t.Skipf("no network here, so nothing was audited live: %v", err)
			}
			require.NoError(t, untrue(answer))
			r := &result{Report: answer}
			require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
			require.Equal(t, fetch.Direct, r.Report.Route)
			for _, check := range []string{"registry-signature", "chain-whole", "digest-matches", "archive-sound", "name-inside", "name-enforced", "files-covered"} {
				has(t, r, check, "pass", "")
			}
			// A path to the archive can really lag behind: then that is an alarm.
			if !strings.HasPrefix(outcome(t, r, "index-current"), "pass") {
				has(t, r, "index-current", "fail", "ran out")
			}
			if testing.Verbose() {
				t.Log(r.Report.Text(false))
			}
		})
	}
}
