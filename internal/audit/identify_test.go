package audit_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
	"touchstone/internal/audit"
	"touchstone/internal/mint"
)

// zipOf is a zip of files and their contents, in pairs.
func zipOf(t *testing.T, pairs ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	var members []archive.Member
	for i := 0; i < len(pairs); i += 2 {
		members = append(members, archive.Member{Path: pairs[i], Data: []byte(pairs[i+1])})
	}
	require.NoError(t, archive.WriteZip(&out, members))
	return out.Bytes()
}

// TestIdentify: a package file says which package it is, and nothing else is
// taken for one.
func TestIdentify(t *testing.T) {
	const metadata = "Metadata-Version: 2.1\nName: Gold.Leaf\nVersion: 1.2.3\n"
	for what, c := range map[string]struct {
		file []byte
		want []string
	}{
		"npm":                     {mint.Tgz(map[string]string{"package/package.json": `{"name":"@a/b","version":"1.0.0"}`, "package/x.js": "", "package/node_modules/c/package.json": `{"name":"c","version":"2.0.0"}`}), []string{"pkg:npm/%40a/b@1.0.0"}},
		"a crate":                 {mint.Tgz(map[string]string{"gold-1.2.3/Cargo.toml": "", "gold-1.2.3/src/lib.rs": ""}), []string{"pkg:cargo/gold@1.2.3"}},
		"a wheel":                 {zipOf(t, "gold/__init__.py", "", "gold_leaf-1.2.3.dist-info/METADATA", metadata, "gold_leaf-1.2.3.dist-info/WHEEL", "Tag: py3-none-any\n"), []string{"pkg:pypi/gold-leaf@1.2.3?file_name=gold_leaf-1.2.3-py3-none-any.whl"}},
		"a source file":           {mint.Tgz(map[string]string{"gold_leaf-1.2.3/PKG-INFO": metadata, "gold_leaf-1.2.3/setup.py": ""}), []string{"pkg:pypi/gold-leaf@1.2.3?file_name=gold_leaf-1.2.3.tar.gz"}},
		"a Go module":             {zipOf(t, "github.com/!a/b@v1.2.3/go.mod", "module github.com/A/b\n", "github.com/!a/b@v1.2.3/b.go", ""), []string{"pkg:golang/github.com/A/b@v1.2.3"}},
		"a Go module, upper case": {zipOf(t, "github.com/A/b@v1.2.3/go.mod", ""), []string{"pkg:golang/github.com/A/b@v1.2.3"}},
		"no package":              {zipOf(t, "a.txt", ""), nil},
		"two modules":             {zipOf(t, "github.com/a/b@v1.0.0/b.go", "", "github.com/a/c@v1.0.0/c.go", ""), nil},
		"no archive":              {[]byte("text"), nil},
		"nothing":                 {nil, nil},
		"cut short":               {mint.Tgz(map[string]string{"package/package.json": `{"name":"b","version":"1.0.0"}`})[:20], nil},
	} {
		require.Equal(t, c.want, audit.Identify(c.file), what)
	}
}
