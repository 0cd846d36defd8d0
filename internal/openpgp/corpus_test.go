package openpgp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
	"touchstone/internal/fault"
)

func read(t testing.TB, parts ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(corpus.Path(t, parts...))
	require.NoError(t, err)
	return b
}

// certificates are those of some files of the corpus together.
func certificates(t testing.TB, files ...string) []Certificate {
	t.Helper()
	var all []Certificate
	for _, f := range files {
		found, err := ReadKeys(read(t, f))
		require.NoError(t, err, f)
		all = append(all, found...)
	}
	return all
}

// mavenKeys are the cached keys of publishers.
func mavenKeys(t testing.TB) []Certificate {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(corpus.Path(t, "maven-pgp", "pgpkeys-cache"), "*", "*", "*.asc"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var all []Certificate
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		found, err := ReadKeys(b)
		if err != nil {
			t.Logf("%s: %v", filepath.Base(f), err)
			continue
		}
		all = append(all, found...)
	}
	return all
}

const never = "never"

// Detached signatures of the corpus, by the keys beside them. signed is the day
// that the signature says; valid whether the key could sign then, and ends why it
// ends.
func TestDetachedOfTheCorpus(t *testing.T) {
	const m2, eco = "maven-pgp/m2/nl/dannyvanheumen", "eco/maven"
	for name, c := range map[string]struct {
		sig, file, keys string
		fault           fault.Kind
		valid           bool
		ends            string
	}{
		"pgp-resolvconf-admin":        {"pgp-upstream/resolvconf-admin/resolvconf-admin_0.3.orig.tar.gz.asc", "pgp-upstream/resolvconf-admin/resolvconf-admin_0.3.orig.tar.gz", "pgp-upstream/resolvconf-admin/signing-key.asc", "", true, "expired"},
		"pgp-rsakeyfind":              {"pgp-upstream/rsakeyfind/rsakeyfind_1.0.orig.tar.gz.asc", "pgp-upstream/rsakeyfind/rsakeyfind_1.0.orig.tar.gz", "pgp-upstream/rsakeyfind/signing-key.asc", fault.Weak, true, "expired"},
		"pgp-selinux-dbus":            {"pgp-upstream/selinux-dbus/selinux-dbus_3.8.1.orig.tar.gz.asc", "pgp-upstream/selinux-dbus/selinux-dbus_3.8.1.orig.tar.gz", "pgp-upstream/selinux-dbus/signing-key.asc", "", true, "expired"},
		"mvn-unit-helloworld":         {"maven-pgp/unit/helloworld-1.0.jar.asc", "maven-pgp/unit/helloworld-1.0.jar", "maven-pgp/unit/F8484389379ACEAC.asc", "", true, never},
		"mvn-hellopom-md5":            {m2 + "/hellopom/0.9/hellopom-0.9.pom.asc", m2 + "/hellopom/0.9/hellopom-0.9.pom", "cache", fault.Weak, true, "expired"},
		"mvn-helloworld-nokey":        {m2 + "/helloworld/1.0/helloworld-1.0.jar.asc", m2 + "/helloworld/1.0/helloworld-1.0.jar", "cache", fault.NoAnchor, false, ""},
		"mvn-swapped, by the key":     {"maven-pgp/unit/helloworld-1.0.jar.asc", m2 + "/helloworld/1.0/helloworld-1.0.jar", "maven-pgp/unit/F8484389379ACEAC.asc", fault.Wrong, true, never},
		"mvn-swapped":                 {m2 + "/helloworld/1.0/helloworld-1.0.jar.asc", "maven-pgp/unit/helloworld-1.0.jar", "cache", fault.NoAnchor, false, ""},
		"mvn-pgp-jetbrains":           {eco + "/m2/org/jetbrains/annotations/26.0.1/annotations-26.0.1.jar.asc", eco + "/m2/org/jetbrains/annotations/26.0.1/annotations-26.0.1.jar", eco + "/keys/JetBrains-java-annotations.KEYS.asc", "", false, "expired"},
		"mvn-pgp-jetbrains, its POM":  {eco + "/m2/org/jetbrains/annotations/26.0.1/annotations-26.0.1.pom.asc", eco + "/m2/org/jetbrains/annotations/26.0.1/annotations-26.0.1.pom", eco + "/keys/JetBrains-java-annotations.KEYS.asc", "", false, "expired"},
		"mvn-pgp-dd-plist":            {eco + "/m2/com/googlecode/plist/dd-plist/1.28/dd-plist-1.28.pom.asc", eco + "/m2/com/googlecode/plist/dd-plist/1.28/dd-plist-1.28.pom", eco + "/keys/3breadt-dd-plist.KEYS.asc", "", true, "expired"},
		"mvn-pgp-jackson-parent":      {eco + "/m2/com/fasterxml/jackson/jackson-parent/2.18/jackson-parent-2.18.pom.asc", eco + "/m2/com/fasterxml/jackson/jackson-parent/2.18/jackson-parent-2.18.pom", eco + "/keys/FasterXML-jackson.KEYS.asc", "", true, "expired"},
		"mvn-pgp-jackson-annotations": {eco + "/m2/com/fasterxml/jackson/core/jackson-annotations/2.18.0/jackson-annotations-2.18.0.pom.asc", eco + "/m2/com/fasterxml/jackson/core/jackson-annotations/2.18.0/jackson-annotations-2.18.0.pom", eco + "/keys/FasterXML-jackson.KEYS.asc", "", true, "expired"},
		"mvn-pgp-hamcrest-sha1":       {eco + "/m2/org/hamcrest/hamcrest-core/1.3/hamcrest-core-1.3.jar.asc", eco + "/m2/org/hamcrest/hamcrest-core/1.3/hamcrest-core-1.3.jar", eco + "/keys/A6ADFC93EF34893E.asc", fault.Weak, true, never},
		"mvn-pgp-jsr305":              {eco + "/m2/com/google/code/findbugs/jsr305/3.0.2/jsr305-3.0.2.jar.asc", eco + "/m2/com/google/code/findbugs/jsr305/3.0.2/jsr305-3.0.2.jar", eco + "/keys/59A252FB1199D873.asc", "", true, never},
		"mvn-pgp-jsr305, its POM":     {eco + "/m2/com/google/code/findbugs/jsr305/3.0.2/jsr305-3.0.2.pom.asc", eco + "/m2/com/google/code/findbugs/jsr305/3.0.2/jsr305-3.0.2.pom", eco + "/keys/59A252FB1199D873.asc", "", true, never},
		"mvn-pgp-sha1-nokey":          {eco + "/m2/org/jetbrains/annotations/13.0/annotations-13.0.jar.asc", eco + "/m2/org/jetbrains/annotations/13.0/annotations-13.0.jar", eco + "/keys/JetBrains-java-annotations.KEYS.asc", fault.Weak, false, ""},
		"rpm-repo-signed":             {"eco/rpm/repo-smfc/dd5b3db/repodata/repomd.xml.asc", "eco/rpm/repo-smfc/dd5b3db/repodata/repomd.xml", "eco/rpm/repo-smfc/dd5b3db/smfc-repo.gpg", "", true, "expired"},
		"rpm-same-nevra-other-bytes":  {"eco/rpm/repo-smfc/b0e6080/repodata/repomd.xml.asc", "eco/rpm/repo-smfc/b0e6080/repodata/repomd.xml", "eco/rpm/repo-smfc/dd5b3db/smfc-repo.gpg", "", true, "expired"},
		"rpm-same-nevra, the other's": {"eco/rpm/repo-smfc/b0e6080/repodata/repomd.xml.asc", "eco/rpm/repo-smfc/dd5b3db/repodata/repomd.xml", "eco/rpm/repo-smfc/dd5b3db/smfc-repo.gpg", fault.Wrong, true, "expired"},
		"deb-trixie-release-gpg":      {"debian/dists/trixie.Release.gpg", "debian/dists/trixie.Release", "debian/keyrings/debian-archive-keyring.gpg", "", true, "expired"},
	} {
		t.Run(name, func(t *testing.T) {
			var by []Certificate
			if c.keys == "cache" {
				by = mavenKeys(t)
			} else {
				by = certificates(t, c.keys)
			}
			all, err := ReadSignatures(read(t, c.sig))
			require.NoError(t, err)
			for _, s := range all {
				key, err := Verify(read(t, c.file), s, by)
				require.Equal(t, c.fault, fault.Of(err), "%v", err)
				if c.ends == "" {
					continue
				}
				assert.True(t, s.by(key.Key))
				assert.Equal(t, c.valid, key.ValidAt(s.Created), "made %v, valid from %v to %v", s.Created, key.From, key.Until)
				ends := never
				if key.Until != nil {
					ends = key.Ended
				}
				assert.Equal(t, c.ends, ends)
			}
		})
	}
}

