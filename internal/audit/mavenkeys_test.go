//go:build touchstone_testanchors

package audit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/mint"
)

// TestMavenKeys judges the signatures by publishers' keys of the corpus, with a key
// that is brought and without.
func TestMavenKeys(t *testing.T) {
	read := func(parts ...string) []byte {
		raw, err := os.ReadFile(corpus.Path(t, parts...))
		require.NoError(t, err)
		return raw
	}
	recorded := mavenCorpus(t)
	files, err := filepath.Glob(filepath.Join(corpus.Path(t, "maven-pgp", "pgpkeys-cache"), "*", "*", "*.asc"))
	require.NoError(t, err)
	var cache []byte
	for _, f := range files {
		raw, err := os.ReadFile(f)
		require.NoError(t, err)
		cache = append(cache, append(raw, '\n')...)
	}
	// The older corpus has files of a repository, and some alone.
	const hello = central + "nl/dannyvanheumen/helloworld/1.0/helloworld-1.0.jar"
	older := func(ending string) []byte {
		return read("maven-pgp", "m2", "nl", "dannyvanheumen", "helloworld", "1.0", "helloworld-1.0"+ending)
	}
	recorded[hello], recorded[hello+".asc"] = ok(older(".jar")), ok(older(".jar.asc"))
	recorded[strings.TrimSuffix(hello, ".jar")+".pom"] = ok(older(".pom"))
	const pom = central + "nl/dannyvanheumen/hellopom/0.9/hellopom-0.9.pom"
	recorded[pom] = ok(read("maven-pgp", "m2", "nl", "dannyvanheumen", "hellopom", "0.9", "hellopom-0.9.pom"))
	recorded[pom+".asc"] = ok(read("maven-pgp", "m2", "nl", "dannyvanheumen", "hellopom", "0.9", "hellopom-0.9.pom.asc"))
	unit := func(name string) []byte { return read("maven-pgp", "unit", name) }
	key := func(name string) []byte { return read("eco", "maven", "keys", name) }
	const jsr305 = "com.google.code.findbugs:jsr305:3.0.2"
	for name, c := range map[string]struct {
		reference string
		keys      []byte
		bend      func(w world)
		outcome   string
		contains  string
	}{
		"by a subkey that had expired": {"org.jetbrains:annotations:26.0.1", key("JetBrains-java-annotations.KEYS.asc"), nil, "absent", "could not sign on 2024-10-14"},
		"by the first of two keys":     {"pkg:maven/com.googlecode.plist/dd-plist@1.28?type=pom", key("3breadt-dd-plist.KEYS.asc"), nil, "pass", "SHA-512"},
		"a parent":                     {"com.fasterxml.jackson:jackson-parent:2.18", key("FasterXML-jackson.KEYS.asc"), nil, "pass", "rests on your word"},
		"a POM":                        {"pkg:maven/com.fasterxml.jackson.core/jackson-annotations@2.18.0?type=pom", key("FasterXML-jackson.KEYS.asc"), nil, "pass", ""},
		"over SHA-1":                   {"org.hamcrest:hamcrest-core:1.3", key("A6ADFC93EF34893E.asc"), nil, "absent", "can be forged"},
		"by a person":                  {jsr305, key("59A252FB1199D873.asc"), nil, "pass", ""},
		"by a key that nobody brought": {jsr305, nil, nil, "absent", "Nobody vouches here for whose that is"},
		"by another than was brought":  {jsr305, key("A6ADFC93EF34893E.asc"), nil, "absent", "none of those that you brought"},
		"by an unknown one":            {"org.jetbrains:annotations:13.0", nil, nil, "absent", "BCF4173966770193\" (SHA-1) can be forged"},
		"of other bytes": {jsr305, key("59A252FB1199D873.asc"), func(w world) {
			w[mavenFile("com.google.code.findbugs", "jsr305", "3.0.2", ".jar.asc")] = w[mavenFile("com.google.code.findbugs", "jsr305", "3.0.2", ".pom.asc")]
		}, "fail", "not over these bytes"},
		"over MD5":              {"pkg:maven/nl.dannyvanheumen/hellopom@0.9?type=pom", cache, nil, "absent", "can be forged"},
		"by one not in a cache": {"nl.dannyvanheumen:helloworld:1.0", cache, nil, "absent", "466583F9480EBE2462C46B309F1A263E15FD0AC9"},
		"of a test": {"nl.dannyvanheumen:helloworld:1.0", unit("F8484389379ACEAC.asc"), func(w world) {
			w[hello], w[hello+".asc"] = ok(unit("helloworld-1.0.jar")), ok(unit("helloworld-1.0.jar.asc"))
		}, "pass", ""},
		"of another file":    {"nl.dannyvanheumen:helloworld:1.0", unit("F8484389379ACEAC.asc"), func(w world) { w[hello+".asc"] = ok(unit("helloworld-1.0.jar.asc")) }, "fail", ""},
		"a signed message":   {"nl.dannyvanheumen:helloworld:1.0", cache, func(w world) { w[hello+".asc"] = ok(unit("fop-0.95.pom.asc")) }, "not understood", ""},
		"SHA-1 of another":   {"nl.dannyvanheumen:helloworld:1.0", nil, func(w world) { w[hello+".asc"] = ok(unit("ant-launcher-1.9.4.jar.asc")) }, "absent", "5EFAD9FE82A7FBCD\" (SHA-1) can be forged"},
		"nothing":            {"nl.dannyvanheumen:helloworld:1.0", nil, func(w world) { w[hello+".asc"] = ok(unit("empty.asc")) }, "unknown", ""},
		"no signature":       {"nl.dannyvanheumen:helloworld:1.0", nil, func(w world) { w[hello+".asc"] = ok(unit("wrong.asc")) }, "not understood", ""},
		"none":               {"commons-logging:commons-logging:1.0", nil, nil, "absent", "No signature"},
		"keys that are none": {jsr305, []byte("no key"), nil, "not understood", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := world{}
			for url, page := range recorded {
				w[url] = page
			}
			if c.bend != nil {
				c.bend(w)
			}
			o := mavenOptions(w)
			o.Keys = c.keys
			r, err := ask(t.Context(), c.reference, o)
			require.NoError(t, err)
			has(t, r, "key-signature", c.outcome, c.contains)
			require.Equal(t, c.outcome == "fail", r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			if c.reference == jsr305 { // packed by a writer that states no modes
				has(t, r, "archive-sound", "pass", "")
			}
			if name != "none" {
				require.NotContains(t, r.Report.Verdict.Headline, "Nobody signed them")
			}
			require.Equal(t, c.outcome == "pass", status(t, r, "integrity-bytes-signed").Status == "met")
			require.NotEqual(t, "met", string(status(t, r, "integrity-identity").Status), "a key is no identity")
		})
	}
}

