//go:build touchstone_testanchors

package audit_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/corpus"
	"touchstone/internal/fetch"
	"touchstone/internal/mint"
	"touchstone/internal/purl"
	"touchstone/internal/sigstore"
	"touchstone/internal/trust"
)

// fieldReads are the cases in which a text is read and the network is asked: what
// the text must be read as, and the same situation in an invented world, where it
// is about more than reading.
var fieldReads = map[string]struct {
	reads string
	holds func(*testing.T)
}{
	"G05": {"pkg:golang/golang.org/toolchain@v0.0.1-go1.21.0.linux-amd64", nil},
	"G06": {"pkg:golang/github.com/tidwall/gjson@v1.6.0", nil},
	"G08": {"pkg:golang/github.com/jackc/pgx/v5@v5.6.0", nil},
	"G09": {"pkg:golang/github.com/burntsushi/toml@v1.3.2", inOtherCase("example.com/gold/leaf", "example.com/Gold/Leaf", `Package URLs are often written in lower case; likely "example.com/Gold/Leaf" is meant.`)},
	"G16": {"pkg:golang/github.com/gin-gonic/gin@v1.8.0?checksum=h1:4WFH5yycBMA3za5Hnl425yd9ymdw1XPm4666oab%2Bhv4%3D%2Ch1:gcAUpegZ91QWGm03w0CjjJ0%2BrjxmG3pbBbT0aiT82s8%3D", twoSums},
	"G17": {"pkg:golang/github.com/gin-gonic/gin@v1.8.0?checksum=h1:4WFH5yycBMA3za5Hnl425yd9ymdw1XPm4666oab%2Bhv4%3D%2Cgo.mod-h1:ji8BvRH1azfM%2BSYow9zQ6SZMvR8qOMZHmsCuWR9tTTk%3D", nil},
	"G19": {"pkg:golang/github.com/BurntSushi/toml@v1.3.2", nil},
	"G20": {"pkg:golang/github.com/nxadm/tail@v1.4.1?checksum=h1:IvsH0xPk6Z%2BORn%2FPoTiBbD2Ig7241sucVgFy4S%2F5nas%3D", movedTag},
	"G22": {"pkg:golang/github.com/Sirupsen/logrus@v1.4.1", inOtherCase("example.com/Gold/leaf", "example.com/gold/leaf", `Only upper and lower case differ, which are two names here. It calls itself "example.com/gold/leaf".`)},
	"G23": {"pkg:golang/git.apache.org/thrift.git@v0.0.0-20180902110319-2566ecd5d999", nil},
	"N01": {"pkg:npm/spdx-correct@3.1.1 sha512", nil},
	"N02": {"pkg:npm/%40types/express-serve-static-core@4.17.31 sha512", nil},
	"N04": {"pkg:npm/once@1.4.0 sha512", nil},
	"N05": {"no package: pkg:npm/ini@4.1.1, pkg:npm/npm", nil},
	"N21": {"pkg:npm/once@1.4.0 sha512", nil},
	"N22": {"pkg:npm/jquery.dirtyforms@2.0.0", nil},
	"N23": {"pkg:npm/event-stream@3.3.6", nil},
	"N28": {"pkg:npm/once@1.4.0#once.js", nil},
	"N29": {"pkg:npm/formidable@1.0.6", nil},
}

func readField(t *testing.T, c fieldCase) {
	want, there := fieldReads[c.ID]
	require.True(t, there, c.Must)
	text := c.Input.(string)
	if strings.HasPrefix(text, "field/") {
		raw, err := os.ReadFile(corpus.Path(t, text))
		require.NoError(t, err)
		text = string(raw)
	}
	ref, err := purl.Parse(text)
	got := ref.String()
	var refused *purl.Refused
	switch {
	case errors.As(err, &refused):
		got = string(refused.Kind) + ": "
		for i, c := range refused.Choices {
			got += map[bool]string{false: ", "}[i == 0] + c.Reference
		}
	case err != nil:
		got = err.Error()
	case strings.HasSuffix(want.reads, " sha512"):
		require.NotEmpty(t, ref.Digests)
		got = ref.Bare().String() + " " + ref.Digests[0].Algorithm
	}
	require.Equal(t, want.reads, got, c.Must)
	if want.holds != nil {
		want.holds(t)
	}
}

// logged is a module in an invented log.
func logged(t *testing.T, m mint.Module, reference string) *result {
	w, log := world{}, newLog()
	log.publish(w, m)
	o := options(w)
	o.Anchors = log.anchors(t)
	r, err := ask(context.Background(), reference, o)
	require.NoError(t, err)
	return r
}

// inOtherCase audits a module whose go.mod writes its path in other case.
func inOtherCase(asked, inside, says string) func(*testing.T) {
	return func(t *testing.T) {
		r := logged(t, mint.Module{Path: asked, Version: "v1.0.0", Files: map[string]string{"go.mod": "module " + inside + "\n"}}, "pkg:golang/"+asked+"@v1.0.0")
		has(t, r, "name-inside", "fail", says)
		require.Equal(t, 1, len(r.Report.Verdict.Alarms))
		require.Equal(t, [2]int{1, 1}, levels(r)["integrity"])
	}
}

