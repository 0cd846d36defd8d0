package principles

// Framing says what a line of the principles must be, and how the questions
// that v0.1 and its discussion left open were settled.
type Framing struct {
	Text    string        `json:"text"`
	Rules   []FramingRule `json:"rules"`
	Settled []Settlement  `json:"settled"`
}

// A FramingRule is a test that every requirement was put to.
type FramingRule struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Text    string `json:"text"`
	Applied string `json:"applied"` // how it was applied here
	// StrainedBy are the requirements that strain it. Each says how, in its
	// field Strain.
	StrainedBy []string `json:"strainedBy"`
	Raised     []Credit `json:"raised,omitempty"`
}

// A Settlement is a question and its answer.
type Settlement struct {
	Question     string   `json:"question"`
	Answer       string   `json:"answer"`
	Requirements []string `json:"requirements,omitempty"` // that follow from it
	Raised       []Credit `json:"raised,omitempty"`
}

// Changelog says what became of each line of an earlier version.
type Changelog struct {
	From    string   `json:"from"` // version
	To      string   `json:"to"`   // version
	Source  string   `json:"source"`
	Changes []Change `json:"changes"`
}

// A Change is one line of the changelog.
type Change struct {
	Kind ChangeKind `json:"kind"`
	What string     `json:"what"`
	// Was is where it stood before: track and level. Empty for what is added.
	Was string `json:"was,omitempty"`
	// Requirements are where it stands now. Empty for what is dropped.
	Requirements []string `json:"requirements,omitempty"`
	Reason       string   `json:"reason"`
}

// A ChangeKind says what became of a line.
type ChangeKind string

// The kinds of change.
const (
	Kept    ChangeKind = "kept"
	Changed ChangeKind = "changed"
	Added   ChangeKind = "added"
	Dropped ChangeKind = "dropped"
)

// A Registry is one package repository, assessed.
type Registry struct {
	ID     string `json:"id"` // stable: part of the page's address
	Name   string `json:"name"`
	Serves string `json:"serves"` // what kind of packages
	Home   string `json:"home"`   // https address
	Client string `json:"client"` // whose behaviour was assessed
	// Types are the package URL types under which its packages go.
	Types   []string `json:"types,omitempty"`
	Answers []Answer `json:"answers"` // one for each requirement
}

// An Answer says how a repository does by one requirement.
type Answer struct {
	Requirement string `json:"requirement"`
	Status      Status `json:"status"`
	Note        string `json:"note,omitempty"`
	Source      string `json:"source,omitempty"` // https address
	Date        string `json:"date,omitempty"`   // of the source, or when it was read: YYYY-MM-DD
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
}

// Standing says where a repository stands on a track. A level holds if every
// requirement of it and of those below is met or does not apply: partly is not
// met.
func (r Registry) Standing(t Track) Standing {
	status := make(map[string]Status, len(r.Answers))
	for _, a := range r.Answers {
		status[a.Requirement] = a.Status
	}
	s := Standing{}
	level, atMost := true, true
	for _, l := range t.Levels {
		for _, q := range l.Requirements {
			switch status[q.ID] {
			case NotApplicable:
				continue
			case Met:
			case NotEstablished:
				level = false
			default:
				level, atMost = false, false
			}
			s.Applies = true
		}
		if level {
			s.Level = l.Level
		}
		if atMost {
			s.AtMost = l.Level
		}
	}
	if !s.Applies {
		return Standing{}
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
