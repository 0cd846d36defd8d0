// Package corpus finds the real cases: recorded answers of registries, bundles,
// archives and what a correct client says to them, in a folder shared/corpus
// beside the checkout. They are not part of it, and tests read them in place.
package corpus

import (
	"os"
	"path/filepath"
	"testing"
)

// Path is a file or folder of the corpus. Where it is not there, the test is
// skipped, and says so.
func Path(t testing.TB, parts ...string) string {
	t.Helper()
	found, there := Find(parts...)
	if !there {
		t.Skipf("the real cases are not beside this checkout: %s", found)
	}
	return found
}

// Find is for what does more where the corpus is there.
func Find(parts ...string) (path string, there bool) {
	root, err := os.Getwd()
	for ; err == nil && !has(root, "go.mod"); root = filepath.Dir(root) {
		if root == filepath.Dir(root) {
			break
		}
	}
	path = filepath.Join(append([]string{root, "..", "shared", "corpus"}, parts...)...)
	return path, has(path)
}

func has(path ...string) bool {
	_, err := os.Stat(filepath.Join(path...))
	return err == nil
}
