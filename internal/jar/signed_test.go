package jar

import (
	"bytes"
	//lint:ignore SA1019 jars that are out there were signed with it: tests of reading them need such
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/stretchr/testify/require"

	"touchstone/internal/digest"
	"touchstone/internal/fault"
	"touchstone/internal/keysize"
	"touchstone/internal/mint"
)

var at = time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)

// verify verifies an archive of these files.
func verify(inside map[string]string) []Signature {
	docs := map[string][]byte{}
	for name, body := range inside {
		if Related(name) {
			docs[name] = []byte(body)
		}
	}
	return Verify(docs, slices.Sorted(maps.Keys(inside)), func(file, kind string) (string, bool) {
		h := digest.NewHasher(kind)
		_, _ = h.Write([]byte(inside[file]))
		return h.Sums()[kind], h.Sums()[kind] != ""
	})
}

var inside = map[string]string{"a/One.class": "one", "a/Two.class": "two"}

// TestVerify: every way in which a signed archive differs from one that is in order.
func TestVerify(t *testing.T) {
	type files = map[string]string
	replace := func(old, new string) func(string) string {
		return func(text string) string { return strings.Replace(text, old, new, 1) }
	}
	without := func(header string) func(string) string {
		return func(text string) string {
			before, after, _ := strings.Cut(text, header)
			_, after, _ = strings.Cut(after, "\r\n")
			if strings.HasPrefix(after, " ") {
				_, after, _ = strings.Cut(after, "\r\n")
			}
			return before + after
		}
	}
	usage := func(bend func(c *x509.Certificate)) func(s *mint.JarSigner) {
		return func(s *mint.JarSigner) { *s = *mint.NewJarSigner("Goldleaf", at, bend) }
	}
	for name, c := range map[string]struct {
		signer func(s *mint.JarSigner)
		after  func(f files)
		kind   fault.Kind // empty for a signature that verifies
		why    string
		covers int
	}{
		"in order": {nil, nil, "", "", 2},
		"SHA-384": {func(s *mint.JarSigner) {
			s.Digests, s.OfFiles, s.Block = []string{"SHA-384"}, []string{"SHA-384"}, pkcs7.OIDDigestAlgorithmSHA384
		}, nil, "", "", 2},
		"two digests": {func(s *mint.JarSigner) {
			s.Digests, s.OfFiles = []string{"SHA1", "SHA-512"}, []string{"SHA-512", "SHA1"}
		}, nil, "", "", 2},
		"weak digests":          {func(s *mint.JarSigner) { s.Digests = []string{"SHA1"} }, nil, fault.Weak, "main part", 0},
		"weak digests of files": {func(s *mint.JarSigner) { s.OfFiles = []string{"SHA1"} }, nil, fault.Weak, "One.class", 0},
		"a weak block":          {func(s *mint.JarSigner) { s.Block = pkcs7.OIDDigestAlgorithmSHA1 }, nil, fault.Weak, "SHA-1", 0},
		"a file changed":        {nil, func(f files) { f["a/One.class"] = "other" }, fault.Wrong, "One.class", 0},
		"a file added":          {nil, func(f files) { f["b"] = "x" }, "", "", 2},
		"a file taken out":      {nil, func(f files) { delete(f, "a/One.class") }, "", "", 1},
		"the manifest changed":  {nil, func(f files) { f[ManifestPath] = strings.Replace(f[ManifestPath], "mint", "tnim", 1) }, fault.Wrong, "main part", 0},
		"a section added":       {nil, func(f files) { f[ManifestPath] += "Name: b\r\nX: y\r\n\r\n" }, "", "", 2},
		"a section changed": {nil, func(f files) {
			f[ManifestPath] = strings.Replace(f[ManifestPath], "Two.class\r\n", "Two.class\r\nX: y\r\n", 1)
		}, fault.Wrong, "manifest says", 0},
		"a section gone":   {nil, func(f files) { f[ManifestPath], _, _ = strings.Cut(f[ManifestPath], "Name: a/Two") }, fault.Wrong, "says nothing", 0},
		"a section twice":  {nil, func(f files) { f[ManifestPath] += "Name: a/One.class\r\n\r\n" }, fault.NotUnderstood, "two sections", 0},
		"the file changed": {nil, func(f files) { f["META-INF/MINT.SF"] += "\r\n" }, fault.Wrong, "not over the signature file", 0},
		"no block":         {nil, func(f files) { delete(f, "META-INF/MINT.EC") }, fault.Missing, "", 0},
		"an empty block":   {nil, func(f files) { f["META-INF/MINT.EC"] = "" }, fault.NotUnderstood, "", 0},
		"two blocks":       {nil, func(f files) { f["META-INF/MINT.RSA"] = f["META-INF/MINT.EC"] }, fault.NotUnderstood, "several", 0},
		"no manifest":      {nil, func(f files) { delete(f, ManifestPath) }, fault.Malformed, "", 0},
		"in lower case":    {nil, func(f files) { f["META-INF/mint.sf"] = f["META-INF/MINT.SF"]; delete(f, "META-INF/MINT.SF") }, fault.NotUnderstood, "", 0},
		"no version":       {func(s *mint.JarSigner) { s.File = replace("Signature-Version", "Version") }, nil, fault.NotUnderstood, "version", 0},
		"nothing of the main part": {func(s *mint.JarSigner) {
			s.File = func(text string) string {
				return without("SHA-256-Digest-Manifest: ")(without("SHA-256-Digest-Manifest-Main")(text))
			}
		}, nil, fault.NotUnderstood, "main part", 0},
		"of the parts alone":             {func(s *mint.JarSigner) { s.File = without("SHA-256-Digest-Manifest: ") }, nil, "", "", 2},
		"a line that Java does not read": {func(s *mint.JarSigner) { s.Lines = "X: " + strings.Repeat("y", 510) + "\r\n" }, nil, fault.NotUnderstood, "longer than Java reads", 0},
		"a line as long as Java reads":   {func(s *mint.JarSigner) { s.Lines = "X: " + strings.Repeat("y", 507) + "\r\n" }, nil, "", "", 2},
		"no last line": {func(s *mint.JarSigner) {
			s.File = func(text string) string { return strings.TrimRight(text, "\r\n") }
		}, nil, fault.NotUnderstood, "does not end", 0},
		"to be read otherwise":   {func(s *mint.JarSigner) { s.Lines = "Magic: x\r\n" }, nil, fault.NotUnderstood, "", 0},
		"another kind of digest": {func(s *mint.JarSigner) { s.File = replace("SHA-256-Digest-Manifest: ", "SHA3-256-Digest-Manifest: ") }, nil, fault.NotUnderstood, "not computed", 0},
		"DSA":                    {goldDSA(nil), nil, "", "", 2},
		"DSA, a file changed":    {goldDSA(nil), func(f files) { f["a/One.class"] = "other" }, fault.Wrong, "One.class", 0},
		"DSA, the file changed":  {goldDSA(nil), func(f files) { f["META-INF/MINT.SF"] += "\r\n" }, fault.Wrong, "not over the signature file", 0},
		"DSA over SHA-1":         {func(s *mint.JarSigner) { goldDSA(nil)(s); s.Block = pkcs7.OIDDigestAlgorithmSHA1 }, nil, fault.Weak, "SHA-1", 0},
		"a short key of DSA":     {goldDSA(func(k *dsa.PublicKey) { k.P = new(big.Int).Rsh(k.P, 1024) }), nil, fault.Weak, "shorter than 2048", 0},
		"a short divisor":        {goldDSA(func(k *dsa.PublicKey) { k.Q = new(big.Int).Rsh(k.Q, 96) }), nil, fault.Weak, "shorter than 2048", 0},
		"a long key of DSA":      {goldDSA(func(k *dsa.PublicKey) { k.P = new(big.Int).Lsh(k.P, 1<<16) }), nil, fault.NotUnderstood, "longer than is read", 0},
		"a key that fits all":    {goldDSA(func(k *dsa.PublicKey) { k.Y = big.NewInt(1) }), nil, fault.Malformed, "do not belong together", 0},
		"a generator of nothing": {goldDSA(func(k *dsa.PublicKey) { k.G = big.NewInt(1) }), nil, fault.Malformed, "do not belong together", 0},
		"another key of DSA":     {goldDSA(func(k *dsa.PublicKey) { k.Y = k.G }), nil, fault.Wrong, "not over the signature file", 0},
		"issued by a stranger": {func(s *mint.JarSigner) {
			goldDSA(nil)(s)
			s.Beside[0] = mint.NewJarSigner("An authority", at).Certificate
		}, nil, fault.NotUnderstood, "not as it was issued", 0},
		"a key not for signing": {usage(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), nil, fault.Malformed, "does not sign", 0},
		"a key for servers":     {usage(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), nil, fault.Malformed, "not for signing code", 0},
		"trailing bytes":        {func(s *mint.JarSigner) { s.CMS = func(b []byte) []byte { return append(b, 0, 0) } }, nil, fault.NotUnderstood, "", 0},
		"endless lengths": {func(s *mint.JarSigner) {
			s.CMS = func([]byte) []byte { return bytes.Repeat([]byte{0x30, 0x80}, 50_000) }
		}, nil, fault.NotUnderstood, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := mint.NewJarSigner("Goldleaf", at)
			if c.signer != nil {
				c.signer(s)
			}
			signed := s.Sign(inside)
			if c.after != nil {
				c.after(signed)
			}
			found := verify(signed)
			require.Len(t, found, 1)
			require.Equal(t, c.kind, fault.Of(found[0].Err), "%v", found[0].Err)
			if c.kind != "" {
				require.ErrorContains(t, found[0].Err, c.why)
				return
			}
			require.NoError(t, found[0].Err)
			require.Len(t, found[0].Covers, c.covers)
			require.Equal(t, 2-c.covers, len(found[0].Missing))
			require.Equal(t, "Goldleaf", found[0].Signer.Holder)
			require.Equal(t, sha256.Sum256(s.Certificate.Raw), found[0].Signer.Fingerprint)
		})
	}
	require.Empty(t, verify(inside), "no signature")
}

