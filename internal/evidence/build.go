package evidence

import (
	"encoding/json"
	"slices"
	"strings"

	"touchstone/internal/registry"
	"touchstone/internal/sigstore"
)

type registryAttestations = registry.Attestations

// A build is what a provenance predicate says of its build. It counts beside
// the certificate only.
type build struct {
	repository, commit, run string
	materials               []string // purls or addresses of inputs
}

// The predicate types of SLSA provenance that are read
// (slsa.dev/spec/v1.2/build-provenance, slsa.dev/provenance/v0.2).
const (
	slsaV1  = "https://slsa.dev/provenance/v1"
	slsaV02 = "https://slsa.dev/provenance/v0.2"
)

// statedBuild reads SLSA provenance; other predicates state nothing.
func statedBuild(st *sigstore.Statement) build {
	switch st.PredicateType {
	case slsaV1:
		return readV1(st.Predicate)
	case slsaV02:
		return readV02(st.Predicate)
	}
	return build{}
}

type material struct {
	URI    string            `json:"uri"`
	Digest map[string]string `json:"digest"`
}

func readV1(raw json.RawMessage) build {
	var p struct {
		BuildDefinition struct {
			ExternalParameters struct {
				Workflow struct{ Repository string }
			}
			ResolvedDependencies []material
		}
		RunDetails struct {
			Metadata struct{ InvocationID string }
		}
	}
	if json.Unmarshal(raw, &p) != nil {
		return build{}
	}
	b := build{repository: p.BuildDefinition.ExternalParameters.Workflow.Repository, run: p.RunDetails.Metadata.InvocationID}
	b.take(p.BuildDefinition.ResolvedDependencies)
	return b
}

func readV02(raw json.RawMessage) build {
	var p struct {
		Invocation struct{ ConfigSource material }
		Metadata   struct{ BuildInvocationID string }
		Materials  []material
	}
	if json.Unmarshal(raw, &p) != nil {
		return build{}
	}
	b := build{repository: gitAddress(p.Invocation.ConfigSource.URI), commit: p.Invocation.ConfigSource.Digest["sha1"], run: p.Metadata.BuildInvocationID}
	b.take(p.Materials)
	return b
}

// take reads the inputs: the source itself says the commit, all are listed.
// Other repositories may be among them.
func (b *build) take(inputs []material) {
	for _, m := range inputs {
		if b.commit == "" && sameRepository(gitAddress(m.URI), b.repository) {
			if b.commit = m.Digest["gitCommit"]; b.commit == "" {
				b.commit = m.Digest["sha1"]
			}
		}
		b.materials = append(b.materials, m.URI)
	}
}

// gitAddress is the repository of "git+https://host/o/r@ref".
func gitAddress(uri string) string {
	uri, ok := strings.CutPrefix(uri, "git+")
	if !ok {
		return ""
	}
	if i := strings.LastIndexByte(uri, '@'); i > len("https://") {
		uri = uri[:i]
	}
	return uri
}

func aboutName(st *sigstore.Statement, names []string) bool {
	return slices.ContainsFunc(st.Subjects, func(s sigstore.Subject) bool { return slices.Contains(names, s.Name) })
}
