package sumdb

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkVerify verifies one lookup in a log of 70,000 records, with the
// head of an earlier visit.
func BenchmarkVerify(b *testing.B) {
	l := large()
	e, s := evidence(b, l, 12_345, 60_000, 70_000, 50_000)
	benchmark(b, l.key, e, func() (tiles, bytes int) {
		for _, data := range s.given {
			tiles, bytes = tiles+1, bytes+len(data)
		}
		return tiles, bytes
	})
}

// BenchmarkVerifyCorpus verifies real lookups in a log of 71.9 million records.
func BenchmarkVerifyCorpus(b *testing.B) {
	for _, name := range openSnapshot(b).modules {
		b.Run(name, func(b *testing.B) {
			s := openSnapshot(b)
			benchmark(b, corpusKey, s.evidence(b, name), func() (tiles, bytes int) {
				for _, size := range s.asked {
					tiles, bytes = tiles+1, bytes+size
				}
				return tiles, bytes
			})
		})
	}
}

// benchmark reports, beside time, the tiles and bytes that one verification
// asks for: what a visitor's connection pays.
func benchmark(b *testing.B, key string, e Evidence, cost func() (tiles, bytes int)) {
	b.ReportAllocs()
	for b.Loop() {
		_, err := Verify(key, e)
		require.NoError(b, err)
	}
	tiles, bytes := cost()
	b.ReportMetric(float64(tiles), "tiles/op")
	b.ReportMetric(float64(bytes), "bytes/op")
}
