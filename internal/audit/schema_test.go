package audit_test

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
	"touchstone/internal/report"
)

// TestTheSchemaDescribesReports validates reports of every kind, and breaks
// one to see that the schema refuses it.
func TestTheSchemaDescribesReports(t *testing.T) {
	raw, err := os.ReadFile("../report/schema.json")
	require.NoError(t, err)
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("report.json", parsed))
	schema, err := c.Compile("report.json")
	require.NoError(t, err)

	w := snapshot(t)
	empty := options(nil)
	empty.Replay = new(fetch.Record)
	unknown, err := ask(context.Background(), errorsRef, empty)
	require.NoError(t, err)
	reports := map[string]*result{
		"good":    run(t, w, errorsRef),
		"unknown": unknown,
		"failed":  run(t, w.But(proxy+"github.com/pkg/errors/@v/v0.9.1.zip", ok([]byte("no zip"))), errorsRef),
		"pasted":  run(t, w, "github.com/pkg/errors v0.9.1/go.mod h1:bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0="),
	}
	for name, r := range reports {
		t.Run(name, func(t *testing.T) {
			raw, err := r.Report.JSON()
			require.NoError(t, err)
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
			require.NoError(t, err)
			require.NoError(t, schema.Validate(value))
			back, err := report.Read(raw)
			require.NoError(t, err)
			again, err := back.JSON()
			require.NoError(t, err)
			require.Equal(t, string(raw), string(again), "a saved report says the same")
		})
	}
	good, err := reports["good"].Report.JSON()
	require.NoError(t, err)
	for _, broken := range [][2]string{{`"failed": false`, `"failed": "no"`}, {`"status": "met"`, `"status": "safe"`}, {`"format"`, `"fmt"`}, {`"failed": false`, `"failed": true`}} {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytes.Replace(good, []byte(broken[0]), []byte(broken[1]), 1)))
		require.NoError(t, err)
		require.Error(t, schema.Validate(value), broken[1])
	}
}
