package evidence

import (
	"bytes"

	"touchstone/internal/fetch"
)

// ownWord tells whether what a document says is the repository's own word: it came
// directly from its host; or it is the record, all of which a signature of the
// repository covers, by whatever way it came.
func (e *exam) ownWord(route fetch.Route, inRecord bool) bool {
	return route == fetch.Direct || inRecord && e.recordCovered()
}

// recordCovered tells whether a signature of the repository's own covers the whole
// record, not only what of it binds name and digest:
//
//  1. Of the chain's documents the last that is signed, by a signature that counts.
//  2. It is the record, and the signature covers all that was read of it; or each
//     document behind it is the one that the document before it states.
func (e *exam) recordCovered() bool {
	// 1.
	link, behind := signedLink(e.Release.Chain)
	if len(link.Signatures) == 0 || judgeSignatures(e, link).Outcome != Pass {
		return false
	}
	// 2.
	if behind > 0 {
		return e.whole.Outcome == Pass
	}
	for i, s := range link.Signatures {
		if s.Message != nil && !s.Whole {
			continue
		}
		if f, _ := e.judge(link, i); f.Outcome == Pass {
			return true
		}
	}
	return false
}

// isRecord tells whether an answer is the record.
func (e *exam) isRecord(a fetch.Answer) bool {
	record := e.Release.Record().Answer
	return record.State == fetch.Found && a.Request.URL == record.Request.URL && bytes.Equal(a.Body, record.Body)
}

// wordOf begins a sentence about what the repository itself says in a document.
func (e *exam) wordOf(a fetch.Answer) string {
	if a.Route == fetch.Direct {
		return "The repository's own host"
	}
	return "The record, which the repository's own key signed,"
}
