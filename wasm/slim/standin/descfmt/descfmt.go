// Package descfmt has what the descriptions of protobuf's messages need to be
// printed. Nothing prints one: here they are empty.
package descfmt

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// FormatList prints a list of descriptions.
//
//slim:linked
func FormatList(fmt.State, rune, any) {}

// FormatDesc prints a description.
//
//slim:linked
func FormatDesc(fmt.State, rune, protoreflect.Descriptor) {}
