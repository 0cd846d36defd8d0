package archive_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "touchstone/internal/archive"
)

// A free says which bits of a field may change unnoticed, byte by byte (the
// last mask serves the rest), and why that changes neither names nor bytes.
type free struct {
	masks []byte
	why   string
}

var all = []byte{0xff}

func (f free) allows(n int, flip byte) bool {
	return flip&^f.masks[min(n, len(f.masks)-1)] == 0
}

// flips are the changes tried on every byte: each bit, and all of them.
var flips = []byte{1, 2, 4, 8, 16, 32, 64, 128, 0xff}

// assertNoticed flips every byte of a good archive. What is read must differ,
// unless the bits are free; a field that is called free and whose flips are all
// noticed is an error of the list.
func assertNoticed(t *testing.T, format Format, l *layout, frees map[string]free, wrap func([]byte) []byte) {
	t.Helper()
	if testing.Short() {
		t.Skip("flipping every bit of an archive is left out by -short")
	}
	good, err := Read(format, wrap(l.Bytes()), Options{})
	require.NoError(t, err)
	require.Empty(t, good.Problems)
	require.True(t, good.Complete)
	silent := map[string]bool{}
	for i := range l.Len() {
		field := l.field[i]
		start := i
		for start > 0 && l.field[start-1] == field {
			start--
		}
		tried := flips
		if i-start >= 16 && i+16 < l.Len() && l.field[i+16] == field {
			tried = flips[i%9 : i%9+1] // the middle of a long field
		}
		for _, flip := range tried {
			data := slices.Clone(l.Bytes())
			data[i] ^= flip
			c, err := Read(format, wrap(data), Options{})
			if err != nil {
				var format *FormatError
				require.True(t, errors.As(err, &format), "%v", err)
				continue
			}
			if !assert.ObjectsAreEqual(good, c) {
				continue
			}
			silent[field] = true
			f, ok := frees[field]
			assert.True(t, ok && f.allows(i-start, flip), "byte %d (%s, its byte %d) flipped by %#02x goes unnoticed", i, field, i-start, flip)
		}
	}
	for field, f := range frees {
		assert.True(t, silent[field], "%s is called free (%s), but every change is noticed", field, f.why)
	}
}

func same(b []byte) []byte { return b }

// zipFree are the fields of a zip that may change unnoticed.
var zipFree = map[string]free{
	"local.needed":     {all, "the version a reader needs; which methods occur is checked itself"},
	"central.needed":   {[]byte{0x3f, 0xff}, "as above, up to the format's last"},
	"central.made-by":  {all, "which tool and system wrote it; modes count whatever it says"},
	"local.time":       {all, "when the file was changed"},
	"local.date":       {all, "as above"},
	"central.time":     {all, "as above"},
	"central.date":     {all, "as above"},
	"central.internal": {all, "whether the file is text"},
	"central.attr":     {[]byte{0xff &^ 0x10, 0xff, 0xff &^ 0o111, 0x8f}, "permissions other than execution; no type is a file's type"},
	"central.extra.id": {all, "an extra field of an unknown kind tells nothing; a zip64 field that is needed is missed"},
	"central.comment":  {all, "text for people"},
	"end.comment":      {all, "text for people"},
	"stored.header":    {[]byte{0xf8}, "deflate's padding to the next byte (RFC 1951, 3.2.4)"},
	"fixed.last":       {[]byte{0xfc}, "deflate's padding after the last code"},
	"end64.made-by":    {all, "which tool wrote it"},
	"end64.needed":     {all, "the version a reader needs"},
}

func TestZipMutation(t *testing.T) {
	// "a" by deflate's fixed codes: 3 bits of header, 8 of "a", 7 of the end.
	fixed := zipFile("p/fixed", "a")
	fixed.body = []part{{"fixed", []byte{0x4b, 0x04}}, {"fixed.last", []byte{0x00}}}
	fixed.both(func(h *zipHead) { h.packed = 3 })
	later := zipFile("p/later", "beta")
	later.describe(true, false)
	later.comment = "note"
	later.central.extra = unicodePath("p/later", "p/later")
	wide := zipFile("p/wide", "gamma")
	wide.describe(false, true)
	wide.central.size, wide.central.packed = 0xffffffff, 0xffffffff
	wide.central.extra = extraField(1, u64s(5, 10))
	folder := zipFile("p/", "")
	folder.both(func(h *zipHead) { h.method, h.packed = 0, 0 })
	folder.body, folder.attr, folder.attrField = nil, 0o040755<<16|0x10, "central.folder-attr"
	z := zipSpec{
		items: []zipItem{zipFile("p/é", "alpha"), fixed, later, wide, folder, zipStored("p/stored", "delta")},
		end64: func(*zipEnd64) {},
		end:   func(e *zipEnd) { e.comment = "hello" },
	}
	frees := map[string]free{
		"central.folder-attr": {[]byte{0xff, 0xff, 0xff, 0xff}, "a folder is one by its name; permissions of folders are not told"},
	}
	for field, f := range zipFree {
		frees[field] = f
	}
	assertNoticed(t, Zip, z.build(), frees, same)
}
