package audit_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/mint"
)

const (
	crateIndex = "https://index.crates.io/"
	crateSite  = "https://crates.io/api/v1/crates/"
	crateFiles = "https://static.crates.io/crates/"
)

// A crate of the corpus: its file, its name and version, and its file of the index.
type realCrate struct{ Name, Version, Crate, Index string }

// world serves it as crates.io does: index, site and file.
func (c realCrate) world(t testing.TB, dir string) world {
	t.Helper()
	index, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(c.Index)))
	require.NoError(t, err)
	file, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(c.Crate)))
	require.NoError(t, err)
	w := world{c.indexURL(): ok(index), c.fileURL(): ok(file)}
	for line := range bytes.Lines(index) {
		var e struct {
			Vers, Cksum string
			Yanked      bool
		}
		require.NoError(t, json.Unmarshal(line, &e))
		if e.Vers == c.Version {
			w[c.siteURL()] = ok([]byte(`{"version":{"crate":"` + c.Name + `","num":"` + c.Version + `","checksum":"` + e.Cksum + `"}}`))
		}
	}
	return w
}

func (c realCrate) indexURL() string {
	if len(c.Name) == 3 {
		return crateIndex + "3/" + c.Name[:1] + "/" + c.Name
	}
	return crateIndex + c.Name[:2] + "/" + c.Name[2:4] + "/" + strings.ToLower(c.Name)
}
func (c realCrate) siteURL() string { return crateSite + c.Name + "/" + c.Version }
func (c realCrate) fileURL() string {
	return crateFiles + c.Name + "/" + c.Name + "-" + c.Version + ".crate"
}

// cargoCases are what each case of the corpus has to give: Accountability, a
// part of how the source check ends, of the topics, and what fails.
var cargoCases = map[string]struct {
	accountability int
	source         string
	topics         []string
	without        []string
	failed         string
}{
	"cargo-clean-old":              {accountability: 1, source: "pass: The package names where the code comes from.", topics: []string{"runs-nothing"}},
	"cargo-clean":                  {accountability: 1, source: "pass: "},
	"cargo-yanked-signed-commit":   {accountability: 1, source: "pass: ", topics: []string{"withdrawn"}},
	"cargo-yanked":                 {accountability: 1, source: "pass: ", topics: []string{"withdrawn"}},
	"cargo-dirty-proc-macro":       {source: "absent: The package names https://github.com/apache/avro-rs at 0f87fd5fcd57557b3831bed7a4540d7c63517dec, but it was made from files with changes", topics: []string{"procedural macro", "pkg:cargo/darling"}, without: []string{"pretty_assertions"}},
	"cargo-build-rs":               {accountability: 1, source: "pass: ", topics: []string{`build script "build.rs"`}, without: []string{"runs-nothing"}},
	"cargo-build-rs-no-repository": {source: `absent: The package names the revision`, topics: []string{`build script "build.rs"`}},
	"cargo-proc-macro-build-rs":    {accountability: 1, source: "pass: ", topics: []string{"procedural macro", `build script "build.rs"`}},
	"cargo-proc-macro":             {accountability: 1, source: "pass: ", topics: []string{"procedural macro", "pkg:cargo/syn"}},
	"cargo-no-vcs-info":            {source: "absent: The package names the repository https://github.com/SimonSapin/rust-std-candidates, but not the revision"},
	"cargo-swapped":                {failed: "digest-matches"},
}

