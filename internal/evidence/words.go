package evidence

import (
	"fmt"
	"strconv"
	"strings"

	"touchstone/internal/fetch"
	"touchstone/internal/registry"
)

func pass(reason string, facts map[string]string) Finding {
	return Finding{Outcome: Pass, Reason: reason, Facts: facts}
}

func because(o Outcome, reason string) Finding { return Finding{Outcome: o, Reason: reason} }

// by tells who could change it.
func (f Finding) by(p Party) Finding {
	f.Could = p
	return f
}

// better picks which of two answers to one question decides: what is wrong,
// then what is proven, then what may still be proven, then the rest. Of equal
// ones it picks the first.
func better(a, b Finding) Finding {
	if weight(b) > weight(a) {
		return b
	}
	return a
}

// strongest is the first of those that say most; the zero Finding where there are none.
func strongest(all []Finding) Finding {
	if len(all) == 0 {
		return Finding{}
	}
	found := all[0]
	for _, f := range all[1:] {
		found = better(found, f)
	}
	return found
}

func weight(f Finding) int {
	switch f.Outcome {
	case Fail:
		return 4
	case Pass:
		return 3
	case Unknown:
		return 2
	case NotUnderstood:
		return 1
	}
	return 0
}

// unfetched tells "could not be fetched" from "not there" for a document that is
// missing, in the same words for all that need it; absent is said where it came
// and lacks what was sought.
func unfetched(a fetch.Answer, document, absent string) Finding {
	switch a.State {
	case fetch.Unknown:
		// What a host itself says and we cannot use leaves nothing open; a relay
		// or a recording may have spoilt it.
		if a.Err != nil && a.Err.Kind == fetch.Unusable && a.Route == fetch.Direct {
			return because(NotUnderstood, upper(document)+" cannot be used: "+sentence(a.Reason))
		}
		return because(Unknown, upper(document)+" could not be fetched: "+sentence(a.Reason))
	case fetch.NotThere:
		return because(Absent, upper(document)+" is not there, says its own host.")
	case fetch.Found:
		return because(Absent, absent)
	}
	return because(Unknown, upper(document)+" was not asked for.")
}

// byRoute says in words by whose word something came.
func byRoute(r fetch.Route) string {
	switch r {
	case fetch.Direct:
		return "directly from the repository's own host"
	case fetch.Relay:
		return "through a relay"
	case fetch.Replay:
		return "from a recording"
	case fetch.File:
		return "from a file that was brought here"
	}
	return "by a way that is not known"
}

// sentence ends a text from elsewhere as a sentence ends.
func sentence(text string) string { return strings.TrimSuffix(text, ".") + "." }

// counted is a number with its noun: "1 file", "12 files".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// quoted shows text from outside inside a sentence.
func quoted(s string) string { return fmt.Sprintf("%q", registry.Cut(s, mostQuoted)) }

// mostQuoted is how much of a text from outside a sentence repeats, in bytes.
const mostQuoted = 1000
