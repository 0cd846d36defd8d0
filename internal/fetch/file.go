package fetch

// FileAnswer is the answer for a document that the person brought as a file, in
// place of asking url for it. Nobody answered, so Status is 0 and Header nil.
func FileAnswer(url string, body []byte) Answer {
	return Answer{
		Request: Request{Method: "GET", URL: url},
		State:   Found,
		URL:     url,
		Body:    body,
		Route:   File,
	}
}

// Worst is the weakest of the routes by which answers came: direct before
// relay before file before replay. A route that is none of these counts as the
// weakest. Without routes it is the empty string, which is no route.
func Worst(routes ...Route) Route {
	worst, rank := Route(""), -1
	for _, r := range routes {
		if n := weakness(r); n > rank {
			worst, rank = r, n
		}
	}
	return worst
}

func weakness(r Route) int {
	for i, known := range []Route{Direct, Relay, File, Replay} {
		if r == known {
			return i
		}
	}
	return 4
}