// TestCargoCorpus audits every case of crates.io, as served, without the site,
// and by replay.
func TestCargoCorpus(t *testing.T) {
	dir := corpus.Path(t, "eco")
	raw, err := os.ReadFile(filepath.Join(dir, "CASES.jsonl"))
	require.NoError(t, err)
	left := maps.Clone(cargoCases)
	for line := range bytes.Lines(raw) {
		var c struct {
			ID, Mechanism string
			Cargo         []realCrate
		}
		require.NoError(t, json.Unmarshal(line, &c))
		if c.Mechanism != "crates.io checksum" {
			continue
		}
		want, known := cargoCases[c.ID]
		require.True(t, known, c.ID)
		delete(left, c.ID)
		t.Run(c.ID, func(t *testing.T) {
			one := c.Cargo[0]
			w, reference := one.world(t, dir), "pkg:cargo/"+one.Name+"@"+one.Version
			r := run(t, w, reference)
			if want.failed != "" {
				require.True(t, r.Report.Verdict.Failed)
				has(t, r, want.failed, "fail", "")
				has(t, r, "name-inside", "fail", "cfg-if-1.0.1")
				return
			}
			require.False(t, r.Report.Verdict.Failed)
			require.Equal(t, map[string][2]int{"integrity": {1, 1}, "accountability": {want.accountability, want.accountability}}, levels(r), r.Report.Text(false))
			for _, check := range []string{"digest-matches", "record-direct", "archive-sound", "name-inside", "installer-refuses"} {
				has(t, r, check, "pass", "")
			}
			require.True(t, strings.HasPrefix(outcome(t, r, "source-stated"), want.source), outcome(t, r, "source-stated"))
			said, err := json.Marshal(r.Report.Topics)
			require.NoError(t, err)
			for _, topic := range want.topics {
				require.Contains(t, strings.ReplaceAll(string(said), `\"`, `"`), topic)
			}
			for _, topic := range want.without {
				require.NotContains(t, string(said), topic)
			}

			// What the site might say besides stays open without it.
			mute := run(t, w.But(one.siteURL(), page{Status: 403}), reference)
			require.Equal(t, [2]int{1, 1}, levels(mute)["integrity"], mute.Report.Text(false))
			most := 1
			if c.ID == "cargo-dirty-proc-macro" {
				most = 0
			}
			require.Equal(t, [2]int{want.accountability, most}, levels(mute)["accountability"], mute.Report.Text(false))
			again := replayed(t, w, reference)
			require.False(t, again.Report.Verdict.Failed)
			require.Equal(t, [2]int{0, 1}, levels(again)["integrity"], again.Report.Text(false))
		})
	}
	require.Empty(t, left, "cases that the corpus no longer has")
}

// goldCrate is an invented crate, and where it is served.
func goldCrate(bend func(c *mint.Crate)) (world, mint.Crate) {
	c := mint.NewCrate("Gold-Leaf", "1.2.3+karat.24", "https://github.com/example/gold", strings.Repeat("0a", 20))
	if bend != nil {
		bend(&c)
	}
	w := world{}
	c.Serve(w, crateIndex, crateSite, crateFiles)
	return w, c
}

const goldRef = "pkg:cargo/Gold-Leaf@1.2.3%2Bkarat.24"

func TestMintedCrate(t *testing.T) {
	w, _ := goldCrate(nil)
	r := run(t, w, goldRef)
	require.Equal(t, map[string][2]int{"integrity": {1, 1}, "accountability": {1, 1}}, levels(r), r.Report.Text(false))
	found := map[string][]string{}
	for _, topic := range r.Report.Topics {
		found[topic.ID] = append(found[topic.ID], topic.Items...)
	}
	require.Equal(t, []string{"pkg:cargo/metal"}, found["requires"])
	require.Equal(t, []string{"pkg:cargo/acid@0.3.1"}, found["optional"])
	require.Equal(t, []string{"build.rs"}, found["runs-at-install"])
	require.Equal(t, []string{"SECURITY.md"}, found["contact-file"])
	require.Equal(t, "crates/Gold-Leaf", r.Report.Finding("source-stated").Facts["stated folder"])
	require.Contains(t, r.Report.Text(false), "1.2.3+karat.24")
	// What crates.io would have to do for the next level is said.
	for _, id := range []string{"integrity-bytes-signed", "integrity-record-signed"} {
		require.Equal(t, "This repository signs neither its packages nor its records.", status(t, r, id).Reason)
		require.Equal(t, "Sign every version, and serve the signature with it.", status(t, r, id).Reach.Repository)
		require.Empty(t, status(t, r, id).Reach.Maintainer)
	}
}

