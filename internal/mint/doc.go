// Package mint invents: logs, registries and packages that exist nowhere, for
// tests and for the examples that the site shows. What it makes is complete and
// right, so that a test bends one thing and nothing else; and it is the same in
// every run, so that an example's page is too.
//
// Nothing that is served may import it but through the build tag
// touchstone_testanchors, and no anchor of a served program knows its keys
// (see internal/arch). It asks no package of the house what is right: a test
// that compares the two compares two minds.
//
// What cannot be made panics: there is nobody to tell but who wrote the test.
package mint
