//go:build touchstone_testanchors

package golang_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"touchstone/internal/mint"
	"touchstone/internal/registry/golang"
	"touchstone/internal/registrytest"
	"touchstone/internal/trust"
)

func TestContract(t *testing.T) {
	at := time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)
	m := mint.Module{Path: "example.com/hello", Version: "v1.2.3", Files: map[string]string{
		"go.mod": "module example.com/hello\n\ngo 1.26\n\nrequire example.com/other v1.0.0\n", "hello.go": "package hello\n",
	}}
	w, log := mint.World{}, mint.NewSumDB(golang.Database, "a log")
	log.Add(m.Path, m.Version, m.Lines())
	m.Serve(w, "https://"+golang.Proxy+"/")
	log.Serve(w, "https://"+golang.Proxy+"/sumdb/"+golang.Database+"/")
	anchors, err := trust.WithTestAnchors(trust.TestAnchors{LogKeys: []string{log.Key}, Taken: at})
	require.NoError(t, err)
	registrytest.Run(t, registrytest.Suite{Registry: golang.Registry{}, Reference: "pkg:golang/example.com/hello@v1.2.3", World: w, Anchors: anchors, Time: at})
}
