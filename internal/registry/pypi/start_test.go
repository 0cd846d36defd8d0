package pypi

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestExecutes: what any Python takes for a line that begins with import.
func TestExecutes(t *testing.T) {
	for doc, want := range map[string]bool{
		"import os": true, "x\nimport\tos\n": true, "x\r\nimport os": true, "\ufeffimport os": true, "# x\rimport os": true,
		"# x\x0cimport os": true, "# x\x1dimport os": true, "# x\u0085import os": true, "# x\u2028import os": true,
		"": false, "# import os": false, " import os": false, "../imports": false, "important\n": false,
	} {
		require.Equal(t, want, executes([]byte(doc)), "%q", doc)
	}
}
