// Package policy is what every page and file of the site says to browsers in its
// header fields.
package policy

import (
	"strings"

	"touchstone/internal/fetch"
)

// trustedTypes is the page's only Trusted Types policy.
const trustedTypes = "auditor-loader"

// Header are the header fields of every page and file of the site: scripts,
// workers and the WebAssembly too, because a worker takes the policy of its own
// response and not its page's (CSP Level 3, section 4.2.2).
func Header(hosts []fetch.Host) map[string]string {
	return map[string]string{
		"content-security-policy":      ContentSecurity(hosts),
		"cross-origin-opener-policy":   "same-origin",
		"cross-origin-resource-policy": "same-origin",
		"permissions-policy":           permissionsPolicy(),
		"referrer-policy":              "no-referrer",
		"strict-transport-security":    "max-age=31536000",
		"x-content-type-options":       "nosniff",
		"x-frame-options":              "DENY",
	}
}

// ContentSecurity lets the page run its own scripts and WebAssembly and
// ask the declared hosts, and nothing else.
func ContentSecurity(hosts []fetch.Host) string {
	connect := append([]string{"connect-src", "'self'"}, fetch.ConnectSources(hosts)...)
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self' 'wasm-unsafe-eval'",
		"worker-src 'self'",
		"style-src 'self'",
		"img-src 'self' data:",
		"font-src 'self'",
		"manifest-src 'self'",
		strings.Join(connect, " "),
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
		"object-src 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types " + trustedTypes,
	}, "; ")
}

// permissionsPolicy takes what the page never needs from it, and so from
// whatever might get into it. Features that browsers do not know make them
// complain on the console, hence only old ones.
func permissionsPolicy() string {
	features := []string{
		"accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation",
		"gyroscope", "hid", "magnetometer", "microphone", "midi", "payment",
		"publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
	}
	return strings.Join(features, "=(), ") + "=()"
}
