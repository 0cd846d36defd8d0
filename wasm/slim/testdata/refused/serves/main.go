// Command serves uses net/http.
package main

import "net/http"

func main() {
	_ = http.ListenAndServe("localhost:0", nil)
}
