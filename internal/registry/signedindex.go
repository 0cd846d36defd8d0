package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// A SignedIndex is what a signed index of many packages says of its own age: an
// older one, with its genuine signature, hides what was published since.
type SignedIndex struct {
	// Name is by what its newest date is kept between visits: it begins with
	// [IndexName], and names archive and suite. Empty where the index has no date.
	Name string
	// Made is when it says that it was made.
	Made time.Time
	// ValidUntil is until when it says that it is the newest; zero where it does not
	// say.
	ValidUntil time.Time
	// Known is what was kept of an earlier visit ([SignedIndex.Keep]); nil for none.
	Known []byte
}

// IndexName begins the names of signed indexes among what is kept between visits.
// No log is called so.
const IndexName = "index of "

// Keep is what to keep of the index for later visits, once its signature verified:
// its date, and a sum, so that damage is not taken for an index that went back.
func (i SignedIndex) Keep() []byte {
	date := i.Made.UTC().Format(time.RFC3339)
	return []byte(date + " " + keptSum(i.Name, date))
}

// KeptIndex reads what Keep wrote under a name; false where it is damaged.
func KeptIndex(name string, kept []byte) (time.Time, bool) {
	date, sum, _ := strings.Cut(string(kept), " ")
	made, err := time.Parse(time.RFC3339, date)
	return made, err == nil && strings.HasPrefix(name, IndexName) && sum == keptSum(name, date)
}

func keptSum(name, date string) string {
	sum := sha256.Sum256([]byte(name + "\n" + date))
	return hex.EncodeToString(sum[:16])
}
