//go:build !js

package audit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/trust"
)

// TestMavenLive: Maven Central as it is reached here, which may be a mirror that
// makes up lists of versions and checksum files.
func TestMavenLive(t *testing.T) {
	ctx := live(t, 3*time.Minute)
	o := circumstances{Options: audit.Options{Transport: fetch.NewNative(), Anchors: trust.Embedded()},
		// As old as the anchors, which could not be refreshed everywhere.
		Question: audit.Question{Time: time.Date(2026, time.October, 20, 12, 0, 0, 0, time.UTC)}}
	signedInside := map[string]bool{"org.bouncycastle:bcprov-jdk18on:1.78.1": true} // by DSA
	for reference, want := range map[string]struct{ integrity, accountability [2]int }{
		"dev.sigstore:sigstore-java:1.3.0":                                     {[2]int{1, 1}, [2]int{2, 2}},
		"dev.sigstore:sigstore-java:2.0.0":                                     {[2]int{1, 1}, [2]int{2, 2}},
		"pkg:maven/dev.sigstore/sigstore-java@2.0.0?type=pom":                  {[2]int{1, 1}, [2]int{2, 2}},
		"pkg:maven/dev.sigstore/sigstore-java@2.0.0?type=module":               {[2]int{1, 1}, [2]int{2, 2}},
		"junit:junit:4.13.2":                                                   {[2]int{1, 1}, [2]int{0, 0}},
		"com.fasterxml.jackson.core:jackson-core:2.17.0":                       {[2]int{1, 1}, [2]int{0, 0}},
		"com.squareup.okio:okio:3.9.0":                                         {[2]int{1, 1}, [2]int{0, 0}},
		"mysql:mysql-connector-java:8.0.33":                                    {[2]int{1, 1}, [2]int{0, 0}},
		"org.apache.maven.plugins:maven-clean-plugin:3.3.2":                    {[2]int{1, 1}, [2]int{0, 0}},
		"dev.sigstore:sigstore-maven-plugin:1.3.0":                             {[2]int{1, 1}, [2]int{2, 2}},
		"pkg:maven/io.github.chains-project/maven-lockfile@5.5.0":              {[2]int{1, 1}, [2]int{2, 2}},
		"https://repo1.maven.org/maven2/org/slf4j/slf4j-api/2.0.9/":            {[2]int{1, 1}, [2]int{0, 0}},
		"org.bouncycastle:bcprov-jdk18on:1.78.1":                               {[2]int{1, 1}, [2]int{0, 0}},
		"pkg:maven/com.jakewharton.timber/timber@5.0.1":                        {[2]int{1, 1}, [2]int{0, 0}}, // an .aar
		"com.fasterxml.jackson:jackson-bom:2.17.0":                             {[2]int{1, 1}, [2]int{0, 0}},
		"io.netty:netty-transport-native-epoll:jar:linux-x86_64:4.1.110.Final": {[2]int{1, 1}, [2]int{0, 0}},
		"com.google.guava:guava":                                               {[2]int{1, 1}, [2]int{0, 0}},
	} {
		t.Run(reference, func(t *testing.T) {
			t.Parallel()
			r, err := ask(ctx, reference, o)
			if err != nil || r.Report.Artifact.Size == 0 {
				t.Skipf("no network here, so nothing was audited live: %v", err)
			}
			if testing.Verbose() {
				t.Log(r.Report.Text(true))
			}
			require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, fetch.Direct, r.Report.Route)
			if signedInside[reference] {
				require.Equal(t, evidence.Pass, r.Report.Finding("signature-inside").Outcome, r.Report.Finding("signature-inside").Reason)
			}
			require.LessOrEqual(t, levels(r)["integrity"][0], want.integrity[0])
			require.Equal(t, want.accountability, levels(r)["accountability"], r.Report.Text(false))
		})
	}
}
