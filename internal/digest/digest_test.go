package digest

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/blake2b"
	legacy "golang.org/x/crypto/sha3"
)

// emptySums are the digests of nothing, from the algorithms' specifications.
var emptySums = map[string]string{
	"md5":         "d41d8cd98f00b204e9800998ecf8427e",
	"sha1":        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	"sha224":      "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
	"sha256":      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"sha384":      "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
	"sha512":      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
	"sha512-224":  "6ed0dd02806fa89e25de060c19d3ac86cabb87d6a0ddd05c333b84f4",
	"sha512-256":  "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a",
	"sha3-224":    "6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7",
	"sha3-256":    "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
	"sha3-384":    "0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2ac3713831264adb47fb6bd1e058d5f004",
	"sha3-512":    "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26",
	"blake2s-256": "69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9",
	"blake2b-256": "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
	"blake2b-384": "b32811423377f52d7862286ee1a72ee540524380fda1724a6f25d7978c6fd3244a6caf0498812673c5e05ef583825100",
	"blake2b-512": "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce",
}

// TestAlgorithms: what each gives for nothing, which also is its size.
func TestAlgorithms(t *testing.T) {
	var all []string
	for name := range algorithms {
		all = append(all, name)
	}
	require.Equal(t, emptySums, NewHasher(all...).Sums(), "every algorithm but blake3 and h1 is computed")
	for name, sum := range emptySums {
		d, err := Hex(name, strings.ToUpper(sum))
		require.NoError(t, err)
		require.Equal(t, Digest{name, sum}, d)
		require.Len(t, d.Bytes(), Size(name))
	}
	for _, name := range []string{"sha256", "sha384", "sha512", "sha512_256", "sha3_256", "sha3-384", "sha3_512", "blake2s", "blake2b", "blake2b_256", "blake2b-384", "blake3", "h1"} {
		require.True(t, Strong(name), name)
	}
	for _, name := range []string{"", "md5", "sha1", "sha224", "sha512-224", "sha3-224", "SHA256", "gitCommit", "crc32"} {
		require.False(t, Strong(name), name)
	}
}

func TestHasherComputesInPieces(t *testing.T) {
	h := NewHasher("sha3_256", "blake2b_256", "blake2b-256", "blake3", "nonsense")
	for _, piece := range []string{"a", "", "bc"} {
		n, err := h.Write([]byte(piece))
		require.NoError(t, err)
		require.Len(t, piece, n)
	}
	three, two := legacy.Sum256([]byte("abc")), blake2b.Sum256([]byte("abc"))
	require.Equal(t, map[string]string{"sha3-256": mustHex(t, three[:]), "blake2b-256": mustHex(t, two[:])}, h.Sums())
}

func mustHex(t *testing.T, sum []byte) string {
	d, err := Bytes("sha256", sum)
	require.NoError(t, err)
	return d.Sum
}

func TestSpellings(t *testing.T) {
	sum := emptySums["sha256"]
	raw := Digest{"sha256", sum}.Bytes()
	encoded := base64.StdEncoding.EncodeToString(raw)
	for text, want := range map[string]string{
		"sha256:" + sum:                         "sha256:" + sum,
		"sha3_256:" + strings.ToUpper(sum):      "sha3-256:" + sum,
		"h1:" + encoded:                         "h1:" + encoded,
		"sha256":                                "",
		":" + sum:                               "",
		"sha256:":                               "",
		"sha256:" + sum[2:]:                     "",
		"sha256:" + sum + "00":                  "",
		"sha256:" + sum[1:] + "g":               "",
		"nonsense:" + sum:                       "",
		"h1:" + sum:                             "",
		"h1:" + encoded[4:]:                     "",
		"h1:" + encoded + "\n":                  "",
		"h1:" + strings.TrimRight(encoded, "="): "",
		"h1:" + encoded[:42] + "V=":             "", // stray bits: another text for the same bytes
	} {
		d, err := parse(text)
		if want == "" {
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, d.String())
	}
}

func TestSRI(t *testing.T) {
	sum := emptySums["sha512"]
	good := Digest{"sha512", sum}.SRI()
	for text, ok := range map[string]bool{
		good: true, good + "?x=y": true,
		"sha512": false, "sha512-": false, "sha256-" + good[7:]: false, "sha513-" + good[7:]: false, good + "\n": false, "SHA512-" + good[7:]: false, good[:len(good)-2]: false,
	} {
		d, err := SRI(text)
		require.Equal(t, ok, err == nil, text)
		if ok {
			require.Equal(t, Digest{"sha512", sum}, d)
		}
	}
}

// parse reads either spelling with a colon.
func parse(text string) (Digest, error) {
	algorithm, sum, _ := strings.Cut(text, ":")
	if algorithm == H1 {
		return ParseH1(text)
	}
	return Hex(algorithm, sum)
}

// FuzzSpellings: what is understood is spelled in one way, which says the same.
func FuzzSpellings(f *testing.F) {
	f.Add("sha256:" + emptySums["sha256"])
	f.Add("h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
	f.Add("blake2b_256:00")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parse(text)
		if err != nil {
			return
		}
		again, err := parse(d.String())
		require.NoError(t, err)
		require.Equal(t, d, again)
		require.Len(t, d.Bytes(), Size(d.Algorithm))
	})
}
