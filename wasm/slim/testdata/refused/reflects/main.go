// Command reflects calls a method by a name that only run time knows.
package main

import (
	"os"
	"reflect"
	"time"
)

func main() {
	reflect.ValueOf(time.Now()).MethodByName(os.Args[1]).Call(nil)
}
