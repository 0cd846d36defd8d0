package evidence

import (
	"fmt"
	"time"

	"touchstone/internal/registry"
)

// indexCurrent asks whether the signed index that led here is the newest that is
// known: a genuine older one hides what was published since.
//
//  1. Its date counts where its signature verified.
//  2. It is not older than one that this device saw before.
//  3. It has not run out, where it says when. Of a recording that says nothing.
func indexCurrent(e *exam) Finding {
	i := e.Release.Index.Signed
	if i.Name == "" {
		return because(NotApplicable, "No signed index with a date led to this package.")
	}
	// 1.
	if !indexSigned(e) {
		return because(Unknown, "How old the index is is not known: its signature did not verify.")
	}
	made := moment(i.Made)
	facts := map[string]string{"index made": made}
	// 2.
	seen, known := registry.KeptIndex(i.Name, i.Known)
	if known && i.Made.Before(seen) {
		return because(Fail, fmt.Sprintf("The signed index is of %s. This device saw one of %s before. A mirror may be behind, or somebody hides what was published since.", made, moment(seen))).by(Repository)
	}
	// 3.
	if until := i.ValidUntil; !until.IsZero() {
		facts["valid until"] = moment(until)
		if e.Network && e.Time.After(until) {
			return because(Fail, fmt.Sprintf("The signed index ran out on %s, and its clients refuse it. A mirror may be behind, somebody may hide newer ones, or this device's clock is wrong.", moment(until))).by(Repository)
		}
	}
	if known {
		return pass("The signed index is not older than the one that this device saw before.", facts)
	}
	return pass("The signed index says when it was made. This device keeps that date, and will notice an older one.", facts)
}

// indexSigned tells whether the index itself is signed, whatever became of the
// documents that it leads to.
func indexSigned(e *exam) bool {
	return e.signed.Outcome == Pass || judgeSignatures(e, e.Release.Chain[0]).Outcome == Pass
}

// moment is a time for people, to the minute.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// keepIndex is what may be kept of the signed index, where its date was verified
// and is the newest: by its name.
func keepIndex(e *exam, heads map[string][]byte) {
	i := e.Release.Index.Signed
	if i.Name == "" || !indexSigned(e) {
		return
	}
	// A date to come would make all that follow look old.
	if seen, known := registry.KeptIndex(i.Name, i.Known); known && !i.Made.After(seen) || i.Made.After(e.Time.Add(indexLeeway)) {
		return
	}
	heads[i.Name] = i.Keep()
}

// indexLeeway is how far a device's clock may lag behind an index's date.
const indexLeeway = 24 * time.Hour
