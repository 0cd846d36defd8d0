package pypi

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

func TestReadRecord(t *testing.T) {
	got, err := readRecord([]byte("a,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n\"b,\"\"c\"\"\",,\nRECORD,,\n"))
	require.NoError(t, err)
	require.Equal(t, []registry.Listed{
		{Path: "a", Size: 0, Algorithm: "sha256", Value: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{Path: `b,"c"`, Size: -1}, {Path: "RECORD", Size: -1},
	}, got)
	for bad, why := range map[string]string{
		"a,b": "2 parts", "a,,,": "4 parts", ",,": "3 parts", "a,,x": "no number", "a,,-1": "no number", "a,,9999999999999999999": "no number",
		"a,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=,": "cannot be read", "a,sha256=a+b,": "cannot be read", "a,sha256,": "", "\"a": "comma-separated",
	} {
		got, err := readRecord([]byte(bad))
		if why == "" {
			require.NoError(t, err)
			require.NotEmpty(t, got[0].Algorithm, "an algorithm without a value is a digest that differs")
			continue
		}
		require.ErrorContains(t, err, why, bad)
	}
}

func TestMetadata(t *testing.T) {
	m := readMetadata([]byte("Metadata-Version: 2.1\nName: Foo.Bar\r\nVersion: 1.0\nLicense: MIT\n        \n        more\nProject-URL: Source Code, https://github.com/o/r\n" +
		"Project-URL: Home-page, x\nHome-page: https://example.org\nRequires-Dist: b (>=1)\nRequires-Dist: c ; extra == 'x'\n\nName: in the description\n"))
	assert.Equal(t, "Foo.Bar", m.text("name"))
	assert.Equal(t, "MIT\n\nmore", m.text("license"))
	assert.Empty(t, m.about().License)
	assert.Equal(t, "https://github.com/o/r", m.repository())
	assert.Equal(t, []registry.Ingredient{{Ref: "pkg:pypi/b", Kind: "requires", Asked: ">=1"}, {Ref: "pkg:pypi/c", Kind: "optional", Asked: "; extra == 'x'"}}, m.requires())
	at := located{"foo-bar", "1.0.0", ""}
	for _, n := range m.names("METADATA", at) {
		assert.Equal(t, n.Asked, n.Stated, n.Field)
	}
	twice := readMetadata([]byte("Name: foo-bar\nName: evil\nVersion: 1.0.1\n"))
	for _, n := range twice.names("METADATA", at) {
		assert.NotEqual(t, n.Asked, n.Stated, n.Field)
	}
	for doc, want := range map[string]string{
		"Home-page: https://github.com/o/r\n": "https://github.com/o/r", "Home-page: https://example.org/o/r\n": "",
		"Project-URL: Homepage, https://gitlab.com/g/s/r\n":                             "https://gitlab.com/g/s/r",
		"Project-URL: Repository, https://git.example.org/o/r\nHome-page: https://x.y/": "https://git.example.org/o/r",
		"Project-URL: Docs, https://github.com/o/r\n":                                   "",
		"no header at all\nName: x\n":                                                   "",
	} {
		assert.Equal(t, want, readMetadata([]byte(doc)).repository(), doc)
	}
}

func TestRequirement(t *testing.T) {
	for line, want := range map[string]registry.Ingredient{
		"requests":                                  {Ref: "pkg:pypi/requests"},
		"Zope.Interface [a,b]>=1, <2":               {Ref: "pkg:pypi/zope.interface", Asked: ">=1,<2"},
		"x==1.0; python_version < \"3.8\"":          {Ref: "pkg:pypi/x", Asked: "==1.0 ; python_version < \"3.8\""},
		"x @ https://example.org/x.whl ; os == 'n'": {Ref: "pkg:generic/x?download_url=https:%2F%2Fexample.org%2Fx.whl"},
		"x @ https://e.org/x;extra=='a'":            {Ref: "pkg:generic/x?download_url=https:%2F%2Fe.org%2Fx%3Bextra%3D%3D%27a%27"},
		"x[a]@https://e.org/x ;extra == 'a'":        {Ref: "pkg:generic/x?download_url=https:%2F%2Fe.org%2Fx", Kind: "optional"},
		"x ; platform_release != \"extra\"":         {Ref: "pkg:pypi/x", Asked: "; platform_release != \"extra\""},
		"x ; extra == \"dev\"":                      {Ref: "pkg:pypi/x", Kind: "optional", Asked: "; extra == \"dev\""}, "": {}, "; a": {}, "-": {},
	} {
		got, ok := requirement(line)
		assert.Equal(t, want.Ref != "", ok, line)
		if want.Kind == "" && ok {
			want.Kind = "requires"
		}
		assert.Equal(t, want, got, line)
	}
}

func TestProvenance(t *testing.T) {
	read := func(doc string) ([]registry.Attestation, error) {
		return readProvenance(fetch.Answer{Body: []byte(doc), Route: fetch.Direct})
	}
	got, err := read(`{"version":1,"attestation_bundles":[{"publisher":{"kind":"GitHub","repository":"o/r","workflow":"w.yml","claims":{"a":1}},
		"attestations":[{"version":1,"envelope":{"statement":"cw==","signature":"c2ln"},"verification_material":{"certificate":"Y2VydA==","transparency_entries":[{"logIndex":"1"}]}},{"version":2}]}]}`)
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, "https://github.com/o/r", got[0].Publisher.Repository)
	require.Equal(t, ".github/workflows/w.yml", got[0].Publisher.Workflow)
	require.JSONEq(t, `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"certificate":{"rawBytes":"Y2VydA=="},"tlogEntries":[{"logIndex":"1"}]},
		"dsseEnvelope":{"payload":"cw==","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"c2ln"}]}}`, string(got[0].Bundle))
	require.NotContains(t, string(got[1].Bundle), "sigstore.bundle", "of a future, which the verifier does not know")
	for bad, why := range map[string]string{
		`{"version":2,"attestation_bundles":[]}`: "version", `{"attestation_bundles":[]}`: "version", `{"version":1}`: "no list of bundles", `[]`: "not an object",
		`{"version":1,"attestation_bundles":[{}]}`: "no list of attestations", `{"version":1,"attestation_bundles":[{"attestations":[1]}]}`: "no object",
		`{"version":1,"version":1,"attestation_bundles":[]}`:                                                                   "twice",
		`{"version":1,"attestation_bundles":[{"attestations":[` + strings.TrimSuffix(strings.Repeat(`{},`, 101), ",") + `]}]}`: "more than 100",
	} {
		_, err := read(bad)
		require.ErrorContains(t, err, why, bad)
	}
	for publisher, want := range map[string]*registry.Publisher{
		`{"kind":"GitLab","repository":"g/s/r","workflow_filepath":".gitlab-ci.yml"}`: {Issuer: "https://gitlab.com", Repository: "https://gitlab.com/g/s/r", Workflow: ".gitlab-ci.yml"},
		`{"kind":"Google","email":"a@b.c"}`:                                           {Issuer: "https://accounts.google.com", SAN: "a@b.c"},
		`{"kind":"Google"}`:                                                           nil, `{"kind":"GitHub"}`: nil, `{"kind":"ActiveState","organization":"o"}`: nil, `{}`: nil, `null`: nil, `"GitHub"`: nil,
	} {
		got, err := read(`{"version":1,"attestation_bundles":[{"publisher":` + publisher + `,"attestations":[{"version":1}]}]}`)
		require.NoError(t, err)
		if want != nil {
			want.Answer = got[0].Publisher.Answer
		}
		require.Equal(t, want, got[0].Publisher, publisher)
	}
}

