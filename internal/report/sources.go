package report

import (
	"sort"

	"touchstone/internal/fetch"
)

// sources lists answers by address, and finds the weakest route among those
// that brought something.
func sources(answers []fetch.Answer) ([]Source, fetch.Route) {
	out := make([]Source, 0, len(answers))
	var routes []fetch.Route
	for _, a := range answers {
		if a.State == fetch.Found {
			routes = append(routes, a.Route)
		}
		url := a.Request.URL
		out = append(out, Source{URL: url, Route: a.Route, Status: a.Status, Size: int(a.Size()), State: a.State, Reason: a.Reason})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].URL < out[j].URL })
	if len(routes) == 0 {
		for _, a := range answers {
			routes = append(routes, a.Route)
		}
	}
	return out, fetch.Worst(routes...)
}