// What stands in the place of a signature and is none.
func TestNoSignaturesOfTheCorpus(t *testing.T) {
	for file, kind := range map[string]fault.Kind{
		"maven-pgp/unit/fop-0.95.pom.asc": fault.NotUnderstood, // mvn-fop-inline
		"maven-pgp/unit/empty.asc":        fault.Malformed,     // mvn-empty
		"maven-pgp/unit/wrong.asc":        fault.Malformed,     // mvn-wrong
	} {
		_, err := ReadSignatures(read(t, file))
		assert.Equal(t, kind, fault.Of(err), "%s: %v", file, err)
	}
	all, err := ReadSignatures(read(t, "maven-pgp/unit/ant-launcher-1.9.4.jar.asc"))
	require.NoError(t, err)
	assert.Equal(t, "SHA-1", all[0].HashName())
	assert.Equal(t, "5EFAD9FE82A7FBCD", all[0].Issuer())
}

// Signed indexes of the corpus, each by the archive's keyring.
func TestClearsignedOfTheCorpus(t *testing.T) {
	const keyring, one = "debian/keyrings/debian-archive-keyring.gpg", "debian/keyrings/debian-archive-trixie-automatic.gpg"
	for name, c := range map[string]struct {
		file, keys string
		signatures int
		fault      fault.Kind // of every signature
		says       string     // where the document is refused
	}{
		"deb-trixie-inrelease":               {"debian/dists/trixie.InRelease", keyring, 3, "", ""},
		"deb-trixie-updates":                 {"debian/dists/trixie-updates.InRelease", keyring, 2, "", ""},
		"deb-trixie-security":                {"debian/dists/trixie-security.InRelease", keyring, 2, "", ""},
		"deb-bullseye":                       {"debian/dists/bullseye.InRelease", keyring, 3, "", ""},
		"deb-security-with-archive-only-key": {"debian/dists/trixie-security.InRelease", one, 2, fault.NoAnchor, ""},
		"deb-openh264":                       {"eco/debian/dists/bookworm-security/InRelease", keyring, 2, "", ""},
		"deb-samba-ad-dc":                    {"eco/debian/dists/bookworm-updates/InRelease", keyring, 2, "", ""},
		"deb-live-task":                      {"eco/debian/dists/trixie/InRelease", keyring, 3, "", ""},
		"deb-tzdata-record":                  {"eco/debian/dists/trixie-updates/InRelease", keyring, 2, "", ""},
		"deb-stale":                          {"eco/debian/dists/trixie-backports/InRelease", keyring, 2, "", ""},
		"deb-inrelease-flipped":              {"eco/debian/derived/trixie-updates.flipped-digest.InRelease", keyring, 2, fault.Wrong, ""},
		"deb-inrelease-text-after":           {"eco/debian/derived/trixie-updates.text-after.InRelease", keyring, 0, "", "text stands behind"},
	} {
		t.Run(name, func(t *testing.T) {
			by := certificates(t, c.keys)
			signed, err := ReadClearsigned(read(t, c.file))
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
				require.Equal(t, fault.Malformed, fault.Of(err))
				return
			}
			require.NoError(t, err)
			require.Len(t, signed.Signatures, c.signatures)
			for _, s := range signed.Signatures {
				key, err := Verify(signed.Text, s, by)
				require.Equal(t, c.fault, fault.Of(err), "%v", err)
				if err == nil {
					assert.True(t, key.ValidAt(s.Created))
				}
			}
		})
	}
}

