//go:build touchstone_testanchors

package audit_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/mint"
)

// A shipment is a world with one layer that is made while it is fetched.
type shipment struct {
	world
	address string
	layer   func() io.Reader
	asked   int
}

func (s *shipment) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	if r.URL != s.address {
		return s.world.Do(ctx, r)
	}
	s.asked++
	return &fetch.Response{Status: 200, URL: r.URL, Header: map[string]string{}, Body: io.NopCloser(s.layer())}, nil
}

// zeros is a layer with one file of so many zeros, and the entries before and behind it.
func zeros(t *testing.T, size int64) func() io.Reader {
	var head, tail bytes.Buffer
	w := tar.NewWriter(&head)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "usr/big", Size: size, Mode: 0o644, Typeflag: tar.TypeReg}))
	w = tar.NewWriter(&tail)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "usr/.wh.gone", Mode: 0o644, Typeflag: tar.TypeReg}))
	require.NoError(t, w.Close())
	return func() io.Reader {
		return io.MultiReader(bytes.NewReader(head.Bytes()), io.LimitReader(nothing{}, (size+511)/512*512), bytes.NewReader(tail.Bytes()))
	}
}

type nothing struct{}

func (nothing) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// A watched reader notes the most memory that lives while it is read.
type watched struct {
	io.Reader
	since int
	most  *uint64
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if w.since += n; w.since > 4<<20 {
		w.since = 0
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		*w.most = max(*w.most, now.HeapAlloc)
	}
	return n, err
}

// layered is an image with a first layer of two small files and one more, which is
// stated with a size and a digest, and signed by its owner.
func layered(t *testing.T, size int64, digest string) shipped {
	i := ghcrImage()
	first := i.Put("application/vnd.oci.image.layer.v1.tar+gzip", mint.ImageLayer(map[string]string{"usr/kept": "kept\n", "usr/gone": "gone\n"}))
	var doc map[string]any
	require.NoError(t, json.Unmarshal(i.Manifest, &doc))
	doc["layers"] = []any{first, map[string]any{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest, "size": size}}
	raw, err := json.Marshal(doc)
	require.NoError(t, err)
	i.Image.Index = raw
	i.Put("application/vnd.oci.image.manifest.v1+json", raw)
	i.Refer(i.Bundle(i.by("example", "ghcr.io/example/thing")))
	return i
}

// TestLargeLayers: layers that are too large to be kept are read as they come, in memory
// that does not grow with them; nothing of one counts before its digest is the stated.
func TestLargeLayers(t *testing.T) {
	size := int64(300 << 20)
	layer := zeros(t, size)
	h := sha256.New()
	whole, err := io.Copy(h, layer())
	require.NoError(t, err)
	digest := "sha256:" + hex.EncodeToString(h.Sum(nil))
	i := layered(t, whole, digest)
	var most uint64
	s := &shipment{world: i.world(), address: i.address("blobs/" + digest), layer: func() io.Reader { return &watched{Reader: layer(), most: &most} }}
	o := i.options(t, nil)
	o.Transport, o.Parts = s, true
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := ask(t.Context(), i.pinned(), o)
	require.NoError(t, err)
	require.Less(t, int64(most)-int64(before.HeapAlloc), int64(40<<20), "of a layer of %d bytes", size)
	t.Logf("a layer of %d MB: %d MB of memory", whole>>20, (int64(most)-int64(before.HeapAlloc))>>20)
	require.Equal(t, both(3, 3, 2, 2), levels(r), r.Report.Text(false))
	require.Equal(t, []string{"usr/big", "usr/kept"}, filesOf(r))
	require.Equal(t, 1, s.asked)
	hasOutcome(t, r, "offline-complete", "pass", "Its layers were too large to be kept")

	// It is not in what is saved, and so what is inside is open there: not wrong.
	zip := zipped(t, r, true)
	require.Less(t, len(zip), 1<<20)
	require.Contains(t, string(zip), "read as it came and not kept: "+fmt.Sprint(whole)+" bytes with sha256 "+strings.TrimPrefix(digest, "sha256:"))
	require.Contains(t, string(zip), "Its layers are not in here.")
	q := i.options(t, nil)
	q.Replay = saved(t, r, true).Record
	again, err := ask(t.Context(), i.pinned(), q)
	require.NoError(t, err)
	require.False(t, again.Report.Verdict.Failed)
	require.Equal(t, both(2, 3, 2, 2), levels(again), again.Report.Text(false))
	require.Empty(t, filesOf(again))
}

