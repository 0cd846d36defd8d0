package trust

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"touchstone/internal/mint"
)

var first = Versions{Root: 1, Timestamp: 10, Snapshot: 5, Targets: 3, Delegation: 2}

// published gives a repository with newer documents than the committed ones,
// and anchors that start from its root.
func published(t *testing.T) (*repo, state, Anchors) {
	t.Helper()
	r := newRepo()
	s := firstState(newTrustedRoot(), newKeys(t))
	r.Publish(s)
	return r, s, anchored(t, r.files["/1.root.json"], Versions{})
}

func TestRefresh(t *testing.T) {
	r, s, from := published(t)
	second := r.Rotate()
	out, err := Refresh(from, Memory{}, r, now)
	require.NoError(t, err)
	requireDeclared(t, r.asked)
	assert.Empty(t, out.Kept)

	want := first
	want.Root = 2
	assert.Equal(t, want, out.Versions)
	assert.Equal(t, want, out.Memory.Versions)
	assert.Equal(t, map[int64][]byte{2: second}, out.Memory.Roots)
	assert.Equal(t, now, out.Memory.At)
	for name, doc := range out.Memory.Documents {
		assert.Equal(t, r.files["/"+name], doc)
	}
	assert.Len(t, out.Memory.Documents, 6)

	assert.Equal(t, s.TrustedRoot, out.Anchors.Set(SigstoreRoot).Document)
	assert.Equal(t, s.NPMKeys, out.Anchors.Set(NPMKeys).Document)
	assert.Len(t, out.Anchors.Set(NPMKeys).Keys, 2)
	assert.Equal(t, second, out.Anchors.Set(TUFRoot).Document)
	for _, anchor := range out.Anchors.Sets() {
		if !strings.Contains(anchor.Refresh, repositoryHost) {
			assert.True(t, anchor.RefreshedAt.IsZero())
			continue
		}
		assert.Equal(t, now, anchor.RefreshedAt)
		assert.Equal(t, now, anchor.AsOf())
		assert.True(t, out.Anchors.Standing(anchor.ID, now, true).Counts)
		assert.True(t, from.sets[0].RefreshedAt.IsZero(), "the anchors that it began with do not change")
	}

	t.Run("again, from what it gave", func(t *testing.T) {
		r.asked = nil
		again, err := Refresh(out.Anchors, out.Memory, r, now)
		require.NoError(t, err)
		assert.Equal(t, out.Anchors, again.Anchors)
		assert.Equal(t, out.Memory, again.Memory)
		assert.Equal(t, []string{"/3.root.json", "/timestamp.json", "/5.snapshot.json", "/3.targets.json", "/2.registry.npmjs.org.json"}, r.asked,
			"targets at hand are not fetched again")
	})
	t.Run("on the next visit, with the memory", func(t *testing.T) {
		r.asked = nil
		again, err := Refresh(from, out.Memory, r, now)
		require.NoError(t, err)
		assert.Equal(t, out.Anchors, again.Anchors)
		assert.NotContains(t, r.asked, "/2.root.json", "a root at hand is not fetched again")
	})
}

