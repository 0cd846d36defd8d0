// Package deb reads Debian's packages: an ar archive of three members, "debian-binary",
// the archive of control files and that of the files to install (deb(5)). Both are
// tars in gzip, xz, zstd or bzip2.
//
// The control files are called as dpkg-deb --raw-extract writes them, below DEBIAN/;
// no file to install may stand there.
package deb

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"touchstone/internal/archive"
	"touchstone/internal/archive/packed"
)

// Format is what the container is called.
const Format archive.Format = "deb"

// Control is the folder below which the control files are called.
const Control = "DEBIAN/"

const (
	magic     = "!<arch>\n"
	headerLen = 60
	// maxMembers bounds the members: deb(5) knows three, and further ones whose
	// names begin with an underscore.
	maxMembers = 16
)

// A member is one of the ar archive.
type member struct {
	name string
	data []byte
}

// members takes the ar archive apart (deb(5), "FORMAT"). The error is about bytes
// that are none.
func members(b []byte) ([]member, *archive.Problem, error) {
	rest, ok := bytes.CutPrefix(b, []byte(magic))
	if !ok {
		return nil, nil, &archive.FormatError{Want: Format, Found: "bytes that do not begin as a Debian package does"}
	}
	var out []member
	wrong := func(kind archive.ProblemKind, format string, args ...any) ([]member, *archive.Problem, error) {
		return out, &archive.Problem{Kind: kind, Detail: fmt.Sprintf(format, args...)}, nil
	}
	for len(rest) > 0 {
		if len(out) == maxMembers {
			return wrong(archive.TooMany, "The package has more than %d members.", maxMembers)
		}
		if len(rest) < headerLen {
			return wrong(archive.Truncated, "The package ends inside the header of a member.")
		}
		header := rest[:headerLen]
		if string(header[58:]) != "`\n" {
			return wrong(archive.Corrupt, "The header of member %d does not end as it must.", len(out)+1)
		}
		name := strings.TrimSuffix(strings.TrimRight(string(header[:16]), " "), "/")
		digits := strings.TrimRight(string(header[48:58]), " ")
		size, err := strconv.ParseUint(digits, 10, 63)
		if err != nil || strconv.FormatUint(size, 10) != digits {
			return wrong(archive.Corrupt, "The size of member %d is not a number.", len(out)+1)
		}
		rest = rest[headerLen:]
		if size > uint64(len(rest)) {
			return wrong(archive.Truncated, "Member %d states %d bytes; %d follow.", len(out)+1, size, len(rest))
		}
		out = append(out, member{name, rest[:size:size]})
		rest = rest[size:]
		if size%2 == 1 && len(rest) > 0 {
			if rest[0] != '\n' && rest[0] != 0 {
				return wrong(archive.Hidden, "The byte that fills up member %d is not empty.", len(out))
			}
			rest = rest[1:]
		}
	}
	return out, nil, nil
}

// Read reads a package as [archive.Read] reads its own.
//
//  1. Take the members apart: first "debian-binary" with a version 2, then the
//     control files, then the files. What else there is must begin with "_".
//  2. Read the control files, each called below DEBIAN/.
//  3. Read the files to install.
func Read(body []byte, o archive.Options) (*archive.Contents, error) {
	// 1.
	all, broken, err := members(body)
	if err != nil {
		return nil, err
	}
	c := &archive.Contents{Format: Format, Complete: true}
	stop := func(kind archive.ProblemKind, format string, args ...any) (*archive.Contents, error) {
		c.Complete = false
		c.Problems = append(c.Problems, archive.Problem{Kind: kind, Detail: fmt.Sprintf(format, args...)})
		return c, nil
	}
	if broken != nil {
		c.Complete = false
		c.Problems = append(c.Problems, *broken)
		return c, nil
	}
	for i, m := range all {
		if i > 0 && strings.HasPrefix(m.name, "_") {
			c.Problems = append(c.Problems, archive.Problem{Kind: archive.Hidden, Path: strings.ToValidUTF8(m.name, "?"), Detail: "A member that dpkg passes over stands in the package."})
		}
	}
	all = slices.DeleteFunc(all, func(m member) bool { return strings.HasPrefix(m.name, "_") })
	if len(all) != 3 || all[0].name != "debian-binary" || !isTar(all[1].name, "control") || !isTar(all[2].name, "data") {
		return stop(archive.Directory, "The members are not debian-binary, control.tar and data.tar, in this order.")
	}
	if version, ok := strings.CutSuffix(string(all[0].data), "\n"); !ok || !strings.HasPrefix(version, "2.") {
		return stop(archive.Corrupt, "The package is of the form %.20q, not 2.0.", all[0].data)
	}
	// 2.
	o.System = true
	inner := o
	if o.Inspect != nil {
		inner.Inspect = func(path string, size int64) io.Writer { return o.Inspect(Control+path, size) }
	}
	control, err := readTar(all[1], inner)
	if err != nil {
		return nil, err
	}
	for i := range control.Files {
		control.Files[i].Path = Control + control.Files[i].Path
	}
	for i, p := range control.Problems {
		if p.Path != "" {
			control.Problems[i].Path = Control + p.Path
		}
	}
	if len(control.Links) > 0 || slices.ContainsFunc(control.Folders, func(f string) bool { return strings.Trim(f, "./") != "" }) {
		control.Problems = append(control.Problems, archive.Problem{Kind: archive.Special, Detail: "The control files are not plain files."})
	}
	// 3.
	data, err := readTar(all[2], o)
	if err != nil {
		return nil, err
	}
	for _, f := range data.Files {
		if strings.HasPrefix(f.Path, Control) {
			c.Problems = append(c.Problems, archive.Problem{Kind: archive.RulePath, Path: f.Path, Detail: "A file to install is called as a control file."})
		}
	}
	c.Files = append(control.Files, data.Files...)
	c.Links, c.Folders = data.Links, data.Folders
	c.Problems = append(append(c.Problems, control.Problems...), data.Problems...)
	c.Complete = control.Complete && data.Complete
	return c, nil
}

// endings are how the names of the two tars end, by what packed them. dpkg goes by the
// name, whatever stands in the member.
var endings = map[string]packed.Kind{"": packed.None, ".gz": packed.Gzip, ".xz": packed.XZ, ".zst": packed.Zstd, ".bz2": packed.Bzip2}

// isTar tells whether a member is called as one of the two tars.
func isTar(name, which string) bool {
	end, ok := strings.CutPrefix(name, which+".tar")
	_, known := endings[end]
	return ok && known
}

// readTar reads one of the two tars. One that is packed in another way than its name
// says could be read in two ways: a tar may begin with the bytes of another form.
func readTar(m member, o archive.Options) (*archive.Contents, error) {
	_, end, _ := strings.Cut(m.name, ".tar")
	if kind := packed.Sniff(m.data); kind != endings[end] {
		return &archive.Contents{Problems: []archive.Problem{{Kind: archive.Mismatch, Detail: fmt.Sprintf("The member %s is packed in another way (%s) than its name says, by which dpkg goes.", m.name, kind)}}}, nil
	}
	_, in, err := packed.Open(m.data)
	if err != nil {
		return &archive.Contents{Problems: []archive.Problem{{Kind: archive.Corrupt, Detail: fmt.Sprintf("The member %s is damaged: %v.", m.name, err)}}}, nil
	}
	defer in.Close()
	return archive.ReadTar(in, int64(len(m.data)), o)
}