// twoSums: of both sums of the go command's message it is said which the log
// holds, whatever the order.
func twoSums(t *testing.T) {
	m := hello()
	sum := strings.Fields(m.Lines())[2]
	const other = "h1:IvsH0xPk6Z+ORn/PoTiBbD2Ig7241sucVgFy4S/5nas="
	for _, both := range [][2]string{{sum, other}, {other, sum}} {
		text := "verifying " + m.Path + "@" + m.Version + ": checksum mismatch\n\tdownloaded: " + both[0] + "\n\tgo.sum:     " + both[1] + "\n\nSECURITY ERROR\n"
		r := logged(t, m, text)
		require.False(t, r.Report.Verdict.Failed, r.Report.Text(false))
		has(t, r, "reference-digest", "pass", "Of other bytes is: "+other[:24])
		has(t, r, "reference-digest", "pass", "holds the recorded one as its entry 0 of 1. It proves no time, so since when is not known.")
	}
}

// movedTag: the line of the bytes that the log does not hold fails.
func movedTag(t *testing.T) {
	m := hello()
	line, _, _ := strings.Cut(m.Lines(), "\n")
	require.Equal(t, [2]int{2, 2}, levels(logged(t, m, line))["integrity"])
	r := logged(t, m, strings.Fields(line)[0]+" "+m.Version+" h1:IvsH0xPk6Z+ORn/PoTiBbD2Ig7241sucVgFy4S/5nas=")
	require.True(t, r.Report.Verdict.Failed)
	has(t, r, "reference-digest", "fail", "holds the recorded one as its entry 0 of 1.")
}

// fieldBundles are the bundles that were answered wrongly: what is said now, where
// they are refused, and as what they are read.
var fieldBundles = map[string]struct{ as, refused string }{
	"B09":            {"a list of 1", ""},
	"B12":            {"the form that cosign wrote before bundles", ""},
	"B15-pep740":     {"an attestation in the form of PEP 740", ""},
	"B15-provenance": {"PyPI's answer about provenance", ""},
	"B15-github-api": {"a host's answer with 1 attestation", ""},
	"B15-old-cosign": {"", "the form that cosign wrote before bundles, and its cert cannot be read"},
	"B15-npm-answer": {"answer with 2 attestations", "none of its 2 bundles is accepted"},
	"B15-two-lines":  {"2 documents, one a line", ""},
	"B16":            {"", "malformed: entry 1: its kindVersion is missing or not whole; its body is a hashedrekord 0.0.1; and its certificate is encoded in base64 twice"},
}

// fieldWho is the part of a command that asks a bundle whom it names.
var fieldWho = regexp.MustCompile(`\$\(python3 (\S+) (\S+)\)`)

// bundleField runs a command of verify-bundle.
func bundleField(t *testing.T, c fieldCase) {
	args := strings.TrimPrefix(c.Ran, "npm run -s verify-bundle -- ")
	if asks := fieldWho.FindStringSubmatch(args); asks != nil {
		out, err := exec.Command("python3", corpus.Path(t, asks[1]), corpus.Path(t, asks[2])).Output()
		if err != nil {
			t.Skipf("python3 and openssl tell whom a bundle names: %v", err)
		}
		args = strings.Replace(args, asks[0], strings.TrimSpace(string(out)), 1)
	}
	read := func(name string) ([]byte, error) {
		return os.ReadFile(corpus.Path(t, strings.TrimPrefix(name, "corpus/")))
	}
	production, err := read("sigstore-trust/public-good/trusted_root.json")
	require.NoError(t, err)
	as, err := sigstore.VerifyBundle(strings.Fields(args), read, production)
	want, mended := fieldBundles[c.ID]
	require.Equal(t, c.Right == "no", mended, c.Must)
	if !mended {
		if _, want.refused, _ = strings.Cut(c.Got, "refused: "); want.refused != "" {
			want.refused, _, _ = strings.Cut(want.refused, " || ")
			want.refused = strings.Join(strings.Fields(want.refused)[:4], " ") // a reason's words may grow better
		}
	}
	require.Contains(t, as, want.as)
	if want.refused == "" {
		require.NoError(t, err, c.Must)
		return
	}
	require.ErrorContains(t, err, want.refused, c.Must)
}

// TestFieldLive asks the network what the cases asked: what comes depends on what
// is reached here, so only what cannot change is held.
func TestFieldLive(t *testing.T) {
	ctx := live(t, 2*time.Minute)
	for id, check := range map[string][3]string{
		"G05": {"log-record", "pass", ""}, "G09": {"name-inside", "fail", `likely "github.com/BurntSushi/toml" is meant`},
		"G16": {"reference-digest", "pass", "Of other bytes is: h1:gcAUpegZ91QWGm03w0Cjj"}, "G20": {"reference-digest", "fail", ""},
		"G23": {"log-record", "pass", ""}, "N01": {"reference-digest", "fail", ""}, "N04": {"reference-digest", "pass", ""},
	} {
		t.Run(id, func(t *testing.T) {
			o := circumstances{Options: audit.Options{Transport: fetch.NewNative(), Anchors: trust.Embedded()}}
			reference, _, _ := strings.Cut(fieldReads[id].reads, " ")
			if id[0] == 'N' {
				raw, err := os.ReadFile(corpus.Path(t, "field", "npm", map[string]string{"N01": "lock-pnpm5.txt", "N04": "lock-bun.txt"}[id]))
				require.NoError(t, err)
				reference = string(raw)
			}
			r, err := ask(ctx, reference, o)
			if err != nil || r.Report.Artifact.Size == 0 {
				t.Skipf("no network here, so nothing was audited live: %v", err)
			}
			has(t, r, check[0], check[1], check[2])
			if id == "N01" {
				require.Contains(t, strings.Join(r.Report.Notes, " "), "of another version, 3.1.0.")
			}
		})
	}
}
