package npm

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEntryOf(t *testing.T) {
	at := located{"pkg", "1.2.3"}
	const entry = `{"name":"pkg","version":"1.2.3"}`
	for name, c := range map[string]struct {
		doc   string
		entry string
		whole bool
		err   string
	}{
		"full":         {`{"_id":"pkg","name":"pkg","versions":{"1.0.0":{},"1.2.3":` + entry + `}}`, entry, true, ""},
		"full by time": {`{"name":"pkg","time":{"1.2.3":"x"},"versions":{"1.2.3":` + entry + `}}`, entry, true, ""},
		"abbreviated":  {`{"versions":{"1.2.3": ` + entry + ` },"name":"pkg","modified":"x"}`, entry, false, ""},
		"without it":   {`{"name":"pkg","versions":{"1.2.30":{}}}`, "", false, ""},
		"no versions":  {`{"name":"pkg"}`, "", false, ""},
		"another":      {`{"name":"Pkg","versions":{"1.2.3":{}}}`, "", false, `it is about "Pkg"`},
		"twice":        {`{"name":"pkg","versions":{"1.2.3":{},"1.2.3":{}}}`, "", false, "stands twice"},
		"a list":       {`{"name":"pkg","versions":[]}`, "", false, "an object should stand"},
		"web page":     {`<html>`, "", false, "web page"},
	} {
		t.Run(name, func(t *testing.T) {
			got, whole, err := entryOf([]byte(c.doc), at)
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.entry, string(got))
			assert.Equal(t, c.whole, whole)
		})
	}
}

// FuzzEntryOf: what is found is a record of this version, or is refused as one.
func FuzzEntryOf(f *testing.F) {
	f.Add([]byte(`{"name":"pkg","versions":{"1.2.3":{"name":"pkg","version":"1.2.3","dist":{}}}}`))
	f.Add([]byte(`{"versions":{"\u0031.2.3":7},"name":"pkg","_id":{}}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		entry, _, err := entryOf(doc, located{"pkg", "1.2.3"})
		if err != nil || entry == nil {
			return
		}
		if rec, err := readRecord(entry, "pkg", "1.2.3"); err == nil {
			assert.Equal(t, "pkg", rec.fields.Text("name"))
			assert.Equal(t, "1.2.3", rec.fields.Text("version"))
		}
	})
}
