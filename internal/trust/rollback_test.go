package trust

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

func TestRollback(t *testing.T) {
	type put func(v *Versions) *int64
	roles := map[string]put{
		"root":           func(v *Versions) *int64 { return &v.Root },
		"timestamp":      func(v *Versions) *int64 { return &v.Timestamp },
		"snapshot":       func(v *Versions) *int64 { return &v.Snapshot },
		"targets":        func(v *Versions) *int64 { return &v.Targets },
		delegatedNPMRole: func(v *Versions) *int64 { return &v.Delegation },
	}
	for role, field := range roles {
		t.Run(role, func(t *testing.T) {
			r, _, from := published(t)
			seen := first
			*field(&seen)++
			refuses := func(from Anchors, memory Memory) {
				out, err := Refresh(from, memory, r, now)
				var rollback *Rollback
				require.ErrorAs(t, err, &rollback)
				assert.Equal(t, role, rollback.Role)
				assert.Equal(t, *field(&seen), rollback.Seen)
				assert.Equal(t, *field(&seen)-1, rollback.Offered)
				require.NotEmpty(t, out.Answers)
				for _, answer := range out.Answers {
					assert.Equal(t, r.files[strings.TrimPrefix(answer.URL, repositoryURL)], answer.Body)
				}
				assert.True(t, slices.ContainsFunc(out.Answers, func(a Answer) bool {
					return a.URL == repositoryURL+"/timestamp.json"
				}))
				assert.Equal(t, from, out.Anchors)
				assert.Equal(t, seen, out.Memory.Versions, "versions seen never go back")
				assert.Contains(t, err.Error(), "version "+strconv.FormatInt(rollback.Seen, 10)+" was seen before")
			}
			refuses(from, Memory{Versions: seen})
			if role != "root" {
				refuses(anchored(t, from.Set(TUFRoot).Document, seen), Memory{})
			}
		})
	}
	t.Run("the same versions are no rollback", func(t *testing.T) {
		r, _, from := published(t)
		_, err := Refresh(from, Memory{Versions: first}, r, now)
		require.NoError(t, err)
	})
	t.Run("an expired and older timestamp is a rollback", func(t *testing.T) {
		r, s, from := published(t)
		s.Expires = map[string]time.Time{"timestamp": now.Add(-time.Second)}
		r.Publish(s)
		seen := first
		seen.Timestamp++
		_, err := Refresh(from, Memory{Versions: seen}, r, now)
		var rollback *Rollback
		require.ErrorAs(t, err, &rollback)
	})
	t.Run("a delegation that vanished is a rollback", func(t *testing.T) {
		r, s, from := published(t)
		s.SnapshotMeta = map[string]*metadata.MetaFiles{"targets.json": {Version: s.Targets}}
		r.Publish(s)
		out, err := Refresh(from, Memory{Versions: first}, r, now)
		var rollback *Rollback
		require.ErrorAs(t, err, &rollback)
		assert.Equal(t, delegatedNPMRole, rollback.Role)
		assert.Zero(t, rollback.Offered)
		assert.Equal(t, from, out.Anchors)
	})
	t.Run("version 0 is no way around it", func(t *testing.T) {
		r, s, from := published(t)
		s.Timestamp = 0
		r.Publish(s)
		_, err := Refresh(from, Memory{Versions: first}, r, now)
		var rollback *Rollback
		require.ErrorAs(t, err, &rollback)
		assert.Equal(t, "timestamp", rollback.Role)
	})
	t.Run("no network is no rollback of the root", func(t *testing.T) {
		_, _, from := published(t)
		seen := first
		seen.Root = 9
		_, err := Refresh(from, Memory{Versions: seen}, offline{}, now)
		require.ErrorIs(t, err, ErrUnreachable)
	})
	t.Run("a memory lower than the committed versions does not lower them", func(t *testing.T) {
		r, _, from := published(t)
		higher := first
		higher.Timestamp++
		from = anchored(t, from.Set(TUFRoot).Document, higher)
		_, err := Refresh(from, Memory{Versions: Versions{Timestamp: 1}}, r, now)
		var rollback *Rollback
		require.ErrorAs(t, err, &rollback)
		assert.Equal(t, higher.Timestamp, rollback.Seen)
	})
}

