//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/trust"
)

const mintedWheelRef = "pkg:pypi/thing@1.2.3"

// A wheel is an invented one on PyPI, with its predecessors.
type wheel struct {
	*mint.PyPIFile
	made   mint.Wheel
	before []*mint.PyPIFile
	taken  func() trust.Anchors
}

// wheel123 is attested by the publisher that the index names, and states the same
// source.
func wheel123(t testing.TB, bend ...func(w *mint.Wheel)) *wheel {
	made := mint.Wheel{Name: "thing", Version: "1.2.3", Metadata: "Summary: A thing\nProject-URL: Source, " + mintedRepo + "\nRequires-Dist: other>=1\n",
		Files: map[string]string{"thing/__init__.py": "answer = 42\n", "thing-1.2.3.dist-info/entry_points.txt": "[console_scripts]\nthing = thing:main\n"}}
	for _, b := range bend {
		b(&made)
	}
	store := mint.NewSigstore("PyPI's", "rekor.sigstore.dev", mintedAt)
	f := mint.NewPyPIFile(store, made, "example/thing", mintedHead)
	return &wheel{f, made, nil, func() trust.Anchors {
		a, err := trust.WithTestAnchors(trust.TestAnchors{SigstoreRoot: store.TrustedRoot(), Taken: at})
		require.NoError(t, err)
		return a
	}}
}

func (p *wheel) world() world {
	w := world{}
	mint.ServePyPI(w, pypiHost, pypiFiles, append(p.before, p.PyPIFile)...)
	return w
}

func (p *wheel) options(w world) circumstances {
	o := options(w)
	o.Anchors = p.taken()
	return o
}

func (p *wheel) audit(t testing.TB, w world) *result {
	t.Helper()
	r, err := ask(context.Background(), mintedWheelRef, p.options(w))
	require.NoError(t, err)
	return r
}

func TestPyPIWholeSet(t *testing.T) {
	p := wheel123(t)
	r := p.audit(t, p.world())
	require.Equal(t, both(3, 3, 2, 2), levels(r), r.Report.Text(false))
	require.Empty(t, r.Report.Verdict.Alarms)
	hasOutcome(t, r, "files-covered", "pass", "RECORD")
	hasOutcome(t, r, "build-attested", "pass", "signed in run "+mintedRepo+"/actions/runs/1")
	require.NotContains(t, r.Report.Text(true), "uilt ")
	hasOutcome(t, r, "source-agrees", "pass", "")
	require.Contains(t, facts(r), "digest-matches\x00sha256 of manifest\x00"+sha256Hex(p.made.Core()))
	require.Equal(t, "A thing", r.Report.About.Description)
	text := strings.Join(strings.Fields(r.Report.Text(false)), " ")
	for _, said := range []string{"runs none of its own code", "makes these commands. thing", "pkg:pypi/other"} {
		require.Contains(t, text, said)
	}
}

// TestPyPIByRelay: whom PyPI names as publisher is nobody's word there.
func TestPyPIByRelay(t *testing.T) {
	p := wheel123(t)
	relayed := world{}
	for url, answer := range p.world() {
		relayed[url] = page{Err: fmt.Errorf("refused")}
		answer.Header = map[string]string{fetch.RelayMark: fetch.RelayAnswer}
		relayed["https://relay.example/"+strings.TrimPrefix(url, "https://")] = answer
	}
	o := p.options(relayed)
	o.Relay = "https://relay.example"
	r, err := ask(t.Context(), mintedWheelRef, o)
	require.NoError(t, err)
	require.Equal(t, both(0, 3, 0, 2), levels(r), r.Report.Text(false))
	hasOutcome(t, r, "signer-identity", "unknown", "Only the repository's own host can say that")
}