// TestMavenKeyMutants damages a publisher's signature, and what it is over, beside the
// key that the reader brought.
func TestMavenKeyMutants(t *testing.T) {
	t.Parallel()
	w := mavenCorpus(t)
	key, err := os.ReadFile(corpus.Path(t, "eco", "maven", "keys", "59A252FB1199D873.asc"))
	require.NoError(t, err)
	jar := mavenFile("com.google.code.findbugs", "jsr305", "3.0.2", ".jar")
	mutate(t, w, []target{{url: jar + ".asc", mutants: 150}, {url: jar, mutants: 40}}, func(w world) (*result, error) {
		o := mavenOptions(w)
		o.Keys = key
		return ask(t.Context(), "com.google.code.findbugs:jsr305:3.0.2", o)
	})
}

// TestMavenCertificate: the certificate of an archive's signer, brought by the reader,
// is the reader's own word.
func TestMavenCertificate(t *testing.T) {
	signer, other := mint.NewJarSigner("Goldleaf", mintedAt), mint.NewJarSigner("Goldleaf", mintedAt)
	j := jar123("io.github.example", signedAs(unsigned))
	j.Inside = signer.Sign(j.Inside)
	j.Module = j.Gradle(j.Jar())
	for name, c := range map[string]struct {
		keys          []byte
		outcome, part string
	}{
		"its own":                {signer.PEM(), "pass", "rests on your word"},
		"as it is":               {signer.Certificate.Raw, "pass", "rests on your word"},
		"among others":           {append(other.PEM(), signer.PEM()...), "pass", "rests on your word"},
		"another of that name":   {other.PEM(), "absent", "No signature by a publisher's key"},
		"none":                   {nil, "absent", "No signature by a publisher's key"},
		"what is no certificate": {[]byte("no key"), "absent", "No signature by a publisher's key"},
	} {
		w := world{}
		mint.ServeMaven(w, central, j.MavenVersion)
		o := j.options(t, w)
		o.Keys = c.keys
		r, err := ask(t.Context(), "io.github.example:thing:1.2.3", o)
		require.NoError(t, err)
		has(t, r, "key-signature", c.outcome, c.part)
		require.Equal(t, c.outcome == "pass", status(t, r, "integrity-bytes-signed").Status == "met", name)
		require.NotEqual(t, "met", string(status(t, r, "integrity-identity").Status), name)
	}
}

