//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/corpus"
	"touchstone/internal/evidence"
	"touchstone/internal/trust"
)

const central = "https://repo1.maven.org/maven2/"

// mavenCorpus is the recorded part of Maven Central.
func mavenCorpus(t testing.TB) world {
	t.Helper()
	dir := corpus.Path(t, "eco", "maven", "m2")
	w := world{}
	require.NoError(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		w[central+filepath.ToSlash(rel)] = ok(raw)
		return err
	}))
	return w
}

// mavenAt is a time at which the embedded anchors are young.
var mavenAt = time.Date(2026, time.October, 20, 12, 0, 0, 0, time.UTC)

func mavenOptions(w world) circumstances {
	return circumstances{audit.Options{Transport: w, Anchors: trust.Embedded(), Retries: -1}, audit.Question{Time: mavenAt}}
}

// mavenFile is a recorded file's address.
func mavenFile(group, artifact, version, ending string) string {
	return central + strings.ReplaceAll(group, ".", "/") + "/" + artifact + "/" + version + "/" + artifact + "-" + version + ending
}

// put serves what stands at one address at another, with all that stands beside it.
func put(w world, to, from string) {
	for _, beside := range []string{"", ".sigstore.json", ".asc", ".sha1", ".sha256", ".md5"} {
		delete(w, to+beside)
		if page, held := w[from+beside]; held {
			w[to+beside] = page
		}
	}
}