// TestPyPIBent: every way in which a file differs from the whole set.
func TestPyPIBent(t *testing.T) {
	fails := both(0, 0, 0, 0)
	attest := func(bend func(p *wheel, x *mint.Signing)) func(p *wheel) {
		return func(p *wheel) { bend(p, &p.Attestations[0]) }
	}
	entry := func(key string, value any) func(p *wheel) {
		return func(p *wheel) { p.Entry = func(e map[string]any) { e[key] = value } }
	}
	for name, c := range map[string]struct {
		bend            func(p *wheel)
		want            map[string][2]int
		check, says     string
		contains        string
		alarmed, failed bool
	}{
		"unattested":           {func(p *wheel) { p.Attestations = nil }, both(1, 1, 0, 0), "signer-identity", "absent", "no attestations", false, false},
		"none in its document": {func(p *wheel) { p.Attestations = []mint.Signing{} }, both(1, 3, 0, 2), "signer-identity", "unknown", "none", false, false},
		"another repository": {attest(func(p *wheel, x *mint.Signing) {
			*x = p.Published("https://github.com/other/thing", "release.yml", mintedHead)
		}), fails, "attestations-genuine", "fail", "source repository", false, true},
		"another workflow":      {attest(func(p *wheel, x *mint.Signing) { *x = p.Published(mintedRepo, "other.yml", mintedHead) }), fails, "attestations-genuine", "fail", "workflow", false, true},
		"another file":          {attest(func(_ *wheel, x *mint.Signing) { subject(x)["name"] = "thing-1.2.4-py3-none-any.whl" }), fails, "attestations-genuine", "fail", "not about this version", false, true},
		"its name, otherwise":   {attest(func(_ *wheel, x *mint.Signing) { subject(x)["name"] = "Thing-1.2.3.0-py3-none-any.whl" }), both(3, 3, 2, 2), "attestations-genuine", "pass", "", false, false},
		"other bytes":           {attest(func(_ *wheel, x *mint.Signing) { digest(x)["sha256"] = strings.Repeat("ab", 32) }), fails, "attestations-genuine", "fail", "other bytes", false, true},
		"only promised":         {attest(func(_ *wheel, x *mint.Signing) { x.Bend = unproven }), both(1, 1, 0, 0), "attestations-genuine", "not understood", "", false, false},
		"no publisher":          {func(p *wheel) { p.Publisher = nil }, both(1, 3, 0, 0), "signer-identity", "unknown", "the package's own word", false, false},
		"publisher of nothing":  {func(p *wheel) { p.Publisher = map[string]any{"kind": "GitHub"} }, both(1, 3, 0, 0), "signer-identity", "unknown", "", false, false},
		"a future publisher":    {func(p *wheel) { p.Publisher = map[string]any{"kind": "Codeberg", "repository": "example/thing"} }, both(1, 3, 0, 0), "signer-identity", "unknown", "", false, false},
		"metadata elsewhere":    {func(p *wheel) { p.Metadata = strings.Replace(p.Metadata, "other>=1", "evil", 1) }, both(1, 1, 2, 2), "name-inside", "fail", "METADATA", true, false},
		"yanked":                {entry("yanked", "Broken."), both(3, 3, 2, 2), "attestations-genuine", "pass", "", false, false},
		"a wrong sha256":        {entry("hashes", map[string]any{"sha256": strings.Repeat("ab", 32)}), fails, "digest-matches", "fail", "sha256", false, true},
		"a wrong sha512 beside": {entry("hashes", map[string]any{"sha256": sha256Hex(string(wheel123(t).Raw)), "sha512": strings.Repeat("ab", 64)}), fails, "digest-matches", "fail", "sha512", false, true},
		"only a weak digest":    {entry("hashes", map[string]any{"md5": strings.Repeat("ab", 16)}), both(3, 3, 2, 2), "digest-matches", "pass", "", false, false},
		"fetched elsewhere":     {entry("url", "https://evil.example/packages/thing-1.2.3-py3-none-any.whl"), both(0, 3, 0, 2), "digest-matches", "unknown", "address could not be learned", false, false},
		"attested elsewhere":    {entry("provenance", "https://evil.example/provenance"), both(3, 3, 2, 2), "attestations-genuine", "pass", "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := wheel123(t)
			c.bend(p)
			r := p.audit(t, p.world())
			require.Equal(t, c.want, levels(r), r.Report.Text(false))
			hasOutcome(t, r, c.check, c.says, c.contains)
			require.Equal(t, c.failed, r.Report.Verdict.Failed)
			require.Equal(t, c.alarmed, len(r.Report.Verdict.Alarms) > 0, r.Report.Verdict.Alarms)
			for _, s := range r.Report.Sources {
				require.NotContains(t, s.URL, "evil.example")
			}
		})
	}
}

