package evidence

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/archive"
	"touchstone/internal/artifact"
	"touchstone/internal/registry"
)

// listing is an exam of a package with two files and a list of them, bent.
func listing(bend func(l *registry.FileList, c *archive.Contents)) *exam {
	return released(func(_ *registry.Release, art *artifact.Artifact) {
		art.Contents.Files = []archive.File{archive.Describe("a", []byte("one")), archive.Describe("b", nil), archive.Describe("LIST", []byte("list"))}
		l := &registry.FileList{Path: "LIST", Free: []string{"LIST"}}
		for _, f := range art.Contents.Files[:2] {
			l.Files = append(l.Files, registry.Listed{Path: f.Path, Size: f.Size, Algorithm: "sha256", Value: hex.EncodeToString(f.SHA256[:])})
		}
		l.Files = append(l.Files, registry.Listed{Path: "LIST", Size: -1})
		if bend != nil {
			bend(l, art.Contents)
		}
		art.Inside.List = l
	})
}

func TestListInside(t *testing.T) {
	type contents = archive.Contents
	type list = registry.FileList
	without := listing(nil)
	without.Artifact.Inside.List = nil
	nothing := listing(nil)
	nothing.Artifact.Contents = nil
	table{
		"whole":           {listing(nil), Pass},
		"none":            {without, NotApplicable},
		"nothing arrived": {nothing, NotApplicable},
		"no size":         {listing(func(l *list, _ *contents) { l.Files[0].Size = -1 }), Pass},
		"unlisted itself": {listing(func(l *list, _ *contents) { l.Files = l.Files[:2] }), Pass},
		"broken":          {listing(func(l *list, _ *contents) { l.Broken = "no list" }), Fail},
		"twice":           {listing(func(l *list, _ *contents) { l.Files = append(l.Files, l.Files[0]) }), Fail},
		"gone":            {listing(func(_ *list, c *contents) { c.Files = c.Files[1:] }), Fail},
		"extra":           {listing(func(_ *list, c *contents) { c.Files = append(c.Files, archive.Describe("c", nil)) }), Fail},
		"other size":      {listing(func(l *list, _ *contents) { l.Files[0].Size = 4 }), Fail},
		"other digest":    {listing(func(l *list, _ *contents) { l.Files[0].Value = l.Files[1].Value }), Fail},
		"no digest":       {listing(func(l *list, _ *contents) { l.Files[0].Algorithm = "" }), Fail},
		"other algorithm": {listing(func(l *list, _ *contents) { l.Files[0].Algorithm = "sha384" }), NotUnderstood},
		"cut, and gone":   {listing(func(_ *list, c *contents) { c.Files, c.Complete = c.Files[1:], false }), NotUnderstood},
		"cut":             {listing(func(_ *list, c *contents) { c.Complete = false }), Unknown},
	}.run(t, listInside)
}

// TestFilesCoveredByTheirOwnList: inside a signed archive a list that agrees
// covers every file, and one that does not covers none.
func TestFilesCoveredByTheirOwnList(t *testing.T) {
	for outcome, want := range map[Outcome]List{Pass: ListSigned, NotApplicable: ListDerived, NotUnderstood: ListDerived, Fail: ""} {
		e := covers(Pass, NotApplicable, Pass)
		e.Artifact.Inside.List = &registry.FileList{Path: "LIST"}
		e.listed = because(outcome, "listed")
		f := filesCovered(e)
		assert.Equal(t, want, e.proven.List)
		assert.Equal(t, want != "", f.Outcome == Pass)
	}
	e := covers(Pass)
	e.Artifact.Inside.List, e.listed = &registry.FileList{Path: "LIST"}, because(Pass, "listed")
	assert.Equal(t, Absent, filesCovered(e).Outcome, "a list that nobody signed covers nothing")
}
