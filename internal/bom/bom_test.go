package bom_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"touchstone/internal/bom"
)

func TestPackages(t *testing.T) {
	for name, c := range map[string]struct {
		doc  string
		want []string
		err  bool
	}{
		"CycloneDX, nested": {`{"bomFormat":"CycloneDX","components":[{"purl":"pkg:npm/a@1","components":[{"purl":"pkg:npm/b@2"}]},{"name":"without"}]}`, []string{"pkg:npm/a@1", "pkg:npm/b@2"}, false},
		"SPDX":              {`{"spdxVersion":"SPDX-2.3","packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:deb/debian/a@1"},{"referenceType":"cpe","referenceLocator":"pkg:no"}]}]}`, []string{"pkg:deb/debian/a@1"}, false},
		"none":              {`{"bomFormat":"CycloneDX"}`, nil, false},
		"another form":      {`{"packages":[]}`, nil, true},
		"a key twice":       {`{"bomFormat":"CycloneDX","bomFormat":"CycloneDX"}`, nil, true},
		"no JSON":           {`<html>`, nil, true},
	} {
		got, err := bom.Packages([]byte(c.doc))
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, c.err, err != nil, name)
	}
}

func TestPredicate(t *testing.T) {
	for kind, want := range map[string]bool{"https://spdx.dev/Document": true, "https://spdx.dev/Document/v2.3": true, "https://cyclonedx.org/bom/v1.5": true, "https://cyclonedx.org/bomb": false, "https://slsa.dev/provenance/v1": false} {
		assert.Equal(t, want, bom.Predicate(kind), kind)
	}
}