// inspected packs files and inspects them.
func inspected(t testing.TB, name filename, at located, files map[string]string) registry.Inside {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	for path, text := range files {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: path, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}))
		_, err := w.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	i := newInspector(at, name)
	c, err := archive.Read(archive.TarGz, packed.Bytes(), archive.Options{Inspect: i.Open})
	require.NoError(t, err)
	return i.Inside(context.Background(), c.Files)
}

func TestSourceDistributions(t *testing.T) {
	at := located{"thing", "1.0", "thing-1.0.tar.gz"}
	const info = "Metadata-Version: 2.2\nName: thing\nVersion: 1.0\nRequires-Dist: b\n"
	for name, c := range map[string]struct {
		files      map[string]string
		runs       string
		read       bool
		undeclared bool
		names      int
	}{
		"a backend":     {map[string]string{"thing-1.0/PKG-INFO": info, "thing-1.0/pyproject.toml": "[build-system]\nrequires = ['hatchling>=1']\nbuild-backend = 'hatchling.build'\n"}, "hatchling.build, after pulling hatchling>=1.", true, false, 2},
		"its own":       {map[string]string{"thing-1.0/PKG-INFO": info, "thing-1.0/pyproject.toml": "[build-system]\nrequires=[]\nbuild-backend='b'\nbackend-path=['.']\n"}, "b out of the package itself.", true, false, 2},
		"of old":        {map[string]string{"thing-1.0/PKG-INFO": "Metadata-Version: 1.0\nName: thing\nVersion: 1.0\n", "thing-1.0/setup.py": "x"}, "setuptools. That may run its own setup.py.", true, true, 2},
		"dynamic":       {map[string]string{"thing-1.0/PKG-INFO": info + "Dynamic: Requires-Dist\n"}, "setuptools.", true, true, 2},
		"other case":    {map[string]string{"thing-1.0/PKG-INFO": info, "thing-1.0/pyproject.toml": "[Build-System]\nrequires=['x']\nbuild-backend='x'\n[build-system]\nRequires=['y']\nBuild-Backend='y'\n"}, "which runs setuptools.", true, false, 2},
		"other kinds":   {map[string]string{"thing-1.0/PKG-INFO": info, "thing-1.0/pyproject.toml": "[build-system]\nrequires='x'\n"}, "by what its pyproject.toml says", false, false, 2},
		"no end":        {map[string]string{"thing-1.0/PKG-INFO": info, "thing-1.0/pyproject.toml": "a" + strings.Repeat(".a", 100_000) + " = 1\n"}, "by what its pyproject.toml says", false, false, 2},
		"broken":        {map[string]string{"thing-1.0/PKG-INFO": info, "thing-1.0/pyproject.toml": "["}, "by what its pyproject.toml says", false, false, 2},
		"no PKG-INFO":   {map[string]string{"thing-1.0/setup.py": "x"}, "setuptools", false, false, 0},
		"without root":  {map[string]string{"PKG-INFO": info, "a/PKG-INFO": "Name: evil\n"}, "setuptools", true, false, 2},
		"two at a root": {map[string]string{"thing-1.0/PKG-INFO": info, "thing-1.0/a/PKG-INFO": "Name: evil\n"}, "setuptools", true, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			in := inspected(t, filename{ending: ".tar.gz"}, at, c.files)
			require.Len(t, in.Runs, 1)
			assert.Equal(t, "install", in.Runs[0].When)
			assert.Contains(t, in.Runs[0].What, c.runs)
			assert.Equal(t, c.read, in.Read, in.Unread)
			assert.Equal(t, c.undeclared, in.Undeclared != "")
			assert.Len(t, in.Names, c.names)
			for _, n := range in.Names {
				assert.Equal(t, n.Asked, n.Stated)
			}
			assert.Nil(t, in.List)
		})
	}
}

