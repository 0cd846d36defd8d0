package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/blake2b"

	"touchstone/internal/corpus"
)

const (
	pypiHost  = "https://pypi.org/"
	pypiFiles = "https://files.pythonhosted.org/"
)

// pypiServed are files of one version of a project as PyPI would serve them.
type pypiServed struct {
	name, version string
	files         map[string][]byte            // by file name
	provenance    map[string]any               // the answer, by file name; not there: none is announced
	metadata      map[string][]byte            // beside a file, by its name
	bend          func(file map[string]any)    // what the index says of each file
	project       func(project map[string]any) // and of the project
}

// pypiPlace is where PyPI serves these bytes under a name.
func pypiPlace(file string, raw []byte) string {
	sum := blake2b.Sum256(raw)
	h := hex.EncodeToString(sum[:])
	return pypiFiles + "packages/" + h[:2] + "/" + h[2:4] + "/" + h[4:] + "/" + file
}

func (s pypiServed) attested(file string) string {
	return pypiHost + "integrity/" + s.name + "/" + s.version + "/" + file + "/provenance"
}

func (s pypiServed) index() string { return pypiHost + "simple/" + s.name + "/" }

func (s pypiServed) world(t testing.TB) world {
	t.Helper()
	w := world{}
	var files []any
	for _, file := range slices.Sorted(maps.Keys(s.files)) {
		raw := s.files[file]
		sum := sha256.Sum256(raw)
		entry := map[string]any{"filename": file, "url": pypiPlace(file, raw), "hashes": map[string]any{"sha256": hex.EncodeToString(sum[:])},
			"size": len(raw), "upload-time": "2024-11-06T22:37:15.123456Z", "yanked": false, "core-metadata": false, "provenance": nil}
		if m, served := s.metadata[file]; served {
			sum := sha256.Sum256(m)
			entry["core-metadata"] = map[string]any{"sha256": hex.EncodeToString(sum[:])}
			w[pypiPlace(file, raw)+".metadata"] = ok(m)
		}
		if p, served := s.provenance[file]; served {
			entry["provenance"] = s.attested(file)
			w[s.attested(file)] = ok(marshalled(t, p))
		}
		if s.bend != nil {
			s.bend(entry)
		}
		files = append(files, entry)
		w[pypiPlace(file, raw)] = ok(raw)
	}
	project := map[string]any{"meta": map[string]any{"api-version": "1.4"}, "name": s.name, "versions": []any{s.version}, "files": files,
		"project-status": map[string]any{"status": "active"}}
	if s.project != nil {
		s.project(project)
	}
	w[s.index()] = ok(marshalled(t, project))
	return w
}

