package fetch

import (
	"cmp"
	"slices"
)

// Answers are all answers that this client has given so far to GET and HEAD,
// by address, method and what was accepted: the order does not depend on timing.
func (c *Client) Answers() []Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Answer
	for _, f := range c.flights {
		select {
		case <-f.done:
			if f.err == nil {
				out = append(out, f.answer)
			}
		default:
		}
	}
	slices.SortFunc(out, func(a, b Answer) int {
		return cmp.Or(cmp.Compare(a.Request.URL, b.Request.URL), cmp.Compare(a.Request.Method, b.Request.Method), cmp.Compare(a.Request.Accept, b.Request.Accept), cmp.Compare(a.Request.Limit, b.Request.Limit))
	})
	return out
}
