package principles

import "slices"

// A Registry is one package repository, assessed.
type Registry struct {
	ID     string `json:"id"` // stable: part of the page's address
	Name   string `json:"name"`
	Serves string `json:"serves"` // what kind of packages
	Home   string `json:"home"`   // https address
	Client string `json:"client"` // whose behaviour was assessed
	// Types are the package URL types under which its packages go.
	Types []string `json:"types,omitempty"`
	// Gives says what the best of its packages get from this version's engine.
	Gives []Given `json:"gives,omitempty"`
	// Lacks are the attributes that it does not have; every line that needs one
	// of them does not apply to it.
	Lacks   []Lack   `json:"lacks,omitempty"`
	Answers []Answer `json:"answers"` // one for each requirement that applies
}

// A Given is the highest level on a weighed track that any package gets.
type Given struct {
	Track  string `json:"track"`
	AtMost int    `json:"atMost"`
}

// A Lack is an attribute that a repository does not have, and who says so.
type Lack struct {
	Attribute string `json:"attribute"`
	Note      string `json:"note"`
	Source    string `json:"source"` // https address
	Date      string `json:"date"`   // YYYY-MM-DD
}

// An Answer says how a repository does by one requirement.
type Answer struct {
	Requirement string `json:"requirement"`
	Status      Status `json:"status"`
	Note        string `json:"note,omitempty"`
	Source      string `json:"source,omitempty"` // https address
	Date        string `json:"date,omitempty"`   // of the source, or when it was read: YYYY-MM-DD
	// Secondhand: a reviewer read the source; whoever wrote the answer could
	// not open it.
	Secondhand bool `json:"secondhand,omitempty"`
	// Confirmed is set where the repository itself stands by the answer.
	Confirmed *Confirmation `json:"confirmed,omitempty"`
}

// A Confirmation says where a repository stood by an answer.
type Confirmation struct {
	Source string `json:"source"` // https address, of a place that the repository controls
	Date   string `json:"date"`   // YYYY-MM-DD
}

// A Status is an answer in one word.
type Status string

// The statuses. Met means for every version that is published there now (older
// ones that lack it are named in the note), Partly for some of them or in part.
// All but NotEstablished need a source and its date.
const (
	Met            Status = "met"
	Partly         Status = "partly"
	NotMet         Status = "not-met"
	NotApplicable  Status = "not-applicable"
	NotEstablished Status = "not-established"
)

// Standing is the level that follows from a repository's answers on a track.
type Standing struct {
	// Applies is false if no requirement of the track applies.
	Applies bool
	// Level holds; AtMost would, were all that is not established met.
	Level, AtMost int
	// Counts are the lines met at each level, of those that apply and count.
	Counts []Count
}

// A Count is how many lines of a level are met, of how many that apply.
type Count struct {
	Met, Of int
}

// Counting are the lines of a level that a repository's level waits for.
func (l Level) Counting() []Requirement {
	return slices.DeleteFunc(l.All(), func(q Requirement) bool { return q.PerPackage || q.Strength == Should })
}

// Standing says where a repository stands on a track. A level holds if every
// line of it and of those below that counts is met or does not apply, and at
// least one of its own is met: a level that asks nothing gives nothing. Partly
// is not met.
func (r Registry) Standing(t Track) Standing {
	status := make(map[string]Status, len(r.Answers))
	for _, a := range r.Answers {
		status[a.Requirement] = a.Status
	}
	s := Standing{}
	level, atMost := true, true
	for _, l := range t.Levels {
		var c Count
		open := 0
		for _, q := range l.Counting() {
			switch status[q.ID] {
			case NotApplicable:
				continue
			case Met:
				c.Met++
			case NotEstablished, "":
				open++
				level = false
			default:
				level, atMost = false, false
			}
			c.Of++
		}
		s.Applies = s.Applies || c.Of > 0
		if level && c.Met > 0 {
			s.Level = l.Level
		}
		if atMost && c.Met+open > 0 {
			s.AtMost = l.Level
		}
		s.Counts = append(s.Counts, c)
	}
	if !s.Applies {
		return Standing{Counts: s.Counts}
	}
	return s
}

// Answer is what is known of the repository by one requirement; not
// established where nothing is.
func (r Registry) Answer(requirement string) Answer {
	for _, a := range r.Answers {
		if a.Requirement == requirement {
			return a
		}
	}
	return Answer{Requirement: requirement, Status: NotEstablished}
}
