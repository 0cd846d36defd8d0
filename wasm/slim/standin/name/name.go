// Package name has what sigstore's signatures mention of
// go-containerregistry/pkg/name to sign and verify container images, which
// nothing here does. Its regular expressions take long to compile.
package name

// A Repository holds no images.
type Repository struct{}

// Name would be its whole name.
func (Repository) Name() string { panic(refusal) }

// A Digest is one that names no image.
type Digest struct{ Repository Repository }

const refusal = "naming a container image: this build does not"

// DigestStr would be the digest in it.
func (Digest) DigestStr() string { panic(refusal) }

// An Option changes nothing.
type Option func()

// NewDigest would read the name of an image.
func NewDigest(string, ...Option) (Digest, error) { panic(refusal) }
