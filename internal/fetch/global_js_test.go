//go:build js && wasm

package fetch

import (
	"os"
	"syscall/js"
	"testing"

	"github.com/stretchr/testify/assert"
)

func server(t *testing.T) string {
	base := os.Getenv(serverVariable)
	if base == "" {
		t.Skip("no server: this runs from the native TestGlobalTransportInNode")
	}
	return base
}

func TestGlobalTransport(t *testing.T) {
	base := server(t)
	assert.False(t, inBrowser(), "Node is no browser")
	testTransport(t, global{}, base, false)
	testClient(t, global{}, base)
}

// TestGlobalTransportThatAsks is what the command line does.
func TestGlobalTransportThatAsks(t *testing.T) {
	base := server(t)
	assert.Equal(t, js.TypeFunction, asker().Type(), "wasm/node/ask.mjs is there")
	testTransport(t, NewGlobal(), base, false)
	testClient(t, NewGlobal(), base)
}

// TestGlobalTransportThatFollows is what a browser does, as far as Node can.
func TestGlobalTransportThatFollows(t *testing.T) {
	base := server(t)
	testTransport(t, global{browser: true}, base, true)
	testClient(t, global{browser: true}, base)
}