// TestMavenCorpus audits the recorded packages, and what an attacker could make of
// them.
func TestMavenCorpus(t *testing.T) {
	const group, plugin, specs, java = "dev.sigstore", "sigstore-maven-plugin", "protobuf-specs", "sigstore-java"
	const chains, lockfile = "io.github.chains-project", "maven-lockfile"
	const eclipse = "org.eclipse.jdt:org.eclipse.jdt.annotation:2.2.700"
	signed := both(1, 1, 2, 2)
	// derived serves a file that the corpus made of the signed one, with its own weak
	// checksum, as whoever replaces it would.
	derived := func(what string) func(w world) {
		raw, err := os.ReadFile(corpus.Path(t, "eco", "maven", "derived", "org.eclipse.jdt.annotation-2.2.700-"+what+".jar"))
		require.NoError(t, err)
		return func(w world) {
			at := mavenFile("org.eclipse.jdt", "org.eclipse.jdt.annotation", "2.2.700", ".jar")
			sum := sha1.Sum(raw)
			w[at], w[at+".sha1"] = ok(raw), ok([]byte(hex.EncodeToString(sum[:])))
		}
	}
	for name, c := range map[string]struct {
		reference       string
		bend            func(w world)
		want            map[string][2]int
		failed, alarmed bool
		findings        map[string]string // check → "outcome: part of the reason"
	}{
		"a plugin, signed": {"dev.sigstore:sigstore-maven-plugin:1.3.0", nil, signed, false, false, map[string]string{
			"signer-identity": "pass: run https://github.com/sigstore/sigstore-java/actions/runs/13527969555", "record-attested": "pass: Gradle module", "name-inside": "pass: ",
			"build-attested": "pass: signature over these bytes was made in run", "installer-refuses": "absent: Maven", "source-agrees": "pass: "}},
		"its newer version":             {"dev.sigstore:sigstore-maven-plugin:2.0.0", nil, signed, false, false, map[string]string{"build-attested": "pass: 411721f4", "record-attested": "pass: "}},
		"its POM":                       {"pkg:maven/dev.sigstore/sigstore-maven-plugin@1.3.0?type=pom", nil, signed, false, false, map[string]string{"name-inside": "pass: "}},
		"its module":                    {"pkg:maven/dev.sigstore/sigstore-maven-plugin@1.3.0?type=module", nil, signed, false, false, map[string]string{"name-inside": "pass: "}},
		"the POM of another package":    {"pkg:maven/dev.sigstore/sigstore-java@1.3.0?type=pom", nil, signed, false, false, map[string]string{"name-inside": "pass: ", "signer-identity": "pass: 13527969555"}},
		"the module of another package": {"pkg:maven/dev.sigstore/sigstore-java@1.3.0?type=module", nil, signed, false, false, map[string]string{"name-inside": "pass: "}},
		"only the module names it": {"dev.sigstore:protobuf-specs:0.5.0", nil, signed, false, false, map[string]string{
			"name-inside": "absent: ", "record-attested": "pass: "}},
		"named by its group": {"io.github.chains-project:maven-lockfile:5.5.0", nil, both(1, 1, 1, 2), false, false, map[string]string{
			"signer-identity": "pass: name itself belongs", "name-inside": "pass: ", "record-attested": "not applicable: "}},
		"another version's bundle": {"dev.sigstore:sigstore-maven-plugin:2.0.0", func(w world) {
			w[mavenFile(group, plugin, "2.0.0", ".jar.sigstore.json")] = w[mavenFile(group, plugin, "1.3.0", ".jar.sigstore.json")]
		}, both(0, 0, 0, 0), true, false, map[string]string{"attestations-genuine": "fail: something else"}},
		"the POM's bundle on the jar": {"dev.sigstore:sigstore-maven-plugin:2.0.0", func(w world) {
			w[mavenFile(group, plugin, "2.0.0", ".jar.sigstore.json")] = w[mavenFile(group, plugin, "2.0.0", ".pom.sigstore.json")]
		}, both(0, 0, 0, 0), true, false, map[string]string{"attestations-genuine": "fail: "}},
		"the jar's bundle on the module": {"dev.sigstore:sigstore-maven-plugin:2.0.0", func(w world) {
			w[mavenFile(group, plugin, "2.0.0", ".module.sigstore.json")] = w[mavenFile(group, plugin, "2.0.0", ".jar.sigstore.json")]
		}, both(0, 0, 0, 0), true, false, map[string]string{"attestations-genuine": "fail: "}},
		"an older version under a newer name": {"io.github.chains-project:maven-lockfile:5.7.0", func(w world) {
			put(w, mavenFile(chains, lockfile, "5.7.0", ".jar"), mavenFile(chains, lockfile, "5.5.0", ".jar"))
		}, both(1, 1, 2, 2), false, true, map[string]string{"signer-identity": "pass: ", "name-inside": `fail: "5.5.0"`}},
		"an older version under a newer name, where a module says otherwise": {"dev.sigstore:sigstore-maven-plugin:2.0.0", func(w world) {
			put(w, mavenFile(group, plugin, "2.0.0", ".jar"), mavenFile(group, plugin, "1.3.0", ".jar"))
		}, both(0, 0, 0, 0), true, true, map[string]string{"digest-matches": "fail: ", "name-inside": "fail: 1.3.0"}},
		"a sibling of the same repository": {"dev.sigstore:sigstore-java:1.3.0", func(w world) {
			put(w, mavenFile(group, java, "1.3.0", ".jar"), mavenFile(group, plugin, "1.3.0", ".jar"))
			delete(w, mavenFile(group, java, "1.3.0", ".module"))
		}, nil, false, true, map[string]string{"name-inside": "fail: sigstore-maven-plugin"}},
		"another repository of the same owner": {"dev.sigstore:sigstore-maven-plugin:2.0.0", func(w world) {
			put(w, mavenFile(group, plugin, "2.0.0", ".jar"), mavenFile(group, specs, "0.5.0", ".jar"))
			delete(w, mavenFile(group, plugin, "2.0.0", ".module"))
		}, nil, false, true, map[string]string{"signer-identity": "unknown: not known to speak", "source-agrees": "fail: protobuf-specs"}},
		"another's package under a forge's name": {"io.github.chains-project:maven-lockfile:5.5.0", func(w world) {
			put(w, mavenFile(chains, lockfile, "5.5.0", ".jar"), mavenFile(group, specs, "0.5.0", ".jar"))
		}, nil, false, false, map[string]string{"signer-identity": "unknown: not known to speak"}},
		"weak digests alone": {"commons-logging:commons-logging:1.0", nil, both(0, 0, 0, 0), false, false, map[string]string{
			"digest-published": "absent: md5 and sha1, which are too weak", "digest-matches": "absent: "}},
		"a jar with a signature of its own": {eclipse, nil, both(0, 0, 0, 1), false, false, map[string]string{"source-stated": "unknown: The package names",
			"signature-inside": "pass: \"Eclipse.org Foundation, Inc.\"", "digest-published": "absent: nobody vouches here", "key-signature": "absent: "}},
		"a class of it changed": {eclipse, derived("changed-class"), both(0, 0, 0, 0), true, false, map[string]string{
			"signature-inside": "fail: NonNull.class", "digest-published": "absent: "}},
		"its signature removed": {eclipse, derived("no-signature"), both(0, 0, 0, 1), false, false, map[string]string{
			"signature-inside": "absent: no signature of its own", "digest-published": "absent: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mavenCorpus(t)
			if c.bend != nil {
				c.bend(w)
			}
			r, err := ask(context.Background(), c.reference, mavenOptions(w))
			require.NoError(t, err)
			if c.want != nil {
				require.Equal(t, c.want, levels(r), r.Report.Text(false))
			}
			require.LessOrEqual(t, levels(r)["integrity"][1], 1, "Maven's client refuses nothing by a strong digest")
			require.Equal(t, c.failed, r.Report.Verdict.Failed, r.Report.Verdict.Failures)
			require.Equal(t, c.alarmed, len(r.Report.Verdict.Alarms) > 0, r.Report.Verdict.Alarms)
			if f := r.Report.Finding("signer-identity"); f.Outcome == evidence.Pass {
				require.NotEmpty(t, f.Facts["source repository owner identifier"], "names of accounts change hands, numbers do not")
			}
			for check, want := range c.findings {
				outcome, part, _ := strings.Cut(want, ": ")
				has(t, r, check, outcome, part)
			}
		})
	}
}

