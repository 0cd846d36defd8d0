package report

import (
	"touchstone/internal/evidence"
	"touchstone/internal/level"
)

// A Brief is what an audit comes to, without all that explains it: of a lock file's
// thousand packages nobody reads more, and putting a report together cost a fifth of
// what such an audit takes.
type Brief struct {
	Reference string // as in a [Report], and so are the others
	Version   string
	About     About
	Verdict   level.Verdict
	Findings  []evidence.Finding
	Topics    []evidence.Topic
}

// InBrief says of a subject what [New] says, in brief.
func InBrief(s Subject) *Brief {
	ref := s.Release.Ref
	return &Brief{Reference: ref.String(), Version: ref.Version, About: about(s), Verdict: s.Verdict, Findings: s.Examined.Findings, Topics: s.Examined.Topics}
}

// Finding returns a check's answer; one that was not run is unknown.
func (b *Brief) Finding(id string) evidence.Finding {
	for _, f := range b.Findings {
		if f.Check == id {
			return f
		}
	}
	return notRun(id)
}

func notRun(id string) evidence.Finding {
	return evidence.Finding{Check: id, Outcome: evidence.Unknown, Reason: "This check was not run."}
}
