package archive_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/archive"
)

// fuzzed reads any bytes: never a panic, never beyond the limits; and where
// nothing is wrong, Go's own reader sees the same names and bytes.
func fuzzed(t *testing.T, format archive.Format, data []byte) {
	limits := archive.Limits{Archive: 1 << 20, Total: 4 << 20, Entries: 1000, Ratio: 1100, Name: 1000, Depth: 50}
	c, err := archive.Read(format, data, archive.Options{Limits: limits})
	if err != nil {
		var format *archive.FormatError
		require.True(t, errors.As(err, &format), "%v", err)
		return
	}
	again, err := archive.Read(format, data, archive.Options{Limits: limits})
	require.NoError(t, err)
	require.Equal(t, c, again)
	total := int64(0)
	for _, f := range c.Files {
		total += f.Size
	}
	assert.LessOrEqual(t, total, limits.Total)
	assert.LessOrEqual(t, len(c.Files)+len(c.Folders), limits.Entries)
	assertPlain(t, c)
	if !c.Complete {
		assert.NotEmpty(t, c.Problems)
	}
	if len(c.Problems) > 0 {
		return
	}
	got := namesAndBytes(c)
	assert.Len(t, c.Files, len(got))
	if want := standard(t, format, data); want != nil {
		assert.Equal(t, want, got)
	}
	_, err = archive.Hash1(c.Listed())
	assert.NoError(t, err)
}

func FuzzZip(f *testing.F) {
	later := zipFile("p/later", "beta")
	later.describe(true, false)
	later.central.extra = unicodePath("p/later", "p/later")
	wide := zipFile("p/wide", "gamma")
	wide.central.size, wide.central.extra = 0xffffffff, extraField(1, u64s(5))
	for _, z := range []zipSpec{
		{},
		{items: []zipItem{zipFile("p/é", "alpha"), later, wide, zipStored("p/s", "delta")}},
		{items: []zipItem{zipFile("p/a", "alpha")}, end64: func(*zipEnd64) {}, end: func(e *zipEnd) { e.comment = "hello" }},
		{items: []zipItem{zipFile("p/a", "alpha")}, shifted: []byte("#!/bin/sh\n")},
		named("p/", "p/a", "P/a", "../x", "p/a/b"),
	} {
		f.Add(z.build().Bytes())
	}
	f.Add(pack(f, archive.Zip, []string{"p/a", "p/b"}, 1000, true))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, archive.Zip, data) })
}

func FuzzTarGz(f *testing.F) {
	f.Add(tarred())
	f.Add(tarred(tarFolder("p"), tarPax('x', "path=p/é"), tarFile("cut", "alpha"), tarOf('2', "p/l", "x")))
	f.Add(tarred(tarLong('L', "p/long"), tarFile("cut", "alpha")))
	f.Add(pack(f, archive.TarGz, []string{"p/a", "p/b"}, 1000, true))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, archive.TarGz, data) })
}

// FuzzTar reaches the tar inside, which the gzip checksum hides from FuzzTarGz;
// the headers' checksums are made anew.
func FuzzTar(f *testing.F) {
	for _, items := range [][]tarItem{
		{},
		{tarFolder("p"), tarPax('x', "path=p/é", "size=5"), tarFile("cut", "alpha"), tarOf('2', "p/l", "x")},
		{tarLong('L', "p/long"), tarFile("cut", "alpha")},
		{tarPax('g', "comment=x"), tarFile("p/a", "alpha"), tarOf('1', "p/b", "p/a")},
	} {
		f.Add(tarSpec{items: items}.build().Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		data = append([]byte(nil), data...)
		for i := 0; i+512 <= len(data); i += 512 {
			if string(data[i+257:i+262]) == "ustar" {
				fixChecksum(data[i:i+512], nil)
			}
		}
		fuzzed(t, archive.TarGz, gzipped(data))
	})
}

func benchmark(b *testing.B, format archive.Format, size int, names ...string) {
	data := pack(b, format, names, size, true)
	b.SetBytes(int64(size * len(names)))
	b.ReportAllocs()
	for b.Loop() {
		c, err := archive.Read(format, data, archive.Options{})
		if err != nil || !c.Complete {
			b.Fatal(err, c.Problems)
		}
	}
}

func BenchmarkZip(b *testing.B)      { benchmark(b, archive.Zip, 8<<20, "p/a", "p/b") }
func BenchmarkTarGz(b *testing.B)    { benchmark(b, archive.TarGz, 8<<20, "p/a", "p/b") }
func BenchmarkZip100MB(b *testing.B) { benchmark(b, archive.Zip, 100<<20, "p/a") }
func BenchmarkZipOneMegabyte(b *testing.B) {
	benchmark(b, archive.Zip, 100<<10, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
}
