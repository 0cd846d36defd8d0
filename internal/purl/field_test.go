package purl

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

// TestField reads what people who verify packages were seen to hold
// (field/CASES.jsonl): every case that is about reading a text.
func TestField(t *testing.T) {
	want := map[string]string{
		"G05": "pkg:golang/golang.org/toolchain@v0.0.1-go1.21.0.linux-amd64",
		"G06": "pkg:golang/github.com/tidwall/gjson@v1.6.0",
		"G08": "pkg:golang/github.com/jackc/pgx/v5@v5.6.0",
		"G09": "pkg:golang/github.com/burntsushi/toml@v1.3.2",
		"G16": "pkg:golang/github.com/gin-gonic/gin@v1.8.0?checksum=h1:4WFH5yycBMA3za5Hnl425yd9ymdw1XPm4666oab%2Bhv4%3D%2Ch1:gcAUpegZ91QWGm03w0CjjJ0%2BrjxmG3pbBbT0aiT82s8%3D",
		"G17": "pkg:golang/github.com/gin-gonic/gin@v1.8.0?checksum=h1:4WFH5yycBMA3za5Hnl425yd9ymdw1XPm4666oab%2Bhv4%3D%2Cgo.mod-h1:ji8BvRH1azfM%2BSYow9zQ6SZMvR8qOMZHmsCuWR9tTTk%3D",
		"G19": "pkg:golang/github.com/BurntSushi/toml@v1.3.2",
		"G20": "pkg:golang/github.com/nxadm/tail@v1.4.1?checksum=h1:IvsH0xPk6Z%2BORn%2FPoTiBbD2Ig7241sucVgFy4S%2F5nas%3D",
		"G22": "pkg:golang/github.com/Sirupsen/logrus@v1.4.1",
		"G23": "pkg:golang/git.apache.org/thrift.git@v0.0.0-20180902110319-2566ecd5d999",
		"N01": "pkg:npm/spdx-correct@3.1.1 sha512",
		"N02": "pkg:npm/%40types/express-serve-static-core@4.17.31 sha512",
		"N04": "pkg:npm/once@1.4.0 sha512",
		"N05": "no package: pkg:npm/ini@4.1.1, pkg:npm/npm",
		"N21": "pkg:npm/once@1.4.0 sha512",
		"N22": "pkg:npm/jquery.dirtyforms@2.0.0",
		"N23": "pkg:npm/event-stream@3.3.6",
		"N28": "pkg:npm/once@1.4.0#once.js",
		"N29": "pkg:npm/formidable@1.0.6",
	}
	data, err := os.ReadFile(corpus.Path(t, "field", "CASES.jsonl"))
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		var c struct{ ID, Must, Input string }
		if json.Unmarshal([]byte(line), &c) != nil || want[c.ID] == "" {
			continue // its input is several files, or it is about something else
		}
		t.Run(c.ID, func(t *testing.T) {
			if strings.HasPrefix(c.Input, "field/") {
				text, err := os.ReadFile(corpus.Path(t, c.Input))
				require.NoError(t, err)
				c.Input = string(text)
			}
			got := answerOf(c.Input)
			if ref, err := Parse(c.Input); err == nil && strings.HasSuffix(want[c.ID], " sha512") {
				require.NotEmpty(t, ref.Digests)
				got = ref.Bare().String() + " " + ref.Digests[0].Algorithm
			}
			assert.Equal(t, want[c.ID], got, c.Must)
			delete(want, c.ID)
		})
	}
	assert.Empty(t, want, "cases that the corpus does not hold")

	// Each line of these is one reference of a thread.
	for _, file := range []string{"go", "npm"} {
		data, err := os.ReadFile(corpus.Path(t, "field", file, "references.txt"))
		require.NoError(t, err)
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				_, err := Parse(line)
				assert.NoError(t, err, line)
			}
		}
	}
}
