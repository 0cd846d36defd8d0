package report

import (
	"strings"

	"touchstone/internal/source"
)

// commitPlace is where a code host shows a commit; empty where that is not
// known.
func commitPlace(repository, commit string) string {
	at, _ := source.Parse(repository)
	return at.Commit(commit)
}

// filePlace is where a code host shows a workflow's file as it was at a commit.
func filePlace(repository, commit, workflow string) string {
	at, _ := source.Parse(repository)
	file, _ := at.Below(workflow)
	return at.File(commit, file)
}

// entryPlace is where a log's entry can be looked at.
func entryPlace(log, index string) string {
	if index == "" || strings.Trim(index, "0123456789") != "" || !strings.Contains(log, "rekor.sigstore.dev") {
		return ""
	}
	return "https://search.sigstore.dev/?logIndex=" + index
}
