package regexp

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestItAnswersAsGosOwn(t *testing.T) {
	for _, text := range []string{`^[-a-zA-Z]+$`, `([0-9]+)-?([0-9]*)`, `^([-+._a-zA-Z0-9]{1,32}|.)`, `[\s-]+`} {
		ours, gos := MustCompile(text), regexp.MustCompile(text)
		for _, s := range []string{"", "font-family", "2026-01 2025", "a b", "\xff\u00e9"} {
			assert.Equal(t, gos.MatchString(s), ours.MatchString(s))
			assert.Equal(t, gos.Find([]byte(s)), ours.Find([]byte(s)))
			assert.Equal(t, gos.ReplaceAllString(s, "<$1>"), ours.ReplaceAllString(s, "<$1>"))
			assert.Equal(t, gos.FindAllStringSubmatch(s, -1), ours.FindAllStringSubmatch(s, -1))
		}
	}
}

func TestAnExpressionIsCompiledWhenItIsUsed(t *testing.T) {
	none := MustCompile(`(`)
	assert.Panics(t, func() { none.MatchString("") })
}
