//go:build !touchstone_testanchors

package main

// specimens needs anchors that no ordinary program has.
func specimens() ([]specimen, error) { return nil, nil }