// TestMavenSignedInsideAlone: where only weak checksum files stand beside an archive,
// the digests in the list that it signs itself are published by nobody, unless the
// reader brought the certificate: whoever changes a file could sign it anew.
func TestMavenSignedInsideAlone(t *testing.T) {
	signer, stranger := mint.NewJarSigner("Goldleaf", mintedAt), mint.NewJarSigner("Goldleaf", mintedAt)
	for name, c := range map[string]struct {
		by   *mint.JarSigner
		keys []byte
		want int
	}{
		"nobody vouches":             {signer, nil, 0},
		"the certificate is brought": {signer, signer.PEM(), 1},
		"another is brought":         {signer, stranger.PEM(), 0},
		"signed anew by a stranger":  {stranger, signer.PEM(), 0},
	} {
		t.Run(name, func(t *testing.T) {
			j := jar123("io.github.example", signedAs(unsigned), func(v *mint.MavenVersion) {
				v.Inside, v.Module, v.Strong = c.by.Sign(v.Inside), "", false
			})
			w := world{}
			mint.ServeMaven(w, central, j.MavenVersion)
			o := j.options(t, w)
			o.Keys = c.keys
			r, err := ask(t.Context(), "io.github.example:thing:1.2.3", o)
			require.NoError(t, err)
			require.Equal(t, [2]int{c.want, c.want}, levels(r)["integrity"], r.Report.Text(false))
			for _, requirement := range []string{"integrity-published", "integrity-matches", "integrity-bytes-signed", "integrity-record-signed", "integrity-files"} {
				require.Equal(t, c.want == 1, status(t, r, requirement).Status == "met", requirement)
			}
		})
	}
}

// TestMavenCertificateOfAPart: a signer's word is of what that signer covers. What a
// stranger added and signed too is not the signer's, and no old signature is.
func TestMavenCertificateOfAPart(t *testing.T) {
	now := time.Now() // when blocks are minted
	signer, stranger := mint.NewJarSigner("Goldleaf", now), mint.NewJarSigner("A stranger", now)
	for name, c := range map[string]struct {
		years         int // after the certificate's
		more          bool
		inside        string
		outcome, part string
	}{
		"the whole":        {0, false, "pass", "pass", "rests on your word"},
		"a stranger added": {0, true, "pass", "absent", "does not cover every file"},
		"run out":          {2, false, "pass", "absent", "ran out on"},
		"not begun":        {-2, false, "pass", "absent", "is valid from"},
	} {
		t.Run(name, func(t *testing.T) {
			j := jar123("io.github.example", signedAs(unsigned))
			own := signer.Sign(j.Inside)
			if c.more {
				j.Inside["com/example/More.class"] = "more"
			}
			j.Inside = stranger.Sign(j.Inside)
			for _, kind := range []string{".SF", ".EC"} { // its parts of the manifest are in the stranger's, too
				j.Inside["META-INF/OWN"+kind] = own["META-INF/MINT"+kind]
			}
			j.Module = j.Gradle(j.Jar())
			w := world{}
			mint.ServeMaven(w, central, j.MavenVersion)
			o := j.options(t, w)
			o.Keys = signer.PEM()
			o.Time = now.AddDate(c.years, 0, 0)
			r, err := ask(t.Context(), "io.github.example:thing:1.2.3", o)
			require.NoError(t, err)
			has(t, r, "signature-inside", c.inside, "")
			has(t, r, "key-signature", c.outcome, c.part)
			require.Equal(t, c.outcome == "pass", status(t, r, "integrity-bytes-signed").Status == "met")
		})
	}
}
