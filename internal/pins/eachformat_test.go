//go:build touchstone_testanchors

package pins

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/lockfile"
	"touchstone/internal/lockfile/lockfiletest"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

// shelves are invented repositories of every kind with packages a, b and c, and the
// digests of what they serve.
func shelves(t *testing.T) (*audit.Auditor, func(ecosystem, name string) lockfiletest.Sums) {
	t.Helper()
	const source, commit = "https://github.com/example/thing", "0123456789012345678901234567890123456789"
	w, log := mint.World{}, mint.NewSumDB("sum.golang.org", "pins")
	repo := mint.NewNPM("pins", at.AddDate(0, -1, 0))
	sums := map[string]lockfiletest.Sums{}
	keep := func(ecosystem, name string, raw []byte, h1 string) {
		old, strong, long := sha1.Sum(raw), sha256.Sum256(raw), sha512.Sum512(raw)
		sums[ecosystem+name] = lockfiletest.Sums{SHA1: hex.EncodeToString(old[:]), SHA256: hex.EncodeToString(strong[:]), SHA512: hex.EncodeToString(long[:]),
			SRI: "sha512-" + base64.StdEncoding.EncodeToString(long[:]), H1: h1}
	}
	for _, n := range []string{"a", "b", "c"} {
		p := mint.NewNPMPackage(repo, n, "1.0.0", source, commit)
		p.Serve(w, "https://registry.npmjs.org/")
		keep("npm", n, p.Tgz(), "")
		f := mint.NewPyPIFile(repo.Sigstore, mint.Wheel{Name: n, Version: "1.0", Files: map[string]string{}}, "example/thing", commit)
		mint.ServePyPI(w, "https://pypi.org/", "https://files.pythonhosted.org/", f)
		keep("pypi", n, f.Raw, "")
		c := mint.NewCrate(strings.Repeat(n, 4), "1.0.0", source, commit)
		c.Serve(w, "https://index.crates.io/", "https://crates.io/api/v1/crates/", "https://static.crates.io/crates/")
		keep("cargo", n, c.Packed(), "")
		v := mint.NewMavenVersion(repo.Sigstore, "g."+n, n, "1.0", source, commit)
		mint.ServeMaven(w, "https://repo1.maven.org/maven2/", v)
		keep("maven", n, v.Jar(), "")
		m := mint.Module{Path: n + ".example/m", Version: "v1.0.0", Files: map[string]string{"go.mod": "module " + n + ".example/m\n"}}
		m.Serve(w, proxy)
		log.Add(m.Path, m.Version, m.Lines())
		keep("golang", n, m.Zip(), strings.Fields(m.Lines())[2])
	}
	log.Serve(w, database)
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: repo.TrustedRoot(), NPMKeys: repo.Keys(), LogKeys: []string{log.Key}, Taken: at})
	require.NoError(t, err)
	a, err := audit.New(audit.Options{Transport: w, Anchors: anchors, Retries: -1})
	require.NoError(t, err)
	return a, func(ecosystem, name string) lockfiletest.Sums { return sums[ecosystem+name] }
}

var (
	pinnedDigest = regexp.MustCompile(`\b[0-9a-f]{64}([0-9a-f]{64})?\b|sha512-[A-Za-z0-9+/]{86}==|h1:[A-Za-z0-9+/]{43}=`)
	ownAddress   = regexp.MustCompile(`https://(registry\.npmjs\.org/[a-c]/|files\.pythonhosted\.org|pypi\.org/simple|github\.com/rust-lang)`)
)

// TestEachFormat: of each format, against invented repositories: as it was made
// nothing is wrong; one digest flipped fails at that pin and nowhere else; one address
// changed is no longer in order there and nowhere else; one entry removed changes
// nothing else.
func TestEachFormat(t *testing.T) {
	a, of := shelves(t)
	for _, s := range lockfiletest.All(of) {
		check := func(text string) map[string]Line {
			f, err := lockfile.ReadAll(one(s.Name, []byte(text)))
			require.NoError(t, err, text)
			r, err := Check(t.Context(), a, f, nil, Options{Depth: Records, Time: at}, nil)
			require.NoError(t, err)
			lines := map[string]Line{}
			for _, l := range r.Lines {
				require.NotZero(t, l.Line, s.Name)
				l.Line, l.Key = 0, ""
				lines[l.Name] = l
			}
			require.Len(t, lines, len(r.Lines), s.Name)
			return lines
		}
		before := check(s.Text)
		require.Len(t, before, 3, s.Name)
		for name, l := range before {
			require.Equal(t, s.NoDigest, l.State == Warning, "%s: %s: %+v", s.Name, name, l.Findings)
			require.Contains(t, []State{OK, Warning}, l.State, "%s: %s: %+v", s.Name, name, l.Findings)
		}
		changed := func(text string) (changed []Line) {
			for name, l := range check(text) {
				was := before[name]
				now := l
				if was.Reference, now.Reference = "", ""; !equal(was, now) {
					changed = append(changed, l)
				}
			}
			return changed
		}
		digests := pinnedDigest.FindAllStringIndex(s.Text, -1)
		require.Len(t, digests, 3, s.Name)
		for _, at := range digests {
			i := at[0] + 9
			flipped := s.Text[:i] + map[bool]string{true: "7", false: "8"}[s.Text[i] == '8'] + s.Text[i+1:]
			now := changed(flipped)
			if s.NoDigest {
				require.Empty(t, now, s.Name)
				continue
			}
			require.Len(t, now, 1, "%s: %s", s.Name, flipped)
			require.Equal(t, Failed, now[0].State, "%s: %+v", s.Name, now[0].Findings)
			require.True(t, now[0].hasRule("pin-agrees"), "%s: %+v", s.Name, now[0].Findings)
		}
		for _, at := range ownAddress.FindAllStringIndex(s.Text, -1) {
			now := changed(s.Text[:at[0]] + "https://evil.example/x/" + s.Text[at[1]:])
			if s.Name == "Pipfile.lock" { // one index serves all
				require.Len(t, now, 3)
				continue
			}
			require.Len(t, now, 1, s.Name)
			require.Contains(t, []State{Alarm, Open}, now[0].State, "%s: %+v", s.Name, now[0].Findings)
			require.Contains(t, now[0].Findings[0].Text, "evil.example", s.Name)
		}
		for _, n := range []string{"a", "b", "c"} {
			require.Empty(t, changed(lockfiletest.Without(s, n)), s.Name)
		}
	}
}

func equal(a, b Line) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