func TestRefreshEndsWithoutAnchorsChanged(t *testing.T) {
	past := now.Add(-time.Second)
	cancelled := context.Canceled
	for name, c := range map[string]struct {
		spoil func(*testing.T, *repo, *state)
		want  error
		says  string
		seen  Versions // as far as it got
	}{
		"timestamp expired": {func(_ *testing.T, _ *repo, s *state) { s.Expires = map[string]time.Time{"timestamp": past} },
			ErrExpired, "timestamp.json is expired", Versions{Root: 1, Timestamp: 10, Snapshot: 5}},
		"snapshot expired": {func(_ *testing.T, _ *repo, s *state) { s.Expires = map[string]time.Time{"snapshot": past} },
			ErrExpired, "snapshot.json is expired", first},
		"targets expired": {func(_ *testing.T, _ *repo, s *state) { s.Expires = map[string]time.Time{"targets": past} },
			ErrExpired, "new targets is expired", first},
		"root expired": {func(t *testing.T, r *repo, _ *state) { r.Root.Signed.Expires = past; r.Rotate() },
			ErrExpired, "final root.json is expired", Versions{Root: 2}},
		"root signed by another key": {func(t *testing.T, r *repo, _ *state) {
			r.Root.Signed.Version = 2
			r.Root.Signatures = nil
			r.files["/2.root.json"] = mint.SignTUF(r.Root, r.Keys["targets"])
		}, ErrRefused, "not enough signatures", Versions{Root: 1}},
		"root of a later version": {func(t *testing.T, r *repo, _ *state) {
			r.Root.Signed.Version = 3
			r.files["/2.root.json"] = r.PublishRoot()
		}, ErrRefused, "bad version number", Versions{Root: 1}},
		"root is something else": {func(_ *testing.T, r *repo, _ *state) { r.files["/2.root.json"] = []byte("<html>") },
			ErrUnreachable, "2.root.json: reading the answer: what came is no signed metadata", Versions{Root: 1}},
		"root too long": {func(_ *testing.T, r *repo, _ *state) { r.files["/2.root.json"] = make([]byte, maxRoot+1) },
			ErrUnreachable, "longer than the 98304 bytes", Versions{Root: 1}},
		"a login page for the timestamp": {func(_ *testing.T, r *repo, _ *state) {
			r.after = map[string][]byte{"/timestamp.json": []byte("<!doctype html><title>Log in</title>")}
		},
			ErrUnreachable, "timestamp.json: reading the answer: what came is no signed metadata", Versions{Root: 1}},
		"nothing for the snapshot": {func(_ *testing.T, r *repo, _ *state) { r.after = map[string][]byte{"/5.snapshot.json": {}} },
			ErrUnreachable, "5.snapshot.json: reading the answer: what came is no signed metadata", Versions{Root: 1, Timestamp: 10, Snapshot: 5}},
		"an error in JSON for the targets": {func(_ *testing.T, r *repo, _ *state) {
			r.after = map[string][]byte{"/3.targets.json": []byte(`{"error":"log in first"}`)}
		},
			ErrUnreachable, "3.targets.json: reading the answer: what came is no signed metadata", first},
		"root answered and unreadable": {func(_ *testing.T, r *repo, _ *state) {
			r.status["/2.root.json"], r.broken["/2.root.json"] = 200, errors.New("cut short")
		}, ErrUnreachable, "2.root.json: reading the answer: cut short", Versions{Root: 1}},
		"root with another status": {func(_ *testing.T, r *repo, _ *state) { r.status["/2.root.json"] = 403 },
			ErrUnreachable, "2.root.json: answered with status 403", Versions{Root: 1}},
		"timestamp unsigned": {func(_ *testing.T, _ *repo, s *state) { s.Signer = map[string]string{"timestamp": ""} },
			ErrRefused, "Verifying timestamp failed, not enough signatures, got 0, want 1", Versions{Root: 1}},
		"timestamp signed by another role": {func(_ *testing.T, _ *repo, s *state) { s.Signer = map[string]string{"timestamp": "snapshot"} },
			ErrRefused, "Verifying timestamp failed, not enough signatures, got 0, want 1", Versions{Root: 1}},
		"snapshot signed by another role": {func(_ *testing.T, _ *repo, s *state) { s.Signer = map[string]string{"snapshot": "timestamp"} },
			ErrRefused, "Verifying snapshot failed, not enough signatures, got 0, want 1", Versions{Root: 1, Timestamp: 10, Snapshot: 5}},
		"targets signed by another role": {func(_ *testing.T, _ *repo, s *state) { s.Signer = map[string]string{"targets": delegatedNPMRole} },
			ErrRefused, "Verifying targets failed, not enough signatures, got 0, want 1", first},
		"timestamp missing": {func(_ *testing.T, r *repo, _ *state) { r.status["/timestamp.json"] = 404 },
			ErrUnreachable, "timestamp.json: answered with status 404", Versions{Root: 1}},
		"no answer": {func(_ *testing.T, r *repo, _ *state) { r.broken["/timestamp.json"] = errOffline },
			ErrUnreachable, "timestamp.json: no answer: the network is off", Versions{Root: 1}},
		"cancelled": {func(_ *testing.T, r *repo, _ *state) {
			r.broken["/2.root.json"], r.broken["/timestamp.json"] = cancelled, cancelled
		}, cancelled, "context canceled", Versions{Root: 1}},
		"snapshot missing": {func(_ *testing.T, r *repo, _ *state) { r.status["/5.snapshot.json"] = 404 },
			ErrUnreachable, "5.snapshot.json: answered with status 404", Versions{Root: 1, Timestamp: 10, Snapshot: 5}},
		"targets missing": {func(_ *testing.T, r *repo, _ *state) { r.status["/3.targets.json"] = 500 },
			ErrUnreachable, "3.targets.json: answered with status 500", first},
		"targets of another version": {func(_ *testing.T, _ *repo, s *state) {
			s.SnapshotMeta = map[string]*metadata.MetaFiles{"targets.json": {Version: 4}}
		}, ErrUnreachable, "4.targets.json: answered with status 404", Versions{Root: 1, Timestamp: 10, Snapshot: 5, Targets: 4}},
		"a digest that the snapshot does not state": {func(_ *testing.T, _ *repo, s *state) {
			s.SnapshotMeta = map[string]*metadata.MetaFiles{"targets.json": {Version: 3,
				Hashes: metadata.Hashes{"sha256": make([]byte, 32), "sha512": make([]byte, 64)}}}
		}, ErrRefused, "its length or digest is not the one", Versions{Root: 1, Timestamp: 10, Snapshot: 5, Targets: 3}},
		"a length below zero": {func(_ *testing.T, _ *repo, s *state) {
			s.SnapshotMeta = map[string]*metadata.MetaFiles{"targets.json": {Version: 3, Length: -1}}
		}, ErrRefused, "says that it has -1 bytes", Versions{Root: 1, Timestamp: 10, Snapshot: 5, Targets: 3}},
		"a null in signed metadata": {func(_ *testing.T, _ *repo, s *state) {
			s.SnapshotMeta = map[string]*metadata.MetaFiles{"targets.json": nil}
		}, ErrRefused, "lacks a part that it must have", Versions{Root: 1, Timestamp: 10, Snapshot: 5}},
		"a null in a target's place": {func(_ *testing.T, _ *repo, s *state) { s.NilTarget = true },
			ErrRefused, "lacks a part that it must have", first},
		"a target without a digest": {func(_ *testing.T, _ *repo, s *state) { s.TargetsSaid = &metadata.TargetFiles{Length: 5} },
			ErrRefused, "hashes must not be empty", first},
	} {
		t.Run(name, func(t *testing.T) {
			r, s, from := published(t)
			c.spoil(t, r, &s)
			r.Publish(s)
			out, err := Refresh(from, Memory{}, r, now)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, "refreshing the trust anchors: reading the metadata of https://tuf-repo-cdn.sigstore.dev: ")
			assert.Equal(t, from, out.Anchors)
			assert.Equal(t, c.seen, out.Versions)
			assert.Equal(t, c.seen, out.Memory.Versions)
			_, again := Refresh(from, Memory{}, r, now)
			require.EqualError(t, again, err.Error(), "the same answers give the same words")
			requireDeclared(t, r.asked)
		})
	}
}

