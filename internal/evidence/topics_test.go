package evidence

import (
	"testing"
	"touchstone/internal/registry"

	"github.com/stretchr/testify/assert"
)

// TestInsideSaysNothingUnread: what nobody read is not there for nobody.
func TestInsideSaysNothingUnread(t *testing.T) {
	ids := func(inside registry.Inside) []string {
		var out []string
		for _, f := range append(append(containment(inside), ingredients(inside)...), contact(inside)) {
			out = append(out, f.ID)
		}
		return out
	}
	some := registry.Inside{
		Runs:        []registry.Run{{When: "install"}},
		Ingredients: []registry.Ingredient{{Kind: "requires", Ref: "pkg:npm/a"}},
		Contact:     []string{"SECURITY.md"},
	}
	whole := some
	whole.Read = true
	for name, c := range map[string]struct {
		inside registry.Inside
		want   []string
	}{
		"zero":       {registry.Inside{}, []string{"containment-unknown", "ingredients-unknown", "contact-unknown"}},
		"nothing":    {registry.Inside{Read: true}, []string{"runs-nothing", "requires-nothing", "contact-none"}},
		"some":       {some, []string{"containment-unknown", "runs-at-install", "requires", "ingredients-unknown", "contact-file"}},
		"whole":      {whole, []string{"runs-at-install", "requires", "contact-file"}},
		"undeclared": {registry.Inside{Read: true, Undeclared: "No manifest."}, []string{"runs-nothing", "ingredients-unknown", "contact-none"}},
	} {
		assert.Equal(t, c.want, ids(c.inside), name)
	}
	assert.Equal(t, "What else installing it runs is not known. Too large.", containment(registry.Inside{Unread: "Too large."})[0].Text)
}