func filesOf(r *result) []string {
	var out []string
	if r.Seen.Artifact.Contents != nil {
		for _, f := range r.Seen.Artifact.Contents.Files {
			out = append(out, f.Path)
		}
	}
	return out
}

// TestLayersThatPass: what else may come in the place of a layer that is read as it comes.
// The stated sizes decide that it is, so small ones show it.
func TestLayersThatPass(t *testing.T) {
	all, err := io.ReadAll(zeros(t, 1000)())
	require.NoError(t, err)
	stated := mint.Digest(all)
	other := bytes.Replace(all, []byte("usr/big"), []byte("usr/bad"), 1)
	for name, tt := range map[string]struct {
		size  int64
		comes []byte
		asked int
		want  any
		said  [3]string
		files int
	}{
		"the stated one":         {size: 100 << 20, comes: all, asked: 1, want: both(3, 3, 2, 2), said: [3]string{"files-covered", "pass", ""}, files: 2},
		"another one":            {size: 100 << 20, comes: other, asked: 1, want: both(0, 0, 0, 0), said: [3]string{"digest-matches", "fail", "layer 2 of 2"}},
		"half":                   {size: 100 << 20, comes: all[:600], asked: 1, want: both(0, 0, 0, 0), said: [3]string{"digest-matches", "fail", "layer 2 of 2"}},
		"with something behind":  {size: 100 << 20, comes: append(bytes.Clone(all), 0), asked: 1, want: both(0, 0, 0, 0), said: [3]string{"digest-matches", "fail", "layer 2 of 2"}},
		"one layer of 2 GB":      {size: 2 << 30, comes: all, want: both(2, 3, 2, 2), said: [3]string{"files-covered", "unknown", "2048 MB"}},
		"one that a relay stops": {size: 501 << 20, comes: all, want: both(2, 3, 2, 2), said: [3]string{"files-covered", "unknown", "at most 500 MB"}},
	} {
		t.Run(name, func(t *testing.T) {
			i := layered(t, tt.size, stated)
			s := &shipment{world: i.world(), address: i.address("blobs/" + stated), layer: func() io.Reader { return bytes.NewReader(tt.comes) }}
			o := i.options(t, nil)
			o.Transport, o.Parts = s, true
			r, err := ask(t.Context(), i.pinned(), o)
			require.NoError(t, err)
			hasOutcome(t, r, tt.said[0], tt.said[1], tt.said[2])
			require.Equal(t, tt.want, levels(r), r.Report.Text(false))
			require.Equal(t, tt.asked, s.asked)
			require.Len(t, filesOf(r), tt.files)
		})
	}
	t.Run("stated with another algorithm", func(t *testing.T) {
		for algorithm, c := range map[string]struct {
			sum  string
			want any
		}{
			"sha512": {fmt.Sprintf("%x", sha512.Sum512(all)), both(3, 3, 2, 2)},
			"sha384": {fmt.Sprintf("%x", sha512.Sum384(all)), both(3, 3, 2, 2)},
			// Of such a manifest nothing is read.
			"blake3": {strings.Repeat("b", 64), both(2, 2, 1, 1)},
			"sha256": {strings.Repeat("B", 64), both(2, 2, 1, 1)},
			"md5":    {strings.Repeat("b", 32), both(2, 2, 1, 1)},
		} {
			for _, size := range []int64{int64(len(all)), 100 << 20} { // kept, and as it comes
				stated := algorithm + ":" + c.sum
				i := layered(t, size, stated)
				o := i.options(t, nil)
				o.Transport, o.Parts = &shipment{world: i.world(), address: i.address("blobs/" + stated), layer: func() io.Reader { return bytes.NewReader(all) }}, true
				r, err := ask(t.Context(), i.pinned(), o)
				require.NoError(t, err)
				require.Equal(t, c.want, levels(r), "%s\n%s", stated, r.Report.Text(false))
			}
		}
	})
	t.Run("is no tar, under its digest", func(t *testing.T) {
		junk := []byte("nothing of the kind")
		i := layered(t, 100<<20, mint.Digest(junk))
		o := i.options(t, nil)
		o.Transport, o.Parts = &shipment{world: i.world(), address: i.address("blobs/" + mint.Digest(junk)), layer: func() io.Reader { return bytes.NewReader(junk) }}, true
		r, err := ask(t.Context(), i.pinned(), o)
		require.NoError(t, err)
		require.NotEmpty(t, r.Seen.Artifact.Contents.Problems)
		require.Equal(t, both(2, 2, 2, 2), levels(r), r.Report.Text(false))
	})
}
