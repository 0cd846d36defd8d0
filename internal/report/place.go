package report

import "strings"

// commitPlace is where a code host shows a commit; empty where that is not
// known.
func commitPlace(repository, commit string) string {
	if commit == "" {
		return ""
	}
	switch host(repository) {
	case "github.com":
		return repository + "/commit/" + commit
	case "gitlab.com":
		return repository + "/-/commit/" + commit
	}
	return ""
}

// filePlace is where a code host shows a workflow's file as it was at a commit.
// A certificate writes it as REPOSITORY/PATH@REF, which leads nowhere.
func filePlace(repository, commit, workflow string) string {
	file, _, _ := strings.Cut(workflow, "@")
	file, inside := strings.CutPrefix(file, repository+"/")
	if commit == "" || !inside {
		return ""
	}
	switch host(repository) {
	case "github.com":
		return repository + "/blob/" + commit + "/" + file
	case "gitlab.com":
		return repository + "/-/blob/" + commit + "/" + strings.TrimPrefix(file, "/")
	}
	return ""
}

// entryPlace is where a log's entry can be looked at.
func entryPlace(log, index string) string {
	if index == "" || strings.Trim(index, "0123456789") != "" || !strings.Contains(log, "rekor.sigstore.dev") {
		return ""
	}
	return "https://search.sigstore.dev/?logIndex=" + index
}

// host is an https address's; empty for another.
func host(address string) string {
	rest, ok := strings.CutPrefix(address, "https://")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}
