// Package prototext has what protobuf's messages need to print themselves, which
// they do in messages to developers alone: here one prints the name of its type.
package prototext

import "google.golang.org/protobuf/reflect/protoreflect"

// MarshalOptions say how.
type MarshalOptions struct{ Multiline bool }

// Format prints a message.
//
//slim:linked
func (MarshalOptions) Format(m protoreflect.ProtoMessage) string {
	if m == nil {
		return "<nil>"
	}
	return string(m.ProtoReflect().Descriptor().FullName())
}