func sha256Hex(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func marshalled(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return raw
}

// one is a project with one file.
func (s pypiServed) one(file string, raw []byte) pypiServed {
	s.files = map[string][]byte{file: raw}
	return s
}

func pypiFile(t testing.TB, parts ...string) []byte {
	t.Helper()
	raw, err := os.ReadFile(corpus.Path(t, parts...))
	require.NoError(t, err)
	return raw
}

// bundled is a provenance document of these attestations by one publisher.
func bundled(publisher any, attestations ...[]byte) map[string]any {
	var list []any
	for _, a := range attestations {
		list = append(list, json.RawMessage(a))
	}
	return map[string]any{"version": 1, "attestation_bundles": []any{map[string]any{"publisher": publisher, "attestations": list}}}
}

func github(repository, workflow string) map[string]any {
	return map[string]any{"kind": "GitHub", "repository": repository, "workflow": workflow, "environment": ""}
}

// TestPyPICorpusAttestations audits every attestation of the corpus over its file,
// directly and by replay, under the publisher that PyPI names.
func TestPyPICorpusAttestations(t *testing.T) {
	eco := func(name string) []byte { return pypiFile(t, "eco", "pypi", "attestations", name) }
	ecoFile := func(name string) []byte { return pypiFile(t, "eco", "pypi", "files", name) }
	older := func(name string) []byte { return pypiFile(t, "pypi-attestations", name) }
	const tarball = "pypi_attestations-0.0.19.tar.gz"
	models := github("trailofbits/pypi-attestation-models", "release.yml")
	attestations := github("trailofbits/pypi-attestations", "release.yml")
	for name, c := range map[string]struct {
		project, file  string
		raw            []byte
		provenance     any
		direct, replay map[string][2]int
		check, says    string
		contains       string
		failed         bool
	}{
		"sampleproject": {"sampleproject@4.0.0", "sampleproject-4.0.0.tar.gz", ecoFile("sampleproject-4.0.0.tar.gz"), json.RawMessage(eco("sampleproject-4.0.0.tar.gz.provenance")),
			both(3, 3, 2, 2), both(0, 3, 0, 2), "build-attested", "pass", "signed in run https://github.com/pypa/sampleproject/actions/runs/", false},
		"another file's": {"sampleproject@3.0.0", "sampleproject-3.0.0.tar.gz", ecoFile("sampleproject-3.0.0.tar.gz"), json.RawMessage(eco("sampleproject-4.0.0.tar.gz.provenance")),
			both(0, 0, 0, 0), both(0, 0, 0, 0), "attestations-genuine", "fail", "not about this version", true},
		"the sdist's for the wheel": {"sampleproject@4.0.0", "sampleproject-4.0.0-py3-none-any.whl", ecoFile("sampleproject-4.0.0-py3-none-any.whl"), json.RawMessage(eco("sampleproject-4.0.0.tar.gz.provenance")),
			both(0, 0, 0, 0), both(0, 0, 0, 0), "attestations-genuine", "fail", "not about this version", true},
		"another publisher's": {"sampleproject@4.0.0", "sampleproject-4.0.0.tar.gz", ecoFile("sampleproject-4.0.0.tar.gz"), republished(t, eco("sampleproject-4.0.0.tar.gz.provenance"), github("pypa/other", "release.yml")),
			both(0, 0, 0, 0), both(0, 0, 0, 0), "attestations-genuine", "fail", "not the publisher that the repository names", true},
		"another workflow's": {"sampleproject@4.0.0", "sampleproject-4.0.0.tar.gz", ecoFile("sampleproject-4.0.0.tar.gz"), republished(t, eco("sampleproject-4.0.0.tar.gz.provenance"), github("pypa/sampleproject", "other.yml")),
			both(0, 0, 0, 0), both(0, 0, 0, 0), "attestations-genuine", "fail", "another workflow", true},
		"a stranger, of whom PyPI says nothing": {"sampleproject@3.0.0", "sampleproject-3.0.0.tar.gz", ecoFile("sampleproject-3.0.0.tar.gz"), bundled(nil, eco("sampleproject-3.0.0.tar.gz.publish.attestation")),
			both(1, 3, 0, 0), both(0, 3, 0, 2), "signer-identity", "unknown", "not known to speak for this package", false},
		"a stranger, under a kind of publisher that is not known": {"sampleproject@3.0.0", "sampleproject-3.0.0.tar.gz", ecoFile("sampleproject-3.0.0.tar.gz"), bundled(map[string]any{"kind": "ActiveState", "organization": "x"}, eco("sampleproject-3.0.0.tar.gz.publish.attestation")),
			both(1, 3, 0, 0), both(0, 3, 0, 2), "signer-identity", "unknown", "not known to speak for this package", false},
		"a stranger, in the publisher's place": {"sampleproject@3.0.0", "sampleproject-3.0.0.tar.gz", ecoFile("sampleproject-3.0.0.tar.gz"), bundled(github("pypa/sampleproject", "release.yml"), eco("sampleproject-3.0.0.tar.gz.publish.attestation")),
			both(0, 0, 0, 0), both(0, 0, 0, 0), "attestations-genuine", "fail", "another identity provider", true},
		"Google": {"sampleproject@3.0.0", "sampleproject-3.0.0.tar.gz", ecoFile("sampleproject-3.0.0.tar.gz"), bundled(map[string]any{"kind": "Google", "email": "919436158236-compute@developer.gserviceaccount.com"}, eco("sampleproject-3.0.0.tar.gz.publish.attestation")),
			both(3, 3, 0, 0), both(0, 3, 0, 2), "signer-identity", "pass", "919436158236-compute@developer.gserviceaccount.com", false},
		"GitLab": {"gitlab-oidc-project@0.0.3", "gitlab_oidc_project-0.0.3.tar.gz", ecoFile("gitlab_oidc_project-0.0.3.tar.gz"), bundled(map[string]any{"kind": "GitLab", "repository": "facutuesca/gitlab-oidc-project", "workflow_filepath": ".gitlab-ci.yml"}, eco("gitlab_oidc_project-0.0.3.tar.gz.publish.attestation")),
			both(3, 3, 1, 1), both(0, 3, 0, 1), "build-attested", "pass", "signed in run", false},
		"models": {"pypi-attestation-models@0.0.4a2", "pypi_attestation_models-0.0.4a2.tar.gz", older("pypi_attestation_models-0.0.4a2.tar.gz"), bundled(models, older("pypi_attestation_models-0.0.4a2.tar.gz.attestation")),
			both(3, 3, 2, 2), both(0, 3, 0, 2), "attestations-genuine", "pass", "", false},
		"0.0.19": {"pypi-attestations@0.0.19", tarball, older(tarball), json.RawMessage(older(tarball + ".provenance")),
			both(3, 3, 2, 2), both(0, 3, 0, 2), "build-attested", "pass", "signed in run", false},
		"0.0.19, publish": {"pypi-attestations@0.0.19", tarball, older(tarball), bundled(attestations, older(tarball+".publish.attestation")),
			both(3, 3, 2, 2), both(0, 3, 0, 2), "build-attested", "pass", "signed in run", false},
		"0.0.19, SLSA": {"pypi-attestations@0.0.19", tarball, older(tarball), bundled(attestations, older(tarball+".slsa.attestation")),
			both(3, 3, 2, 2), both(0, 3, 0, 2), "build-attested", "pass", "binds these bytes to", false},
		"staging": {"rfc8785@0.1.2", "rfc8785-0.1.2-py3-none-any.whl", older("rfc8785-0.1.2-py3-none-any.whl"), bundled(github("trailofbits/rfc8785.py", "release.yml"), older("rfc8785-0.1.2-py3-none-any.whl.publish.attestation")),
			both(0, 0, 0, 0), both(0, 0, 0, 0), "attestations-genuine", "fail", "", true},
		"staging, the other": {"rfc8785@0.1.2", "rfc8785-0.1.2-py3-none-any.whl", older("rfc8785-0.1.2-py3-none-any.whl"), bundled(nil, older("rfc8785-0.1.2-py3-none-any.whl.attestation")),
			both(0, 0, 0, 0), both(0, 0, 0, 0), "attestations-genuine", "fail", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			project, version, _ := strings.Cut(c.project, "@")
			s := pypiServed{name: project, version: version, provenance: map[string]any{c.file: c.provenance}}.one(c.file, c.raw)
			w := s.world(t)
			ref := "pkg:pypi/" + c.project
			r := fresh(t, w, ref)
			require.Equal(t, c.direct, levels(r), r.Report.Text(false))
			has(t, r, c.check, c.says, c.contains)
			require.Equal(t, c.failed, r.Report.Verdict.Failed)
			r = replayed(t, w, ref)
			require.Equal(t, c.replay, levels(r), r.Report.Text(false))
		})
	}
}

