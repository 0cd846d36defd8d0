// Command trace says which functions are on its stack, deep down and after a
// panic, in lines of the form "FUNCTION FILE:LINE".
package main

import (
	"fmt"
	"path"
	"runtime"
)

func main() {
	defer func() {
		fmt.Println("recovered:", recover())
		say()
	}()
	fmt.Println("sum:", descend(10_000, make([]int, 1)))
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
