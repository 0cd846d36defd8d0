package archive_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "touchstone/internal/archive"
)

// The places of a header's fields (POSIX.1-2017 pax, "ustar Interchange Format").
const (
	atUID, atGID, atSize, atTime       = 108, 116, 124, 136
	atLink, atUser, atGroup            = 157, 265, 297
	atMajor, atMinor, atPrefix, atLate = 329, 337, 345, 476
)

// put writes text into a header.
func put(at int, text string) func(*tarItem) {
	return func(i *tarItem) { i.change = func(h []byte) { copy(h[at:], text) } }
}

// summed writes the checksum in another form.
func summed(format string) func(*tarItem) {
	return func(i *tarItem) { i.checksum = func(n int) string { return fmt.Sprintf(format, n) } }
}

// canonicalForms are forms of a header's fields that all readers take alike.
var canonicalForms = map[string]func(*tarItem){
	"checksum with a space, as npm writes it": summed("%06o \x00"),
	"checksum of seven digits":                summed("%07o "),
	"checksum with leading spaces":            summed("%6o\x00 "),
	"uid in base 256":                         put(atUID, "\x80\x00\x00\x00\x00\x00\x12\x34"),
	"uid that is negative":                    put(atUID, "\xff\xff\xff\xff\xff\xff\xff\xfe"),
	"uid that is blank":                       put(atUID, "        "),
	"gid without an end":                      put(atGID, "77777777"),
	"mtime before 1970":                       put(atTime, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00"),
	"devices left empty":                      put(atMajor, strings.Repeat("\x00", 16)),
	"times at the prefix's end":               put(atLate, "14371573620\x0014371573620\x00"),
}

// TestCanonicalHeader has, for every field of a header, the forms that all
// readers take alike, and those for which one of them drops the entry and goes
// on with its bytes.
func TestCanonicalHeader(t *testing.T) {
	const zeros = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	for name, change := range canonicalForms {
		t.Run(name, func(t *testing.T) {
			c, err := Read(TarGz, changed(change), Options{})
			require.NoError(t, err)
			assert.Empty(t, c.Problems)
			assert.Equal(t, []string{"p/a", "p/b"}, paths(c))
		})
	}
	for name, change := range map[string]func(*tarItem){
		"link name of a file":            put(atLink, "x"),
		"link name behind NUL":           put(atLink, "\x00x"),
		"uid with another first byte":    put(atUID, "\xc0"+zeros[:7]),
		"uid beyond 2^53":                put(atUID, "\x80\x20"+zeros[:6]),
		"uid below -2^53":                put(atUID, "\xff\xdf"+zeros[:6]),
		"gid with another first byte":    put(atGID, "\x81"+zeros[:7]),
		"gid that is text":               put(atGID, "users\x00\x00\x00"),
		"mtime beyond 2^53":              put(atTime, "\x80\xff"+zeros[:10]),
		"mtime with another first byte":  put(atTime, "\xfe"+zeros),
		"mtime that goes on behind NUL":  put(atTime, "1234\x0012345\x00\x00"),
		"size that is blank":             put(atSize, "            "),
		"size that is NUL":               put(atSize, zeros+"\x00"),
		"size with a leading NUL":        put(atSize, "\x000000000005\x00"),
		"mode in base 256":               func(i *tarItem) { i.mode = "\x80\x00\x00\x00\x00\x00\x01\xa4" },
		"device with another first byte": put(atMajor, "\x81"+zeros[:7]),
		"minor that is text":             put(atMinor, "minor\x00\x00\x00"),
		"user behind NUL":                put(atUser, "u\x00ser"),
		"group behind NUL":               put(atGroup, "\x00\x00group"),
		"time in the prefix in base 256": put(atLate, "\x80"+zeros+"\x80"+zeros),
		"name in the prefix alone":       func(i *tarItem) { i.prefix, i.name = "p/a", "" },
		"one byte in the prefix's times": put(atPrefix+154, "0"),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Read(TarGz, changed(change), Options{})
			require.NoError(t, err)
			assert.Equal(t, of(TarHeader), kinds(c), "%v", c.Problems)
			assert.False(t, c.Complete)
			assert.Empty(t, c.Files)
		})
	}
	for name, change := range map[string]func(*tarItem){
		"checksum of eight digits": summed("%08o"),
		"checksum in base 256":     summed("\x80\x00\x00\x00%c"),
		"checksum behind NUL":      summed("\x00%06o\x00"),
		"checksum of signed bytes": func(i *tarItem) {
			i.name = "p/é"
			i.checksum = func(n int) string { return fmt.Sprintf("%06o\x00 ", n-2*256) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Read(TarGz, changed(change), Options{})
			require.NoError(t, err)
			assert.Equal(t, of(TarChecksum), kinds(c), "%v", c.Problems)
			assert.Empty(t, c.Files)
		})
	}
}