// unproven takes the log's proof out of a bundle.
func unproven(bundle map[string]any) {
	delete(bundle["verificationMaterial"].(map[string]any)["tlogEntries"].([]any)[0].(map[string]any), "inclusionProof")
}

// TestPyPIWheelsInside: each is attested, so that only the wheel itself is wrong.
func TestPyPIWheelsInside(t *testing.T) {
	file := func(name, text string) func(w *mint.Wheel) { return func(w *mint.Wheel) { w.Files[name] = text } }
	record := func(old, new string) func(w *mint.Wheel) {
		return func(w *mint.Wheel) {
			w.Record = func(list string) string { return strings.Replace(list, old, new, 1) }
		}
	}
	for name, c := range map[string]struct {
		bend            func(w *mint.Wheel)
		integrity       [2]int
		check, contains string
	}{
		"a file that is not listed":  {record("thing/__init__.py", "thing/other.py"), [2]int{2, 2}, "list-inside", "thing/other.py"},
		"listed twice":               {record("thing/__init__.py,", "thing-1.2.3.dist-info/RECORD,,\nthing/__init__.py,"), [2]int{2, 2}, "list-inside", "twice"},
		"no digest":                  {record("thing/__init__.py,sha256=", "thing/__init__.py,,12\nx,sha256="), [2]int{2, 2}, "list-inside", "no digest"},
		"an empty list":              {func(w *mint.Wheel) { w.Record = func(string) string { return "" } }, [2]int{2, 2}, "list-inside", "does not name"},
		"no list":                    {func(w *mint.Wheel) { w.Record = func(string) string { return "\"" } }, [2]int{2, 2}, "list-inside", "cannot be read"},
		"another package's":          {func(w *mint.Wheel) { w.Metadata = "Name: evil\n" + w.Metadata }, [2]int{1, 1}, "name-inside", "evil"},
		"two folders of information": {file("evil-1.2.3.dist-info/METADATA", "Name: evil\n"), [2]int{1, 1}, "name-inside", "evil-1.2.3.dist-info"},
		"written to one place":       {file("thing-1.2.3.data/purelib/thing/__init__.py", "evil = 1\n"), [2]int{2, 2}, "archive-sound", "one place"},
	} {
		t.Run(name, func(t *testing.T) {
			p := wheel123(t, c.bend)
			r := p.audit(t, p.world())
			require.Equal(t, c.integrity, levels(r)["integrity"], r.Report.Text(false))
			hasOutcome(t, r, c.check, "fail", c.contains)
			require.NotEmpty(t, r.Report.Verdict.Alarms)
		})
	}
	p := wheel123(t, file("thing.pth", "import thing\n"), file("plain.pth", "/somewhere\n"), file("sitecustomize.py", "1"), file("thing/fast.cpython-313-x86_64-linux-gnu.so", "\x7fELF"),
		file("thing-1.2.3.dist-info/sboms/own.cdx.json", `{"bomFormat":"CycloneDX","components":[{"purl":"pkg:generic/openssl@3.0.0"}]}`))
	r := p.audit(t, p.world())
	require.Equal(t, both(3, 3, 2, 2), levels(r), r.Report.Text(false))
	topics := map[string]string{}
	for _, topic := range r.Report.Topics {
		topics[topic.ID] = topic.Text + " " + strings.Join(topic.Items, " ")
	}
	require.Contains(t, topics["runs-at-start"], "thing.pth")
	require.Contains(t, topics["runs-at-start"], "sitecustomize.py")
	require.NotContains(t, topics["runs-at-start"], "plain.pth")
	require.Contains(t, topics["runs-at-import"], "fast.cpython")
	require.Contains(t, topics["declares"], "pkg:generic/openssl@3.0.0")
}

