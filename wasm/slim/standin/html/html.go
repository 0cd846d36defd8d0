// Package html has what templ needs of Go's package of that name, which brings
// the names of all characters.
package html

import "strings"

var escaper = strings.NewReplacer("&", "&amp;", "'", "&#39;", "<", "&lt;", ">", "&gt;", `"`, "&#34;")

// EscapeString escapes <, >, &, ' and ", and nothing else, as html.EscapeString.
//
//slim:linked
func EscapeString(s string) string { return escaper.Replace(s) }