// TestCanonicalExtra does the same for extended headers and GNU's long names.
func TestCanonicalExtra(t *testing.T) {
	file := tarFile("p/a", "alpha")
	old := func(name string) tarItem { i := tarFile(name, ""); i.kind = 0; return i }
	nameless := tarPax('x', "path=p/a")
	nameless.name = ""
	wide := strings.Repeat("w", 520)
	linked := tarLong('L', "p/a")
	linked.link = "x"
	for name, c := range map[string]struct {
		items []tarItem
		want  []ProblemKind
	}{
		"ordinary keys":                              {[]tarItem{tarPax('x', "path=p/a", "mtime=1700000000.5", "atime=-1.", "uid=4294967296", "uname=é", "SCHILY.dev=1", "comment=", "NODE.x=\xff"), file}, nil},
		"long name of an old file":                   {[]tarItem{tarLong('L', "p/a"), old("short")}, nil},
		"value with a line end that ends in another": {[]tarItem{tarPax('x', "comment=x\n10 size=0"), file}, of(TarPax)},
		"global value with a line end":               {[]tarItem{tarPax('g', "comment=x\n10 size=0"), file}, of(TarPax)},
		"key with a line end":                        {[]tarItem{tarPax('x', "a\n10 size=0\nb=c"), file}, of(TarPax)},
		"value with NUL":                             {[]tarItem{tarPax('x', "comment=a\x00b"), file}, of(TarPax)},
		"owner that is text":                         {[]tarItem{tarPax('x', "uid=root"), file}, of(TarPax)},
		"owner beyond 2^53":                          {[]tarItem{tarPax('x', "gid=99007199254740993"), file}, of(TarPax)},
		"time that is text":                          {[]tarItem{tarPax('x', "mtime=now"), file}, of(TarPax)},
		"time with an exponent":                      {[]tarItem{tarPax('x', "ctime=1e9"), file}, of(TarPax)},
		"owner's name that is not UTF-8":             {[]tarItem{tarPax('x', "uname=\xff"), file}, of(TarPax)},
		"size as JavaScript reads it":                {[]tarItem{tarPax('x', "size=0x5"), file}, of(TarPax)},
		"GNU's own":                                  {[]tarItem{tarPax('x', "GNU.dumpdir=Y"), file}, of(Sparse)},
		"another size":                               {[]tarItem{tarPax('x', "SCHILY.realsize=9"), file}, of(Sparse)},
		"link of a file":                             {[]tarItem{tarPax('x', "linkpath=../x"), file}, of(TarHeader)},
		"long link of a file":                        {[]tarItem{tarLong('K', "x"), file}, of(TarHeader)},
		"without a name":                             {[]tarItem{nameless, file}, of(TarHeader)},
		"a character across two blocks":              {[]tarItem{tarPax('x', "comment="+strings.Repeat("w", 495), "path=p/é"), file}, of(TarPax)},
		"characters in the second block":             {[]tarItem{tarPax('x', "comment="+wide, "path=p/é"), file}, of(TarPax)},
		"only comments in two blocks":                {[]tarItem{tarPax('x', "path=p/a", "comment="+wide+"é"), file}, nil},
		"long name of two blocks":                    {[]tarItem{tarLong('L', strings.Repeat("é/", 200)+"a"), file}, of(TarLongName)},
		"long name with a link":                      {[]tarItem{linked, file}, of(TarHeader)},
		"long name is a folder's":                    {[]tarItem{tarPax('x', "path=p/"), old("p")}, of(Type)},
		"short name is a folder's":                   {[]tarItem{tarPax('x', "path=p/a"), old("p/")}, of(Type)},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(TarGz, tarred(c.items...), Options{})
			require.NoError(t, err)
			assert.Equal(t, c.want, kinds(got), "%v", got.Problems)
		})
	}
}

// TestOneName has pairs of names that are one file on some system, and names
// that some system does not write as they stand.
func TestOneName(t *testing.T) {
	for _, pair := range [][2]string{
		{"é", "e\u0301"}, {"Å", "a\u030a"}, {"\u2126", "ω"}, {"\u212a", "k"}, // canonical forms
		{"README", "Readme"}, {"Σ", "ς"}, {"É", "e\u0301"}, // case
		{"straße", "STRASSE"}, {"ﬃ", "FFI"}, {"ŉ", "ʼN"}, {"ﬗ", "ՄԽ"}, {"ΐ", "Ϊ\u0301"}, {"ᾳ", "αι"}, {"ǰ", "J\u030c"}, // full case folding
		{"a\u200d", "a"}, {"\ufeffa", "A"}, // what HFS+ drops
	} {
		c, err := Read(TarGz, tarred(tarFile("p/"+pair[0]+"/x", ""), tarFile("p/"+pair[1]+"/y", "")), Options{})
		require.NoError(t, err)
		assert.Equal(t, of(CaseFold), kinds(c), "%q %q", pair[0], pair[1])
	}
	for _, pair := range [][2]string{{"a.", "a"}, {"a ", "A"}, {"a. .", "a"}, {"a::$DATA", "a"}, {"a:s", "a"}} {
		c, err := Read(TarGz, tarred(tarFile("p/"+pair[0], ""), tarFile("p/"+pair[1], "")), Options{})
		require.NoError(t, err)
		assert.Contains(t, kinds(c), CaseFold, "%q %q", pair[0], pair[1])
	}
	for _, name := range []string{"a<b", "a>", "ab:c", `"`, "a|b", "what?", "*", "con", "Aux.js", "nul .tar.gz", "COM1", "lpt¹.txt", "CONOUT$", "a.", "a ", "..."} {
		c, err := Read(TarGz, tarred(tarFile("p/"+name+"/x", "")), Options{})
		require.NoError(t, err)
		assert.Equal(t, of(NameReserved), kinds(c), name)
	}
	for _, name := range []string{"c:", "c:a", "z:/b"} {
		c, err := Read(TarGz, tarred(tarFile("p/"+name, "")), Options{})
		require.NoError(t, err)
		assert.Equal(t, of(NameDrive), kinds(c), name)
	}
	for _, name := range []string{".a", "a.b", "a b", "console", "com", "com10", "auxiliary.js", "~1", "a;b", "ss", strings.Repeat("x", 250)} {
		c, err := Read(TarGz, tarred(tarFile("p/"+name, ""), tarFile("p/b", "")), Options{})
		require.NoError(t, err)
		assert.Empty(t, c.Problems, name)
	}
}
