package rpm

import (
	"crypto/sha256"
	"fmt"

	"touchstone/internal/archive"
	"touchstone/internal/archive/packed"
)

// Read reads what is inside a package: the payload, a cpio in one of the
// compressions of package packed, and what of it the header says otherwise. Of a
// file that ends with its header nothing is read, and that is told ([archive.Contents.Left]).
//
//  1. Take the file apart. rpm refuses one whose signature header states another
//     digest of the header.
//  2. Read the payload.
//  3. Compare it with the header's list: rpm writes what the header says.
func Read(body []byte, o archive.Options) (*archive.Contents, error) {
	// 1.
	p, err := Open(body)
	if err != nil {
		return nil, fmt.Errorf("as an RPM package it cannot be read: %w", err)
	}
	if len(p.Payload) == 0 {
		return &archive.Contents{Format: archive.CPIO, Left: "Only the package's header is here: its payload was not fetched."}, nil
	}
	// 2.
	o.System = true
	if format := p.Header.Text(tagFormat); format != "cpio" && format != "" {
		return nil, fmt.Errorf("its payload is said to be %.40q, and this version reads cpio", format)
	}
	_, in, err := packed.Open(p.Payload)
	if err != nil {
		return nil, fmt.Errorf("its payload cannot be read: %w", err)
	}
	defer in.Close()
	files, unlisted := p.Files()
	c, err := archive.ReadCPIO(in, int64(len(body)), entries(files), o)
	if err != nil {
		return nil, err
	}
	// 3.
	if unlisted != nil {
		c.Complete = false
		c.Problems = append(c.Problems, archive.Problem{Kind: archive.Directory, Detail: fmt.Sprintf("The header's list of files cannot be read: %v.", unlisted)})
		return c, nil
	}
	c.Problems = append(c.Problems, compare(c, files)...)
	if stated, has := p.Signatures.Text(sigSHA256), fmt.Sprintf("%x", sha256.Sum256(p.Signed)); stated != "" && stated != has {
		c.Problems = append(c.Problems, archive.Problem{Kind: archive.Mismatch, Detail: fmt.Sprintf("The package states the SHA-256 %.64q of its header, which has another: rpm refuses it.", stated)})
	}
	return c, nil
}

// compare lists where the links and folders of the payload are not those of the
// header. Files are for whoever compares lists with digests.
func compare(c *archive.Contents, files []File) []archive.Problem {
	listed := make(map[string]File, len(files))
	var problems []archive.Problem
	wrong := func(path, format string, args ...any) {
		if len(problems) < maxProblems {
			problems = append(problems, archive.Problem{Kind: archive.Mismatch, Path: path, Detail: fmt.Sprintf(format, args...)})
		}
	}
	for _, f := range files {
		if _, twice := listed[f.Path]; twice {
			wrong(f.Path, "The header lists %.200q twice.", f.Path)
		}
		listed[f.Path] = f
	}
	for _, l := range c.Links {
		if f, ok := listed[l.Path]; !ok || !f.Linked() || f.Link != l.Target {
			wrong(l.Path, "The payload has a link %.200q to %.200q; the header does not.", l.Path, l.Target)
		}
		delete(listed, l.Path)
	}
	for _, folder := range c.Folders {
		if f, ok := listed[folder[:len(folder)-1]]; !ok || f.Mode&modeKind != modeFolder {
			wrong(folder, "The payload has a folder %.200q; the header does not.", folder)
		}
	}
	if c.Complete {
		for _, f := range files {
			if _, left := listed[f.Path]; left && f.Linked() && !f.Ghost {
				wrong(f.Path, "The header lists a link %.200q; the payload has none.", f.Path)
			}
		}
	}
	return problems
}

// maxProblems bounds what is told.
const maxProblems = 100
