package arch

import (
	"bytes"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/a-h/templ/generator"
	"github.com/a-h/templ/parser/v2"
	"github.com/stretchr/testify/require"
)

// TestTemplsOutputIsWhatItsSourcesGive: what is committed beside each component is
// what templ's own generator writes of it, in the version that go.mod names. Its
// command does no more, and takes a minute to compile.
func TestTemplsOutputIsWhatItsSourcesGive(t *testing.T) {
	root := filepath.Join("..", "..")
	made := map[string]bool{}
	for _, file := range files(t, root, ".templ") {
		component, err := parser.Parse(file)
		require.NoError(t, err)
		rel, err := filepath.Rel(root, file)
		require.NoError(t, err)
		var out bytes.Buffer
		_, err = generator.Generate(component, &out, generator.WithVersion(templ.Version()), generator.WithFileName(filepath.ToSlash(rel)))
		require.NoError(t, err, file)
		want, err := format.Source(out.Bytes())
		require.NoError(t, err, file)
		name := strings.TrimSuffix(file, ".templ") + "_templ.go"
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), "%s is not what %s gives: go run github.com/a-h/templ/cmd/templ@%s generate", name, file, templ.Version())
		made[name] = true
	}
	require.NotEmpty(t, made)
	for _, name := range files(t, root, "_templ.go") {
		require.True(t, made[name], "%s is made of nothing: delete it", name)
	}
}