// A root for which no answer is had ends the walk as a 404 does: a browser is
// not told the difference.
func TestRootWithoutAnswerEndsTheWalk(t *testing.T) {
	r, s, from := published(t)
	r.broken["/2.root.json"] = errors.New("failed to fetch")
	out, err := Refresh(from, Memory{}, r, now)
	require.NoError(t, err)
	assert.Equal(t, first, out.Versions)
	assert.Equal(t, s.TrustedRoot, out.Anchors.Set(SigstoreRoot).Document)
	validUntil := func(a Anchors) time.Time { root, _ := a.Anchor(TUFRoot); return *root.ValidUntil }
	assert.Equal(t, validUntil(from), validUntil(out.Anchors))
	assert.Equal(t, from.Set(TUFRoot).Document, out.Anchors.Set(TUFRoot).Document)
	for _, id := range []ID{SigstoreRoot, NPMKeys, TUFRoot} {
		anchor, _ := out.Anchors.Anchor(id)
		assert.Equal(t, now, anchor.RefreshedAt)
	}
}

func TestOfflineKeepsTheEmbeddedAnchors(t *testing.T) {
	out, err := Refresh(Embedded(), Memory{}, offline{}, now)
	require.ErrorIs(t, err, ErrUnreachable)
	require.ErrorIs(t, err, errOffline)
	assert.Equal(t, Embedded(), out.Anchors)
	assert.Equal(t, committed().seen.Timestamp, out.Memory.Versions.Timestamp)
}

