package pypi

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestExtrasOnly: a dependency that everybody gets is not hidden by a mention of
// extra. Only what packaging's Marker.evaluate({"extra": ""}) denies on every machine
// is optional, and not all of that.
func TestExtrasOnly(t *testing.T) {
	for marker, want := range map[string]bool{
		`extra == "dev"`:  true,
		` extra=='dev' `:  true,
		`"dev" == extra`:  true,
		`extra === "dev"`: true,
		`python_version < "3.9" and extra == "dev"`:                  true,
		`(python_version < "3.9" or os_name == "nt") and extra=="x"`: true,
		`extra == "a" or extra == "b"`:                               true,
		`(extra == "a") or (extra == "b" and os_name == "posix")`:    true,

		`python_version < "3.9"`:                           false,
		`platform_release != "extra"`:                      false,
		`"extra" != os_name`:                               false,
		`"extra" == "extra"`:                               false,
		`extra != "dev"`:                                   false,
		`extra == ""`:                                      false,
		`extra < "dev"`:                                    false,
		`extra in "dev"`:                                   false,
		`extra not in "dev"`:                               false,
		`python_version > "3" or extra == "dev"`:           false,
		`extra == "dev" or python_version > "3"`:           false,
		`extra == "dev" and os_name == "nt" or "a" == "a"`: false,
		`extra == "dev" and (`:                             false,
		`extra == "dev")`:                                  false,
		`extra == "dev" "x"`:                               false,
		`extra`:                                            false,
		`extra ==`:                                         false,
		`Extra == "dev"`:                                   false,
		``:                                                 false,
		strings.Repeat("(", 40) + `extra == "a"` + strings.Repeat(")", 40): false,
	} {
		assert.Equal(t, want, extrasOnly(marker), marker)
	}
}