// TestMavenRelocated: what was asked for is audited, and where it went is said.
func TestMavenRelocated(t *testing.T) {
	for reference, moved := range map[string]string{
		"mysql:mysql-connector-java:8.0.33":       "com.mysql:mysql-connector-j:8.0.33",
		"org.apache.commons:commons-io:1.3.2":     "commons-io:commons-io:1.3.2",
		"junit:junit-dep:4.11":                    "junit:junit:4.11",
		"pkg:maven/junit/junit-dep@4.11?type=pom": "junit:junit:4.11",
	} {
		r, err := ask(t.Context(), reference, mavenOptions(mavenCorpus(t)))
		require.NoError(t, err, reference)
		require.Contains(t, strings.Join(r.Report.Notes, " "), "moved to "+moved)
		require.Contains(t, r.Report.Reference, strings.SplitN(strings.TrimPrefix(reference, "pkg:maven/"), ":", 2)[0][:5])
		require.Equal(t, 0, levels(r)["integrity"][0], r.Report.Text(false))
		i := slices.IndexFunc(r.Report.Topics, func(t evidence.Topic) bool { return t.ID == "requires" })
		require.GreaterOrEqual(t, i, 0, "who asks for it gets the other")
		at := strings.Split(moved, ":")
		require.Contains(t, r.Report.Topics[i].Items, "pkg:maven/"+at[0]+"/"+at[1]+"@"+at[2])
		o := mavenOptions(nil) // and by a relay
		o.Transport, o.Relay = relayedWorld{mavenCorpus(t)}, relay
		byRelay, err := ask(t.Context(), reference, o)
		require.NoError(t, err, reference)
		require.Equal(t, r.Report.Reference, byRelay.Report.Reference)
	}
}

