package mint

import (
	//lint:ignore SA1019 jars that are out there were signed with it: tests of reading them need such
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"
)

// Numbers of DSA (2048 and 256 bits) that were made for these tests: making them takes
// seconds.
const (
	dsaP = "9e32cab5f56ee0b171bd1f1d072ac39d112ca1523a924b1b9cb948915e5ecbe13742c932e8ccf0d17c413805ace63fc32eef59fddc3326139aa828861139fbbc" +
		"84a479c3005642e57880286406b4769a9b1133fd3da5e4e146f55fc52fc767d5253856e04d4793ec042de35572c3a855087b623869716859f8194289d818ecb3" +
		"b40c6adf2b77486a01baac75641297c067c208dbec86365aee3f656aa743f234a7eba9ed94ae4e8385e8dfb73934a3b31ff85ff5899fac69c6005f0f6ba8b270" +
		"c01991fbaff1f725bb6ac7e4a372663b536d4d94303dedaa4648ed51a6fa1d7dd5508d8ce5bf746bb8ae6dedf7307231925288d1420cc17a09189ce05c078b33"
	dsaQ = "dc9b702d25750f6951a96413cc5566e320b67742ff7d8708a40cd2877d35a75f"
	dsaG = "6c02d674f24e70843987ff0467d26e6a702b226278aedc5289cf5bff916b5b0ab0300fe414df98248e14499c94405b74802613a3160ffc893f3c844082270fd1" +
		"a6dcbc5fd4133a7d69d5eba6a5f6e5fcc892cab5fadd44b47c165dbf60be62b5333ae45ad19005584bfa4d417005cad2a72bb48613926529020f94019c1b9267" +
		"edee54243864d15eacecc2ff4313ccebe3755c3ffe7dd7aaf9316d78705f9a5b4b03de32d0c9b9f29628933ec41a08ea7cea792b19294e5ce840fede66322ab3" +
		"5e819852358380d9d9229cf6522ecba9edb1d1ede2200d9151e27a56d1c2894562b155d005600176d85abce36570a5f82646628cf9e3f48166a7664dff71e350"
)

// NewDSAJarSigner is one with a key of DSA, whose certificate another key issued.
// Bend changes the key's numbers in the certificate.
func NewDSAJarSigner(name string, at time.Time, bend func(k *dsa.PublicKey)) *JarSigner {
	s, authority := NewJarSigner(name, at), NewJarSigner("An authority", at, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	})
	s.Beside = []*x509.Certificate{authority.Certificate}
	number := func(text string) *big.Int {
		n, ok := new(big.Int).SetString(text, 16)
		if !ok {
			panic("mint: no number: " + text)
		}
		return n
	}
	key := &dsa.PrivateKey{PublicKey: dsa.PublicKey{Parameters: dsa.Parameters{P: number(dsaP), Q: number(dsaQ), G: number(dsaG)}}}
	must(0, dsa.GenerateKey(key, rand.Reader))
	public := key.PublicKey
	if bend != nil {
		bend(&public)
	}
	issued := must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, s.Certificate, authority.Certificate, s.key.(*ecdsa.PrivateKey).Public(), authority.key))))
	s.Certificate, s.key, s.Ending = withDSA(issued, authority.key.(*ecdsa.PrivateKey), public), key, ".DSA"
	return s
}

// withDSA is a certificate with another key in it, which the standard library writes
// into none (RFC 3279, section 2.3.2).
func withDSA(c *x509.Certificate, issuer *ecdsa.PrivateKey, key dsa.PublicKey) *x509.Certificate {
	var all []asn1.RawValue // the parts of what is signed, of which the seventh is the key
	var body asn1.RawValue
	must(asn1.Unmarshal(c.RawTBSCertificate, &body))
	for rest := body.Bytes; len(rest) > 0; {
		var one asn1.RawValue
		rest = must(asn1.Unmarshal(rest, &one))
		all = append(all, one)
	}
	parameters := must(asn1.Marshal(struct{ P, Q, G *big.Int }{key.P, key.Q, key.G}))
	number := must(asn1.Marshal(key.Y))
	all[6] = asn1.RawValue{FullBytes: must(asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}, Parameters: asn1.RawValue{FullBytes: parameters}},
		asn1.BitString{Bytes: number, BitLength: 8 * len(number)}}))}
	signed := must(asn1.Marshal(all))
	sum := sha256.Sum256(signed)
	signature := must(ecdsa.SignASN1(rand.Reader, issuer, sum[:]))
	return must(x509.ParseCertificate(must(asn1.Marshal(struct {
		Signed    asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: signed}, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}},
		asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}}))))
}
