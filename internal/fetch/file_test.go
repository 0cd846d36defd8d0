package fetch

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFileAnswer(t *testing.T) {
	a := FileAnswer(one, []byte("x"))
	assert.Equal(t, Answer{
		Request: Request{Method: "GET", URL: one}, State: Found, URL: one, Body: []byte("x"), Route: File,
	}, a)
}

func TestWorst(t *testing.T) {
	assert.Equal(t, Route(""), Worst())
	assert.Equal(t, Direct, Worst(Direct, Direct))
	assert.Equal(t, Relay, Worst(Direct, Relay, Direct))
	assert.Equal(t, File, Worst(File, Relay))
	assert.Equal(t, Replay, Worst(Direct, Replay, File, Relay))
	assert.Equal(t, Route("pigeon"), Worst(Replay, "pigeon", Direct))
	assert.Equal(t, Route(""), Worst(Direct, ""), "an answer without a route is worse than any")
}
