package mint

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"maps"
	"strings"
	"time"
)

// A Deb is one Debian package, every part of which can be bent.
type Deb struct {
	Name, Version, Arch string
	Depends             string
	Control             map[string]string // control files beside control, by name
	Files               map[string]string // to install, by path
	Entry               string            // instead of what the list says of it
}

// NewDeb has a maintainer script that fetches something, and a dependency.
func NewDeb(name, version string) Deb {
	return Deb{Name: name, Version: version, Arch: "amd64", Depends: "libc6 (>= 2.36), metal | acid",
		Control: map[string]string{"postinst": "#!/bin/sh\n# see http://example.com/comment\nwget http://example.com/more.bin\n"},
		Files:   map[string]string{"usr/bin/" + name: "#!/bin/sh\necho gold\n", "usr/share/doc/" + name + "/copyright": "Free.\n"}}
}

func (d Deb) fields() string {
	return fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: Somebody <somebody@example.com>\nDepends: %s\nDescription: an invented package\n", d.Name, d.Version, d.Arch, d.Depends)
}

// EntryOf is what a list says of the package where its bytes are these.
func (d Deb) EntryOf(packed []byte) string {
	return fmt.Sprintf("%sFilename: %s\nSize: %d\nSHA256: %x\n", d.fields(), d.Pool(), len(packed), sha256.Sum256(packed))
}

// File is what the package's file is called: without the epoch.
func (d Deb) File() string {
	version := d.Version
	if _, bare, ok := strings.Cut(version, ":"); ok {
		version = bare
	}
	return d.Name + "_" + version + "_" + d.Arch + ".deb"
}

// Pool is where it stands below the archive's base.
func (d Deb) Pool() string { return "pool/main/" + d.Name[:1] + "/" + d.Name + "/" + d.File() }

// Packed is the package's file.
func (d Deb) Packed() []byte {
	control := map[string]string{"control": d.fields()}
	maps.Copy(control, d.Control)
	return Ar("debian-binary", []byte("2.0\n"), "control.tar.gz", Tgz(control), "data.tar.gz", Tgz(d.Files))
}

// Ar is an archive of members: names and bytes by turns.
func Ar(members ...any) []byte {
	b := []byte("!<arch>\n")
	for i := 0; i < len(members); i += 2 {
		data := members[i+1].([]byte)
		b = append(b, fmt.Sprintf("%-16s%-12d%-6d%-6d%-8o%-10d`\n", members[i], 0, 0, 0, 0o100644, len(data))...)
		if b = append(b, data...); len(data)%2 == 1 {
			b = append(b, '\n')
		}
	}
	return b
}

// Clearsign puts a signature around a text whose lines do not begin with a hyphen.
func (k *ArchiveKey) Clearsign(text string, when time.Time) []byte {
	text = strings.TrimSuffix(text, "\n")
	packet := k.sign(1, []byte(strings.ReplaceAll(text, "\n", "\r\n")), when)
	return []byte("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" + text + "\n" + armored(packet))
}

// A DebSuite is one suite of an archive, with one list of packages.
type DebSuite struct {
	Base, Name string // the archive's address without its last slash, and the suite
	ValidUntil time.Time
	ByHash     bool
}

// List is where the suite's list of packages stands below its folder.
const List = "main/binary-amd64/Packages.gz"

// Packages is the suite's list of some packages.
func (s DebSuite) Packages(debs ...Deb) []byte {
	var text strings.Builder
	for _, d := range debs {
		if d.Entry == "" {
			d.Entry = d.EntryOf(d.Packed())
		}
		text.WriteString(d.Entry + "\n")
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	must(z.Write([]byte(text.String())))
	must(0, z.Close())
	return b.Bytes()
}

// Serve puts the suite and its packages into the world, and gives the addresses of
// its signed index and of its list.
func (s DebSuite) Serve(w World, key *ArchiveKey, when time.Time, debs ...Deb) (index, list string) {
	packages := s.Packages(debs...)
	text := "Origin: Test\nSuite: " + s.Name + "\nCodename: " + s.Name + "\nDate: " + when.UTC().Format("Mon, 02 Jan 2006 15:04:05") + " UTC\n"
	folder := s.Base + "/dists/" + s.Name + "/"
	list = folder + List
	if s.ByHash {
		text += "Acquire-By-Hash: yes\n"
		list = fmt.Sprintf("%smain/binary-amd64/by-hash/SHA256/%x", folder, sha256.Sum256(packages))
	}
	if !s.ValidUntil.IsZero() {
		text += "Valid-Until: " + s.ValidUntil.UTC().Format("Mon, 02 Jan 2006 15:04:05") + " UTC\n"
	}
	text += fmt.Sprintf("Components: main\nArchitectures: amd64\nSHA256:\n %x %d %s\n", sha256.Sum256(packages), len(packages), List)
	w[folder+"InRelease"] = Page{Body: key.Clearsign(text, when)}
	w[list] = Page{Body: packages}
	for _, d := range debs {
		w[s.Base+"/"+d.Pool()] = Page{Body: d.Packed()}
	}
	return folder + "InRelease", list
}
