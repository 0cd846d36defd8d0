package archive_test

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "touchstone/internal/archive"
)

// kinds are the kinds of problems, sorted, each once.
func kinds(c *Contents) []ProblemKind {
	var out []ProblemKind
	for _, p := range c.Problems {
		out = append(out, p.Kind)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func paths(c *Contents) []string {
	var out []string
	for _, f := range c.Files {
		out = append(out, f.Path)
	}
	return out
}

func of(k ...ProblemKind) []ProblemKind { return k }

// one is an archive of one changed file, p/a, and an unchanged one, p/b.
func one(change func(*zipItem)) zipSpec {
	a := zipFile("p/a", "alpha")
	change(&a)
	return zipSpec{items: []zipItem{a, zipFile("p/b", "beta")}}
}

// named is an archive of files with these names.
func named(names ...string) zipSpec {
	var z zipSpec
	for _, n := range names {
		item := zipFile(n, "")
		if strings.HasSuffix(n, "/") {
			item.attr = 0
		}
		z.items = append(z.items, item)
	}
	return z
}

func ended(end func(*zipEnd)) zipSpec {
	z := one(func(*zipItem) {})
	z.end = end
	return z
}

func ended64(end func(*zipEnd64)) zipSpec {
	z := one(func(*zipItem) {})
	z.end64 = end
	return z
}

func TestZipProblems(t *testing.T) {
	zero := uint32(0)
	end := zipEnd{}
	var fakeEnd layout
	end.put(&fakeEnd)
	tests := map[string]struct {
		zip    zipSpec
		limits Limits
		want   []ProblemKind
		paths  []string // nil: p/a and p/b
		broken bool     // not Complete
	}{
		"good":                              {zip: one(func(*zipItem) {})},
		"good-empty":                        {zip: zipSpec{}, paths: []string{}},
		"good-comment":                      {zip: ended(func(e *zipEnd) { e.comment = "hello" })},
		"good-stored":                       {zip: one(func(i *zipItem) { *i = zipStored("p/a", "alpha") })},
		"good-descriptor":                   {zip: one(func(i *zipItem) { i.describe(true, false) })},
		"good-descriptor-without-signature": {zip: one(func(i *zipItem) { i.describe(false, false) })},
		"good-descriptor-64":                {zip: one(func(i *zipItem) { i.describe(true, true) })},
		"good-descriptor-64-without":        {zip: one(func(i *zipItem) { i.describe(false, true) })},
		"good-descriptor-and-header":        {zip: one(func(i *zipItem) { l := i.local; i.describe(true, false); l.flags = 8; i.local = l })},
		"good-zip64-end":                    {zip: ended64(func(*zipEnd64) {})},
		"good-zip64-end-repeated": {zip: func() zipSpec {
			z := ended64(func(*zipEnd64) {})
			z.end = func(e *zipEnd) { e.count, e.diskCount = 2, 2 }
			return z
		}()},
		"good-zip64-sizes": {zip: one(func(i *zipItem) {
			i.both(func(h *zipHead) {
				h.size, h.packed, h.extra = 0xffffffff, 0xffffffff, extraField(1, u64s(5, 10))
			})
		})},
		"good-zip64-needless-but-equal": {zip: one(func(i *zipItem) {
			i.central.size, i.central.packed, i.central.extra = 0xffffffff, 0xffffffff, extraField(1, u64s(5, 10, 0))
		})},
		"good-unicode-path": {zip: one(func(i *zipItem) { i.central.extra = unicodePath("p/a", "p/a") })},
		"good-folder":       {zip: named("p/", "p/a", "p/b", "p/")},

		"empty-with-prefix": {zip: zipSpec{before: []byte("#!/bin/sh\n")}, want: of(Prepended), paths: []string{}},
		"prepended":         {zip: func() zipSpec { z := one(func(*zipItem) {}); z.before = []byte("#!/bin/sh\n"); return z }(), want: of(Prepended)},
		"prepended-shifted": {zip: func() zipSpec { z := one(func(*zipItem) {}); z.shifted = []byte("#!/bin/sh\n"); return z }(), want: of(Prepended)},
		"prepended-shifted-and-gap": {zip: func() zipSpec {
			z := one(func(i *zipItem) { i.before = []byte("xx") })
			z.shifted = []byte("#!/bin/sh\n")
			return z
		}(), want: of(Hidden, Prepended)},
		"trailing":              {zip: func() zipSpec { z := one(func(*zipItem) {}); z.after = []byte("x"); return z }(), want: of(Trailing)},
		"trailing-beyond-reach": {zip: func() zipSpec { z := one(func(*zipItem) {}); z.after = make([]byte, 70_000); return z }(), want: of(Truncated), paths: []string{}, broken: true},
		"comment-cut":           {zip: ended(func(e *zipEnd) { e.commentSpare = 3 }), want: of(Truncated)},
		"end-in-comment":        {zip: ended(func(e *zipEnd) { e.comment = fakeEnd.String() }), want: of(AmbiguousEnd, Prepended), paths: []string{}, broken: true},
		"end-in-long-comment":   {zip: ended(func(e *zipEnd) { e.comment = fakeEnd.String() + "tail" }), want: of(AmbiguousEnd, Prepended, Trailing), paths: []string{}, broken: true},
		"directory-twice": {zip: func() zipSpec {
			z := one(func(*zipItem) {})
			var l layout
			l.Write(z.build().Bytes())
			dir := l.Bytes()[strings.Index(l.String(), "PK\x01\x02"):strings.Index(l.String(), "PK\x05\x06")]
			z.afterDir = slices.Clone(dir)
			return z
		}(), want: of(AmbiguousEnd, Directory), paths: []string{}, broken: true},
		"bytes-before-end":  {zip: func() zipSpec { z := one(func(*zipItem) {}); z.afterDir = []byte("secret"); return z }(), want: of(Hidden)},
		"directory-longer":  {zip: ended(func(e *zipEnd) { e.size++; e.offset-- }), want: of(Directory), paths: []string{}, broken: true},
		"directory-outside": {zip: ended(func(e *zipEnd) { e.size = 1 << 30 }), want: of(Directory), paths: []string{}, broken: true},
		"directory-later":   {zip: ended(func(e *zipEnd) { e.offset += 4 }), want: of(Directory), paths: []string{}, broken: true},
		"count-lower":       {zip: ended(func(e *zipEnd) { e.count, e.diskCount = 1, 1 }), want: of(Directory), broken: true},
		"count-higher":      {zip: ended(func(e *zipEnd) { e.count, e.diskCount = 3, 3 }), want: of(Directory), broken: true},
		"multi-disk-end":    {zip: ended(func(e *zipEnd) { e.disk = 1 }), want: of(MultiDisk), broken: true},
		"multi-disk-dir":    {zip: ended(func(e *zipEnd) { e.dirDisk = 1 }), want: of(MultiDisk), broken: true},
		"multi-disk-count":  {zip: ended(func(e *zipEnd) { e.diskCount = 1 }), want: of(MultiDisk), broken: true},
		"multi-disk-entry":  {zip: one(func(i *zipItem) { i.disk = 1 }), want: of(MultiDisk), broken: true},

		"zip64-count-contradicts": {zip: func() zipSpec {
			z := ended64(func(*zipEnd64) {})
			z.end = func(e *zipEnd) { e.count, e.diskCount = 1, 1 }
			return z
		}(), want: of(Zip64)},
		"zip64-size-contradicts": {zip: func() zipSpec {
			z := ended64(func(*zipEnd64) {})
			z.end = func(e *zipEnd) { e.size = 49 }
			return z
		}(), want: of(Zip64)},
		"zip64-offset-contradicts": {zip: func() zipSpec {
			z := ended64(func(*zipEnd64) {})
			z.end = func(e *zipEnd) { e.offset = 0 }
			return z
		}(), want: of(Zip64)},
		"zip64-locator-elsewhere": {zip: ended64(func(e *zipEnd64) { e.locOffset-- }), want: of(Zip64)},
		"zip64-locator-alone":     {zip: ended64(func(e *zipEnd64) { e.noRecord = true }), want: of(Zip64), paths: []string{}, broken: true},
		"zip64-record-longer":     {zip: ended64(func(e *zipEnd64) { e.recordSize, e.betweenBytes = 48, true }), want: of(Zip64), paths: []string{}, broken: true},
		"zip64-record-size-lies":  {zip: ended64(func(e *zipEnd64) { e.recordSize = 45 }), want: of(Zip64), paths: []string{}, broken: true},
		"zip64-disks":             {zip: ended64(func(e *zipEnd64) { e.locDisks = 2 }), want: of(MultiDisk), broken: true},
		"zip64-disk":              {zip: ended64(func(e *zipEnd64) { e.disk = 1 }), want: of(MultiDisk, Zip64), broken: true},
		"zip64-size-huge":         {zip: ended64(func(e *zipEnd64) { e.size = 1 << 63 }), want: of(Directory), paths: []string{}, broken: true},
		"zip64-entry-needless": {zip: one(func(i *zipItem) {
			i.central.extra = extraField(1, u64s(6))
		}), want: of(Zip64)},
		"zip64-entry-short": {zip: one(func(i *zipItem) {
			i.central.size, i.central.extra = 0xffffffff, extraField(1, []byte{1, 2})
		}), want: of(Mismatch, TooMuch, Zip64), paths: []string{}, broken: true},
		"zip64-entry-twice": {zip: one(func(i *zipItem) {
			i.central.extra = append(extraField(1, nil), extraField(1, nil)...)
		}), want: of(Zip64)},
		"zip64-entry-odd-length": {zip: one(func(i *zipItem) { i.central.extra = extraField(1, append(u64s(5), 7)) }), want: of(Zip64)},
		"zip64-entry-huge": {zip: one(func(i *zipItem) {
			i.central.size, i.central.extra = 0xffffffff, extraField(1, u64s(1<<63))
		}), want: of(Directory), paths: []string{}, broken: true},
		"zip64-local-differs": {zip: one(func(i *zipItem) {
			i.local.size, i.local.packed, i.local.extra = 0xffffffff, 0xffffffff, extraField(1, u64s(6, 10))
		}), want: of(Mismatch)},

		"mismatch-name":   {zip: one(func(i *zipItem) { i.local.name = "p/x" }), want: of(Mismatch)},
		"mismatch-method": {zip: one(func(i *zipItem) { i.local.method = 0 }), want: of(Mismatch)},
		"mismatch-flags":  {zip: one(func(i *zipItem) { i.local.flags = 2 }), want: of(Mismatch)},
		"mismatch-crc":    {zip: one(func(i *zipItem) { i.local.crc++ }), want: of(Mismatch)},
		"mismatch-packed": {zip: one(func(i *zipItem) { i.local.packed++ }), want: of(Mismatch)},
		"mismatch-size":   {zip: one(func(i *zipItem) { i.local.size++ }), want: of(Mismatch)},
		"mismatch-zero":   {zip: one(func(i *zipItem) { i.local.crc = 0 }), want: of(Mismatch)},
		"descriptor-lies": {zip: one(func(i *zipItem) {
			i.describe(true, false)
			i.descriptor = func(l *layout) { l.text("", "PK\x07\x08abcdefghijkl") }
		}), want: of(Descriptor)},
		"descriptor-none": {zip: one(func(i *zipItem) { i.describe(true, false); i.descriptor = nil }), want: of(Descriptor)},
		"descriptor-spare": {zip: one(func(i *zipItem) {
			i.describe(true, false)
			d := i.descriptor
			i.descriptor = func(l *layout) { d(l); l.text("", "secret") }
		}), want: of(Hidden)},
		"descriptor-no-flag": {zip: one(func(i *zipItem) { i.descriptor = func(l *layout) { l.text("", "PK\x07\x08abcdefghijkl") } }), want: of(Hidden)},
		"needed-unheard-of":  {zip: one(func(i *zipItem) { i.both(func(h *zipHead) { h.needed = 64 }) }), want: of(Flags)},
		"flags-reserved":     {zip: one(func(i *zipItem) { i.both(func(h *zipHead) { h.flags = 1 << 9 }) }), want: of(Flags)},
		"extra-malformed":    {zip: one(func(i *zipItem) { i.central.extra = []byte{1, 2, 9, 0, 1} }), want: of(Extra)},
		"extra-cut":          {zip: one(func(i *zipItem) { i.local.extra = []byte{1, 2} }), want: of(Extra)},
		"unicode-path":       {zip: one(func(i *zipItem) { i.central.extra = unicodePath("p/a", "p/evil") }), want: of(UnicodePath)},
		"unicode-path-local": {zip: one(func(i *zipItem) { i.local.extra = unicodePath("p/a", "p/evil") }), want: of(UnicodePath)},
		"unicode-path-stale": {zip: one(func(i *zipItem) { i.central.extra = unicodePath("p/old", "p/a") }), want: of(UnicodePath)},
		"unicode-path-short": {zip: one(func(i *zipItem) { i.central.extra = extraField(0x7075, []byte{1}) }), want: of(UnicodePath)},
		"encrypted":          {zip: one(func(i *zipItem) { i.both(func(h *zipHead) { h.flags = 1 }) }), want: of(Encrypted), paths: []string{"p/b"}, broken: true},
		"encrypted-strong":   {zip: one(func(i *zipItem) { i.both(func(h *zipHead) { h.flags = 1 << 6 }) }), want: of(Encrypted), paths: []string{"p/b"}, broken: true},
		"encrypted-headers":  {zip: one(func(i *zipItem) { i.both(func(h *zipHead) { h.flags = 1 << 13 }) }), want: of(Encrypted), paths: []string{"p/b"}, broken: true},
		"method":             {zip: one(func(i *zipItem) { i.both(func(h *zipHead) { h.method = 12 }) }), want: of(Method), paths: []string{"p/b"}, broken: true},

		"gap":                  {zip: func() zipSpec { z := one(func(*zipItem) {}); z.items[1].before = []byte("secret"); return z }(), want: of(Hidden)},
		"entry-unlisted":       {zip: func() zipSpec { z := one(func(*zipItem) {}); z.items[1].noCentral = true; return z }(), want: of(Hidden), paths: []string{"p/a"}},
		"entry-unlisted-first": {zip: one(func(i *zipItem) { i.noCentral = true }), want: of(Prepended), paths: []string{"p/b"}},
		"overlap-same":         {zip: func() zipSpec { z := one(func(*zipItem) {}); z.items[1].offset = &zero; return z }(), want: of(Hidden, Mismatch, Overlap, Truncated), paths: []string{"p/a"}, broken: true},
		"overlap-quote": {zip: func() zipSpec { // the first entry's stored bytes hold the second entry
			b := zipFile("p/b", "beta")
			inner := zipSpec{items: []zipItem{b}}.build().Bytes()
			inner = inner[:strings.Index(string(inner), "PK\x01\x02")]
			a := zipStored("p/a", string(inner))
			at := uint32(30 + 3)
			b.offset, b.noLocal = &at, true
			return zipSpec{items: []zipItem{a, b}}
		}(), want: of(Overlap)},
		"overlap-directory": {zip: one(func(i *zipItem) { i.both(func(h *zipHead) { h.packed = 1 << 20 }) }), want: of(Overlap), paths: []string{"p/b"}, broken: true},
		"offset-outside":    {zip: one(func(i *zipItem) { o := uint32(1 << 20); i.offset = &o }), want: of(Directory), paths: []string{}, broken: true},
		"offset-nowhere":    {zip: one(func(i *zipItem) { o := uint32(1); i.offset = &o }), want: of(Directory, Prepended), paths: []string{"p/b"}, broken: true},

		"checksum":        {zip: one(func(i *zipItem) { i.both(func(h *zipHead) { h.crc++ }) }), want: of(Checksum), paths: []string{"p/b"}, broken: true},
		"size-larger":     {zip: one(func(i *zipItem) { i.both(func(h *zipHead) { h.size++ }) }), want: of(Size), paths: []string{"p/b"}, broken: true},
		"size-smaller":    {zip: one(func(i *zipItem) { i.both(func(h *zipHead) { h.size-- }) }), want: of(Size), paths: []string{"p/b"}, broken: true},
		"deflate-cut":     {zip: one(func(i *zipItem) { i.body[2].b = i.body[2].b[:3]; i.both(func(h *zipHead) { h.packed -= 2 }) }), want: of(Truncated), paths: []string{"p/b"}, broken: true},
		"deflate-corrupt": {zip: one(func(i *zipItem) { i.body[0].b = []byte{7} }), want: of(Corrupt), paths: []string{"p/b"}, broken: true},
		"deflate-tail": {zip: one(func(i *zipItem) {
			i.body = append(i.body, part{"tail", []byte("secret")})
			i.both(func(h *zipHead) { h.packed += 6 })
		}), want: of(Hidden)},

		"link":                   {zip: one(func(i *zipItem) { i.attr = 0o120777 << 16 }), want: of(Link), paths: []string{"p/b"}},
		"special":                {zip: one(func(i *zipItem) { i.attr = 0o020666 << 16 }), want: of(Special), paths: []string{"p/b"}},
		"all bits of a mode":     {zip: one(func(i *zipItem) { i.attr = 0xffff << 16 }), want: of()},
		"folder-data":            {zip: one(func(i *zipItem) { i.attr = 0; i.both(func(h *zipHead) { h.name = "p/a/" }) }), want: of(FolderData), paths: []string{"p/b"}},
		"type-folder-named-file": {zip: one(func(i *zipItem) { i.attr = 0o040755 << 16 }), want: of(Type)},
		"type-dos-folder":        {zip: one(func(i *zipItem) { i.attr = 0x10 }), want: of(Type)},
		"type-file-named-folder": {zip: func() zipSpec { z := named("p/a/", "p/b"); z.items[0].attr = 0o100644 << 16; return z }(), want: of(Type), paths: []string{"p/b"}},

		"duplicate":              {zip: named("p/a", "p/b", "p/a"), want: of(Duplicate), paths: []string{"p/a", "p/b", "p/a"}},
		"duplicate-spelling":     {zip: named("p/a", "p//a"), want: of(Duplicate, NameEmptyPart), paths: []string{"p/a", "p//a"}},
		"case-fold":              {zip: named("p/a", "p/A"), want: of(CaseFold), paths: []string{"p/a", "p/A"}},
		"case-fold-folder":       {zip: named("p/a", "P/b"), want: of(CaseFold), paths: []string{"p/a", "P/b"}},
		"case-fold-kelvin":       {zip: named("p/k", "p/\u212a"), want: of(CaseFold), paths: []string{"p/k", "p/\u212a"}},
		"file-and-folder":        {zip: named("p/a", "p/a/b"), want: of(FileAndFolder), paths: []string{"p/a", "p/a/b"}},
		"folder-and-file":        {zip: named("p/a/b", "p/a"), want: of(FileAndFolder), paths: []string{"p/a/b", "p/a"}},
		"name-empty":             {zip: named("", "p/b"), want: of(NameEmpty), paths: []string{"p/b"}, broken: true},
		"name-absolute":          {zip: named("/etc/passwd"), want: of(NameAbsolute), paths: []string{"/etc/passwd"}},
		"name-root":              {zip: named("/"), want: of(NameAbsolute), paths: []string{}},
		"name-drive":             {zip: named("C:/x"), want: of(NameDrive), paths: []string{"C:/x"}},
		"name-backslash":         {zip: named(`p\a`), want: of(NameBackslash), paths: []string{`p\a`}},
		"name-dot-dot":           {zip: named("p/../../a"), want: of(NameDotDot), paths: []string{"p/../../a"}},
		"name-dot":               {zip: named("./a"), want: of(NameDot), paths: []string{"./a"}},
		"name-empty-part":        {zip: named("p//a"), want: of(NameEmptyPart), paths: []string{"p//a"}},
		"name-folder-empty-part": {zip: named("p//"), want: of(NameEmptyPart), paths: []string{}},
		"name-nul":               {zip: named("p/a\x00.txt"), want: of(NameControl), paths: []string{"p/a\x00.txt"}},
		"name-newline":           {zip: named("p/a\n"), want: of(NameControl), paths: []string{"p/a\n"}},
		"name-direction":         {zip: named("p/\u202etxt.exe"), want: of(NameControl), paths: []string{"p/\u202etxt.exe"}},
		"name-not-utf8":          {zip: named("p/\xff"), want: of(NameEncoding), paths: []string{}, broken: true},
		"name-not-marked":        {zip: func() zipSpec { z := named("p/é"); z.items[0].both(func(h *zipHead) { h.flags = 0 }); return z }(), want: of(NameEncoding), paths: []string{"p/é"}},
		"name-long":              {zip: named("p/abcdefgh"), limits: Limits{Name: 9}, want: of(NameLong), paths: []string{"p/abcdefgh"}},
		"name-deep":              {zip: named("a/b/c"), limits: Limits{Depth: 2}, want: of(NameDeep), paths: []string{"a/b/c"}},

		"limit-archive":     {zip: one(func(*zipItem) {}), limits: Limits{Archive: 10}, want: of(TooLarge), paths: []string{}, broken: true},
		"limit-total":       {zip: one(func(*zipItem) {}), limits: Limits{Total: 8}, want: of(TooMuch), paths: []string{"p/a"}, broken: true},
		"limit-entries":     {zip: one(func(*zipItem) {}), limits: Limits{Entries: 1}, want: of(TooMany), paths: []string{}, broken: true},
		"limit-entries-lie": {zip: ended(func(e *zipEnd) { e.count, e.diskCount = 1, 1 }), limits: Limits{Entries: 1}, want: of(TooMany), paths: []string{}, broken: true},
		"limit-folders":     {zip: named("a/b/c/d"), limits: Limits{Entries: 1}, want: of(TooMany), paths: []string{"a/b/c/d"}, broken: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := Read(Zip, tt.zip.build().Bytes(), Options{Limits: tt.limits})
			require.NoError(t, err)
			assert.Equal(t, tt.want, kinds(c), "%v", c.Problems)
			assert.Equal(t, !tt.broken, c.Complete, "complete")
			if tt.paths == nil {
				tt.paths = []string{"p/a", "p/b"}
			}
			assert.ElementsMatch(t, tt.paths, paths(c))
			assertPlain(t, c)
		})
	}
}

// assertPlain checks what holds for every problem.
func assertPlain(t *testing.T, c *Contents) {
	t.Helper()
	for _, p := range c.Problems {
		assert.NotEmpty(t, p.Kind)
		assert.True(t, strings.HasSuffix(p.Detail, "."), "a sentence: %q", p.Detail)
		assert.NotContains(t, p.Detail, "%!", "a format that does not fit")
		assert.NotContains(t, p.Detail, "\x00")
	}
}

func TestZipContents(t *testing.T) {
	run := zipFile("p/run", "#!")
	run.attr = 0o100755 << 16
	folder := zipFile("p/", "")
	folder.attr = 0o040755<<16 | 0x10
	link := zipStored("p/link", "../../etc/passwd")
	link.attr = 0o120777 << 16
	c, err := Read(Zip, zipSpec{items: []zipItem{folder, zipFile("p/é", "alpha"), run, link}}.build().Bytes(), Options{})
	require.NoError(t, err)
	assert.Equal(t, &Contents{
		Format: Zip,
		Files: []File{
			{Path: "p/é", Size: 5, SHA256: sha256.Sum256([]byte("alpha"))},
			{Path: "p/run", Size: 2, SHA256: sha256.Sum256([]byte("#!")), Executable: true},
		},
		Folders:  []string{"p/"},
		Problems: []Problem{{Link, "p/link", `"p/link" is a symbolic link to "../../etc/passwd".`}},
		Complete: true,
	}, c)
}

// TestZipBomb reads a few hundred kilobytes that claim to be 180 MB.
func TestZipBomb(t *testing.T) {
	// The kernel of overlapping bombs: many directory entries, one body.
	a := zipStored("p/a", strings.Repeat("a", 60_000))
	z := zipSpec{items: []zipItem{a}}
	zero := uint32(0)
	for i := range 3000 {
		b := a
		b.central.name = "p/" + strings.Repeat("b", 1+i%30) + string(rune('0'+i/30%10)) + string(rune('a'+i/300))
		b.noLocal, b.offset = true, &zero
		z.items = append(z.items, b)
	}
	data := z.build().Bytes()
	c, err := Read(Zip, data, Options{Limits: Limits{Ratio: 100}})
	require.NoError(t, err)
	assert.Contains(t, kinds(c), TooDense)
	assert.Contains(t, kinds(c), Overlap)
	assert.False(t, c.Complete)
	var total int64
	for _, f := range c.Files {
		total += f.Size
	}
	assert.LessOrEqual(t, total, int64(101*len(data)))
}

func TestTooManyProblems(t *testing.T) {
	var z zipSpec
	for range 10_100 {
		z.items = append(z.items, zipFile("../a", ""))
	}
	c, err := Read(Zip, z.build().Bytes(), Options{})
	require.NoError(t, err)
	assert.Len(t, c.Problems, 10_001)
	assert.Equal(t, TooManyProblems, c.Problems[10_000].Kind)
	assert.False(t, c.Complete)
	assert.Less(t, len(c.Files), 10_000)
}
