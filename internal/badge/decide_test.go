package badge

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/purl"
)

func TestRead(t *testing.T) {
	tests := map[string]struct {
		form form
		ref  string // empty: refused
	}{
		"/badge/npm/sigstore@4.0.0.svg":                                   {picture, "pkg:npm/sigstore@4.0.0"},
		"/badge/npm/sigstore@4.0.0.json":                                  {endpoint, "pkg:npm/sigstore@4.0.0"},
		"/api/report/npm/sigstore@4.0.0":                                  {report, "pkg:npm/sigstore@4.0.0"},
		"/badge/npm/sigstore.svg":                                         {picture, "pkg:npm/sigstore"},
		"/badge/npm/@sigstore/core@1.0.0.svg":                             {picture, "pkg:npm/%40sigstore/core@1.0.0"},
		"/badge/npm/%40sigstore/core@1.0.0.svg":                           {picture, "pkg:npm/%40sigstore/core@1.0.0"},
		"/badge/npm/package.json.svg":                                     {picture, "pkg:npm/package.json"},
		"/badge/npm/package.json":                                         {endpoint, "pkg:npm/package"},
		"/badge/golang/github.com/pkg/errors@v0.9.1.svg":                  {picture, "pkg:golang/github.com/pkg/errors@v0.9.1"},
		"/badge/golang/github.com/BurntSushi/toml@v1.0.0.svg":             {picture, "pkg:golang/github.com/BurntSushi/toml@v1.0.0"},
		"/badge/golang/a.org/b@v2.0.0+incompatible.svg":                   {picture, "pkg:golang/a.org/b@v2.0.0%2Bincompatible"},
		"/badge/deb/debian/hello@2.10-3%3Farch=arm64&distro=bookworm.svg": {picture, "pkg:deb/debian/hello@2.10-3?arch=arm64&distro=bookworm"},
		"/badge/deb/debian/hello%3Farch=arm64.json":                       {endpoint, "pkg:deb/debian/hello?arch=arm64"},
		"/badge/maven/a.b/c@1%3fclassifier=sources.svg":                   {picture, "pkg:maven/a.b/c@1?classifier=sources"},
		"/api/report/pypi/a@1%3Ffile_name=a-1-py3-none-any.whl":           {report, "pkg:pypi/a@1?file_name=a-1-py3-none-any.whl"},

		"/badge/": {},
		"/badge/deb/debian/hello@1?arch=arm64.svg":                     {form: picture},
		"/badge/deb/debian/hello@1%3Fcolour=red.svg":                   {form: picture},
		"/badge/deb/debian/hello@1%3Farch=a%0Ab.svg":                   {form: picture},
		"/badge/deb/debian/hello@1%3Farch=%3Ctext%3E.svg":              {form: picture},
		"/badge/npm/a@1.0.0%3Frepository_url=https://evil.example.svg": {form: picture},
		"/badge/npm/a@1.0.0%3Fx%3Fy=1.svg":                             {form: picture},
		"/badge/npm/sigstore@4.0.0":                                    {},
		"/badge/npm/sigstore@4.0.0.png":                                {},
		"/badge/.svg":                                                  {form: picture},
		"/badge/npm.svg":                                               {form: picture},
		"/badge/npm/a@1.0.0%3Fchecksum=sha1:00.svg":                    {form: picture},
		"/badge/npm/a@latest.svg":                                      {form: picture},
		"/badge/npm/a@1.0.0%23x.svg":                                   {form: picture},
		"/badge/npm/../../etc/passwd.svg":                              {form: picture},
		"/badge/npm/a%2f..%2fb@1.0.0.svg":                              {form: picture},
		"/badge/npm/a%0ab@1.0.0.svg":                                   {form: picture},
		"/badge/npm/%E2%80%AEa@1.0.0.svg":                              {form: picture},
		"/badge/https://evil.example/a@1.svg":                          {form: picture},
		"/badge/nosuchtype/a@1.0.0.svg":                                {form: picture},
		"/other/npm/a@1.0.0.svg":                                       {},
	}
	for path, want := range tests {
		a, err := read(path)
		if want.ref == "" {
			assert.Error(t, err, path)
			continue
		}
		require.NoError(t, err, path)
		assert.Equal(t, want.form, a.form, path)
		assert.Equal(t, want.ref, a.ref.String(), path)
		assert.Equal(t, !strings.Contains(strings.TrimPrefix(want.ref, "pkg:npm/%40"), "@"), a.moving() != "", path)
	}
}

