package pypi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/registry"
)

// sitePackages is a folder with two distributions, and files that nobody lists.
func sitePackages() registry.Folder {
	texts := map[string][]byte{
		"gold_leaf-1.2.3.dist-info/METADATA": []byte("Metadata-Version: 2.1\nName: Gold.Leaf\nVersion: 1.2.3\n"),
		"gold_leaf-1.2.3.dist-info/WHEEL":    []byte("Wheel-Version: 1.0\nTag: py2-none-any\nTag: py3-none-any\n"),
		"gold_leaf-1.2.3.dist-info/RECORD":   []byte("gold/__init__.py,sha256=AA,1\nshared/gold.py,,\ngold_leaf-1.2.3.dist-info/RECORD,,\n../../bin/gold,,\n__pycache__/x.pyc,,\n"),
		"tin-2.dist-info/METADATA":           []byte("Name: tin\nVersion: 2\n"),
		"tin-2.dist-info/RECORD":             []byte("tin.py,,\nshared/tin.py,,\n"),
		"odd-3.dist-info/METADATA":           []byte("no header"),
		"gold/sub-1.dist-info/METADATA":      []byte("Name: sub\n"),
	}
	f := registry.Folder{Root: "/env/lib/python3.12/site-packages", Texts: texts,
		Paths: []string{"gold/__init__.py", "gold/evil.py", "gold/deep/evil.so", "shared/gold.py", "shared/evil.py", "tin.py", "evil.pth", "evil.pyw", "odd-3.dist-info/entry_points.txt", "gold_leaf-1.2.3.dist-info/INSTALLER", "__pycache__/x.pyc",
			"__pycache__/tin.cpython-312.pyc", "__pycache__/nobody.cpython-312.pyc", "shared/__pycache__/tin.cpython-312.opt-1.pyc", "linked", "shared/linked"},
		Out: []string{"linked", "shared/linked"}}
	for p := range texts {
		f.Paths = append(f.Paths, p)
	}
	return f
}

func TestFind(t *testing.T) {
	found := Registry{}.Find(sitePackages())
	require.Len(t, found, 3)
	require.Equal(t, registry.Placed{Files: []string{"shared/evil.py", "evil.pth", "evil.pyw", "odd-3.dist-info/entry_points.txt", "linked", "shared/linked"}}, found[2])
	require.Subset(t, found[1].Files, []string{"__pycache__/tin.cpython-312.pyc", "shared/__pycache__/tin.cpython-312.opt-1.pyc"}, "caches of its own sources, wherever they stand")
	require.Empty(t, Registry{}.Find(registry.Folder{Paths: []string{"a.py"}}), "a folder without packages has no strays")
	require.Equal(t, "pkg:pypi/gold-leaf@1.2.3?file_name=gold_leaf-1.2.3-py2.py3-none-any.whl", found[0].Reference)
	require.Equal(t, "pkg:pypi/tin@2", found[1].Reference)
	require.Subset(t, found[0].Files, []string{"gold/__init__.py", "shared/gold.py", "gold/evil.py", "gold/deep/evil.so", "gold_leaf-1.2.3.dist-info/INSTALLER", "__pycache__/x.pyc"})
	for _, p := range found[:2] {
		require.Empty(t, p.Folder)
		require.NotContains(t, p.Files, "../../bin/gold", "a list leads nowhere out")
		require.NotContains(t, p.Files, "shared/evil.py", "of a folder that two share nobody is the owner")
		require.NotContains(t, p.Files, "evil.pth")
	}
}

func TestWheelOf(t *testing.T) {
	for wheel, want := range map[string]string{
		"Tag: py3-none-any\n": "a_b-1.0-py3-none-any.whl",
		"Tag: cp312-cp312-manylinux_2_17_x86_64\nTag: cp312-cp312-manylinux2014_x86_64\n": "a_b-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
		"Build: 7\nTag: py3-none-any\n": "a_b-1.0-7-py3-none-any.whl",
		"Tag: py3-none\n":               "",
		"":                              "",
		"Tag: ../x-none-any\n":          "",
	} {
		require.Equal(t, want, wheelOf("a_b-1.0.dist-info", []byte(wheel)), wheel)
	}
}

func TestKnown(t *testing.T) {
	published := []byte("x")
	for _, c := range []struct {
		path      string
		published []byte
		known     bool
	}{
		{"a-1.dist-info/RECORD", published, true},
		{"a-1.dist-info/METADATA", published, false},
		{"a-1.dist-info/INSTALLER", nil, true},
		{"a-1.dist-info/INSTALLER", published, false},
		{"a-1.dist-info/direct_url.json", nil, true},
		{"a-1.dist-info/evil.py", nil, false},
		{"a/__pycache__/b.cpython-312.pyc", nil, false},
		{"a/__pycache__/b.cpython-312.pyc", published, false},
		{"a/__pycache__/evil.py", nil, false},
		{"a/b.pyc", nil, false},
		{"RECORD", published, false},
	} {
		require.Equal(t, c.known, Registry{}.Known(c.path, c.published, nil) != "", c.path)
	}
	require.Contains(t, Registry{}.Elsewhere("a-1.data/scripts/x"), "scripts")
	require.Empty(t, Registry{}.Elsewhere("a/scripts/x"))
}

// TestUncompared: a compiled cache is never explained away; only one of a published
// source is one.
func TestUncompared(t *testing.T) {
	published := func(p string) bool { return p == "a/b.py" || p == "top.py" || p == "a/x.y.py" }
	for p, open := range map[string]bool{
		"a/__pycache__/b.cpython-312.pyc":       true,
		"a/__pycache__/b.cpython-312.opt-2.pyc": true,
		"a/__pycache__/x.y.pypy310.pyc":         true,
		"__pycache__/top.cpython-313.pyc":       true,
		"a/__pycache__/evil.cpython-312.pyc":    false,
		"a/__pycache__/b.pyc":                   false,
		"a/b.pyc":                               false,
		"a/__pycache__/b.cpython-312.so":        false,
		"b/__pycache__/b.cpython-312.pyc":       false,
		"a/__pycache__/deep/b.cpython-312.pyc":  false,
		"a/x__pycache__/b.cpython-312.pyc":      false,
	} {
		require.Equal(t, open, Registry{}.Uncompared(p, published) != "", p)
		require.Empty(t, Registry{}.Known(p, nil, nil), p)
	}
}