// republished is a provenance document under another publisher.
func republished(t testing.TB, raw []byte, publisher map[string]any) any {
	t.Helper()
	var doc map[string]any
	require.NoError(t, json.Unmarshal(raw, &doc))
	doc["attestation_bundles"].([]any)[0].(map[string]any)["publisher"] = publisher
	return doc
}

// TestPyPICorpusFiles audits the files of the corpus that are not attested, over
// the index as it was fetched: one that leaves out provenance and metadata.
func TestPyPICorpusFiles(t *testing.T) {
	dir := corpus.Path(t, "eco", "pypi", "files")
	all, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	for _, name := range []string{"mypy-extensions", "iniconfig", "sampleproject"} {
		w := world{}
		index := pypiFile(t, "eco", "pypi", "simple", name+".json")
		w[pypiHost+"simple/"+name+"/"] = ok(index)
		var here []string
		for _, file := range all {
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			base := path.Base(file)
			at := regexp.MustCompile(`https://files[^"]*/` + regexp.QuoteMeta(strings.TrimSuffix(base, ".metadata")) + `"`).Find(index)
			if at == nil {
				continue
			}
			w[strings.Trim(string(at), `"`)+strings.TrimPrefix(base, strings.TrimSuffix(base, ".metadata"))] = ok(raw)
			if !strings.HasSuffix(base, ".metadata") {
				require.Equal(t, pypiPlace(base, raw), strings.Trim(string(at), `"`), "the address is the file's BLAKE2b-256")
				here = append(here, base)
			}
		}
		require.NotEmpty(t, here)
		for _, file := range here {
			t.Run(file, func(t *testing.T) {
				version := regexp.MustCompile(`-([0-9.]*[0-9])`).FindStringSubmatch(file)[1]
				r := fresh(t, w, "pkg:pypi/"+name+"@"+version+"?file_name="+file)
				require.Equal(t, [2]int{1, 3}, levels(r)["integrity"], r.Report.Text(false))
				has(t, r, "digest-matches", "pass", "")
				has(t, r, "name-inside", "pass", "")
				has(t, r, "archive-sound", "pass", "")
				has(t, r, "attestations-genuine", "unknown", "does not say whether there are any")
				has(t, r, "list-inside", map[bool]string{true: "pass", false: "not applicable"}[strings.HasSuffix(file, ".whl")], "")
				require.Contains(t, facts(r), "digest-matches\x00blake2b-256 of artifact\x00"+blake(t, file))
				r = replayed(t, w, "pkg:pypi/"+name+"@"+version+"?file_name="+file)
				require.Equal(t, [2]int{0, 3}, levels(r)["integrity"], r.Report.Text(false))
			})
		}
		// A refusal in PyPI's own form says that there is none.
		no := page{Status: 404, Body: []byte(`{"message":"No provenance available"}`)}
		file := here[0]
		version := regexp.MustCompile(`-([0-9.]*[0-9])`).FindStringSubmatch(file)[1]
		r := fresh(t, w.But(pypiHost+"integrity/"+name+"/"+version+"/"+file+"/provenance", no), "pkg:pypi/"+name+"@"+version+"?file_name="+file)
		require.Equal(t, [2]int{1, 1}, levels(r)["integrity"], r.Report.Text(false))
	}
}

