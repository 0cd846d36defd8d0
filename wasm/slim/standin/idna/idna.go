// Package idna has what go-openapi/strfmt mentions of golang.org/x/net/idna to
// check the names of hosts. Nothing here checks one: no entry of a log has a
// host's name that is checked.
package idna

// A Profile is made when the program starts, and never asked.
type Profile struct{}

// An Option of a profile.
type Option struct{}

// New is called when the program starts.
//
//slim:linked
func New(...Option) *Profile { return nil }

// ValidateForRegistration is called when the program starts.
//
//slim:linked
func ValidateForRegistration() Option { return Option{} }

// ToASCII would check a name.
func (*Profile) ToASCII(string) (string, error) {
	panic("checking the name of a host: this build does not")
}
