package audit_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLentReference: whoever makes an evidence file chooses the package, the
// record, and the digest in the reference that comes with them. That those agree
// is no finding of the reader's; that they differ is one.
func TestLentReference(t *testing.T) {
	w, _ := goldCrate(nil)
	live := run(t, w, goldRef)
	pinned := goldRef + "?checksum=sha256:" + live.Report.Artifact.Digests["sha256"]
	for name, c := range map[string]struct {
		reference string
		most      int64
		lent      bool
		failed    bool
		integrity [2]int
		says      string
	}{
		"of the reader":               {pinned, 0, false, false, [2]int{1, 1}, "pass: "},
		"of the file":                 {pinned, 0, true, false, [2]int{0, 1}, "unknown: What arrived has the digest that the reference carries, but both came from the evidence file"},
		"of the file, records alone":  {pinned, -1, true, false, [2]int{0, 1}, "unknown: The pinned digest is the published one, but both came from the evidence file"},
		"of the file, without digest": {goldRef, 0, true, false, [2]int{0, 1}, "not applicable: "},
		"of the file, of other bytes": {goldRef + "?checksum=sha256:" + strings.Repeat("00", 32), 0, true, true, [2]int{0, 0}, "fail: "},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(nil)
			o.Replay, o.Lent, o.Most = saved(t, run(t, w, c.reference), true).Record, c.lent, c.most
			r, err := ask(t.Context(), c.reference, o)
			require.NoError(t, err)
			check := "reference-digest"
			if c.most < 0 {
				check = "pin-agrees"
			}
			require.Contains(t, outcome(t, r, check), c.says)
			require.Equal(t, c.failed, r.Report.Verdict.Failed)
			require.Equal(t, c.integrity, levels(r)["integrity"], r.Report.Text(false))
		})
	}
}