// TestCrateBent: one thing is other than it should be.
func TestCrateBent(t *testing.T) {
	other := strings.Repeat("0b", 32)
	toml := func(from, to string) func(c *mint.Crate) {
		return func(c *mint.Crate) { c.Files["Cargo.toml"] = strings.Replace(c.Files["Cargo.toml"], from, to, 1) }
	}
	commit := func(text string) func(c *mint.Crate) {
		return func(c *mint.Crate) { c.Files[".cargo_vcs_info.json"] = text }
	}
	for name, c := range map[string]struct {
		bend           func(c *mint.Crate)
		failed         bool
		integrity      int
		accountability int
		check, says    string
	}{
		"another name inside":         {toml(`"Gold-Leaf"`, `"fools-gold"`), true, 0, 0, "name-enforced", `fail: Cargo.toml inside the package says name "fools-gold"`},
		"another version inside":      {toml(`"1.2.3+karat.24"`, `"1.2.4"`), true, 0, 0, "name-enforced", "fail: Cargo.toml inside the package says version"},
		"another folder":              {func(c *mint.Crate) { c.Root = "Gold-Leaf-1.2.2" }, true, 0, 0, "name-enforced", "fail: The folder inside the package says"},
		"no manifest":                 {func(c *mint.Crate) { delete(c.Files, "Cargo.toml") }, false, 1, 0, "name-inside", "fail: "},
		"a broken manifest":           {toml("[package]", "[package"), false, 1, 0, "name-inside", "fail: "},
		"a deep manifest":             {toml("[package]", "x = "+strings.Repeat("[", 200000)), false, 1, 0, "name-inside", "fail: "},
		"no table of a package":       {toml("[package]", "[other]"), true, 0, 0, "name-enforced", "fail: "},
		"an own mark of cargo's":      {func(c *mint.Crate) { c.Files[".cargo-ok"] = "ok" }, false, 1, 1, "archive-sound", "fail: "},
		"no repository":               {toml("repository", "homepage"), false, 1, 0, "source-stated", "absent: The package names the revision"},
		"no commit":                   {commit(`{"path_in_vcs":""}`), false, 1, 0, "source-stated", "absent: "},
		"a dirty tree":                {commit(`{"git":{"sha1":"` + strings.Repeat("0a", 20) + `","dirty":true}}`), false, 1, 0, "source-stated", "absent: "},
		"dirt that cannot be read":    {commit(`{"git":{"sha1":"` + strings.Repeat("0a", 20) + `","dirty":"yes"}}`), false, 1, 0, "source-stated", "absent: "},
		"a doubled commit":            {commit(`{"git":{"sha1":"x","sha1":"` + strings.Repeat("0a", 20) + `"}}`), false, 1, 0, "source-stated", "absent: "},
		"no commit's form":            {commit(`{"git":{"sha1":"main"}}`), false, 1, 0, "source-stated", "absent: "},
		"another digest in the index": {func(c *mint.Crate) { c.Entry = map[string]any{"cksum": other} }, true, 0, 0, "digest-matches", "fail: "},
		"another digest at the site":  {func(c *mint.Crate) { c.Site = map[string]any{"checksum": other} }, true, 0, 0, "digest-matches", "fail: "},
		"no digest in the index":      {func(c *mint.Crate) { c.Entry = map[string]any{"cksum": ""} }, false, 1, 1, "record-direct", "pass: "},
		"a newer form in the index":   {func(c *mint.Crate) { c.Entry = map[string]any{"v": 3} }, false, 1, 1, "record-direct", "pass: "},
		"a second entry":              {func(c *mint.Crate) { c.Others = []map[string]any{{"name": c.Name, "vers": c.Version, "cksum": other}} }, true, 0, 0, "digest-matches", "fail: "},
		"a record of another version": {func(c *mint.Crate) { c.Site = map[string]any{"num": "1.2.4"} }, false, 1, 1, "record-direct", "pass: "},
		"published by a build":        {func(c *mint.Crate) { c.Site = build("example/gold") }, false, 1, 1, "source-stated", "pass: "},
		"published by another build":  {func(c *mint.Crate) { c.Site = build("example/elsewhere") }, false, 1, 1, "source-agrees", "fail: The package states"},
		"a build, from a dirty tree": {func(c *mint.Crate) {
			commit(`{"git":{"sha1":"` + strings.Repeat("0a", 20) + `","dirty":true}}`)(c)
			c.Site = build("example/gold")
		}, false, 1, 0, "source-stated", "absent: "},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := goldCrate(c.bend)
			r := run(t, w, goldRef)
			require.Equal(t, c.failed, r.Report.Verdict.Failed, r.Report.Text(false))
			got := levels(r)
			require.Equal(t, c.integrity, got["integrity"][0], r.Report.Text(false))
			require.Equal(t, c.accountability, got["accountability"][0], r.Report.Text(false))
			require.True(t, strings.HasPrefix(outcome(t, r, c.check), c.says), outcome(t, r, c.check))
		})
	}
}

// build is what the site says of a version that a build service published.
func build(repository string) map[string]any {
	return map[string]any{"trustpub_data": map[string]any{"provider": "github", "repository": repository, "run_id": "1", "sha": strings.Repeat("0c", 20)}}
}

