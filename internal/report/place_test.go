package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPlaces(t *testing.T) {
	const repo, commit = "https://github.com/o/r", "0123456789abcdef0123456789abcdef01234567"
	assert.Equal(t, repo+"/commit/"+commit, commitPlace(repo, commit))
	assert.Equal(t, "https://gitlab.com/o/g/r/-/commit/"+commit, commitPlace("https://gitlab.com/o/g/r", commit))
	for _, other := range []string{"", "https://example.com/o/r", "https://github.com.evil.example/o/r"} {
		assert.Empty(t, commitPlace(other, commit), other)
		assert.Empty(t, filePlace(other, commit, other+"/a.yml@main"), other)
	}
	assert.Empty(t, commitPlace(repo, ""))
	assert.Equal(t, repo+"/blob/"+commit+"/.github/workflows/a.yml", filePlace(repo, commit, repo+"/.github/workflows/a.yml@refs/tags/v1"))
	assert.Empty(t, filePlace(repo, commit, "https://github.com/o/other/.github/workflows/a.yml@main"), "another repository's file is not at this commit")
	assert.Empty(t, filePlace(repo, "", repo+"/a.yml@main"))
	assert.Equal(t, "https://search.sigstore.dev/?logIndex=12", entryPlace("https://rekor.sigstore.dev", "12"))
	assert.Empty(t, entryPlace("https://rekor.example", "12"))
	assert.Empty(t, entryPlace("https://rekor.sigstore.dev", "12&x"))
}
