package evidence

import (
	"strings"
	"testing"

	"touchstone/internal/archive"
	"touchstone/internal/artifact"
	"touchstone/internal/purl"
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

func TestInstalledAs(t *testing.T) {
	assert.Empty(t, installedAs([]archive.File{{Path: "p/a"}, {Path: "p/b", Installed: "b"}}))
	got := installedAs([]archive.File{{Path: "p/.a", Installed: ".b"}, {Path: "p/c", Installed: "c"}})
	assert.Equal(t, []string{"p/.a → .b"}, got[0].Items)
	assert.Equal(t, "Installing it gives 1 file another name.", got[0].Text)
}

// TestAskedForTwice: a package stands once, with all that is asked of it.
func TestAskedForTwice(t *testing.T) {
	got := ingredients(registry.Inside{Read: true, Ingredients: []registry.Ingredient{
		{Kind: "requires", Ref: "pkg:a/b", Asked: "^1"}, {Kind: "requires", Ref: "pkg:a/c@1"}, {Kind: "requires", Ref: "pkg:a/c@1"}, {Kind: "requires", Ref: "pkg:a/b", Asked: "^2, installed as d"}}})
	assert.Equal(t, []string{"pkg:a/b", "pkg:a/c@1"}, got[0].Items)
	assert.Equal(t, map[string]string{"pkg:a/b": "^1; ^2, installed as d"}, got[0].Asked)
	assert.Contains(t, got[0].Text, "2 other packages")
}

func TestOtherFiles(t *testing.T) {
	assert.Empty(t, otherFiles(&registry.Release{}))
	other := func(name, what string) registry.Other {
		return registry.Other{Ref: purl.Ref{Type: "shelf", Name: name, Version: "1"}, What: what}
	}
	rel := &registry.Release{Others: []registry.Other{other("a", "wheel"), other("b", "sources"), other("c", "wheel")}}
	got := otherFiles(rel)[0]
	assert.Contains(t, got.Text, "has at least 3 files beside this one: sources (1), wheel (2)", "nobody says that these are all")
	rel.Siblings = registry.Siblings{Whole: true, Each: make([]registry.Sibling, 3)}
	assert.Contains(t, otherFiles(rel)[0].Text, "has 3 files beside this one: ")
	rel.Siblings.Each = make([]registry.Sibling, 4)
	assert.Contains(t, otherFiles(rel)[0].Text, "at least", "one is of a kind that is not read")
	assert.Equal(t, []string{"pkg:shelf/a@1", "pkg:shelf/b@1", "pkg:shelf/c@1"}, got.Items)
}

func TestOtherCommit(t *testing.T) {
	const another = "ffffffffffffffffffffffffffffffffffffffff"
	for name, c := range map[string]struct {
		recorded string
		source   *Source
		want     int
	}{
		"another":             {another, &Source{thing, commit, true}, 1},
		"the same":            {commit, &Source{thing, commit, true}, 0},
		"the same, upper":     {strings.ToUpper(commit), &Source{thing, commit, true}, 0},
		"none recorded":       {"", &Source{thing, commit, true}, 0},
		"the record's itself": {another, &Source{thing, another, false}, 0},
		"nothing proven":      {another, nil, 0},
	} {
		e := released(func(rel *registry.Release, _ *artifact.Artifact) { rel.Source.Revision = c.recorded })
		e.proven.Source = c.source
		assert.Len(t, otherCommit(e), c.want, name)
	}
}
