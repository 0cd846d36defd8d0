//go:build touchstone_testanchors

package main

import "touchstone/internal/audit"

// specimens are the examples that the audit makes.
func specimens() ([]specimen, error) {
	all, err := audit.Specimens()
	var out []specimen
	for _, s := range all {
		out = append(out, specimen{s.ID, s.Name, s.What, s.Report})
	}
	return out, err
}