// goldDSA makes a signer one with a key of DSA.
func goldDSA(bend func(k *dsa.PublicKey)) func(s *mint.JarSigner) {
	return func(s *mint.JarSigner) { *s = *mint.NewDSAJarSigner("Goldleaf", at, bend) }
}

// TestMutants changes each byte of what is signed, and some of the block.
func TestMutants(t *testing.T) {
	s := mint.NewJarSigner("Goldleaf", at)
	signed := s.Sign(inside)
	for name, body := range signed {
		for i := range len(body) {
			bent := maps.Clone(signed)
			raw := []byte(body)
			raw[i] ^= 1 << (i % 8)
			bent[name] = string(raw)
			for _, found := range verify(bent) {
				if found.Err != nil {
					continue
				}
				require.Equal(t, "META-INF/MINT.EC", name, "byte %d", i)
				key, err := x509.ParseCertificate(found.Signer.Raw)
				require.NoError(t, err)
				require.True(t, s.Certificate.PublicKey.(*ecdsa.PublicKey).Equal(key.PublicKey), "byte %d", i)
				require.Equal(t, []string{"a/One.class", "a/Two.class"}, found.Covers)
			}
		}
	}
}

func FuzzVerify(f *testing.F) {
	signed := mint.NewJarSigner("Goldleaf", at).Sign(inside)
	f.Add(signed[ManifestPath], signed["META-INF/MINT.SF"], signed["META-INF/MINT.EC"])
	f.Fuzz(func(t *testing.T, manifest, file, block string) {
		bent := maps.Clone(signed)
		bent[ManifestPath], bent["META-INF/MINT.SF"], bent["META-INF/MINT.EC"] = manifest, file, block
		for _, found := range verify(bent) {
			if found.Err == nil && file != signed["META-INF/MINT.SF"] {
				t.Fatalf("a signature over another file verifies: %q", file)
			}
		}
	})
}