// TestMavenByRelay: a POM that came by a relay names no publisher, and a relay's
// "not there" says nothing.
func TestMavenByRelay(t *testing.T) {
	for reference, want := range map[string]struct {
		levels map[string][2]int
		signer string
	}{
		"dev.sigstore:sigstore-maven-plugin:1.3.0":      {both(0, 1, 0, 2), "unknown"},
		"io.github.chains-project:maven-lockfile:5.5.0": {both(1, 1, 1, 2), "pass"},
	} {
		o := mavenOptions(nil)
		o.Transport, o.Relay = relayedWorld{mavenCorpus(t)}, relay
		r, err := ask(t.Context(), reference, o)
		require.NoError(t, err)
		require.Equal(t, want.levels, levels(r), r.Report.Text(false))
		has(t, r, "signer-identity", want.signer, "")
		if want.signer != "pass" {
			require.Contains(t, status(t, r, "integrity-from-repository").Reason, "came through a relay")
		}
	}
}

// TestMavenExpected: a genuine signature by another workflow's run than the reader expects.
func TestMavenExpected(t *testing.T) {
	for repository, outcome := range map[string]string{"https://github.com/sigstore/sigstore-java": "pass", "https://github.com/sigstore/protobuf-specs": "fail"} {
		o := mavenOptions(mavenCorpus(t))
		o.Expect = evidence.Expectation{Source: repository}
		r, err := ask(t.Context(), "dev.sigstore:sigstore-maven-plugin:1.3.0", o)
		require.NoError(t, err)
		has(t, r, "source-expected", outcome, "")
		require.Equal(t, outcome == "fail", r.Report.Verdict.Failed)
	}
}

// TestMavenCases: each case of the corpus is answered by a test, and none is left.
func TestMavenCases(t *testing.T) {
	raw, err := os.ReadFile(corpus.Path(t, "eco", "CASES.jsonl"))
	require.NoError(t, err)
	tests := map[string]string{
		"mvn-sigstore-plugin-1.3.0": "a plugin, signed", "mvn-sigstore-plugin-2.0.0": "its newer version", "mvn-sigstore-protobuf-specs": "only the module names it",
		"mvn-sigstore-java-1.3.0": "the POM of another package", "mvn-swap-bundle": "another version's bundle", "mvn-wrong-identity": "TestMavenExpected",
		"mvn-sigstore-github-namespace": "named by its group", "mvn-sigstore-namespace-swap-version": "an older version under a newer name",
		"mvn-pgp-jetbrains": "by a subkey that had expired", "mvn-pgp-dd-plist": "by the first of two keys", "mvn-pgp-jackson-parent": "a parent",
		"mvn-pgp-jackson-annotations": "a POM", "mvn-pgp-hamcrest-sha1": "over SHA-1", "mvn-pgp-jsr305": "by a person", "mvn-pgp-sha1-nokey": "by an unknown one",
		"mvn-sha1-only": "weak digests alone", "mvn-relocation": "TestMavenRelocated", "mvn-signed-jar": "a jar with a signature of its own",
		"mvn-signed-jar-changed": "a class of it changed", "mvn-signed-jar-stripped": "its signature removed",
	}
	here, err := filepath.Glob("maven*_test.go")
	require.NoError(t, err)
	var written []byte
	for _, file := range here {
		more, err := os.ReadFile(file)
		require.NoError(t, err)
		written = append(written, more...)
	}
	for line := range strings.Lines(string(raw)) {
		var c struct{ ID string }
		require.NoError(t, json.Unmarshal([]byte(line), &c))
		if strings.HasPrefix(c.ID, "mvn-") {
			require.Regexp(t, `(?m)^\s*"`+regexp.QuoteMeta(tests[c.ID])+`":\s|^func `+regexp.QuoteMeta(tests[c.ID])+`\(`, string(written), c.ID)
			delete(tests, c.ID)
		}
	}
	require.Empty(t, tests)
}