func TestTargetsThatCouldNotBeRefreshedStay(t *testing.T) {
	past := now.Add(-time.Second)
	for name, c := range map[string]struct {
		spoil func(*repo, *state)
		kept  ID
		why   error
		says  string
	}{
		"npm's delegation expired": {func(_ *repo, s *state) { s.Expires = map[string]time.Time{delegatedNPMRole: past} },
			NPMKeys, ErrExpired, "new registry.npmjs.org is expired"},
		"npm's delegation signed by another role": {func(_ *repo, s *state) { s.Signer = map[string]string{delegatedNPMRole: "timestamp"} },
			NPMKeys, ErrRefused, "Verifying registry.npmjs.org failed, not enough signatures, got 0, want 1"},
		"npm's delegation missing": {func(r *repo, _ *state) { r.status["/2.registry.npmjs.org.json"] = 404 },
			NPMKeys, ErrUnreachable, "answered with status 404"},
		"npm's keys in a form not read": {func(_ *repo, s *state) { s.NPMKeys = []byte(`{"keys":[]}`) },
			NPMKeys, ErrForm, "it lists 0 keys"},
		"trusted root in a form not read": {func(_ *repo, s *state) {
			s.TrustedRoot = bytes.Replace(s.TrustedRoot, []byte("version=0.1"), []byte("version=0.9"), 1)
		}, SigstoreRoot, ErrForm, "version=0.9"},
		"trusted root not fetched": {func(r *repo, s *state) {
			r.status["/targets/"+hexSum(s.TrustedRoot)+".trusted_root.json"] = 503
		}, SigstoreRoot, ErrUnreachable, "answered with status 503"},
		"trusted root with other bytes": {func(r *repo, s *state) {
			s.TargetsSaid = r.PutTarget(targetRoot, s.TrustedRoot)
			s.TrustedRoot = nil
			p := "/targets/" + hexSum(newTrustedRoot()) + ".trusted_root.json"
			r.files[p] = append([]byte("{"), r.files[p][1:]...)
			r.files[p][5]++
		}, SigstoreRoot, ErrRefused, "its length or digest is not the one"},
		"trusted root longer than stated": {func(r *repo, s *state) {
			s.TargetsSaid = r.PutTarget(targetRoot, s.TrustedRoot)
			s.TargetsSaid.Length--
		}, SigstoreRoot, ErrUnreachable, "longer than the"},
		"trusted root shorter than stated": {func(r *repo, s *state) {
			s.TargetsSaid = r.PutTarget(targetRoot, s.TrustedRoot)
			s.TargetsSaid.Length++
		}, SigstoreRoot, ErrRefused, "its length or digest is not the one"},
		"trusted root with another digest only": {func(_ *repo, s *state) {
			s.TargetsSaid = &metadata.TargetFiles{Length: 5, Hashes: metadata.Hashes{"md5": make([]byte, 16)}}
		}, SigstoreRoot, ErrForm, "states neither SHA-256 nor SHA-512"},
	} {
		t.Run(name, func(t *testing.T) {
			r, s, from := published(t)
			c.spoil(r, &s)
			said, root := s.TargetsSaid, r.files["/targets/"+hexSum(newTrustedRoot())+".trusted_root.json"]
			r.Publish(s)
			if said != nil {
				r.files["/targets/"+hexSum(newTrustedRoot())+".trusted_root.json"] = root
			}
			out, err := Refresh(from, Memory{}, r, now)
			require.NoError(t, err)
			require.Len(t, out.Kept, 1)
			assert.Equal(t, c.kept, out.Kept[0].ID)
			require.ErrorIs(t, out.Kept[0].Why, c.why)
			require.ErrorContains(t, out.Kept[0].Why, c.says)
			if c.kept == NPMKeys {
				assert.Equal(t, from.Set(NPMKeys).Document, out.Anchors.Set(NPMKeys).Document)
				assert.Equal(t, from.Set(NPMKeys).Keys, out.Anchors.Set(NPMKeys).Keys)
				assert.Equal(t, newTrustedRoot(), out.Anchors.Set(SigstoreRoot).Document)
			} else {
				assert.Equal(t, from.Set(SigstoreRoot).Document, out.Anchors.Set(SigstoreRoot).Document)
				assert.Equal(t, newKeys(t), out.Anchors.Set(NPMKeys).Document)
			}
			kept, _ := out.Anchors.Anchor(c.kept)
			assert.True(t, kept.RefreshedAt.IsZero(), "what stayed is as old as it was")
		})
	}
	t.Run("both", func(t *testing.T) {
		r, s, from := published(t)
		s.TrustedRoot, s.NPMKeys = []byte("{}"), []byte("{}")
		r.Publish(s)
		out, err := Refresh(from, Memory{}, r, now)
		require.ErrorIs(t, err, ErrForm)
		assert.Equal(t, from, out.Anchors)
		assert.Len(t, out.Kept, 2)
	})
}

func TestRepositoryWithoutConsistentSnapshots(t *testing.T) {
	r, s, _ := published(t)
	r.Root.Signed.ConsistentSnapshot = false
	root := r.PublishRoot()
	r.Publish(s)
	for _, name := range []string{"5.snapshot.json", "3.targets.json", "2.registry.npmjs.org.json"} {
		_, plain, _ := strings.Cut(name, ".")
		r.files["/"+plain] = r.files["/"+name]
	}
	_, err := Refresh(anchored(t, root, Versions{}), Memory{}, r, now)
	require.ErrorIs(t, err, ErrForm)
	require.ErrorContains(t, err, "describes no file with a digest in its name")
}
