package purl

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/corpus"
)

type suiteTest struct {
	Description string          `json:"description"`
	Type        string          `json:"test_type"`
	Input       json.RawMessage `json:"input"`
	Output      json.RawMessage `json:"expected_output"`
	Failure     bool            `json:"expected_failure"`
}

type suiteComponents struct {
	Type, Namespace, Name, Version, Subpath *string
	Qualifiers                              map[string]string
}

func (c suiteComponents) components() Components {
	s := func(p *string) string {
		if p == nil {
			return ""
		}
		return *p
	}
	return Components{
		Type: s(c.Type), Namespace: s(c.Namespace), Name: s(c.Name), Version: s(c.Version),
		Subpath: s(c.Subpath), Qualifiers: c.Qualifiers,
	}
}

// TestSuite runs the purl specification's own tests for the types served, and
// those of the grammar.
func TestSuite(t *testing.T) {
	counts := map[string]int{"types/golang-test.json": 17, "types/npm-test.json": 17, "types/pypi-test.json": 16, "types/cargo-test.json": 9, "spec/specification-test.json": 18}
	for file, least := range counts {
		t.Run(file, func(t *testing.T) {
			data, err := os.ReadFile(corpus.Path(t, "purl-spec", "tests", file))
			require.NoError(t, err)
			var suite struct{ Tests []suiteTest }
			require.NoError(t, json.Unmarshal(data, &suite))
			assert.GreaterOrEqual(t, len(suite.Tests), least)
			for _, test := range suite.Tests {
				t.Run(test.Type+"_"+test.Description, func(t *testing.T) { runSuiteTest(t, test) })
			}
		})
	}
}

func runSuiteTest(t *testing.T, test suiteTest) {
	text := func(raw json.RawMessage) (s string) {
		require.NoError(t, json.Unmarshal(raw, &s))
		return s
	}
	components := func(raw json.RawMessage) Components {
		var c suiteComponents
		require.NoError(t, json.Unmarshal(raw, &c))
		return c.components()
	}
	switch test.Type {
	case "parse":
		got, err := parsed(text(test.Input))
		if test.Failure {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		assert.Equal(t, components(test.Output), got)
	case "build":
		got, err := built(components(test.Input))
		if test.Failure {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		assert.Equal(t, text(test.Output), got)
	case "validate", "roundtrip":
		c, err := parsed(text(test.Input))
		if test.Failure {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		got, err := built(c)
		require.NoError(t, err)
		assert.Equal(t, text(test.Output), got)
	default:
		require.Fail(t, "unknown kind of test", test.Type)
	}
}

// parsed reads a package URL as the specification asks for it: with the one
// parser that [Parse] uses, and the rows' canonical forms.
func parsed(text string) (Components, error) {
	c, err := split(text)
	if err != nil {
		return Components{}, err
	}
	return canonical(c)
}

func built(c Components) (string, error) {
	c, err := parsed(c.String())
	return c.String(), err
}

func TestCanonicalRules(t *testing.T) {
	for _, text := range []string{
		"pkg:pypi/space/name", "pkg:cargo/space/name", "pkg:npm/a#../b", "pkg:npm/a#x/%2E%2E/b", "pkg:npm/a#./b",
	} {
		_, err := parsed(text)
		assert.Error(t, err, text)
	}
	c, err := parsed("pkg:golang/GitHub.com/Azure/X@v1.0.0+incompatible#a//b/")
	require.NoError(t, err)
	assert.Equal(t, Components{Type: Golang, Namespace: "github.com/azure", Name: "x", Version: "v1.0.0+incompatible", Subpath: "a/b"}, c)
	_, err = built(Components{Type: Cargo, Namespace: "x", Name: "y"})
	assert.Error(t, err)
}

// canonical brings components into the form that purl-spec asks for.
func canonical(c Components) (Components, error) {
	d := dialectOf(c.Type)
	if d == nil {
		return c, nil
	}
	if d.flat && c.Namespace != "" {
		return Components{}, fmt.Errorf("%s have no namespace, found %s", d.many, shown(c.Namespace))
	}
	if d.canonical != nil {
		d.canonical(&c)
	}
	return c, nil
}