// TestLongKeys: a key so long that verifying with it would take minutes is not read.
func TestLongKeys(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	issued := func(public any, serial int64) *x509.Certificate {
		c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "Goldleaf"}, NotBefore: at, NotAfter: at.AddDate(1, 0, 0)}
		der, err := x509.CreateCertificate(rand.Reader, c, c, public, key)
		require.NoError(t, err)
		parsed, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		return parsed
	}
	long := new(big.Int).SetBit(big.NewInt(1), keysize.Most, 1)
	signed, err := pkcs7.NewSignedData([]byte("file"))
	require.NoError(t, err)
	require.NoError(t, signed.AddSigner(issued(key.Public(), 1), key, pkcs7.SignerInfoConfig{}))
	signed.AddCertificate(issued(&rsa.PublicKey{N: long, E: 65537}, 2))
	signed.Detach()
	block, err := signed.Finish()
	require.NoError(t, err)
	_, err = verifyBlock(block, []byte("file"))
	require.Equal(t, fault.NotUnderstood, fault.Of(err))
	require.ErrorContains(t, err, "a certificate has an RSA key of 16385 bits")
}

// TestDSAMutants changes some bytes of a block by a key of DSA, others each time: what
// still verifies is by that key, over all that was signed.
func TestDSAMutants(t *testing.T) {
	s := mint.NewDSAJarSigner("Goldleaf", at, nil)
	signed := s.Sign(inside)
	block := signed["META-INF/MINT.DSA"]
	own := s.Certificate.PublicKey.(*dsa.PublicKey)
	for i := time.Now().Nanosecond() % 9; i < len(block); i += 9 {
		bent, raw := maps.Clone(signed), []byte(block)
		raw[i] ^= 1 << (i % 8)
		bent["META-INF/MINT.DSA"] = string(raw)
		for _, found := range verify(bent) {
			if found.Err != nil {
				continue
			}
			key, err := x509.ParseCertificate(found.Signer.Raw)
			require.NoError(t, err)
			require.Equal(t, own, key.PublicKey, "byte %d", i)
			require.Equal(t, []string{"a/One.class", "a/Two.class"}, found.Covers)
		}
	}
}

