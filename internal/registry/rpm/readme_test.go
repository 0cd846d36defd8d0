package rpm

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README names every release that is served, and no other: "Fedora 44, 43
// and 31; EPEL 10 …", in the order in which they are asked.
func TestREADMENamesEveryRelease(t *testing.T) {
	var families []string
	versions := map[string][]string{}
	for _, r := range releases {
		i := strings.LastIndexByte(r.name, ' ')
		family, version := r.name[:i], r.name[i+1:]
		if !slices.Contains(families, family) {
			families = append(families, family)
		}
		versions[family] = append(versions[family], version)
	}
	var said []string
	for _, family := range families {
		all := versions[family]
		last := len(all) - 1
		list := all[last]
		if last > 0 {
			list = strings.Join(all[:last], ", ") + " and " + all[last]
		}
		said = append(said, family+" "+list)
	}
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	require.NoError(t, err)
	readme := strings.Join(strings.Fields(string(raw)), " ")
	require.Contains(t, readme, "RPM packages (`rpm`) of "+strings.Join(said, "; ")+";")
}
