package sigstore

import (
	"testing"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
)

// A bundle whose entries are parsed once is read, or refused in the same words, as
// sigstore-go does, whatever is missing from it.
func TestNewBundleAnswersAsSigstoreGo(t *testing.T) {
	v := newVirtual(t)
	entry := func(b *protobundle.Bundle) *protorekor.TransparencyLogEntry {
		return b.VerificationMaterial.TlogEntries[0]
	}
	bends := map[string]func(*protobundle.Bundle){
		"nothing":     func(*protobundle.Bundle) {},
		"no promise":  func(b *protobundle.Bundle) { entry(b).InclusionPromise = nil },
		"no proof":    func(b *protobundle.Bundle) { entry(b).InclusionProof = nil },
		"neither":     func(b *protobundle.Bundle) { entry(b).InclusionPromise, entry(b).InclusionProof = nil, nil },
		"no entry":    func(b *protobundle.Bundle) { b.VerificationMaterial.TlogEntries = nil },
		"no body":     func(b *protobundle.Bundle) { entry(b).CanonicalizedBody = nil },
		"no content":  func(b *protobundle.Bundle) { b.Content = nil },
		"no signer":   func(b *protobundle.Bundle) { b.VerificationMaterial.Content = nil },
		"no material": func(b *protobundle.Bundle) { b.VerificationMaterial = nil },
		"two entries": func(b *protobundle.Bundle) {
			other := proto.CloneOf(entry(b))
			other.InclusionPromise, other.InclusionProof = nil, nil
			b.VerificationMaterial.TlogEntries = append(b.VerificationMaterial.TlogEntries, other)
		},
		"a chain": func(b *protobundle.Bundle) {
			b.VerificationMaterial.Content = &protobundle.VerificationMaterial_X509CertificateChain{}
		},
	}
	read := 0
	for _, mediaType := range append(understood[:], "application/vnd.dev.sigstore.bundle.v0.4+json", "") {
		for name, bend := range bends {
			message := v.sign(v.signing(aStatement("")))
			message.MediaType = mediaType
			bend(message)
			want, refused := bundle.NewBundle(message)
			got, entries, err := newBundle(message)
			if refused != nil {
				require.EqualError(t, err, refused.Error(), "%s of %q", name, mediaType)
				continue
			}
			require.NoError(t, err, "%s of %q", name, mediaType)
			read++
			assert.Same(t, want.Bundle, got.Bundle)
			assert.Len(t, entries, len(message.VerificationMaterial.TlogEntries))
			assert.Equal(t, []bool{want.HasInclusionPromise(), want.HasInclusionProof()}, []bool{got.HasInclusionPromise(), got.HasInclusionProof()}, "%s of %q", name, mediaType)
		}
	}
	assert.Greater(t, read, len(understood))
}