// TestCrateRoutes: by whose word the digest came.
func TestCrateRoutes(t *testing.T) {
	w, c := goldCrate(nil)
	for name, mute := range map[string][]string{
		"no index": {c.IndexAt(crateIndex)},
		"no site":  {c.SiteAt(crateSite)},
		"neither":  {c.IndexAt(crateIndex), c.SiteAt(crateSite)},
	} {
		t.Run(name, func(t *testing.T) {
			silent := w
			for _, url := range mute {
				silent = silent.But(url, page{Status: 503})
			}
			want := [2]int{1, 1}
			if len(mute) == 2 {
				want = [2]int{0, 1}
			}
			r := run(t, silent, goldRef)
			require.False(t, r.Report.Verdict.Failed)
			require.Equal(t, want, levels(r)["integrity"], r.Report.Text(false))
		})
	}
}

// TestCrateVersions: which version is taken where none is given, and what is
// offered where there is none.
func TestCrateVersions(t *testing.T) {
	entry := func(version string, yanked bool) map[string]any {
		return map[string]any{"name": "Gold-Leaf", "vers": version, "cksum": strings.Repeat("0b", 32), "yanked": yanked}
	}
	w, _ := goldCrate(func(c *mint.Crate) {
		c.Others = []map[string]any{entry("1.0.0", false), entry("2.0.0", true), entry("2.0.0-rc.1", false), entry("9.0", false), {"name": "other", "vers": "8.0.0"}, {"name": c.Name, "vers": "7.0.0", "v": 3}}
	})
	r := run(t, w, "https://crates.io/crates/gold-leaf")
	require.Equal(t, goldRef, r.Report.Reference)
	require.Contains(t, strings.Join(r.Report.Notes, " "), "You pasted gold-leaf. The name is written Gold-Leaf")
	require.Contains(t, strings.Join(r.Report.Notes, " "), "passed over")
	for reference, wants := range map[string][]string{
		"pkg:cargo/gold-leaf@1.1.0": {"no version 1.1.0", goldRef + ",", "pkg:cargo/Gold-Leaf@1.0.0"},
		"pkg:cargo/gold-leaf@1.2.3": {goldRef},
		"pkg:cargo/gold_leaf@1.0.0": {"no crate gold_leaf", "pkg:cargo/Gold-Leaf@1.0.0"},
		"pkg:cargo/nothing":         {"no crate nothing"},
	} {
		_, err := try(w, reference)
		require.Error(t, err, reference)
		for _, want := range wants {
			require.Contains(t, err.Error(), want)
		}
	}
	_, err := try(w.But("https://index.crates.io/go/ld/gold-leaf", page{Status: 500}), "pkg:cargo/gold-leaf")
	require.ErrorContains(t, err, "did not say which versions")
}

// TestCargoField: what others met, as it is today.
func TestCargoField(t *testing.T) {
	dir := corpus.Path(t, "field")
	for crate, checks := range map[realCrate]map[string]string{
		{"onslaught_counters", "0.0.1", "crates/onslaught_counters-0.0.1.crate", "crates/onslaught_counters.index"}: {"digest-matches": "pass: "},
		{"nucleo-f103rb", "0.3.0", "crates/nucleo-f103rb-0.3.0.crate", "crates/nucleo-f103rb.index"}:                {"archive-sound": "fail: ", "digest-matches": "pass: "},
		{"apache-avro", "0.21.0", "crates/apache-avro-0.21.0.crate", "crates/apache-avro.index"}:                    {"source-stated": "absent: The package names https://github.com/apache/avro-rs"},
		{"stable_deref_trait", "1.2.0", "crates/stable_deref_trait-1.2.0.crate", "crates/stable_deref_trait.index"}: {"digest-matches": "pass: "},
	} {
		r := run(t, crate.world(t, dir), "pkg:cargo/"+crate.Name+"@"+crate.Version)
		require.False(t, r.Report.Verdict.Failed, crate.Name)
		require.Equal(t, [2]int{1, 1}, levels(r)["integrity"], crate.Name)
		for check, begins := range checks {
			require.True(t, strings.HasPrefix(outcome(t, r, check), begins), outcome(t, r, check))
		}
	}
}

// TestCrateMutants damages every byte of what is served of an invented crate:
// its index, its record, its file.
func TestCrateMutants(t *testing.T) {
	t.Parallel()
	w, c := goldCrate(nil)
	mutate(t, w, []target{{url: c.IndexAt(crateIndex)}, {url: c.SiteAt(crateSite)}, {url: c.FileAt(crateFiles), covered: true}},
		func(w world) (*result, error) { return try(w, goldRef) })
}
