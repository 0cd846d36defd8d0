//go:build js && wasm

package archive

import "syscall/js"

var normalize = js.Global().Get("String").Get("prototype").Get("normalize")

// nfd is a text in Unicode's normalization form D. The browser has the tables for
// it: ours would be 33 kB of the page's first program. A newer browser knows more
// characters; those that both know never change (Unicode's stability policy).
func nfd(s string) string { return normalize.Call("call", s, "NFD").String() }
