package registry_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/registry"
)

func TestBelow(t *testing.T) {
	for path, want := range map[string]bool{
		"a": true, "Packages/b/bash-5.2.37-1.fc43.x86_64.rpm": true, "a/..b/c": true, "...": true,
		"": false, "/a": false, "a/": false, "a//b": false, ".": false, "..": false, "../a": false, "a/../b": false, "a/./b": false, "a/..": false,
		"a?b": false, "a#b": false, "a%2e": false, "a b": false, `a\b`: false, "a:b": false, "a+b": false, "é": false, "a\x00": false,
	} {
		assert.Equal(t, want, registry.Below(path, "._-"), path)
	}
	assert.True(t, registry.Below("a+b", "+"))
}
