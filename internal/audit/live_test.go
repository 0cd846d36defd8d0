//go:build !js

package audit_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/trust"
)

// TestLive audits real modules over the network. Where the module proxy cannot
// be reached it says so and tests nothing.
func TestLive(t *testing.T) {
	if testing.Short() {
		t.Skip("live tests are left out by -short")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	o := audit.Options{Transport: fetch.NewNative(), Time: time.Now(), Anchors: trust.Embedded()}
	for _, reference := range []string{
		"pkg:golang/github.com/pkg/errors@v0.9.1",
		"https://pkg.go.dev/golang.org/x/mod@v0.30.0/sumdb/note",
		"github.com/BurntSushi/toml@v1.3.2",
		"golang.org/x/text",
	} {
		t.Run(reference, func(t *testing.T) {
			r, err := audit.Run(ctx, reference, o)
			if err != nil || r.Report.Sources[0].Status == 0 {
				t.Skipf("no network here, so nothing was audited live: %v", err)
			}
			require.False(t, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, [2]int{2, 2}, levels(r)["integrity"], r.Report.Text(false))
			stated := status(t, r, "accountability-stated").Status == "met"
			require.Equal(t, stated, levels(r)["accountability"][0] == 1)
			require.Equal(t, fetch.Direct, r.Report.Route)
		})
	}
}
