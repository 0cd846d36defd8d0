package audit_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"touchstone/internal/audit"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
)

// TestWhatTheWholeProgramServes: a program without an ecosystem, as the page's
// first one is, reads its references and says as data who audits them.
func TestWhatTheWholeProgramServes(t *testing.T) {
	all := audit.Registries
	defer func() { audit.Registries = all }()
	audit.Registries = slices.DeleteFunc(slices.Clone(all), func(r registry.Registry) bool { return r.Type() == purl.Golang })

	ref, err := audit.Read(errorsRef)
	require.NoError(t, err)
	require.Equal(t, purl.Golang, ref.Type)
	require.False(t, audit.Here(ref.Type))
	require.True(t, audit.Here(purl.NPM))
	var refused *purl.Refused
	_, err = try(world{}, errorsRef)
	require.ErrorAs(t, err, &refused)
	require.Equal(t, purl.WholeOnly, refused.Kind)
	require.Equal(t, purl.Golang, refused.Type)

	_, err = audit.Read("errors") // a word that may be several packages
	require.ErrorAs(t, err, &refused)
	var offered []string
	for _, c := range refused.Choices {
		offered = append(offered, c.Reference)
	}
	require.Contains(t, offered, "pkg:npm/errors")
	_, err = try(world{}, "pkg:julia/x@1.0.0")
	require.ErrorAs(t, err, &refused)
	require.Equal(t, purl.UnsupportedType, refused.Kind)
}

// TestEveryHost: what a build leaves out is found by what the page serves.
func TestEveryHost(t *testing.T) {
	hosts, err := audit.EveryHost()
	require.NoError(t, err)
	require.Equal(t, audit.Hosts(), hosts)

	all := audit.Registries
	defer func() { audit.Registries = all }()
	for i, r := range all {
		audit.Registries = slices.Delete(slices.Clone(all), i, i+1)
		_, err := audit.EveryHost()
		require.ErrorContains(t, err, "this build audits no packages of "+r.Type()+", which the page serves; build it with the tag touchstone_whole")
	}
}
