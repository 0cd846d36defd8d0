//go:build touchstone_testanchors

package audit_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/sigstore"
)

// fieldServed are the cases of ecosystems that were not served when they were
// gathered.
var fieldServed = map[string]func(*testing.T){
	"E01": pypiNames,
	"E03": listWithSlashes,
	"E05": indexBehind,
	"E06": func(t *testing.T) {
		r := fieldCrate(t, "nucleo-f103rb", "0.3.0", nil)
		has(t, r, "archive-sound", "fail", "Cargo.toml.orig")
		has(t, r, "archive-sound", "fail", "more than one entry")
		require.NotEmpty(t, r.Report.Verdict.Alarms)
	},
	"E08": func(t *testing.T) {
		r := fieldCrate(t, "apache-avro", "0.21.0", nil)
		has(t, r, "source-stated", "absent", "at 0f87fd5fcd57557b3831bed7a4540d7c63517dec, but it was made from files with changes that no commit has")
		require.NotEqual(t, "met", string(status(t, r, "accountability-stated").Status))
	},
	"E10": func(t *testing.T) {
		r := fieldPOM(t, "com.fasterxml.jackson.jaxrs", "jackson-jaxrs-base", "2.12.2", "jackson-jaxrs-base")
		require.True(t, r.Report.Verdict.Failed, r.Report.Text(false))
		has(t, r, "key-signature", "fail", "not over these bytes")
	},
	"E18": func(t *testing.T) {
		r := fieldPOM(t, "com.fasterxml.jackson.datatype", "jackson-datatype-joda", "2.13.0", "jackson-joda")
		require.False(t, r.Report.Verdict.Failed, r.Report.Text(false))
		has(t, r, "key-signature", "pass", "That key ended on 2022-08-01; the signature says that it is of 20")
	},
	"E14": allReferrers,
	"E16": func(t *testing.T) { requireSaid(t, "B16") },
	"E17": condaBundle,
}

// requireSaid is for a case that is another's.
func requireSaid(t *testing.T, id string) { require.NotEmpty(t, fieldBundles[id].refused) }

// pypiNames: the statement is about the file under its name, however that is
// spelt, and wheel and source archive are told apart.
func pypiNames(t *testing.T) {
	const at, wheel, sdist = "sigstore-4.5.0", "sigstore-4.5.0-py3-none-any.whl", "sigstore-4.5.0.tar.gz"
	doc := func(name string) any {
		var v any
		require.NoError(t, json.Unmarshal(pypiFile(t, "field", "pypi", at, name), &v))
		return v
	}
	s := pypiServed{name: "sigstore", version: "4.5.0", files: map[string][]byte{wheel: pypiFile(t, "field", "pypi", at, wheel), sdist: pypiFile(t, "field", "pypi", at, sdist)},
		provenance: map[string]any{wheel: doc("sigstore-4.5.0-whl-provenance.json"), sdist: doc("sigstore-4.5.0-sdist-provenance.json")}}
	for _, file := range []string{wheel, sdist} {
		r := fresh(t, s.world(t), "pkg:pypi/sigstore@4.5.0?file_name="+file)
		require.Equal(t, [2]int{3, 3}, levels(r)["integrity"], r.Report.Text(false))
	}
	s.provenance[wheel], s.provenance[sdist] = s.provenance[sdist], s.provenance[wheel]
	for _, file := range []string{wheel, sdist} {
		r := fresh(t, s.world(t), "pkg:pypi/sigstore@4.5.0?file_name="+file)
		require.True(t, r.Report.Verdict.Failed)
		has(t, r, "attestations-genuine", "fail", "not about this version")
	}
}

