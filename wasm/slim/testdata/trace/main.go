// Command trace says which functions are on its stack, deep down and after a
// panic, in lines of the form "FUNCTION FILE:LINE".
package main

import (
	"fmt"
	"path"
	"runtime"

	packageurl "github.com/package-url/packageurl-go"
)

func main() {
	fmt.Println("panics:", panics((*packageurl.PackageURL)(nil)))
	defer func() {
		fmt.Println("recovered:", recover())
		say()
	}()
	fmt.Println("sum:", descend(10_000, make([]int, 1)))
}

// panics tells whether a library's method panics, as one of a value does when it
// is called with nil: the runtime takes its name apart to say so.
func panics(s fmt.Stringer) (panicked bool) {
	defer func() { panicked = recover() != nil }()
	return s.String() == "" && false
}

// descend makes the stack grow, and the collector look at all of it.
func descend(n int, kept []int) int {
	kept[0]++
	if n > 0 {
		return descend(n-1, append([]int(nil), kept...)) + len(kept)
	}
	runtime.GC()
	say()
	return kept[len(kept)]
}

func say() {
	pcs := make([]uintptr, 4)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for {
		f, more := frames.Next()
		fmt.Printf("%s %s:%d\n", f.Function, path.Base(f.File), f.Line)
		if !more {
			return
		}
	}
}
