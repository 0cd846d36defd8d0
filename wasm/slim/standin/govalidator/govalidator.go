// Package govalidator has what rekor's certificates mention of
// asaskevich/govalidator to list the addresses in them for a search, which is
// never made. Its regular expressions take long to compile.
package govalidator

// IsEmail would check an address.
func IsEmail(string) bool {
	panic("checking an address: this build does not")
}
