package archive

// The problems of a container as a whole.
const (
	// TooLarge: the archive itself is larger than Limits.Archive.
	TooLarge ProblemKind = "too-large"
	// TooMuch: it inflates to more than Limits.Total.
	TooMuch ProblemKind = "too-much"
	// TooDense: it inflates to more than Limits.Ratio times its size.
	TooDense ProblemKind = "too-dense"
	// TooMany: it has more entries, folders in paths, or bytes of names than
	// Limits allow.
	TooMany ProblemKind = "too-many"
	// TooManyProblems: there were more problems than anybody can read.
	TooManyProblems ProblemKind = "too-many-problems"
	// Truncated: it ends before what it announces.
	Truncated ProblemKind = "truncated"
	// Corrupt: bytes that follow no rule of the format.
	Corrupt ProblemKind = "corrupt"
	// Prepended: bytes stand before the first entry.
	Prepended ProblemKind = "prepended"
	// Trailing: bytes stand after the end.
	Trailing ProblemKind = "trailing"
	// Hidden: bytes stand where nothing refers to them.
	Hidden ProblemKind = "hidden"
)

// The problems of zip's structure.
const (
	// AmbiguousEnd: more than one end record, or start of the directory, can be meant.
	AmbiguousEnd ProblemKind = "ambiguous-end"
	// Directory: the directory's size, place or count contradicts its content.
	Directory ProblemKind = "directory"
	// MultiDisk: it claims to be split over several disks.
	MultiDisk ProblemKind = "multi-disk"
	// Zip64: 64-bit fields contradict the 32-bit ones, or each other.
	Zip64 ProblemKind = "zip64"
	// Overlap: two entries, or an entry and the directory, share bytes.
	Overlap ProblemKind = "overlap"
	// Mismatch: directory and local header differ about an entry.
	Mismatch ProblemKind = "mismatch"
	// Descriptor: the data descriptor is missing or differs from the directory.
	Descriptor ProblemKind = "descriptor"
	// Flags: reserved flags are set, or a version is asked for that does not exist.
	Flags ProblemKind = "flags"
	// Extra: the extra fields are malformed.
	Extra ProblemKind = "extra"
	// UnicodePath: an extra field names another path than the header.
	UnicodePath ProblemKind = "unicode-path"
	// Encrypted: the bytes can be had only with a password.
	Encrypted ProblemKind = "encrypted"
	// Method: a compression method other than store and deflate.
	Method ProblemKind = "method"
)

// The problems of gzip's and tar's structure.
const (
	// MultiMember: a second gzip member follows; readers differ about it.
	MultiMember ProblemKind = "multi-member"
	// GzipHeader: the gzip header has reserved flags or a wrong checksum.
	GzipHeader ProblemKind = "gzip-header"
	// TarHeader: a header is malformed or readers differ about it.
	TarHeader ProblemKind = "tar-header"
	// TarChecksum: a header's checksum is wrong.
	TarChecksum ProblemKind = "tar-checksum"
	// TarPax: an extended header is malformed, out of place or contradictory.
	TarPax ProblemKind = "tar-pax"
	// TarLongName: a GNU long name is malformed, out of place or contradictory.
	TarLongName ProblemKind = "tar-long-name"
	// Sparse: a file with holes, of which readers make different bytes.
	Sparse ProblemKind = "sparse"
	// NoEnd: the two zero blocks that end a tar are missing.
	NoEnd ProblemKind = "no-end"
)

// The problems of an entry's bytes and kind.
const (
	// Checksum: the CRC-32 of the bytes is not the one stated.
	Checksum ProblemKind = "checksum"
	// Size: the number of bytes is not the one stated.
	Size ProblemKind = "size"
	// Link: a symbolic or hard link; left out of Files.
	Link ProblemKind = "link"
	// Special: a device, pipe, socket or unknown kind; left out of Files.
	Special ProblemKind = "special"
	// FolderData: a folder, or another kind that has no bytes, comes with bytes.
	FolderData ProblemKind = "folder-data"
	// Type: name and attributes differ about whether it is a file or a folder.
	Type ProblemKind = "type"
)

// The problems of an entry's name.
const (
	// Duplicate: two entries have one path.
	Duplicate ProblemKind = "duplicate"
	// CaseFold: two paths are one on some systems (case, canonical form, ends).
	CaseFold ProblemKind = "case-fold"
	// FileAndFolder: one path is a file and the folder of another.
	FileAndFolder ProblemKind = "file-and-folder"
	// NameEmpty: no name at all.
	NameEmpty ProblemKind = "name-empty"
	// NameAbsolute: the path starts at a root ("/a").
	NameAbsolute ProblemKind = "name-absolute"
	// NameDrive: a part of the path starts at a drive ("C:a").
	NameDrive ProblemKind = "name-drive"
	// NameBackslash: a backslash, which some systems take for a separator.
	NameBackslash ProblemKind = "name-backslash"
	// NameReserved: Windows cannot write the name as it stands.
	NameReserved ProblemKind = "name-reserved"
	// NameDotDot: a part ".." leads out of the folder.
	NameDotDot ProblemKind = "name-dot-dot"
	// NameDot: a part "." makes two spellings of one path.
	NameDot ProblemKind = "name-dot"
	// NameEmptyPart: "//" makes two spellings of one path.
	NameEmptyPart ProblemKind = "name-empty-part"
	// NameControl: NUL, a control character or one that changes the direction of text.
	NameControl ProblemKind = "name-control"
	// NameEncoding: not UTF-8, or not marked as UTF-8 where it must be.
	NameEncoding ProblemKind = "name-encoding"
	// NameLong: longer than Limits.Name, or with a part longer than 255 bytes.
	NameLong ProblemKind = "name-long"
	// NameDeep: more parts than Limits.Depth.
	NameDeep ProblemKind = "name-deep"
)

// The problems that only an ecosystem's [Rules] know.
const (
	// RulePrefix: a path does not start with the prefix that all must have.
	RulePrefix ProblemKind = "rule-prefix"
	// RuleRoot: a file stands below the root, or in another case, that may not.
	RuleRoot ProblemKind = "rule-root"
	// RuleSize: a file is larger than its name may be.
	RuleSize ProblemKind = "rule-size"
	// RulePath: a path that the ecosystem does not allow.
	RulePath ProblemKind = "rule-path"
	// RuleWritten: the installer writes a path elsewhere than listed, or not at all.
	RuleWritten ProblemKind = "rule-written"
)
