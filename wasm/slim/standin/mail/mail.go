// Package mail has what go-openapi/strfmt mentions of net/mail to check
// addresses. Nothing here checks one.
package mail

// An Address is one that nobody reads.
type Address struct{ Address string }

// ParseAddress would read an address.
func ParseAddress(string) (*Address, error) {
	panic("checking an address: this build does not")
}