// TestPyPIAFileAmongAttestedOnes: whoever has a publisher's token can add a file to a
// version of any age, which some machines then take before all others.
func TestPyPIAFileAmongAttestedOnes(t *testing.T) {
	p := wheel123(t)
	beside := mint.NewPyPIFile(p.Sigstore, mint.Wheel{Name: "thing", Version: "1.2.3", Files: map[string]string{}}, "example/thing", mintedHead)
	beside.File = "thing-1.2.3-cp314-cp314-win_amd64.whl"
	p.before = []*mint.PyPIFile{beside}
	one := func() *result {
		r, err := ask(context.Background(), mintedWheelRef+"?file_name="+p.File, p.options(p.world()))
		require.NoError(t, err)
		return r
	}
	require.Empty(t, one().Report.Verdict.Alarms)
	p.Attestations = nil
	r := one()
	hasOutcome(t, r, "lineage-kept", "fail", beside.File)
	require.NotEmpty(t, r.Report.Verdict.Alarms)
	require.Equal(t, both(1, 1, 0, 0), levels(r), "an alarm, and no level")
	beside.Attestations = nil
	hasOutcome(t, one(), "lineage-kept", "not applicable", "")
}

// TestPyPILineage: provenance that stops, and that comes from elsewhere.
func TestPyPILineage(t *testing.T) {
	earlier := func(p *wheel, version, repository string) *mint.PyPIFile {
		made := mint.Wheel{Name: "thing", Version: version, Files: map[string]string{}}
		f := mint.NewPyPIFile(p.Sigstore, made, strings.TrimPrefix(repository, "https://github.com/"), mintedHead)
		if repository != mintedRepo {
			f.Attestations[0].Claims[15] = "43" // another number than the own repository's
		}
		return f
	}
	p := wheel123(t)
	p.before = []*mint.PyPIFile{earlier(p, "1.2.2", mintedRepo), earlier(p, "1.1.0", "https://github.com/other/thing"), earlier(p, "2.0.0", "https://github.com/other/thing")}
	r := p.audit(t, p.world())
	hasOutcome(t, r, "lineage-kept", "pass", "1.2.2")
	p.Attestations = nil
	r = p.audit(t, p.world())
	hasOutcome(t, r, "lineage-kept", "fail", "1.2.2")
	require.NotEmpty(t, r.Report.Verdict.Alarms)
	require.Equal(t, [2]int{1, 1}, levels(r)["integrity"])
	p = wheel123(t)
	p.before = []*mint.PyPIFile{earlier(p, "1.2.2", "https://github.com/other/thing")}
	hasOutcome(t, p.audit(t, p.world()), "lineage-kept", "fail", "other/thing")
	// The same workflow's path on a branch that somebody pushed.
	for _, was := range []string{"refs/tags/v1.2.2", "refs/heads/main"} {
		p = wheel123(t)
		before := earlier(p, "1.2.2", mintedRepo)
		before.Attestations[0].Claims[14], p.Attestations[0].Claims[14] = was, "refs/heads/rogue"
		p.before = []*mint.PyPIFile{before}
		r = p.audit(t, p.world())
		hasOutcome(t, r, "lineage-kept", "pass", "refs/heads/rogue")
		require.Empty(t, r.Report.Verdict.Alarms)
	}
}

// TestPyPIMutants damages every byte of what is served of an invented wheel.
func TestPyPIMutants(t *testing.T) {
	t.Parallel()
	p := wheel123(t)
	w := p.world()
	mutate(t, w, []target{
		{url: p.IndexAt(pypiHost), mutants: 300},
		{url: p.ProvenanceAt(pypiHost), mutants: 600},
		{url: p.FileAt(pypiFiles), mutants: 300, covered: true},
		{url: p.FileAt(pypiFiles) + ".metadata", mutants: 100, covered: true},
	}, func(w world) (*result, error) { return ask(t.Context(), mintedWheelRef, p.options(w)) })
}