// TestImagesAreRead: as clients write them, by a digest or by a tag.
func TestImagesAreRead(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0a", 32)
	for path, want := range map[string][3]string{ // reference, tag, in which words nothing exact was named
		"/badge/oci/ghcr.io/example/thing@" + digest + ".svg":                                    {"pkg:oci/thing@" + digest + "?repository_url=ghcr.io%2Fexample%2Fthing"},
		"/badge/oci/docker.io/library/nginx@" + strings.Replace(digest, ":", "%3A", 1) + ".json": {"pkg:oci/nginx@" + digest + "?repository_url=docker.io%2Flibrary%2Fnginx"},
		"/api/report/oci/ghcr.io/example/thing@" + digest:                                        {"pkg:oci/thing@" + digest + "?repository_url=ghcr.io%2Fexample%2Fthing"},
		"/badge/oci/quay.io/a/b/c:v1.2.svg":                                                      {"pkg:oci/c?repository_url=quay.io%2Fa%2Fb%2Fc&tag=v1.2", "v1.2", "tag v1.2"},
		"/badge/oci/quay.io/a/c.svg":                                                             {"pkg:oci/c?repository_url=quay.io%2Fa%2Fc&tag=latest", "latest", "tag latest"},
	} {
		a, err := read(path)
		require.NoError(t, err, path)
		assert.Equal(t, want, [3]string{a.ref.String(), a.ref.Tag, a.moving()}, path)
		again, err := purl.Parse(a.ref.String())
		require.NoError(t, err)
		assert.Equal(t, a.ref.Tag, again.Tag, "the auditor is asked for the same")
	}
	for _, path := range []string{"thing@" + digest, "library/thing@" + digest, "ghcr.io@" + digest, "ghcr.io/@" + digest, "ghcr.io/a/b@", "ghcr.io/a/b@v1", "ghcr.io/a/b:", "ghcr.io/a/b:v1@" + digest,
		"ghcr.io/a/b@" + digest[:70], "ghcr.io/a/b@md5:" + digest[7:39], "ghcr.io:5000/a/b:v1", "localhost:5000/a/b:v1", "ghcr.io/a/../b:v1", "ghcr.io/A/b:v1", "ghcr.io/a/b:v1%26arch=arm64", "ghcr.io/a/b:v1%3Farch=arm64", "ghcr.io/a/b:v%2531"} {
		_, err := read("/badge/oci/" + path + ".svg")
		assert.Error(t, err, path)
	}
}

func TestPathIsReadAgain(t *testing.T) {
	for _, reference := range []string{"pkg:npm/%40sigstore/core@1.0.0", "pkg:golang/github.com/BurntSushi/toml@v1.0.0", "pkg:golang/a.org/b@v2.0.0+incompatible", "pkg:npm/a"} {
		ref, err := purl.Parse(reference)
		require.NoError(t, err)
		a, err := read(address(ref))
		require.NoError(t, err, address(ref))
		assert.Equal(t, ref.String(), a.ref.String())
	}
}

var (
	desk  = Desk{Build: "b", Rules: "r", Now: func() time.Time { return at }}
	svg   = "/badge/npm/sigstore@4.0.0.svg"
	api   = "/api/report/npm/sigstore@4.0.0"
	using = `{"digest":"a"}`
)

