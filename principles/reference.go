package principles

// An Attribute is a way in which repositories differ, and by which lines apply
// to some and not to others.
type Attribute struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Question string `json:"question"` // asked of whoever runs a repository
	Means    string `json:"means"`
}

// A Threat is a way in which people are harmed, and the lines that answer it.
type Threat struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Means        string   `json:"means"`
	Requirements []string `json:"requirements"`
}

// A Framework is another document, and how its lines relate to these.
type Framework struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Version string    `json:"version"`
	Source  string    `json:"source"` // https address
	Note    string    `json:"note"`   // how the two relate
	Rows    []Mapping `json:"rows"`
}

// A Mapping is one line of a framework. Nothing here where none answers to it.
type Mapping struct {
	Theirs       string   `json:"theirs"`
	Requirements []string `json:"requirements,omitempty"`
	Note         string   `json:"note,omitempty"`
}

// Commands show by hand whether a line holds, at single repositories.
type Commands struct {
	Requirement string    `json:"requirement"`
	By          []Command `json:"by"`
}

// A Command is for a shell, with the ecosystem's own tools. Words in capitals
// stand for the reader's own.
type Command struct {
	Registry string `json:"registry"`
	Run      string `json:"run"`
	Shows    string `json:"shows"` // what is seen where the line is met
}

// A Discussion is what was said about the version before, remark by remark.
type Discussion struct {
	Source  string   `json:"source"` // https address
	Text    string   `json:"text"`
	Remarks []Remark `json:"remarks"`
}

// A Remark leads to a line, a settled question, or both.
type Remark struct {
	By           string   `json:"by"`
	Said         string   `json:"said"`
	Source       string   `json:"source,omitempty"` // where it is not the discussion's
	Requirements []string `json:"requirements,omitempty"`
	Settled      []string `json:"settled,omitempty"`
	Done         string   `json:"done"` // what came of it
}

// An Edition is what changed in the answers on one day.
type Edition struct {
	Date  string `json:"date"` // YYYY-MM-DD
	What  string `json:"what"`
	Turns []Turn `json:"turns"`
}

// A Turn is one answer that changed. Was is empty for a line that was new.
type Turn struct {
	Registry    string `json:"registry"`
	Requirement string `json:"requirement"`
	Was         Status `json:"was,omitempty"`
	Now         Status `json:"now"`
}
