//go:build touchstone_testanchors

package pins

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/lockfile"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// A tally counts what a world is asked, and the bytes that it answers.
type tally struct {
	mint.World
	mu    sync.Mutex
	asked map[string]int // by address
	bytes int
	// accepted is what was last accepted of each address.
	accepted map[string]string
}

func (w *tally) Do(ctx context.Context, r *fetch.Request) (*fetch.Response, error) {
	res, err := w.World.Do(ctx, r)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[r.URL]++
	if w.accepted != nil {
		w.accepted[r.URL] = r.Accept
	}
	w.bytes += len(w.World[r.URL].Body)
	return res, err
}

// TestRequestsOfAGoSum: what a go.sum costs at depth records, of which most lines pin a
// go.mod file alone, as in those of large projects. Nothing is asked twice, however many
// lines need it, and no zip.
//
//   - Of each version its record, its go.mod file, and its entry in the checksum database.
//   - Of each module its list; the newest version's go.mod file, where retractions stand,
//     is one of those.
//   - Of the database the newest head once, and each tile once.
func TestRequestsOfAGoSum(t *testing.T) {
	const modules, versions = 60, 5
	w, log := mint.World{}, mint.NewSumDB("sum.golang.org", "requests")
	var lines []string
	for i := range modules {
		list := ""
		for v := range versions {
			m := mint.Module{Path: fmt.Sprintf("example.com/m%d", i), Version: fmt.Sprintf("v1.%d.0", v),
				Files: map[string]string{"go.mod": fmt.Sprintf("module example.com/m%d\n", i), "a.go": "package m\n"}}
			m.Serve(w, proxy)
			log.Add(m.Path, m.Version, m.Lines())
			list += m.Version + "\n"
			pinned := strings.Split(strings.TrimSpace(m.Lines()), "\n")
			if v < versions-1 {
				pinned = pinned[1:] // the go.mod file alone
			}
			lines = append(lines, pinned...)
		}
		w[proxy+fmt.Sprintf("example.com/m%d/@v/list", i)] = mint.Page{Body: []byte(list)}
	}
	log.Serve(w, database)
	log.Serve(w, proxy+"sumdb/sum.golang.org/")
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{LogKeys: []string{log.Key}, Taken: at})
	require.NoError(t, err)
	counted := &tally{World: w, asked: map[string]int{}}
	a, err := audit.New(audit.Options{Transport: counted, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	r := check(t, a, lines, nil, Options{Depth: Records})
	require.Len(t, r.Lines, modules*(versions+1))
	require.Equal(t, map[State]int{OK: len(r.Lines)}, r.Counts)

	of := map[string]int{}
	for address, times := range counted.asked {
		require.Equal(t, 1, times, address)
		switch kind := address[strings.LastIndexAny(address, "/.")+1:]; {
		case strings.Contains(address, "/tile/"):
			of["tile"]++
		case strings.Contains(address, "/lookup/"):
			of["lookup"]++
		default:
			of[kind]++
		}
	}
	const all = modules * versions
	require.Equal(t, map[string]int{"info": all, "mod": all, "lookup": all, "list": modules, "latest": 1, "tile": 3}, of)
	require.Less(t, counted.bytes, 300*len(r.Lines)+3*8192, "of each line some hundred bytes, and the tiles")
}

// TestRequestsOfNPMPins: what npm's pins cost at depth records, of two versions of each
// package. Nothing is asked twice, and no package's file.
//
//   - Of each version its record, which alone states signature, source and revision.
//   - Of each name its list, which alone tells that a version before was attested.
//   - Of what is attested its attestations.
//   - Of the anchors, which here cannot be refreshed, two documents.
func TestRequestsOfNPMPins(t *testing.T) {
	const names, host = 30, "https://registry.npmjs.org/"
	repo, w := mint.NewNPM("requests", at.AddDate(0, -1, 0)), mint.World{}
	var entries []string
	for i := range names {
		name := fmt.Sprintf("gold%d", i)
		listed := map[string]json.RawMessage{}
		for _, version := range []string{"1.0.0", "1.1.0"} {
			p := mint.NewNPMPackage(repo, name, version, "https://github.com/example/gold", strings.Repeat("0123456789", 4))
			if i > 0 {
				p.Attestations = nil
			}
			p.Serve(w, host)
			listed[version] = w[p.DocAt(host)].Body
			sum := sha512.Sum512(p.Tgz())
			entries = append(entries, fmt.Sprintf(`"node_modules/%s/node_modules/%s":{"version":%q,"resolved":%q,"integrity":"sha512-%s"}`, version, name, version, p.TgzAt(host), base64.StdEncoding.EncodeToString(sum[:])))
		}
		list, err := json.Marshal(map[string]any{"name": name, "dist-tags": map[string]string{"latest": "1.1.0"}, "versions": listed})
		require.NoError(t, err)
		w[host+name] = mint.Page{Body: list}
	}
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: repo.TrustedRoot(), NPMKeys: repo.Keys(), Taken: at})
	require.NoError(t, err)
	counted := &tally{World: w, asked: map[string]int{}, accepted: map[string]string{}}
	a, err := audit.New(audit.Options{Transport: counted, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	f, err := lockfile.ReadAll(one("package-lock.json", []byte(`{"lockfileVersion":3,"packages":{`+strings.Join(entries, ",")+`}}`)))
	require.NoError(t, err)
	r, err := Check(t.Context(), a, f, nil, Options{Depth: Records, Time: at}, nil)
	require.NoError(t, err)
	require.Equal(t, map[State]int{OK: 2 * names}, r.Counts)

	of := map[string]int{}
	for address, times := range counted.asked {
		require.Equal(t, 1, times, address)
		path, own := strings.CutPrefix(address, host)
		switch {
		case !own:
			of["elsewhere"]++
		case strings.HasPrefix(path, "-/npm/v1/attestations/"):
			of["attestations"]++
		case strings.Contains(path, "/"):
			of["record"]++
		default:
			of["list"]++
			require.Equal(t, "application/vnd.npm.install-v1+json", counted.accepted[address], "the short one: the other is many times as long")
		}
	}
	require.Equal(t, map[string]int{"record": 2 * names, "list": names, "attestations": 2, "elsewhere": 2}, of)
	require.Less(t, counted.bytes, 2*names*4096, "of each pin some thousand bytes")
}

// TestWithdrawnIsSaidOfEachLine: the lines of a module share its newest go.mod file, and
// each says what that says of its own version: of the files and of a go.mod file alone.
func TestWithdrawnIsSaidOfEachLine(t *testing.T) {
	w, log := mint.World{}, mint.NewSumDB("sum.golang.org", "withdrawn")
	var lines []string
	for _, version := range []string{"v1.0.0", "v1.1.0", "v1.2.0"} {
		mod := "module example.com/m\n"
		if version == "v1.2.0" {
			mod = "// Deprecated: use example.com/n.\n" + mod + "\nretract v1.1.0 // It loses data.\n"
		}
		m := mint.Module{Path: "example.com/m", Version: version, Files: map[string]string{"go.mod": mod, "a.go": "package m\n"}}
		m.Serve(w, proxy)
		log.Add(m.Path, m.Version, m.Lines())
		lines = append(lines, strings.Split(strings.TrimSpace(m.Lines()), "\n")...)
	}
	w[proxy+"example.com/m/@v/list"] = mint.Page{Body: []byte("v1.0.0\nv1.1.0\nv1.2.0\n")}
	log.Serve(w, database)
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{LogKeys: []string{log.Key}, Taken: at})
	require.NoError(t, err)
	a, err := audit.New(audit.Options{Transport: w, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	r := check(t, a, lines, nil, Options{Depth: Records})
	require.Len(t, r.Lines, 6)
	for _, l := range r.Lines {
		want := `deprecated this module: "use example.com/n."`
		if l.Version == "v1.1.0" {
			want = `retracted this version: "It loses data."`
		}
		require.Equal(t, []string{"withdrawn"}, rules(l), l.Key)
		require.Contains(t, l.Findings[0].Text, want, l.Key)
	}
}

func rules(l Line) (out []string) {
	for _, f := range l.Findings {
		out = append(out, f.Rule)
	}
	return out
}
