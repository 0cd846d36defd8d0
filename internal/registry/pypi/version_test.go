package pypi

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// ordered are versions in their order by PEP 440; what stands in one line is one
// version.
var ordered = [][]string{
	{"1.dev0"}, {"1.0.dev456"}, {"1.0a1", "1.0.alpha-1", "v1.0A01", "1.a1"}, {"1.0a2.dev456"}, {"1.0a12.dev456"}, {"1.0a12"}, {"1.0b1.dev456"}, {"1.0b2"},
	{"1.0b2.post345.dev456"}, {"1.0b2.post345"}, {"1.0rc1.dev456"}, {"1.0rc1", "1.0c1", "1.0-preview_1", "1.0.pre1"}, {"1.0", "1", "1.0.0", "01.00", " 1.0 "},
	{"1.0+abc.5"}, {"1.0+abc.7"}, {"1.0+5", "1.0+05"}, {"1.0.post456.dev34"}, {"1.0.post456", "1.0-456", "1.0r456", "1.0.rev456"}, {"1.0.15"}, {"1.1.dev1"},
	{"9999999999999999999999.1"}, {"99999999999999999999999.0"}, {"1!0.1"},
}

func TestVersions(t *testing.T) {
	for i, line := range ordered {
		for _, a := range line {
			for j, other := range ordered {
				for _, b := range other {
					got, want := compareVersions(a, b), 0
					if i != j {
						want = map[bool]int{true: -1, false: 1}[i < j]
					}
					assert.Equal(t, want, got, "%s and %s", a, b)
					assert.Equal(t, want == 0, sameVersion(a, b), "%s and %s", a, b)
					assert.Equal(t, want == 0, keyOf(a) == keyOf(b), "%s and %s", a, b)
				}
			}
		}
	}
	for _, none := range []string{"", "one", "1.0-", "1..0", "1.0+", "1.0+a..b", "1!", "1.0.x", "１.0", "1.0 0", "1.0a1b2"} {
		_, ok := parseVersion(none)
		assert.False(t, ok, none)
		assert.Negative(t, compareVersions(none, "0.dev0"), none)
		assert.True(t, sameVersion(none, none))
		assert.Equal(t, keyOf(none), keyOf(none))
		assert.NotEqual(t, keyOf("1.0"), keyOf(none))
	}
	assert.Positive(t, compareVersions("1", "one"))
	assert.True(t, sameVersion("1.0+ubuntu_1", "1.0+ubuntu.1"))
	assert.Equal(t, keyOf("1.0+ubuntu.1"), keyOf("1.0+ubuntu_1"))
}

func TestSameLine(t *testing.T) {
	for pair, want := range map[[2]string]bool{
		{"1.0", "1.9rc1"}: true, {"1.0", "2.0"}: false, {"0.1.5", "0.1"}: true, {"0.1", "0.2"}: false, {"0", "0.0.1"}: true,
		{"1!1.0", "1.0"}: false, {"one", "one"}: false, {"2024.1", "2024.12"}: true,
	} {
		assert.Equal(t, want, sameLine(pair[0], pair[1]), pair)
	}
}

func TestCanonical(t *testing.T) {
	for name, want := range map[string]string{"Zope.Interface": "zope-interface", "a_-.b": "a-b", "A": "a", "a__B": "a-b", "": "", "a-": "a-"} {
		assert.Equal(t, want, canonical(name), name)
	}
}

func TestFilenames(t *testing.T) {
	same := [][2]string{
		{"foo_bar-1.0-py2.py3-none-any.whl", "Foo.Bar-1.0.0-py3.py2-none-any.whl"},
		{"foo_bar-1.0-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "foo_bar-1.0-cp310-cp310-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"},
		{"foo_bar-1.0.tar.gz", "foo-bar-1.0.tar.gz"}, {"foo-bar-1.0.zip", "foo.bar-1.0.0.zip"},
	}
	for _, p := range same {
		a, okA := parseFilename(p[0], "foo-bar")
		b, okB := parseFilename(p[1], "foo-bar")
		assert.True(t, okA && okB && a.means(b), p)
	}
	for _, p := range [][2]string{
		{"foo_bar-1.0-py3-none-any.whl", "foo_bar-1.0-py2.py3-none-any.whl"}, {"foo_bar-1.0-1-py3-none-any.whl", "foo_bar-1.0-py3-none-any.whl"},
		{"foo_bar-1.0.tar.gz", "foo_bar-1.0.zip"}, {"foo_bar-1.0.tar.gz", "foo_bar-1.0-py3-none-any.whl"}, {"foo_bar-1.0.tar.gz", "foo_bar-1.1.tar.gz"},
	} {
		a, okA := parseFilename(p[0], "foo-bar")
		b, okB := parseFilename(p[1], "foo-bar")
		assert.True(t, okA && okB && !a.means(b), p)
	}
	old, ok := parseFilename("foo-bar-1.0-beta.tar.gz", "Foo_Bar")
	assert.True(t, ok)
	assert.Equal(t, "1.0-beta", old.version)
	for _, none := range []string{"foo-bar-1.0.egg", "other-1.0.tar.gz", "foo-bar-1.0-py3-none.whl", "foo-bar.tar.gz", "foo-bar--py3-none-any.whl", "", ".whl", "foo-bar-1.0.exe"} {
		_, ok := parseFilename(none, "foo-bar")
		assert.False(t, ok, none)
	}
}

// TestMostPeopleGet orders a version's files.
func TestMostPeopleGet(t *testing.T) {
	want := []string{
		"a-1-py3-none-any.whl", "a-1-cp313-cp313-manylinux_2_17_x86_64.whl", "a-1-cp39-cp39-manylinux_2_17_x86_64.whl", "a-1-cp313-cp313t-manylinux_2_17_x86_64.whl",
		"a-1-cp313-cp313-win_amd64.whl", "a-1-cp313-cp313-musllinux_1_1_aarch64.whl", "a-1.tar.gz", "a-1.tar.bz2",
	}
	var files []filename
	for _, name := range want {
		f, ok := parseFilename(name, "a")
		assert.True(t, ok, name)
		files = append(files, f)
	}
	got := slices.Clone(files)
	slices.Reverse(got)
	slices.SortStableFunc(got, compareFiles)
	for i := range want {
		if i == 4 || i == 5 { // of equals, whichever the index lists first
			continue
		}
		assert.Equal(t, files[i], got[i], want[i])
	}
	assert.Equal(t, "wheel for any platform", files[0].String())
	assert.Equal(t, "wheel for cp313, Linux on x86_64", files[1].String())
	assert.Equal(t, "wheel for cp313, Windows on amd64", files[4].String())
	assert.Equal(t, "source distribution", files[6].String())
}
