package fetch

import (
	"cmp"
	"context"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"touchstone/internal/strictjson"
)

// Tokens say where a host gives out anonymous tokens (RFC 6750, "Bearer"; the
// token protocol of container registries, distribution.github.io/distribution,
// "Token Authentication Specification"). A token is asked for only once the host
// refused for want of one, without a name or a password, for reading one
// repository, and is used for the one request that was refused. It is kept
// nowhere and recorded nowhere.
type Tokens struct {
	// Realm is the address that gives them out, Service what the host is called
	// there. A refusal that names another realm or service is not followed: the
	// refusal is anybody's word.
	Realm, Service string
	// Repository is a path shape whose first group is the repository's name; a
	// path of another shape gets no token.
	Repository string
}

// maxToken bounds the answer that holds a token, and the token itself, in bytes.
const (
	maxTokenAnswer = 64 << 10
	maxToken       = 16 << 10
)

// Challenged is the address at which the host gives a token for what was refused
// at an escaped path, by the refusal's www-authenticate field; ok is false where
// there is none to be had.
//
//  1. The host is known to give tokens, and the path is a repository's.
//  2. The refusal asks for a token, of the realm and service that are known.
//  3. The scope is to read that repository, whatever the refusal asks for.
func (h Host) Challenged(escapedPath, challenge string) (address string, ok bool) {
	// 1.
	if h.Tokens == nil {
		return "", false
	}
	shape, err := compileShape(h.Tokens.Repository)
	if err != nil {
		return "", false
	}
	found := shape.FindStringSubmatch(escapedPath)
	if len(found) < 2 || found[1] == "" {
		return "", false
	}
	// 2.
	scheme, parameters, _ := strings.Cut(strings.TrimSpace(challenge), " ")
	asked := map[string]string{}
	for _, p := range challengeParameter().FindAllStringSubmatch(parameters, -1) {
		asked[strings.ToLower(p[1])] = p[2]
	}
	if !strings.EqualFold(scheme, "bearer") || asked["realm"] != h.Tokens.Realm || asked["service"] != h.Tokens.Service {
		return "", false
	}
	// 3.
	query := "scope=" + url.QueryEscape("repository:"+found[1]+":pull")
	if h.Tokens.Service != "" {
		query = "service=" + url.QueryEscape(h.Tokens.Service) + "&" + query
	}
	return h.Tokens.Realm + "?" + query, true
}

// challengeParameter is one parameter of a challenge (RFC 9110, section 11.2),
// in the quoted form without escapes, which is all that registries send.
var challengeParameter = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([A-Za-z]+)="([^"\\]*)"`) })

// ReadToken reads the answer that brings a token; empty where it holds none that
// could be sent.
func ReadToken(body []byte) string {
	if len(body) > maxTokenAnswer {
		return ""
	}
	doc, err := strictjson.Parse(body)
	if err != nil {
		return ""
	}
	token := cmp.Or(doc.Text("token"), doc.Text("access_token"))
	if len(token) > maxToken || !tokenForm().MatchString(token) {
		return ""
	}
	return token
}

// tokenForm is b64token (RFC 6750, section 2.1).
var tokenForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`) })

// Authorization is the value of the header field that a transport sends with the
// request; empty for none. It must not be kept.
func (r *Request) Authorization() string {
	if r.token == "" {
		return ""
	}
	return "Bearer " + r.token
}

// sendAllowed sends one request, and where its host refuses for want of an
// anonymous token once more, with one. The relay does that itself, and a record
// holds only what was answered in the end.
func (f *flight) sendAllowed(ctx context.Context, r Request, route Route) (reply, *Error) {
	got, failed := f.send(ctx, r, route)
	if failed != nil || route != Direct || got.status != 401 || got.url != r.URL {
		return got, failed
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return got, nil
	}
	host, err := declared(f.hosts, u, true)
	if err != nil {
		return got, nil
	}
	address, ok := host.Challenged(u.EscapedPath(), got.header["www-authenticate"])
	if !ok {
		return got, nil
	}
	ask := Request{Method: "GET", URL: address, Limit: maxTokenAnswer, Step: r.Step}
	if at, err := url.Parse(address); err != nil || Allowed(f.hosts, at) != nil {
		return got, nil
	}
	answer, failed := f.send(ctx, ask, route)
	if failed != nil || answer.status != 200 {
		return got, nil
	}
	if r.token = ReadToken(answer.body); r.token == "" {
		return got, nil
	}
	return f.send(ctx, r, route)
}
