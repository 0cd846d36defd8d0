package audit

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"touchstone/internal/bare"
	"touchstone/internal/evidence"
	"touchstone/internal/fetch"
	"touchstone/internal/prove"
	"touchstone/internal/purl"
	"touchstone/internal/registry"
	"touchstone/internal/registry/cargo"
	"touchstone/internal/registry/golang"
	"touchstone/internal/registry/npm"
	"touchstone/internal/registry/pypi"
)

// Registries are the ecosystems served: one line each. Those of the whole program
// alone stand in more.go.
var Registries = append([]registry.Registry{
	cargo.Registry{},
	golang.Registry{},
	npm.Registry{},
	pypi.Registry{},
}, more...)

// mechanisms verify the signatures that repositories make, one for each form.
func (o Options) mechanisms() map[registry.Form]evidence.Mechanism {
	all := map[registry.Form]evidence.Mechanism{
		registry.ECDSAP256: bare.ECDSAP256{By: o.P256},
	}
	maps.Copy(all, moreMechanisms())
	return all
}

// Hosts are all the places that an audit may ask.
func Hosts() []fetch.Host {
	var hosts []fetch.Host
	for _, r := range Registries {
		hosts = append(hosts, r.Hosts()...)
	}
	return append(hosts, prove.Hosts()...)
}

// EveryHost are [Hosts] where this program audits all that is read; else an error.
// By them is declared what the page and its relay may ask: browsers would refuse the
// whole program what the first one does not declare.
func EveryHost() ([]fetch.Host, error) {
	if left := left(Registries); len(left) > 0 {
		return nil, fmt.Errorf("declaring the hosts: this build audits no packages of %s, which the page serves; build it with the tag touchstone_whole", strings.Join(left, ", "))
	}
	return Hosts(), nil
}

// left are the purl types that are read and that none of the registries audits.
func left(registries []registry.Registry) []string {
	return slices.DeleteFunc(purl.Types(), func(typ string) bool {
		return slices.ContainsFunc(registries, func(r registry.Registry) bool { return r.Type() == typ && len(r.Hosts()) > 0 })
	})
}

// Read says which package a pasted text names, if it can be audited here or by
// the whole program. The error is a *purl.Refused; what it offers can be audited
// too.
func Read(pasted string) (purl.Ref, error) {
	ref, err := purl.Parse(pasted)
	var refused *purl.Refused
	if errors.As(err, &refused) {
		refused.Choices = slices.DeleteFunc(refused.Choices, func(c purl.Choice) bool {
			_, err := purl.Parse(c.Reference)
			return err != nil
		})
	}
	return ref, err
}

// Here tells whether this program audits packages of a purl type: what it reads
// and does not audit, the whole program does.
func Here(typ string) bool {
	_, err := registryFor(typ)
	return err == nil
}

// registryFor finds who serves an ecosystem.
func registryFor(typ string) (registry.Registry, error) {
	for _, r := range Registries {
		if r.Type() == typ {
			return r, nil
		}
	}
	if slices.Contains(purl.Types(), typ) {
		return nil, purl.LeftToWhole(typ)
	}
	return nil, purl.NotServed(typ)
}

// FinderOf is who knows where installers of an ecosystem put packages; nil where
// nobody does.
func FinderOf(typ string) registry.Finder {
	r, err := registryFor(typ)
	if err != nil {
		return nil
	}
	f, _ := r.(registry.Finder)
	return f
}

// Named are the files, by their last part, that tell which packages are in a
// folder.
func Named() []string {
	var all []string
	for _, r := range Registries {
		if f, ok := r.(registry.Finder); ok {
			all = append(all, f.Named()...)
		}
	}
	return all
}

// Find lists the packages that installers put into a folder.
func Find(folder registry.Folder) []registry.Placed {
	all := []registry.Placed{}
	for _, r := range Registries {
		if f, ok := r.(registry.Finder); ok {
			all = append(all, f.Find(folder)...)
		}
	}
	return all
}
