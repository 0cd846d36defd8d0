package deb

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkFind reads a list as large as Debian's main: 69,000 packages, 57 MB, which
// xz packs. MB/s counts what comes out.
func BenchmarkFind(b *testing.B) {
	if _, err := exec.LookPath("xz"); err != nil {
		b.Skip("xz is not installed: no list is packed")
	}
	var text strings.Builder
	for i := range 69_000 {
		fmt.Fprintf(&text, "Package: package-%d\nVersion: 1.%d-1\nArchitecture: amd64\nDescription: %s\nFilename: pool/main/p/package-%d/package-%d_1_amd64.deb\nSize: %d\nSHA256: %064x\n\n", i, i, strings.Repeat(fmt.Sprintf("%x ", i*2654435761), 45), i, i, i+1, i*7919)
	}
	pack := exec.Command("xz", "-1", "-c")
	pack.Stdin = strings.NewReader(text.String())
	packed, err := pack.Output()
	require.NoError(b, err)
	b.SetBytes(int64(text.Len()))
	b.ReportMetric(float64(len(packed))/1e6, "MB-packed")
	b.ReportAllocs()
	for b.Loop() {
		l := list{}
		l.answer.Body = packed
		l.find("package-68999")
		require.Empty(b, l.broken)
		require.Len(b, l.entries, 1)
	}
}
