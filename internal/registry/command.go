package registry

// A Command is one command of the ecosystem's own tools. The report quotes
// every element; it is never assembled from strings.
type Command struct {
	// Purpose says what it checks, for people.
	Purpose string
	// Env are variables to set, as name and value.
	Env [][2]string
	// Argv is the command and its arguments.
	Argv []string
	// Expect says what its output must show.
	Expect string
	// Shows are recorded digests that the output must hold. Where one is not
	// recorded, there is nothing to compare, and the command is left out.
	Shows []Shown
}

// A Shown is a recorded digest in a command's output.
type Shown struct {
	Label     string // what the output calls it
	Of        Subject
	Algorithm string
	// Hex tells that it is written in hexadecimal; else as "sha512-…" or "h1:…".
	Hex bool
}
