//go:build js && !touchstone_whole

package trust

// archiveDocuments is empty in the page's first program (see archivemore.go).
func archiveDocuments() [][]byte { return nil }
