package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// xzSettings are with which streams are packed: without a check, so that what is
// decoded wrongly is not refused for its checksum alone.
var xzSettings = [][]string{
	{"--check=none", "-0"}, {"--check=none", "--lzma2=preset=9e,dict=1MiB"}, {"--check=crc64", "--lzma2=preset=6,dict=64KiB"}, {"--check=sha256", "-0"},
	// A window that is soon full, and every way in which a byte's place counts.
	{"--check=none", "--lzma2=preset=6,dict=4KiB"}, {"--check=none", "--lzma2=preset=6,dict=64KiB,lc=0,lp=4,pb=0"},
	{"--check=none", "--lzma2=preset=6,dict=64KiB,lc=4,lp=0,pb=4"}, {"--check=none", "--lzma2=preset=2,dict=64KiB,lc=2,lp=2,pb=1,nice=273"},
	{"--check=none", "--x86", "--lzma2=preset=6,dict=64KiB"}, {"--check=none", "--delta=dist=4", "--lzma2=preset=6,dict=64KiB"},
	{"--check=none", "--block-size=20000", "--lzma2=preset=6,dict=64KiB"},
}

// texts are what is packed: a list of packages, what hardly shrinks, and what repeats
// itself from afar and from the byte before.
func texts() [][]byte {
	random := rand.New(rand.NewPCG(20261127, 1))
	var list, noise, echo bytes.Buffer
	for i := range 400 {
		fmt.Fprintf(&list, "Package: gold-%d\nVersion: 1.%d-1\nSHA256: %016x%016x\nDescription: leaf %d\n\n", i, random.IntN(50), random.Uint64(), random.Uint64(), i%7)
	}
	for range 8000 {
		noise.WriteByte(byte(random.IntN(256)))
	}
	for range 300 {
		echo.Write(bytes.Repeat([]byte{byte(random.IntN(4))}, 1+random.IntN(400)))
		if n := echo.Len(); n > 5000 {
			from := random.IntN(n - 600)
			echo.Write(bytes.Clone(echo.Bytes()[from : from+random.IntN(600)]))
		}
	}
	return [][]byte{list.Bytes(), noise.Bytes(), echo.Bytes(), nil}
}

// What is decoded by functions of ours comes out as it does of the module's own: to
// the byte, and with the same error at the same place.
func TestFasterUnpacksAlike(t *testing.T) {
	b := slow(t)
	if _, err := exec.LookPath("xz"); err != nil {
		t.Skip("xz is not installed: no stream is packed")
	}
	require.NoError(t, b.generate())
	dir := t.TempDir()
	var streams []string
	for i, settings := range xzSettings {
		for k, text := range texts() {
			pack := exec.Command("xz", append([]string{"-c"}, settings...)...)
			pack.Stdin = bytes.NewReader(text)
			stream, err := pack.Output()
			require.NoError(t, err, "%v", settings)
			name := filepath.Join(dir, fmt.Sprintf("%d-%d.xz", i, k))
			require.NoError(t, os.WriteFile(name, stream, 0o600))
			streams = append(streams, name)
		}
	}
	const program = "./wasm/slim/testdata/unpack"
	answers := func(flags ...string) []string {
		c := exec.Command("go", append(append(append([]string{"run"}, flags...), program), streams...)...)
		c.Dir = b.root
		var said bytes.Buffer
		c.Stderr = &said
		out, err := c.Output()
		require.NoError(t, err, said.String())
		return strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	want, got := answers(), answers("-modfile="+b.modfile(), "-mod=readonly")
	require.Greater(t, len(want), 10*len(streams))
	require.Len(t, got, len(want))
	sound := 0
	for i := range want {
		assert.Equal(t, want[i], got[i])
		if strings.HasSuffix(want[i], "<nil>") {
			sound++
		}
	}
	t.Logf("%d streams and damaged copies, %d without an error", len(want), sound)
	assert.Greater(t, sound, len(streams))
	// The functions are ours there, and the module's are gone.
	for _, m := range b.list.Modules {
		for _, f := range m.Files {
			if f.Action != Faster {
				continue
			}
			kept, err := os.ReadFile(b.path(filepath.FromSlash(b.folder(m)), f.Path))
			require.NoError(t, err)
			for _, name := range f.Without {
				assert.NotContains(t, string(kept), "func "+name+"(")
			}
		}
	}
}
