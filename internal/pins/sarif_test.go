//go:build touchstone_testanchors

package pins

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"touchstone/internal/lockfile"
)

// sarifSchema is the schema of SARIF 2.1.0 with errata 01, as OASIS publishes it
// (docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas), here as the Go
// module go-sarif 3.3.1 carries it.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := os.ReadFile("testdata/sarif-schema-2.1.0.json")
	require.NoError(t, err)
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("sarif.json", parsed))
	schema, err := c.Compile("sarif.json")
	require.NoError(t, err)
	return schema
}

// everyRule is a result with a finding of every rule, and hostile names.
func everyRule(t *testing.T) *Result {
	t.Helper()
	rules, err := Rules()
	require.NoError(t, err)
	r := &Result{Name: "a b/..\\c:d%20<\x1b>.lock", Kind: "k", Depth: Records, Counts: map[State]int{}, Levels: map[string]map[int]int{}}
	for i, rule := range rules {
		l := Line{Line: i, Key: "package[" + strings.Repeat("1", i%3+1) + "]", Name: "n\x00\u202e", Version: "1", Kind: lockfile.Package, Findings: []Finding{{Rule: rule.ID, State: rule.State, Text: "t\x07"}}}
		l.settle()
		r.Lines = append(r.Lines, l)
	}
	return r
}

// TestSARIFIsValid: by OASIS's own schema, with a finding of every rule; broken
// documents are refused by it, so it looks.
func TestSARIFIsValid(t *testing.T) {
	schema := sarifSchema(t)
	good, err := everyRule(t).SARIF()
	require.NoError(t, err)
	judge := func(raw []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		require.NoError(t, err)
		return schema.Validate(value)
	}
	require.NoError(t, judge(good))
	empty, err := (&Result{}).SARIF()
	require.NoError(t, err)
	require.NoError(t, judge(empty))
	for _, broken := range [][2]string{{`"startLine": 1`, `"startLine": 0`}, {`"level": "error"`, `"level": "fatal"`}, {`"ruleIndex"`, `"ruleindex"`}, {`"version": "2.1.0"`, `"version": "2.1"`}, {`"text":`, `"txt":`}} {
		bent := bytes.Replace(good, []byte(broken[0]), []byte(broken[1]), 1)
		require.NotEqual(t, good, bent, broken[0])
		require.Error(t, judge(bent), broken[0])
	}
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct {
					Rules []struct {
						ID   string
						Help struct{ Text string }
					}
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Locations []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(good, &log))
	run := log.Runs[0]
	require.Len(t, run.Results, len(run.Tool.Driver.Rules))
	for i, result := range run.Results {
		require.Equal(t, result.RuleID, run.Tool.Driver.Rules[result.RuleIndex].ID)
		require.NotEmpty(t, run.Tool.Driver.Rules[i].Help.Text)
		require.Equal(t, "a%20b/../c%3Ad%2520%3C%1B%3E.lock", result.Locations[0].PhysicalLocation.ArtifactLocation.URI)
	}
}

// TestFingerprints: two pins of one package differ; a finding keeps its own when
// lines move and when entries come before it; another package's is another.
func TestFingerprints(t *testing.T) {
	of := func(lines ...Line) []string {
		var out []string
		seen := map[string]int{}
		for _, l := range lines {
			out = append(out, fingerprint(l, "not-answered", seen))
		}
		return out
	}
	a := Line{Line: 5, Key: "package[2]", Name: "a", Version: "1"}
	moved, other, newer, elsewhere := a, a, a, a
	moved.Line, moved.Key = 9, "package[3]"
	other.Name, newer.Version, elsewhere.File = "b", "2", "x/Cargo.lock"
	before := of(a)[0]
	require.Equal(t, before, of(moved)[0])
	require.Equal(t, before, of(other, moved)[1])
	twice := of(a, moved)
	require.Equal(t, before, twice[0])
	all := append(twice, of(other)[0], of(newer)[0], of(elsewhere)[0])
	for i := range all {
		for j := range i {
			require.NotEqual(t, all[i], all[j])
		}
	}
	require.Equal(t, of(Line{Key: "line 4", Name: "a"}), of(Line{Key: "line 5", Name: "a"}))
	inner := Line{Key: "components[0] › components[12]", Name: "a"}
	outer := Line{Key: "components[3]", Name: "a"}
	require.NotEqual(t, of(inner), of(outer))
	require.Equal(t, "a[b] › c", unnumbered("a[b] › c[7]"))
}
