// Package archive reads what is inside a package, file by file, bounded.
//
// Everything in an archive is hostile. Whatever an attacker can put into one
// (names that leave the root, duplicates, lies in directories, bombs, trailing
// data) is a [Problem] in the result, never a crash and never a silent choice.
//
// Both containers are read by this package itself, byte by byte, because
// ordinary readers differ in what they forgive: where two of them could see
// different files in the same bytes, that is a Problem. Specifications: zip is
// PKWARE's APPNOTE 6.3.10, gzip is RFC 1952, tar is POSIX.1-2017 pax (the
// "ustar" and "pax" interchange formats) with GNU's long names.
package archive

import (
	"io"
	"path"
)

// A Format is a container format.
type Format string

// The formats.
const (
	Zip   Format = "zip"
	TarGz Format = "tar.gz"
	// Tar and CPIO stand inside something else, which tells how they are packed
	// ([ReadTar], [ReadCPIO]).
	Tar  Format = "tar"
	CPIO Format = "cpio"
)

// A File is one regular file of an archive, by the bytes it inflates to.
type File struct {
	Path string `json:"path"` // as written in the archive, valid UTF-8, "/" between parts
	// Installed is where the ecosystem's installer writes it, inside the package's
	// folder; empty where it writes nothing, and where [Rules.Check] was not asked
	// or the rules do not say.
	Installed string   `json:"-"`
	Size      int64    `json:"size"` // bytes, uncompressed
	SHA256    [32]byte `json:"-"`
	// Executable tells that the archive marks the file executable.
	Executable bool `json:"executable,omitempty"`
	// Elevated tells that it runs with the rights of its owner or group, whoever
	// starts it, where the format has a place for that and its reader looks.
	Elevated bool `json:"-"`
}

// Renamed tells that the file is installed under another name than the archive
// gives it.
func (f File) Renamed() bool {
	return f.Installed != "" && path.Base(f.Installed) != path.Base(f.Path)
}

// A Linked is a link in an archive that is unpacked where links belong
// ([Options.System]).
type Linked struct {
	Path   string // where it stands, as a [File.Path]
	Target string // as written
	// Hard tells that it is another name of a file: Target is its path.
	Hard bool
}

// A Problem is something about an archive that a careful reader must not pass
// over. Path is empty where it concerns the whole archive, and cut after 200
// bytes.
type Problem struct {
	Kind   ProblemKind
	Path   string
	Detail string // one sentence for people
}

// A ProblemKind names a problem for code and tests.
type ProblemKind string

// Limits bound what reading an archive may cost. The zero value of a field
// takes that of DefaultLimits.
type Limits struct {
	Archive int64 // bytes of the archive itself
	Total   int64 // bytes, everything inflated (of a tar also its headers)
	Entries int   // entries of any kind; twice as many paths with their folders
	Ratio   int64 // inflated bytes per archive byte, whole archive, above 1 MiB inflated
	Name    int   // bytes of one path
	Names   int   // bytes of all paths together
	Depth   int   // parts of one path
}

// DefaultLimits are those of Go's module zips (golang.org/x/mod/zip: 500 MiB),
// the largest of any ecosystem served; a path is as long as macOS takes.
var DefaultLimits = Limits{Archive: 500 << 20, Total: 500 << 20, Entries: 200_000, Ratio: 1100, Name: 1024, Names: 16 << 20, Depth: 255}

// Options say how to read.
type Options struct {
	Limits Limits
	// System tells that the archive is unpacked over the root of an operating
	// system of the Unix kind: paths may begin at the root, which is left out of
	// what they are called here; links belong there, and are listed; case counts,
	// and every character that such a system can write.
	System bool
	// Inspect, where set, is asked for every regular file and may return a
	// writer that gets the file's bytes as they are hashed; nil means that the
	// bytes are not wanted. A writer's error ends its copy, not the reading.
	// The size is the archive's claim, and the bytes are checked only after the
	// last of them was written: what a writer got counts once the path is in
	// Files.
	Inspect func(path string, size int64) io.Writer
	// Progress, where set, is told the inflated bytes so far, about every
	// 256 KiB.
	Progress func(bytes int64)
	// Cancelled, where set, is asked about every 256 KiB and every entry; true
	// ends the reading with [ErrCancelled].
	Cancelled func() bool
}

// Contents are what an archive holds.
type Contents struct {
	Format Format
	Files  []File // in the archive's order, links, folders and specials left out
	// Links are those of an archive where they belong; elsewhere each is a Problem.
	Links []Linked
	// Folders are the folders that have an entry of their own, as written and
	// with one "/" at the end. Folders that only occur in files' paths are not
	// here.
	Folders  []string
	Problems []Problem
	// Complete is false where a problem or a limit ended the reading early, or
	// where the bytes of a file could not be had (encrypted, damaged, name not
	// UTF-8): then Files is a part, and proves nothing about the rest.
	Complete bool
	// Left is one sentence that says why the files were not read although nothing
	// is wrong: only a part of the package was fetched. Empty where it was read.
	Left string
}