// listWithSlashes is a wheel with the list of the case, and files as it names
// them: its rows begin with a slash, so that no row names an entry.
func listWithSlashes(t *testing.T) {
	const file = "selenium-4.1.0-py3-none-any.whl"
	list := pypiFile(t, "field", "pypi", "record", file+".RECORD")
	var listed struct{ Entries []struct{ Name string } }
	require.NoError(t, json.Unmarshal(pypiFile(t, "field", "pypi", "record", file+".entries.json"), &listed))
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, e := range listed.Entries {
		w, err := z.Create(e.Name)
		require.NoError(t, err)
		switch {
		case strings.HasSuffix(e.Name, "dist-info/RECORD"):
			_, err = w.Write(list)
		case strings.HasSuffix(e.Name, "dist-info/METADATA"):
			_, err = io.WriteString(w, "Metadata-Version: 2.1\nName: selenium\nVersion: 4.1.0\n")
		case strings.HasSuffix(e.Name, "dist-info/WHEEL"):
			_, err = io.WriteString(w, "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
		}
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	s := pypiServed{name: "selenium", version: "4.1.0"}.one(file, packed.Bytes())
	r := fresh(t, s.world(t), "pkg:pypi/selenium@4.1.0")
	has(t, r, "list-inside", "fail", "")
	require.Contains(t, strings.Join(r.Report.Verdict.Alarms, " "), "RECORD")
}

func fieldCrate(t *testing.T, name, version string, bend func(w world, c realCrate)) *result {
	c := realCrate{name, version, "crates/" + name + "-" + version + ".crate", "crates/" + name + ".index"}
	w := c.world(t, corpus.Path(t, "field"))
	if bend != nil {
		bend(w, c)
	}
	return run(t, w, "pkg:cargo/"+name+"@"+version)
}

// indexBehind: the file differed from the index for a while; what is served now
// agrees.
func indexBehind(t *testing.T) {
	has(t, fieldCrate(t, "onslaught_counters", "0.0.1", nil), "digest-matches", "pass", "")
	r := fieldCrate(t, "onslaught_counters", "0.0.1", func(w world, c realCrate) {
		then := w[c.fileURL()].Body
		w[c.fileURL()] = ok(append(bytes.Clone(then), 0))
	})
	require.True(t, r.Report.Verdict.Failed)
	has(t, r, "digest-matches", "fail", "not the same bytes")
}

// fieldPOM audits a POM of the cases with its project's keys.
func fieldPOM(t *testing.T, group, artifact, version, called string) *result {
	w := world{}
	for _, ending := range []string{".pom", ".pom.asc", ".pom.sha1"} {
		raw, err := os.ReadFile(corpus.Path(t, "field", "maven", called+"-"+version+ending))
		require.NoError(t, err)
		w[mavenFile(group, artifact, version, ending)] = ok(raw)
	}
	o := mavenOptions(w)
	var err error
	o.Keys, err = os.ReadFile(corpus.Path(t, "field", "maven", "fasterxml-KEYS.asc"))
	require.NoError(t, err)
	r, err := ask(t.Context(), "pkg:maven/"+group+"/"+artifact+"@"+version+"?type=pom", o)
	require.NoError(t, err)
	return r
}

// allReferrers: what refers to an image is listed, from the API and from the tag
// in its place, and a chain of references that comes back to its beginning ends.
func allReferrers(t *testing.T) {
	dir := t.TempDir()
	raw, err := os.ReadFile(corpus.Path(t, "field", "oci", "regclient-testrepo.tar.gz"))
	require.NoError(t, err)
	inflated, err := gzip.NewReader(bytes.NewReader(raw))
	require.NoError(t, err)
	for archive := tar.NewReader(inflated); ; {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		data, err := io.ReadAll(archive)
		require.NoError(t, err)
		if h.Typeflag == tar.TypeReg {
			at := filepath.Join(dir, filepath.FromSlash(h.Name))
			require.True(t, filepath.IsLocal(filepath.FromSlash(h.Name)))
			require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o755))
			require.NoError(t, os.WriteFile(at, data, 0o600))
		}
	}
	for name, api := range map[string]bool{"by the API": true, "by the tag": false} {
		l := newLayout("quay.io", "regclient/testrepo")
		l.folder(t, dir)
		if !api {
			for address := range l.w {
				if strings.Contains(address, "/referrers/") {
					delete(l.w, address)
				}
			}
		}
		kinds := map[string][]string{"v2": {"application/example.sbom", "application/example.signature"}}
		for tag, referrers := range map[string][]string{"v2": {"0484e93c23cd", "741132f956e1"}, "child": {"d69399e05204"}} {
			o := options(l.w)
			o.Time = time.Date(2026, time.October, 20, 12, 0, 0, 0, time.UTC)
			r, err := ask(t.Context(), "quay.io/regclient/testrepo:"+tag, o)
			require.NoError(t, err, name)
			require.False(t, r.Report.Verdict.Failed)
			for _, kind := range kinds[tag] {
				require.Contains(t, strings.Join(r.Report.Notes, " "), kind, name)
			}
			for _, digest := range referrers {
				read := 0
				for _, x := range r.Record.Exchanges() {
					if strings.Contains(x.URL, "/manifests/sha256:"+digest) && x.Status == 200 {
						read++
					}
				}
				require.Equal(t, 1, read, "%s of %s, %s", digest, tag, name)
			}
		}
	}
}

// condaBundle: the statement of a conda package is about its file name and its
// SHA-256.
func condaBundle(t *testing.T) {
	read := func(name string) ([]byte, error) { return os.ReadFile(corpus.Path(t, "field", "conda", name)) }
	production, err := os.ReadFile(corpus.Path(t, "sigstore-trust", "public-good", "trusted_root.json"))
	require.NoError(t, err)
	root, err := sigstore.ParseRoot(production)
	require.NoError(t, err)
	bundle, err := read("actionlint.sigstore.json")
	require.NoError(t, err)
	const digest = "e3e0f35dec5b09b18baac8729d14115903b5adfd25065f8bbb90a2b3be5401e4"
	v, err := sigstore.Verify(sigstore.Query{Bundle: bundle, Root: root, AnyArtifact: true})
	require.NoError(t, err)
	require.Len(t, v.Statement.Subjects, 1)
	require.Equal(t, digest, v.Statement.Subjects[0].Digests["sha256"])
	require.Regexp(t, `^actionlint-.*\.conda$`, v.Statement.Subjects[0].Name)
}
