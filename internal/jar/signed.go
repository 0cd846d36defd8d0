package jar

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"touchstone/internal/digest"
	"touchstone/internal/fault"
)

// ManifestPath is where the manifest stands.
const ManifestPath = "META-INF/MANIFEST.MF"

// maxSigners bounds the signature files of one archive.
const maxSigners = 16

// Related tells whether a file belongs to signatures by its name, in whatever case:
// the manifest, a signature file, or a block. Only then its bytes are needed.
func Related(name string) bool {
	folder, file := path.Split(strings.ToUpper(name))
	if folder != "META-INF/" {
		return false
	}
	return file == "MANIFEST.MF" || path.Ext(file) == ".SF" || blockKind(file) || strings.HasPrefix(file, "SIG-")
}

func isSignatureFile(name string) bool {
	return Related(name) && strings.EqualFold(path.Ext(name), ".sf")
}

func blockKind(file string) bool {
	return slices.Contains([]string{".RSA", ".DSA", ".EC"}, path.Ext(file))
}

// spellings are the digests that headers of manifests name, as this program names
// them.
var spellings = map[string]string{"md5": "md5", "sha": "sha1", "sha1": "sha1", "sha-1": "sha1", "sha-224": "sha224", "sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}

// Digests are the kinds of digests that a manifest states of its entries.
func (m *Manifest) Digests() []string {
	var kinds []string
	for _, entry := range m.Entries {
		for header := range entry.Headers {
			kind, ok := strings.CutSuffix(header, "-digest")
			if name := spellings[kind]; ok && name != "" && !slices.Contains(kinds, name) {
				kinds = append(kinds, name)
			}
		}
	}
	return kinds
}

// A Signature is one that an archive carries.
type Signature struct {
	File   string // the signature file's path
	Block  string // that of the block beside it
	Signer Signer
	// Covers are the files whose bytes are what this signature is over.
	Covers []string
	// Missing are files that it covers and that are not inside.
	Missing []string
	// Err is a fault that says why it proves nothing; nil where it verifies.
	Err error
}

// Verify verifies the signatures of an archive. docs are the bytes of the files that
// are [Related], by path; files are all files; sum is a file's digest, not ok where
// that was not computed. It finds none where no signature file is there.
//
//  1. Each signature file, with the blocks of its name.
//  2. Its blocks are over it, by one signer.
//  3. It states the digest of the manifest, or of its parts.
//  4. The manifest states the digests of the files.
func Verify(docs map[string][]byte, files []string, sum func(file, kind string) (hexadecimal string, ok bool)) []Signature {
	var found []Signature
	v := verifier{docs: docs, files: map[string]bool{}, sum: sum}
	for _, f := range files {
		v.files[f] = true
	}
	if slices.ContainsFunc(files, isSignatureFile) {
		v.manifest, v.broken = ReadManifest(docs[ManifestPath])
	}
	// 1.
	for _, name := range files {
		if isSignatureFile(name) {
			if len(found) == maxSigners {
				return append(found, Signature{File: name, Err: fault.New(fault.NotUnderstood, "it has more signatures than are read")})
			}
			found = append(found, v.signature(name))
		}
	}
	return found
}

// A verifier is an archive whose signatures are verified.
type verifier struct {
	docs  map[string][]byte
	files map[string]bool
	sum   func(file, kind string) (string, bool)
	// manifest is that of the archive; broken says why it cannot be read.
	manifest *Manifest
	broken   error
}

// signature judges one signature file.
func (v *verifier) signature(name string) Signature {
	out := Signature{File: name}
	if name != strings.ToUpper(name) {
		out.Err = fault.New(fault.NotUnderstood, "its name is in lower case")
		return out
	}
	if v.docs[name] == nil || v.files[ManifestPath] && v.docs[ManifestPath] == nil {
		out.Err = fault.New(fault.NotUnderstood, "the signature file or the manifest is larger than is read")
		return out
	}
	// 2.
	blocks := 0
	for _, kind := range []string{".RSA", ".EC", ".DSA"} {
		block := strings.TrimSuffix(name, ".SF") + kind
		if !v.files[block] {
			continue
		}
		by, err := verifyBlock(v.docs[block], v.docs[name])
		if err != nil {
			out.Signer, out.Err = by, err
			return out
		}
		if blocks++; blocks > 1 {
			out.Err = fault.New(fault.NotUnderstood, "it has several blocks")
			return out
		}
		out.Signer, out.Block = by, block
	}
	if blocks == 0 {
		out.Err = fault.New(fault.Missing, "the block that would sign it is not there")
		return out
	}
	out.Err = v.covered(name, &out)
	return out
}

// covered follows the digests from a signature file to the files.
func (v *verifier) covered(name string, out *Signature) error {
	if !v.files[ManifestPath] {
		return fault.New(fault.Malformed, "there is no manifest")
	}
	file, err := ReadManifest(v.docs[name])
	if err != nil {
		return fault.New(fault.NotUnderstood, "the signature file cannot be read: "+err.Error())
	}
	if tooLongForJava(v.docs[name]) || tooLongForJava(v.docs[ManifestPath]) {
		return fault.New(fault.NotUnderstood, "a line of the manifest or the signature file is longer than Java reads, or does not end")
	}
	if file.Main.Headers.Get("Signature-Version") == "" {
		return fault.New(fault.NotUnderstood, "the signature file does not say of which version it is")
	}
	if v.broken != nil {
		return fault.New(fault.NotUnderstood, "the manifest cannot be read: "+v.broken.Error())
	}
	// 3.
	whole, err := states(file.Main.Headers, "-digest-manifest", v.docs[ManifestPath])
	if fault.Of(err) == fault.Wrong || errors.Is(err, errNone) { // then of its parts
		_, err = states(file.Main.Headers, "-digest-manifest-main-attributes", v.manifest.Main.Raw)
		if errors.Is(err, errNone) {
			return fault.New(fault.NotUnderstood, "it does not cover the manifest's main part")
		}
	}
	if err != nil {
		return of(err, "the manifest's main part")
	}
	sections := make(map[string]*Section, len(v.manifest.Entries))
	for i, entry := range v.manifest.Entries {
		sections[entry.Name] = &v.manifest.Entries[i]
	}
	// 4.
	for _, stated := range file.Entries {
		entry := sections[stated.Name]
		if entry == nil {
			return fault.New(fault.Wrong, fmt.Sprintf("it covers %.200q, of which the manifest says nothing", stated.Name))
		}
		if !whole {
			if _, err := states(stated.Headers, "-digest", entry.Raw); err != nil {
				return of(err, fmt.Sprintf("what the manifest says of %.200q", stated.Name))
			}
		}
		if strings.HasSuffix(stated.Name, "/") { // a folder has no bytes
			continue
		}
		if !v.files[stated.Name] {
			out.Missing = append(out.Missing, stated.Name)
			continue
		}
		if err := v.entry(entry); err != nil {
			return of(err, fmt.Sprintf("%.200q", stated.Name))
		}
		out.Covers = append(out.Covers, stated.Name)
	}
	return nil
}

// errNone: no digest is stated.
var errNone = errors.New("no digest is stated")

// of says about what a fault is.
func of(err error, what string) error {
	switch kind := fault.Of(err); {
	case errors.Is(err, errNone):
		return fault.New(fault.NotUnderstood, "no digest is stated of "+what)
	case kind == fault.Wrong:
		return fault.New(kind, "another digest is stated of "+what)
	case kind == fault.Weak:
		return fault.New(kind, "the only digests stated of "+what+" can be forged")
	default:
		return fault.New(fault.NotUnderstood, "a digest is stated of "+what+" that is not computed here")
	}
}

// states tells whether headers with an ending state the digests of some bytes:
// every one of them that is stated, and a strong one among them.
func states(h Headers, ending string, of []byte) (bool, error) {
	var kinds []string
	for header := range h {
		if spelled, ok := strings.CutSuffix(header, ending); ok {
			kinds = append(kinds, spellings[spelled])
		}
	}
	hasher := digest.NewHasher(kinds...)
	_, _ = hasher.Write(of)
	sums := hasher.Sums()
	err := compare(h, ending, func(kind string) (string, bool) { return sums[kind], sums[kind] != "" })
	return err == nil, err
}

// entry compares the digests that the manifest states of a file.
func (v *verifier) entry(s *Section) error {
	if s.Headers.Get("Magic") != "" {
		return fault.New(fault.NotUnderstood, "it is to be read in a way that is not known here")
	}
	return compare(s.Headers, "-digest", func(kind string) (string, bool) { return v.sum(s.Name, kind) })
}

// compare compares every digest that headers with an ending state.
func compare(h Headers, ending string, sum func(kind string) (string, bool)) error {
	strong, weak, other := false, false, false
	for header, value := range h {
		spelled, ok := strings.CutSuffix(header, ending)
		if !ok {
			continue
		}
		kind := spellings[spelled]
		have, computed := sum(kind)
		stated, err := base64.StdEncoding.Strict().DecodeString(value)
		switch {
		case kind == "" || !computed || err != nil || len(stated) != digest.Size(kind):
			other = true
		case hex.EncodeToString(stated) != have:
			return fault.New(fault.Wrong, "")
		case digest.Strong(kind):
			strong = true
		default:
			weak = true
		}
	}
	switch {
	case other:
		return fault.New(fault.NotUnderstood, "")
	case strong:
		return nil
	case weak:
		return fault.New(fault.Weak, "")
	}
	return errNone
}