// A refresh must not read what happens to lie in the working folder: go-tuf
// looks there.
func TestWorkingFolderIsNotRead(t *testing.T) {
	r, s, from := published(t)
	newer := s
	newer.Timestamp, newer.Snapshot = 99, 99
	r.Publish(newer)
	dir := t.TempDir()
	for name, body := range map[string][]byte{"timestamp.json": r.files["/timestamp.json"], "snapshot.json": r.files["/99.snapshot.json"]} {
		write(t, dir, name, body)
	}
	t.Chdir(dir)
	r.Publish(s)
	out, err := Refresh(from, Memory{}, r, now)
	require.NoError(t, err)
	assert.Equal(t, first, out.Versions)
}

// Whatever byte of whatever document is changed: the anchors are those that
// the repository signed or those at hand, and never others.
func TestMutationNeverChangesAnchors(t *testing.T) {
	r, s, from := published(t)
	r.Rotate()
	delete(r.files, "/1.root.json")
	for name, body := range r.files {
		good := slices.Clone(body)
		// Every byte in metadata; in the targets, which one digest covers, a sample.
		step := 1
		if strings.HasPrefix(name, "/targets/") {
			step = 97
		} else if testing.Short() {
			step = 41
		}
		for i := 0; i < len(good); i += step {
			for _, flip := range []byte{1 << (i % 8)} {
				bad := slices.Clone(good)
				bad[i] ^= flip
				r.files[name] = bad
				out, err := Refresh(from, Memory{}, r, now)
				root, keys := out.Anchors.Set(SigstoreRoot).Document, out.Anchors.Set(NPMKeys).Document
				rootKept, keysKept := bytes.Equal(root, from.Set(SigstoreRoot).Document), bytes.Equal(keys, from.Set(NPMKeys).Document)
				ok := (rootKept || bytes.Equal(root, s.TrustedRoot)) && (keysKept || bytes.Equal(keys, s.NPMKeys))
				if strings.HasPrefix(name, "/targets/") {
					ok = ok && err == nil && len(out.Kept) == 1 && rootKept != keysKept
				} else if err != nil {
					ok = ok && rootKept && keysKept
				}
				require.True(t, ok, "%s, byte %d ^ %#x: %v", name, i, flip, err)
			}
		}
		r.files[name] = good
	}
}

func FuzzRefreshAnswers(f *testing.F) {
	r := newRepo()
	start := slices.Clone(r.files["/1.root.json"])
	second := slices.Clone(r.Rotate())
	r.Publish(firstState(newTrustedRoot(), newKeys(f)))
	from := anchored(f, start, Versions{})
	names := []string{"/2.root.json", "/timestamp.json", "/5.snapshot.json", "/3.targets.json", "/2.registry.npmjs.org.json"}
	for i, name := range names {
		f.Add(r.files[name], uint8(i))
	}
	f.Add([]byte(`{"signed":{"_type":"timestamp","meta":{"snapshot.json":null}}}`), uint8(1))
	f.Fuzz(func(t *testing.T, doc []byte, which uint8) {
		files := maps.Clone(r.files)
		files[names[int(which)%len(names)]] = doc
		out, err := Refresh(from, Memory{}, &shelf{files: files}, now)
		if err != nil {
			require.Equal(t, from, out.Anchors)
			return
		}
		if root := out.Anchors.Set(TUFRoot).Document; !bytes.Equal(root, start) {
			require.Equal(t, signedPart(t, second), signedPart(t, root))
		}
		require.Equal(t, newTrustedRoot(), out.Anchors.Set(SigstoreRoot).Document)
		if len(out.Kept) == 0 {
			require.Equal(t, newKeys(t), out.Anchors.Set(NPMKeys).Document)
		} else {
			require.Equal(t, from.Set(NPMKeys).Document, out.Anchors.Set(NPMKeys).Document)
		}
	})
}

// signedPart is what the signatures of a metadata document cover.
func signedPart(t *testing.T, doc []byte) any {
	t.Helper()
	var parts map[string]any
	require.NoError(t, json.Unmarshal(doc, &parts))
	require.NotNil(t, parts["signed"])
	return parts["signed"]
}
