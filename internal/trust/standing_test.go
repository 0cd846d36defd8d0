package trust

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStanding(t *testing.T) {
	taken := time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)
	end := taken.AddDate(0, 0, 100)
	refreshable := Anchor{ID: "x", Name: "the keys", Taken: taken, Refresh: "somehow"}
	fixed := Anchor{ID: "y", Name: "the log key", Taken: taken}
	refreshed := refreshable
	refreshed.RefreshedAt = taken.AddDate(0, 0, 60)
	before := refreshable
	before.RefreshedAt = taken.AddDate(0, 0, -60)
	ending := fixed
	ending.ValidUntil = &end

	keyring := Anchor{ID: "z", Kind: KindArchiveKeys, Name: "the archive's keys", Taken: taken, Refresh: "somehow", Keyring: "gold-keyring"}
	release := Anchor{ID: "r", Kind: KindArchiveKeys, Name: "the release's key", Taken: taken}

	const stale = "the keys: last refreshed on 2026-10-01, which is more than 30 days ago; try again when tuf-repo-cdn.sigstore.dev can be reached"
	const own = "This program holds the release's key as of 2026-10-01. Nothing refreshes that set here, so later revocations are unseen"
	const asOf = "the keys: as of 2026-10-01, later revocations unseen"
	for name, c := range map[string]struct {
		anchor  Anchor
		after   time.Duration
		network bool
		counts  bool
		reason  string
	}{
		"fresh":                          {refreshable, 0, true, true, ""},
		"on the last day":                {refreshable, FreshFor, true, true, ""},
		"a moment later":                 {refreshable, FreshFor + 1, true, false, "the keys: last refreshed on 2026-10-01, which is more than 30 days ago; try again when tuf-repo-cdn.sigstore.dev can be reached"},
		"stale":                          {refreshable, FreshFor + 24*time.Hour, true, false, stale},
		"stale, no network":              {refreshable, FreshFor + 24*time.Hour, false, true, asOf},
		"years later, no network":        {refreshable, 10 * 365 * 24 * time.Hour, false, true, asOf},
		"fresh, no network":              {refreshable, time.Hour, false, true, ""},
		"refreshed":                      {refreshed, 90 * 24 * time.Hour, true, true, ""},
		"refreshed long ago":             {refreshed, 91 * 24 * time.Hour, true, false, "the keys: last refreshed on 2026-11-30, which is more than 30 days ago; try again when tuf-repo-cdn.sigstore.dev can be reached"},
		"refreshed before the build":     {before, 20 * 24 * time.Hour, true, true, ""},
		"clock behind, within leeway":    {refreshable, -clockLeeway, true, true, ""},
		"clock behind":                   {refreshable, -clockLeeway - 1, true, false, "the keys: as of 2026-10-01, which this device's clock (2026-09-29) puts in the future. Set the clock, so that its age can be told"},
		"clock behind, no network":       {refreshable, -365 * 24 * time.Hour, false, true, asOf},
		"cannot be refreshed":            {fixed, 10 * 365 * 24 * time.Hour, true, true, ""},
		"cannot be refreshed, offline":   {fixed, 10 * 365 * 24 * time.Hour, false, true, ""},
		"cannot be refreshed, earlier":   {fixed, -365 * 24 * time.Hour, true, true, ""},
		"own validity":                   {ending, 99 * 24 * time.Hour, true, true, ""},
		"own validity over":              {ending, 100 * 24 * time.Hour, true, false, "the log key: its validity ended on 2027-01-09. A newer version of this program may have its successor"},
		"own validity over, no network":  {ending, 100 * 24 * time.Hour, false, false, "the log key: its validity ended on 2027-01-09. A newer version of this program may have its successor"},
		"archive keys":                   {keyring, FreshFor, true, true, ""},
		"archive keys, stale":            {keyring, FreshFor + 1, true, false, "This program holds the archive's keys as of 2026-10-01, which is more than 30 days ago. The package gold-keyring may have changed them since, and no newer signed list of it could be had. A newer version of this program may hold what changed"},
		"archive keys, no network":       {keyring, FreshFor + 1, false, true, "This program holds the archive's keys as of 2026-10-01, later revocations unseen"},
		"a release's own":                {release, 0, true, true, own},
		"a release's own, years later":   {release, 10 * 365 * 24 * time.Hour, true, true, own},
		"a release's own, no network":    {release, 10 * 365 * 24 * time.Hour, false, true, own},
		"an anchor that is not there":    {Anchor{}, 0, true, false, "this program has no such anchor"},
		"the same, with no network left": {Anchor{}, 0, false, false, "this program has no such anchor"},
	} {
		t.Run(name, func(t *testing.T) {
			at := taken.Add(c.after)
			s := c.anchor.Standing(at, c.network)
			assert.Equal(t, c.counts, s.Counts)
			assert.Equal(t, c.reason, s.Reason)
			if c.anchor.ID != "" {
				assert.Equal(t, at.Sub(c.anchor.AsOf()), c.anchor.Age(at))
				assert.Equal(t, c.reason == "" || c.reason == own, c.anchor.Fresh(at))
			}
		})
	}
}

func TestLacking(t *testing.T) {
	closed := Anchor{ID: "x", Taken: now, Refresh: "somehow", Closed: true}
	refreshed := closed
	refreshed.RefreshedAt = now
	open := refreshed
	open.Closed = false
	fixed := Anchor{ID: "x", Taken: now, Closed: true}
	ended := fixed
	ended.ValidUntil = &now
	for name, c := range map[string]struct {
		anchor Anchor
		began  time.Time
		want   Lack
	}{
		"never refreshed":             {closed, now, LackUnknown},
		"refreshed in this audit":     {refreshed, now, LackFails},
		"refreshed in an earlier one": {refreshed, now.Add(1), LackUnknown},
		"open":                        {open, now, LackAbsent},
		"cannot be refreshed":         {fixed, now, LackFails},
		"no longer valid":             {ended, now, LackUnknown},
		"no anchor":                   {Anchor{}, now, LackUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, c.anchor.Lacking(c.began))
		})
	}
}