func TestBOM(t *testing.T) {
	for doc, want := range map[string]string{
		`{"bomFormat":"CycloneDX","components":[{"purl":"pkg:a/b","components":[{"purl":"pkg:c/d"}]},{"name":"x"},{"purl":"javascript:x"}]}`:                "pkg:a/b pkg:c/d",
		`{"spdxVersion":"SPDX-2.3","packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:a/b"},{"referenceType":"cpe23Type"}]},{}]}`: "pkg:a/b",
	} {
		parts, err := readBOM([]byte(doc))
		require.NoError(t, err)
		var refs []string
		for _, p := range parts {
			refs = append(refs, p.Ref)
		}
		assert.Equal(t, want, strings.Join(refs, " "))
	}
	for _, none := range []string{"", "<bom/>", "{}", "[]"} {
		_, err := readBOM([]byte(none))
		assert.Error(t, err, none)
	}
}

// FuzzDocuments reads hostile documents of every kind: none breaks, and what is
// read keeps what each reader promises.
func FuzzDocuments(f *testing.F) {
	for _, seed := range []string{"a,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nRECORD,,\n", "Name: a\nVersion: 1\nRequires-Dist: b[c]>=1; d\nProject-URL: Source, x\n\nbody",
		`{"meta":{"api-version":"1.4"},"name":"a","versions":["1"],"files":[{"filename":"a-1-py3-none-any.whl","url":"https://files.pythonhosted.org/packages/00/00/000000000000000000000000000000000000000000000000000000000000/a-1-py3-none-any.whl","hashes":{"sha256":"00"},"yanked":"x"}]}`,
		`{"version":1,"attestation_bundles":[{"publisher":{"kind":"GitHub","repository":"o/r"},"attestations":[{"version":1}]}]}`, "[build-system]\nrequires=['a']\nbuild-backend='b'", "1!2.0rc1.post2.dev3+a.1"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if listed, err := readRecord(doc); err == nil {
			for _, l := range listed {
				require.NotEmpty(t, l.Path)
				require.GreaterOrEqual(t, l.Size, int64(-1))
			}
		}
		m := readMetadata(doc)
		_, _, _ = m.repository(), m.requires(), m.about()
		if list, err := readProvenance(fetch.Answer{Body: doc}); err == nil {
			for _, a := range list {
				require.True(t, json.Valid(a.Bundle))
			}
		}
		p := &project{answer: fetch.Answer{State: fetch.Found, Body: doc}}
		if p.read("a") == nil {
			for _, e := range p.files {
				e.states()
				require.True(t, e.place() == "" || strings.HasPrefix(e.place(), "https://"+Files+"/packages/"))
			}
			p.newest()
		}
		i := newInspector(located{"a", "1", ""}, filename{})
		_, _ = i.Open("pyproject.toml", int64(len(doc))).Write(doc)
		i.building("", false)
		_, _ = readBOM(doc)
		if v, ok := parseVersion(string(doc)); ok {
			require.Zero(t, v.compare(v))
		}
	})
}

// TestStarts: what Python reads at each start, wherever a wheel puts it.
func TestStarts(t *testing.T) {
	for path, want := range map[string][2]bool{
		"a.pth": {true, false}, "a-1.data/purelib/a.pth": {true, false}, "a/a.pth": {}, "a-1.data/scripts/a.pth": {},
		"a-1.data/data/lib/python3.13/site-packages/a.pth": {true, false}, "a-1.data/data/Lib/site-packages/a.pth": {true, false},
		"a-1.data/data/share/a.pth": {}, "a-1.data/data/lib/python3/dist-packages/sub/a.pth": {},
		"sitecustomize.py": {false, true}, "usercustomize/__init__.py": {false, true}, "a-1.data/platlib/sitecustomize.cpython-313-x86_64-linux-gnu.so": {false, true},
		"a-1.data/data/lib/python3.13/site-packages/sitecustomize.pyc": {false, true},
		"sitecustomize.txt": {}, "sitecustomize/other.py": {}, "a/sitecustomize.py": {}, "sitecustomize": {},
	} {
		assert.Equal(t, want, [2]bool{isPth(path), isCustom(path)}, path)
	}
}