// Keys that bind what is not theirs, or not as they must.
func TestKeysOfTheCorpus(t *testing.T) {
	for file, signing := range map[string]int{
		"rpm/keys/CVE-2021-3521-badbind.asc":       1, // the subkey's back signature is wrong
		"rpm/keys/CVE-2021-3521-nosubsig.asc":      1,
		"rpm/keys/CVE-2021-3521-nosubsig-last.asc": 1,
		"rpm/keys/type-confusion.asc":              1, // a stranger's signature binds the subkey
		"rpm/keys/alice.asc":                       1, // the subkey alone: the primary key may not sign
		"rpm/keys/alice-revoked-subkey.asc":        1,
	} {
		all, err := ReadKeys(read(t, file))
		require.NoError(t, err, file)
		require.Len(t, all, 1, file)
		assert.Len(t, all[0].Signing, signing, file)
	}
	apart := certificates(t, "rpm/keys/keyidcollision1.pub", "rpm/keys/keyidcollision2.pub")
	require.Len(t, apart, 2)
	assert.Equal(t, apart[0].Primary.KeyID, apart[1].Primary.KeyID)
	assert.NotEqual(t, apart[0].Primary.Fingerprint, apart[1].Primary.Fingerprint)

	expired := certificates(t, "rpm/keys/alice-expired-subkey.asc")[0]
	sub := expired.Signing[len(expired.Signing)-1]
	assert.Equal(t, "expired", sub.Ended)
	assert.False(t, sub.ValidAt(time.Date(2026, time.August, 25, 0, 0, 0, 0, time.UTC)))

	names := strings.Join(certificates(t, "eco/maven/keys/3breadt-dd-plist.KEYS.asc")[1].UserIDs, "\n")
	assert.Contains(t, names, "<", "the second block of a file of keys is read")
}
