package openpgp

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCorpusAgainstGpgv puts what is signed in the corpus to gpgv, each with the keys
// that are its own, and with others'. Nothing is accepted here that gpgv refuses; what
// gpgv alone accepts is refused here for a reason that stands in the table.
func TestCorpusAgainstGpgv(t *testing.T) {
	const (
		archive, eco, upstream, repo = "debian/keyrings/debian-archive-keyring.gpg", "eco/maven", "pgp-upstream", "eco/rpm/repo-smfc/"
		automatic                    = "debian/keyrings/debian-archive-trixie-automatic.gpg"
		smfc                         = repo + "dd5b3db/smfc-repo.gpg"
		annotations                  = eco + "/m2/org/jetbrains/annotations/26.0.1/annotations-26.0.1"
	)
	byKeys := map[string][][2]string{ // of each keyring the signatures, with their texts; none around a text
		archive: {{"debian/dists/trixie.InRelease"}, {"debian/dists/trixie-updates.InRelease"}, {"debian/dists/trixie-security.InRelease"}, {"debian/dists/bullseye.InRelease"},
			{"eco/debian/dists/trixie-backports/InRelease"}, {"eco/debian/derived/trixie-updates.flipped-digest.InRelease"}, {"eco/debian/derived/trixie-updates.text-after.InRelease"},
			{"debian/dists/trixie.Release.gpg", "debian/dists/trixie.Release"}, {"debian/dists/trixie.Release.gpg", "debian/dists/trixie.InRelease"}},
		automatic: {{"debian/dists/trixie-security.InRelease"}},
		smfc: {{repo + "dd5b3db/repodata/repomd.xml.asc", repo + "dd5b3db/repodata/repomd.xml"}, {repo + "b0e6080/repodata/repomd.xml.asc", repo + "b0e6080/repodata/repomd.xml"},
			{repo + "b0e6080/repodata/repomd.xml.asc", repo + "dd5b3db/repodata/repomd.xml"}},
		upstream + "/resolvconf-admin/signing-key.asc":    {{upstream + "/resolvconf-admin/resolvconf-admin_0.3.orig.tar.gz.asc", upstream + "/resolvconf-admin/resolvconf-admin_0.3.orig.tar.gz"}},
		upstream + "/rsakeyfind/signing-key.asc":          {{upstream + "/rsakeyfind/rsakeyfind_1.0.orig.tar.gz.asc", upstream + "/rsakeyfind/rsakeyfind_1.0.orig.tar.gz"}},
		upstream + "/selinux-dbus/signing-key.asc":        {{upstream + "/selinux-dbus/selinux-dbus_3.8.1.orig.tar.gz.asc", upstream + "/selinux-dbus/selinux-dbus_3.8.1.orig.tar.gz"}},
		eco + "/keys/JetBrains-java-annotations.KEYS.asc": {{annotations + ".jar.asc", annotations + ".jar"}, {annotations + ".jar.asc", annotations + ".pom"}},
		eco + "/keys/A6ADFC93EF34893E.asc":                {{eco + "/m2/org/hamcrest/hamcrest-core/1.3/hamcrest-core-1.3.jar.asc", eco + "/m2/org/hamcrest/hamcrest-core/1.3/hamcrest-core-1.3.jar"}},
		eco + "/keys/59A252FB1199D873.asc":                {{eco + "/m2/com/google/code/findbugs/jsr305/3.0.2/jsr305-3.0.2.jar.asc", eco + "/m2/com/google/code/findbugs/jsr305/3.0.2/jsr305-3.0.2.jar"}},
	}
	both := 0
	for keys, signed := range byKeys {
		ring := read(t, keys)
		by, err := ReadKeys(ring)
		require.NoError(t, err)
		if !binaryPackets(ring) {
			found, _, err := blocks(ring)
			require.NoError(t, err)
			ring = nil
			for _, b := range found {
				ring = append(ring, b.data...)
			}
		}
		var puts []*put
		for _, one := range signed {
			p := &put{kind: one[0], signed: read(t, one[0])}
			if one[1] != "" {
				p.kind, p.message = one[0]+" over "+one[1], read(t, one[1])
			}
			err := p.verify(by)
			p.ours, p.why = err == nil, fmt.Sprint(err)
			puts = append(puts, p)
		}
		askGpgv(t, ring, puts)
		for _, p := range puts {
			switch {
			case p.ours:
				assert.True(t, p.theirs, "%s: accepted here alone", p.kind)
				both++
			case p.theirs:
				assert.True(t, slices.ContainsFunc(stricter[:], func(s string) bool { return strings.Contains(p.why, s) }), "%s: gpgv accepts, and here it is refused: %s", p.kind, p.why)
			}
		}
	}
	require.GreaterOrEqual(t, both, 8)
}
