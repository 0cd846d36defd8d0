package lockfile

// Read reads one document alone.
func Read(name string, doc []byte) (*File, error) { return ReadAll([]Document{{name, doc}}) }
