package principles_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"touchstone/principles"
)

// with are the built-in files and one registry more.
func with(t *testing.T, id string, raw []byte) fs.FS {
	t.Helper()
	m := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		body, err := os.ReadFile(path)
		m[path] = &fstest.MapFile{Data: body}
		return err
	}))
	var document map[string]any
	require.NoError(t, json.Unmarshal(m["document.json"].Data, &document))
	ids := []string{id}
	for _, v := range document["registries"].([]any) {
		ids = append(ids, v.(string))
	}
	slices.Sort(ids)
	document["registries"] = ids
	body, err := json.Marshal(document)
	require.NoError(t, err)
	m["document.json"].Data = body
	m["registries/"+id+".json"] = &fstest.MapFile{Data: raw}
	return m
}

// TestAssessmentOfTheForm reads what the site's form wrote: the page's tests
// run it with the file.
func TestAssessmentOfTheForm(t *testing.T) {
	path := os.Getenv("TOUCHSTONE_ASSESSMENT")
	if path == "" {
		t.Skip("no file of the form is named by TOUCHSTONE_ASSESSMENT")
	}
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, compileRegistry(t).Validate(value(t, raw)), "the published schema refuses what the form wrote")
	var named struct {
		ID string `json:"id"`
	}
	require.NoError(t, json.Unmarshal(raw, &named))
	doc, err := principles.LoadAllFrom(with(t, named.ID, raw))
	require.NoError(t, err)
	i := slices.IndexFunc(doc.Registries, func(r principles.Registry) bool { return r.ID == named.ID })
	require.NotEmpty(t, doc.Registries[i].Lacks)
	require.Equal(t, principles.NotApplicable, doc.Registries[i].Answer("contain-clean-room").Status)
	require.Equal(t, principles.Met, doc.Registries[i].Answer("cli-pin").Status)
}

// One repository's file has a schema of its own, which stands alone: whoever
// writes one can check it before anybody reads it.
func TestEveryRegistryKeepsToThePublishedSchema(t *testing.T) {
	s := compileRegistry(t)
	entries, err := os.ReadDir("registries")
	require.NoError(t, err)
	require.NotEmpty(t, entries)
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join("registries", e.Name()))
		require.NoError(t, err)
		require.NoError(t, s.Validate(value(t, raw)), e.Name())
	}
	for name, raw := range map[string]string{
		"nothing lacking, said with an empty list": `{"id":"a","name":"A","serves":"s","home":"https://a/","client":"c","lacks":[],"answers":[{"requirement":"cli-pin","status":"not-established"}]}`,
		"met without a source":                     `{"id":"a","name":"A","serves":"s","home":"https://a/","client":"c","answers":[{"requirement":"cli-pin","status":"met","note":"n"}]}`,
		"a field that nobody knows":                `{"id":"a","name":"A","serves":"s","home":"https://a/","client":"c","rank":1,"answers":[{"requirement":"cli-pin","status":"not-established"}]}`,
	} {
		require.Error(t, s.Validate(value(t, []byte(raw))), name)
	}
}

func compileRegistry(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := principles.RegistrySchema()
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("registry.schema.json", value(t, raw)))
	s, err := compiler.Compile("registry.schema.json")
	require.NoError(t, err)
	return s
}
