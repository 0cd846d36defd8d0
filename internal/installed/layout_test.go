package installed_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/installed"
)

// TestImageFolders compares folders in which tools keep an image: OCI's layout, and that
// of skopeo's "dir:".
func TestImageFolders(t *testing.T) {
	sum := func(c string) string { return strings.Repeat(c, 64) }
	index, manifest, config, layer := sum("1"), sum("2"), sum("3"), sum("4")
	image := []installed.Piece{{"sha256", index, true}, {"sha256", manifest, true}, {"sha256", config, false}, {"sha256", layer, false}, {"sha256", layer, false}}
	oci := map[string]string{"oci-layout": sum("a"), "index.json": sum("b"), "blobs/sha256/" + index: index, "blobs/sha256/" + manifest: manifest, "blobs/sha256/" + config: config, "blobs/sha256/" + layer: layer}
	all := map[string]string{"version": sum("a"), "manifest.json": index, manifest + ".manifest.json": manifest, config: config, layer: layer}
	one := map[string]string{"version": sum("a"), "manifest.json": manifest, config: config, layer: layer}
	for name, c := range map[string]struct {
		folder   map[string]string
		bend     map[string]string // path to digest; empty takes it out
		same     int
		as, open bool
		differs  []string // what has no explanation
	}{
		"OCI":                          {folder: oci, same: 4, as: true},
		"as docker save has it":        {folder: oci, bend: map[string]string{"manifest.json": sum("c"), "repositories": sum("d")}, same: 4, as: true},
		"OCI, one platform":            {folder: oci, bend: map[string]string{"blobs/sha256/" + index: ""}, same: 3, as: true},
		"OCI, a layer changed":         {folder: oci, bend: map[string]string{"blobs/sha256/" + layer: sum("5")}, same: 3, differs: []string{"changed blobs/sha256/" + layer}},
		"OCI, a layer gone":            {folder: oci, bend: map[string]string{"blobs/sha256/" + layer: ""}, same: 3, differs: []string{"missing blobs/sha256/" + layer}},
		"OCI, another platform's":      {folder: oci, bend: map[string]string{"blobs/sha256/" + sum("6"): sum("6")}, same: 4, open: true},
		"OCI, a file of nobody":        {folder: oci, bend: map[string]string{"run.sh": sum("6")}, same: 4, differs: []string{"extra run.sh"}},
		"OCI, under another's digest":  {folder: oci, bend: map[string]string{"blobs/sha256/" + sum("6"): sum("7")}, same: 4, differs: []string{"extra blobs/sha256/" + sum("6")}},
		"OCI, neither manifest":        {folder: oci, bend: map[string]string{"blobs/sha256/" + index: "", "blobs/sha256/" + manifest: ""}, same: 2, differs: []string{"missing blobs/sha256/" + index, "missing blobs/sha256/" + manifest}},
		"OCI, the index changed":       {folder: oci, bend: map[string]string{"blobs/sha256/" + index: sum("9")}, same: 3, differs: []string{"extra blobs/sha256/" + index}},
		"dir, all platforms":           {folder: all, same: 4, as: true},
		"dir, one platform":            {folder: one, same: 3, as: true},
		"dir, another image's":         {folder: one, bend: map[string]string{"manifest.json": sum("8")}, same: 2, differs: []string{"changed manifest.json", "missing " + manifest + ".manifest.json"}},
		"dir, a configuration changed": {folder: one, bend: map[string]string{config: sum("8")}, same: 2, differs: []string{"changed " + config}},
	} {
		t.Run(name, func(t *testing.T) {
			var found []installed.File
			for _, part := range []map[string]string{c.folder, c.bend} {
				for path, sum := range part {
					bent, is := c.bend[path]
					if _, both := c.folder[path]; is && both && (sum != bent || bent == "") {
						continue
					}
					found = append(found, installed.File{Path: path, SHA256: sum})
				}
			}
			got := installed.Package{Pieces: image}.Compare(found, "", nil)
			var differs []string
			for _, d := range got.Differences {
				if d.Known == "" {
					differs = append(differs, string(d.State)+" "+d.Path)
				}
			}
			require.ElementsMatch(t, c.differs, differs)
			require.Equal(t, c.same, got.Same)
			require.Equal(t, [2]bool{c.as, c.as || c.open}, [2]bool{got.As(), got.As() || got.Open()})
		})
	}
	require.NotEmpty(t, installed.Package{Pieces: image}.Compare([]installed.File{{Path: "etc/passwd"}}, "", nil).Unread, "an unpacked image whose layers were not fetched")
}
