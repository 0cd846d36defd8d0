package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/fetch"
	"touchstone/internal/relay"
	"touchstone/web/policy"
)

// exported reads the constants back from the module: JSON is JavaScript.
func exported(t *testing.T, module []byte) map[string]json.RawMessage {
	t.Helper()
	out := map[string]json.RawMessage{}
	for _, part := range strings.Split(string(module), "\nexport const ")[1:] {
		name, rest, found := strings.Cut(part, " = ")
		require.True(t, found)
		value, _, found := strings.Cut(rest, ";\n")
		require.True(t, found)
		require.True(t, json.Valid([]byte(value)), "%s: %s", name, value)
		out[name] = json.RawMessage(value)
	}
	return out
}

func TestConfig(t *testing.T) {
	module, err := config(audit.Hosts(), "0123")
	require.NoError(t, err)
	got := exported(t, module)

	var text string
	var hosts []fetch.Host
	require.NoError(t, json.Unmarshal(got["hosts"], &text))
	require.NoError(t, json.Unmarshal([]byte(text), &hosts))
	assert.Equal(t, audit.Hosts(), hosts, "the relay's list is the adapters' declarations")

	var prefix string
	require.NoError(t, json.Unmarshal(got["prefix"], &prefix))
	assert.Equal(t, relay.Prefix, prefix)

	var reply relay.Reply
	require.NoError(t, json.Unmarshal(got["outOfOrder"], &reply))
	assert.Equal(t, relay.OutOfOrder(), reply)

	var fields map[string]string
	require.NoError(t, json.Unmarshal(got["security"], &fields))
	assert.Equal(t, policy.Header(audit.Hosts()), fields)

	again, err := config(audit.Hosts(), "0123")
	require.NoError(t, err)
	assert.Equal(t, module, again, "built twice, it is the same")
}

func TestConfigRefusesBadDeclarations(t *testing.T) {
	for _, h := range []fetch.Host{{Name: "a.org; script-src *", Paths: []string{`/`}}, {Name: "*", Paths: []string{`/`}}, {Name: "a.example.org"}} {
		_, err := config([]fetch.Host{h}, "")
		assert.ErrorContains(t, err, "writing the edge's configuration: checking declared hosts")
	}
}
