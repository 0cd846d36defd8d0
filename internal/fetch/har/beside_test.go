package har

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"touchstone/internal/fetch"
)

// Bodies that are files of their own come back byte for byte, and one that is
// not there is a body that is not held, never an empty one.
func TestBodiesBeside(t *testing.T) {
	files := map[string][]byte{}
	var out bytes.Buffer
	require.NoError(t, WriteBeside(&out, sample(), func(x fetch.Exchange) string {
		if len(x.Body) == 0 {
			return ""
		}
		name := "answers/" + x.URL[len("https://"):]
		files[name] = x.Body
		return name
	}))
	assert.NotContains(t, out.String(), "base64")
	open := func(name string) ([]byte, bool) { b, ok := files[name]; return b, ok }
	read, err := ReadBeside(out.Bytes(), open)
	require.NoError(t, err)
	assert.Equal(t, sample().Exchanges(), read.Exchanges())

	alone, err := Read(out.Bytes())
	require.NoError(t, err)
	broken := 0
	for _, x := range alone.Exchanges() {
		if x.Broken != "" {
			broken++
			assert.Contains(t, x.Broken, "beside the archive is missing")
			assert.Nil(t, x.Body)
		}
	}
	assert.Equal(t, len(files), broken)

	files["answers/"+one[len("https://"):]+"?a=b%20c&d"] = []byte("cut")
	short, err := ReadBeside(out.Bytes(), open)
	require.NoError(t, err)
	assert.Contains(t, short.Exchanges()[1].Broken+short.Exchanges()[2].Broken+short.Exchanges()[3].Broken, "it holds 3 of ")

	_, err = ReadBeside(exported(`"text":"hello"`, `"text":"hello","_file":"a"`), open)
	require.ErrorContains(t, err, "both a text and a file")
}
