package mint

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"
)

// A Proof shows that a log holds a leaf: the second of two.
type Proof struct {
	Root, Beside []byte
	Checkpoint   string
}

// Prove puts a leaf beside another and signs the head (RFC 6962, section 2.1;
// C2SP, tlog-checkpoint). Origin is the head's first line, name the signer's.
func Prove(body []byte, origin, name string, log *ecdsa.PrivateKey) Proof {
	other := sha256.Sum256([]byte("\x00another leaf"))
	leaf := sha256.Sum256(append([]byte{0}, body...))
	head := sha256.Sum256(bytes.Join([][]byte{{1}, other[:], leaf[:]}, nil))
	return Proof{head[:], other[:], Checkpoint(origin, 2, head[:], name, LogID(log), log)}
}

// Checkpoint is a signed head. The log of this id is said to have signed it; key
// did.
func Checkpoint(origin string, size int, root []byte, name string, id []byte, key *ecdsa.PrivateKey) string {
	text := fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root))
	return text + "\n" + SignatureLine(text, name, id, key)
}

// SignatureLine signs the text of a head, as a log or a witness does
// (C2SP, signed-note).
func SignatureLine(text, name string, id []byte, key *ecdsa.PrivateKey) string {
	return "— " + name + " " + base64.StdEncoding.EncodeToString(append(bytes.Clone(id[:4]), Sign(key, []byte(text))...)) + "\n"
}

// Promise is Rekor's signed entry timestamp of its first version.
func Promise(body []byte, at time.Time, index int64, log *ecdsa.PrivateKey) []byte {
	return Sign(log, fmt.Appendf(nil, `{"body":"%s","integratedTime":%d,"logID":"%x","logIndex":%d}`,
		base64.StdEncoding.EncodeToString(body), at.Unix(), LogID(log), index))
}
