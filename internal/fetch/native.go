//go:build !js

package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// NewNative is the transport of ordinary programs: net/http without cookies,
// credentials or redirects. It asks for gzip and decodes it.
func NewNative() Transport {
	return native{&http.Client{
		Transport: &http.Transport{
			Proxy:                  proxyWithoutCredentials,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    15 * time.Second,
			IdleConnTimeout:        30 * time.Second,
			MaxIdleConnsPerHost:    parallel,
			MaxResponseHeaderBytes: 256 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

type native struct{ client *http.Client }

func (t native) Do(ctx context.Context, r *Request) (*Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, nil)
	if err != nil {
		return nil, &Error{Unreachable, r.URL, err.Error()}
	}
	req.Header.Set("User-Agent", userAgent)
	if r.Accept != "" {
		req.Header.Set("Accept", r.Accept)
	}
	if part := r.Range(); part != "" {
		req.Header.Set("Range", part)
	}
	if a := r.Authorization(); a != "" {
		req.Header.Set("Authorization", a)
	}
	res, err := t.client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// The address is in our own error already.
		if about, ok := errors.AsType[*url.Error](err); ok {
			err = about.Err
		}
		return nil, &Error{Unreachable, r.URL, err.Error()}
	}
	header := make(map[string]string, len(res.Header))
	for name, values := range res.Header {
		header[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return &Response{
		Status: res.StatusCode, URL: r.URL, Header: header,
		Body: res.Body, Decoded: res.Uncompressed,
	}, nil
}

// proxyWithoutCredentials is the proxy that the environment names, if any,
// without a name and password that may stand there.
func proxyWithoutCredentials(req *http.Request) (*url.URL, error) {
	proxy, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, err
	}
	return withoutCredentials(proxy), nil
}

func withoutCredentials(proxy *url.URL) *url.URL {
	if proxy == nil || proxy.User == nil {
		return proxy
	}
	bare := *proxy
	bare.User = nil
	return &bare
}
