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
	ID           string   `json:"id"` // stable: the discussion's table leads here
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