func blake(t testing.TB, file string) string {
	t.Helper()
	sum := blake2b.Sum256(pypiFile(t, "eco", "pypi", "files", file))
	return hex.EncodeToString(sum[:])
}

// TestPyPICorpusRecordMismatch: a wheel whose own list is not what is inside,
// under an index that states its digest, and under one that states the digest of
// the whole one.
func TestPyPICorpusRecordMismatch(t *testing.T) {
	const file = "iniconfig-2.0.0-py3-none-any.whl"
	bad := pypiFile(t, "eco", "pypi", "derived", "iniconfig-2.0.0-record-mismatch.whl")
	s := pypiServed{name: "iniconfig", version: "2.0.0"}.one(file, bad)
	r := fresh(t, s.world(t), "pkg:pypi/iniconfig@2.0.0")
	require.Equal(t, [2]int{1, 1}, levels(r)["integrity"], r.Report.Text(false))
	has(t, r, "list-inside", "fail", "iniconfig/__init__.py")
	require.NotEmpty(t, r.Report.Verdict.Alarms)
	whole := pypiServed{name: "iniconfig", version: "2.0.0"}.one(file, pypiFile(t, "eco", "pypi", "files", file))
	w := whole.world(t)
	w[pypiPlace(file, whole.files[file])] = ok(bad)
	r = fresh(t, w, "pkg:pypi/iniconfig@2.0.0")
	require.True(t, r.Report.Verdict.Failed)
	has(t, r, "digest-matches", "fail", "not the same bytes")
}