// TestIssuersForCode: what an issuer's certificate is not for, that of a signer below it
// is not for.
func TestIssuersForCode(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	made := func(name, by string, use []x509.ExtKeyUsage) *x509.Certificate {
		c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: at, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, ExtKeyUsage: use}
		der, err := x509.CreateCertificate(rand.Reader, c, &x509.Certificate{Subject: pkix.Name{CommonName: by}}, key.Public(), key)
		require.NoError(t, err)
		parsed, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		return parsed
	}
	signer, root := made("signer", "issuer", nil), made("root", "root", nil)
	for use, want := range map[x509.ExtKeyUsage]fault.Kind{x509.ExtKeyUsageCodeSigning: "", x509.ExtKeyUsageAny: "", x509.ExtKeyUsageServerAuth: fault.NotUnderstood} {
		issuer := made("issuer", "root", []x509.ExtKeyUsage{use})
		require.Equal(t, want, fault.Of(chained(signer, []*x509.Certificate{signer, issuer, root})), use)
	}
}

// TestShortKeys: a key that can be forged proves nothing, and is named by its size.
func TestShortKeys(t *testing.T) {
	for want, key := range map[string]any{
		"its certificate has an RSA key of 1024 bits":       &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1023, 1), E: 65537},
		"its certificate has a curve of less than 256 bits": &ecdsa.PublicKey{Curve: elliptic.P224()},
	} {
		err := fit(&x509.Certificate{PublicKey: key})
		require.Equal(t, fault.Weak, fault.Of(err))
		require.ErrorContains(t, err, want)
	}
}
