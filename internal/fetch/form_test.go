package fetch

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestForm(t *testing.T) {
	lines := &Form{Name: "a list", Fits: func(b []byte) bool { return !IsPage(b) && !IsJSON(b) }}
	plain := &Form{Name: "a list", Fits: IsText, Plainly: true}
	for name, c := range map[string]struct {
		status int
		body   string
		form   *Form
		reason string
	}{
		"JSON":                {200, ` {"a":1}`, JSON, ""},
		"a list in JSON":      {200, `[]`, JSON, ""},
		"any kind":            {200, "<html>", nil, ""},
		"a web page":          {200, "\ufeff\r\n<!DOCTYPE html>", JSON, "registry.example.org answers with a web page, and not with a JSON document"},
		"an XML error":        {200, `<?xml version="1.0"?><Error/>`, JSON, "registry.example.org answers with a web page, and not with a JSON document"},
		"nothing":             {200, " \r\n", JSON, "registry.example.org answers with nothing, and not with a JSON document"},
		"a text":              {200, "Service unavailable", JSON, "registry.example.org answers with a text of another form, and not with a JSON document"},
		"JSON that is cut":    {200, `{"a":`, JSON, "registry.example.org answers with a text of another form, and not with a JSON document"},
		"a number":            {200, "7", JSON, "registry.example.org answers with a text of another form, and not with a JSON document"},
		"bytes":               {200, "\x1f\x8b\x00", JSON, "registry.example.org answers with something else, and not with a JSON document"},
		"lines":               {200, "v1.0.0\n", lines, ""},
		"no lines":            {200, "", lines, ""},
		"JSON for lines":      {200, `{"error":"log in"}`, lines, "registry.example.org answers with another JSON document, and not with a list"},
		"none, by a page":     {404, "<html>", lines, "registry.example.org answers 404: it is not there"},
		"none, plainly":       {410, "gone", plain, "registry.example.org answers 410: it is not there"},
		"none, not plainly":   {410, "<html>", plain, "registry.example.org answers 410 with a web page: it, or whoever stands between, refuses"},
		"an error's own page": {500, "<html>", JSON, "registry.example.org answers 500: it has a fault of its own"},
	} {
		t.Run(name, func(t *testing.T) {
			c2 := New(Options{Hosts: hosts(), Transport: play(map[string][]step{one: {says(c.status, c.body)}}), Retries: -1, Now: fixed})
			s := c2.Session(SessionOptions{})
			a := get(t, s, Request{URL: one, Form: c.form, Immutable: true})
			assert.Equal(t, c.reason, a.Reason)
			assert.Equal(t, c.reason == "", a.State == Found)
			assert.Equal(t, c.body, string(a.Body), "what came can be shown")
			if strings.Contains(c.reason, "and not with") {
				assert.Equal(t, OtherKind, a.Err.Kind)
			}
			assert.Equal(t, []Answer{a}, s.Answers())
			s.Close()
			assert.Equal(t, c.reason == "", c2.inFlight() == 1, "no audit is given it again")
		})
	}
}

func TestFormOfARedirectOrAHead(t *testing.T) {
	s := play(map[string][]step{one: {to(bucket)}, bucket: {says(200, "<html>")}})
	c, _ := client(t, s)
	assert.Equal(t, "storage.example.net answers with a web page, and not with a JSON document", get(t, c, Request{URL: one, Form: JSON}).Reason)
	c, _ = client(t, play(map[string][]step{one: {says(200, "")}}))
	assert.Equal(t, Found, get(t, c, Request{URL: one, Method: "HEAD", Form: JSON}).State)
	r := New(Options{Hosts: hosts(), Transport: play(map[string][]step{relay + "/shy.example.org/pkg/one": {says(200, "<html>")}}), Relay: relay}).Session(SessionOptions{})
	assert.Equal(t, "the relay says that shy.example.org answers with a web page, and not with a JSON document", get(t, r, Request{URL: shy, Form: JSON}).Reason)
}