// TestPyPICorpusYanked: the reason is told, and no level falls.
func TestPyPICorpusYanked(t *testing.T) {
	w := world{pypiHost + "simple/attrs/": ok(pypiFile(t, "eco", "pypi", "simple", "attrs-cut.json"))}
	r := fresh(t, w, "pkg:pypi/attrs@21.1.0")
	require.Contains(t, r.Report.Text(false), "Installable but not importable on Python 3.4.")
	r = fresh(t, w, "attrs==21.2.0")
	require.NotContains(t, r.Report.Text(false), "Installable but not importable")
	r = fresh(t, w, "pkg:pypi/attrs")
	require.True(t, bytes.Contains([]byte(r.Report.Reference), []byte("@21.2.0")), r.Report.Reference)
}

// TestPyPICorpusCross: every attestation of the corpus, over every other file of
// it, is about something else.
func TestPyPICorpusCross(t *testing.T) {
	type attested struct{ project, version, file, attestation string }
	all := []attested{
		{"sampleproject", "3.0.0", "eco/pypi/files/sampleproject-3.0.0.tar.gz", "eco/pypi/attestations/sampleproject-3.0.0.tar.gz.publish.attestation"},
		{"gitlab-oidc-project", "0.0.3", "eco/pypi/files/gitlab_oidc_project-0.0.3.tar.gz", "eco/pypi/attestations/gitlab_oidc_project-0.0.3.tar.gz.publish.attestation"},
		{"pypi-attestation-models", "0.0.4a2", "pypi-attestations/pypi_attestation_models-0.0.4a2.tar.gz", "pypi-attestations/pypi_attestation_models-0.0.4a2.tar.gz.attestation"},
		{"pypi-attestations", "0.0.19", "pypi-attestations/pypi_attestations-0.0.19.tar.gz", "pypi-attestations/pypi_attestations-0.0.19.tar.gz.publish.attestation"},
	}
	for _, a := range all {
		for _, other := range all {
			if a == other {
				continue
			}
			base := path.Base(a.file)
			s := pypiServed{name: a.project, version: a.version, provenance: map[string]any{base: bundled(nil, pypiFile(t, other.attestation))}}.one(base, pypiFile(t, a.file))
			r := fresh(t, s.world(t), "pkg:pypi/"+a.project+"@"+a.version)
			require.True(t, r.Report.Verdict.Failed, r.Report.Text(false))
			has(t, r, "attestations-genuine", "fail", "not about this version")
		}
	}
}

// TestPyPICorpusStagingWithoutItsFile: what another instance vouches for is wrong
// whether or not the file arrives.
func TestPyPICorpusStagingWithoutItsFile(t *testing.T) {
	const file = "spt3g-1.0-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
	s := pypiServed{name: "spt3g", version: "1.0", provenance: map[string]any{file: bundled(github("CMB-S4/spt3g_software", "wheels.yml"), pypiFile(t, "eco", "pypi", "attestations", file+".publish.attestation"))}}.one(file, nil)
	w := s.world(t)
	delete(w, pypiPlace(file, nil))
	r := fresh(t, w, "pkg:pypi/spt3g@1.0")
	require.True(t, r.Report.Verdict.Failed, r.Report.Text(false))
	has(t, r, "attestations-genuine", "fail", "public instance")
}
