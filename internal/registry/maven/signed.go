package maven

import (
	"bytes"
	"encoding/hex"
	"encoding/pem"
	"io"
	"slices"

	"touchstone/internal/archive"
	"touchstone/internal/digest"
	"touchstone/internal/jar"
	"touchstone/internal/registry"
)

// signedInside is what is kept of an archive to verify its signatures: of those that
// state SHA-256 alone, nothing, since every file's is at hand.
type signedInside struct {
	asked   bool     // whether the manifest was
	kinds   []string // that it states beside SHA-256
	hashers map[string]*digest.Hasher
}

// digests computes the digests of a file that the manifest states, where it stands
// before the file, as signers and Java's own readers of streams have it; nil for none.
func (s *signedInside) digests(name string, manifest *bytes.Buffer) io.Writer {
	if manifest == nil || name == manifestPath {
		return nil
	}
	if !s.asked {
		s.asked, s.hashers = true, map[string]*digest.Hasher{}
		if m, err := jar.ReadManifest(manifest.Bytes()); err == nil {
			s.kinds = slices.DeleteFunc(m.Digests(), func(kind string) bool { return kind == "sha256" })
		}
	}
	if len(s.kinds) == 0 {
		return nil
	}
	s.hashers[name] = digest.NewHasher(s.kinds...)
	return s.hashers[name]
}

// judge verifies the signatures of an archive, and finds what they do not cover: of
// what belongs to signatures, only that of those which verify is free.
func (s *signedInside) judge(docs map[string]*bytes.Buffer, files []archive.File) *registry.Enclosed {
	names, strong := make([]string, len(files)), make(map[string]string, len(files))
	related := map[string][]byte{}
	for n, f := range files {
		names[n], strong[f.Path] = f.Path, hex.EncodeToString(f.SHA256[:])
		if doc := docs[f.Path]; doc != nil && jar.Related(f.Path) {
			related[f.Path] = doc.Bytes()
		}
	}
	all := jar.Verify(related, names, func(file, kind string) (string, bool) {
		if kind == "sha256" {
			return strong[file], strong[file] != ""
		}
		h := s.hashers[file]
		if h == nil {
			return "", false
		}
		sum := h.Sums()[kind]
		return sum, sum != ""
	})
	out := &registry.Enclosed{}
	free, covered := map[string]bool{}, map[string]bool{}
	for _, found := range all {
		if found.Err == nil {
			free[manifestPath], free[found.File], free[found.Block] = true, true, true
		}
	}
	for _, found := range all {
		one := enclosed(found)
		out.Missing = append(out.Missing, found.Missing...)
		if found.Err == nil {
			own := map[string]bool{}
			for _, name := range found.Covers {
				own[name], covered[name] = true, true
			}
			one.Whole = len(found.Missing) == 0 && !slices.ContainsFunc(names, func(name string) bool { return !free[name] && !own[name] })
		}
		out.Each = append(out.Each, one)
	}
	if len(out.Each) > 0 {
		out.Cover(slices.DeleteFunc(names, func(name string) bool { return free[name] || covered[name] }))
	}
	return out
}

func enclosed(found jar.Signature) registry.EnclosedSignature {
	by := found.Signer
	return registry.EnclosedSignature{
		Document: found.File, Holder: by.Holder, Issuer: by.IssuedBy, Certificate: hex.EncodeToString(by.Fingerprint[:]),
		From: by.From, Until: by.Until, Hash: by.Hash, Stamped: by.Stamped, Stamper: by.Stamper, Err: found.Err,
		By: func(brought []byte) bool { return among(by.Raw, brought) },
	}
}

// among tells whether a certificate is one of those that a person brought, as PEM or
// as it is.
func among(certificate, brought []byte) bool {
	if len(certificate) == 0 {
		return false
	}
	if bytes.Equal(certificate, brought) {
		return true
	}
	for {
		block, rest := pem.Decode(brought)
		if block == nil {
			return false
		}
		if block.Type == "CERTIFICATE" && bytes.Equal(block.Bytes, certificate) {
			return true
		}
		brought = rest
	}
}
