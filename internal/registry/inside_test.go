package registry_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/registry"
)

func TestShowing(t *testing.T) {
	about := []string{"/bin/sh"}
	got := registry.Run{When: "install"}.Showing("\n  a \n\t\n"+strings.Repeat("é", 100)+"\nx\xff\n"+strings.Repeat("line\n", 30), about...)
	assert.Equal(t, "install", got.When)
	assert.Len(t, got.Files, 20)
	assert.Equal(t, []string{"/bin/sh", "a", strings.Repeat("é", 80) + "…", "x\ufffd", "line"}, got.Files[:5])
	assert.Equal(t, []string{"/bin/sh"}, about)
	assert.Nil(t, registry.Run{}.Showing(" \n").Files)
}

func TestCut(t *testing.T) {
	for text, want := range map[string]string{"": "", "abc": "abc", "abcd": "abc…", "abé": "ab…", "é": "é"} {
		assert.Equal(t, want, registry.Cut(text, 3), text)
	}
}