func text(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

func decide(q Question) Step {
	q.Site = "touchstone.example"
	return desk.Decide(q)
}

func TestTheWayOfABadge(t *testing.T) {
	first := decide(Question{Path: svg})
	require.NotNil(t, first.Look)
	assert.Equal(t, "verdict b pkg:npm/sigstore@4.0.0", first.Look.Verdict)

	v := settled(2, "signed")
	kept := decide(Question{Path: svg, Then: Looked, Verdict: text(t, v), Anchors: using})
	require.NotNil(t, kept.Reply)
	assert.Contains(t, kept.Reply.Body, "Integrity 2 of 3: signed")
	assert.Equal(t, "public, max-age=3600, s-maxage=3600", kept.Reply.Header["cache-control"])
	assert.True(t, kept.Reply.Keep)

	errand := decide(Question{Path: svg, Then: Looked, Anchors: using})
	require.NotNil(t, errand.Errand)
	assert.Regexp(t, `^auditor-[0-3]$`, errand.Errand.Object)
	assert.Equal(t, "https://auditor/verdict?reference=pkg%3Anpm%2Fsigstore%404.0.0", errand.Errand.URL)
	assert.Less(t, errand.Errand.Wait, int64(4000))

	answered := decide(Question{Path: svg, Then: Answered, Status: 200, Body: text(t, v)})
	assert.Equal(t, kept, answered, "the same, wherever it was kept")
}

func TestTheWayOfAReport(t *testing.T) {
	v := text(t, settled(2, "signed"))
	errand := decide(Question{Path: api, Then: Looked, Verdict: v, Anchors: using})
	require.NotNil(t, errand.Errand, "the Worker's store of it is the auditor's")
	assert.Contains(t, errand.Errand.URL, "/report?")
	done := decide(Question{Path: api, Then: Answered, Status: 200, Body: "{}\n"})
	assert.Equal(t, 200, done.Reply.Status)
	assert.Equal(t, "{}\n", done.Reply.Body, "byte for byte")
	assert.Equal(t, "*", done.Reply.Header["access-control-allow-origin"])
	for then, status := range map[string]int{Late: 503, Broken: 502} {
		assert.Equal(t, status, decide(Question{Path: api, Then: then}).Reply.Status, then)
	}
	for object, status := range map[int]int{400: 400, 404: 404, 429: 429, 500: 503, 503: 503} {
		assert.Equal(t, status, decide(Question{Path: api, Then: Answered, Status: object, Body: "why"}).Reply.Status, object)
	}
	assert.Equal(t, 400, decide(Question{Path: "/api/report/npm/a b"}).Reply.Status)
	assert.Equal(t, 404, decide(Question{Path: "/badge/x.png"}).Reply.Status)
}

// TestWhatIsKeptOnAnotherBasisIsNotGiven: nor what has run out, or is damaged.
func TestWhatIsKeptOnAnotherBasisIsNotGiven(t *testing.T) {
	v := settled(3, "x")
	for name, q := range map[string]Question{
		"anchors changed": {Verdict: text(t, v), Anchors: `{"digest":"other"}`},
		"anchors unknown": {Verdict: text(t, v)},
		"rules changed":   {Verdict: text(t, change(v, func(v *Verdict) { v.Rules = "other" })), Anchors: using},
		"build changed":   {Verdict: text(t, change(v, func(v *Verdict) { v.Build = "other" })), Anchors: using},
		"run out":         {Verdict: text(t, change(v, func(v *Verdict) { v.Until = at })), Anchors: using},
		"damaged":         {Verdict: text(t, v)[1:], Anchors: using},
		"nothing":         {Anchors: using},
	} {
		q.Path, q.Then = svg, Looked
		step := decide(q)
		require.NotNil(t, step.Errand, name)
	}
}

// TestABadgeIsAlwaysAnImage: whatever is asked and whatever comes of it.
func TestABadgeIsAlwaysAnImage(t *testing.T) {
	paths := []string{svg, "/badge/npm/a%00.svg", "/badge/nosuch/x@1.svg", "/badge/.svg", "/badge/" + strings.Repeat("a", 3000) + ".svg", "/badge/npm/" + strings.Repeat("a", 150) + "@1.0.0.svg"}
	for _, path := range paths {
		for _, q := range []Question{
			{}, {Then: Looked, Verdict: text(t, settled(1, "x")), Anchors: using}, {Then: Late}, {Then: Broken}, {Then: Answered, Status: 429}, {Then: "nonsense"},
			{Then: Answered}, {Then: Answered, Status: 200, Body: "<html>"}, {Then: Answered, Status: 500}, {Then: Answered, Status: 404}, {Then: Answered, Status: 400, Body: "x"},
		} {
			q.Path = path
			step := decide(q)
			if step.Reply == nil {
				continue
			}
			assert.Equal(t, 200, step.Reply.Status, "%+v", q)
			assert.Equal(t, "image/svg+xml; charset=utf-8", step.Reply.Header["content-type"])
			assert.True(t, strings.HasPrefix(step.Reply.Body, "<svg "), "%+v", q)
			assert.Regexp(t, `^public, max-age=[1-9]`, step.Reply.Header["cache-control"])
			assert.NotContains(t, step.Reply.Header, "set-cookie")
			assert.NotContains(t, step.Reply.Header, "location")
		}
	}
	late := decide(Question{Path: svg, Then: Late})
	assert.Contains(t, late.Reply.Body, "checking")
	assert.False(t, late.Reply.Keep, "the next may get an answer")
	assert.Contains(t, late.Reply.Header["cache-control"], "max-age=30")
}

func TestWhichAnchorsAreUsed(t *testing.T) {
	require.NotNil(t, decide(Question{Path: AnchorsPath}).Look)
	assert.Equal(t, using, decide(Question{Path: AnchorsPath, Then: Looked, Anchors: using}).Reply.Body)
	assert.Equal(t, 404, decide(Question{Path: AnchorsPath, Then: Looked}).Reply.Status)
}

func TestOneObjectForOneReference(t *testing.T) {
	seen := map[string]int{}
	for i := range 400 {
		ref, err := purl.Parse("pkg:npm/a" + strings.Repeat("b", i%97) + "@1." + strings.Repeat("1", i%7+1) + ".0")
		require.NoError(t, err)
		assert.Equal(t, object(ref), object(ref))
		seen[object(ref)]++
	}
	assert.Len(t, seen, objects)
}

func TestKeysAreShortEnough(t *testing.T) {
	ref, err := purl.Parse("pkg:golang/example.com/" + strings.Repeat("aaaaaaaaaaaaaaaaaaaaaaaaa/", 20) + "b@v1.0.0")
	require.NoError(t, err)
	key := Key("b", ref)
	assert.LessOrEqual(t, len(ReportKey(key)), maxKey)
	other, err := purl.Parse("pkg:golang/example.com/" + strings.Repeat("aaaaaaaaaaaaaaaaaaaaaaaaa/", 20) + "b@v1.0.1")
	require.NoError(t, err)
	assert.NotEqual(t, key, Key("b", other))
}

// address is the address of the picture for a reference, on the site that makes it.
func address(ref purl.Ref) string {
	return Prefix + strings.TrimPrefix(ref.Bare().String(), "pkg:") + string(picture)
}
