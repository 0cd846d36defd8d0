package level_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func engineSource(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("level.go")
	require.NoError(t, err)
	return string(raw)
}
