package archive_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "touchstone/internal/archive"
)

func tarred(items ...tarItem) []byte { return gzipped(tarSpec{items: items}.build().Bytes()) }

// changed is a tar of one changed file, p/a, and an unchanged one, p/b.
func changed(change func(*tarItem)) []byte {
	a := tarFile("p/a", "alpha")
	change(&a)
	return tarred(a, tarFile("p/b", "beta"))
}

func endedBy(end []byte) []byte {
	return gzipped(tarSpec{items: []tarItem{tarFile("p/a", "alpha"), tarFile("p/b", "beta")}, end: end}.build().Bytes())
}

func TestTarGzProblems(t *testing.T) {
	good := tarSpec{items: []tarItem{tarFile("p/a", "alpha"), tarFile("p/b", "beta")}}.build().Bytes()
	a, b := tarFile("p/a", "alpha"), tarFile("p/b", "beta")
	none := []string{}
	tests := map[string]struct {
		data   []byte
		limits Limits
		want   []ProblemKind
		paths  []string // nil: p/a and p/b
		broken bool
	}{
		"good":              {data: gzipped(good)},
		"good-empty":        {data: tarred(), paths: none},
		"good-header-crc":   {data: gzipWith(headerCRC(gzipHeader(2), 0), good)},
		"good-header-all":   {data: gzipWith(headerCRC(gzipHeader(1|2|4|8|16, 1, 0, 'x', 'n', 0, 'c', 0), 0), good)},
		"good-more-zeros":   {data: endedBy(make([]byte, 10240))},
		"good-v7":           {data: changed(func(i *tarItem) { i.magic, i.kind = "", 0; i.change = wipe })},
		"good-v7-folder":    {data: tarred(tarOf(0, "p/", ""), a, b)},
		"good-gnu":          {data: changed(func(i *tarItem) { i.magic = "ustar  \x00" })},
		"good-base-256":     {data: changed(func(i *tarItem) { i.size = "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05" })},
		"good-spaces":       {data: changed(func(i *tarItem) { i.size, i.mode = "          5 ", "   644 " })},
		"good-prefix":       {data: changed(func(i *tarItem) { i.prefix, i.name = "p", "a" })},
		"good-pax":          {data: tarred(tarPax('x', "path=p/a", "size=5", "mtime=1.5"), tarFile("other", "alpha"), b)},
		"good-pax-global":   {data: tarred(tarPax('g', "comment=0123"), a, b)},
		"good-long":         {data: tarred(tarLong('L', "p/a"), tarFile("other", "alpha"), b)},
		"good-folders":      {data: tarred(tarFolder("p/"), a, tarFolder("p"), b)},
		"good-pax-encoding": {data: tarred(tarPax('x', "hdrcharset=ISO-IR 10646 2000 UTF-8"), a, b)},

		"gzip-trailing":      {data: append(gzipped(good), 0), want: of(Trailing)},
		"gzip-multi-member":  {data: append(gzipped(good), gzipped(nil)...), want: of(MultiMember), broken: true},
		"gzip-split":         {data: append(gzipped(good[:1024]), gzipped(good[1024:])...), want: of(MultiMember, NoEnd), paths: []string{"p/a"}, broken: true},
		"gzip-method":        {data: append([]byte{0x1f, 0x8b, 7}, gzipped(good)[3:]...), want: of(Method), paths: none, broken: true},
		"gzip-flags":         {data: gzipWith(gzipHeader(0x20), good), want: of(GzipHeader), paths: none, broken: true},
		"gzip-header-crc":    {data: gzipWith(headerCRC(gzipHeader(2), 1), good), want: of(GzipHeader)},
		"gzip-header-cut":    {data: gzipped(good)[:9], want: of(Truncated), paths: none, broken: true},
		"gzip-extra-cut":     {data: gzipHeader(4, 9), want: of(Truncated), paths: none, broken: true},
		"gzip-extra-long":    {data: gzipHeader(4|8, 9, 9), want: of(Truncated), paths: none, broken: true},
		"gzip-name-cut":      {data: gzipHeader(8, 'a'), want: of(Truncated), paths: none, broken: true},
		"gzip-trailer-cut":   {data: cutEnd(gzipped(good), 3), want: of(Truncated), broken: true},
		"gzip-cut":           {data: cutEnd(gzipped(good), 8+1024+600), want: of(Truncated), paths: []string{"p/a"}, broken: true},
		"gzip-crc":           {data: flipAt(gzipped(good), -8), want: of(Checksum), broken: true},
		"gzip-size":          {data: flipAt(gzipped(good), -4), want: of(Size), broken: true},
		"gzip-corrupt":       {data: flipAt(gzipOf(good).Bytes(), 17), want: of(Corrupt), paths: none, broken: true},
		"limit-archive":      {data: gzipped(good), limits: Limits{Archive: 10}, want: of(TooLarge), paths: none, broken: true},
		"limit-total":        {data: gzipped(good), limits: Limits{Total: 1500}, want: of(TooMuch), paths: []string{"p/a"}, broken: true},
		"limit-total-stated": {data: changed(func(i *tarItem) { i.size = "77777777777" }), want: of(TooMuch), paths: none, broken: true},
		"limit-names":        {data: gzipped(good), limits: Limits{Names: 5}, want: of(TooMany), paths: []string{"p/a"}, broken: true},
		"limit-entries":      {data: gzipped(good), limits: Limits{Entries: 1}, want: of(TooMany), paths: []string{"p/a"}, broken: true},

		"no-end":            {data: endedBy([]byte{}), want: of(NoEnd)},
		"half-end":          {data: endedBy(make([]byte, 512)), want: of(NoEnd)},
		"end-cut":           {data: endedBy(make([]byte, 700)), want: of(NoEnd)},
		"header-cut":        {data: endedBy(make([]byte, 100)), want: of(Truncated), broken: true},
		"data-cut":          {data: gzipped(good[:514]), want: of(Truncated), paths: none, broken: true},
		"padding-cut":       {data: gzipped(good[:600]), want: of(Truncated), paths: []string{"p/a"}, broken: true},
		"after-end":         {data: endedBy(append(make([]byte, 1024), good...)), want: of(Trailing), broken: true},
		"after-lone-zeros":  {data: endedBy(append(make([]byte, 512), good...)), want: of(Trailing), broken: true},
		"after-end-byte":    {data: endedBy(append(make([]byte, 1024), 1)), want: of(Trailing), broken: true},
		"checksum":          {data: changed(func(i *tarItem) { i.checksum = func(n int) string { return fmt.Sprintf("%06o\x00 ", n+1) } }), want: of(TarChecksum), paths: none, broken: true},
		"checksum-text":     {data: changed(func(i *tarItem) { i.checksum = func(n int) string { return "abcdefgh" } }), want: of(TarChecksum), paths: none, broken: true},
		"header-name":       {data: changed(func(i *tarItem) { i.name = "p/a\x00evil" }), want: of(TarHeader), paths: none, broken: true},
		"header-prefix":     {data: changed(func(i *tarItem) { i.prefix = "p\x00evil" }), want: of(TarHeader), paths: none, broken: true},
		"header-mode":       {data: changed(func(i *tarItem) { i.mode = "rw-r--r" }), want: of(TarHeader), paths: none, broken: true},
		"header-owner":      {data: changed(func(i *tarItem) { i.change = func(h []byte) { h[110] = 'x' } }), want: of(TarHeader), paths: none, broken: true},
		"header-size":       {data: changed(func(i *tarItem) { i.size = "5 5" }), want: of(TarHeader), paths: none, broken: true},
		"header-negative":   {data: changed(func(i *tarItem) { i.size = strings.Repeat("\xff", 12) }), want: of(TarHeader), paths: none, broken: true},
		"header-huge":       {data: changed(func(i *tarItem) { i.size = "\x80" + strings.Repeat("\xff", 11) }), want: of(TarHeader), paths: none, broken: true},
		"header-pad":        {data: changed(func(i *tarItem) { i.pad = "\x00\x00\x00\x00\x00\x00\x00\x00tar" }), want: of(TarHeader), paths: none, broken: true},
		"header-magic":      {data: changed(func(i *tarItem) { i.magic = "ustar\x0011" }), want: of(TarHeader), paths: none, broken: true},
		"header-gnu-prefix": {data: changed(func(i *tarItem) { i.magic, i.prefix = "ustar  \x00", "p" }), want: of(TarHeader), paths: none, broken: true},
		"padding":           {data: changed(func(i *tarItem) { i.fill = []byte("secret") }), want: of(Hidden)},

		"pax-size-differs":  {data: tarred(tarPax('x', "size=0"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-size-text":     {data: tarred(tarPax('x', "size=-5"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-twice":         {data: tarred(tarPax('x', "path=p/c"), tarPax('x', "path=p/d"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-key-twice":     {data: tarred(tarPax('x', "path=p/c", "path=p/d"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-empty-path":    {data: tarred(tarPax('x', "path="), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-nul":           {data: tarred(tarPax('x', "path=p/c\x00d"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-global-path":   {data: tarred(tarPax('g', "path=p/c"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-global-size":   {data: tarred(a, tarPax('g', "size=4"), b), want: of(TarPax), paths: []string{"p/a"}, broken: true},
		"pax-encoding":      {data: tarred(tarPax('x', "hdrcharset=BINARY"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-length":        {data: tarred(tarRaw("99 path=p/c\n"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-length-short":  {data: tarred(tarRaw("5 path=p/c\n"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-no-key":        {data: tarred(tarRaw("6 =xx\n"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-key-space":     {data: tarred(tarPax('g', " path=p/c"), a, b), want: of(TarPax), paths: none, broken: true}, // GNU tar passes over it
		"pax-key-tab":       {data: tarred(tarPax('x', "\tsize=4"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-no-length":     {data: tarred(tarRaw("path=p/c\n"), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-at-end":        {data: tarred(a, b, tarPax('x', "path=p/c")), want: of(TarPax), broken: true},
		"pax-huge":          {data: tarred(tarPax('x', "comment="+strings.Repeat("x", 1<<20)), a, b), want: of(TarPax), paths: none, broken: true},
		"pax-then-long":     {data: tarred(tarPax('x', "path=p/c"), tarLong('L', "p/d"), a, b), want: of(TarLongName), paths: none, broken: true},
		"long-then-pax":     {data: tarred(tarLong('L', "p/d"), tarPax('x', "path=p/c"), a, b), want: of(TarPax), paths: none, broken: true},
		"long-twice":        {data: tarred(tarLong('L', "p/c"), tarLong('L', "p/d"), a, b), want: of(TarLongName), paths: none, broken: true},
		"long-nul":          {data: tarred(tarLong('L', "p/c\x00d"), a, b), want: of(TarLongName), paths: none, broken: true},
		"long-empty":        {data: tarred(tarLong('L', ""), a, b), want: of(TarLongName), paths: none, broken: true},
		"long-at-end":       {data: tarred(a, b, tarLong('L', "p/c")), want: of(TarPax), broken: true},
		"long-padding":      {data: tarred(func() tarItem { i := tarLong('L', "p/a"); i.fill = []byte{1}; return i }(), a, b), want: of(Hidden)},
		"sparse-gnu":        {data: changed(func(i *tarItem) { i.kind = 'S' }), want: of(Sparse), paths: none, broken: true},
		"sparse-pax":        {data: tarred(tarPax('x', "GNU.sparse.major=1"), a, b), want: of(Sparse), paths: []string{"p/b"}, broken: true},
		"link-symbolic":     {data: tarred(tarOf('2', "p/l", "../../etc/passwd"), a, b), want: of(Link)},
		"link-hard":         {data: tarred(a, b, tarOf('1', "p/l", "p/a")), want: of(Link)},
		"link-long":         {data: tarred(tarLong('K', "p/"+strings.Repeat("t", 300)), tarOf('2', "p/l", ""), a, b), want: of(Link)},
		"link-with-bytes":   {data: changed(func(i *tarItem) { i.kind = '2' }), want: of(FolderData, Link), paths: none, broken: true},
		"folder-with-bytes": {data: changed(func(i *tarItem) { i.kind = '5' }), want: of(FolderData), paths: none, broken: true},
		"device":            {data: tarred(tarOf('3', "p/dev", ""), tarOf('4', "p/blk", ""), tarOf('6', "p/pipe", ""), a, b), want: of(Special)},
		"contiguous":        {data: changed(func(i *tarItem) { i.kind = '7' }), want: of(Special), paths: []string{"p/b"}, broken: true},
		"unknown-kind":      {data: changed(func(i *tarItem) { i.kind = 'Z' }), want: of(Special), paths: []string{"p/b"}, broken: true},
		"type-named-folder": {data: tarred(tarOf('0', "p/", ""), a, b), want: of(Type)},
		"type-folder-bytes": {data: tarred(tarFile("p/", "x"), a, b), want: of(FolderData, Type), paths: none, broken: true},
		"type-mode":         {data: changed(func(i *tarItem) { i.mode = "0120777" }), want: of(Type)},
		"duplicate":         {data: tarred(a, b, a), want: of(Duplicate), paths: []string{"p/a", "p/b", "p/a"}},
		"case-fold":         {data: tarred(a, b, tarFile("p/A", "")), want: of(CaseFold), paths: []string{"p/a", "p/b", "p/A"}},
		"file-and-folder":   {data: tarred(a, b, tarFile("p/a/b", "")), want: of(FileAndFolder), paths: []string{"p/a", "p/b", "p/a/b"}},
		"link-and-file":     {data: tarred(tarOf('2', "p/a", "x"), a, b), want: of(Duplicate, Link)},
		"name-absolute":     {data: tarred(tarFile("/etc/passwd", "")), want: of(NameAbsolute), paths: []string{"/etc/passwd"}},
		"name-dot-dot":      {data: tarred(tarFile("p/../../a", "")), want: of(NameDotDot), paths: []string{"p/../../a"}},
		"name-dot-dot-pax":  {data: tarred(tarPax('x', "path=../a"), a), want: of(NameDotDot), paths: []string{"../a"}},
		"name-dot-dot-long": {data: tarred(tarLong('L', "../a"), a), want: of(NameDotDot), paths: []string{"../a"}},
		"name-dot":          {data: tarred(tarFolder("./"), tarFile("./a", "")), want: of(NameDot), paths: []string{"./a"}},
		"name-backslash":    {data: tarred(tarFile(`..\a`, "")), want: of(NameBackslash), paths: []string{`..\a`}},
		"name-empty":        {data: tarred(tarFile("", "x"), a, b), want: of(TarHeader), paths: none, broken: true},
		"name-not-utf8":     {data: tarred(tarFile("p/\xff", "x"), a, b), want: of(NameEncoding), broken: true},
		"name-long":         {data: tarred(tarPax('x', "path=p/"+strings.Repeat("n", 5000)), a), want: of(NameLong), paths: []string{"p/" + strings.Repeat("n", 5000)}},
		"name-part-long":    {data: tarred(tarPax('x', "path=p/"+strings.Repeat("n", 256)), a), want: of(NameLong), paths: []string{"p/" + strings.Repeat("n", 256)}},
		"name-deep":         {data: tarred(tarPax('x', "path="+strings.Repeat("n/", 300)+"n"), a), want: of(NameDeep), paths: []string{strings.Repeat("n/", 300) + "n"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := Read(TarGz, tt.data, Options{Limits: tt.limits})
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

// wipe makes a header that is older than POSIX.
func wipe(h []byte) { clear(h[257:]) }

// tarRaw is an extended header with any bytes.
func tarRaw(text string) tarItem {
	i := tarPax('x')
	i.data, i.size = []byte(text), fmt.Sprintf("%011o", len(text))
	return i
}

func cutEnd(b []byte, n int) []byte { return b[:len(b)-n] }

// flipAt flips the byte at i, from the end where negative.
func flipAt(b []byte, i int) []byte {
	b = slices.Clone(b)
	if i < 0 {
		i += len(b)
	}
	b[i] ^= 1
	return b
}

func TestTarGzContents(t *testing.T) {
	run := tarFile("p/run", "#!")
	run.mode = "0000755"
	long := "p/" + strings.Repeat("é/", 60) + "f"
	c, err := Read(TarGz, tarred(tarFolder("p"), tarPax('x', "path="+long), tarFile("cut", "alpha"), run, tarOf('1', "p/hard", "p/run")), Options{})
	require.NoError(t, err)
	assert.Equal(t, &Contents{
		Format: TarGz,
		Files: []File{
			{Path: long, Size: 5, SHA256: sha256.Sum256([]byte("alpha"))},
			{Path: "p/run", Size: 2, SHA256: sha256.Sum256([]byte("#!")), Executable: true},
		},
		Folders:  []string{"p/"},
		Problems: []Problem{{Link, "p/hard", `"p/hard" is a hard link to "p/run".`}},
		Complete: true,
	}, c)
}

// tarFree are the fields of a tar header that may change unnoticed although the
// checksum is made anew.
func tarFree(label string) map[string]free {
	number := []byte{0xff, 7, 7, 7, 7, 7, 0x17, 0x20}
	return map[string]free{
		label + ".uid":   {number, "whose it was"},
		label + ".gid":   {number, "whose it was"},
		label + ".mtime": {[]byte{0xff, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0x17, 0x20}, "when it was changed"},
		label + ".uname": {all, "whose it was"},
		label + ".gname": {all, "whose it was"},
		label + ".dev":   {append(number, number...), "the device's number, of devices only"},
		label + ".size":  {[]byte{0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20}, "a space for the leading zero, or for the NUL at the end"},
	}
}

// checksumFree is for the checksum field where the checksum is not made anew.
var checksumFree = free{[]byte{0x10, 0, 0, 0, 0, 0, 0x20, 0x20}, "spaces for the leading zero, NUL and space for each other"}

func TestTarGzMutation(t *testing.T) {
	exec := tarFile("p/run", "#!")
	exec.label, exec.mode = "exec", "0000755"
	spec := tarSpec{items: []tarItem{tarFolder("p/"), tarPax('x', "path=p/é"), tarFile("cut", "alpha"), exec}}

	t.Run("gzip", func(t *testing.T) {
		assertNoticed(t, TarGz, gzipOf(spec.build().Bytes()), map[string]free{
			"gzip.time":     {all, "when it was packed"},
			"gzip.level":    {all, "how hard the packer tried"},
			"gzip.system":   {all, "where it was packed"},
			"gzip.name":     {all, "the file's name before packing; tar's names count"},
			"gzip.flags":    {[]byte{1}, "whether it is text"},
			"stored.header": {[]byte{0xf8}, "deflate's padding to the next byte (RFC 1951, 3.2.4)"},
		}, same)
	})
	t.Run("tar", func(t *testing.T) {
		assertNoticed(t, TarGz, spec.build(), map[string]free{
			"folder.checksum": checksumFree, "pax.checksum": checksumFree,
			"file.checksum": checksumFree, "exec.checksum": checksumFree,
		}, gzipped)
	})
	t.Run("tar-with-new-checksums", func(t *testing.T) {
		frees := map[string]free{
			"folder.mode": {[]byte{0x17, 7, 7, 7, 7, 7, 7, 0x20}, "permissions of folders are not told"},
			"pax.mode":    {[]byte{0x17, 7, 7, 7, 7, 7, 7, 0x20}, "an extended header's own"},
			"file.mode":   {[]byte{0x17, 7, 0, 7, 6, 6, 6, 0x20}, "permissions other than execution; no type is a file's type"},
			"exec.mode":   {[]byte{0x17, 7, 0, 7, 7, 7, 7, 0x20}, "the same; one of three execution bits"},
			"pax.link":    {all, "the target, of links only"},
			"pax.name":    {all, "an extended header's own name"},
			"pax.prefix":  {all, "an extended header's own name"},
			"file.name":   {all, "the short name, where an extended header has the true one"},
			"file.prefix": {all, "the short name, where an extended header has the true one"},
		}
		for _, label := range []string{"folder", "pax", "file", "exec"} {
			for field, f := range tarFree(label) {
				frees[field] = f
			}
			frees[label+".checksum"] = free{all, "made anew"}
		}
		frees["folder.size"] = free{[]byte{0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x20}, "the same; a folder's is 0 with and without its last digit"}
		assertNoticed(t, TarGz, spec.build(), frees, func(tar []byte) []byte {
			for _, at := range []int{0, 512, 1536, 2560} {
				fixChecksum(tar[at:at+512], nil)
			}
			return gzipped(tar)
		})
	})
}

func TestNotThatFormat(t *testing.T) {
	tests := map[string]struct {
		format Format
		data   []byte
		found  string
	}{
		"html":         {Zip, []byte("\ufeff\n<!DOCTYPE HTML><title>Sign in</title>"), "an HTML page"},
		"xml":          {Zip, []byte("<?xml version='1.0'?><Error/>"), "an XML document"},
		"json":         {TarGz, []byte(`{"error":"not found"}`), "a JSON document"},
		"text":         {TarGz, []byte("not found: é\n"), "text"},
		"text-cut":     {Zip, []byte(strings.Repeat("a", 511) + "é"), "text"},
		"binary":       {Zip, []byte{0, 1, 2, 3}, "unknown binary data"},
		"latin":        {Zip, []byte("caf\xe9 and more text"), "unknown binary data"},
		"empty":        {Zip, nil, "nothing (0 bytes)"},
		"empty-tar":    {TarGz, nil, "nothing (0 bytes)"},
		"gzip":         {Zip, tarred(), "gzip data"},
		"zip":          {TarGz, zipSpec{items: []zipItem{zipFile("a", "b")}}.build().Bytes(), "a zip archive"},
		"plain-tar":    {TarGz, tarSpec{items: []tarItem{tarFile("a", "b")}}.build().Bytes(), "a tar archive that is not compressed"},
		"no-tar":       {TarGz, gzipped(bytes.Repeat([]byte("text "), 200)), "data that holds no tar archive"},
		"no-tar-short": {TarGz, gzipped([]byte("text")), "data that holds no tar archive"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := Read(tt.format, tt.data, Options{})
			assert.Nil(t, c)
			var format *FormatError
			require.ErrorAs(t, err, &format)
			assert.Equal(t, FormatError{tt.format, tt.found}, *format)
			assert.Contains(t, err.Error(), "found "+tt.found+"; ")
		})
	}
	_, err := Read("rar", nil, Options{})
	assert.ErrorContains(t, err, `format "rar" is not known`)
}
